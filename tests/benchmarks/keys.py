"""The keys that are pressed, from the one table of keys."""

from __future__ import annotations

from pushtui.tui.actions import actions

_NAMES = {"question_mark": "?"}


def key_of(action: str) -> str:
    """The first key of an action of the main screen."""
    name = next(each.keys.split(",")[0] for each in actions() if each.name == action)
    return _NAMES.get(name, name)


CHECK, CANCEL, APPLY_ALL, HELP = map(key_of, ("check_all", "cancel", "apply_all", "help"))
