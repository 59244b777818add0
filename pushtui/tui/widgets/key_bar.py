"""The last line: the keys that matter here. What cannot be done now is muted, and keeps its place."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from pushtui.tui.widgets.inked import Inked, Piece, width_of

Key = tuple[str, str, bool]
"""How the key is written, what it does, and whether it can be done now."""


class KeyBar(Inked, Widget):
    """One line; the keys that do not fit are left out from the end, but the last stays."""

    def __init__(self, keys: Sequence[Key] = (), *, indent: int = 1, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._indent = indent
        self._keys = tuple(keys)

    def show(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        if tuple(keys) != self._keys:
            before = self.render_line(0) if self.is_mounted else None
            self._keys = tuple(keys)
            if before is not None:
                self.repaint_line(0, before)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        pieces: list[Piece] = [(" " * self._indent, "plain")]
        used = self._indent
        for key, label, enabled in self._keys:
            length = width_of(key) + 1 + width_of(label) + 2
            if used + length > width + 2:
                break
            used += length
            pieces += [
                (key, "key" if enabled else "muted"),
                (f" {label}  ", "plain" if enabled else "muted"),
            ]
        return self.strip(pieces, width)
