"""Connections that break, stall or are refused half-way: what is asked again, and what never is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import AnswerLost, Cancelled, PushtuiError, SignInRefused, Unreachable, UsageError
from pushtui.exchange import connection as connection_module
from pushtui.exchange.worker import Worker
from pushtui.lab.faults import Fault
from pushtui.lab.remoting.endpoint import Limits

SERVERS = Cmdlet.of("Get-ExchangeServer")
AUTH_CONFIG = Cmdlet.of("Get-AuthConfig")
WRITE = Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint="B" * 40)
SLOW = Cmdlet.of("Get-SlowThing")
SLOW_WRITE = Cmdlet.of("Set-SlowThing")


class Sleepless(Cancellation):
    """Tells when somebody sleeps on it for minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_on = threading.Event()

    def wait(self, seconds: float) -> None:
        if seconds >= 60:
            self.slept_on.set()
        super().wait(seconds)


def _asked_again(server: Any) -> int:
    return [line.text for line in server.lines].count("The connection was lost; asking again")


# --- reads are asked again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault("wsman:Command", "cut"),
        Fault("wsman:Command", "cut-after"),
        Fault("wsman:Receive", "cut"),
        Fault("wsman:Receive", "cut-after"),
        Fault("Get-AuthConfig", "cut"),
        Fault("Get-AuthConfig", "cut-after"),
        Fault("wsman:Command", "status", status=400),
        Fault("wsman:Command", "status", status=401),
    ],
    ids=lambda fault: f"{fault.match}-{fault.effect}-{fault.status}",
)
@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_a_read_survives_one_broken_connection(serve: Any, ask: Any, side: str, fault: Fault) -> None:
    server = serve(side)
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(fault)
    (reply,) = ask(connection, AUTH_CONFIG)
    assert reply.objects[0]["CurrentCertificateThumbprint"] == "A" * 40
    assert server.shells() == 1, "the same shell goes on"


def test_a_broken_read_does_not_keep_the_shell_busy(serve: Any, ask: Any, eventually: Callable[..., Any]) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(Fault("wsman:Receive", "status", status=503))
    with pytest.raises(Unreachable):
        ask(connection, SLOW)
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1, "the slow command was stopped"
    assert server.shells() == 1


def test_a_read_is_not_asked_for_ever(serve: Any, ask: Any) -> None:
    server = serve()
    server.faults.add(Fault("Get-AuthConfig", "cut", times=5))
    with pytest.raises(Unreachable) as caught:
        ask(server.connection(), AUTH_CONFIG)
    assert caught.value.code == "exchange.connection-lost"
    assert server.names().count("Get-AuthConfig") == 2


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_a_dropped_idle_connection_goes_unnoticed(serve: Any, ask: Any, side: str) -> None:
    server = serve(side)
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab._server.hang_up(2.0)
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1
    assert server.shells() == 1


@pytest.mark.parametrize("cmdlet", [AUTH_CONFIG, WRITE], ids=["read", "write"])
def test_a_vanished_shell_is_opened_again(serve: Any, ask: Any, cmdlet: Cmdlet) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab.shells.close()
    (reply,) = ask(connection, cmdlet)
    assert reply.errors == ()
    assert server.shells() == 1
    assert server.names().count(cmdlet.name) == 1


def test_a_shell_that_vanishes_while_a_read_runs_is_opened_again(
    serve: Any, eventually: Callable[..., Any], soon: float
) -> None:
    server = serve()
    future = server.worker().submit((SLOW,), cancellation := Cancellation(), 20)
    eventually(server.state.running.is_set)
    server.state.running.clear()
    server.lab.shells.close()
    eventually(server.state.running.is_set)
    assert server.names().count("Get-SlowThing") >= 1
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_a_server_that_restarts_while_a_read_runs(
    serve: Any, eventually: Callable[..., Any], soon: float, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.setattr("pushtui.exchange.recovery.PAUSES", (0.05,) * 1000)
    server = serve(side)
    future = server.worker().submit((SLOW,), cancellation := Cancellation(), 60)
    eventually(server.state.running.is_set)
    server.state.running.clear()
    server.vanish()
    eventually(lambda: future.done() or _asked_again(server) >= 2)
    assert not future.done(), future.exception() or future.result()
    server.come_back()
    eventually(server.state.running.is_set)
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)


