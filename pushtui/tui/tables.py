"""A table for a width: which columns there is room for, how wide each is, and in which order the rows are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pushtui.base.values import frozen
from pushtui.reporting.pages import Cell
from pushtui.tui.widgets.inked import width_of

GAP = 2


@frozen
class Column:
    """A column with all its cells."""

    title: str
    cells: tuple[Cell, ...]
    order: tuple[object, ...] = ()
    """What its rows are sorted by; empty: the text of the cells."""
    least: int = 6
    """Cells below which it says nothing any more."""

    @property
    def natural(self) -> int:
        """Cells that it takes where there is room for all of it."""
        return max(width_of(self.title), *(width_of(cell.text) for cell in self.cells), 1)


@frozen
class Table:
    """Columns, the most important first; row by row as they come, and by what each row is known."""

    columns: tuple[Column, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def sorted(self, column: int, *, reverse: bool = False) -> list[int]:
        """The places of the rows, sorted by a column; -1 is the order in which they came."""
        places = list(range(len(self)))
        if column >= 0:
            chosen = self.columns[column]
            keys = chosen.order or tuple(cell.text.lower() for cell in chosen.cells)
            places.sort(key=lambda place: keys[place])  # type: ignore[arg-type,return-value]  # alike in a column
        return places[::-1] if reverse else places


def fit(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """Place and width of the columns that there is room for. The last ones go first; then the widest gets narrower."""
    kept = list(range(len(columns)))
    while len(kept) > 1 and _needed(columns, kept) > width:
        kept.pop()
    widths = {place: columns[place].natural for place in kept}
    room = width - GAP * (len(kept) - 1)
    while sum(widths.values()) > room:
        shrinkable = [place for place in kept if widths[place] > columns[place].least]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda place: widths[place])] -= 1
    return [(place, widths[place]) for place in kept]


def _needed(columns: Sequence[Column], kept: Sequence[int]) -> int:
    """The least that these columns take."""
    return sum(min(columns[place].least, columns[place].natural) for place in kept) + GAP * (len(kept) - 1)
