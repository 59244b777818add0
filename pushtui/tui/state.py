"""What the screen knows: made from the engine's events, shown by the widgets, kept in no widget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pushtui.base.values import record
from pushtui.base.words import _
from pushtui.engine.events import (
    AskStarted,
    Counted,
    Identity,
    RunEnded,
    ServiceBusy,
    SignInCode,
    StepChanged,
    StepReport,
    WaitEnded,
    WaitStarted,
)
from pushtui.procedure.model import Ask, Severity, Status, StepId, Wait
from pushtui.reporting.sentences import finding_text
from pushtui.tui.actions import key_of

if TYPE_CHECKING:
    from pushtui.engine.doctor.rows import DoctorRow

RUNNING = frozenset({Status.CHECKING, Status.APPLYING, Status.WAITING})


class Told(NamedTuple):
    """What came of an operation."""

    words: str = ""
    """In one sentence."""
    ink: str = "plain"
    in_full: str = ""
    """With all that needs somebody, where that is more."""


TELLS_NOTHING = frozenset({"keys", "runs", "write", "console"})
"""Operations after which the steps are what they were."""

NOTICE = timedelta(seconds=4)
"""How long the answer to a key is shown."""
TOLD = timedelta(seconds=20)
"""How long an outcome may take the line that says where we are, and as whom."""


@record
class State:
    """The whole picture at one moment."""

    reports: dict[StepId, StepReport] = field(
        default_factory=lambda: {step: StepReport(step, Status.UNKNOWN) for step in StepId}
    )
    since: dict[StepId, datetime] = field(default_factory=dict)
    """When a step that runs began to."""
    identities: dict[str, Identity] = field(default_factory=dict)
    examined: list[DoctorRow] = field(default_factory=list)
    """What the doctor told, in the order in which it came."""
    unexamined: str = ""
    """Why the doctor could not go on, where it could not."""
    operation: str = ""
    """`check`, `plan`, `apply` or `doctor` while it runs."""
    started: datetime | None = None
    steps: tuple[StepId, ...] = ()
    """What the operation is about."""
    cancelling: bool = False
    wait: Wait | None = None
    until: datetime | None = None
    waits_since: datetime | None = None
    asks: dict[str, Ask] = field(default_factory=dict)
    """What a person was asked to do and has not answered, by id."""
    code: SignInCode | None = None
    code_since: datetime | None = None
    busy_until: datetime | None = None
    """Until when a request waits, because the cloud is busy."""
    busy_since: datetime | None = None
    counted: dict[str, Counted] = field(default_factory=dict)
    """How far the operation has got, by what is counted."""
    notice: tuple[str, str] = ("", "plain")
    """What a key was answered with; shown before anything else until `notice_until`."""
    notice_until: datetime | None = None
    message: Told = Told()
    """The last outcome."""
    told: datetime | None = None
    """Since when it is told; None where that was never said."""
    before: Told = Told()
    """The outcome before the operation that runs."""

    @property
    def busy(self) -> bool:
        """Whether an operation runs."""
        return bool(self.operation)

    @property
    def skippable(self) -> bool:
        """Whether what is waited for is a plain countdown."""
        return self.wait is not None and not self.wait.reads

    def note(self, words: str, ink: str, now: datetime) -> None:
        """Answer a key with a sentence that goes away by itself."""
        self.notice, self.notice_until = (words, ink), now + NOTICE

    def tell(self, now: datetime, message: Told) -> None:
        """Let this be the last outcome."""
        self.message, self.told = message, now

    def begin(self, operation: str, steps: tuple[StepId, ...], now: datetime) -> None:
        """An operation was started."""
        self.operation, self.steps, self.started, self.cancelling = operation, steps, now, False
        self.before, self.message = self.message, Told()
        self.notice_until = None

    def take(self, event: object, now: datetime) -> None:
        """Note an event of the engine."""
        match event:
            case StepChanged(report):
                self._step(report, now)
            case Identity():
                self.identities[event.side] = event
                if event.side == "entra":
                    self.code = None
            case AskStarted(ask):
                self.asks[ask.id] = ask
            case Counted():
                self.counted[event.what] = event
            case RunEnded():
                self._quiet()
                if event.error:
                    self.tell(now, Told(event.error, "error"))
            case _:
                self._time_passes(event, now)

    def _time_passes(self, event: object, now: datetime) -> None:
        """Note what waits for time to pass, since when and until when."""
        match event:
            case WaitStarted(wait, until):
                self.wait, self.until, self.waits_since = wait, until, now
            case WaitEnded():
                self.wait = self.until = None
            case SignInCode():
                self.code, self.code_since = event, now
            case ServiceBusy(until):
                if self.busy_until is None or now >= self.busy_until:
                    self.busy_since = now
                self.busy_until = max(until, self.busy_until or until)
            case _:
                self._examined(event)

    def _examined(self, event: object) -> None:
        """Note what the doctor told."""
        from pushtui.engine.doctor.rows import DoctorRow  # the start has none

        if isinstance(event, DoctorRow):
            self.examined.append(event)

    def _step(self, report: StepReport, now: datetime) -> None:
        old = self.reports[report.id]
        if report.status not in RUNNING:
            self.since.pop(report.id, None)
        elif old.status is not report.status or report.id not in self.since:
            self.since[report.id] = now
        self.reports[report.id] = report

    def _quiet(self) -> None:
        self.wait = self.until = self.code = self.busy_until = None
        self.asks.clear()
        self.counted.clear()

    def end(self, error: str, cancelled: bool, now: datetime) -> None:
        """The operation's thread is through."""
        operation, self.operation, self.started = self.operation, "", None
        self._quiet()
        if operation == "doctor":
            self.unexamined = error
        if error:
            self.tell(now, Told(error, "error"))
        elif cancelled or self.cancelling:
            self.tell(now, Told(_("Cancelled"), "warning"))
        elif operation == "doctor":
            self.tell(now, diagnosis(self.examined))
        elif not self.message.words:
            self.tell(now, (None if operation in TELLS_NOTHING else outcome(self.reports)) or self.before)
        self.cancelling = False

    def forget(self) -> None:
        """The settings changed: nothing that was found still counts."""
        for step in StepId:
            self.reports[step] = StepReport(step, Status.UNKNOWN)
        self.since.clear()
        self.examined.clear()
        self.unexamined = ""
        self.identities.clear()
        self.message = Told()

    def elapsed(self, step: StepId, now: datetime) -> timedelta | None:
        """How long a step has been running; None when it does not run."""
        began = self.since.get(step)
        return None if began is None or not self.operation else now - began


