"""A private event loop in a thread of its own, and futures that can be given up at any moment.

The HTTP clients of one side live and die in its loop: one that outlives its loop fails with "Event loop is closed".
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from typing import Any, TypeVar

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import Cancelled, PushtuiError, RemoteError, Side
from pushtui.base.words import _

T = TypeVar("T")

POLL_SECONDS = 0.05
"""How often running work looks at its cancellation."""
_LAST_WORD_SECONDS = 0.3  # for cancelled work that must say more than "cancelled": a change may be on its way
_FAREWELL_SECONDS = 1.0


class LoopThread:
    """Runs coroutines for other threads; the thread starts with the first one."""

    def __init__(self, name: str, side: Side) -> None:
        self._name = name
        self._side = side
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]], cancellation: Cancellation) -> Future[T]:
        """The future outcome of ``work()``: a result, or an error of the `PushtuiError` family that holds nothing else.

        It ends with `Cancelled` at once when `cancellation` is requested or the loop is closed, unless the
        cancelled work has an error of its own to tell; cancelling the future itself stops the work too.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(Cancelled())
                return future
            loop = self._loop = self._loop or self._start()
            loop.call_soon_threadsafe(self._begin, work, cancellation, future)
        return future

    def close(self, farewell: Callable[[], Awaitable[None]] | None = None) -> None:
        """Give up all work, await `farewell` in the loop and end the thread; returns at once."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._begin_end, farewell)

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(_DaemonThreads())
        threading.Thread(target=_run, args=(loop,), name=self._name, daemon=True).start()
        return loop

    def _begin(self, work: Callable[[], Coroutine[Any, Any, T]], cancellation: Cancellation, future: Future[T]) -> None:
        task = self._keep(self._attend(work, cancellation, future))
        # A task that is cancelled before its first step never runs, and would leave its waiter waiting for ever.
        task.add_done_callback(lambda _task: _fail(future, Cancelled()))

    def _begin_end(self, farewell: Callable[[], Awaitable[None]] | None) -> None:
        running = list(self._tasks)
        for task in running:
            task.cancel()
        self._keep(self._end(running, farewell))

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attend(
        self, work: Callable[[], Coroutine[Any, Any, T]], cancellation: Cancellation, future: Future[T]
    ) -> None:
        task = asyncio.ensure_future(work())
        try:
            while not task.done() and not cancellation.requested and not future.cancelled():
                await asyncio.wait({task}, timeout=POLL_SECONDS)
        except asyncio.CancelledError:
            pass  # the loop ends
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_LAST_WORD_SECONDS)
        if task.done():
            self._deliver(task, future)
        else:
            task.add_done_callback(_forget)
            _fail(future, Cancelled())

    def _deliver(self, task: asyncio.Task[T], future: Future[T]) -> None:
        error = Cancelled() if task.cancelled() else task.exception()
        if error is None:
            with contextlib.suppress(InvalidStateError):
                future.set_result(task.result())
        elif isinstance(error, PushtuiError):
            _fail(future, error)
        else:
            name = type(error).__name__
            _fail(
                future,
                RemoteError(
                    f"{self._side}.unexpected",
                    _("An unexpected error happened: {name}").format(name=name),
                    side=self._side,
                ),
            )

    async def _end(self, running: list[asyncio.Task[None]], farewell: Callable[[], Awaitable[None]] | None) -> None:
        if running:
            await asyncio.wait(running, timeout=_FAREWELL_SECONDS)
        if farewell is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(farewell(), _FAREWELL_SECONDS)
        asyncio.get_running_loop().stop()


class _DaemonThreads(ThreadPoolExecutor):
    """An executor whose threads never hold up the end of the program, as a name lookup that hangs otherwise would."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # whatever it is belongs to the waiter, not to this thread
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=call, name="pushtui-blocking-call", daemon=True).start()
        return future


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def _forget(task: asyncio.Task[Any]) -> None:
    """Look at the outcome of abandoned work, so that asyncio does not log it as never retrieved."""
    if not task.cancelled():
        task.exception()


def _fail(future: Future[Any], error: PushtuiError) -> None:
    """End the future with the error alone: no traceback, cause or context whose frames could hold a credential."""
    if future.done():
        return
    error.__traceback__ = error.__cause__ = error.__context__ = None
    with contextlib.suppress(InvalidStateError):
        future.set_exception(error)
