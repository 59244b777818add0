"""The trust chain: a row for each step, drawn line by line so that a changed status repaints one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Offset, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.procedure.model import Status, StepId
from pushtui.tui.actions import bindings
from pushtui.tui.symbols import STATUS_INK, STATUS_WIDTH, Symbols
from pushtui.tui.widgets.inked import Inked, Piece, fitted, width_of

if TYPE_CHECKING:
    from pushtui.tui.action import Where

_TIME_WIDTH = 6
_NAME_WIDTH = 18
_LEAST_SUMMARY = 12
"""Cells below which a summary says nothing any more."""


@frozen
class Row:
    """What a row shows."""

    step: StepId
    name: str
    status: Status = Status.UNKNOWN
    word: str = ""
    summary: str = ""
    brief: str = ""
    """The summary for where it does not fit."""
    age: str = ""
    duration: str = ""


class StepList(Inked, ScrollView, can_focus=True):
    """One line a step; two (the second for the summary and the chain) where there is room for them."""

    BINDINGS: ClassVar = bindings("steps")
    PLACE: ClassVar[Where] = "steps"

    selected = reactive(0, repaint=False)

    @frozen
    class Moved(Message):
        """Another step was selected."""

        step: StepId

    @frozen
    class Opened(Message):
        """Enter was pressed on a step."""

        step: StepId

    def __init__(self, rows: Sequence[Row], symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._rows = list(rows)
        self._symbols = symbols
        self._lines_each = 1

    @property
    def step(self) -> StepId:
        """The selected step."""
        return self._rows[self.selected].step

    def show(self, index: int, row: Row) -> None:
        """Replace a row; nothing is repainted when nothing visible changed."""
        if row != self._rows[index]:
            first = index * self._lines_each - self.scroll_offset.y
            with self.changing(first, first + self._lines_each):
                self._rows[index] = row

    def _refresh_row(self, index: int) -> None:
        for line in range(self._lines_each):
            self.refresh_line(index * self._lines_each + line)

    def on_resize(self) -> None:
        self._lines_each = 2 if self.size.height >= len(self._rows) * 2 - 1 else 1
        lines = len(self._rows) * self._lines_each
        if lines > self.size.height + 1 or self.virtual_size.height:
            self.virtual_size = Size(self.size.width, lines)
        self._keep_visible()
        if self.has_focus:
            self._point()
        self.refresh()

    def watch_selected(self, old: int, new: int) -> None:
        if not self.is_mounted:
            return
        self._refresh_row(old)
        self._refresh_row(new)
        self._keep_visible()
        self._point()
        self.post_message(self.Moved(self._rows[new].step))

    def _point(self) -> None:
        """Put the terminal's own cursor, which screen readers follow, on the selected row."""
        line = self.selected * self._lines_each - self.scroll_offset.y
        self.app.cursor_position = self.content_region.offset + Offset(0, line)

    def _keep_visible(self) -> None:
        top = self.selected * self._lines_each
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif top + self._lines_each > self.scroll_offset.y + self.size.height:
            self.scroll_to(y=top + self._lines_each - self.size.height, animate=False, immediate=True)

    def on_show(self) -> None:
        """Take the focus, where the screen was too small for any pane to have it."""
        if self.screen.focused is None and self.app.app_focus:
            self.focus()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_row(self.selected)
        if has_focus:
            self._point()

    def action_move(self, by: int) -> None:
        """Select the next or the previous step."""
        self.selected = max(0, min(len(self._rows) - 1, self.selected + by))

    def action_select(self, index: int) -> None:
        """Select a step by its place, counted from 1; 0 is the last."""
        self.selected = (index - 1) % len(self._rows)

    def action_open(self) -> None:
        """Show the step in full."""
        self.post_message(self.Opened(self.step))

    def render_line(self, y: int) -> Strip:
        line = y + self.scroll_offset.y
        index, second = divmod(line, self._lines_each)
        width = self.size.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        chosen = index == self.selected
        over = None
        if chosen:
            name = "chosen" if self.has_focus else "chosen--blurred"
            over = self.paper(name)
        return self.strip(self._pieces(index, bool(second), width, chosen), width, over)

    def _pieces(self, index: int, second: bool, width: int, chosen: bool) -> list[Piece]:
        row, symbols = self._rows[index], self._symbols
        pointer = (symbols.pointer if chosen else " ", "accent" if self.has_focus else "line")
        if second:
            last = index == len(self._rows) - 1
            holds = row.status is Status.OK
            link = " " if last else symbols.down if holds else symbols.down_loose
            summary = _said(row, width - 7, symbols.ellipsis)
            return [pointer, ("   ", "plain"), (link, "ok" if holds else "line"), (" ", "plain"), (summary, "muted")]
        ink = STATUS_INK[row.status]
        pieces = [
            pointer,
            (f"{index + 1}  ", "muted"),
            (f"{symbols.status[row.status]} ", ink),
            (f"{fitted(row.name, _NAME_WIDTH, symbols.ellipsis)} ", "strong"),
            (fitted(row.word, STATUS_WIDTH, symbols.ellipsis), ink),
        ]
        times = 2 * (_TIME_WIDTH + 1) + 1
        room = width - (5 + 1 + _NAME_WIDTH + 1 + STATUS_WIDTH) - times
        if room < 0:
            return pieces
        telling = self._lines_each == 1 and room - 2 >= _LEAST_SUMMARY
        middle = _said(row, room - 2, symbols.ellipsis) if telling else " " * (room - 2)
        summary = f"  {middle}" if room > 2 else " " * room
        pieces.append((f"{summary} {fitted(row.age, _TIME_WIDTH, symbols.ellipsis, right=True)}", "muted"))
        running = row.status in {Status.CHECKING, Status.APPLYING, Status.WAITING}
        pieces.append(
            (" " + fitted(row.duration, _TIME_WIDTH, symbols.ellipsis, right=True) + " ", ink if running else "muted")
        )
        return pieces


def _said(row: Row, width: int, ellipsis: str) -> str:
    """The summary in exactly `width` cells: whole, or in brief."""
    whole = clean_line(row.summary)
    return fitted(whole if width_of(whole) <= width or not row.brief else clean_line(row.brief), width, ellipsis)