def diagnosis(rows: list[DoctorRow]) -> Told:
    """What the doctor found."""
    from pushtui.engine.doctor.rows import Verdict  # the start has none

    failed = sum(row.verdict is Verdict.FAILED for row in rows)
    if failed:
        words = _("The doctor found {count} failures: {key} shows them")
        return Told(words.format(count=failed, key=key_of("doctor")), "error")
    return Told(_("The doctor found no failure"), "ok")


def undone(reports: Mapping[StepId, StepReport]) -> Told:
    """What taking back came to: the gravest finding where it was not all done."""
    for status, severity, ink in (
        (Status.FAILED, Severity.FAILURE, "error"),
        (Status.ATTENTION, Severity.ATTENTION, "warning"),
        (Status.WAITING, Severity.WAITING, "warning"),
        (Status.CHANGE_NEEDED, Severity.CHANGE, "warning"),
    ):
        for report in reports.values():
            told = [finding for finding in report.findings if finding.severity is severity]
            if report.status is status and told:
                return Told(finding_text(told[0]), ink)
    return Told(_("Taken back"), "ok")


def outcome(reports: Mapping[StepId, StepReport]) -> Told | None:
    """All steps together: the gravest decides; None where nothing is known."""
    count = Counter(report.status for report in reports.values())
    told = [
        (_counted(count[status], *first), _counted(count[status], *also), ink)
        for status, first, also, ink in _unfinished()
        if count[status]
    ]
    if told:
        (first, _also, ink), *rest = told
        return Told(first, ink, ", ".join([first, *(also for _first, also, _ink in rest)]))
    if count[Status.OK] == len(reports):
        return Told(_("All steps ok"), "ok")
    if count[Status.OK] + count[Status.SKIPPED] == len(reports):
        return Told(_("All that was checked is ok"), "ok")
    if count[Status.UNKNOWN] == len(reports):
        return None
    return Told(_("{count} of {total} ok").format(count=count[Status.OK], total=len(reports)))


def _unfinished() -> Iterable[tuple[Status, tuple[str, str], tuple[str, str], str]]:
    """What is not as it should be, the gravest first: as the beginning of a sentence, as the rest of one, and the ink;
    each of one step and of several."""
    fail = _("One step failed"), _("{count} steps failed")
    need = _("One step needs you"), _("{count} steps need you")
    change = _("One step needs a change"), _("{count} steps need changes")
    wait = _("One step still waits"), _("{count} steps still wait")
    yield Status.FAILED, fail, fail, "error"
    yield Status.ATTENTION, need, (_("one needs you"), _("{count} need you")), "warning"
    yield Status.CHANGE_NEEDED, change, (_("one needs a change"), _("{count} need changes")), "warning"
    yield Status.WAITING, wait, (_("one still waits"), _("{count} still wait")), "accent"


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count=count)
