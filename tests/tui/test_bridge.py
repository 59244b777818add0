"""The way from the working threads to the screen: bounded, ordered, nothing but log lines is ever lost."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pushtui.engine.events import Identity, Level, LogLine, RunEnded, StepChanged, StepReport
from pushtui.procedure.model import Status, StepId
from pushtui.tui.bridge import Bridge

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def line(number: int) -> LogLine:
    return LogLine(NOW, "exchange", Level.INFO, str(number))


@given(st.integers(0, 60), st.integers(1, 20))
def test_the_newest_lines_are_kept_and_the_others_are_counted(count: int, limit: int) -> None:
    bridge = Bridge(limit)
    for number in range(count):
        bridge.emit(line(number))
    batch = bridge.drain()
    assert [each.text for each in batch.lines] == [str(number) for number in range(max(0, count - limit), count)]
    assert batch.dropped == max(0, count - limit)


def test_a_flood_of_lines_drops_no_other_event() -> None:
    bridge = Bridge(3)
    bridge.emit(Identity("exchange", "ex01", "admin"))
    for number in range(100):
        bridge.emit(line(number))
    bridge.emit(RunEnded("check"))
    assert bridge.drain().events == [Identity("exchange", "ex01", "admin"), RunEnded("check")]


def test_a_step_is_shown_as_it_stands_now_not_as_it_was_on_the_way() -> None:
    bridge = Bridge()
    for status in (Status.CHECKING, Status.WAITING, Status.OK):
        bridge.emit(StepChanged(StepReport(StepId.TENANT, status)))
    bridge.emit(StepChanged(StepReport(StepId.SERVERS, Status.CHECKING)))
    assert [(each.report.id, each.report.status) for each in bridge.drain().events] == [
        (StepId.TENANT, Status.OK),
        (StepId.SERVERS, Status.CHECKING),
    ]


def test_the_outcome_of_a_step_never_comes_after_the_end_of_its_run() -> None:
    bridge = Bridge()
    bridge.emit(StepChanged(StepReport(StepId.TENANT, Status.CHECKING)))
    bridge.emit(StepChanged(StepReport(StepId.TENANT, Status.OK)))
    bridge.emit(RunEnded("check"))
    assert isinstance(bridge.drain().events[-1], RunEnded)


def test_what_was_drained_does_not_come_again() -> None:
    bridge = Bridge()
    bridge.emit(line(1))
    bridge.emit(RunEnded("check"))
    bridge.drain()
    batch = bridge.drain()
    assert (batch.lines, batch.events, batch.dropped) == ([], [], 0)


def test_many_threads_lose_nothing() -> None:
    bridge = Bridge()
    threads = [
        threading.Thread(target=lambda: [bridge.emit(line(number)) for number in range(500)]) for _each in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bridge.drain().lines) == 2000


def test_of_all_that_waits_only_the_first_is_told() -> None:
    bridge, told = Bridge(), list[int]()
    bridge.emit(line(0))
    bridge.on_news(lambda: told.append(bridge.waiting))
    for number in range(100):
        bridge.emit(line(number))
    bridge.emit(RunEnded("check"))
    assert told == [1]
    bridge.drain()
    assert told == [1]
    bridge.emit(RunEnded("check"))
    bridge.emit(line(0))
    assert told == [1, 1]


def test_nothing_waits_that_nobody_was_told_of() -> None:
    bridge, news, taken = Bridge(), threading.Event(), 0
    bridge.on_news(news.set)
    threads = [
        threading.Thread(target=lambda: [bridge.emit(line(number)) for number in range(500)]) for _each in range(4)
    ]
    for thread in threads:
        thread.start()
    while taken < 2000:
        assert news.wait(20)
        news.clear()
        taken += len(bridge.drain().lines)
    for thread in threads:
        thread.join()