def test_a_server_that_does_not_come_back(serve: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pushtui.exchange.recovery.PAUSES", (0.0, 0.01))
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.vanish()
    with pytest.raises(Unreachable) as caught:
        ask(connection, AUTH_CONFIG)
    assert caught.value.code == "exchange.refused"


@pytest.mark.parametrize("between_two_receives", [False, True])
def test_an_end_can_be_asked_for_while_a_server_is_gone(
    serve: Any,
    eventually: Callable[..., Any],
    soon: float,
    monkeypatch: pytest.MonkeyPatch,
    between_two_receives: bool,
) -> None:
    monkeypatch.setattr("pushtui.exchange.recovery.PAUSES", (600.0,))
    server = serve()
    progress = threading.Event()

    def vanish_at_once(line: Any) -> None:
        # Then the first that fails is the way to the server; otherwise it is a Receive, and then the way.
        if between_two_receives and line.kind == "progress" and not progress.is_set():
            server.vanish()
        if line.kind == "progress":
            progress.set()

    server.on_line = vanish_at_once
    future = server.worker().submit((SLOW,), cancellation := Sleepless(), 3600)
    eventually(progress.is_set)
    if not between_two_receives:
        server.vanish()
    eventually(cancellation.slept_on.is_set)
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)
    assert server.names().count("Get-SlowThing") <= 1


@pytest.mark.parametrize("cmdlet", [AUTH_CONFIG, WRITE], ids=["read", "write"])
def test_a_shell_that_ran_out_is_opened_again(
    serve: Any, ask: Any, cmdlet: Cmdlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(limits=Limits(idle_seconds=900))
    connection = server.connection()
    ask(connection, SERVERS)
    monkeypatch.setattr("pushtui.lab.remoting.shells.monotonic", lambda: monotonic() + 901)
    assert server.shells() == 0
    (reply,) = ask(connection, cmdlet)
    assert reply.errors == ()
    assert server.names().count(cmdlet.name) == 1


# --- writes are not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault("wsman:Command", "cut-after"),
        Fault("wsman:Receive", "cut"),
        Fault("wsman:Receive", "cut-after"),
        Fault("Set-AuthConfig", "cut-after"),
        Fault("wsman:Receive", "refuse", code="2150858843"),
        Fault("wsman:Receive", "status", status=503),
        Fault("wsman:Command", "status", status=502),
    ],
    ids=lambda fault: f"{fault.match}-{fault.effect}-{fault.status}",
)
def test_a_write_whose_answer_is_lost_is_not_sent_again(serve: Any, ask: Any, fault: Fault) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(fault)
    with pytest.raises(AnswerLost) as caught:
        ask(connection, WRITE)
    assert "Set-AuthConfig" in caught.value.what
    assert caught.value.__context__ is None
    assert server.operations("Command") == 2, "one for the servers, one for the write"
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1, "the state can be read afterwards"
    assert len(server.state.sent) <= 1


def test_a_server_that_restarts_while_a_write_runs(serve: Any, eventually: Callable[..., Any], soon: float) -> None:
    server = serve()
    future = server.worker().submit((SLOW_WRITE,), Cancellation(), 60)
    eventually(server.state.running.is_set)
    server.vanish()
    server.come_back()
    assert isinstance(future.exception(soon), AnswerLost)
    assert server.names().count("Set-SlowThing") == 1


@pytest.mark.parametrize("status", [400, 401])
def test_a_write_that_the_server_could_not_read_is_sent_on_a_new_connection(serve: Any, ask: Any, status: int) -> None:
    server = serve("windows")
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(Fault("wsman:Command", "status", status=status))
    ask(connection, WRITE)
    assert server.state.sent == ["B" * 40]


