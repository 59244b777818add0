"""What the engine tells whoever looks: small frozen values, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, TypeAlias

from pushtui.base.values import frozen
from pushtui.procedure.model import Action, Ask, Change, Finding, Status, StepId, Wait

if TYPE_CHECKING:
    from pushtui.engine.doctor.rows import DoctorRow


class Level(StrEnum):
    COMMAND = "command"
    OUTPUT = "output"
    PROGRESS = "progress"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogLine(NamedTuple):
    """One line of the log: already in the log file, already cleaned and redacted.

    A tuple, because there can be very many: it is made in a third of the time that a frozen dataclass takes.
    """

    at: datetime
    source: str
    """`exchange`, `windows`, `entra`, `graph`, `mail` or `pushtui`."""
    level: Level
    text: str
    """Without a line break."""
    step: StepId | None = None
    """The step that asked for it, the first in the chain where several did."""
    others: tuple[StepId, ...] = ()
    """Further steps that asked for the same."""
    call: int = 0
    """What was sent and answered, by its number in `pushtui.engine.calls.Calls`; 0: it belongs to none."""

    def concerns(self, step: StepId) -> bool:
        """Whether the step asked for it."""
        return step is self.step or step in self.others


class ChangeName(NamedTuple):
    """A change by its name: the same one is made on each of several servers."""

    change: str
    """Its id."""
    target: str

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(change.id, change.target)


@frozen
class StepReport:
    """A step as it stands."""

    id: StepId
    status: Status
    findings: Sequence[Finding] = ()
    actions: Sequence[Action] = ()
    at: datetime | None = None
    """When its facts were complete; None while it was never checked."""
    seconds: float = 0.0
    results: dict[ChangeName, str] = field(default_factory=dict)
    """Change → "done", "already", "failed" or "unknown", for what this run sent."""


@frozen
class StepChanged:
    report: StepReport


@frozen
class Identity:
    """Where and as whom we are connected; empty until it is."""

    side: str
    """`exchange`, `windows` or `entra`."""
    where: str
    account: str
    tenant: str = ""
    """Id of the tenant, for `entra`."""


@frozen
class WaitStarted:
    """A wait began; it ends by itself at `until`, or earlier."""

    wait: Wait
    until: datetime


@frozen
class WaitEnded:
    wait: Wait


@frozen
class AskStarted:
    """A person must act; answer with ``Session.answer(ask.id, done)``."""

    ask: Ask


@frozen
class SignInCode:
    """The device code to type at `url`; good until `expires`."""

    url: str
    code: str
    expires: datetime


@frozen
class ServiceBusy:
    """The cloud asked to be left alone, or is out of order; the same request goes out again at `until`."""

    until: datetime


@frozen
class Counted:
    """How far an operation has got. `total` may grow: what one answer says is what the next is asked for."""

    what: Literal["reads", "changes"]
    done: int
    total: int


@frozen
class RunEnded:
    """The operation is over: `error` is one clear sentence where it could not go on."""

    operation: str
    """`check`, `plan`, `apply` or `doctor`."""
    cancelled: bool = False
    error: str = ""


Event: TypeAlias = (
    "LogLine | StepChanged | Identity | WaitStarted | WaitEnded | AskStarted | SignInCode | ServiceBusy | Counted"
    " | DoctorRow | RunEnded"
)
