"""A scripted session and an application on it: what the screen is tested with, without any organization."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pushtui.base import words
from pushtui.base.commands import Cmdlet, GraphRequest
from pushtui.base.errors import Cancelled
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.doctor.rows import DoctorRow
from pushtui.engine.events import Identity, Level, LogLine, RunEnded, StepChanged, StepReport
from pushtui.engine.snapshot import Snapshot
from pushtui.engine.task import PROCEDURE, Task
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure.keys import Key
from pushtui.procedure.model import (
    Action,
    Change,
    Consent,
    ExchangeRead,
    ExchangeWrite,
    Facts,
    Finding,
    GraphWrite,
    Inputs,
    Risk,
    Severity,
    Status,
    StepId,
    Trial,
    Wait,
)
from pushtui.profile import Profile
from pushtui.settings.model import Settings
from pushtui.tui import clipboard as clipboard_module
from pushtui.tui.app import PushtuiApp
from pushtui.tui.clipboard import Copied, Way
from pushtui.tui.terminal import Terminal

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
TERMINAL = Terminal(unicode=True, own_colours=True, frames=50, usable=True)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tests of the screen are coroutines; each gets a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.function):
        return None
    wanted = inspect.signature(pyfuncitem.function).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def english_again() -> Iterator[None]:
    """For a test that speaks another language."""
    yield
    words.choose("en")


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class ScriptedPlan:
    actions: tuple[Action, ...] = ()
    needed_consents: frozenset[Consent] = frozenset()
    steps: tuple[StepId, ...] = tuple(StepId)
    blocked: dict[StepId, str] = field(default_factory=dict)
    task: Task = PROCEDURE
    lost: tuple[Finding, ...] = ()


def sample_actions() -> tuple[Action, ...]:
    """A change of each kind, a wait and a trial."""
    proxy = Cmdlet.of("Enable-PushNotificationProxy", Organization="fabrikam.com")
    server = Cmdlet.of("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl="https://acs.example/metadata/json/1")
    key = GraphRequest.of("PATCH", "/servicePrincipals/7c2f", {"keyCredentials": []})
    return (
        Change(
            "auth-server.create",
            StepId.AUTH_SERVER,
            "MicrosoftSts",
            ExchangeWrite(server),
            None,
            {"AuthMetadataUrl": "https://acs.example/metadata/json/1", "Enabled": True},
            Risk.REVERSIBLE,
            (),
            undo=ExchangeWrite(Cmdlet.of("Remove-AuthServer", Identity="MicrosoftSts")),
        ),
        Change(
            "service-principal.add-key",
            StepId.SERVICE_PRINCIPAL,
            "00000002-0000-0ff1-ce00-000000000000",
            GraphWrite(key),
            {"keyCredentials": ["CN=Other (expires 2027-01-01)"]},
            {"keyCredentials": ["CN=Other (expires 2027-01-01)", "CN=Microsoft Exchange Server Auth Certificate"]},
            Risk.ORG_WIDE,
            (),
            undo=GraphWrite(key),
            consent=Consent.SERVICE_PRINCIPAL_KEY,
        ),
        Change(
            "push-proxy.enable",
            StepId.PUSH_PROXY,
            "OnPrem-Proxy",
            ExchangeWrite(proxy),
            {"Enabled": False, "Organization": "", "Uri": "https://outlook.office365.com/PushNotifications"},
            {"Enabled": True, "Organization": "fabrikam.com", "Uri": "https://outlook.office365.com/PushNotifications"},
            Risk.REVERSIBLE,
            (),
            undo=ExchangeWrite(Cmdlet.of("Disable-PushNotificationProxy", Confirm=False)),
        ),
        Wait("verification.wait", StepId.VERIFICATION, 120.0),
        Trial(
            "verification.probe",
            StepId.VERIFICATION,
            ExchangeRead(Cmdlet.of("Invoke-MonitoringProbe", Identity="PushNotifications.Protocol\\PushProbe")),
        ),
    )


class ScriptedSession:
    """Plays a session: `script` decides what each step comes out as; `gate` holds an operation until it is opened."""

    def __init__(self, profile: Profile, prompts: Any, emit: Callable[[Any], None]) -> None:
        self.profile, self.prompts, self.emit = profile, prompts, emit
        self.reports = {step: StepReport(step, Status.UNKNOWN) for step in StepId}
        self.log_path = Path("/var/log/example/pushtui.log")
        self.calls: list[tuple[Any, ...]] = []
        self.outcomes: dict[StepId, StepReport] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.cancelled = threading.Event()
        self.closed = threading.Event()
        self.scripted_plan = ScriptedPlan()
        self.catalogue = Catalogue()
        self.scripted_facts: Facts | None = None
        self.scripted_keys: tuple[Key, ...] = ()
        self.during: Callable[[ScriptedSession], None] = lambda session: None
        self.close_hangs = False
        self.overwrite_certificate_file = False
        self.interrupted_run: Any = None
        self.scripted_runs: tuple[Any, ...] = ()
        self.scripted_history: tuple[str, ...] = ()
        self.kept: list[str] = []
        """What was typed into the console, to be remembered."""
        self.outcome: dict[StepId, StepReport] = {}
        self.examined: list[DoctorRow] = []

    def line(self, text: str, level: Level = Level.INFO, source: str = "exchange", step: StepId | None = None) -> None:
        self.emit(LogLine(NOW, source, level, text, step))

    def report(self, step: StepId, status: Status, *findings: Finding, actions: tuple[Action, ...] = ()) -> None:
        done = status not in {Status.CHECKING, Status.APPLYING, Status.WAITING}
        self.reports[step] = StepReport(step, status, findings, actions, NOW if done else None, 0.4 if done else 0.0)
        self.emit(StepChanged(self.reports[step]))

    def check(self, steps: Collection[StepId] = tuple(StepId), *, probe: bool = False) -> None:
        self._run("check", steps)

    def _run(self, operation: str, steps: Collection[StepId]) -> None:
        self.calls.append((operation, tuple(steps)))
        self.cancelled.clear()
        self.emit(Identity("exchange", "ex01.lab.example", "admin@lab.example"))
        self.emit(Identity("entra", "fabrikam.com", "app 5d1e2c40 (certificate)"))
        for step in steps:
            self.report(step, Status.CHECKING)
        self.line("Get-AuthConfig", Level.COMMAND, step=StepId.CERTIFICATE)
        self.entered.set()
        self.during(self)
        while not self.gate.wait(0.01):
            if self.cancelled.is_set():
                break
        for step in steps:
            outcome = self.outcomes.get(step)
            if self.cancelled.is_set():
                self.report(step, Status.CANCELLED)
            elif outcome is not None:
                self.reports[step] = outcome
                self.emit(StepChanged(outcome))
            else:
                self.report(step, Status.OK, Finding("tenant.domain-verified", Severity.OK))
        self.emit(RunEnded(operation, cancelled=self.cancelled.is_set()))

    def plan(self, steps: Collection[StepId] = tuple(StepId)) -> ScriptedPlan:
        self._run("plan", steps)
        return self.scripted_plan

    def plan_task(self, task: Task) -> ScriptedPlan:
        self.calls.append(("task", task))
        self._run("plan", ())
        return replace(self.scripted_plan, task=task)

    def read_keys(self) -> tuple[Key, ...]:
        self._run("keys", ())
        return self.scripted_keys

    def apply(self, plan: ScriptedPlan, consents: frozenset[Consent]) -> None:
        self.calls.append(("consents", consents))
        self._run("apply", tuple(dict.fromkeys(action.step for action in plan.actions)))

    def doctor(self) -> None:
        self.calls.append(("doctor",))
        self.cancelled.clear()
        for row in self.examined:
            self.emit(row)
        self.during(self)
        self.entered.set()
        while not self.gate.wait(0.01):
            if self.cancelled.is_set():
                self.emit(RunEnded("doctor", cancelled=True))
                raise Cancelled
        self.emit(RunEnded("doctor"))

    def plan_undo(self, run_id: str = "", steps: Collection[StepId] = tuple(StepId), change: int = 0) -> ScriptedPlan:
        self.calls.append(("plan_undo", run_id, tuple(steps), *((change,) if change else ())))
        self.emit(RunEnded("plan"))
        return self.scripted_plan

    def typed_before(self) -> tuple[str, ...]:
        return self.scripted_history

    def ask(self, cmdlet: Cmdlet, width: int = 100, typed: str = "") -> int:
        self.calls.append(("ask", cmdlet, width))
        self.kept.append(typed)
        self.emit(Identity("exchange", "ex01.lab.example", "admin@lab.example"))
        self.line(cmdlet.text, Level.COMMAND)
        self.entered.set()
        self.during(self)
        self.gate.wait()
        self.line("EX01  Main", Level.OUTPUT)
        self.emit(RunEnded("console"))
        return 1

    def learn(self, name: str) -> Catalogue:
        self.calls.append(("learn", name))
        known = dict(self.catalogue.parameters)
        if name == "*":
            self.catalogue = Catalogue(("Get-AuthConfig", "Get-ExchangeServer", "Test-ServiceHealth"), known)
        else:
            self.catalogue = Catalogue(self.catalogue.names, {**known, name: ("Identity", "Status")})
        self.emit(RunEnded("console"))
        return self.catalogue

    def snapshot(self) -> Snapshot:
        facts = Facts(Inputs(self.profile.tenant_domain, "", ""), NOW)
        return Snapshot(self.profile, self.scripted_facts or facts, self.reports, {}, "1.2.3")

    def runs(self) -> tuple[Any, ...]:
        return self.scripted_runs

    def interrupted(self) -> Any:
        return self.interrupted_run

    def answer(self, ask_id: str, done: bool) -> None:
        self.calls.append(("answer", ask_id, done))

    def skip(self, wait_id: str) -> None:
        self.calls.append(("skip", wait_id))

    def give_up_sign_in(self) -> None:
        self.calls.append(("give up", ()))

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        if self.close_hangs:
            threading.Event().wait(30)
        self.closed.set()


@dataclass
class Driven:
    """An application under test."""

    app: PushtuiApp
    pilot: Any
    clock: ManualClock
    sessions: list[ScriptedSession]
    prepare: Callable[[ScriptedSession], None] = lambda session: None

    @property
    def session(self) -> ScriptedSession:
        return self.sessions[-1]

    @property
    def text(self) -> str:
        """What is on the screen, as lines without trailing spaces."""
        return screen_text(self.app)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, met: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait for something to become true, letting the application run."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not met():
            assert asyncio.get_running_loop().time() < deadline, f"not reached; on screen:\n{self.text}"
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    async def until_text(self, words: str) -> None:
        await self.until(lambda: words in self.text)

    async def until_idle(self) -> None:
        await self.until(lambda: self.sessions and not self.app.conductor.state.busy)


def screen_text(app: PushtuiApp) -> str:
    """The composed screen as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    path = tmp_path / "fabrikam.toml"
    path.write_text(
        'tenant_domain = "fabrikam.com" # ours\ncertificate_path = "~/auth.cer"\n'
        '[exchange]\nserver = "ex01.lab.example"\n'
    )
    return Profile(
        tenant_domain="fabrikam.com",
        certificate_path="~/auth.cer",
        environment="lab",
        exchange=ExchangeSettings(server="ex01.lab.example"),
        path=path,
    )