def test_a_write_that_never_left_is_a_plain_failure(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    server.lab.stop()
    with pytest.raises(Unreachable) as caught:
        ask(connection, WRITE)
    assert caught.value.code == "exchange.refused"


def test_a_write_after_a_pause_takes_a_new_connection(serve: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "IDLE_SECONDS", 0.0)
    server = serve("windows")
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab._server.hang_up(2.0)
    ask(connection, WRITE)
    assert server.state.sent == ["B" * 40]


def test_a_sign_in_that_is_refused_later_is_not_repeated_for_ever(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(Fault("wsman:Command", "status", status=401, times=9))
    with pytest.raises(SignInRefused):
        ask(connection, WRITE)
    assert server.state.sent == []
    assert server.operations("Command") == 3


# --- time and cancellation ---------------------------------------------------------------------------------------


def test_a_read_that_takes_too_long(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    with pytest.raises(Unreachable) as caught:
        ask(connection, SLOW, timeout=1.0)
    assert caught.value.code == "exchange.timeout"
    assert len(ask(connection, AUTH_CONFIG)[0].objects) == 1
    assert server.shells() == 1, "the command was stopped, the shell goes on"


def test_a_write_that_takes_too_long(serve: Any, ask: Any) -> None:
    server = serve()
    with pytest.raises(AnswerLost):
        ask(server.connection(), SLOW_WRITE, timeout=1.0)


def test_a_body_that_stops_half_way(serve: Any, ask: Any) -> None:
    server = serve()
    server.faults.add(Fault("wsman:Create", "drip", seconds=30))
    with pytest.raises(Unreachable) as caught:
        ask(server.connection(), SERVERS, timeout=0.6)
    assert caught.value.code == "exchange.timeout"


def test_a_server_that_stalls(serve: Any, ask: Any) -> None:
    server = serve()
    server.faults.add(Fault("wsman:Create", "stall", seconds=30))
    with pytest.raises(Unreachable) as caught:
        ask(server.connection(), SERVERS, timeout=1.0)
    assert caught.value.code == "exchange.timeout"


@pytest.mark.parametrize("operation", ["Receive", "Command"])
def test_a_read_that_stalls(serve: Any, ask: Any, operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pushtui.exchange.shell.STALL_SECONDS", 0.5)
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(Fault(f"wsman:{operation}", "stall", seconds=60, times=9))
    with pytest.raises(Unreachable) as caught:
        ask(connection, AUTH_CONFIG, timeout=3.0)
    assert caught.value.code == "exchange.timeout"


def test_a_write_that_stalls_is_sent_once(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.faults.add(Fault("wsman:Command", "stall", seconds=60))
    with pytest.raises(AnswerLost):
        ask(connection, WRITE, timeout=1.0)
    assert server.operations("Command") <= 2
    assert server.state.sent == []


def test_closing_after_the_shell_is_gone(serve: Any, ask: Any) -> None:
    server = serve()
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab.shells.close()
    connection.close()
    assert server.shells() == 0


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_cancelling_a_read(serve: Any, eventually: Callable[..., Any], side: str, soon: float) -> None:
    server = serve(side)
    worker = server.worker()
    future = worker.submit((SLOW,), cancellation := Cancellation(), 60)
    eventually(server.state.running.is_set)
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)
    reply = worker.submit((AUTH_CONFIG,), Cancellation(), 20).result(20)
    assert len(reply[0].objects) == 1


def test_cancelling_a_write_leaves_its_outcome_unknown(serve: Any, eventually: Callable[..., Any], soon: float) -> None:
    server = serve()
    worker = server.worker()
    future = worker.submit((SLOW_WRITE,), cancellation := Cancellation(), 60)
    eventually(server.state.running.is_set)
    cancellation.cancel()
    assert isinstance(future.exception(soon), AnswerLost)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("wsman:Create", "stall", seconds=30),
        Fault("wsman:Create", "drip", seconds=30),
        Fault("wsman:Command", "stall", seconds=30),
        Fault("wsman:Receive", "drip", seconds=30),
    ],
    ids=lambda fault: f"{fault.match}-{fault.effect}",
)
def test_a_call_that_does_not_end_is_given_up(
    serve: Any, eventually: Callable[..., Any], fault: Fault, soon: float
) -> None:
    server = serve()
    worker = server.worker()
    server.faults.add(fault)
    future = worker.submit((SERVERS,), cancellation := Cancellation(), 60)
    eventually(lambda: [entry for entry in server.requests.entries() if entry.status == fault.effect])
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)
    assert len(worker.submit((AUTH_CONFIG,), Cancellation(), 20).result(20)[0].objects) == 1


def test_a_drip_ends_with_the_time_limit(serve: Any, monkeypatch: pytest.MonkeyPatch, soon: float) -> None:
    monkeypatch.setattr("pushtui.exchange.worker.OVERTIME_SECONDS", 0.2)
    server = serve()
    server.faults.add(Fault("wsman:Create", "drip", seconds=30))
    error = server.worker().submit((SERVERS,), Cancellation(), 2.0).exception(soon)
    assert isinstance(error, PushtuiError)
    assert error.code == "exchange.timeout"


def test_a_cancelled_order_is_never_sent(serve: Any, soon: float) -> None:
    server = serve()
    cancellation = Cancellation()
    cancellation.cancel()
    assert isinstance(server.worker().submit((WRITE,), cancellation, 20).exception(soon), Cancelled)
    assert server.state.sent == []


# --- the worker --------------------------------------------------------------------------------------------------


def test_orders_from_many_threads_are_served_in_turn(serve: Any) -> None:
    server = serve()
    worker = server.worker()
    futures = [worker.submit((AUTH_CONFIG, SERVERS), Cancellation(), 20) for _turn in range(8)]
    assert [len(reply.objects) for future in futures for reply in future.result(20)] == [1, 2] * 8
    assert worker.identity == "admin@lab.example"
    assert server.shells() == 1


def test_an_idle_worker_releases_its_commands(serve: Any, eventually: Callable[..., Any]) -> None:
    server = serve()
    server.worker().submit((AUTH_CONFIG,), Cancellation(), 20).result(20)
    eventually(lambda: server.operations("Signal") == 1)


def test_closing_deletes_the_shell_in_the_background(serve: Any, eventually: Callable[..., Any], soon: float) -> None:
    server = serve()
    worker = server.worker()
    worker.submit((AUTH_CONFIG,), Cancellation(), 20).result(20)
    worker.close()
    assert worker.join(soon)
    eventually(lambda: server.shells() == 0)
    assert isinstance(worker.submit((AUTH_CONFIG,), Cancellation(), 20).exception(soon), Cancelled)


def test_closing_ends_what_is_under_way(serve: Any, eventually: Callable[..., Any], soon: float) -> None:
    server = serve()
    worker = server.worker()
    running = worker.submit((SLOW,), Cancellation(), 60)
    waiting = worker.submit((AUTH_CONFIG,), Cancellation(), 60)
    eventually(server.state.running.is_set)
    worker.close()
    assert isinstance(running.exception(soon), Cancelled)
    assert isinstance(waiting.exception(soon), Cancelled)


def test_a_cancelled_order_does_not_wait_for_the_one_before_it(
    serve: Any, eventually: Callable[..., Any], soon: float
) -> None:
    server = serve()
    worker = server.worker()
    running = worker.submit((SLOW,), stop := Cancellation(), 60)
    waiting = worker.submit((WRITE,), cancellation := Cancellation(), 60)
    eventually(server.state.running.is_set)
    cancellation.cancel()
    assert isinstance(waiting.exception(soon), Cancelled)
    assert not running.done()
    stop.cancel()
    assert isinstance(running.exception(soon), Cancelled)
    assert server.state.sent == []


def test_a_connection_that_cannot_be_made_is_the_answer(soon: float) -> None:
    def refuse() -> Any:
        raise UsageError("exchange.no-server", "There is none")

    worker = Worker(refuse)
    for _turn in range(2):
        assert isinstance(worker.submit((SERVERS,), Cancellation(), 5).exception(soon), UsageError)
    worker.close()
    assert worker.join(soon)


def test_a_worker_that_never_worked_closes_at_once(soon: float) -> None:
    worker = Worker(lambda: pytest.fail("no connection is needed"))
    worker.close()
    assert worker.join(soon)


def test_a_lane_that_was_given_up_ends_and_leaves_no_shell(
    serve: Any, eventually: Callable[..., Any], soon: float
) -> None:
    server = serve()
    worker = server.worker()
    worker.submit((AUTH_CONFIG,), Cancellation(), 20).result(20)
    server.faults.add(Fault("wsman:Receive", "drip", seconds=30))
    future = worker.submit((SERVERS,), cancellation := Cancellation(), 60)
    eventually(lambda: [entry for entry in server.requests.entries() if entry.status == "drip"])
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)
    eventually(lambda: server.shells() == 0)
