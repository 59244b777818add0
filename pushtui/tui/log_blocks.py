"""Lines of the log that are old, put away in a fraction of the room that they took. Pure."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime

from pushtui.engine.events import LogLine

LINES = 1_000
"""In a block: they are put away together, and go together."""
_AT, _CALL, _KIND, _TEXTS = 0, 8, 16, 20
"""Bytes for each line of a block before a column begins, and before the texts."""
_NOWHEN = datetime.fromtimestamp(0, UTC)
_QUICKLY = 1
"""How hard it is pressed: lines of a log are so alike that more makes nothing of it."""


class Kinds:
    """What lines have in common: who told them, how grave they are and for which steps. Each kind has a number."""

    def __init__(self) -> None:
        self.samples: list[LogLine] = []
        """A line of each kind, without time and text."""
        self._numbers: dict[LogLine, int] = {}

    def of(self, entries: Sequence[LogLine]) -> array[int]:
        """The number of the kind of each line."""
        numbers, last, number = array("I"), None, 0
        for entry in entries:
            kind = (entry.source, entry.level, entry.step, entry.others)
            if kind != last:  # most are as the one before, and hashing four values takes ten times as long
                last, number = kind, self._number(entry)
            numbers.append(number)
        return numbers

    def _number(self, entry: LogLine) -> int:
        sample = entry._replace(at=_NOWHEN, text="", call=0)
        number = self._numbers.setdefault(sample, len(self.samples))
        if number == len(self.samples):
            self.samples.append(sample)
        return number


def press(entries: Sequence[LogLine], texts: Sequence[str], kinds: Kinds) -> bytes:
    """A block of lines as one piece of memory: columns of numbers, then the texts pressed together.

    In one piece because it is too large for Python's own allocator, which frees a megabyte only when nothing in it is
    in use: what a flood leaves must not stand between what goes.
    """
    columns = (
        array("d", [entry.at.timestamp() for entry in entries]),
        array("Q", [entry.call for entry in entries]),
        kinds.of(entries),
    )
    return b"".join([*(column.tobytes() for column in columns), zlib.compress("\n".join(texts).encode(), _QUICKLY)])


class Block:
    """Lines that follow each other, `LINES` of them, as `press` put them away."""

    __slots__ = ("_data", "first")

    def __init__(self, first: int, data: bytes) -> None:
        self.first = first
        """The number of the first line."""
        self._data = memoryview(data)

    @property
    def kinds(self) -> memoryview:
        """The number of each line's kind."""
        return self._column(_KIND, _TEXTS).cast("I")

    def _column(self, begin: int, end: int) -> memoryview:
        return self._data[begin * LINES : end * LINES]

    def texts(self) -> list[str]:
        """The texts of all lines."""
        return zlib.decompress(self._data[_TEXTS * LINES :]).decode().split("\n")

    def line(self, number: int, text: str, kinds: Kinds) -> LogLine:
        """The line with this number, whose text the caller has."""
        place = number - self.first
        at = datetime.fromtimestamp(self._column(_AT, _CALL).cast("d")[place], UTC)
        call = self._column(_CALL, _KIND).cast("Q")[place]
        return kinds.samples[self.kinds[place]]._replace(at=at, text=text, call=call)
