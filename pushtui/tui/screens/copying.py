"""Choosing what to copy, where there is more than one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.tui.actions import bar, bindings
from pushtui.tui.copies import Copyable
from pushtui.tui.paragraphs import Block, Line, lines_of
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.inked import fitted, width_of
from pushtui.tui.widgets.key_bar import Key

_DIGITS = 9
_WHAT = 26
"""Cells for what a thing is; the rest of the line shows how it begins."""


@frozen
class _Row:
    """One line, whatever the width."""

    lead: str
    what: str
    ink: str
    preview: str
    ellipsis: str

    def lines(self, width: int) -> list[Line]:
        what = fitted(self.what, min(_WHAT, max(1, width - 5)), self.ellipsis)
        room = max(0, width - width_of(self.lead) - width_of(what) - 1)
        return [
            [
                (self.lead, "accent"),
                (what, self.ink),
                (" ", "plain"),
                (fitted(self.preview, room, self.ellipsis), "muted"),
            ]
        ]


class CopyScreen(Dialog[Copyable]):
    """A list of things; dismissed with one of them, or None. The first nine have a digit of their own."""

    BINDINGS: ClassVar = [
        *bindings("copy"),
        *(Binding(str(number), f"take_number({number})", show=False) for number in range(1, _DIGITS + 1)),
    ]

    def __init__(self, things: Sequence[Copyable], symbols: Symbols) -> None:
        super().__init__(_("Copy"))
        self._things = tuple(things)
        self._symbols = symbols
        self._place = 0

    def blocks(self) -> Sequence[Block]:
        return [self._row(place, thing) for place, thing in enumerate(self._things)]

    def _row(self, place: int, thing: Copyable) -> Block:
        here = place == self._place
        number = str(place + 1) if place < _DIGITS else " "
        lead = f"{self._symbols.pointer if here else ' '} {number} "
        return _Row(lead, thing.what, "strong" if here else "plain", thing.preview, self._symbols.ellipsis)

    def keys(self) -> Sequence[Key]:
        return bar("copy")

    def action_choose(self, by: int) -> None:
        """Go to another."""
        self._place = min(max(0, self._place + by), len(self._things) - 1)
        self.show()
        document = self.query_one("#text", Document)
        width = max(1, document.scrollable_content_region.width)
        line = len(lines_of([*self.heading(), *self.blocks()[: self._place]], width))
        height = document.scrollable_content_region.height
        if not document.scroll_offset.y <= line < document.scroll_offset.y + height:
            document.scroll_to(y=max(0, line - height // 2), animate=False)

    def action_take(self) -> None:
        """Copy the chosen one."""
        self.dismiss(self._things[self._place])

    def action_take_number(self, number: int) -> None:
        """Copy the one with this digit."""
        if number <= len(self._things):
            self.dismiss(self._things[number - 1])

    def action_leave(self) -> None:
        self.dismiss(None)
