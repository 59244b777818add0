"""A list to choose from, over the main screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from pushtui.tui.actions import bindings, key_of
from pushtui.tui.paragraphs import Block, lines_of
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document

Choice = TypeVar("Choice")


class ListScreen(Dialog[Choice]):
    """A list to choose from. Dismissed with what was chosen, or None."""

    BINDINGS: ClassVar = bindings("list")

    def __init__(self, heading: str, symbols: Symbols) -> None:
        super().__init__(heading)
        self._symbols = symbols
        self._place = 0

    def choices(self) -> Sequence[Choice]:
        """What can be chosen, in order."""
        return ()

    def row(self, place: int, lead: str) -> Sequence[Block]:
        """How a choice is shown; `lead` stands before it."""
        return ()

    def above(self) -> Sequence[Block]:
        """What stands above the choices."""
        return ()

    def blocks(self) -> Sequence[Block]:
        blocks = [*self.above()]
        for place in range(len(self.choices())):
            pointer = ">" if place == self._place else " "
            blocks += self.row(place, f"{pointer} ")
        return blocks

    @staticmethod
    def moving() -> str:
        """The keys that go from choice to choice, as people write them."""
        return " ".join(key_of(f"scroll_text('{way}')", "dialog") for way in ("up", "down"))

    def action_move(self, by: int) -> None:
        """Go to the choice before or after."""
        self._place = min(max(0, self._place + by), max(0, len(self.choices()) - 1))
        self.show()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        document = self.query_one("#text", Document)
        width = max(1, document.scrollable_content_region.width)
        above = len(lines_of([*self.heading(), *self.above()], width))
        rows = [len(lines_of(self.row(at, "  "), width)) for at in range(self._place + 1)]
        top, bottom = above + sum(rows[:-1]), above + sum(rows)
        tall = document.scrollable_content_region.height
        if not self._place:
            top = 0
        if top < document.scroll_offset.y:
            document.scroll_to(y=top, animate=False, immediate=True)
        elif bottom > document.scroll_offset.y + tall:
            document.scroll_to(y=bottom - tall, animate=False, immediate=True)

    def action_scroll_text(self, way: str) -> None:
        """The arrows go from choice to choice; the text follows."""
        if way in {"up", "down"}:
            self.action_move(1 if way == "down" else -1)
        else:
            super().action_scroll_text(way)

    def action_choose(self) -> None:
        """Take the choice that the pointer is at."""
        if self.choices():
            self.dismiss(self.choices()[self._place])

    def action_leave(self) -> None:
        self.dismiss(None)
