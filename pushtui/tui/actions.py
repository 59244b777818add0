"""Everything that a key can do, in one table: bindings, key bar, help and command palette are made from it.

Keys that tmux, screen or a terminal take for themselves (Ctrl with A, B, S, Z and the like, Alt, F10 and up) are left
alone, or have another beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from textual.binding import Binding, BindingType
from textual.keys import format_key

from pushtui.base.words import _

Where = Literal["main", "steps", "detail", "log", "fields", "plan", "doctor", "any"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done."""

    name: str
    """``action_<name>`` of the screen or widget that `where` names; may carry arguments."""
    keys: str
    """Textual's key names, separated by commas."""
    label: str
    """A word for the key bar."""
    description: str
    """A sentence for the help and the palette; empty: in neither."""
    where: Where
    bar: bool = False
    """Whether the key bar shows it."""
    palette: bool = False
    """Whether the command palette offers it."""
    shown: str = ""
    """How the help writes its keys, where that is shorter than all of them."""
    slug: str = ""
    """Its word in the id, where the name alone does not tell it from others."""

    @property
    def id(self) -> str:
        """Stable, for the settings: the place and what it does there, such as ``main.check-all``."""
        return f"{self.where}.{self.slug or self.name.replace('_', '-').replace('(', '-').replace(')', '')}"

    @property
    def display(self) -> str:
        """The keys as people write them."""
        return self.shown or " ".join(_as_people_write(key) for key in self.keys.split(",") if key)

    def with_keys(self, keys: str) -> Action:
        """The same on other keys."""
        return replace(self, keys=keys, shown="")


