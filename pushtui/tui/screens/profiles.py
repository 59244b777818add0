"""Profiles: choosing one, making one, and what a person sees who has none yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from pushtui.base.words import _
from pushtui.procedure.model import Status
from pushtui.profile import default_path
from pushtui.profiles import METHODS, RULES, Known, taken
from pushtui.tui.actions import bindings
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.choosing import ListScreen
from pushtui.tui.symbols import Symbols
from pushtui.tui.times import age
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import Key, KeyBar


class WelcomeScreen(ListScreen[str]):
    """What a person sees who has no profile: dismissed with `lab`, `new`, `choose`, `doctor`, or None."""

    def __init__(self, symbols: Symbols, *, profiles: int, lab: bool) -> None:
        super().__init__(_("Welcome to pushtui"), symbols)
        self._profiles = profiles
        self._lab = lab

    def choices(self) -> Sequence[str]:
        choices = ["choose"] if self._profiles else []
        return [*choices, *(["lab"] if self._lab else []), "new", "doctor"]

    def above(self) -> Sequence[Block]:
        words = _(
            "pushtui checks, sets up and proves the trust between Exchange on your own servers and Microsoft 365 "
            "that push notifications need. It only reads until you ask for a change, and shows each change before "
            "it is made."
        )
        return [Paragraph(text(words)), BLANK, Paragraph(text(_("Where do you want to begin?"), "heading")), BLANK]

    def row(self, place: int, lead: str) -> Sequence[Block]:
        title, words = self._words()[self.choices()[place]]
        ink = "strong" if place == self._place else "plain"
        mark = ((lead, "accent"),)
        return [
            Paragraph(text(title, ink), lead=mark),
            Paragraph(text(words, "muted"), lead=(("    ", "plain"),)),
            BLANK,
        ]

    def _words(self) -> Mapping[str, tuple[str, str]]:
        return {
            "choose": (
                _("Choose one of your profiles"),
                _("There are {count}; the one called default is what pushtui starts with.").format(count=self._profiles)
                if self._profiles != 1
                else _("There is one; a profile called default is what pushtui starts with."),
            ),
            "lab": (
                _("Try it on the lab"),
                _("A simulated organization and tenant on this machine: nothing real is touched, and nothing stays."),
            ),
            "new": (
                _("Make a profile of your own"),
                _("Seven questions: your tenant's domain, a server, who you are, and how to sign in."),
            ),
            "doctor": (
                _("Run the doctor"),
                _("Tests the way from here to Microsoft 365, and says what a profile still lacks."),
            ),
        }

    def keys(self) -> Sequence[Key]:
        return [("Up Down", _("choose"), True), ("Enter", _("go"), True), ("Esc", _("look around"), True)]


class ProfilesScreen(ListScreen[str]):
    """The profiles, the recent ones first: dismissed with the path of one, with `new`, or None."""

    BINDINGS: ClassVar = bindings("profiles")

    def __init__(self, profiles: Sequence[Known], current: str, symbols: Symbols, now: datetime) -> None:
        super().__init__(_("Profiles"), symbols)
        self._profiles = profiles
        self._current = current
        self._now = now

    def choices(self) -> Sequence[str]:
        return [str(each.path) for each in self._profiles]

    def above(self) -> Sequence[Block]:
        if self._profiles:
            return ()
        words = _("There is no profile yet. {key} makes one: it is a file that you can also write by hand.")
        return [Paragraph(text(words.format(key="n"), "muted"))]

    def row(self, place: int, lead: str) -> Sequence[Block]:
        return list(self._row(self._profiles[place], lead, here=place == self._place))

    def _row(self, profile: Known, lead: str, *, here: bool) -> Iterator[Block]:
        used = age(profile.used, self._now) if profile.used else ""
        name = (*text(profile.name, "strong" if here else "plain"), *self._marks(profile))
        yield Columns((text(lead, "accent"), name, text(used, "muted")), (1, 0, 8), gap=1)
        if profile.problem:
            yield Paragraph(text(profile.problem, "error"), lead=(("    ", "plain"),))
        else:
            dot = f" {self._symbols.dot} "
            words = dot.join(part for part in (profile.tenant, profile.server) if part) or _("nothing in it yet")
            yield Paragraph(text(words, "muted"), lead=(("    ", "plain"),))

    def _marks(self, profile: Known) -> tuple[tuple[str, str], ...]:
        marks = [
            (str(profile.path) == self._current, _("in use"), "ok"),
            (profile.environment == "lab", _("lab"), "accent"),
            (profile.read_only, _("read-only"), "accent"),
        ]
        return tuple((f"  {words}", ink) for shown, words, ink in marks if shown)

    def keys(self) -> Sequence[Key]:
        usable = bool(self._profiles) and not self._profiles[self._place].problem
        return [
            ("Enter", _("use it"), usable),
            ("n", _("new"), True),
            ("Up Down", _("choose"), bool(self._profiles)),
            ("Esc", _("back"), True),
        ]

    def action_choose(self) -> None:
        """Take it, unless it cannot be used."""
        if self._profiles and not self._profiles[self._place].problem:
            super().action_choose()

    def action_new(self) -> None:
        """Make another one."""
        self.dismiss("new")


class ProfileForm(Painted, ModalScreen[Mapping[str, str] | None]):
    """A new profile in seven fields. Dismissed with their values, which are all good, or None."""

    # Before the field sees them, or what is typed right after still goes to the field that was left.
    BINDINGS: ClassVar = [replace(each, priority=True) for each in bindings("form") if isinstance(each, Binding)]
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    AUTO_FOCUS = "#name"

    def __init__(self, names: Sequence[str], symbols: Symbols) -> None:
        super().__init__()
        self._names = frozenset(names)
        self._symbols = symbols

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
        }

    def compose(self) -> ComposeResult:
        with Vertical(id="frame") as frame:
            frame.border_title = _("New profile")
            if self.app.has_class("-plain"):
                yield Static(_("New profile"), id="heading", markup=False)
            for name, label in self.labels().items():
                with Horizontal(classes="row"):
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

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value

    def problem(self, name: str) -> str:
        """What is wrong with a field as it stands; empty when nothing is."""
        value = self._value(name)
        found = RULES[name](value) or ""
        return taken(value.strip()) if name == "name" and not found and value.strip() in self._names else found

    def _judge(self) -> None:
        """Mark each field that is good or wrong, and say below all what the one is for that is typed in, or lacks.

        What nobody has typed in yet is not wrong.
        """
        for name in RULES:
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
        }

    def _keys(self) -> Sequence[Key]:
        good = self.is_mounted and not any(self.problem(name) for name in RULES)
        return [
            ("Enter", _("next"), True),
            ("Up Down", _("fields"), True),
            ("F2", _("make it"), good),
            ("Esc", _("back"), True),
        ]

    def on_input_changed(self) -> None:
        if self.is_mounted:
            self._judge()

    def on_descendant_focus(self) -> None:
        self._note()

    def action_go_on(self) -> None:
        """On to the next field; after the last, done, when all are good."""
        if self.focused is not None and self.focused.id == list(RULES)[-1]:
            self.action_save()
        else:
            self.focus_next("Input")

    def action_save(self) -> None:
        """Done, or on to the first field that is not good."""
        wrong = next((name for name in RULES if self.problem(name)), "")
        if wrong:
            self.query_one(f"#{wrong}", Input).focus()
        else:
            self.dismiss({name: self._value(name).strip() for name in RULES})

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_next(self, by: int) -> None:
        """The field after or before."""
        (self.focus_next if by > 0 else self.focus_previous)("Input")
