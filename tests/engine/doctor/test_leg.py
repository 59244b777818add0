"""One leg: what follows a failure, and what becomes of tests that do not end or that break."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import SystemClock
from pushtui.base.errors import Cancelled, Unreachable
from pushtui.engine.doctor.leg import Leg
from pushtui.engine.doctor.rows import DoctorRow, Test, Verdict, failed, ok
from pushtui.engine.doctor.wire import Target, TunnelRefused, Wire


@pytest.fixture
def rows() -> list[DoctorRow]:
    return []


@pytest.fixture
def leg(rows: list[DoctorRow]) -> Leg:
    return Leg("exchange", SystemClock(), 0.2, Cancellation(), rows.append, "ex01")


def test_what_follows_a_failure_is_skipped_and_says_why(leg: Leg, rows: list[DoctorRow]) -> None:
    leg.test(Test.NAME, "here", lambda: ok("name.resolved"))
    leg.test(Test.CLOCK, "here", lambda: failed("clock.ahead"), essential=False)
    leg.test(Test.TCP, "here", lambda: failed("tcp"))
    leg.test(Test.TLS, "here", lambda: pytest.fail("not to be tried"))
    assert [row.verdict for row in rows] == [Verdict.OK, Verdict.FAILED, Verdict.FAILED, Verdict.SKIPPED]
    assert rows[-1].outcome.arguments == {"test": "tcp"}
    assert {row.subject for row in rows} == {"ex01"}
    assert leg.broken


def test_an_error_of_a_border_is_the_finding(leg: Leg, rows: list[DoctorRow]) -> None:
    def look() -> Any:
        raise Unreachable("exchange.refused", "Nothing answers", remedy="Try another port")

    leg.test(Test.TCP, "here", look)
    assert rows[0].outcome.failure is not None
    assert rows[0].outcome.failure.remedy == "Try another port"


def test_a_defect_of_ours_ends_one_test_and_tells_where_but_no_value(
    leg: Leg, rows: list[DoctorRow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def look() -> Any:
        raise ZeroDivisionError("secret")

    leg.test(Test.TCP, "here", look)
    (log,) = (tmp_path / "pushtui" / "log").iterdir()
    assert rows[0].outcome.failure is not None
    assert str(log) in rows[0].outcome.failure.remedy
    assert "test_leg.py" in log.read_text()
    assert "secret" not in repr(rows[0]) + log.read_text()


def test_what_does_not_end_is_left_behind(leg: Leg, rows: list[DoctorRow]) -> None:
    never = threading.Event()

    def look() -> Any:
        never.wait(30)
        return ok("late")

    leg.test(Test.NAME, "here", look)
    never.set()
    assert rows[0].outcome.code == "doctor.timeout"


def test_a_cancellation_ends_even_a_test_without_a_limit(leg: Leg, rows: list[DoctorRow]) -> None:
    begun, never = threading.Event(), threading.Event()

    def look() -> Any:
        begun.set()
        never.wait(30)
        return ok("late")

    def cancel() -> None:
        begun.wait(10)
        leg.cancellation.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(Cancelled):
        leg.test(Test.SIGN_IN, "here", look, bounded=False)
    never.set()
    canceller.join(5)
    assert rows == []


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that answers a byte at a time, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            connection = listener.accept()[0]
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                while not stop.wait(0.02):
                    connection.sendall(b"x")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    stop.set()
    listener.close()
    thread.join(5)


def test_a_server_that_drips_does_not_hold_a_test(leg: Leg, rows: list[DoctorRow], dripping: int) -> None:
    left = threading.Event()
    wire = leg.wire

    def look() -> Any:
        try:
            wire.ask(Target("127.0.0.1", dripping), "GET", "/")
        finally:
            left.set()
        return ok("answer")

    leg.test(Test.ANSWER, "here", look)
    assert rows[0].outcome.code == "doctor.timeout"
    assert left.wait(10), "the thread was not let go"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b"nonsense\r\n\r\n"])
def test_a_proxy_that_refuses_is_told_by_its_answer(answer: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        connection = listener.accept()[0]
        with connection:
            heard.append(connection.recv(4096))
            connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    proxy = f"http://ad%6Din:pass%20word@127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(TunnelRefused):
        Wire(SystemClock(), 5).connect(Target("graph.example", 443, ssl.create_default_context(), proxy))
    thread.join(5)
    listener.close()
    assert heard[0].startswith(b"CONNECT graph.example:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic YWRtaW46cGFzcyB3b3Jk\r\n" in heard[0]
