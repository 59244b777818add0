"""Widgets that draw their own lines: pieces of text, each with a named ink that the style sheets colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from pushtui.tui.inks import INKS, PAPERS, Look
from pushtui.tui.mixins import WidgetPart

if TYPE_CHECKING:
    from textual.scrollbar import ScrollBar

_NEAR = 5
"""Cells of one look between two changes that cost less than moving the cursor."""

Piece: TypeAlias = tuple[str, str]
"""Text and the name of its ink."""


@lru_cache(maxsize=4096)
def width_of(text: str) -> int:
    """Cells that the text takes."""
    return int(cell_len(text))


def fitted(text: str, width: int, ellipsis: str = "…", *, right: bool = False) -> str:
    """The text in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    length = width_of(text)
    if length > width:
        text = str(set_cell_size(text, width - 1)).rstrip() + ellipsis
        length = width_of(text)
    space = " " * (width - length)
    return space + text if right else text + space


class Inked(WidgetPart):
    """A widget that writes with the application's inks."""

    def _on_focus(self, event: events.Focus) -> None:
        """As Textual's own, without painting the whole widget anew: each does what its own look needs."""
        event.prevent_default()
        self.has_focus = True
        self._tell(events.DescendantFocus(self))

    def _on_blur(self, event: events.Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        self._tell(events.DescendantBlur(self))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Textual's own asks the style sheets, which say nothing of the focus, and paints scroll bars for it."""

    def _tell(self, event: events.DescendantFocus | events.DescendantBlur) -> None:
        if self.parent is not None:
            self.parent.post_message(event)

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """As Textual's own, of whole cells; the start shows none, and loads nothing for it."""
        from pushtui.tui import scrollbars

        scrollbars.use()
        return super().vertical_scrollbar

    def ink(self, name: str) -> Style:
        """The style of an ink, to be laid over the widget's own."""
        return self._look(INKS[name])

    def paper(self, name: str) -> Style:
        """The style of what a selected row is written on, to be laid over the widget's own."""
        return self._look(PAPERS[name])

    def _look(self, look: Look) -> Style:
        return self.app.look(look)  # type: ignore[attr-defined, no-any-return]  # every application of ours has inks

    def inked(self, base: Style, name: str) -> Style:
        """An ink on a ground. One that is reversed stays in one piece: colours would be blocks, and dim is not read."""
        style = base + self.ink(name)
        return base + Style(bold=bool(style.bold)) if base.reverse else style

    def strip(self, pieces: Iterable[Piece], width: int, over: Style | None = None) -> Strip:
        """One line of exactly `width` cells. `over` is laid under the inks, for a selected row."""
        base = self.rich_style if over is None else self.rich_style + over
        segments = [Segment(text, self.inked(base, name)) for text, name in pieces if text]
        return Strip(segments).simplify().adjust_cell_length(width, base)

    @contextmanager
    def changing(self, first: int = 0, end: int | None = None) -> Iterator[None]:
        """What differs afterwards in these lines is painted, in as few pieces as are worth a cursor movement.

        A widget that is hidden, which has no lines, is drawn anew when it is seen again.
        """
        height = self.size.height
        lines = range(max(0, first), height if end is None else min(height, end))
        before = [self.render_line(line) for line in lines]
        yield
        if not height:
            self.refresh()
        for line, strip in zip(lines, before, strict=True):
            for start, stop in changed_cells(strip, self.render_line(line)):
                self.refresh(Region(start, line, stop - start, 1))


def changed_cells(before: Strip, after: Strip) -> list[tuple[int, int]]:
    """The ranges of cells in which two lines differ; a wide character is never cut in half."""
    old, new = _cells(before), _cells(after)
    if len(old) != len(new) or not all(width_of(character) for character in before.text + after.text):
        return [(0, len(new))]  # accents that are characters of their own do not survive a cut beside them
    ranges: list[tuple[int, int]] = []
    for place in (place for place, cell in enumerate(new) if cell != old[place]):
        start, end = place, place + 1
        while start and "" in (new[start][0], old[start][0]):
            start -= 1
        while end < len(new) and "" in (new[end][0], old[end][0]):
            end += 1
        if ranges and _near(new[ranges[-1][1] - 1 : start]):
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]))
        else:
            ranges.append((start, end))
    return ranges


def _near(cells: list[tuple[str, Style | None]]) -> bool:
    """Whether what is between a change and the next, with the last cell before it, is written rather than skipped."""
    return len(cells) <= _NEAR + 1 and len({style for character, style in cells if character != " "}) <= 1


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Each cell's character and style, as far as it can be seen; the second cell of a wide character has none."""
    cells: list[tuple[str, Style | None]] = []
    for text, style, _control in strip:
        for character in text:
            seen = _paper(style) if character == " " and style is not None else style
            cells += [(character, seen), *[("", style)] * (width_of(character) - 1)]
    return cells


@lru_cache(maxsize=256)
def _paper(style: Style) -> Style:
    """What can be seen of a style where nothing is written: of ours, only `reverse` makes the ink matter there."""
    return style if style.reverse else Style(bgcolor=style.bgcolor)
