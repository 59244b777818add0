"""The log's lines, a view of them, and a search in a view: three things, none of which knows a widget."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pushtui.base.text import clean
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId

LINES_KEPT = 200_000
_BLOCK = 5_000


class Row(NamedTuple):
    """One row: a line of an entry. An entry with line breaks takes several."""

    entry: LogLine
    text: str
    first: bool


class LogStore:
    """Keeps the newest rows. Rows have numbers that never change, so that views and caches can hold on to them."""

    def __init__(self, limit: int = LINES_KEPT) -> None:
        self._limit = limit
        self._rows: list[Row] = []
        self.start = 0
        """The number of the oldest row that is kept."""

    @property
    def end(self) -> int:
        """One more than the number of the newest row."""
        return self.start + len(self._rows)

    def row(self, number: int) -> Row:
        """The row with this number."""
        return self._rows[number - self.start]

    def extend(self, entries: Iterable[LogLine]) -> None:
        """Append; what is beyond the limit goes, a block at a time."""
        rows = self._rows
        for entry in entries:
            words = clean(entry.text).expandtabs(4)
            if "\n" in words:
                rows.extend(Row(entry, part, place == 0) for place, part in enumerate(words.split("\n")))
            else:
                rows.append(Row(entry, words, True))
        if len(rows) > self._limit + _BLOCK:
            gone = len(rows) - self._limit
            del rows[:gone]
            self.start += gone


@dataclass(frozen=True, slots=True)
class Filter:
    """What a view lets through; None lets everything through."""

    levels: frozenset[Level] | None = None
    step: StepId | None = None

    def __bool__(self) -> bool:
        return self.levels is not None or self.step is not None

    def passes(self, entry: LogLine) -> bool:
        """Whether the entry is to be seen."""
        return (self.levels is None or entry.level in self.levels) and (self.step is None or entry.step is self.step)


class LogView:
    """The rows that pass a filter, by their place in the view. Without a filter it keeps no list of its own."""

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self._filter = Filter()
        self._numbers: list[int] = []
        self._seen = store.start

    @property
    def filter(self) -> Filter:
        """What passes."""
        return self._filter

    def set_filter(self, rules: Filter) -> None:
        """Look at the store through another filter."""
        self._filter = rules
        self._numbers = []
        self._seen = self.store.start
        self.update()

    def update(self) -> int:
        """Take in what the store has got and lost; the answer is how many rows vanished from the view's start."""
        store = self.store
        if not self._filter:
            gone, self._seen = store.start - min(self._seen, store.start), store.start
            return gone
        gone = bisect_left(self._numbers, store.start)
        del self._numbers[:gone]
        first = max(self._seen, store.start)
        passes = self._filter.passes
        self._numbers.extend(number for number in range(first, store.end) if passes(store.row(number).entry))
        self._seen = store.end
        return gone

    def __len__(self) -> int:
        return len(self._numbers) if self._filter else self.store.end - self.store.start

    def number(self, place: int) -> int:
        """The number of the row at a place of the view."""
        return self._numbers[place] if self._filter else self.store.start + place

    def row(self, place: int) -> Row:
        """The row at a place of the view."""
        return self.store.row(self.number(place))

    def place(self, number: int) -> int:
        """Where in the view the row with this number is, or the next one after it."""
        if self._filter:
            return bisect_left(self._numbers, number)
        return max(0, number - self.store.start)


def find(view: LogView, needle: str, start: int, by: int) -> int | None:
    """The place of the next row with `needle` in it, whatever its case, going round at the ends."""
    low, count = needle.lower(), len(view)
    if not low or not count:
        return None
    for step in range(1, count + 1):
        place = (start + by * step) % count
        if low in view.row(place).text.lower():
            return place
    return None
