"""Between the keys and the engine: what may be started now, what runs, and what came of it. Knows no widget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from pushtui.base.clock import Clock, SystemClock
from pushtui.base.commands import Cmdlet
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import Level, LogLine, StepReport
from pushtui.engine.task import PROCEDURE, Task
from pushtui.procedure.model import Consent, Severity, StepId
from pushtui.profile import VALIDATORS, Profile, with_fields
from pushtui.tui.actions import key_of
from pushtui.tui.bridge import Bridge
from pushtui.tui.keeper import Keeper
from pushtui.tui.news import FieldsKept, News, ProfileChosen, ProfilesFound, Read, RunInterrupted, TypedBefore
from pushtui.tui.prompts import SecretRequest
from pushtui.tui.runner import OperationEnded, Runner
from pushtui.tui.state import State, Told, undone

if TYPE_CHECKING:
    from pushtui.engine.answers import Form
    from pushtui.engine.calls import Call
    from pushtui.engine.console.catalogue import Catalogue
    from pushtui.engine.runs import Run
    from pushtui.procedure.overview import Overview
    from pushtui.tui.session import PlanLike, SessionFactory, SessionLike

ALL: tuple[StepId, ...] = tuple(StepId)

NEEDED_BY: dict[str, frozenset[StepId]] = {
    "tenant_domain": frozenset(StepId) - {StepId.SERVERS},
    "certificate_path": frozenset({StepId.CERTIFICATE, StepId.SERVICE_PRINCIPAL}),
    "exchange_server": frozenset(StepId) - {StepId.TENANT},
}
"""Field → the steps that cannot do without a good value of it."""

TASK_STEPS: dict[str, tuple[StepId, ...]] = {
    "keys": (StepId.SERVICE_PRINCIPAL,),
    "renewal": (StepId.CERTIFICATE, StepId.SERVICE_PRINCIPAL),
}
"""Task → the steps that it concerns."""


class Conductor:
    """Holds the state, the bridge and the runner together."""

    def __init__(
        self, profile: Profile, factory: SessionFactory, *, read_only: bool = False, clock: Clock | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.bridge = Bridge()
        self.state = State()
        self.runner = Runner(factory, profile, self.bridge.emit)
        self.problems: dict[str, str] = {}
        """Field → what is wrong with what it holds now."""
        self.planned: dict[StepId, StepReport] = {}
        """The steps of the task that was planned last."""
        self.differs = ""
        """What was not as confirmed when the last plan was applied: the next one is shown because of it."""
        self.may_replace_file = False
        """Whether the person agreed that another file at the certificate path is replaced."""
        self.keeper = Keeper(self.bridge.emit)
        self._read_only = read_only
        self._judge_all()

    def _judge_all(self) -> None:
        for name, value in self.fields().items():
            self.judge(name, VALIDATORS[name](value) or "")

    @property
    def profile(self) -> Profile:
        """The settings as they are now."""
        return self.runner.profile

    @property
    def read_only(self) -> bool:
        """Whether this run can send no write."""
        return self._read_only or self.profile.read_only

    def fields(self) -> dict[str, str]:
        """The values that are edited in place."""
        profile = self.profile
        return {
            "tenant_domain": profile.tenant_domain,
            "certificate_path": profile.certificate_path,
            "exchange_server": profile.exchange.server,
        }

    # --- what may be done ------------------------------------------------------------------------------------------

    def file_in_the_way(self, plan: PlanLike) -> bool:
        """Whether all that keeps the certificate from being planned is another file at its path."""
        report = self.state.reports[StepId.CERTIFICATE]
        grave = [each.code for each in report.findings if each.severity in {Severity.ATTENTION, Severity.FAILURE}]
        return plan.task == PROCEDURE and StepId.CERTIFICATE in plan.steps and grave == ["certificate.file-differs"]

    def judge(self, name: str, problem: str) -> None:
        """Note what is wrong with a field; an empty `problem` means nothing is."""
        if problem:
            self.problems[name] = problem
        else:
            self.problems.pop(name, None)

    def why_not(self, steps: Iterable[StepId], *, write: bool = False) -> str:
        """Why nothing can be started for these steps now, as a sentence; empty when it can."""
        if self.state.busy:
            return _("Something is running; {key} cancels it").format(key=key_of("cancel"))
        wanted = set(steps)
        for name, problem in self.problems.items():
            if NEEDED_BY[name] & wanted:
                return problem
        if write and self.read_only:
            return _("This run is read-only: {key} shows the plan").format(key=key_of("plan"))
        return ""

    # --- what is done ----------------------------------------------------------------------------------------------

    def check(self, steps: tuple[StepId, ...] = ALL) -> None:
        """Look at these steps."""
        self._start("check", steps, lambda session: session.check(steps))

    def plan(self, steps: tuple[StepId, ...] = ALL) -> None:
        """Look at these steps and put together what would be changed."""
        replace_file = self.may_replace_file

        def call(session: SessionLike) -> PlanLike:
            session.overwrite_certificate_file = replace_file
            plan: PlanLike = session.plan(steps)
            return plan

        self._start("plan", steps, call)

    def apply(self, plan: PlanLike, consents: frozenset[Consent]) -> None:
        """Do what the plan says. Where the world is another one by then, what is left is planned again."""
        self._applied = plan
        steps = tuple(dict.fromkeys(action.step for action in plan.actions))

        def call(session: SessionLike) -> Mapping[StepId, StepReport]:
            session.apply(plan, consents)
            return {} if plan.task == PROCEDURE else session.outcome

        self._start("undo" if plan.task.undoes else "apply", steps, call)

    def _plan_again(self, plan: PlanLike) -> None:
        """Put together what is left of this one, as it would be done now."""
        if plan.task == PROCEDURE:
            self.plan(tuple(plan.steps))
        elif plan.task.undoes:
            self.plan_undo(plan.task.steps, plan.task.undoes, plan.task.change)
        else:
            self.plan_task(plan.task)

    def keys(self) -> None:
        """Read the service principal's keys."""

        def call(session: SessionLike) -> Read:
            keys = session.read_keys()
            return Read(keys, tuple(session.outcome.values()))

        self._start("keys", TASK_STEPS["keys"], call)

    def plan_task(self, task: Task) -> None:
        """Put together what a task beside the procedure itself would change."""

        def call(session: SessionLike) -> PlanLike:
            plan: PlanLike = session.plan_task(task)
            self.planned = dict(session.outcome)
            return plan

        self._start("plan", TASK_STEPS[task.course], call)

    def organization(self, *, afresh: bool = False) -> None:
        """Put together what is known of the organization; look first where nothing is, or everything again."""

        def call(session: SessionLike) -> Overview:
            if afresh or not session.snapshot().checked:
                session.check()
            return session.snapshot().overview()

        self._start("organization", ALL, call)

    def write(self, form: str) -> None:
        """Make a paper of what is known; a script reads afresh."""
        from pushtui.tui import papers  # the start does not need it

        now = self.clock.now()
        self._start("write", (), lambda session: papers.make(session, form, now))

    def ask(self, cmdlet: Cmdlet, width: int, typed: str) -> None:
        """Send what was typed into the console, and remember the line."""

        def call(session: SessionLike) -> Catalogue:
            session.ask(cmdlet, width, typed)
            return session.catalogue

        self._start("console", (), call)

    def learn(self, name: str) -> None:
        """Find out what the console can be asked."""
        self._start("console", (), lambda session: session.learn(name))

    def plan_undo(self, steps: tuple[StepId, ...] = ALL, run_id: str = "", change: int = 0) -> None:
        """Put together what takes a run back, by default the last one that changed anything; or one change of it."""
        self._start("plan", (), lambda session: session.plan_undo(run_id, steps, change))

    def runs(self) -> None:
        """Find out what runs changed, from their journals."""
        self._start("runs", (), lambda session: session.runs())

    def go_on(self, run: Run) -> None:
        """Put together what an interrupted run has left."""
        if run.undoes:
            self.plan_undo(run.task.steps, run.undoes, run.task.change)
        elif run.operation in TASK_STEPS:
            self.plan_task(run.task)
        else:
            self.plan(run.steps)

    def look_back(self) -> None:
        """Find out, on a worker thread, whether the last run was interrupted, and what was typed into the console; and
        remember the profile as used."""
        if self.profile.environment != "lab" and self.profile.path.is_file():
            from pushtui.profiles import remember

            remember(self.profile.path, self.clock.now())
        self.runner.look(lambda session: self._tell_of(session.interrupted(), session.typed_before()))

    def _tell_of(self, run: Run | None, typed: tuple[str, ...]) -> None:
        self.bridge.emit(TypedBefore(typed))
        if run is not None:
            self.bridge.emit(RunInterrupted(run))

    def doctor(self) -> None:
        """Test every leg of the way to both organizations."""
        if not self.state.busy:
            self.state.examined.clear()
            self._start("doctor", (), lambda session: session.doctor())

    def _start(self, operation: str, steps: tuple[StepId, ...], call: Callable[..., object]) -> None:
        if self.runner.start(operation, call):
            self.state.begin(operation, steps, self.clock.now())

    def cancel(self) -> None:
        """Ask what runs for an end."""
        if self.state.busy:
            self.state.cancelling = True
            self.runner.cancel()

    def sign_out(self) -> None:
        """Forget every password and token, and close every session; what was found out goes with them."""
        self.runner.change_profile(self.profile)
        self.state.forget()
        self.state.tell(self.clock.now(), Told(_("Signed out: passwords and tokens are forgotten"), "ok"))

    def give_up_sign_in(self) -> None:
        """Nobody will enter the code that is shown."""
        self.state.code = None
        self.runner.give_up_sign_in()

    def skip(self) -> None:
        """End the countdown, where there is one."""
        if self.state.wait is not None and self.state.skippable:
            self.runner.skip(self.state.wait.id)

    def answer(self, ask_id: str, done: bool) -> None:
        """What the person said to something that had to be done."""
        if self.state.asks.pop(ask_id, None) is not None:
            self.runner.answer(ask_id, done)

    def change_field(self, name: str, value: str) -> None:
        """Use a new value from now on, and keep it in the profile's file, which is written on a thread."""
        self.runner.change_profile(with_fields(self.profile, **{name: value}))
        self.state.forget()
        self.may_replace_file = False
        self.keeper.keep_field(self.profile, name, value)

    # --- profiles --------------------------------------------------------------------------------------------------

    def rehearse(self) -> None:
        """Start the lab, and go on with its profile. Only while nothing runs."""
        self.state.tell(self.clock.now(), Told(_("The lab is starting"), "accent"))
        self.keeper.start_lab()

    def _switch(self, profile: Profile) -> None:
        """Begin anew with another profile: what was found out belongs to the one before."""
        self.runner.change_profile(profile)
        self.state = State()
        self.planned = {}
        self.may_replace_file = False
        self.problems.clear()
        self._judge_all()
        lab = profile.environment == "lab"
        words = _("On the lab now") if lab else _("Profile {name}").format(name=profile.name)
        self.state.tell(self.clock.now(), Told(words, "ok"))
        self.bridge.emit(LogLine(self.clock.now(), "pushtui", Level.INFO, f"{words}: {clean_line(str(profile.path))}"))
        threading.Thread(target=self.look_back, name="pushtui-look", daemon=True).start()

    def find_call(self, number: int, form: Form) -> Call | None:
        """What was sent and answered; on a thread of its own, because decoding takes its time."""
        session = self.runner.session
        return session.call(number, form) if session is not None else None

    # --- what came of it -------------------------------------------------------------------------------------------

    def _ended(self, event: OperationEnded, news: News) -> None:
        if event.result is None:
            return
        if event.operation in {"apply", "undo"} and (differs := self._what_differs(event.result)):
            self.differs = differs
            self._plan_again(self._applied)
            return
        match event.operation:
            case "plan":
                news.plan, news.differs, self.differs = event.result, self.differs, ""
            case "keys":
                news.keys, news.outcome = event.result.keys, event.result.reports
            case "console":
                news.catalogue = event.result
            case "organization":
                news.overview = event.result
            case "runs":
                news.runs = event.result
            case "write":
                news.paper = event.result
            case "apply":
                news.outcome = tuple(event.result.values())
            case "undo":
                told = undone(event.result)
                self.state.tell(self.clock.now(), told)
                news.undone = told.ink == "ok"

    def _what_differs(self, outcome: Mapping[StepId, StepReport]) -> str:
        """What stopped a change because it is not as it was confirmed; empty where nothing did."""
        reports = outcome or self.state.reports
        found = (each for report in reports.values() for each in report.findings if each.code == "run.plan-changed")
        return next((each.observed for each in found), "")

    def take(self) -> News:
        """Drain the bridge into the state."""
        batch, now = self.bridge.drain(), self.clock.now()
        news = News(batch.lines, batch.dropped, changed=bool(batch.events))
        for event in batch.events:
            match event:
                case SecretRequest():
                    news.secrets.append(event)
                case OperationEnded():
                    self.state.end(event.error, event.cancelled, now)
                    news.ended = True
                    self._ended(event, news)
                case TypedBefore():
                    news.typed = event.lines
                case RunInterrupted():
                    news.interrupted = event.run
                case ProfilesFound():
                    news.profiles = event
                case ProfileChosen() if self.state.busy:
                    words = _("Something is running; {key} cancels it").format(key=key_of("cancel"))
                    self.state.tell(now, Told(words, "warning"))
                case ProfileChosen():
                    self._switch(event.profile)
                    news.switched = True
                case FieldsKept():
                    self.state.tell(now, Told(event.error, "error") if event.error else Told(event.where, "ok"))
                case _:
                    self.state.take(event, now)
        return news
