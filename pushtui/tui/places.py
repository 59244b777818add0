"""Where on the main screen a person is, in the words of the table of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:
    from pushtui.tui.action import Where


def place_of(focused: Widget | None) -> Where:
    """The pane that has the focus, which names itself; the whole screen where none has."""
    searching = isinstance(focused, Input)  # what is searched for
    place: Where = getattr(focused, "PLACE", "log" if searching else "main")
    return place
