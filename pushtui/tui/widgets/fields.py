"""The three values that are edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.profile import VALIDATORS
from pushtui.tui.actions import bindings
from pushtui.tui.widgets.inked import Inked, fitted

if TYPE_CHECKING:
    from textual.widgets import Input

    from pushtui.tui.action import Where
    from pushtui.tui.widgets.editor import Editor

LABEL_WIDTH = 19
WIDE_SHARE, WIDEST = 35, 60
"""Where what is wrong with a value stands beside it, the value has this share of the width in per cent, and at most so
many cells; `styles/fields.tcss` gives the editor the same."""


class Field(Inked, Widget, can_focus=True):
    """A value, beside its label and what is wrong with it: text until Enter makes it a place to type."""

    BINDINGS: ClassVar = bindings("fields")
    PLACE: ClassVar[Where] = "fields"

    @frozen
    class Judged(Message):
        """The text was looked at: `problem` is what is wrong with it, or empty."""

        name: str
        problem: str

    class Edited(Message):
        """Editing began or ended."""

    @frozen
    class Kept(Message):
        """A good value was kept."""

        name: str
        value: str

    def __init__(self, name: str, label: str, value: str) -> None:
        super().__init__(name=name, id=name)
        self.value = self._kept = clean_line(value)
        """As it stands, and as it was kept last."""
        self.locked = False
        """While something runs nothing can be edited."""
        self._field = name
        self._label = label
        self._editor: Editor | None = None

    @property
    def problem(self) -> str:
        """What is wrong with the text as it stands; empty when nothing is."""
        return VALIDATORS[self._field](self.value) or ""

    @property
    def editing(self) -> bool:
        """Whether it is a place to type now."""
        return self._editor is not None

    def show(self, value: str) -> None:
        """Another value, that of another profile."""
        if self.editing:
            self._end()
        self.value = self._kept = clean_line(value)
        self.refresh()

    # --- editing -----------------------------------------------------------------------------------------------------

    def action_edit_field(self) -> None:
        """Make it a place to type, unless something runs."""
        if not self.locked:
            self.begin()

    def begin(self) -> None:
        """Make it a place to type."""
        from pushtui.tui.widgets.editor import Editor  # the start does not need it

        self._editor = Editor(self._field, self.value)
        self.can_focus = False  # the editor in it has its place in the order of what Tab goes to
        self.mount(self._editor)
        self._editor.focus()
        self.post_message(self.Edited())

    def restore(self) -> None:
        """Back to what was kept."""
        self._take(self._kept)
        self._end()

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        if self.editing:
            self._take(message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep what was typed, when it is good."""
        message.stop()
        if not self.problem:
            self._keep()

    def on_input_blurred(self, message: Input.Blurred) -> None:
        """Leaving keeps a good value; a bad one stays to be seen and is not kept."""
        message.stop()
        if not self.editing:
            return
        if self.problem:
            self._end()
        else:
            self._keep()

    def _take(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.refresh()
            self.post_message(self.Judged(self._field, self.problem))

    def _keep(self) -> None:
        self.value = self.value.strip()
        self._end()
        if self.value != self._kept:
            self._kept = self.value
            self.post_message(self.Kept(self._field, self.value))

    def _end(self) -> None:
        """A text again; whoever has left the editor stays where he went."""
        self.can_focus = True
        editor, self._editor = self._editor, None
        if editor is not None:
            if editor.has_focus:
                self.focus()
            editor.remove()
        self.refresh()
        self.post_message(self.Edited())

    # --- painting ----------------------------------------------------------------------------------------------------

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        left = width - LABEL_WIDTH
        room = min(width * WIDE_SHARE // 100, WIDEST) if self.screen.has_class("-wide") else left
        if not self.problem:  # nothing stands beside it, so a long value can be seen whole
            room = min(max(room, cell_len(self.value) + 2), left)
        value = self.strip(
            [(f" {fitted(self.value, room - 2)} ", "error" if self.problem else "plain")],
            room,
            self.paper("chosen") if self.has_focus else None,
        )
        label = self.strip([(f" {self._label}", "muted")], LABEL_WIDTH)
        problem = self.strip([(f" {fitted(self.problem, left - room - 2)} ", "error")], left - room)
        return Strip.join([label, value, problem])


def labels() -> dict[str, str]:
    """The names of the fields on screen."""
    return {
        "tenant_domain": _("Tenant domain"),
        "certificate_path": _("Certificate file"),
        "exchange_server": _("Exchange server"),
    }


def fields(values: Mapping[str, str]) -> dict[str, Field]:
    """The three of them, by their names."""
    return {name: Field(name, label, values[name]) for name, label in labels().items()}
