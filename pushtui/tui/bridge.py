"""The one way from the threads that work to the screen.

Threads append, nothing else; the screen drains some times a second. It is told of the first thing that waits, and of no
other: a call per line from a thread would cost the terminal three hundred times the bytes, and block whoever logs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import field
from typing import Any

from pushtui.base.values import record
from pushtui.engine.events import Counted, LogLine, StepChanged

LINES_HELD = 200_000
"""Log lines that may wait between two drains; what goes beyond is in the log file only."""


@record
class Batch:
    """What came since the last look: log lines in order, all else in order, steps and counts only as they stand now."""

    lines: list[LogLine] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    dropped: int = 0
    """Log lines that had to be left out, oldest first; they are in the log file."""


class Bridge:
    """Bounded, and safe to be used from any thread."""

    def __init__(self, limit: int = LINES_HELD) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._lines: deque[LogLine] = deque()
        self._events: dict[Hashable, Any] = {}
        self._serial = 0
        self._dropped = 0
        self._told = False
        """Whether the screen knows that something waits."""
        self._tell: Callable[[], object] | None = None

    def on_news(self, tell: Callable[[], object] | None) -> None:
        """Have `tell` called, on whatever thread, when something waits and nothing did; at once if something does."""
        self._tell, self._told = tell, False
        if self.waiting:
            self._news()

    @property
    def waiting(self) -> int:
        """How much there is to drain."""
        return len(self._lines) + len(self._events)

    def _news(self) -> None:
        if self._tell is not None:
            self._told = True
            self._tell()

    def emit(self, event: object) -> None:
        """Take an event from the engine, or from the application's own threads; returns at once.

        Log lines go without the lock, which under a flood would make every thread wait for whoever holds it while
        another runs: a deque is safe as it is.
        """
        if isinstance(event, LogLine):
            if len(self._lines) >= self._limit:
                self._make_room()
            self._lines.append(event)
            if not self._told:  # looked at after the line is there, as it is forgotten before lines are taken
                self._news()
            return
        with self._lock:
            self._serial += 1
            key: Hashable = self._serial
            if isinstance(event, StepChanged):
                key = event.report.id
            elif isinstance(event, Counted):
                key = event.what
            self._events.pop(key, None)
            self._events[key] = event
        if not self._told:
            self._news()

    def _make_room(self) -> None:
        with self._lock:
            while len(self._lines) >= self._limit:
                self._lines.popleft()
                self._dropped += 1

    def drain(self) -> Batch:
        """Everything since the last call."""
        self._told = False
        with self._lock:
            lines = [self._lines.popleft() for _each in range(len(self._lines))]
            batch = Batch(lines, list(self._events.values()), self._dropped)
            self._events.clear()
            self._dropped = 0
        return batch
