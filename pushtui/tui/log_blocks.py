"""Lines of the log that are old, put away in a fraction of the room that they took. Pure."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime

from pushtui.engine.events import LogLine

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


class Block:
    """Lines that follow each other. Their texts are pressed together, everything else is a column of numbers."""

    __slots__ = ("_at", "_calls", "_texts", "first", "kinds")

    def __init__(self, first: int, entries: Sequence[LogLine], texts: Sequence[str], kinds: Kinds) -> None:
        self.first = first
        """The number of the first line."""
        self.kinds = kinds.of(entries)
        """The number of each line's kind."""
        self._at = array("d", [entry.at.timestamp() for entry in entries])
        self._calls = array("Q", [entry.call for entry in entries])
        self._texts = zlib.compress("\n".join(texts).encode(), _QUICKLY)

    def texts(self) -> list[str]:
        """The texts of all lines."""
        return zlib.decompress(self._texts).decode().split("\n")

    def line(self, number: int, text: str, kinds: Kinds) -> LogLine:
        """The line with this number, whose text the caller has."""
        place = number - self.first
        at = datetime.fromtimestamp(self._at[place], UTC)
        return kinds.samples[self.kinds[place]]._replace(at=at, text=text, call=self._calls[place])
