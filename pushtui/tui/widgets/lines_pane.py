"""A pane of lines that is quick whatever their number: only what is visible is drawn. For the log and for answers.

It follows the end until somebody goes up, has a cursor and marks lines, searches, wraps or scrolls sideways. Rows are
held on to by their numbers, because their places change when the oldest go or a filter changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.base.words import _
from pushtui.tui.log_store import Rows
from pushtui.tui.search import Search
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import Inked, Piece, width_of
from pushtui.tui.wrapping import Heights, parts

SIDEWAYS = 16
"""Cells that long lines move at a time."""
SEARCH_SECONDS = 0.02
"""Between two slices of counting hits."""


class LinesPane(Inked, ScrollView, can_focus=True):
    """Shows rows; what stands before each and in which ink it is written, its kinds say."""

    following = reactive(True, repaint=False)

    @dataclass
    class Described(Message):
        """What the title of the pane should say has changed."""

        pane: LinesPane
        text: str

    @dataclass
    class FindAsked(Message):
        """Somebody wants to search."""

        pane: LinesPane

    def __init__(self, rows: Rows, symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._rows = rows
        self._symbols = symbols
        self._search = Search()
        self._cursor: int | None = None
        """The number of the row that the cursor is on; none while the end is followed."""
        self._anchor: int | None = None
        """The number of the row where marking began."""
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
        """Further parts of the title, first."""
        return []

    def nothing(self) -> str:
        """What is said where there are no rows."""
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
        self._count_hits()
        self._resized(lines_gone, gone=gone)

    def rows_replaced(self) -> None:
        """These are other rows: begin at their end again."""
        if self._heights is not None:
            self._wrap_anew()
        self._cursor = self._anchor = None
        self._search = Search(self._search.needle)
        self._count_hits()
        self._follow()
        self.virtual_size = Size(self.scrollable_content_region.width, self._total())
        self._go(self._bottom)
        self.refresh()
        self.describe()

    def _resized(self, lines_gone: int, *, gone: int = 0) -> None:
        if not self.size.height:
            return
        shown, total = self.virtual_size.height, self._total()
        if not total and not shown:
            return
        self.virtual_size = Size(self.scrollable_content_region.width, total)
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
        if gone and self._cursor is not None and len(self._rows):
            self._cursor = max(self._cursor, self._rows.number(0))
        self.describe()

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

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_numbers(self._cursor)

    def _follow(self) -> None:
        self._refresh_numbers(self._cursor)
        self.following, self._unseen, self._cursor, self._anchor = True, 0, None, None

    def _pause(self) -> None:
        if self.following:
            self.following, self._unseen = False, 0
            self.describe()

    def describe(self) -> None:
        """Tell what the title should say now."""
        said = self.said()
        if self._search:
            said.append(self._hits())
        if self.wrapped:
            said.append(_("wrapped"))
        marked = len(self.marked())
        if self._anchor is not None:
            said.append(_("one line marked") if marked == 1 else _("{count} lines marked").format(count=marked))
        if not self.following and (paused := self.paused()):
            said.append(paused)
        self.post_message(self.Described(self, ", ".join(said)))

    def _hits(self) -> str:
        rank = self._search.rank(self._cursor) if self._cursor is not None else 0
        count = self._search.count()
        words = _("“{needle}” {rank} of {count}") if rank else _("“{needle}” {count} hits")
        return words.format(needle=self._search.needle, rank=rank, count=count)

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

    def action_scroll_home(self) -> None:
        """Go to the first row."""
        self._to(0)

    def action_scroll_up(self) -> None:
        """The row before."""
        self._by(-1)

    def action_scroll_down(self) -> None:
        """The next row; from the last one on, the end is followed."""
        self._by(1)

    def action_page_up(self) -> None:
        """A page up."""
        self._by_page(-1)

    def action_page_down(self) -> None:
        """A page down."""
        self._by_page(1)

    def _place(self) -> int:
        """Where the cursor is; where it would begin when it is nowhere, or out of sight."""
        last = self._last_visible()
        if self._cursor is None:
            return last
        place = self._rows.place(self._cursor)
        if self._anchor is not None:
            return place
        return min(max(place, self._at(self.scroll_offset.y)[0]), last)

    def _by(self, rows: int) -> None:
        place = self._place() + rows
        if place < len(self._rows):
            self._to(max(0, place))
        if rows > 0 and place >= len(self._rows) - 1 and self._anchor is None and not self.following:
            self.action_follow()

    def _by_page(self, way: int) -> None:
        page = max(1, self.size.height - 1)
        target = self.scroll_offset.y + way * page
        if target >= self._bottom and way > 0:
            self._to(len(self._rows) - 1) if self._anchor is not None else self.action_follow()
            return
        self._pause()
        self._go(max(0, target))
        last = self._last_visible()
        place, _line = self._at(self.scroll_offset.y)
        self._to(place if way < 0 else last, keep=True)

    def _to(self, place: int, *, keep: bool = False) -> None:
        """Put the cursor on a row and bring it into sight; `keep`: it is in sight."""
        if not len(self._rows):
            return
        self._pause()
        before, self._cursor = self._cursor, self._rows.number(min(max(0, place), len(self._rows) - 1))
        if not keep:
            self._show_row(place)
        if self._anchor is not None:
            self.refresh()
        else:
            self._refresh_numbers(before, self._cursor)
        self.describe()

    def _show_row(self, place: int) -> None:
        top, end = self._top(place), self._top(place + 1)
        if top < self.scroll_offset.y:
            self._go(top)
        elif end > self.scroll_offset.y + self.size.height:
            self._go(min(top, end - self.size.height))

    def go_to(self, number: int) -> None:
        """Put the cursor on the row with this number, with some of what follows it in sight."""
        place = self._rows.place(number)
        self._to(place)
        self._go(max(0, min(self._top(place) - 2, self._bottom)))
        self.refresh()

    def _refresh_numbers(self, *numbers: int | None) -> None:
        for number in numbers:
            if number is not None and self.size.height and len(self._rows):
                place = self._rows.place(number)
                if place < len(self._rows):
                    self.refresh_lines(self._top(place), self._top(place + 1) - self._top(place))

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
        if self._cursor is not None:
            self._show_row(self._rows.place(self._cursor))
        self.refresh()
        self.describe()

    def _wrap_anew(self) -> None:
        self._heights = Heights(self._body_width(), self._rows.texts(0, len(self._rows)))

    # --- marking ---------------------------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Begin to mark at the cursor, or end it."""
        if self._anchor is not None:
            self.unmark()
        elif len(self._rows):
            self._to(self._place())
            self._anchor = self._cursor
            self.refresh()
            self.describe()

    def action_extend(self, by: int) -> None:
        """Mark a row more, beginning where the cursor is."""
        if self._anchor is None:
            self.action_mark()
        self._by(by)

    def unmark(self) -> bool:
        """Mark nothing any more; whether anything was."""
        if self._anchor is None:
            return False
        self._anchor = None
        self.refresh()
        self.describe()
        return True

    @property
    def marking(self) -> bool:
        """Whether lines are marked."""
        return self._anchor is not None

    def marked(self) -> range:
        """The places of the rows that are marked; of the cursor where none are; of the last visible without one."""
        if not len(self._rows):
            return range(0)
        if self._anchor is None or self._cursor is None:
            place = self._place()
            return range(place, place + 1)
        ends = sorted((self._anchor, self._cursor))
        return range(self._rows.place(ends[0]), min(len(self._rows), self._rows.place(ends[1]) + 1))

    # --- searching -------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        """Ask for what to look for."""
        self.post_message(self.FindAsked(self))

    def search(self, needle: str) -> bool:
        """Look for a text, backwards from where the cursor or the end is; False when it is nowhere."""
        self._search = Search(needle)
        self._cache.clear()
        self.refresh()
        self._count_hits()
        self.describe()
        return not needle or self._find(-1, self._place() + 1)

    def action_find_next(self, by: int) -> None:
        """The next hit, or the one before."""
        if self._search:
            self._find(by, self._place())

    def _find(self, by: int, start: int) -> bool:
        place = self._search.find(self._rows, start, by)
        if place is None:
            return False
        shown = self._at(self.scroll_offset.y)[0] <= place <= self._last_visible()
        self._to(place)
        if not shown:
            self._go(max(0, min(self._top(place) - self.size.height // 2, self._bottom)))
            self.refresh()
        return True

    _counting = False

    def _count_hits(self) -> None:
        """Count hits a slice at a time, and say how many there are when all have been."""
        if not self._search or self._counting:
            return
        if self._search.advance(self._rows):
            self.describe()
        else:
            self._counting = True
            self.set_timer(SEARCH_SECONDS, self._go_on_counting)

    def _go_on_counting(self) -> None:
        self._counting = False
        self._count_hits()

    # --- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        line = y + self.scroll_offset.y
        if line >= self._total():
            empty = self.nothing() if not y and not len(self._rows) else ""
            return self.strip([(f" {empty}", "muted")], width)
        place, part = self._at(line)
        number = self._rows.number(place)
        chosen = self._chosen(number)
        key = (number, part, width, self._sideways, self._search.needle, chosen, self.wrapped)
        strip = self._cache.get(key)
        if strip is None:
            strip = self._cache[key] = self._strip(place, part, width, chosen)
        return strip

    def _chosen(self, number: int) -> str:
        """How the row is set off: as marked, as the one with the cursor, or not at all."""
        if self._anchor is not None and self._cursor is not None:
            low, high = sorted((self._anchor, self._cursor))
            if low <= number <= high:
                return "chosen"
        if number != self._cursor:
            return ""
        return "chosen" if self.has_focus else "chosen--blurred"

    def _strip(self, place: int, part: int, width: int, chosen: str) -> Strip:
        over = self.look(chosen) if chosen else None
        base = self.rich_style if over is None else self.rich_style + over
        head = Strip(Segment(words, base + self.ink(ink)) for words, ink in self.head(place, width, first=not part))
        room = width - head.cell_length
        text, ink = self._rows.text(place), self.ink_of(place)
        if self.wrapped:
            body = Strip(self._body(parts(text, max(8, room))[part], ink, base))
        else:
            body = Strip(self._body(text, ink, base)).crop(self._sideways)
            if body.cell_length > room:
                more = Strip([Segment(self._symbols.ellipsis, base + self.ink("muted"))])
                room -= more.cell_length
                body = Strip.join([body.crop(0, room).adjust_cell_length(room, base), more])
        return Strip.join([head, body]).adjust_cell_length(width, base)

    def _body(self, words: str, ink: str, base: Style) -> list[Segment]:
        style = base + self.ink(ink)
        low, needle = words.lower(), self._search.needle.lower()
        if not needle or needle not in low or len(low) != len(words):
            return [Segment(words, style)]
        hit, segments, start = style + self.ink("hit"), [], 0
        while (at := low.find(needle, start)) >= 0:
            end = at + len(needle)
            segments += [Segment(words[start:at], style), Segment(words[at:end], hit)]
            start = end
        return [*segments, Segment(words[start:], style)]
