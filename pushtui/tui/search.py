"""Searching rows: the next hit at once, and all hits counted a slice at a time, so that nobody waits for it. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from pushtui.tui.log_store import Rows

SLICE = 10_000
"""Rows that are looked at in one go: a few milliseconds."""


class Search:
    """A text that is looked for in rows that come and go, whatever its case."""

    def __init__(self, needle: str = "") -> None:
        self.needle = needle
        self._low = needle.lower()
        self._hits = array("Q")
        """The numbers of the rows that hold it, as far as they were looked at."""
        self._next = 0
        """The number of the first row that was not looked at yet."""

    def __bool__(self) -> bool:
        return bool(self.needle)

    def advance(self, rows: Rows, most: int = SLICE) -> bool:
        """Look at some more rows; whether all have been."""
        if not self._low:
            return True
        if len(rows) and self._hits and self._hits[0] < (first := rows.number(0)):
            del self._hits[: bisect_left(self._hits, first)]
        start, low = rows.place(self._next), self._low
        end = min(len(rows), start + most)
        self._hits.extend(map(rows.number, _holding(rows, start, end, low)))
        if end > start:
            self._next = rows.number(end - 1) + 1
        return end == len(rows)

    def count(self) -> int:
        """Hits found so far."""
        return len(self._hits)

    def rank(self, number: int) -> int:
        """Which hit the row is, counted from 1; 0 where it is none."""
        at = bisect_left(self._hits, number)
        return at + 1 if at < len(self._hits) and self._hits[at] == number else 0

    def find(self, rows: Rows, start: int, by: int) -> int | None:
        """The place of the next row that holds it after (`by` 1) or before (-1) a place, going round at the ends."""
        low, count = self._low, len(rows)
        if not low or not count:
            return None
        if self.advance(rows, 0):
            return self._among_hits(rows, start, by)
        behind = max(0, start + (by > 0))  # where the part begins that is looked at second, or first if backwards
        parts = (range(behind, count, SLICE), count), (range(0, behind, SLICE), min(behind, count))
        for firsts, end in parts if by > 0 else reversed(parts):
            for first in firsts if by > 0 else reversed(firsts):
                found = list(_holding(rows, first, min(end, first + SLICE), low))
                if found:
                    return found[0 if by > 0 else -1]
        return None

    def _among_hits(self, rows: Rows, start: int, by: int) -> int | None:
        if not self._hits:
            return None
        number = rows.number(start) if 0 <= start < len(rows) else self._next + 1 if start > 0 else -1
        at = bisect_right(self._hits, number) if by > 0 else bisect_left(self._hits, number) - 1
        return rows.place(self._hits[at % len(self._hits)])


def _holding(rows: Rows, first: int, end: int, low: str) -> Iterator[int]:
    """The places of the rows that hold it, from a place up to another."""
    return (place for place, text in enumerate(rows.texts(first, end), first) if low in text.lower())
