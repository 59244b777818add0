"""What the command line said, in the words of the engine."""

from __future__ import annotations

from pushtui.base.values import frozen
from pushtui.engine.session import ALL
from pushtui.procedure.model import Consent, StepId


@frozen
class Options:
    """What the command line said."""

    command: str
    steps: tuple[StepId, ...] = ALL
    probe: bool = False
    json: bool = False
    yes: bool = False
    accepted: frozenset[Consent] = frozenset()
    overwrite_certificate_file: bool = False
    read_only: bool = False
    keys: tuple[str, ...] = ()
    """Thumbprints or SHA-256 of the keys to remove."""
    expired: bool = False
    """Remove the keys whose end has passed."""
    within_days: float | None = None
    """Days before its end from which on `renew` renews; None: as the profile has it."""
    all_of_this_organization: bool = False
    """Remove the keys of AuthConfig's certificates."""
    run_id: str = ""
    """The run to take back; empty: the last one that changed anything."""
    change: int = 0
    """The only change of that run that is taken back; 0: all of them."""
    form: str = "markdown"
    """How `report` is written: `markdown`, `html` or `json`."""
    out: str = ""
    """The file that a report or a script is written to, empty: standard output; or the one that a plan is kept in
    instead of applied."""
    file: str = ""
    """The plan to apply, as a file that was written before; empty: one that is made now."""
