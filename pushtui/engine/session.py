"""A session: one profile, its connections, what is known, and the operations on it.

`check`, `plan` and `apply` block and belong on a worker thread, one at a time; everything else returns at once and may
be called from any thread. Each operation ends with a `RunEnded`. It raises only what keeps it from being done at all:
`Cancelled`, `ReadOnlyRefused`, or the `PushtuiError` of a session that cannot go on; what a step could not find out or
do is in its report.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from pushtui import __version__
from pushtui.base.clock import Clock, SystemClock
from pushtui.base.commands import Cmdlet, Json
from pushtui.base.errors import Cancelled, PushtuiError, Side
from pushtui.base.files import state_folder
from pushtui.base.redaction import Redactor
from pushtui.base.values import replace
from pushtui.base.words import _
from pushtui.engine.action_encoding import task_to
from pushtui.engine.answers import Form
from pushtui.engine.apply import Application, run_trial
from pushtui.engine.calls import Call, Calls
from pushtui.engine.connections import Connections, read_only_refused
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.console.desk import Desk
from pushtui.engine.console.history import History
from pushtui.engine.doctor.rows import DoctorRow
from pushtui.engine.events import Event, StepReport
from pushtui.engine.gather import Survey
from pushtui.engine.inputs import inputs
from pushtui.engine.journal import Journal, new_run_id, only_run, organization_folder, who
from pushtui.engine.log import Log
from pushtui.engine.memory import Recollection
from pushtui.engine.operating import Operations
from pushtui.engine.plan import Plan, make_plan
from pushtui.engine.ports import Ports, Prompts
from pushtui.engine.realports import RealPorts
from pushtui.engine.runs import Run, interrupted, last_run, progress_of, read_runs
from pushtui.engine.snapshot import Snapshot
from pushtui.engine.sources import Sources
from pushtui.engine.taking_back import task_of, way_back
from pushtui.engine.task import PROCEDURE, Task
from pushtui.procedure import chain, keys
from pushtui.procedure.courses import COURSES, KEYS
from pushtui.procedure.model import Consent, ExchangeRead, Inputs, Status, StepId, Trial
from pushtui.procedure.verification import MAIL
from pushtui.profile import Profile

__all__ = ["ALL", "Prompts", "Session"]

ALL: tuple[StepId, ...] = tuple(StepId)

CLOSING = 0.9
"""Seconds that closing a session may take: for a running operation to end by itself, and for the remote shells."""

_UNSETTLED = {Status.CHECKING, Status.APPLYING, Status.WAITING}


class Session:
    """What the screen and the command line work with. Making one opens nothing."""

    def __init__(
        self,
        profile: Profile,
        prompts: Prompts,
        emit: Callable[[Event], None],
        *,
        read_only: bool = False,
        clock: Clock | None = None,
        ports: Ports | None = None,
        calls: Calls | None = None,
        history: int = 0,
    ) -> None:
        self.profile = profile
        self.read_only = read_only or profile.read_only
        self.overwrite_certificate_file = False
        """Set before `plan` and `apply`: the admin agreed that a different file at the certificate path is replaced."""
        self.journal_path: Path | None = None
        """The journal of the last apply, where it wrote one."""
        self._clock: Clock = clock or SystemClock()
        self._ports: Ports = ports or RealPorts()
        self._redactor = Redactor()
        self._log = Log(state_folder() / "log", emit, self._clock, self._redactor, calls)
        self._calls = calls
        self._connections = Connections(
            profile, prompts, self._ports, self._log, self._redactor, read_only=self.read_only
        )
        self._desk = Desk(self._connections, self._log)
        self._sources = Sources(self._connections, self._clock)
        self._folder = organization_folder(state_folder(), profile)
        self._history = History(self._folder, self._redactor, history)
        self._recollection: Recollection | None = None
        self._trust = self._make_survey(PROCEDURE)
        self._task, self._survey = PROCEDURE, self._trust
        """What the last operation was about."""
        self._operations = Operations(self._log, self._connections.begin, self._settle)

    @property
    def reports(self) -> Mapping[StepId, StepReport]:
        """All seven steps as they stand."""
        return self._trust.reports

    @property
    def outcome(self) -> Mapping[StepId, StepReport]:
        """The steps of the last operation as they stand: those of its course, which need not be the procedure's."""
        return {step: self._survey.reports[step] for step in self._survey.course.order}

    def snapshot(self) -> Snapshot:
        """All that is known now, from any thread: asks nothing."""
        facts = self._trust.facts()
        sides = {side: self._connections.account(side) for side in ("exchange", "windows", "entra")}
        return Snapshot(
            self.profile,
            replace(facts, answers=dict(facts.answers), trials=dict(facts.trials)),
            self.reports,
            {side: account for side, account in sides.items() if account},
            __version__,
        )

    @property
    def log_path(self) -> Path:
        """Where every line goes; made with the first line."""
        return self._log.path

    def call(self, number: int, form: Form = "json") -> Call | None:
        """What was sent and all that was answered; None where it is not kept. Takes its time, on any thread."""
        return self._calls.find(number, form) if self._calls is not None else None

    # --- operations --------------------------------------------------------------------------------------------------

    def check(self, steps: Collection[StepId] = ALL, *, probe: bool = False) -> None:
        """Read what the steps need and report them. With `probe`, the probe is run as well, without a restart."""

        def body() -> None:
            self._turn_to(PROCEDURE)
            self._look(steps, probe=probe, mail=False, fresh=steps)
            if probe and StepId.VERIFICATION in steps:
                self._run_probe()

        self._operations.run("check", body)

    def plan(self, steps: Collection[StepId] = ALL) -> Plan:
        """Read afresh, these steps and the links before them, then say what would be done."""

        def body() -> Plan:
            self._turn_to(PROCEDURE)
            self._begin_run(steps)
            self._look(steps, probe=True, mail=True, fresh=chain.needed(steps))
            return make_plan(self.reports, steps)

        return self._operations.run("plan", body)

    def plan_undo(self, run_id: str = "", steps: Collection[StepId] = ALL, change: int = 0) -> Plan:
        """Read afresh, then say what takes back what a run did to these steps, or one change of it by its number; by
        default the last run that did anything.

        Raises `UsageError` where there is no such run or change.
        """
        return self.plan_task(task_of(read_runs(self._folder), run_id, steps, change))

    def plan_task(self, task: Task) -> Plan:
        """As `plan`, of a task beside the procedure itself."""

        def body() -> Plan:
            self._turn_to(task)
            order = self._survey.course.order
            self._begin_run(task.steps)
            self._look(task.steps, probe=False, mail=False, fresh=())
            return make_plan(self._survey.reports, task.steps, task, order)

        return self._operations.run("plan", body)

    def read_keys(self) -> tuple[keys.Key, ...]:
        """Read the service principal's keys, and whose they are. What could not be found out is in `outcome`."""

        def body() -> tuple[keys.Key, ...]:
            self._turn_to(Task(KEYS.name))
            self._look(KEYS.order, probe=False, mail=False, fresh=())
            return keys.inventory(self._survey.facts())

        return self._operations.run("keys", body)

    def apply(self, plan: Plan, consents: frozenset[Consent] = frozenset(), *, digest: str = "") -> None:
        """Do what was planned, as far as it is still wanted and was consented to. Raises `ReadOnlyRefused`.

        `digest` names the file that the plan was read from: what an earlier run of it has sent counts as its own.
        """

        def body() -> None:
            if self.read_only:
                raise read_only_refused(Side.LOCAL, _("the plan of {count} actions").format(count=len(plan.actions)))
            with only_run(self._folder, self._clock.now()):
                self._turn_to(plan.task)
                trust = self._survey is self._trust
                self._begin_run(plan.steps)
                self._look(plan.steps, probe=trust, mail=trust, fresh=self._survey.course.needed(plan.steps))
                self._apply(plan, consents, digest)

        self._operations.run("undo" if plan.task.undoes else "apply", body)

    def interrupted(self) -> Run | None:
        """The last run here, where it came to no end; reads journals only, on any thread."""
        return interrupted(self._folder)

    def runs(self) -> tuple[Run, ...]:
        """Every run here, oldest first; reads journals only, on any thread."""
        return read_runs(self._folder)

    def doctor(self) -> tuple[DoctorRow, ...]:
        """Test every leg of the way to both organizations, without changing anything; rows are events as they come."""

        def body() -> tuple[DoctorRow, ...]:
            from pushtui.engine.doctor.examination import Examination  # sockets and TLS, which no other run needs

            return Examination(
                self.profile, self._connections, self._clock, self._operations.signals.cancellation, self._log.event
            ).run()

        return self._operations.run("doctor", body)

    def ask(self, cmdlet: Cmdlet, width: int = 100, typed: str = "") -> int:
        """Send what was typed into the console, where it only reads; the answer goes to the log. How many objects.

        `typed` is the line itself, to be remembered.
        """

        def body() -> int:
            self._history.keep(typed)
            return self._desk.ask(cmdlet, self._operations.signals.cancellation, width)

        return self._operations.run("console", body)

    def typed_before(self) -> tuple[str, ...]:
        """What was typed into the console of this organization, oldest first; reads a file only, on any thread."""
        return self._history.lines()

    def learn(self, name: str) -> Catalogue:
        """Find out which cmdlets there are (``*``), or the parameters of one; all that is known then."""

        def body() -> Catalogue:
            self._desk.learn(name, self._operations.signals.cancellation)
            return self._desk.catalogue

        return self._operations.run("console", body)

    @property
    def catalogue(self) -> Catalogue:
        """The cmdlets that can be asked, as far as they are known."""
        return self._desk.catalogue

    def answer(self, ask_id: str, done: bool) -> None:
        """What the admin said to an ask."""
        self._operations.signals.answer(ask_id, done)

    def skip(self, wait_id: str) -> None:
        """End a wait early."""
        self._operations.signals.skip(wait_id)

    def give_up_sign_in(self) -> None:
        """Nobody will enter the device code that is shown: the sign-in ends, the operation goes on without it."""
        self._connections.give_up_sign_in()

    def cancel(self) -> None:
        """Ask the running operation for an end."""
        self._operations.signals.cancel()

    def close(self) -> None:
        """Cancel what runs and let go of everything, within a second; never raises."""
        until = time.monotonic() + CLOSING
        self._operations.close(CLOSING)
        self._connections.close()
        self.join(until - time.monotonic())
        self._log.close()

    def join(self, seconds: float) -> None:
        """After `close`: wait until the remote shells are closed, at most so long."""
        self._connections.join(max(0.0, seconds))

    # --- what operations are made of ----------------------------------------------------------------------------------

    def _settle(self, status: Status) -> None:
        """No step is left looking busy."""
        self._survey.phases.clear()
        reports = self._survey.reports
        self._survey.set_status([step for step in StepId if reports[step].status in _UNSETTLED], status)

    def _look(self, steps: Collection[StepId], *, probe: bool, mail: bool, fresh: Collection[StepId]) -> None:
        """Ask for `fresh` anew and for what the links before `steps` still lack."""
        self._survey.inputs = inputs(
            self.profile,
            self._task,
            self._ports.cloud(self.profile),
            probe=probe,
            mail=mail or MAIL in self._survey.trials,
            overwrite_certificate_file=self.overwrite_certificate_file,
        )
        self._survey.memory = self._remembered().memory()
        needed = self._survey.course.needed(steps)
        self._survey.forget(fresh)
        self._survey.set_status([step for step in needed if not self._survey.complete(step)], Status.CHECKING)
        self._survey.gather(needed, self._operations.signals.cancellation)

    def _begin_run(self, steps: Collection[StepId]) -> None:
        """A new run: what an earlier one sent, waited for or proved does not count in it.

        The journals are read again: another pushtui may have written one meanwhile.
        """
        self._recollection = None
        self._remembered().begin_run()
        if StepId.VERIFICATION in steps:
            self._survey.trials.clear()

    def _run_probe(self) -> None:
        actions = self._survey.evaluate()[StepId.VERIFICATION].actions
        for trial in actions:
            if isinstance(trial, Trial) and isinstance(trial.query, ExchangeRead):
                self._survey.set_status([StepId.VERIFICATION], Status.CHECKING)
                self._survey.trials[trial.id] = run_trial(trial, self._sources, self._operations.signals)
        self._survey.publish([StepId.VERIFICATION])

    def _apply(self, plan: Plan, consents: frozenset[Consent], digest: str) -> None:
        given: list[Json] = [*sorted(consents & plan.needed_consents)]
        header = self._header(plan) | {"reviewed": digest, "consents": given}
        journal = Journal(
            self._folder, new_run_id(self._clock.now(), self._folder), header, self._clock, self._redactor
        )
        ended: dict[str, Json] = {"cancelled": True}
        earlier = last_run(self._folder)
        try:
            if earlier is not None and earlier.unfinished:
                journal.write("resumes", resumes=earlier.id)
            Application(
                plan,
                consents,
                survey=self._survey,
                sources=self._sources,
                journal=journal,
                recollection=self._remembered(),
                signals=self._operations.signals,
                log=self._log,
                clock=self._clock,
                progress=progress_of(read_runs(self._folder), digest),
            ).run()
            ended = {"cancelled": False}
        except PushtuiError as error:
            ended = {"cancelled": isinstance(error, Cancelled), "error": error.what}
            raise
        finally:
            if journal.started:
                self.journal_path = journal.path
                reports = self._survey.reports
                journal.write("end", **ended, statuses={step: reports[step].status.value for step in plan.steps})
            journal.close()

    def _turn_to(self, task: Task) -> None:
        """What is looked at from now on; beside the procedure itself, nothing is known from before."""
        self._task = task
        self._survey = self._trust if task == PROCEDURE else self._make_survey(task)

    def _make_survey(self, task: Task) -> Survey:
        """A look at a course; only the procedure's is announced step by step."""
        course = self._course(task)
        unset = Inputs("", "", "")
        return Survey(unset, self._sources, self._log, self._clock, course, announce=course is chain.TRUST)

    def _course(self, task: Task) -> chain.Course:
        """The steps of a task. Raises `UsageError` for a run that is not there."""
        if task.course in COURSES:
            return COURSES[task.course]
        return way_back(read_runs(self._folder), task)

    def _remembered(self) -> Recollection:
        """What the journals know; read once a session, kept up by what this session does."""
        if self._recollection is None:
            self._recollection = Recollection()
            self._recollection.read(self._folder)
        return self._recollection

    def _header(self, plan: Plan) -> dict[str, Json]:
        profile = self.profile
        return {
            "version": __version__,
            "who": who(),
            "profile": str(profile.path),
            "environment": profile.environment,
            "exchange": profile.exchange.server,
            "tenant": profile.tenant_domain,
            "tenant_id": self._connections.tenant_id,
            "cloud": profile.cloud.name,
            "course": plan.task.course,
            "undoes": plan.task.undoes,
            "task": task_to(plan.task),
            "steps": [step.value for step in plan.steps],
            "accounts": {side: self._connections.account(side) for side in ("exchange", "entra")},
            "plan": [{"id": action.id, "step": action.step.value} for action in plan.actions],
        }
