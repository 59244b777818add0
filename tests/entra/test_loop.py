"""Work for a private event loop: it always ends, whoever gives it up and when."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import Cancelled, RemoteError, RequestRefused, Side
from pushtui.entra.loop import LoopThread


@pytest.fixture
def loop():
    thread = LoopThread("test-loop", Side.GRAPH)
    yield thread
    thread.close()


async def forever() -> None:
    await asyncio.Event().wait()


def test_a_result_comes_back(loop):
    async def work() -> int:
        return 7

    assert loop.submit(work, Cancellation()).result(10) == 7


def test_our_own_error_comes_back_alone(loop):
    async def work() -> None:
        try:
            raise ValueError("inner")
        except ValueError as error:
            raise RequestRefused("x", "told") from error

    with pytest.raises(RequestRefused) as raised:
        loop.submit(work, Cancellation()).result(10)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_any_other_error_tells_only_its_type(loop):
    async def work() -> None:
        raise ValueError("a token")

    with pytest.raises(RemoteError, match="ValueError") as raised:
        loop.submit(work, Cancellation()).result(10)
    assert "a token" not in str(raised.value)


def test_work_that_ignores_its_cancellation_holds_nobody_up(loop):
    started = threading.Event()
    release = threading.Event()

    async def stubborn() -> None:
        started.set()
        while not release.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    cancellation = Cancellation()
    future = loop.submit(stubborn, cancellation)
    assert started.wait(10)
    cancellation.cancel()
    with pytest.raises(Cancelled):
        future.result(10)
    release.set()


def test_closing_ends_work_that_has_not_even_begun():
    for _unused in range(50):
        thread = LoopThread("test-loop", Side.GRAPH)
        futures = [thread.submit(forever, Cancellation()) for _also_unused in range(3)]
        thread.close()
        for future in futures:
            with pytest.raises(Cancelled):
                future.result(10)


def test_after_closing_nothing_begins_and_the_thread_ends():
    thread = LoopThread("test-loop-that-ends", Side.GRAPH)
    said = threading.Event()

    async def farewell() -> None:
        said.set()

    thread.submit(forever, Cancellation())
    (worker,) = [found for found in threading.enumerate() if found.name == "test-loop-that-ends"]
    thread.close(farewell)
    thread.close(farewell)
    worker.join(10)
    assert not worker.is_alive()
    assert said.is_set()
    with pytest.raises(Cancelled):
        thread.submit(forever, Cancellation()).result(10)