@pytest.fixture
def drive(profile: Profile) -> Any:
    """``async with drive(size=(80, 24)) as it:`` an application on a scripted session."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (80, 24),
        prepare: Callable[[ScriptedSession], None] = lambda session: None,
        terminal: Terminal = TERMINAL,
        read_only: bool = False,
        profile_read_only: bool = False,
        settings: Settings | None = None,
        application: Mapping[str, Any] | None = None,
        **changed: Any,
    ) -> Any:
        sessions: list[ScriptedSession] = []

        def factory(settings: Profile, prompts: Any, emit: Callable[[Any], None]) -> ScriptedSession:
            session = ScriptedSession(settings, prompts, emit)
            prepare(session)
            sessions.append(session)
            return session

        clock = ManualClock()
        app = PushtuiApp(
            replace(profile, read_only=profile_read_only, **changed),
            factory,
            read_only=read_only,
            clock=clock,
            terminal=terminal,
            settings=settings,
            **(application or {}),
        )
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            try:
                yield Driven(app, pilot, clock, sessions)
            finally:
                for session in sessions:
                    session.gate.set()
                    session.cancelled.set()
                app.conductor.runner.prompts.decline()

    return run


@pytest.fixture
def make() -> SimpleNamespace:
    """Values that the tests of the screen need."""
    return SimpleNamespace(
        actions=sample_actions, plan=ScriptedPlan, now=NOW, terminal=TERMINAL, session=ScriptedSession
    )


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was copied."""
    copied: list[str] = []

    async def copy(text: str, write: Any) -> Copied:
        copied.append(text)
        return Copied(Way.TERMINAL, None)

    monkeypatch.setattr(clipboard_module, "copy", copy)
    return copied
