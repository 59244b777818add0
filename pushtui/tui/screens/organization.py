"""The organization: every server, certificate and key in tables, problems first, and each of them in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.procedure.overview import Overview
from pushtui.tui.actions import bar, bindings
from pushtui.tui.copies import Copyable, as_text
from pushtui.tui.inventory import Sheet, sheets
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import Block
from pushtui.tui.room import that_fits
from pushtui.tui.screens.reading import ReadingScreen
from pushtui.tui.stylesheets import of_screen
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import KeyBar
from pushtui.tui.widgets.rule import Rule
from pushtui.tui.widgets.table import TableView

_TALL = 30
"""From this height on the selected row stands in full below the table."""


class OrganizationScreen(Painted, Screen[bool]):
    """Dismissed with whether everything should be read again."""

    AUTO_FOCUS = None
    CSS_PATH = of_screen("organization")
    BINDINGS: ClassVar = bindings("organization")
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, overview: Overview, symbols: Symbols, height: int) -> None:
        super().__init__(classes="-tall" if height >= _TALL else "")
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (_TALL, "-tall")]
        self._sheets = sheets(overview, symbols)
        self._symbols = symbols
        self._at = 0
        rows = max(len(sheet.table) for sheet in self._sheets)
        self.table = TableView(self.sheet.table, symbols, rows=rows, id="table")
        self.rule = Rule("", "muted", symbols)
        self.rule.activate(True)
        self.row_rule = Rule(self._row_name(), "muted", symbols)
        self.detail = Document(self.blocks(), id="row-text")
        self.detail.can_focus = False

    @property
    def sheet(self) -> Sheet:
        """The table that is shown."""
        return self._sheets[self._at]

    def compose(self) -> ComposeResult:
        yield self.rule
        yield self.table
        with Vertical(id="row"):
            yield self.row_rule
            yield self.detail
        yield KeyBar(bar("organization"), id="keys")

    def blocks(self) -> Sequence[Block]:
        """The selected row in full."""
        row = self.table.row
        return self.sheet.details[row] if row >= 0 else ()

    def _row_name(self) -> str:
        row = self.table.row
        return self.sheet.table.names[row] if row >= 0 else ""

    def _title(self) -> str:
        dot = f" {self._symbols.dot} "
        here, place = f"[{self.sheet.title}]", f"{self._at + 1}/{len(self._sheets)}"
        names = dot.join(here if sheet is self.sheet else sheet.title for sheet in self._sheets)
        sorted_by = self.table.sorted_by
        how = _("by {column}").format(column=sorted_by) if sorted_by else _("problems first")
        return that_fits((f"{names}{dot}{how}", names, f"{here} {place}{dot}{how}", f"{here} {place}"), self.size.width)

    def _show(self, *, top: bool = False) -> None:
        self.rule.show(self._title())
        self.row_rule.show(self._row_name())
        self.detail.show(self.blocks(), top=top)

    def on_resize(self) -> None:
        self._show()

    def on_table_view_moved(self) -> None:
        self._show(top=True)

    # --- what keys do ----------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self.table.move(by)

    def action_page(self, by: int) -> None:
        self.table.page(by)

    def action_first(self) -> None:
        self.table.place = 0

    def action_last(self) -> None:
        self.table.move(len(self.sheet.table))

    def action_next_sheet(self, by: int) -> None:
        self._at = (self._at + by) % len(self._sheets)
        self.table.show(self.sheet.table)
        self._show(top=True)

    def action_sort(self) -> None:
        self.table.sort()

    def action_turn(self) -> None:
        self.table.turn()

    def action_open(self) -> None:
        """Read the row in full, where it has no room here."""
        if self.table.row >= 0:
            self.app.push_screen(RowScreen(self.blocks()))

    def action_copy(self) -> None:
        row = self.table.row
        things = [Copyable(_("The name"), self.sheet.table.names[row])] if row >= 0 else []
        whole = [Copyable(_("This row as text"), as_text(self.blocks()))] if row >= 0 else []
        self.app.offer_copies([*things, *whole])  # type: ignore[attr-defined]  # there is only one application

    def action_again(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)


class RowScreen(ReadingScreen):
    """A server, a certificate or a key."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__(_("In full"))
        self._blocks = blocks

    def blocks(self) -> Sequence[Block]:
        return self._blocks
