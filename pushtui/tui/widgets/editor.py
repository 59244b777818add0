"""What a field is edited in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from pushtui.base.text import clean_line
from pushtui.tui.widgets.fields import Field

if TYPE_CHECKING:
    from pushtui.tui.action import Where


class Editor(Input):
    """The place to type, there while a field is edited."""

    BINDINGS: ClassVar = [Binding("escape", "restore", show=False)]
    PLACE: ClassVar[Where] = "fields"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(value, name=name, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def action_restore(self) -> None:
        """Leave it to the field, whose value it is."""
        if isinstance(self.parent, Field):
            self.parent.restore()

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines become one, and nothing in them acts on the terminal."""
        if line := clean_line(event.text):
            self.replace(line, *self.selection)
        event.stop()
        event.prevent_default()
