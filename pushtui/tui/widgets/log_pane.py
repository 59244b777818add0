"""The log: draws only the rows that are visible, follows the end until somebody scrolls up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.copies import Copyable
from pushtui.tui.log_store import LINES_KEPT, Filter, LogStore, LogView, Row, find
from pushtui.tui.symbols import LEVEL_INK, Symbols
from pushtui.tui.widgets.inked import Inked, Piece, fitted

_WIDE = 100
_SIDEWAYS = 16
_PROBLEMS = frozenset({Level.WARNING, Level.ERROR})
_LEVEL_CHOICES: tuple[frozenset[Level] | None, ...] = (None, frozenset({Level.COMMAND}) | _PROBLEMS, _PROBLEMS)


class LogPane(Inked, ScrollView, can_focus=True):
    """Shows a :class:`LogView`, and where in it the last search hit is."""

    BINDINGS: ClassVar = bindings("log")

    following = reactive(True, repaint=False)

    @dataclass
    class Described(Message):
        """What the title of the pane should say has changed."""

        text: str

    @dataclass
    class EntryOpened(Message):
        """Somebody wants to read an entry in full."""

        entry: LogLine

    @dataclass
    class FindAsked(Message):
        """Somebody wants to search."""

    def __init__(self, symbols: Symbols, limit: int = LINES_KEPT, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.store = LogStore(limit)
        self.view = LogView(self.store)
        self.step: StepId | None = None
        """The selected step, for the filter that shows only its lines."""
        self._symbols = symbols
        self._needle = ""
        self._hit: int | None = None
        self._sideways = 0
        self._cache: LRUCache[tuple[int, int, int, str, bool], Strip] = LRUCache(512)
        self._moving = False

    @property
    def columns(self) -> int:
        """Cells that the text of a line has."""
        width = self.scrollable_content_region.width
        return max(20, width - (31 if width >= _WIDE else 21))

    # --- what is shown ---------------------------------------------------------------------------------------------

    def extend(self, entries: Iterable[LogLine]) -> None:
        """Append entries: one repaint, however many they are."""
        shown = len(self.view)
        self.store.extend(entries)
        gone = self.view.update()
        self._resized(gone, shown)

    def _resized(self, gone: int, shown: int) -> None:
        count = len(self.view)
        if not self.size.height or (count == shown and not gone):
            return
        if not count and not self.virtual_size.height:
            return
        self.virtual_size = Size(self.scrollable_content_region.width, count)
        bottom = max(0, count - self.size.height)
        if self.following:
            self._go(bottom)
            if gone or bottom == self.scroll_offset.y:
                self.refresh()
        elif gone:
            self._go(max(0, self.scroll_offset.y - gone))
            self.refresh()
        else:
            self.refresh_lines(shown, count - shown)
        self._describe()

    def _go(self, y: int) -> None:
        self._moving = True
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self._moving = False

    def on_resize(self) -> None:
        self._cache.clear()
        self._resized(0, -1)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cache.clear()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if not self._moving:
            following = new >= max(0, len(self.view) - self.size.height)
            if following != self.following:
                self.following = following
                self._describe()

    def _describe(self) -> None:
        parts = []
        rules = self.view.filter
        if rules.levels is not None:
            parts.append(_("problems only") if rules.levels == _PROBLEMS else _("commands and problems"))
        if rules.step is not None:
            parts.append(_("this step only"))
        if self._needle:
            parts.append(_("“{needle}”").format(needle=self._needle))
        if not self.following:
            parts.append(_("paused, f follows"))
        self.post_message(self.Described(", ".join(parts)))

    # --- what can be done ------------------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self._hit = None
        self._go(max(0, len(self.view) - self.size.height))
        self.refresh()
        self._describe()

    def action_scroll_sideways(self, by: int) -> None:
        """Show another part of lines that are wider than the pane."""
        sideways = max(0, self._sideways + by * _SIDEWAYS)
        if sideways != self._sideways:
            self._sideways = sideways
            self.refresh()

    def action_narrow(self) -> None:
        """Go through the choices of levels."""
        place = _LEVEL_CHOICES.index(self.view.filter.levels) + 1
        self._set_filter(Filter(_LEVEL_CHOICES[place % len(_LEVEL_CHOICES)], self.view.filter.step))

    def action_only_step(self) -> None:
        """Show the selected step's lines only, or all again."""
        self._set_filter(Filter(self.view.filter.levels, None if self.view.filter.step else self.step))

    def _set_filter(self, rules: Filter) -> None:
        self.view.set_filter(rules)
        self._hit = None
        self.following = True
        self._resized(1, -1)
        self._describe()

    def action_find(self) -> None:
        """Ask for what to look for."""
        self.post_message(self.FindAsked())

    def search(self, needle: str) -> bool:
        """Look for a text, backwards from the end; False when it is nowhere."""
        self._needle = needle
        self._hit = None
        self.refresh()
        self._describe()
        return not needle or self._find(-1, len(self.view))

    def action_find_next(self, by: int) -> None:
        """The next hit, or the one before."""
        start = self.scroll_offset.y if self._hit is None else self.view.place(self._hit)
        self._find(by, start)

    def _find(self, by: int, start: int) -> bool:
        place = find(self.view, self._needle, start, by)
        if place is None:
            return False
        self._hit = self.view.number(place)
        self.following = False
        if not self.scroll_offset.y <= place < self.scroll_offset.y + self.size.height:
            self._go(max(0, min(place - self.size.height // 2, len(self.view) - self.size.height)))
        self.refresh()
        self._describe()
        return True

    def copies(self) -> list[Copyable]:
        """The line that `open` would open."""
        entry = self._entry()
        return [] if entry is None else [Copyable(_("The line"), log_text(entry))]

    def action_open_entry(self) -> None:
        """Read an entry in full: the hit, or else the last one that is visible."""
        entry = self._entry()
        if entry is not None:
            self.post_message(self.EntryOpened(entry))

    def _entry(self) -> LogLine | None:
        if not len(self.view):
            return None
        place = min(len(self.view), self.scroll_offset.y + self.size.height) - 1
        if self._hit is not None:
            place = self.view.place(self._hit)
        return self.view.row(place).entry

    # --- drawing ---------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if place >= len(self.view):
            if y or len(self.view):
                return self.strip([], width)
            empty = _("Nothing yet. {key} checks all steps.").format(key=key_of("check_all"))
            return self.strip([(f" {empty}", "muted")], width)
        number = self.view.number(place)
        hit = number == self._hit
        key = (number, width, self._sideways, self._needle, hit)
        strip = self._cache.get(key)
        if strip is None:
            strip = self._cache[key] = self._strip(self.store.row(number), width, hit)
        return strip

    def _strip(self, row: Row, width: int, hit: bool) -> Strip:
        ink = LEVEL_INK[row.entry.level]
        head = self._head(row, width, ink)
        over = self.look("chosen") if hit else None
        base = self.rich_style if over is None else self.rich_style + over
        segments = [Segment(words, base + self.ink(name)) for words, name in head]
        strip = Strip(segments)
        room = width - strip.cell_length
        body = Strip(self._body(row.text, ink, base)).crop(self._sideways)
        if body.cell_length > room:
            more = Strip([Segment(self._symbols.ellipsis, base + self.ink("muted"))])
            body = Strip.join([body.crop(0, room - 1).adjust_cell_length(room - 1, base), more])
        return Strip.join([strip, body]).adjust_cell_length(width, base)

    def _head(self, row: Row, width: int, ink: str) -> list[Piece]:
        entry, wide = row.entry, width >= _WIDE
        if not row.first:
            return [(" " * (31 if wide else 21), "plain")]
        at = entry.at.astimezone()
        clock = f" {at:%H:%M:%S}" + (f".{at.microsecond // 1000:03}" if wide else "")
        word = fitted(_level_words()[entry.level], 8, self._symbols.ellipsis) if wide else ""
        source = fitted(clean_line(entry.source), 8, self._symbols.ellipsis)
        head: list[Piece] = [(clock, "muted"), (f" {source}", "muted")]
        if wide:
            return [*head, (f" {word} ", "muted" if ink == "plain" else ink)]
        return [*head, (f" {self._symbols.level[entry.level]} ", ink)]

    def _body(self, words: str, ink: str, base: Style) -> list[Segment]:
        style = base + self.ink(ink)
        at = words.lower().find(self._needle.lower()) if self._needle else -1
        if at < 0:
            return [Segment(words, style)]
        end = at + len(self._needle)
        return [
            Segment(words[:at], style),
            Segment(words[at:end], style + self.ink("hit")),
            Segment(words[end:], style),
        ]


def _level_words() -> dict[Level, str]:
    return {
        Level.COMMAND: _("command"),
        Level.OUTPUT: _("output"),
        Level.PROGRESS: _("progress"),
        Level.INFO: _("info"),
        Level.WARNING: _("warning"),
        Level.ERROR: _("error"),
    }


def log_text(line: LogLine) -> str:
    """The line as it is in the log's file."""
    step = line.step.value if line.step else "-"
    return (
        f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ} {clean_line(line.source)} {line.level.value} {step} {clean_line(line.text)}\n"
    )
