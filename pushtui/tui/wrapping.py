"""Rows that are longer than a pane is wide, on as many lines as they need: where each begins. Pure."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable

from rich.cells import set_cell_size

from pushtui.tui.widgets.inked import width_of


def height_of(text: str, width: int) -> int:
    """Lines that the text takes in so many cells."""
    if text.isascii():
        return max(1, -(-len(text) // width))
    return len(parts(text, width))


def parts(text: str, width: int) -> list[str]:
    """The text cut into lines of at most `width` cells, nowhere in the middle of a character."""
    if text.isascii():
        return [text[start : start + width] for start in range(0, len(text), width)] or [""]
    lines = []
    while width_of(text) > width:
        head = _cut(text, width)
        lines.append(head)
        text = text[len(head) :]
    return [*lines, text]


def _cut(text: str, width: int) -> str:
    """As much of the text as fits; an accent that is a character of its own stays with its letter."""
    head = str(set_cell_size(text, width))
    while head and not text.startswith(head):
        head = head[:-1]  # a wide character at the edge was replaced by a space
    end = max(1, len(head))
    while end < len(text) and not width_of(text[end]):
        end += 1
    return text[:end]


class Heights:
    """How many lines each row takes, and so where each begins: rows are added at the end and go from the start."""

    def __init__(self, width: int, texts: Iterable[str] = ()) -> None:
        self.width = max(1, width)
        self._ends = array("Q")
        """For each row, the lines of all rows up to it, those that have gone included."""
        self._gone = 0
        self.extend(texts)

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def total(self) -> int:
        """Lines of all rows."""
        return self._ends[-1] - self._gone if self._ends else 0

    def extend(self, texts: Iterable[str]) -> None:
        """Rows that come after the others."""
        end = self._ends[-1] if self._ends else self._gone
        for text in texts:
            end += height_of(text, self.width)
            self._ends.append(end)

    def drop(self, count: int) -> int:
        """The first rows go; the answer is how many lines they took."""
        if not count:
            return 0
        before, self._gone = self._gone, self._ends[count - 1]
        del self._ends[:count]
        return self._gone - before

    def top(self, place: int) -> int:
        """The line at which a row begins; for the row after the last, the line after all."""
        return (self._ends[place - 1] - self._gone) if place else 0

    def at(self, line: int) -> tuple[int, int]:
        """The row that a line belongs to, and which of the row's lines it is."""
        place = bisect_right(self._ends, line + self._gone)
        return place, line - self.top(place)
