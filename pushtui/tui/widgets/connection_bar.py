"""The two lines that are always there: which world this is, the chain, what happens now; where and as whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from textual.strip import Strip
from textual.widget import Widget

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.model import Status
from pushtui.tui.activity import Activity
from pushtui.tui.paragraphs import Line, Paragraph, text, wrap
from pushtui.tui.room import too_small
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.widgets.inked import Inked, Piece, fitted, width_of

_LINES = 2
_WITH_LABELS = 100
_ROOMY = 60
"""Columns from which on the program's own name and the whole mark have room beside what happens."""
_SHORTEST = 6
"""Cells of an account below which it says nothing any more."""


@frozen
class Bar:
    """What the bar shows."""

    environment: str = "production"
    read_only: bool = False
    chain: tuple[Status, ...] = ()
    activity: Activity = field(default_factory=lambda: Activity(""))
    exchange: str = ""
    """``admin@lab.example @ ex01``; while nobody is signed in, the server's name and that it is not connected."""
    exchange_name: str | None = None
    """The name alone, which may be empty, while nobody is signed in."""
    entra: str = ""
    entra_name: str | None = None


class ConnectionBar(Inked, Widget):
    """Two lines, drawn by themselves."""

    def __init__(self, symbols: Symbols, bar: Bar, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._symbols = symbols
        self._bar = bar

    def show(self, bar: Bar) -> None:
        """Show this; only what changed is painted."""
        if bar != self._bar:
            with self.changing():
                self._bar = bar

    def render_line(self, y: int) -> Strip:
        if self.size.height > _LINES:
            return self._alone(y)
        if y >= _LINES:
            return Strip.blank(self.size.width, self.rich_style)
        first, rest = self._first()
        pieces = first if y == 0 else rest or self._second()
        return self.strip(pieces, self.size.width)

    def _first(self) -> tuple[Line, Line]:
        """Which world, and what happens; and what of that needs the line of the two sides, too."""
        width, activity, symbols = self.size.width, self._bar.activity, self._symbols
        for head in self._heads():
            room = width - sum(width_of(words) for words, _ink in head) - 3
            words = clean_line(activity.line(room, symbols))
            if width_of(words) <= room:
                return [*head, ("  ", "plain"), (fitted(words, room, right=True), activity.ink)], []
        if activity.settled:
            hint = f" {activity.in_full}" if activity.in_full else ""
            cut = fitted(clean_line(activity.words), room - width_of(hint), symbols.ellipsis, right=True)
            return [*head, ("  ", "plain"), (cut, activity.ink), (hint, "muted")], []
        begun, *more = wrap(text(words, activity.ink), max(1, room))
        rest = "".join(word for line in more for word, _ink in (*line, (" ", "")))
        return [*head, ("  ", "plain"), *begun], [
            (" ", "plain"),
            (fitted(rest.rstrip(), width - 2, symbols.ellipsis, right=True), activity.ink),
        ]

    def _alone(self, y: int) -> Strip:
        """A line where the whole screen is too small for anything else: what happens, and how much room it needs."""
        width = self.size.width
        activity = self._bar.activity
        told = [
            (activity.line(width, self._symbols), activity.ink),
            (too_small(*self.screen.size, self._symbols), "warning"),
        ]
        lines = [line for each in told for line in Paragraph(text(*each)).lines(width)]
        return self.strip(lines[y] if y < len(lines) else [], width)

    def _heads(self) -> list[Line]:
        """Which world, and the chain, which is below as well: a narrow screen may leave it to what happens, and any
        to what would hide where we are."""
        bar, roomy = self._bar, self.size.width >= _ROOMY
        pieces: Line = [(" pushtui " if roomy else " ", "strong"), _mark(bar.environment, roomy)]
        if bar.read_only:
            pieces += [(" ", "plain"), (_(" READ-ONLY "), "badge-read-only")]
        whole = [*pieces, ("  ", "plain"), *self._chain()]
        return [whole] if roomy and not bar.activity.settled else [whole, pieces]

    def _chain(self) -> list[Piece]:
        symbols, pieces = self._symbols, []
        for place, status in enumerate(self._bar.chain):
            if place:
                holds = status is Status.OK and self._bar.chain[place - 1] is Status.OK
                pieces.append((symbols.link if holds else symbols.loose, "ok" if holds else "line"))
            pieces.append((symbols.status[status], STATUS_INK[status]))
        return pieces

    def _second(self) -> Line:
        bar, width = self._bar, self.size.width
        labels = width >= _WITH_LABELS
        between: Sequence[Piece] = ((f"  {self._symbols.both}  ", "muted"),)
        room = width - 2 - sum(width_of(words) for words, _ink in between)
        left = _side(_("Exchange"), bar.exchange, bar.exchange_name is None, labels)
        right = _side(_("Microsoft 365"), bar.entra, bar.entra_name is None, labels)
        if sum(width_of(words) for words, _ink in (*left, *right)) > room:
            left, right = self._brief(left, bar.exchange_name), self._brief(right, bar.entra_name)
        left, right = _shared(left, right, room, self._symbols.ellipsis)
        return [(" ", "plain"), *left, *between, *right]

    def _brief(self, side: list[Piece], name: str | None) -> list[Piece]:
        """A side that is not connected in one sign and its name."""
        return [(f"{self._symbols.status[Status.UNKNOWN]} {clean_line(name)}", "muted")] if name else side


def _mark(environment: str, roomy: bool) -> Piece:
    """Which world."""
    if environment == "lab":
        return _(" LAB "), "badge-lab"
    return _(" PRODUCTION ") if roomy else _(" PROD "), "badge-production"


def _side(label: str, words: str, connected: bool, labelled: bool) -> list[Piece]:
    pieces: list[Piece] = [(f"{label}  ", "muted")] if labelled else []
    return [*pieces, (clean_line(words), "plain" if connected else "muted")]


def _shared(left: list[Piece], right: list[Piece], room: int, ellipsis: str) -> tuple[list[Piece], list[Piece]]:
    """Cut the longer side, or both, so that they fit into `room` cells."""
    wide = [sum(width_of(words) for words, _ink in side) for side in (left, right)]
    if sum(wide) > room:
        left = _cut(left, max(room - wide[1], room - room // 2), ellipsis)
        right = _cut(right, room - sum(width_of(words) for words, _ink in left), ellipsis)
    return left, right


def _cut(pieces: list[Piece], room: int, ellipsis: str) -> list[Piece]:
    """Where we are matters more than as whom: ``admin… @ ex01.lab.example``, then only the place."""
    *before, (words, ink) = pieces
    rest = max(1, room - sum(width_of(text) for text, _ink in before))
    account, at, where = words.rpartition(" @ ")
    left = rest - width_of(at + where)
    if at and width_of(words) > rest:
        account = fitted(account, left, ellipsis).rstrip().replace(ellipsis * 2, ellipsis)
        words = f"{account}{at}{where}" if left >= _SHORTEST else where
    return [*before, (fitted(words, rest, ellipsis).rstrip(), ink)]
