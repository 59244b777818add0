"""Where on the main screen a person is, in the words of the table of keys."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Input

from pushtui.tui.action import Where
from pushtui.tui.widgets.console import CommandLine
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.fields import Editor, Field
from pushtui.tui.widgets.log_pane import LogPane
from pushtui.tui.widgets.step_list import StepList

_PLACES: tuple[tuple[type[Widget], Where], ...] = (
    (StepList, "steps"),
    (Document, "detail"),
    (LogPane, "log"),
    (CommandLine, "console"),
    (Field, "fields"),
    (Editor, "fields"),
    (Input, "log"),  # what is searched for
)


def place_of(focused: Widget | None) -> Where:
    """The pane that has the focus; the whole screen where none has."""
    return next((place for kind, place in _PLACES if isinstance(focused, kind)), "main")
