"""The organization's own time: the given clock's, moved ahead by what a test let pass."""

from __future__ import annotations

from datetime import datetime, timedelta

from pushtui.base.clock import Clock


class LabClock:
    """A clock that can be moved ahead."""

    def __init__(self, base: Clock) -> None:
        self.base = base
        """The time that the tenant shares: tokens are dated by it, so that moving ahead breaks no signature."""
        self._ahead = 0.0

    def now(self) -> datetime:
        return self.base.now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return self.base.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move ahead; never back."""
        self._ahead += max(0.0, seconds)
