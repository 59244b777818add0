"""What is tried again after a connection was lost, and for how long.

A server that was restarted, or whose application pool was, refuses connections for a while, and then knows no shell
of ours. Only a loss makes us patient: a server that never answered is reported at once.
"""

from __future__ import annotations

from pushtui.base.errors import Unreachable
from pushtui.exchange.fates import Failure, Fate

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each try to get back to a server that has just gone."""


class Recovery:
    """Of one exchange: one second sending, one new shell, and patience with a server that went away meanwhile."""

    def __init__(self) -> None:
        self.pause = 0.0
        """Seconds to wait before the try that was allowed last."""
        self._lost = False
        self._sent_again = False
        self._reopened = False
        self._tries = 0

    def allows(self, failure: Failure, *, opening: bool) -> bool:
        """Whether to try again; `opening`: it failed before anything of this exchange was sent in this try."""
        self.pause = 0.0
        # There was a session, and nobody is there for it any more: as much a loss as an answer that breaks off.
        self._lost = self._lost or (not opening and failure.fate is not Fate.REFUSED)
        if not opening and failure.fate is Fate.SHELL_GONE:
            allowed, self._reopened = not self._reopened, True
        elif not opening and failure.fate in (Fate.UNKNOWN, Fate.UNREAD):
            allowed, self._sent_again = not self._sent_again, True
        else:
            allowed = self._lost and isinstance(failure.error, Unreachable) and self._tries < len(PAUSES)
            if allowed:
                self.pause = PAUSES[self._tries]
                self._tries += 1
        return allowed
