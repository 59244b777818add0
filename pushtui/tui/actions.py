"""Everything that a key can do, as it is at the moment: the table, with the keys that a person set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.binding import Binding, BindingType

from pushtui.base.words import _
from pushtui.tui.action import Action, Where, as_people_write
from pushtui.tui.action_table import table
from pushtui.tui.widgets.key_bar import Key

__all__ = [
    "Action",
    "Where",
    "actions",
    "bar",
    "bindings",
    "enter",
    "escape",
    "key_of",
    "remap",
    "scroll_keys",
    "table",
]

_remapped: dict[str, str] = {}
"""Id → keys, where a person set others."""


def remap(keys: Mapping[str, str]) -> None:
    """Show these keys from now on, by the ids of their actions; who binds them is the application."""
    _remapped.clear()
    _remapped.update(keys)


def actions() -> tuple[Action, ...]:
    """The table with the person's own keys, in the order in which help shows it; in the language of the moment."""
    if not _remapped:
        return table()
    return tuple(action.with_keys(_remapped[action.id]) if action.id in _remapped else action for action in table())


def key_of(name: str, where: Where = "main") -> str:
    """The first key of an action as people write it, for a sentence that names it."""
    action = next(each for each in actions() if each.name == name and each.where == where)
    return action.display.split()[0] if action.keys else _("Ctrl+P")


def enter(label: str, *, enabled: bool = True) -> Key:
    """What Enter does in a line that is typed into: it ends the line, as everywhere, whatever the settings say."""
    return as_people_write("enter"), label, enabled


def escape(label: str) -> Key:
    """What Esc does while a field is edited, which is as little of the table."""
    return as_people_write("escape"), label, True


def bar(where: Where, *, off: Collection[str] = (), without: Collection[str] = ()) -> list[Key]:
    """What the key bar of a place shows: all but `without`; those in `off` cannot be done now."""
    shown = sorted((each for each in actions() if each.where == where and each.bar), key=lambda each: each.bar)
    return [
        (each.display.partition(" ")[0], each.label, each.name not in off)
        for each in shown
        if each.keys and each.name not in without
    ]


def scroll_keys(where: Where, names: Sequence[str] = ("page_up", "page_down")) -> Key:
    """The keys that scroll a text, as one."""
    return " ".join(key_of(name, where) for name in names), _("scroll"), True


def bindings(where: Where) -> list[BindingType]:
    """The bindings of one place, on the table's own keys: a person's come with Textual's key map, by the ids."""
    return [
        Binding(
            action.keys,
            action.name,
            action.label,
            id=action.id,
            show=bool(action.bar),
            priority=action.where == "any",
        )
        for action in table()
        if action.where == where
    ]
