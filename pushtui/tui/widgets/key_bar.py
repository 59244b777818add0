"""The last line: the keys that matter here. What cannot be done now is muted, and keeps its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
TOLD_SECONDS = 6.0
"""How long a sentence stands in the place of the keys."""


class KeyBar(Inked, Widget):
    """One line; the keys that do not fit are left out from the end, but the last stays."""

    def __init__(self, keys: Sequence[Key] = (), *, indent: int = 1, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
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
            with self._changing():
                self._keys = tuple(keys)

    def tell(self, words: str, ink: str = "ok") -> None:
        """A sentence in the place of the keys, for a while."""
        if self._over is not None:
            self._over.stop()
        with self._changing():
            self._told = (clean_line(words), ink)
        self._over = self.set_timer(TOLD_SECONDS, self._forget)

    def _forget(self) -> None:
        self._over = None
        with self._changing():
            self._told = None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What differs afterwards is painted."""
        before = self.render_line(0) if self.is_mounted else None
        yield
        if before is not None:
            self.repaint_line(0, before)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._told is not None:
            words, ink = self._told
            room = max(1, width - 2 * self._indent)
            return self.strip([(" " * self._indent, "plain"), (fitted(words, room, self._ellipsis), ink)], width)
        pieces: list[Piece] = [(" " * self._indent, "plain")]
        for key, label, enabled in self._fitting(width + _GAP - self._indent):
            pieces += [
                (key, "key" if enabled else "muted"),
                (f" {label}{' ' * _GAP}", "plain" if enabled else "muted"),
            ]
        return self.strip(pieces, width)

    def _fitting(self, room: int) -> list[Key]:
        """The keys that there is room for."""
        lengths = [width_of(key) + 1 + width_of(label) + _GAP for key, label, _enabled in self._keys]
        if sum(lengths) <= room:
            return list(self._keys)
        left, fitting = room - lengths[-1], []
        for key, length in zip(self._keys[:-1], lengths, strict=False):
            left -= length
            if left < 0:
                break
            fitting.append(key)
        return [*fitting, self._keys[-1]]
