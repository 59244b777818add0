"""The engine on a model of the two organizations: connections that answer at once, or as a test wants them to."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet, GraphRequest
from pushtui.base.errors import Cancelled
from pushtui.base.secret import Secret
from pushtui.engine.events import Event, LogLine, RunEnded, StepChanged
from pushtui.engine.session import Session
from pushtui.engine.threads import in_thread
from pushtui.exchange.settings import ExchangeSettings, WindowsSettings
from pushtui.procedure.model import (
    CloudNames,
    Discovery,
    ExchangeRead,
    ExchangeWrite,
    GraphRead,
    GraphWrite,
    Properties,
    StepId,
    WindowsRead,
    WindowsWrite,
)
from pushtui.profile import Profile, VerificationSettings

_SPEC = importlib.util.spec_from_file_location(
    "model_of_the_organizations", Path(__file__).parent.parent / "procedure" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
model = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = model  # dataclasses look their module up
_SPEC.loader.exec_module(model)

PATIENCE = 60.0


@dataclass(frozen=True)
class Reply:
    objects: tuple[Properties, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[Any, ...] = ()
    clock_offset: float | None = None
    front_end: str = ""


@dataclass(frozen=True)
class CmdletError:
    message: str
    identifier: str
    category: str = "NotSpecified"
    server: str = ""

    @property
    def unknown_command(self) -> bool:
        return self.identifier.startswith("CommandNotFoundException")

    @property
    def absent(self) -> bool:
        return "NotFound" in self.category or "notfound" in self.identifier.lower()


class FastClock:
    """Starts at the model's time and runs a hundred times too fast, so that waits are over soon."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began = time.monotonic()

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * 100

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def pass_(self, days: float) -> None:
        """Let so many days pass at once."""
        self._start += timedelta(days=days)


@dataclass
class Ports:
    """Connections to the model. `before` and `after` are called around everything that is sent, with its text."""

    world: Any
    clock: FastClock
    before: Callable[[str], None] = lambda text: None
    after: Callable[[str], None] = lambda text: None
    opened: list[tuple[str, str]] = field(default_factory=list)
    """Side and password of every connection that was made."""
    pipelines: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    """The number of the worker, and the commands that it got together."""
    writes: list[str] = field(default_factory=list)
    closed: int = 0
    mails: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cloud(self, profile: Profile) -> CloudNames:
        return CloudNames()

    def needs_password(self, profile: Profile, side: str) -> bool:
        return True

    def exchange(self, profile: Profile, password: Secret | None, read_only: bool, listen: Any) -> Worker:
        return self._worker("exchange", "", password, listen)

    def windows(self, profile: Profile, server: str, password: Secret | None, read_only: bool, listen: Any) -> Worker:
        return self._worker("windows", server, password, listen)

    def _worker(self, side: str, server: str, password: Secret | None, listen: Any) -> Worker:
        self.opened.append((side, password.reveal() if password else ""))
        return Worker(self, side, server, len(self.opened), listen)

    def directory(self, profile: Profile, prompts: Any, read_only: bool, listen: Any) -> Directory:
        return Directory(self, listen)

    def mail(self, profile: Profile, password: Any, cancellation: Any, listen: Any) -> Properties:
        self.mails += 1
        return {"reply": "250 ok", "message_id": "<1@lab.example>"}

    def ask(self, query: Any, text: str) -> Any:
        self.before(text)
        with self._lock:
            self.world.now = self.clock.now()
            return self.world.ask(query)

    def obey(self, command: Any, text: str) -> Properties | None:
        self.before(text)
        with self._lock:
            self.world.now = self.clock.now()
            self.writes.append(text)
            result: Properties | None = self.world.obey(command)
        self.after(text)
        return result


