"""At the end of the program every shell is deleted on its server, whatever ended the program.

Python would end the threads that own them first, and the shells would count against the user's quota until they run
out on the server (15 minutes on Exchange). Only a kill that cannot be caught leaves them behind.
"""

from __future__ import annotations

import atexit
import time
from typing import Protocol
from weakref import WeakSet

PATIENCE_SECONDS = 1.0
"""What a call that is under way gets to end by itself."""
FAREWELL_SECONDS = 3.0
"""What the deleting may cost in all, after that."""


class Leaving(Protocol):
    """The thread that owns a shell."""

    def leave(self, *, at_once: bool = False) -> None: ...

    def join(self, seconds: float) -> bool: ...


_open: WeakSet[Leaving] = WeakSet()


def see_off(lane: Leaving) -> None:
    """Have it leave before the program ends."""
    _open.add(lane)


@atexit.register
def leave_all() -> None:
    """Delete them, as far as the servers answer in time; for who ends the program without Python's own end, too."""
    lanes = list(_open)
    for lane in lanes:
        lane.leave()
    until = time.monotonic() + PATIENCE_SECONDS
    lanes = [lane for lane in lanes if not lane.join(max(0.0, until - time.monotonic()))]
    for lane in lanes:
        lane.leave(at_once=True)
    until = time.monotonic() + FAREWELL_SECONDS
    for lane in lanes:
        lane.join(max(0.0, until - time.monotonic()))
