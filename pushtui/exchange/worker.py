"""A session that can be used from any thread and never makes anyone wait.

Two daemon threads: the *lane* owns the connection and does the calls; the *front* takes the orders, watches each of
them, and answers for a lane that does not come back: after a cancellation within a second, after the time limit a
little later. The sockets of such a lane are shut, it closes its shell by itself, and the next order gets a new one.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.exchange.batches import Reply
from pushtui.exchange.connection import Connection
from pushtui.exchange.connection_failures import timed_out
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.failures import answer_lost
from pushtui.exchange.farewell import see_off

GRACE_SECONDS = 0.6
"""What a lane gets to stop by itself after a cancellation."""
OVERTIME_SECONDS = 3.0
"""What a lane gets to notice by itself that its time is over."""
WATCH_SECONDS = 0.05
IDLE_SECONDS = 1.0
"""After so long without an order, the lane tidies up on the server."""


class Session(Protocol):
    """What a lane needs of a connection."""

    identity: str
    in_doubt: Cmdlet | None
    endpoint: Endpoint

    def run(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> list[Reply]: ...
    def tidy(self) -> None: ...
    def abort(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class _Order:
    cmdlets: tuple[Cmdlet, ...]
    cancellation: Cancellation
    timeout: float
    future: Future[list[Reply]] = field(default_factory=Future)
    done: threading.Event = field(default_factory=threading.Event)
    replies: list[Reply] | None = None
    error: Exception | None = None


class _Lane:
    """The thread that owns one connection."""

    def __init__(self, connect: Callable[[], Session], name: str) -> None:
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._leaving = threading.Event()
        self.session = connect()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()
        see_off(self)

    def take(self, order: _Order) -> None:
        self._orders.put(order)

    def leave(self, *, at_once: bool = False) -> None:
        """Close the connection as soon as the present call ends; `at_once` ends that call."""
        self._leaving.set()
        self._orders.put(None)
        if at_once:
            self.session.abort()

    def join(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while not self._leaving.is_set():
            try:
                order = self._orders.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                self.session.tidy()
                continue
            if order is not None and not self._leaving.is_set():
                self._run(order)
        self.session.close()

    def _run(self, order: _Order) -> None:
        try:
            order.replies = self.session.run(order.cmdlets, order.cancellation, order.timeout)
        except Exception as error:
            order.error = error.with_traceback(None)
        order.done.set()


class Worker:
    """One session, for any thread. `connect` makes its connection, and another after one had to be given up."""

    def __init__(self, connect: Callable[[], Connection] | Callable[[], Session], name: str = "exchange") -> None:
        self._connect: Callable[[], Session] = connect
        self._name = name
        self._waiting: deque[_Order] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._lane: _Lane | None = None
        self._thread = threading.Thread(target=self._serve, name=f"{name}-front", daemon=True)
        self._thread.start()

    @property
    def identity(self) -> str:
        """As whom it is signed in; empty until it is."""
        lane = self._lane
        return lane.session.identity if lane else ""

    def submit(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> Future[list[Reply]]:
        """The replies of :meth:`Connection.run`, or its error; `Cancelled` within a second of a cancellation.

        Where a write had been sent by then, the error is `AnswerLost`. Orders are served one after the other, and
        `timeout` counts from an order's turn.
        """
        order = _Order(tuple(cmdlets), cancellation, timeout)
        with self._changed:
            if self._closing:
                order.future.set_exception(Cancelled())
            else:
                self._waiting.append(order)
                self._changed.notify_all()
        return order.future

    def close(self) -> None:
        """Return at once; orders under way end as cancelled, and the shell is deleted in the background."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for the farewell after :meth:`close`; whether it ended in time."""
        until = time.monotonic() + seconds
        self._thread.join(seconds)
        lane = self._lane
        left = max(0.0, until - time.monotonic())
        return not self._thread.is_alive() and (lane is None or lane.join(left))

    def _serve(self) -> None:
        while (order := self._next()) is not None:
            if not order.future.set_running_or_notify_cancel():
                continue
            try:
                self._watch(order)
            except Exception as error:
                order.future.set_exception(error.with_traceback(None))
        if self._lane is not None:
            self._lane.leave()
        for order in self._waiting:
            _cancel(order)

    def _next(self) -> _Order | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return None if self._closing else self._waiting.popleft()

    def _watch(self, order: _Order) -> None:
        """Hand the order to the lane and see that its future ends, whatever the lane does."""
        if self._lane is None:
            self._lane = _Lane(self._connect, self._name)
        lane = self._lane
        overtime = time.monotonic() + order.timeout + OVERTIME_SECONDS
        lane.take(order)
        patience: float | None = None
        while not order.done.wait(WATCH_SECONDS):
            self._drop_cancelled()
            now = time.monotonic()
            if order.cancellation.requested or self._closing:
                patience = now + GRACE_SECONDS if patience is None else patience
            if now > overtime or (patience is not None and now > patience):
                error = self._given_up(lane.session, timed=now > overtime)
                self._lane = None
                lane.leave(at_once=True)
                order.future.set_exception(error)
                return
        if order.error is not None:
            order.future.set_exception(order.error)
        else:
            order.future.set_result(order.replies or [])

    def _drop_cancelled(self) -> None:
        """End the orders that were cancelled before their turn came."""
        with self._changed:
            cancelled = [order for order in self._waiting if order.cancellation.requested]
            for order in cancelled:
                self._waiting.remove(order)
        for order in cancelled:
            _cancel(order)

    def _given_up(self, session: Session, *, timed: bool) -> PushtuiError:
        error = timed_out(session.endpoint) if timed else Cancelled()
        doubtful = session.in_doubt
        return error if doubtful is None else answer_lost(doubtful, session.endpoint, error)


def _cancel(order: _Order) -> None:
    if order.future.set_running_or_notify_cancel():
        order.future.set_exception(Cancelled())
