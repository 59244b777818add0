"""Profiles: choosing one, and what a person sees who has none yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from pushtui.base.words import _
from pushtui.profiles import Known
from pushtui.tui.actions import bindings, key_of
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.choosing import ListScreen
from pushtui.tui.symbols import Symbols
from pushtui.tui.times import age
from pushtui.tui.widgets.key_bar import Key


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
        begin = Paragraph(text(_("Where do you want to begin?"), "heading")), BLANK
        if self._profiles:  # no stranger any more, and then all choices have room on 24 lines
            return begin
        words = _(
            "pushtui checks, sets up and proves the trust between Exchange on your own servers and Microsoft 365 "
            "that push notifications need. It only reads until you ask for a change, and shows each change before "
            "it is made."
        )
        return [Paragraph(text(words)), BLANK, *begin]

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
                _("A few questions: your tenant's domain, a server, who you are, and how to sign in."),
            ),
            "doctor": (
                _("Run the doctor"),
                _("Tests the way from here to Microsoft 365, and says what a profile still lacks."),
            ),
        }

    def keys(self) -> Sequence[Key]:
        choose, leave = key_of("choose", "list"), key_of("leave", "list")
        return [(self.moving(), _("choose"), True), (choose, _("go"), True), (leave, _("look around"), True)]


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
        return [Paragraph(text(words.format(key=key_of("new", "profiles")), "muted"))]

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
            (key_of("choose", "list"), _("use it"), usable),
            (key_of("new", "profiles"), _("new"), True),
            (self.moving(), _("choose"), bool(self._profiles)),
            (key_of("leave", "list"), _("back"), True),
        ]

    def action_choose(self) -> None:
        """Take it, unless it cannot be used."""
        if self._profiles and not self._profiles[self._place].problem:
            super().action_choose()

    def action_new(self) -> None:
        """Make another one."""
        self.dismiss("new")
