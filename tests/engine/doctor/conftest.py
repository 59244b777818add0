"""The doctor on a lab in this process, and small servers that are wrong in one way each."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.secret import Secret
from pushtui.engine.doctor.rows import DoctorRow
from pushtui.engine.session import Session
from pushtui.entra.settings import CloudSettings
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.pki import Authority, server_context
from pushtui.lab.scenario import load as load_scenario
from pushtui.profile import Profile, load
from pushtui.reporting import doctor as words
from tests.keys import KeyPairs

TENANT = "11111111-2222-4333-8444-555555555555"


class Nobody:
    """Whoever is asked declines."""

    def secret(self, account: str, purpose: str) -> Secret | None:
        return None


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor told."""

    rows: tuple[DoctorRow, ...]

    def row(self, leg: str, test: str) -> DoctorRow:
        return next(row for row in self.rows if (row.leg, row.test.value) == (leg, test))

    def told(self, leg: str, test: str) -> tuple[str, str, str, str]:
        """Result, code, detail and the next thing to try."""
        row = self.row(leg, test)
        return row.verdict.value, row.outcome.code, words.detail(row), words.remedy(row)

    def after(self, leg: str, test: str) -> set[str]:
        """What the later tests of a leg came to."""
        rows = [row for row in self.rows if row.leg == leg]
        place = rows.index(self.row(leg, test))
        return {row.outcome.code for row in rows[place + 1 :]}


_OURS = ("exchange", "windows", "pushtui-graph", "pushtui-sign-in")


def end(session: Session) -> None:
    """Close a session, and wait for what it closes in the background."""
    session.close()
    deadline = time.monotonic() + 10
    while any(thread.name.startswith(_OURS) for thread in threading.enumerate()):
        assert time.monotonic() < deadline, [thread.name for thread in threading.enumerate()]
        time.sleep(0.01)


@pytest.fixture(scope="session")
def end_session() -> Callable[[Session], None]:
    return end


Diagnose = Callable[[Profile], Diagnosis]


@pytest.fixture
def diagnose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Diagnose:
    """Runs the doctor with a profile, read-only, with a state folder of its own and no proxy of the environment."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)

    def run(profile: Profile) -> Diagnosis:
        session = Session(profile, Nobody(), lambda event: None, read_only=True)
        try:
            return Diagnosis(session.doctor())
        finally:
            end(session)

    return run


@dataclass(frozen=True)
class Lab:
    """A lab in this process."""

    running: Laboratory

    @property
    def profile(self) -> Profile:
        return load(Path(self.running.line()["profile"]))

    @property
    def on_premises(self) -> Profile:
        """The profile without a cloud, so that a test waits for nothing that it does not look at."""
        profile = self.profile
        return replace(
            profile,
            cloud=CloudSettings(name="custom"),
            windows=replace(profile.windows, enabled=False),
            mail=replace(profile.mail, host=""),
        )

    @property
    def in_the_cloud(self) -> Profile:
        profile = self.profile
        return replace(
            profile,
            exchange=replace(profile.exchange, server=""),
            windows=replace(profile.windows, enabled=False),
            mail=replace(profile.mail, host=""),
        )

    def writes(self) -> list[str]:
        return [entry["name"] for entry in self.running.requests() if entry["write"]]

    def role_groups(self, *groups: str) -> None:
        """Put the administrator into these role groups and no others."""
        state = self.running._organization.state
        state.accounts = tuple(replace(account, role_groups=groups) for account in state.accounts)


@pytest.fixture(scope="module")
def lab(key_pairs: KeyPairs) -> Iterator[Lab]:
    running = Laboratory(load_scenario("fresh"), new_key=key_pairs.of_a_lab())
    yield Lab(running)
    running.stop()


@pytest.fixture
def own_lab(key_pairs: KeyPairs) -> Iterator[Lab]:
    """A lab for a test that leaves it changed."""
    running = Laboratory(load_scenario("fresh"), new_key=key_pairs.of_a_lab())
    yield Lab(running)
    running.stop()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.ca_pem)
    return str(path)


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


Answer = tuple[int, Mapping[str, str], bytes]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Web

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer()

    def _answer(self) -> None:
        status, headers, body = self.server.answer(self.path)
        self.send_response_only(status)
        date = datetime.now(UTC) + timedelta(seconds=self.server.skew)
        lines = {"Date": format_datetime(date, usegmt=True), "Content-Length": str(len(body)), **headers}
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    skew = 0.0
    answer: Callable[[str], Answer]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or do not like the certificate, are expected."""


def cloud_answer(path: str) -> Answer:
    """What the sign-in host, Graph and the metadata say to somebody who has not signed in."""
    kind = {"Content-Type": "application/json"}
    if "openid-configuration" in path:
        base = f"https://login.example/{TENANT}"
        return 200, kind, json.dumps({"issuer": f"{base}/v2.0", "token_endpoint": f"{base}/token"}).encode()
    if "/metadata/" in path:
        return 200, kind, json.dumps({"realm": TENANT}).encode()
    return 401, kind, json.dumps({"error": {"code": "InvalidAuthenticationToken", "message": "empty"}}).encode()


Serve = Callable[..., int]


@pytest.fixture
def web(authority: Authority) -> Iterator[Serve]:
    """Starts web servers: `web(answer, names=…, skew=…)` is the port; `names=()` is plain http."""
    running: list[_Web] = []

    def start(
        answer: Callable[[str], Answer] = cloud_answer,
        *,
        names: tuple[str, ...] = ("localhost", "127.0.0.1"),
        skew: float = 0.0,
        not_after: datetime | None = None,
        issuer: Authority | None = None,
    ) -> int:
        server = _Web(("127.0.0.1", 0), _Handler)
        server.skew, server.answer = skew, answer
        if names:
            before = datetime.now(UTC) - timedelta(days=9)
            identity = (issuer or authority).issue(names, not_before=before, not_after=not_after)
            server.socket = server_context(identity).wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        port: int = server.server_address[1]
        return port

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mute() -> Iterator[tuple[int, threading.Event]]:
    """A port that takes connections and says nothing, and an event that is set with the first of them."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []
    met = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                taken.append(listener.accept()[0])
                met.set()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1], met
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
    for each in taken:
        each.close()
