"""Other keys for what keys do, as a person set them: what their names mean, and where they get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from textual.keys import KEY_ALIASES, Keys, _character_to_key  # what a single character is called

from pushtui.base.errors import UsageError
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.settings.reading import Gathered
from pushtui.tui.actions import Action, Where, remap, table

NO_KEY = "unbound"
"""Stands in Textual's key map for an action without a key: an empty text would leave it the one it has."""

ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup", "pgdn": "pagedown", "ins": "insert"}
_NAMES = {key.value for key in Keys} | set(KEY_ALIASES) | {f"f{number}" for number in range(1, 25)}
_WITH = ("ctrl", "shift", "alt")

DIALOGS: tuple[Where, ...] = (
    "reading", "doctor", "papers", "copy", "save", "code", "browser", "secret", "consent", "quit", "file",
    "interrupted", "ask", "list",
)  # fmt: skip
"""What is shown on top of a screen."""

OVER: Mapping[Where, tuple[Where, ...]] = {
    "main": ("main", "any"),
    "steps": ("steps", "main", "any"),
    "detail": ("detail", "main", "any"),
    "log": ("log", "main", "any"),
    "console": ("console", "any"),
    "fields": ("fields", "main", "any"),
    "plan": ("plan", "detail", "any"),
    "keys": ("keys", "any"),
    "entry": ("entry", "answer", "any"),
    "answer": ("answer", "any"),
    "organization": ("organization", "any"),
    "picture": ("picture", "detail", "any"),
    **{each: (each, "dialog", "any") for each in DIALOGS},
    "profiles": ("profiles", "list", "dialog", "any"),
    "form": ("form", "any"),
    "dialog": ("dialog", "any"),
    "any": ("any",),
}
"""Place → the places whose keys count in it, first the one that counts most."""


def key_name(text: str) -> str:
    """The name of a key in Textual's terms, however a person wrote it (``?``, ``Ctrl+X``, ``PgUp``); empty: none."""
    word = text.strip()
    if len(word) == 1:
        return str(_character_to_key(word))
    *modifiers, last = word.split("+") if word != "+" else [word]
    modifiers = [each.lower() for each in modifiers]
    if not last or any(each not in _WITH for each in modifiers):
        return ""
    if len(last) == 1:
        last = _character_to_key(last.lower() if modifiers else last)
    else:
        last = ALIASES.get(last.lower(), last.lower())
    whole = "+".join([*modifiers, last])
    return whole if len(last) == 1 or last in _NAMES or whole in _NAMES or _is_sign(last) else ""


def _is_sign(name: str) -> bool:
    return name in _signs()


@cache
def _signs() -> frozenset[str]:
    """Textual's names of what can be typed."""
    return frozenset(_character_to_key(chr(code)) for code in range(33, 127))


def keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """Action id → keys in Textual's terms, empty where there are none."""
    return {name: ",".join(filter(None, map(key_name, _split(text)))) for name, text in keys.items()}


def _split(text: str) -> list[str]:
    """A comma separates, and is a key where it stands alone between two others, or at the end after one."""
    return [each or "," for each in text.split(",")] if text.strip() else []


def use(keys: Mapping[str, str]) -> dict[str, str]:
    """Let the table of actions have these keys; the key map for Textual."""
    mapped = keymap(keys)
    remap(mapped)
    return {name: text or NO_KEY for name, text in mapped.items()}


def problems(gathered: Gathered) -> Iterator[UsageError]:
    """Everything that is wrong with the keys of the settings, each as one sentence with where it stands."""
    known = {action.id: action for action in table()}
    given = gathered.settings.keys
    good = {}
    for name, text in given.items():
        where = gathered.origin(f"keys.{name}").where
        if name not in known:
            yield _unknown_action(name, where, list(known))
            continue
        wrong = [each for each in _split(text) if not key_name(each)]
        if wrong:
            yield UsageError(
                "settings.unknown-key-name",
                _("{where}: “{key}” is not the name of a key").format(where=where, key=clean_line(wrong[0].strip())),
                remedy=_("Write keys such as p, P, f5, ctrl+r, space or ?"),
            )
        elif not text.strip() and name in {"any.quit", "main.back"}:
            yield UsageError(
                "settings.key-needed",
                _("{where}: {action} cannot be without a key").format(where=where, action=name),
            )
        else:
            good[name] = text
    yield from _clashes(keymap(good), gathered)


def _unknown_action(name: str, where: str, known: list[str]) -> UsageError:
    close = get_close_matches(name, known, 1)
    return UsageError(
        "settings.unknown-action",
        _("{where} names an unknown action “{name}”").format(where=where, name=clean_line(name)),
        remedy=_("Did you mean “{key}”?").format(key=close[0]) if close else _("pushtui config keys lists all of them"),
    )


def _clashes(mapped: Mapping[str, str], gathered: Gathered) -> Iterator[UsageError]:
    """Two actions on one key where both could be meant, and that the table itself does not have."""
    before = {frozenset(pair) for pair in _pairs(table())}
    told: set[frozenset[str]] = set()
    after = [action.with_keys(mapped[action.id]) if action.id in mapped else action for action in table()]
    for one, other in _pairs(after):
        pair = frozenset({one, other})
        if pair in before or pair in told:
            continue
        told.add(pair)
        moved, stays = (one, other) if one in mapped else (other, one)
        shared = {action.id: set(action.keys.split(",")) for action in after}
        yield UsageError(
            "settings.key-taken",
            _("{where}: {action} and {other} would have the same key {key}").format(
                where=gathered.origin(f"keys.{moved}").where,
                action=moved,
                other=stays,
                key=", ".join(sorted(shared[one] & shared[other])),
            ),
            remedy=_("Give one of them another key"),
        )


def _pairs(actions: list[Action] | tuple[Action, ...]) -> Iterator[tuple[str, str]]:
    for place in OVER:
        holder: dict[str, str] = {}
        for where in OVER[place]:
            for action in actions:
                if action.where != where:
                    continue
                for key in filter(None, action.keys.split(",")):
                    if holder.setdefault(key, action.id) != action.id:
                        yield holder[key], action.id
