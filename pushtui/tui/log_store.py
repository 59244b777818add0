"""The log's lines, a view of them through a filter, and how many lines of a screen each takes: no widget here."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from itertools import chain
from typing import Protocol

from pushtui.base.text import clean
from pushtui.base.values import frozen
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId
from pushtui.tui.log_blocks import LINES, Block, Kinds, press

LINES_KEPT = 200_000
_BLOCKS = 5
"""Blocks that are made at a time."""
_NEWEST = 1_000
"""Lines that are not put away: those looked at most, and few, because each holds on to the memory around it."""
_OPENED = 4
"""Blocks that stay open after somebody looked into them."""

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

    def texts(self, first: int, end: int) -> Sequence[str]:
        """The texts of the rows from a place up to another."""


class LogStore:
    """Keeps the newest lines, each by a number that never changes, so that views and caches can hold on to it.

    The last lines are kept as they came, older ones in blocks that take little room and a moment to be opened.
    """

    def __init__(self, limit: int = LINES_KEPT) -> None:
        self._limit = limit
        self.start = 0
        """The number of the oldest line that is kept."""
        self._blocks: list[bytes] = []
        """Up to the first line that is in none, without a gap."""
        self._opened: dict[int, list[str]] = {}
        """The texts of the blocks that were looked into last, by their first line."""
        self._kinds = Kinds()
        self._new = 0
        """The number of the first line that is in no block."""
        self._entries: list[LogLine] = []
        """As they came. They are cleaned on their way out, because most are never seen."""

    @property
    def end(self) -> int:
        """One more than the number of the newest line."""
        return self._new + len(self._entries)

    def text(self, number: int) -> str:
        """The text of a line."""
        if number >= self._new:
            return _cleaned(self._entries[number - self._new].text)
        block = self._block(number)
        return self._open(block)[number - block.first]

    def line(self, number: int) -> LogLine:
        """The line with this number."""
        text = self.text(number)
        if number >= self._new:
            return self._entries[number - self._new]._replace(text=text)
        return self._block(number).line(number, text, self._kinds)

    def texts(self, first: int, end: int) -> list[str]:
        """The texts of lines from a number up to another."""
        texts: list[str] = []
        while first < min(end, self._new):
            block = self._block(first)
            texts += self._open(block)[first - block.first : end - block.first]
            first = block.first + LINES
        return texts + _all_cleaned(self._entries[max(0, first - self._new) : max(0, end - self._new)])

    def matching(self, first: int, end: int, passes: Callable[[LogLine], bool]) -> Iterator[int]:
        """The numbers of lines from a number up to another that pass; time and text must not matter."""
        while first < min(end, self._new):
            block = self._block(first)
            passing = {number for number, sample in enumerate(self._kinds.samples) if passes(sample)}
            kinds = block.kinds[first - block.first : end - block.first]
            yield from (number for number, kind in enumerate(kinds, first) if kind in passing)
            first = block.first + LINES
        entries = self._entries[max(0, first - self._new) : max(0, end - self._new)]
        yield from (number for number, entry in enumerate(entries, first) if passes(entry))

    def _block(self, number: int) -> Block:
        place = (number - self._first()) // LINES
        return Block(self._first() + place * LINES, self._blocks[place])

    def _first(self) -> int:
        """The number of the first line that is in a block."""
        return self._new - len(self._blocks) * LINES

    def _open(self, block: Block) -> list[str]:
        texts = self._opened.get(block.first)
        if texts is None:
            if len(self._opened) >= _OPENED:
                del self._opened[next(iter(self._opened))]
            texts = self._opened[block.first] = block.texts()
        return texts

    def extend(self, entries: Iterable[LogLine]) -> None:
        """Append; what is beyond the limit goes, a block at a time."""
        self._entries += entries
        if self.end - self.start > self._limit + min(LINES, self._limit):
            self._forget(self.end - self._limit)

    def _forget(self, start: int) -> None:
        """Everything before this number goes."""
        self.start = start
        gone = min(len(self._blocks), (start - self._first()) // LINES)
        for place in range(gone):
            self._opened.pop(self._first() + place * LINES, None)
        del self._blocks[:gone]
        if (gone := start - self._new) > 0:
            del self._entries[:gone]
            self._new = start

    def much(self) -> bool:
        """Whether there are lines that should be put away."""
        return len(self._entries) >= _NEWEST + LINES

    def put_away(self) -> None:
        """Make some blocks of the oldest lines that came last. Some milliseconds."""
        for _block in range(_BLOCKS):
            if self.much():
                entries = self._entries[:LINES]
                self._blocks.append(press(entries, _all_cleaned(entries), self._kinds))
                del self._entries[:LINES]
                self._new += LINES

    def as_now(self) -> LogStore:
        """The same lines, which stay although this store goes on: for another thread."""
        other = copy(self)
        other._blocks, other._opened, other._entries = [*self._blocks], {}, [*self._entries]
        return other


class Lines:
    """Some lines as they are at one moment, to be gone through on another thread."""

    def __init__(self, store: LogStore, numbers: Sequence[int]) -> None:
        self._store = store.as_now()
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[LogLine]:
        return map(self._store.line, self._numbers)


def _all_cleaned(entries: Sequence[LogLine]) -> list[str]:
    """The texts of many entries, cleaned as one text, which is much quicker."""
    texts = [entry.text for entry in entries]
    whole = "\n".join(texts)
    if "\r" in whole or whole.count("\n") != len(texts) - 1:
        return [_cleaned(text) for text in texts]
    return _untabbed(clean(whole)).split("\n")


def _cleaned(text: str) -> str:
    return _untabbed(clean(text)).replace("\n", "\\x0a")


def _untabbed(text: str) -> str:
    return text.expandtabs(4) if "\t" in text else text


@frozen
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
        self._numbers.extend(store.matching(first, store.end, self._filter.passes))
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
        return self.store.text(self.number(place))

    def texts(self, first: int, end: int) -> list[str]:
        if self._filter:
            return [self.store.text(number) for number in self._numbers[first:end]]
        start = self.store.start
        return self.store.texts(start + first, start + end)

    def lines(self, places: range) -> Lines:
        """The lines at these places of the view, which follow each other."""
        numbers = (
            self._numbers[places.start : places.stop]
            if self._filter
            else range(*map(self.number, (places.start, places.stop)))
        )
        return Lines(self.store, numbers)

    def first_of(self, step: StepId, begin: int) -> int | None:
        """The number of the first line of a step, from a number on if there is one, else from the start."""
        store, rules = self.store, self._filter
        begin = max(begin, store.start)

        def passes(line: LogLine) -> bool:
            return rules.passes(line) and line.concerns(step)

        return next(chain(store.matching(begin, store.end, passes), store.matching(store.start, begin, passes)), None)

    def place(self, number: int) -> int:
        if self._filter:
            return bisect_left(self._numbers, number)
        return max(0, number - self.store.start)
