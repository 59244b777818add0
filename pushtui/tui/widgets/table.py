"""A table with a selected row, drawn line by line: the head stays, the rows scroll below it."""

from __future__ import annotations

from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.reporting.pages import Tone
from pushtui.tui.symbols import Symbols
from pushtui.tui.tables import GAP, Table, fit
from pushtui.tui.widgets.inked import Inked, Piece, fitted

TONE_INK = {Tone.PLAIN: "plain", Tone.OK: "ok", Tone.WARNING: "warning", Tone.BAD: "error", Tone.MUTED: "muted"}


class TableView(Inked, ScrollView, can_focus=False):
    """Shows a table; sorts it by any of its columns."""

    place = reactive(0, repaint=False)
    """Of the selected row, counted in the order that is shown."""

    @frozen
    class Moved(Message):
        """Another row was selected."""

        row: int

    def __init__(self, table: Table, symbols: Symbols, *, rows: int, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """`rows`: the most that any table has which is shown here; there is room for them where the height is auto."""
        super().__init__(id=id)
        self._rows = rows
        self._table = table
        self._symbols = symbols
        self._sorted_by, self._reverse = -1, False
        self._order = table.sorted(-1)
        self._widths: list[tuple[int, int]] = []

    @property
    def row(self) -> int:
        """The selected row's place in the table; -1 where there is none."""
        return self._order[self.place] if self._order else -1

    @property
    def sorted_by(self) -> str:
        """The title of the column that the rows are sorted by; empty for the order in which they came."""
        return self._table.columns[self._sorted_by].title if self._sorted_by >= 0 else ""

    def show(self, table: Table) -> None:
        """Another table, from its first row."""
        self._table, self._sorted_by, self._reverse = table, -1, False
        self._order = table.sorted(-1)
        self.place = 0
        self._lay_out()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The head, the rows, and a line below them."""
        return self._rows + 2

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._widths = fit(self._table.columns, max(10, width - 2))
        self.virtual_size = Size(width, len(self._table) + 1)
        self._keep_visible()
        self.refresh()

    # --- what can be done ------------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Select another row."""
        self.place = min(max(0, self.place + by), max(0, len(self._order) - 1))

    def page(self, by: int) -> None:
        """Select the row a page further."""
        self.move(by * max(1, self.size.height - 2))

    def sort(self) -> None:
        """Sort by the next column, and after the last as the rows came."""
        self._sort(self._sorted_by + 1 if self._sorted_by + 1 < len(self._table.columns) else -1, reverse=False)

    def turn(self) -> None:
        """The other way round."""
        self._sort(self._sorted_by, reverse=not self._reverse)

    def _sort(self, column: int, *, reverse: bool) -> None:
        row = self.row
        self._sorted_by, self._reverse = column, reverse
        self._order = self._table.sorted(column, reverse=reverse)
        if row >= 0:
            self.place = self._order.index(row)
        self.refresh()
        self.post_message(self.Moved(self.row))

    def watch_place(self, old: int, new: int) -> None:
        if self.is_mounted:
            self._refresh_row(old)
            self._refresh_row(new)
            self._keep_visible()
            self.post_message(self.Moved(self.row))

    def _refresh_row(self, place: int) -> None:
        self.refresh_line(place + 1)

    def _keep_visible(self) -> None:
        """The head takes the first line of the window."""
        rows = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if self.place < top:
            self._go(self.place)
        elif self.place >= top + rows:
            self._go(self.place - rows + 1)

    def _go(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self.refresh()

    # --- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self.strip(self._head(), width)
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._order):
            return Strip.blank(width, self.rich_style)
        chosen = place == self.place
        over = self.paper("chosen") if chosen else None
        return self.strip(self._row(self._order[place], chosen), width, over)

    def _head(self) -> list[Piece]:
        pieces: list[Piece] = [("  ", "plain")]
        for column, size in self._widths:
            title = clean_line(self._table.columns[column].title)
            sorted_ = column == self._sorted_by
            pieces += [
                (fitted(title, size, self._symbols.ellipsis), "accent" if sorted_ else "muted"),
                (" " * GAP, "plain"),
            ]
        return pieces

    def _row(self, row: int, chosen: bool) -> list[Piece]:
        pieces: list[Piece] = [(f"{self._symbols.pointer if chosen else ' '} ", "accent")]
        for column, size in self._widths:
            cell = self._table.columns[column].cells[row]
            words = fitted(clean_line(cell.text), size, self._symbols.ellipsis)
            pieces += [(words, TONE_INK[cell.tone]), (" " * GAP, "plain")]
        return pieces