_KEY_WORDS = {
    "escape": "Esc",
    "enter": "Enter",
    "backspace": "Backspace",
    "delete": "Del",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def _as_people_write(key: str) -> str:
    """``Ctrl+P`` of ``ctrl+p``, ``?`` of ``question_mark``; letters stay as they are: P is not p."""
    *modifiers, last = key.split("+")
    word = _KEY_WORDS.get(last, last)
    if word == last and len(last) > 1:
        sign = format_key(last)
        word = sign if len(sign) == 1 else last.title()
    elif modifiers:
        word = word.upper() if len(word) == 1 else word
    return "+".join([*(each.title() for each in modifiers), word])


_remapped: dict[str, str] = {}
"""Id → keys, where a person set others."""


def remap(keys: Mapping[str, str]) -> None:
    """Show these keys from now on, by the ids of their actions; who binds them is the application."""
    _remapped.clear()
    _remapped.update(keys)


def actions() -> tuple[Action, ...]:
    """The table with the person's own keys, in the order in which help shows it; in the language of the moment."""
    return tuple(action.with_keys(_remapped[action.id]) if action.id in _remapped else action for action in table())


def key_of(name: str, where: Where = "main") -> str:
    """The first key of an action as people write it, for a sentence that names it."""
    action = next(each for each in actions() if each.name == name and each.where == where)
    return action.display.split()[0] if action.keys else _("Ctrl+P")


def table() -> tuple[Action, ...]:
    """The table as it is without any settings."""
    return (
        Action("check_all", "c", _("check"), _("Check all steps; nothing is changed"), "main", bar=True, palette=True),
        Action("check_step", "r", _("re-check"), _("Check the selected step again"), "main", palette=True),
        Action(
            "plan", "p", _("plan"), _("Check, then show all changes that are needed"), "main", bar=True, palette=True
        ),
        Action(
            "apply_step",
            "a",
            _("apply step"),
            _("Apply the selected step; what will change is shown first"),
            "main",
            bar=True,
            palette=True,
        ),
        Action(
            "apply_all",
            "A",
            _("all"),
            _("Apply all steps; what will change is shown first"),
            "main",
            bar=True,
            palette=True,
        ),
        Action("renew", "R", _("renew"), _("Renew the Auth certificate, in steps over days"), "main", palette=True),
        Action(
            "doctor",
            "d",
            _("doctor"),
            _("Test every leg of the way to both sides; nothing is changed"),
            "main",
            palette=True,
        ),
        Action(
            "undo_step",
            "u",
            _("undo step"),
            _("Take back what the last run did to the selected step; what that means is shown first"),
            "main",
            palette=True,
        ),
        Action(
            "undo_all",
            "U",
            _("undo"),
            _("Take back the last run; what that means is shown first"),
            "main",
            palette=True,
        ),
        Action("cancel", "x", _("cancel"), _("Cancel what is running"), "main", bar=True, palette=True),
        Action("back", "escape", _("back"), _("Close what is open; cancel a check that is running"), "main"),
        Action(
            "attend", "o", _("open"), _("Open what waits for you: a sign-in, something to do"), "main", palette=True
        ),
        Action(
            "sign_out",
            "O",
            _("sign out"),
            _("Sign out of both sides: passwords and tokens are forgotten, sessions are closed"),
            "main",
            palette=True,
        ),
        Action("skip_wait", "s", _("skip"), _("End a countdown early"), "main", palette=True),
        Action(
            "edit",
            "e",
            _("edit"),
            _("Edit tenant domain, certificate file and Exchange server"),
            "main",
            bar=True,
            palette=True,
        ),
        Action("show_log", "l", _("log"), _("Go to the log"), "main", bar=True, palette=True),
        Action("zoom", "z", _("zoom"), _("Show the step or the log alone, and back"), "main", palette=True),
        Action("next_pane", "tab", _("next"), _("Go to the next pane or field"), "main"),
        Action("previous_pane", "shift+tab", _("previous"), _("Go to the pane or field before"), "main"),
        Action("help", "question_mark,f1", _("help"), _("Show this help"), "main", bar=True, palette=True),
        Action("quit", "q", _("quit"), _("Quit; asks while something runs"), "main", bar=True, palette=True),
        Action(
            "keys",
            "K",
            _("keys"),
            _("List the service principal's keys, and remove those that should go"),
            "main",
            bar=True,
            palette=True,
        ),
        Action("quit", "ctrl+q,ctrl+c", _("quit"), _("Quit from anywhere; pressed again, at once"), "any"),
        Action("palette", "ctrl+p", _("commands"), _("Find a command by its name"), "main"),
        Action("repaint", "ctrl+l", _("repaint"), _("Paint the screen anew"), "main", palette=True),
        Action("suspend", "ctrl+z", _("suspend"), _("Back to the shell; fg returns"), "main"),
        Action("move(-1)", "up,k", _("up"), _("Select the step before"), "steps", slug="up"),
        Action("move(1)", "down,j", _("down"), _("Select the next step"), "steps", slug="down"),
        Action("select(1)", "home,g,1", _("first"), _("Select the first step"), "steps", shown="Home g", slug="first"),
        Action("select(0)", "end,G", _("last"), _("Select the last step"), "steps", slug="last"),
        *(Action(f"select({number})", str(number), "", "", "steps") for number in range(2, 8)),
        Action("open", "enter", _("open"), _("Show what was found and what would be changed"), "steps"),
        *_scrolling("detail"),
        *_scrolling("log"),
        Action("scroll_sideways(-1)", "left,h", _("left"), _("Scroll long lines back"), "log", slug="left"),
        Action("scroll_sideways(1)", "right", _("right"), _("Scroll long lines sideways"), "log", slug="right"),
        Action("follow", "f", _("follow"), _("Go to the end and follow it"), "log"),
        Action("find", "slash", _("find"), _("Search the log"), "log"),
        Action("find_next(1)", "n", _("next hit"), _("Go to the next hit"), "log", slug="find-next"),
        Action("find_next(-1)", "N", _("hit before"), _("Go to the hit before"), "log", slug="find-previous"),
        Action("narrow", "v", _("levels"), _("Show everything, commands and problems, or problems only"), "log"),
        Action("only_step", "t", _("step"), _("Show only the lines of the selected step, or all"), "log"),
        Action("open_entry", "enter", _("open"), _("Show an entry in full"), "log"),
        Action("again", "r", _("again"), _("Test everything again"), "doctor"),
        Action("cancel", "x", _("cancel"), _("Cancel the tests that run"), "doctor"),
        Action("leave", "escape,q,d", _("close"), _("Close; tests that run are cancelled"), "doctor"),
        Action("edit_field", "enter", _("edit"), _("Edit the field; Enter keeps, Esc restores"), "fields"),
    )


def _scrolling(where: Where) -> tuple[Action, ...]:
    return (
        Action("scroll_up", "up,k", _("up"), _("Scroll up"), where),
        Action("scroll_down", "down,j", _("down"), _("Scroll down"), where),
        Action("page_up", "pageup", _("page up"), _("Scroll a page up"), where),
        Action("page_down", "pagedown,space", _("page down"), _("Scroll a page down"), where),
        Action("scroll_home", "home,g", _("top"), _("Go to the start"), where, shown="Home g"),
        Action("scroll_end", "end,G", _("end"), _("Go to the end"), where),
    )


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place, on the table's own keys: a person's come with Textual's key map, by the ids."""
    return [
        Binding(
            action.keys,
            action.name,
            action.label,
            id=action.id,
            show=action.bar,
            priority=action.where == "any",
        )
        for action in table()
        if action.where == where
    ]
