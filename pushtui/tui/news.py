"""What worker threads tell the screen beside the engine's own events, and all that came since it last looked."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from pushtui.base.values import frozen, record
from pushtui.engine.events import LogLine, StepReport
from pushtui.tui.prompts import SecretRequest

if TYPE_CHECKING:
    from pushtui.engine.console.catalogue import Catalogue
    from pushtui.engine.runs import Run
    from pushtui.procedure.keys import Key
    from pushtui.procedure.overview import Overview
    from pushtui.profile import Profile
    from pushtui.profiles import Known
    from pushtui.tui.session import PlanLike


@record
class News:
    """What came since the last look, for whoever shows it."""

    lines: list[LogLine] = field(default_factory=list)
    dropped: int = 0
    changed: bool = False
    """Whether anything but the log changed."""
    secrets: list[SecretRequest] = field(default_factory=list)
    plan: PlanLike | None = None
    differs: str = ""
    """Why it is shown although nobody asked: what was not as confirmed when the one before was applied."""
    keys: tuple[Key, ...] | None = None
    """The service principal's keys, where they were asked for."""
    outcome: tuple[StepReport, ...] = ()
    """What came of a task beside the procedure itself; what it changed has to be looked at again."""
    ended: bool = False
    undone: bool = False
    """A run was taken back; what is so now is to be read."""
    interrupted: Run | None = None
    catalogue: Catalogue | None = None
    """What the console can be asked, as far as that is known now."""
    overview: Overview | None = None
    """The organization, where it was asked for."""
    runs: tuple[Run, ...] | None = None
    """What was run here, where that was asked for."""
    paper: Path | None = None
    """What was written down."""
    typed: tuple[str, ...] = ()
    """What was typed into the console in earlier sessions, oldest first."""
    profiles: ProfilesFound | None = None
    switched: bool = False
    """Another profile is in use."""


@frozen
class RunInterrupted:
    """The last run came to no end."""

    run: Run


@frozen
class TypedBefore:
    """What was typed into the console in earlier sessions."""

    lines: tuple[str, ...]


@frozen
class Read:
    """The service principal's keys, and what was to be said about reading them."""

    keys: tuple[Key, ...]
    reports: tuple[StepReport, ...]


@frozen
class ProfilesFound:
    """The profiles that there are; `first`: looked for because nobody named one."""

    profiles: tuple[Known, ...]
    first: bool = False


@frozen
class ProfileChosen:
    """Another profile is there to be used."""

    profile: Profile


@frozen
class FieldsKept:
    """Saving in a file is through: `where` is what has it now, `error` says why it did not work."""

    where: str = ""
    error: str = ""
