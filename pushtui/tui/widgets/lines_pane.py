"""A pane of rows to work with: a cursor, marked lines, searching. For the log and for answers."""

from __future__ import annotations

from textual.message import Message

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.tui.log_store import Rows
from pushtui.tui.search import Search
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.rows_pane import RowsPane

SEARCH_SECONDS = 0.02
"""Between two slices of counting hits."""


class LinesPane(RowsPane):
    """Has a cursor as soon as somebody goes up from the end that is followed."""

    @frozen
    class FindAsked(Message):
        """Somebody wants to search."""

        pane: LinesPane

    def __init__(self, rows: Rows, symbols: Symbols, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(rows, symbols, id=id)
        self._search = Search()
        self._cursor: int | None = None
        """The number of the row that the cursor is on; none while the end is followed."""
        self._anchor: int | None = None
        """The number of the row where marking began."""

    def said(self) -> list[str]:
        parts = [self._hits()] if self._search else []
        parts += super().said()
        if self._anchor is not None:
            marked = len(self.marked())
            parts.append(_("one line marked") if marked == 1 else _("{count} lines marked").format(count=marked))
        return parts

    def _hits(self) -> str:
        rank = self._search.rank(self._cursor) if self._cursor is not None else 0
        count = self._search.count()
        words = _("“{needle}” {rank} of {count}") if rank else _("“{needle}” {count} hits")
        return words.format(needle=self._search.needle, rank=rank, count=count)

    def rows_changed(self, gone: int, before: int) -> None:
        if gone and self._cursor is not None and len(self._rows):
            self._cursor = max(self._cursor, self._rows.number(0))
        self._count_hits()
        super().rows_changed(gone, before)

    def rows_replaced(self) -> None:
        self._cursor = self._anchor = None
        self._search = Search(self._search.needle)
        self._count_hits()
        super().rows_replaced()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_numbers(self._cursor)

    def _follow(self) -> None:
        self._refresh_numbers(self._cursor)
        self._cursor = self._anchor = None
        super()._follow()

    def action_wrap(self) -> None:
        super().action_wrap()
        if self._cursor is not None:
            self._show_row(self._rows.place(self._cursor))

    # --- the cursor -----------------------------------------------------------------------------------------------

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

    def chosen(self, number: int) -> str:
        if self._anchor is not None and self._cursor is not None:
            low, high = sorted((self._anchor, self._cursor))
            if low <= number <= high:
                return "chosen"
        if number != self._cursor:
            return ""
        return "chosen" if self.has_focus else "chosen--blurred"

    @property
    def needle(self) -> str:
        return self._search.needle
