"""What holds for all tests: how much hypothesis tries, that nobody's own folders and language matter; and a proxy."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.keys import KeyPairs
from tests.nursery import Nursery

_COMMON = settings(
    deadline=None,  # time is never asserted: the machine may have other things to do
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("quick", _COMMON, max_examples=25, derandomize=True, database=None)
settings.register_profile("thorough", _COMMON, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Profiles, journals and logs of whatever a test starts without folders of its own stay out of the real ones."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("PUSHTUI_LANGUAGE", "en")
        yield


@pytest.fixture(scope="session")
def key_pairs(tmp_path_factory: pytest.TempPathFactory) -> KeyPairs:
    """The keys that labs share, those of the other processes of the tests as well."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "key-pairs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return KeyPairs(folder)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Runs of the program without a start for each, for tests whose subject is neither the start nor a terminal."""
    running = Nursery()
    yield running
    running.close()


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Waits until something is true, for a minute at most: of what another process or thread does, nobody tells."""

    def wait(condition: Callable[[], Any]) -> Any:
        end = time.monotonic() + 60
        while not (result := condition()):
            assert time.monotonic() < end, "it did not become true"
            time.sleep(0.01)
        return result

    return wait


THOROUGH = frozenset(
    {
        "test_canaries", "test_changed_world", "test_leaving", "test_lost_answers", "test_sign_in",
        "test_sign_in_matrix", "test_undo", "test_upkeep", "test_windows_away",
    }
)  # fmt: skip
"""End-to-end modules that start a lab for nearly every test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs on many labs are for ``make thorough``."""
    for item in items:
        if item.path.parent.name == "end_to_end" and item.path.stem in THOROUGH:
            item.add_marker("thorough")


class ForwardProxy:
    """An HTTP proxy that leads anywhere: tunnels for https (CONNECT), requests passed on one by one for http."""

    def __init__(self, credentials: str = "") -> None:
        self.asked: list[str] = []
        """The request lines that it got."""
        self._credentials = credentials
        self._server = _Listener(("127.0.0.1", 0), _Passing)
        self._server.proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def lets_in(self, head: bytes) -> bool:
        wanted = f"proxy-authorization: basic {self._credentials}".lower().encode()
        return not self._credentials or wanted in head.lower()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    proxy: ForwardProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that goes away is part of the tests."""


class _Passing(socketserver.StreamRequestHandler):
    server: _Listener

    def handle(self) -> None:
        onward: socket.socket | None = None
        try:
            while (head := _head(self.rfile)) != b"":
                line = head.split(b"\r\n", 1)[0].decode("latin-1")
                self.server.proxy.asked.append(line)
                if not self.server.proxy.lets_in(head):
                    self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                    return
                method, target, _version = line.split()
                if method == "CONNECT":
                    host, _colon, port = target.rpartition(":")
                    with socket.create_connection((host, int(port))) as tunnel:
                        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                        back = threading.Thread(target=_pump, args=(tunnel, self.connection), daemon=True)
                        back.start()
                        _pump(self.connection, tunnel)
                        back.join(10)
                    return
                url = urlsplit(target)
                if onward is None:
                    onward = socket.create_connection((url.hostname or "", url.port or 80))
                origin = head.replace(target.encode("latin-1"), url.path.encode("latin-1"), 1)
                onward.sendall(origin + self.rfile.read(_length(head)))
                with onward.makefile("rb") as answers:
                    answer = _head(answers)
                    self.wfile.write(answer + answers.read(_length(answer)))
        except OSError:
            return
        finally:
            if onward is not None:
                onward.close()


def _head(stream: Any) -> bytes:
    lines = b""
    while (line := stream.readline()) not in (b"", b"\r\n"):
        lines += line
    return lines + b"\r\n" if lines else b""


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def forward_proxy() -> Iterator[Callable[..., ForwardProxy]]:
    """Starts proxies: `forward_proxy()` takes everybody, `forward_proxy(base64)` who has these Basic credentials."""
    running: list[ForwardProxy] = []

    def start(credentials: str = "") -> ForwardProxy:
        running.append(ForwardProxy(credentials))
        return running[-1]

    yield start
    for proxy in running:
        proxy.stop()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The scenario table's figures, over all processes of the tests."""
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in getattr(report, "user_properties", ())
        if name == "scenario"
    ]
    if not rows:
        return
    expected, observed, agreed = (sum(row[column] for row in rows) for column in (1, 2, 3))
    terminalreporter.write_line(
        f"scenario table: {len(rows)} scenarios, {expected} findings expected, {observed} made; "
        f"precision {agreed / max(observed, 1):.1%}, recall {agreed / max(expected, 1):.1%}"
    )
    for name, lapse in sorted((row[0], lapse) for row in rows for lapse in row[4]):
        terminalreporter.write_line(f"  {name}: {lapse}")