class Worker:
    identity = "admin@lab.example"

    def __init__(self, ports: Ports, side: str, server: str, number: int, listen: Any) -> None:
        self._ports, self._side, self._server, self._number, self._listen = ports, side, server, number, listen

    def submit(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> Future[Any]:
        self._ports.pipelines.append((self._number, tuple(cmdlet.name for cmdlet in cmdlets)))
        return cancellable(lambda: [self._one(cmdlet) for cmdlet in cmdlets], cancellation)

    def close(self) -> None:
        self._ports.closed += 1

    def join(self, seconds: float) -> bool:
        return True

    def _one(self, cmdlet: Cmdlet) -> Reply:
        self._listen("command", cmdlet.text, cmdlet)
        ports = self._ports
        values = dict(cmdlet.parameters)
        if cmdlet.name == "Invoke-MonitoringProbe":
            ports.before(cmdlet.text)
            return Reply((ports.world.probe(),))
        if not cmdlet.reads:
            command = WindowsWrite(cmdlet, self._server) if self._side == "windows" else ExchangeWrite(cmdlet)
            try:
                answer = ports.obey(command, cmdlet.text)
            except model.Refused as error:
                return Reply(errors=(CmdletError(str(error), "TestRefused"),))
            return Reply(() if answer is None else (answer,))
        of_server = cmdlet.name in {"Get-ServerComponentState", "Get-ServerHealth"}
        server = str(values.get("Server") or (values.get("Identity", "") if of_server else ""))
        query = WindowsRead(cmdlet, self._server) if self._side == "windows" else ExchangeRead(cmdlet, server)
        found = ports.ask(query, cmdlet.text)
        errors = () if found.failure is None else (CmdletError(found.failure.what, found.failure.identifier),)
        return Reply(found.objects, (), errors)


class Directory:
    identity = "app (certificate)"
    tenant = "11111111-2222-4333-8444-555555555555"

    def __init__(self, ports: Ports, listen: Any) -> None:
        self._ports, self._listen = ports, listen

    def discover(self, domain: str, cancellation: Cancellation) -> Future[Any]:
        return cancellable(lambda: self._ports.ask(Discovery(domain), f"discover {domain}").objects[0], cancellation)

    def send(self, request: GraphRequest, tenant: str, cancellation: Cancellation, timeout: float) -> Future[Any]:
        self._listen("command", request.text, request)
        if request.reads:
            return cancellable(lambda: self._ports.ask(GraphRead(request), request.text).objects, cancellation)

        def write() -> tuple[Properties, ...]:
            self._ports.obey(GraphWrite(request), request.text)
            return ()

        return cancellable(write, cancellation)

    def close(self) -> None:
        self._ports.closed += 1


def cancellable(call: Callable[[], Any], cancellation: Cancellation) -> Future[Any]:
    """As a real worker's future: done with `Cancelled` soon after a cancel, whatever the call does."""
    work = in_thread(call, "model")

    def watch() -> Any:
        while not work.done():
            if cancellation.requested:
                raise Cancelled
            time.sleep(0.002)
        return work.result()

    return in_thread(watch, "watch")


class Desk:
    """A session, and everything that it said."""

    def __init__(self, ports: Ports, profile: Profile, **options: Any) -> None:
        self.ports = ports
        self.events: list[Event] = []
        self.answers: list[Secret | None] = []
        self.asked: list[tuple[str, str]] = []
        self.react: Callable[[Event], None] = lambda event: None
        self.session = Session(profile, self, self._take, clock=ports.clock, ports=ports, **options)

    def secret(self, account: str, purpose: str) -> Secret | None:
        self.asked.append((account, purpose))
        return self.answers.pop(0) if self.answers else None

    def browser(self, url: str, problem: str) -> Secret | None:
        self.asked.append((url, problem))
        return self.answers.pop(0) if self.answers else None

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self.react(event)

    @property
    def statuses(self) -> dict[str, str]:
        return {step.value: report.status.value for step, report in self.session.reports.items()}

    def codes(self, step: str) -> set[str]:
        return {finding.code for finding in self.session.reports[StepId(step)].findings}

    @property
    def ended(self) -> list[RunEnded]:
        return [event for event in self.events if isinstance(event, RunEnded)]

    @property
    def lines(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, LogLine)]

    def seen(self, step: str) -> list[str]:
        """The statuses that a step went through."""
        return [
            event.report.status.value
            for event in self.events
            if isinstance(event, StepChanged) and event.report.id.value == step
        ]

    def in_background(self, call: Callable[[], Any]) -> Future[Any]:
        return in_thread(call, "test")


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until it holds; fail when it does not come to."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of journals and logs."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "pushtui"


@pytest.fixture
def world(tmp_path: Path) -> Any:
    """An organization as Setup leaves it; the file at the certificate path is a real one."""
    return model.World()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    secret = tmp_path / "password"
    secret.write_text("correct horse battery")
    secret.chmod(0o600)
    return Profile(
        tenant_domain="fabrikam.com",
        certificate_path=str(tmp_path / "auth.cer"),
        exchange=ExchangeSettings(
            server="ex01.lab.example", auth="basic", user="admin@lab.example", password_file=str(secret)
        ),
        windows=WindowsSettings(enabled=True),
        verification=VerificationSettings(wait_seconds=3),
        path=tmp_path / "profile.toml",
    )


@pytest.fixture
def ports(world: Any) -> Ports:
    return Ports(world, FastClock(world.now))


@pytest.fixture
def make_desk(ports: Ports, profile: Profile) -> Iterator[Callable[..., Desk]]:
    """Makes sessions and closes them."""
    desks: list[Desk] = []

    def make(changed: dict[str, Any] | None = None, **options: Any) -> Desk:
        desks.append(Desk(ports, replace(profile, **(changed or {})), **options))
        return desks[-1]

    yield make
    for desk in desks:
        desk.session.close()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


@pytest.fixture(scope="session")
def kit() -> Any:
    """What the tests use of the model."""
    return model


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    return eventually
