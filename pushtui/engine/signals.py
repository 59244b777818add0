"""What reaches a running operation from other threads: a cancel, a skipped wait, an answered ask."""

from __future__ import annotations

import threading

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock

SLICE = 0.1
"""Seconds between two looks at the clock: a machine that slept meanwhile has waited as well."""


class Signals:
    """Set from any thread, read by the one that runs the operation."""

    def __init__(self) -> None:
        self.cancellation = Cancellation()
        self._changed = threading.Condition()
        self._skipped: set[str] = set()
        self._answers: dict[str, bool] = {}

    def cancel(self) -> None:
        self.cancellation.cancel()
        with self._changed:
            self._changed.notify_all()

    def skip(self, wait_id: str) -> None:
        with self._changed:
            self._skipped.add(wait_id)
            self._changed.notify_all()

    def answer(self, ask_id: str, done: bool) -> None:
        with self._changed:
            self._answers[ask_id] = done
            self._changed.notify_all()

    def expect(self, name: str) -> None:
        """Forget what was said about an earlier wait or ask of this name."""
        with self._changed:
            self._skipped.discard(name)
            self._answers.pop(name, None)

    def wait_for_answer(self, ask_id: str) -> bool:
        """Block until the ask is answered. Raises `Cancelled`."""
        with self._changed:
            self._changed.wait_for(lambda: ask_id in self._answers or self.cancellation.requested)
            self.cancellation.check()
            return self._answers[ask_id]

    def pause(self, wait_id: str, seconds: float, clock: Clock) -> bool:
        """Sleep, at most so long; True when the wait was skipped meanwhile. Raises `Cancelled`."""
        until = clock.monotonic() + seconds
        with self._changed:
            while (left := until - clock.monotonic()) > 0:
                if wait_id in self._skipped or self.cancellation.requested:
                    break
                self._changed.wait(min(left, SLICE))
            self.cancellation.check()
            return wait_id in self._skipped
