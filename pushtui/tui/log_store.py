"""The log's lines, a view of them through a filter, and how many lines of a screen each takes: no widget here."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from pushtui.base.text import clean
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId

LINES_KEPT = 200_000
_BLOCK = 5_000

SIDES: dict[str, frozenset[str]] = {
    "exchange": frozenset({"exchange", "windows", "mail"}),
    "cloud": frozenset({"entra", "graph"}),
    "pushtui": frozenset({"pushtui"}),
}
"""Side → the sources of lines that belong to it."""


class Rows(Protocol):
    """What a pane of lines shows: rows by their place, each with a number that stays its own while places change."""

    def __len__(self) -> int: ...

    def number(self, place: int) -> int:
        """The number of the row at a place."""

    def place(self, number: int) -> int:
        """Where the row with this number is, or the next one after it."""

    def text(self, place: int) -> str:
        """The text of the row at a place."""


class LogStore:
    """Keeps the newest lines, each by a number that never changes, so that views and caches can hold on to it."""

    def __init__(self, limit: int = LINES_KEPT) -> None:
        self._limit = limit
        self._lines: list[LogLine] = []
        self.start = 0
        """The number of the oldest line that is kept."""

    @property
    def end(self) -> int:
        """One more than the number of the newest line."""
        return self.start + len(self._lines)

    def line(self, number: int) -> LogLine:
        """The line with this number."""
        return self._lines[number - self.start]

    def lines(self, first: int, end: int) -> list[LogLine]:
        """The lines from a number up to another."""
        return self._lines[first - self.start : end - self.start]

    def extend(self, entries: Iterable[LogLine]) -> None:
        """Append; what is beyond the limit goes, a block at a time. A text of several lines becomes several."""
        lines = self._lines
        for entry in entries:
            if entry.text.isprintable():
                lines.append(entry)
            else:
                lines.extend(replace(entry, text=part) for part in clean(entry.text).expandtabs(4).split("\n"))
        if len(lines) > self._limit + min(_BLOCK, self._limit):
            gone = len(lines) - self._limit
            del lines[:gone]
            self.start += gone


@dataclass(frozen=True, slots=True)
class Filter:
    """What a view lets through; None lets everything through."""

    levels: frozenset[Level] | None = None
    step: StepId | None = None
    side: str | None = None
    """One of `SIDES`."""

    def __bool__(self) -> bool:
        return self.levels is not None or self.step is not None or self.side is not None

    def passes(self, line: LogLine) -> bool:
        """Whether the line is to be seen."""
        return (
            (self.levels is None or line.level in self.levels)
            and (self.step is None or line.concerns(self.step))
            and (self.side is None or line.source in SIDES[self.side])
        )


class LogView:
    """The lines that pass a filter, by their place in the view. Without a filter it keeps no list of its own."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self._filter = Filter()
        self._numbers = array("Q")
        self._seen = store.start

    @property
    def filter(self) -> Filter:
        """What passes."""
        return self._filter

    def set_filter(self, rules: Filter) -> None:
        """Look at the store through another filter."""
        self._filter = rules
        self._numbers = array("Q")
        self._seen = self.store.start
        self.update()

    def update(self) -> int:
        """Take in what the store has got and lost; the answer is how many lines vanished from the view's start."""
        store = self.store
        if not self._filter:
            gone, self._seen = store.start - min(self._seen, store.start), store.start
            return gone
        gone = bisect_left(self._numbers, store.start)
        del self._numbers[:gone]
        first = max(self._seen, store.start)
        passes = self._filter.passes
        self._numbers.extend(number for number, line in enumerate(store.lines(first, store.end), first) if passes(line))
        self._seen = store.end
        return gone

    def __len__(self) -> int:
        return len(self._numbers) if self._filter else self.store.end - self.store.start

    def number(self, place: int) -> int:
        return self._numbers[place] if self._filter else self.store.start + place

    def line(self, place: int) -> LogLine:
        """The line at a place of the view."""
        return self.store.line(self.number(place))

    def text(self, place: int) -> str:
        return self.line(place).text

    def place(self, number: int) -> int:
        if self._filter:
            return bisect_left(self._numbers, number)
        return max(0, number - self.store.start)
