"""One thing that a key does, and how keys are written."""

from __future__ import annotations

from typing import Literal

from textual.keys import format_key

from pushtui.base.values import frozen, replace

Where = Literal[
    "main",
    "steps",
    "detail",
    "log",
    "console",
    "fields",
    "entry",
    "answer",
    "save",
    "plan",
    "keys",
    "organization",
    "picture",
    "dialog",
    "reading",
    "doctor",
    "papers",
    "copy",
    "code",
    "browser",
    "secret",
    "consent",
    "quit",
    "file",
    "interrupted",
    "ask",
    "list",
    "profiles",
    "form",
    "any",
]
"""A screen, or a pane of the main one, in which a key means something."""


@frozen
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
    bar: int = 0
    """Its place in the key bar, from the left; 0: not there."""
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
        return self.shown or " ".join(as_people_write(key) for key in self.keys.split(",") if key)

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
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
}


def as_people_write(key: str) -> str:
    """``Ctrl+P`` of ``ctrl+p``, ``?`` of ``question_mark``; letters stay as they are: P is not p."""
    *modifiers, last = key.split("+")
    word = _KEY_WORDS.get(last, last)
    if word == last and len(last) > 1:
        sign = format_key(last)
        word = sign if len(sign) == 1 else last.title()
    elif modifiers:
        word = word.upper() if len(word) == 1 else word
    return "+".join([*(each.title() for each in modifiers), word])
