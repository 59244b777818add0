"""One key after another: what the one before opened, or gave the focus to, gets the next one.

Over a slow line several keys arrive at once. Textual sends each to what has the focus when it comes, and does what it
is bound to only when it has come back from there: letters typed right after the key that opens a search would be
commands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from textual.dom import DOMNode
from textual.events import Event, Key
from textual.widgets import Input

from pushtui.tui.mixins import AppPart

_PATIENCE = 1.0
"""Seconds after which a key counts as through: what it was sent to may have gone with it."""


class TakesKeysInTurn(AppPart):
    """Holds a key back until all that the one before it brought about has happened."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._held: deque[Key] = deque()
        self._way: Sequence[DOMNode] = ()
        """Where the last key went: from what it was sent to up to here."""
        self._turn = 0
        self._catching_up = False

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._held.extend(self._as_typed(event))
        if not self._catching_up:
            self._catch_up()

    def _as_typed(self, event: Key) -> Iterable[Key]:
        """Esc and a letter that came together, as they do where tmux waits to see what follows Esc (half a second by
        default), are reported as the letter with Alt. That is what is meant only where something is bound to it, or
        where somebody types; a terminal that tells the two apart gives no character with Alt."""
        letter = event.character or ""
        if (
            event.key not in {f"alt+{letter}", f"alt+shift+{letter.lower()}"}
            or event.key in self.screen.active_bindings
            or isinstance(self.focused, Input)
        ):
            return [event]
        return [Key("escape", "\x1b"), Key(letter, letter)]

    def _catch_up(self) -> None:
        """Go the way of the last key behind it, and again for what its action told of on that way."""
        self._catching_up = True
        self._turn += 1
        self.set_timer(_PATIENCE, partial(self._send, self._turn))
        self._follow(self._turn, [*self._way, *self._way])

    def _follow(self, turn: int, way: Sequence[DOMNode]) -> None:
        if not way:
            self.call_later(self._send, turn)  # after a focus that was put off
        elif not way[0].call_later(self._follow, turn, way[1:]):
            self._follow(turn, way[1:])

    async def _send(self, turn: int) -> None:
        """The key before is through: the next one goes to what has the focus now."""
        if turn != self._turn or not self._catching_up:
            return
        self._catching_up = False
        self._way = (self.focused or self.screen).ancestors_with_self
        await super().on_event(self._held.popleft())
        if self._held:
            self._catch_up()
