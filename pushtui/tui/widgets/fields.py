"""The three values that are edited in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.profile import VALIDATORS
from pushtui.tui.actions import bindings


class Field(Input):
    """A value that is a line of text until Enter makes it a place to type: letters are commands until then."""

    BINDINGS: ClassVar = [
        *bindings("fields"),
        Binding("escape", "restore", show=False),
    ]

    @dataclass
    class Judged(Message):
        """The text was looked at: `problem` is what is wrong with it, or empty."""

        name: str
        problem: str

    @dataclass
    class Edited(Message):
        """Editing began or ended."""

    @dataclass
    class Kept(Message):
        """A good value was kept."""

        name: str
        value: str

    def __init__(self, name: str, value: str) -> None:
        super().__init__(clean_line(value), name=name, id=name, compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.editing = False
        self.locked = False
        """While something runs nothing can be edited."""
        self._field = name
        self._kept = self.value

    @property
    def problem(self) -> str:
        """What is wrong with the text as it stands; empty when nothing is."""
        return VALIDATORS[self._field](self.value) or ""

    def begin(self) -> None:
        """Make it a place to type."""
        self._edit(True)
        self.cursor_position = len(self.value)

    def _edit(self, editing: bool) -> None:
        self.editing = editing
        self.set_class(editing, "-editing")
        self.refresh()
        self.post_message(self.Edited())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return self.editing and super().check_consume_key(key, character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While it is not edited only Enter means anything; while it is, everything of an input does."""
        if action == "edit_field":
            return True
        if action == "restore":
            return self.editing or self.value != self._kept
        return self.editing

    async def _on_key(self, event: events.Key) -> None:
        """Textual calls the same method of `Input` after this one, unless it is told not to."""
        if not self.editing:
            event.prevent_default()

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines become one, and nothing in them acts on the terminal."""
        if self.editing and (line := clean_line(event.text)):
            self.replace(line, *self.selection)
        event.stop()
        event.prevent_default()

    def action_edit_field(self) -> None:
        """Begin to edit; or keep what was typed, when it is good."""
        if not self.editing:
            if not self.locked:
                self.begin()
        elif not self.problem:
            self._keep()

    def action_restore(self) -> None:
        """Back to what was kept."""
        self.value = self._kept
        self._edit(False)

    def _keep(self) -> None:
        self.value = self.value.strip()
        self._edit(False)
        if self.value != self._kept:
            self._kept = self.value
            self.post_message(self.Kept(self._field, self.value))

    def watch_value(self, value: str) -> None:
        if self.is_mounted:
            self.post_message(self.Judged(self._field, self.problem))

    def _on_blur(self, event: events.Blur) -> None:
        """Leaving keeps a good value; a bad one stays to be seen and is not kept."""
        if self.editing:
            if self.problem:
                self._edit(False)
            else:
                self._keep()


class Fields(Vertical):
    """Labels, values, and beside each value what is wrong with it."""

    def __init__(self, values: Mapping[str, str], *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._values = values

    @staticmethod
    def labels() -> dict[str, str]:
        """The names of the fields on screen."""
        return {
            "tenant_domain": _("Tenant domain"),
            "certificate_path": _("Certificate file"),
            "exchange_server": _("Exchange server"),
        }

    def compose(self) -> ComposeResult:
        for name, label in self.labels().items():
            with Horizontal(classes="field"):
                yield Static(Content(label), classes="label")
                yield Field(name, self._values[name])
                yield Static(Content(""), classes="problem", id=f"{name}-problem")

    def on_mount(self) -> None:
        for field in self.query(Field):
            self._say(field.name or "", field.problem)

    def on_field_judged(self, message: Field.Judged) -> None:
        self._say(message.name, message.problem)

    def _say(self, name: str, problem: str) -> None:
        self.query_one(f"#{name}-problem", Static).update(Content(problem), layout=False)
        self.query_one(f"#{name}", Field).set_class(bool(problem), "-bad")
