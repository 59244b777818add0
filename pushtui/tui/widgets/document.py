"""A scrolling text of blocks, laid out for the width that there is. Everything in it is data, never markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.tui.actions import bindings
from pushtui.tui.paragraphs import Block, Line, lines_of
from pushtui.tui.widgets.inked import Inked

if TYPE_CHECKING:
    from pushtui.tui.action import Where


class Document(Inked, ScrollView, can_focus=True):
    """Shows blocks; keeps its place when the same thing is shown again with changes."""

    BINDINGS: ClassVar = bindings("detail")
    PLACE: ClassVar[Where] = "detail"

    def __init__(self, blocks: Sequence[Block] = (), *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._blocks = tuple(blocks)
        self._lines: list[Line] = []
        self._width = 0
        self._laid_out: tuple[int, list[Line]] | None = None
        """The width that the blocks were laid out for last, and what came of it."""

    def show(self, blocks: Sequence[Block], *, top: bool = False) -> None:
        """Replace what is shown. With `top` it starts at the top, otherwise it stays where it was scrolled to."""
        self.hold(blocks)
        self.lay_out()
        if top:
            self.scroll_to(y=0, animate=False, immediate=True)

    def hold(self, blocks: Sequence[Block]) -> None:
        """Replace what will be shown as soon as there is room for it."""
        if (held := tuple(blocks)) != self._blocks:
            self._blocks, self._laid_out = held, None

    def lines_at(self, width: int) -> list[Line]:
        """Its lines in so many columns."""
        if self._laid_out is None or self._laid_out[0] != width:
            self._laid_out = width, lines_of(self._blocks, width)
        return self._laid_out[1]

    def on_resize(self) -> None:
        self.lay_out()

    def lay_out(self) -> None:
        """Show what it holds, in the room that there is."""
        width = self.scrollable_content_region.width
        if not width:
            return
        lines = self.lines_at(width)
        if lines == self._lines and width == self._width:
            return
        self._lines, self._width = lines, width
        self.virtual_size = Size(width, len(lines))
        self.refresh()

    @property
    def plain(self) -> str:
        """The text as it is laid out."""
        return "\n".join("".join(words for words, _ink in line).rstrip() for line in self._lines)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self.strip(self._lines[index], width)
