"""The last line, or lines: the keys that matter here. What cannot be done now is muted, and keeps its place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from pushtui.base.text import clean_line
from pushtui.tui.symbols import ASCII, UNICODE
from pushtui.tui.widgets.inked import Inked, Piece, fitted, width_of

Key = tuple[str, str, bool]
"""How the key is written, what it does, and whether it can be done now."""

_GAP = 2
"""Cells between two keys."""
_STAY = 2
"""How many keys, counted from the end, are never left out: how to leave, and the help that names all others."""
TOLD_SECONDS = 6.0
"""How long a sentence stands in the place of the keys."""


class KeyBar(Inked, Widget):
    """As many lines as the keys take; or one where it does not wrap: then those that do not fit are left out from the
    end, but the last two stay."""

    def __init__(
        self,
        keys: Sequence[Key] = (),
        *,
        indent: int = 1,
        wraps: bool = True,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._wraps = wraps
        self._indent = indent
        self._keys = tuple(keys)
        self._told: Piece | None = None
        self._over: Timer | None = None

    @property
    def shown(self) -> tuple[Key, ...]:
        """The keys, whether there is room for all or not."""
        return self._keys

    @property
    def _ellipsis(self) -> str:
        return ASCII.ellipsis if self.app.has_class("-ascii") else UNICODE.ellipsis

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if tuple(keys) != self._keys:
            with self.changing():
                self._keys = tuple(keys)
            if self.is_mounted and self.lines(self.size.width) != self.size.height > 0:
                self.refresh(layout=True)

    def tell(self, words: str, ink: str = "ok") -> None:
        """A sentence in the place of the keys, for a while."""
        if self._over is not None:
            self._over.stop()
        with self.changing():
            self._told = (clean_line(words), ink)
        self._over = self.set_timer(TOLD_SECONDS, self._forget)

    def _forget(self) -> None:
        self._over = None
        with self.changing():
            self._told = None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.lines(width)

    def lines(self, width: int) -> int:
        """How many lines the keys take."""
        return len(self._rows(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        pieces: list[Piece] = [(" " * self._indent, "plain")]
        if self._told is not None:
            words, ink = self._told
            room = max(1, width - 2 * self._indent)
            return self.strip([*pieces, (fitted(words, room, self._ellipsis), ink)] if y == 0 else [], width)
        rows = self._rows(width)
        for key, label, enabled in rows[y] if y < len(rows) else ():
            pieces += [
                (key, "key" if enabled else "muted"),
                (f" {label}{' ' * _GAP}", "plain" if enabled else "muted"),
            ]
        return self.strip(pieces, width)

    def _rows(self, width: int) -> list[list[Key]]:
        """The keys, line by line."""
        room = width + _GAP - self._indent
        if not self._wraps:
            return [self._fitting(room)]
        rows: list[list[Key]] = [[]]
        left = room
        for each in self._keys:
            left -= _length(each)
            if left < 0 and rows[-1]:
                rows.append([])
                left = room - _length(each)
            rows[-1].append(each)
        return rows

    def _fitting(self, room: int) -> list[Key]:
        """The keys that there is room for."""
        lengths = [_length(each) for each in self._keys]
        if sum(lengths) <= room:
            return list(self._keys)
        left, fitting = room - sum(lengths[-_STAY:]), []
        for key, length in zip(self._keys[:-_STAY], lengths, strict=False):
            left -= length
            if left < 0:
                break
            fitting.append(key)
        return [*fitting, *self._keys[-_STAY:]]


def _length(each: Key) -> int:
    """Cells that a key takes, with the gap behind it."""
    key, label, _enabled = each
    return width_of(key) + 1 + width_of(label) + _GAP
