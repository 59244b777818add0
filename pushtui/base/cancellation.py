"""Asking running work to stop, and sleeping in a way that can be cut short."""

from __future__ import annotations

import threading

from pushtui.base.errors import Cancelled


class Cancellation:
    """A flag that one side sets and the other looks at; safe between threads."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for an end; idempotent."""
        self._event.set()

    @property
    def requested(self) -> bool:
        """Whether an end was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`~pushtui.base.errors.Cancelled` when an end was asked for."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`; raise :class:`~pushtui.base.errors.Cancelled` as soon as an end is asked for."""
        if self._event.wait(seconds):
            raise Cancelled
