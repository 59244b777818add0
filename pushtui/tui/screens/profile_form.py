"""A new profile: a short form with checks as one types."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from pushtui.base.words import _
from pushtui.new_profile import METHODS, RULES, fields_for, taken, unreadable
from pushtui.procedure.model import Status
from pushtui.profile import default_path
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import Paragraph, text
from pushtui.tui.room import MIDDLE
from pushtui.tui.screens.dialog import WIDEST
from pushtui.tui.stylesheets import of_screen
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import Key, KeyBar

_EDGES = 6
"""Columns of the frame and of the room inside it."""


class ProfileForm(Painted, ModalScreen[Mapping[str, str] | None]):
    """A new profile: its fields, and those that its way to sign in asks for. Dismissed with their values, all good."""

    # Before the field sees them, or what is typed right after still goes to the field that was left.
    BINDINGS: ClassVar = [replace(each, priority=True) for each in bindings("form") if isinstance(each, Binding)]
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    AUTO_FOCUS = "#name"
    CSS_PATH = of_screen("form")

    def __init__(self, names: Sequence[str], symbols: Symbols) -> None:
        super().__init__()
        self._names = frozenset(names)
        self._symbols = symbols
        self._unreadable: dict[tuple[str, str], str] = {}
        """Field and path → why the file cannot be read, as far as that was looked at."""

    @staticmethod
    def labels() -> dict[str, str]:
        """The names of the fields, in the order in which they are asked for."""
        return {
            "name": _("Name"),
            "tenant_domain": _("Tenant domain"),
            "exchange_server": _("Exchange server"),
            "exchange_user": _("Your account there"),
            "certificate_path": _("Certificate file"),
            "method": _("Microsoft 365 by"),
            "client_id": _("Application id"),
            "certificate_file": _("Its certificate"),
            "secret_file": _("Its secret in a file"),
            "secret_command": _("or by a command"),
        }

    def compose(self) -> ComposeResult:
        with Vertical(id="frame") as frame:
            frame.border_title = _("New profile")
            if self.app.has_class("-plain"):
                yield Static(_("New profile"), id="heading", markup=False)
            with ScrollableContainer(id="rows", can_focus=False):
                for name, label in self.labels().items():
                    with Horizontal(classes="row", id=f"{name}-row"):
                        yield Static(label, classes="label", markup=False)
                        yield Static("", classes="mark", id=f"{name}-mark", markup=False)
                        yield self._input(name)
            yield Document(id="note")
            yield KeyBar(self._keys(), indent=0, id="keys")

    def _input(self, name: str) -> Input:
        first = "" if default_path().stem in self._names else default_path().stem
        given = {"name": first, "method": METHODS[0], "certificate_path": "~/exchange-auth.cer"}.get(name, "")
        suggester = SuggestFromList(METHODS) if name == "method" else None
        field = Input(given, compact=True, id=name, suggester=suggester, select_on_focus=False)
        field.cursor_blink = False
        return field

    def on_mount(self) -> None:
        self._judge()

    def on_resize(self) -> None:
        """Where there is too little room, the fields scroll, and what stands below them stays in sight."""
        low = self.size.height < MIDDLE
        self.set_class(low, "-low")
        lines = self.query_one(KeyBar).lines(min(self.size.width, WIDEST) - _EDGES)
        others = 2 + 2 + lines + (0 if low else 2) + self.app.has_class("-plain")
        self.query_one("#rows").styles.max_height = max(1, self.size.height - others)

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    @property
    def _asked(self) -> tuple[str, ...]:
        """The fields that there are, the sign-in being what it is."""
        return fields_for(self._value("method"))

    def problem(self, name: str) -> str:
        """What is wrong with a field as it stands; empty when nothing is."""
        value = self._value(name)
        found = RULES[name](value) or self._unreadable.get((name, value), "")
        if name == "secret_command" and not found and value.strip() and self._value("secret_file").strip():
            return _("It is in a file already: empty one of the two.")
        return taken(value.strip()) if name == "name" and not found and value.strip() in self._names else found

    def _judge(self) -> None:
        """Mark each field that is good or wrong, and say below all what the one is for that is typed in, or lacks.

        What nobody has typed in yet is not wrong.
        """
        for name in RULES:
            self.query_one(f"#{name}-row").display = name in self._asked
            problem, typed = self.problem(name), bool(self._value(name))
            status = None if not typed else Status.FAILED if problem else Status.OK
            mark = self.query_one(f"#{name}-mark", Static)
            mark.update(self._symbols.status[status] if status else " ", layout=False)
            mark.set_class(status is Status.FAILED, "-wrong")
        self._note()
        self.query_one(KeyBar).show(self._keys())

    def _note(self) -> None:
        here = (self.focused.id or "") if isinstance(self.focused, Input) else ""
        if here not in RULES:
            return
        problem = self.problem(here)
        wrong = bool(problem and self._value(here))
        words = text(problem, "error" if wrong else "muted") if problem else text(self._hints()[here], "muted")
        self.query_one("#note", Document).show([Paragraph(words)])

    @staticmethod
    def _hints() -> dict[str, str]:
        return {
            "name": _("pushtui -p NAME starts with it; pushtui alone starts with the one called default."),
            "tenant_domain": _("One of the domains that your tenant has verified."),
            "exchange_server": _("One server's own name, not that of a load balancer."),
            "exchange_user": _("Empty: whoever has a Kerberos ticket (kinit)."),
            "certificate_path": _("Where the Auth certificate is exported to, without its private key."),
            "method": _("One of {choices}.").format(choices=", ".join(METHODS)),
            "client_id": _("Of the application that you registered in Entra."),
            "certificate_file": _("A PEM or PKCS#12 file that only you can read: certificate and private key."),
            "secret_file": _("A file that only you can read. Empty, and no command: the secret is asked for."),
            "secret_command": _("A program that prints it, such as: pass show entra/pushtui"),
        }

    def _keys(self) -> Sequence[Key]:
        good = self.is_mounted and not any(self.problem(name) for name in self._asked)
        go_on, up, down, save, leave = (
            key_of(name, "form") for name in ("go_on", "next(-1)", "next(1)", "save", "leave")
        )
        return [
            (go_on, _("next"), True),
            (f"{up} {down}", _("fields"), True),
            (save, _("make it"), good),
            (leave, _("back"), True),
        ]

    def on_input_changed(self, message: Input.Changed) -> None:
        if not self.is_mounted:
            return
        name, value = message.input.id or "", message.value
        self._judge()
        if name in self._asked and value.strip() and not RULES[name](value):
            self.run_worker(self._look(name, value), group=name, exclusive=True)

    async def _look(self, name: str, value: str) -> None:
        """See whether a file can be read: on a thread, as a file may be far away."""
        self._unreadable[name, value] = await asyncio.to_thread(unreadable, name, value)
        self._judge()

    def on_descendant_focus(self) -> None:
        self._note()

    def action_go_on(self) -> None:
        """On to the next field; after the last, done, when all are good."""
        if self.focused is not None and self.focused.id == self._asked[-1]:
            self.action_save()
        else:
            self.focus_next("Input")

    def action_save(self) -> None:
        """Done, or on to the first field that is not good."""
        wrong = next((name for name in self._asked if self.problem(name)), "")
        if wrong:
            self.query_one(f"#{wrong}", Input).focus()
        else:
            self.dismiss({name: self._value(name).strip() for name in self._asked})

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_next(self, by: int) -> None:
        """The field after or before."""
        (self.focus_next if by > 0 else self.focus_previous)("Input")
