"""A pane of rows that is quick whatever their number: only what is visible is drawn.

It follows the end until somebody goes up, wraps, scrolls sideways. Rows are held on to by their numbers, because their
places change when the oldest go or a filter changes.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.tui.log_store import Rows
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import Inked, Piece, width_of
from pushtui.tui.wrapping import Heights, parts

SIDEWAYS = 16
"""Cells that long lines move at a time."""


class RowsPane(Inked, ScrollView, can_focus=True):
    """Shows rows; what stands before each and in which ink it is written, its kinds say."""

    following = reactive(True, repaint=False)

    @frozen
    class Described(Message):
        """What the title of the pane should say has changed."""

        pane: RowsPane
        text: str

    def __init__(self, rows: Rows, symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._rows = rows
        self._symbols = symbols
        self._sideways = 0
        self._heights: Heights | None = None
        """Where each row begins, while lines are wrapped."""
        self._unseen = 0
        """Rows that came while the end was not followed."""
        self._cache: LRUCache[tuple[object, ...], Strip] = LRUCache(512)
        self._moving = False

    # --- what the kinds of panes say -------------------------------------------------------------------------------

    def head(self, place: int, width: int, *, first: bool) -> list[Piece]:
        """What stands before a row; and, as wide, before a line that goes on with it."""
        return []

    def ink_of(self, place: int) -> str:
        """The ink that the row is written with."""
        return "plain"

    def said(self) -> list[str]:
        """What the title of the pane says, part by part."""
        return [_("wrapped")] if self.wrapped else []

    def nothing(self) -> str:
        """What is said where there are no rows."""
        return ""

    def chosen(self, number: int) -> str:
        """The name of the look with which a row is set off; empty for most."""
        return ""

    @property
    def needle(self) -> str:
        """What is set off wherever it stands in a row."""
        return ""

    # --- where everything is ---------------------------------------------------------------------------------------

    @property
    def wrapped(self) -> bool:
        """Whether long lines go on below; else they can be scrolled sideways."""
        return self._heights is not None

    @property
    def count(self) -> int:
        """Rows that there are to see."""
        return len(self._rows)

    def _body_width(self) -> int:
        width = self.scrollable_content_region.width
        return max(8, width - sum(width_of(words) for words, _ink in self.head(-1, width, first=False)))

    def _total(self) -> int:
        return self._heights.total if self._heights is not None else len(self._rows)

    def _top(self, place: int) -> int:
        return self._heights.top(place) if self._heights is not None else place

    def _at(self, line: int) -> tuple[int, int]:
        """The row that is shown at a line, and which of its lines that is."""
        return self._heights.at(line) if self._heights is not None else (line, 0)

    @property
    def _bottom(self) -> int:
        """The line at the top when the end is in sight."""
        return max(0, self._total() - self.size.height)

    def _last_visible(self) -> int:
        place, _line = self._at(max(0, min(self._total(), self.scroll_offset.y + self.size.height) - 1))
        return min(place, len(self._rows) - 1)

    # --- rows come and go ------------------------------------------------------------------------------------------

    def rows_changed(self, gone: int, before: int) -> None:
        """So many rows went from the start, and there had been `before`: draw what that changes."""
        lines_gone, added = gone, len(self._rows) - (before - gone)
        if self._heights is not None:
            lines_gone = self._heights.drop(min(gone, len(self._heights)))
            start = len(self._heights)
            self._heights.extend(self._rows.texts(start, len(self._rows)))
        if not gone and not added:
            return
        if not self.following:
            self._unseen += max(0, added)
        elif added >= self.size.height:
            self._cache.clear()  # nothing that was drawn stays in sight, and what a flood leaves holds on to memory
        self._resized(lines_gone)

    def rows_replaced(self) -> None:
        """These are other rows: begin at their end again."""
        if self._heights is not None:
            self._wrap_anew()
        self._follow()
        self.virtual_size = Size(self.scrollable_content_region.width, self._total())
        self._go(self._bottom)
        self.refresh()
        self.describe()

    def _resized(self, lines_gone: int) -> None:
        if not self.size.height:
            return
        shown, total = self.virtual_size.height, self._total()
        if not total and not shown:
            return
        self._extends(total)
        if self.following:
            before = self.scroll_offset.y
            self._go(self._bottom)
            if lines_gone or self._bottom == before:
                self.refresh()
        elif lines_gone:
            self._go(max(0, self.scroll_offset.y - lines_gone))
            self.refresh()
        elif total > shown:
            self.refresh_lines(shown, total - shown)
        self.describe()

    def _extends(self, lines: int) -> None:
        """There are so many lines to scroll through now.

        The screen is laid out anew only where the scroll bar comes or goes: that paints the bar in a frame of its own.
        """
        size = Size(self.scrollable_content_region.width, lines)
        if self.show_vertical_scrollbar and lines > self.size.height and size.width == self.virtual_size.width:
            self.set_reactive(ScrollView.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = lines
        else:
            self.virtual_size = size

    def _go(self, y: int) -> None:
        self._moving = True
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self._moving = False

    def on_resize(self) -> None:
        """Wrap anew where the width changed, and keep the same row at the top."""
        self._cache.clear()
        if self._heights is not None and self._heights.width != self._body_width():
            place, _line = self._at(self.scroll_offset.y)
            self._wrap_anew()
            if not self.following:
                self.virtual_size = Size(self.scrollable_content_region.width, self._total())
                self._go(min(self._top(min(place, len(self._rows))), self._bottom))
        self._resized(0)
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cache.clear()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if not self._moving:
            following = new >= self._bottom
            if following and not self.following:
                self._follow()
                self.describe()
            elif self.following and not following:
                self._pause()

    def _follow(self) -> None:
        self.following, self._unseen = True, 0

    def _pause(self) -> None:
        if self.following:
            self.following, self._unseen = False, 0
            self.describe()

    def describe(self) -> None:
        """Tell what the title should say now."""
        said = self.said()
        if not self.following and (paused := self.paused()):
            said.append(paused)
        self.post_message(self.Described(self, ", ".join(said)))

    def paused(self) -> str:
        """What is said while the end is not followed."""
        return _("paused, {count} new below").format(count=self._unseen) if self._unseen else _("paused")

    # --- going about -----------------------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self._follow()
        self._go(self._bottom)
        self.refresh()
        self.describe()

    def action_scroll_end(self) -> None:
        """As following."""
        self.action_follow()

    def action_scroll_sideways(self, by: int) -> None:
        """Show another part of lines that are wider than the pane."""
        if self.wrapped:
            return
        sideways = max(0, self._sideways + by * SIDEWAYS)
        if sideways < self._sideways or self._widest() > sideways:
            self._sideways = sideways
            self.refresh()

    def _widest(self) -> int:
        """Cells of the longest row that is visible."""
        first = self.scroll_offset.y
        places = range(first, min(len(self._rows), first + self.size.height))
        return max((width_of(self._rows.text(place)) for place in places), default=0)

    def action_wrap(self) -> None:
        """Let long lines go on below, or no longer."""
        place, _line = self._at(self.scroll_offset.y)
        if self._heights is None:
            self._sideways = 0
            self._wrap_anew()
        else:
            self._heights = None
        self._cache.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self._total())
        self._go(self._bottom if self.following else min(self._top(min(place, len(self._rows))), self._bottom))
        self.refresh()
        self.describe()

    def _wrap_anew(self) -> None:
        self._heights = Heights(self._body_width(), self._rows.texts(0, len(self._rows)))

    # --- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        line = y + self.scroll_offset.y
        if line >= self._total():
            empty = self.nothing() if not y and not len(self._rows) else ""
            return self.strip([(f" {empty}", "muted")], width)
        place, part = self._at(line)
        number = self._rows.number(place)
        chosen = self.chosen(number)
        key = (number, part, width, self._sideways, self.needle, chosen, self.wrapped)
        strip = self._cache.get(key)
        if strip is None:
            strip = self._cache[key] = self._strip(place, part, width, chosen)
        return strip

    def _strip(self, place: int, part: int, width: int, chosen: str) -> Strip:
        over = self.paper(chosen) if chosen else None
        base = self.rich_style if over is None else self.rich_style + over
        head = Strip(Segment(words, self.inked(base, ink)) for words, ink in self.head(place, width, first=not part))
        room = width - head.cell_length
        text, ink = self._rows.text(place), self.ink_of(place)
        if self.wrapped:
            body = Strip(self._body(parts(text, max(8, room))[part], ink, base))
        else:
            body = Strip(self._body(text, ink, base)).crop(self._sideways)
            if body.cell_length > room:
                more = Strip([Segment(self._symbols.ellipsis, self.inked(base, "muted"))])
                room -= more.cell_length
                body = Strip.join([body.crop(0, room).adjust_cell_length(room, base), more])
        return Strip.join([head, body]).adjust_cell_length(width, base)

    def _body(self, words: str, ink: str, base: Style) -> list[Segment]:
        style = self.inked(base, ink)
        low, needle = words.lower(), self.needle.lower()
        if not needle or needle not in low or len(low) != len(words):
            return [Segment(words, style)]
        hit = style + (Style(reverse=False) if base.reverse else self.ink("hit"))  # set off from the rest either way
        segments, start = [], 0
        while (at := low.find(needle, start)) >= 0:
            end = at + len(needle)
            segments += [Segment(words[start:at], style), Segment(words[at:end], hit)]
            start = end
        return [*segments, Segment(words[start:], style)]
