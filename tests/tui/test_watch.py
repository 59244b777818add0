"""When what threads tell is shown: all of it, by few looks, and by none while nothing comes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from textual.app import App
from textual.pilot import Pilot

from pushtui.engine.events import Level, LogLine
from pushtui.tui.bridge import Bridge
from pushtui.tui.watch import Watch

LINE = LogLine(datetime(2026, 11, 22, tzinfo=UTC), "graph", Level.INFO, "one")
MANY = 20_000


class Looks(App[None]):
    """Counts what it is shown; `unsettled` times it wants to be called again."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self.bridge = Bridge()
        self.watch = Watch(self, self.bridge, frames, self.look)
        self.looks: list[int] = []
        self.unsettled = 0

    def on_mount(self) -> None:
        self.watch.begin()

    def look(self) -> bool:
        self.looks.append(len(self.bridge.drain().lines))
        self.unsettled -= 1
        return self.unsettled >= 0


async def test_many_lines_from_threads_are_shown_by_few_looks() -> None:
    app = Looks(frames=10)
    async with app.run_test() as pilot:
        threads = [
            threading.Thread(target=lambda: [app.bridge.emit(LINE) for _each in range(MANY)]) for _each in range(2)
        ]
        for thread in threads:
            thread.start()
        await until(pilot, lambda: sum(app.looks) == 2 * MANY)
        for thread in threads:
            thread.join()
    assert len(app.looks) < MANY / 100


async def test_nobody_looks_while_nothing_comes() -> None:
    app = Looks(frames=1_000)
    async with app.run_test() as pilot:
        for count in range(1, 6):
            app.bridge.emit(LINE)
            await until(pilot, lambda: sum(app.looks) == count)  # noqa: B023  # it is asked at once
    assert app.looks == [1] * 5


async def test_who_is_not_through_is_called_again() -> None:
    app = Looks(frames=1_000)
    app.unsettled = 2
    async with app.run_test() as pilot:
        app.bridge.emit(LINE)
        await until(pilot, lambda: app.unsettled < 0)
        app.bridge.emit(LINE)
        await until(pilot, lambda: sum(app.looks) == 2)
    assert app.looks == [1, 0, 0, 1]


async def test_a_thread_may_tell_when_the_application_has_ended() -> None:
    app = Looks(frames=10)
    async with app.run_test():
        pass
    app.bridge.emit(LINE)
    assert app.bridge.waiting == 1


async def until(pilot: Pilot[None], happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await pilot.pause()
