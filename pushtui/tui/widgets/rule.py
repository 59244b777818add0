"""The line with a title above a pane.

A widget of its own and not the pane's border: it shows where the keys go, and a border that changes repaints the pane.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import Inked, fitted, width_of


class Rule(Inked, Widget):
    """``── Title ────────``: its start in the accent while its pane has the focus."""

    @frozen
    class Dragged(Message):
        """The mouse moved it so many lines up."""

        rule: Rule
        by: int

    def __init__(self, title: str, ink: str, symbols: Symbols) -> None:
        super().__init__()
        self._title = title
        self._ink = ink
        self._active = False
        self._symbols = symbols
        self._held_at: int | None = None
        """The line of the screen where the mouse holds it."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held_at = event.screen_y
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held_at is not None and event.screen_y != self._held_at:
            self.post_message(self.Dragged(self, self._held_at - event.screen_y))
            self._held_at = event.screen_y

    def on_mouse_up(self) -> None:
        if self._held_at is not None:
            self._held_at = None
            self.release_mouse()

    def show(self, title: str, ink: str = "muted") -> None:
        """Another title."""
        if (title, ink) != (self._title, self._ink):
            with self.changing():
                self._title, self._ink = title, ink

    def activate(self, active: bool) -> None:
        """Whether the pane below has the focus."""
        if active != self._active:
            self._active = active
            self.refresh(Region(0, 0, min(self.size.width, width_of(clean_line(self._title)) + 4), 1))

    def render_line(self, y: int) -> Strip:
        width, rule = self.size.width, self._symbols.rule
        title = clean_line(self._title)
        if width_of(title) > width - 6:
            title = fitted(title, max(1, width - 6), self._symbols.ellipsis)
        line = "accent" if self._active else "line"
        ink = "heading" if self._active and self._ink == "muted" else self._ink
        rest = max(0, width - width_of(title) - 4)
        return self.strip([(rule * 2 + " ", line), (title, ink), (" ", line), (rule * rest, "line")], width)
