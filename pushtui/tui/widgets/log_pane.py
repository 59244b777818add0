"""The log: its lines by time, source and level, filtered by side, step and level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from pushtui.base.text import clean_line
from pushtui.base.values import frozen, replace
from pushtui.base.words import _
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId
from pushtui.reporting import sentences
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.log_store import LINES_KEPT, SIDES, Filter, LogStore, LogView
from pushtui.tui.log_text import lines_text
from pushtui.tui.symbols import LEVEL_INK, Symbols
from pushtui.tui.widgets.inked import Piece, fitted
from pushtui.tui.widgets.lines_pane import LinesPane

if TYPE_CHECKING:
    from pushtui.tui.action import Where
    from pushtui.tui.copies import Copyable

_WIDE = 100
_AWAY_FIRST, _AWAY_NEXT = 0.5, 0.02
"""Seconds until the first block of old lines is put away, and until the next: a flood is shown before it is pressed."""
_PROBLEMS = frozenset({Level.WARNING, Level.ERROR})
_LEVEL_CHOICES: tuple[frozenset[Level] | None, ...] = (None, frozenset({Level.COMMAND}) | _PROBLEMS, _PROBLEMS)
_SIDE_CHOICES: tuple[str | None, ...] = (None, *SIDES)


class LogPane(LinesPane):
    """Shows a :class:`LogView`."""

    BINDINGS: ClassVar = bindings("log")
    PLACE: ClassVar[Where] = "log"

    @frozen
    class EntryOpened(Message):
        """Somebody wants to read an entry in full."""

        entry: LogLine

    @frozen
    class SaveAsked(Message):
        """Somebody wants lines in a file."""

    def __init__(self, symbols: Symbols, limit: int = LINES_KEPT, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        self.store = LogStore(limit)
        self.view = LogView(self.store)
        super().__init__(self.view, symbols, id=id)
        self.step: StepId | None = None
        """The selected step, for the filter that shows only its lines."""
        self._began = 0
        """The number of the first line of the last operation."""

    @property
    def columns(self) -> int:
        """Cells that the text of a line has."""
        return self._body_width()

    def extend(self, entries: Iterable[LogLine]) -> None:
        """Append entries: one repaint, however many they are."""
        before = len(self.view)
        self.store.extend(entries)
        self.rows_changed(self.view.update(), before)
        self._put_away()

    _putting_away = False

    def _put_away(self, seconds: float = _AWAY_FIRST) -> None:
        """Let old lines take less room, some at a time, so that nobody waits for it."""
        if not self._putting_away and self.store.much():
            self._putting_away = True
            self.set_timer(seconds, self._put_block_away)

    def _put_block_away(self) -> None:
        self._putting_away = False
        self.store.put_away()
        self._put_away(_AWAY_NEXT)

    def begin(self) -> None:
        """An operation begins: what a step says from now on is what its key goes to."""
        self._began = self.store.end

    # --- filters ---------------------------------------------------------------------------------------------------

    def said(self) -> list[str]:
        rules = self.view.filter
        parts = []
        if rules.side is not None:
            parts.append(side_name(rules.side))
        if rules.step is not None:
            parts.append(_("only {step}").format(step=sentences.title(rules.step)))
        if rules.levels is not None:
            parts.append(_("problems only") if rules.levels == _PROBLEMS else _("commands and problems"))
        return [*parts, *super().said()]

    def action_narrow(self) -> None:
        """Go through the choices of levels."""
        place = _LEVEL_CHOICES.index(self.view.filter.levels) + 1
        self._set_filter(replace(self.view.filter, levels=_LEVEL_CHOICES[place % len(_LEVEL_CHOICES)]))

    def action_only_side(self) -> None:
        """Go through the sides."""
        place = _SIDE_CHOICES.index(self.view.filter.side) + 1
        self._set_filter(replace(self.view.filter, side=_SIDE_CHOICES[place % len(_SIDE_CHOICES)]))

    def action_only_step(self) -> None:
        """Show the selected step's lines only, or all again."""
        self._set_filter(replace(self.view.filter, step=None if self.view.filter.step else self.step))

    def action_all_lines(self) -> None:
        """Show everything again."""
        self._set_filter(Filter())

    def _set_filter(self, rules: Filter) -> None:
        if rules != self.view.filter:
            self.view.set_filter(rules)
            self.rows_replaced()

    def action_go_to_step(self, number: int) -> None:
        """Go to the first line of a step, in the last operation if it has any there."""
        first = self.view.first_of(list(StepId)[number - 1], self._began)
        if first is not None:
            self.go_to(first)

    # --- what is done with lines -----------------------------------------------------------------------------------

    def copies(self) -> list[Copyable]:
        """The marked lines, or the one with the cursor."""
        from pushtui.tui.copies import Copyable  # the start does not need it

        lines = self.view.lines(self.marked())
        return [Copyable(_("The lines"), lines_text(lines))] if lines else []

    def action_save(self) -> None:
        """Ask where lines go."""
        self.post_message(self.SaveAsked())

    def action_open_entry(self) -> None:
        """Read an entry in full."""
        if len(self.view):
            self.post_message(self.EntryOpened(self.view.line(self._place())))

    # --- drawing ---------------------------------------------------------------------------------------------------

    def paused(self) -> str:
        return _("{paused}, {key} follows").format(paused=super().paused(), key=key_of("follow", "log"))

    def nothing(self) -> str:
        if self.view.filter and self.store.end:
            return _("No line passes the filter; {key} shows all").format(key=key_of("all_lines", "log"))
        return _("Nothing yet. {key} checks all steps.").format(key=key_of("check_all"))

    def ink_of(self, place: int) -> str:
        return LEVEL_INK[self.view.line(place).level]

    def head(self, place: int, width: int, *, first: bool) -> list[Piece]:
        wide = width >= _WIDE
        if not first:
            return [(" " * (31 if wide else 21), "plain")]
        entry = self.view.line(place)
        ink = LEVEL_INK[entry.level]
        at = entry.at.astimezone()
        clock = f" {at:%H:%M:%S}" + (f".{at.microsecond // 1000:03}" if wide else "")
        source = fitted(clean_line(entry.source), 8, self._symbols.ellipsis)
        head: list[Piece] = [(clock, "muted"), (f" {source}", "muted")]
        if wide:
            word = fitted(_level_words()[entry.level], 8, self._symbols.ellipsis)
            return [*head, (f" {word} ", "muted" if ink == "plain" else ink)]
        return [*head, (f" {self._symbols.level[entry.level]} ", ink)]


def side_name(side: str) -> str:
    """A side, as its lines are singled out."""
    return {"exchange": _("Exchange"), "cloud": _("Microsoft 365"), "pushtui": _("pushtui itself")}[side]


def _level_words() -> dict[Level, str]:
    return {
        Level.COMMAND: _("command"),
        Level.OUTPUT: _("output"),
        Level.PROGRESS: _("progress"),
        Level.INFO: _("info"),
        Level.WARNING: _("warning"),
        Level.ERROR: _("error"),
    }
