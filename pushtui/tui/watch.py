"""When the screen looks at what threads have told: at once after a silence, so many times a second while they talk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from time import monotonic
from typing import Any

from textual.app import App

from pushtui.tui.bridge import Bridge

_GLANCE = 0.01
"""Seconds until it is seen whether more has come."""


class Watch:
    """Has everything shown that comes over a bridge. Where nothing comes, nothing is done.

    While it goes on coming, it is shown `frames` times a second. When it stops, the last of it is shown at once; with
    those there are never more than twice as many.
    """

    def __init__(self, app: App[Any], bridge: Bridge, frames: int, show: Callable[[], bool]) -> None:
        """`show` drains the bridge; it answers whether it has to be called again although nothing comes."""
        self._app = app
        self._bridge = bridge
        self._frame = 1 / frames
        self._show = show
        self._shown = self._shown_before = 0.0
        """When that was last, and when it was before."""
        self._seen = 0
        """How much was waiting at the last glance."""
        self._unsettled = False
        self._glancing = False

    def begin(self) -> None:
        """From now on, whatever waits is shown."""
        self._bridge.on_news(self._wake)

    def _wake(self) -> None:
        """Called on any thread, even when the application has just ended."""
        with contextlib.suppress(RuntimeError):
            self._app.call_later(self._glance)

    def _glance(self) -> None:
        waiting, now = self._bridge.waiting, monotonic()
        stopped = waiting == self._seen and now >= self._shown_before + self._frame
        self._seen = waiting
        if (waiting or self._unsettled) and (stopped or now >= self._shown + self._frame):
            self._unsettled = self._show()
            self._shown_before, self._shown = self._shown, monotonic()
            self._seen = 0
        if not self._glancing and (self._bridge.waiting or self._unsettled):
            self._glancing = True
            self._app.set_timer(_GLANCE, self._glance_again)

    def _glance_again(self) -> None:
        self._glancing = False
        self._glance()
