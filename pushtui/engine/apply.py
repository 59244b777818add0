"""Doing what was confirmed: one action after the other, each computed anew from fresh reads right before it.

A change: backup, intent in the journal, send, read again, result in the journal. What already holds is not sent; the
same change is never sent twice in a run; a lost answer is settled by reading. After a failed or refused change its
step stops, and what comes later in the chain is held back.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import datetime, timedelta
from pathlib import Path

from pushtui.base.clock import Clock
from pushtui.base.commands import Json
from pushtui.base.errors import AnswerLost, Cancelled, FileProblem, PushtuiError
from pushtui.base.words import _
from pushtui.engine.action_encoding import finding_to
from pushtui.engine.agreement import Progress
from pushtui.engine.backup import keep_backup
from pushtui.engine.encoding import plain, to_json
from pushtui.engine.events import AskStarted, ChangeName, Counted, WaitEnded, WaitStarted
from pushtui.engine.gather import SLICE, Survey
from pushtui.engine.journal import Journal
from pushtui.engine.log import Log
from pushtui.engine.memory import Recollection
from pushtui.engine.outcomes import outcome
from pushtui.engine.plan import Plan
from pushtui.engine.signals import Signals
from pushtui.engine.sources import Sources, failure_of
from pushtui.procedure import chain
from pushtui.procedure.codes import blocks
from pushtui.procedure.model import (
    Action,
    Answer,
    Ask,
    Change,
    Consent,
    ExchangeWrite,
    Finding,
    GraphWrite,
    Query,
    Severity,
    Status,
    StepId,
    Trial,
    Wait,
    WindowsWrite,
)

GRACE = 1.0
"""Seconds that a write in flight is given to answer once the run was cancelled."""

_UNREMARKABLE = {Severity.OK, Severity.NOTE}


class Stopped(Exception):  # no error: the step ends here, the run goes on
    """This step goes no further in this run; with a finding that says why, or without where its own findings do."""

    def __init__(self, finding: Finding | None = None) -> None:
        super().__init__()
        self.finding = finding


class Application:
    """One run of a confirmed plan; used by one thread."""

    def __init__(
        self,
        plan: Plan,
        consents: frozenset[Consent],
        *,
        survey: Survey,
        sources: Sources,
        journal: Journal,
        recollection: Recollection,
        signals: Signals,
        log: Log,
        clock: Clock,
        progress: Progress | None = None,
    ) -> None:
        """`progress`: what earlier runs of this very plan have sent."""
        self._plan = plan
        self._consents = consents
        self._survey = survey
        self._sources = sources
        self._journal = journal
        self._recollection = recollection
        self._signals = signals
        self._log = log
        self._clock = clock
        self._tried: set[tuple[str, str]] = set()
        self._affected: dict[Query, None] = {}
        """What the step that runs may have changed for others."""
        self._progress = progress or Progress()

    def run(self) -> None:
        """Every step of the plan in order. Raises `Cancelled`; what went wrong is in the reports."""
        self._count()
        for step in self._plan.steps:
            self._log.step = step
            try:
                self._run_step(step)
            except Stopped as stopped:
                if stopped.finding is not None:
                    self._survey.stops[step] = stopped.finding
            finally:
                self._log.step = None
                self._survey.phases.pop(step, None)
            self._look_at_what_was_affected()
            self._note_what_held(step)
            self._note_what_was_found(step)
            self._survey.publish(StepId)
            if step in self._survey.stops and self._survey.stops[step].code == "run.not-kept":
                return  # nothing that follows could be kept either

    def _run_step(self, step: StepId) -> None:
        while True:
            self._signals.cancellation.check()
            self._survey.gather(self._survey.course.needed([step]), self._signals.cancellation)
            actions = self._actions(step)
            if not actions or self._held_back(step):
                return
            self._phase(step, Status.APPLYING)
            match actions[0]:
                case Change() as change:
                    self._change(change)
                case Wait() as wait:
                    self._wait(wait)
                case Ask() as ask:
                    self._ask(ask)
                case Trial() as trial:
                    self._trial(trial)

    def _look_at_what_was_affected(self) -> None:
        """Other steps rest on what it changed, too: a restarted service runs."""
        queries, self._affected = self._affected, {}
        if queries:
            self._survey.read_again(queries, self._survey.course.order, self._signals.cancellation)

    def _held_back(self, step: StepId) -> bool:
        """Whether an earlier link is broken: then what is left of this one, such as the probe, proves nothing."""
        return any(finding.code == f"{step}.blocked" for finding in self._survey.evaluate()[step].findings)

    def _actions(self, step: StepId) -> tuple[Action, ...]:
        return self._survey.evaluate()[step].actions

    def _phase(self, step: StepId, status: Status) -> None:
        self._survey.phases[step] = status
        self._survey.publish([step])

    def _once(self, name: str, target: str) -> bool:
        """Whether this was not tried in this run yet."""
        key = (name, target)
        new = key not in self._tried
        self._tried.add(key)
        return new

    def _note_what_held(self, step: StepId) -> None:
        """Planned changes that reads no longer asked for: they held already."""
        wanted = {ChangeName.of(action) for action in self._actions(step) if isinstance(action, Change)}
        results = self._survey.results.setdefault(step, {})
        for change in self._plan.changes:
            if change.step is step and ChangeName.of(change) not in wanted and step not in self._survey.stops:
                results.setdefault(ChangeName.of(change), "already")
        self._count()

    def _count(self) -> None:
        """Tell how many of the planned changes are through, one way or another."""
        changes = self._plan.changes
        done = sum(ChangeName.of(change) in self._survey.results.get(change.step, {}) for change in changes)
        self._log.event(Counted("changes", done, len(changes)))

    def _note_what_was_found(self, step: StepId) -> None:
        """For whoever reads the journal: what is to be said about the step now that it is over."""
        findings = [item for item in self._survey.evaluate()[step].findings if item.severity not in _UNREMARKABLE]
        if self._journal.started and findings:
            self._journal.write("found", step=step.value, findings=[finding_to(item) for item in findings])

    # --- changes -----------------------------------------------------------------------------------------------------

    def _change(self, planned: Change) -> None:
        step = planned.step
        self._survey.read_again(planned.reads, self._survey.course.needed([step]), self._signals.cancellation)
        first = next(iter(self._actions(step)), None)
        if not isinstance(first, Change) or (first.id, first.target) != (planned.id, planned.target):
            return
        self._refuse(first)
        try:
            self._note_what_others_did(first)
            note = self._keep_backup(first)
            self._take("intent", **self._intent(first), backup=note)
        except FileProblem as error:
            raise Stopped(outcome("run.not-kept", first.id, failure=failure_of(error))) from None
        self._send(first)

    def _note_what_others_did(self, change: Change) -> None:
        """A list that others write, too, may have changed since the plan: what is there now is what is kept."""
        confirmed = next((item for item in self._plan.changes if item.id == change.id), change)
        if change.backup and confirmed.before != change.before:
            self._take("meanwhile", change=change.id, planned=confirmed.before, before=change.before)
            self._log.line("pushtui", "warning", _("Someone else changed the list since the plan: theirs is kept"))

    def _refuse(self, change: Change) -> None:
        """Raise `Stopped` where the change must not be sent."""
        objection = self._plan.objection(change, self._progress)
        if objection:
            raise Stopped(outcome("run.plan-changed", change.id, observed=objection))
        if change.consent is not None and change.consent not in self._consents:
            raise Stopped(outcome("run.consent-missing", change.id, consent=change.consent.value))
        if not chain.sendable(change):
            raise Stopped(outcome("run.value-unknown", change.id))
        if not self._once(change.id, change.target):
            raise Stopped(outcome("run.no-effect", change.id))

    def _keep_backup(self, change: Change) -> Json:
        if not change.backup:
            return None
        folder: Path = self._journal.path.parent
        return keep_backup(folder, self._journal.run_id, change, self._survey.answers)

    def _intent(self, change: Change) -> dict[str, Json]:
        side = {ExchangeWrite: "exchange", WindowsWrite: "windows", GraphWrite: "entra"}.get(type(change.command), "")
        return {
            "change": change.id,
            "step": change.step.value,
            "target": change.target,
            "risk": change.risk.value,
            "consent": change.consent.value if change.consent else None,
            "command": to_json(change.command),
            "read": min((at.isoformat() for at in self._read_at(change)), default=None),
            "before": change.before,
            "after": change.after,
            "undo": to_json(change.undo) if change.undo else None,
            "arguments": dict(change.arguments),
            "account": self._sources.connections.account(side) if side else "",
        }

    def _read_at(self, change: Change) -> Iterable[datetime]:
        """When what it rests on was read: what somebody else changes between that and the change nobody can see."""
        return (self._survey.answers[query].at for query in change.reads if query in self._survey.answers)

    def _send(self, change: Change) -> None:
        before = {query: self._survey.answers.get(query) for query in change.reads}
        self._progress.note(change)
        self._affected |= dict.fromkeys(change.affects)
        sent = self._sources.send(change.command, self._signals.cancellation)
        answer: Answer | None = None
        error: PushtuiError | None = None
        try:
            answer = self._outcome(sent)
        except Cancelled:
            self._keep_result(change, "unknown", None)
            raise
        except PushtuiError as caught:
            error = caught
        failure = failure_of(error) if error is not None else answer.failure if answer is not None else None
        lost = isinstance(error, AnswerLost)
        try:
            self._survey.read_again(change.reads, self._survey.course.needed([change.step]), self._signals.cancellation)
        except Cancelled:
            self._keep_result(change, "unknown" if lost else "failed" if failure else "done", answer)
            raise
        moved = any(_differs(answer, self._survey.answers.get(query)) for query, answer in before.items())
        there = lost and moved and self._is_there(change)
        # An error may come after the effect: where something moved all the same, it is not said to have failed.
        result = "done" if failure is None or there else "unknown" if lost or moved else "failed"
        self._keep_result(change, result, answer, failure=None if failure is None else failure.what)
        if there:
            self._log.line("pushtui", "info", _("The answer was lost, but the change is there"))
        elif failure is not None:
            code = "run.answer-lost" if lost else "run.change-failed"
            raise Stopped(outcome(code, change.id, failure=failure))

    def _is_there(self, change: Change) -> bool:
        """Whether reads show a change whose answer was lost: not asked for any more, and nothing is unclear.

        Only where a read has moved, or it is our own memory of having sent it that no longer asks for it.
        """
        report = self._survey.evaluate()[change.step]
        unclear = blocks(report.findings) or any(item.code.endswith("not-visible") for item in report.findings)
        wanted = {ChangeName.of(action) for action in report.actions if isinstance(action, Change)}
        return not unclear and ChangeName.of(change) not in wanted

    def _outcome(self, sent: Future[Answer]) -> Answer:
        """The answer to a write. When the run is cancelled meanwhile, it still has a moment to come."""
        while True:
            try:
                return sent.result(SLICE)
            except NotYet:
                if not self._signals.cancellation.requested:
                    continue
            try:
                return sent.result(GRACE)
            except NotYet:
                raise Cancelled from None

    def _keep_result(self, change: Change, result: str, answer: Answer | None, **more: Json) -> None:
        objects: Json = [plain(item) for item in answer.objects] if answer is not None else []
        self._take("result", change=change.id, result=result, objects=objects, **more)
        self._survey.results.setdefault(change.step, {})[ChangeName.of(change)] = result
        self._count()

    def _take(self, kind: str, **values: Json) -> None:
        """Into the journal first, then into what the steps know."""
        self._recollection.take(self._journal.write(kind, **values))
        self._survey.memory = self._recollection.memory()

    # --- what is no write --------------------------------------------------------------------------------------------

    def _wait(self, wait: Wait) -> None:
        if wait.pauses or not self._once(wait.id, ""):
            raise Stopped
        self._signals.expect(wait.id)
        self._phase(wait.step, Status.WAITING)
        self._log.event(WaitStarted(wait, self._clock.now() + timedelta(seconds=wait.seconds)))
        try:
            skipped = self._poll(wait) if wait.reads else self._signals.pause(wait.id, wait.seconds, self._clock)
        finally:
            self._log.event(WaitEnded(wait))
        self._take("done", change=wait.id, what="wait", skipped=skipped)

    def _poll(self, wait: Wait) -> bool:
        """Read until the step no longer wants this wait, or its time is over; whether it was skipped."""
        until = self._clock.monotonic() + wait.seconds
        gone = 0
        while self._clock.monotonic() < until:
            if self._signals.pause(wait.id, min(wait.poll, wait.seconds), self._clock):
                return True
            self._survey.read_again(wait.reads, self._survey.course.needed([wait.step]), self._signals.cancellation)
            gone = 0 if wait.id in {action.id for action in self._actions(wait.step)} else gone + 1
            if gone > wait.twice:
                break
        return False

    def _ask(self, ask: Ask) -> None:
        if not self._once(ask.id, ask.where):
            raise Stopped
        self._signals.expect(ask.id)
        self._phase(ask.step, Status.ATTENTION)
        self._log.event(AskStarted(ask))
        done = self._signals.wait_for_answer(ask.id)
        if not done:
            raise Stopped(outcome("run.declined", ask.id, observed=ask.where, command=ask.command))
        self._affected |= dict.fromkeys(ask.affects)
        self._take("done", change=ask.id, what="ask", skipped=False, command=ask.command, where=ask.where)

    def _trial(self, trial: Trial) -> None:
        if not self._once(trial.id, ""):
            raise Stopped
        answer = run_trial(trial, self._sources, self._signals)
        self._survey.trials[trial.id] = answer
        self._journal.write("trial", trial=trial.id, step=trial.step.value, **trial_record(answer))


def _differs(before: Answer | None, after: Answer | None) -> bool:
    """Whether a read shows something else than it did; one that failed shows nothing."""
    if after is None or (after.failure is not None and not after.objects):
        return False
    return before is None or before.objects != after.objects


def run_trial(trial: Trial, sources: Sources, signals: Signals) -> Answer:
    """The outcome of the probe or of the test message. Raises `Cancelled`."""
    attempt = sources.attempt(trial, signals.cancellation)
    while True:
        try:
            return attempt.result(SLICE)
        except NotYet:
            signals.cancellation.check()


def trial_record(answer: Answer) -> dict[str, Json]:
    """A trial's outcome for the journal."""
    return {
        "objects": [plain(item) for item in answer.objects],
        "warnings": list(answer.warnings),
        "failure": None if answer.failure is None else answer.failure.what,
    }
