"""Noticing that the terminal is gone, also where no SIGHUP tells it: under setsid, nohup, or a supervisor's pty."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable


def watch(descriptor: int, gone: Callable[[], object]) -> None:
    """Call `gone`, once and on a thread of its own, when the other end of the terminal is closed."""

    def wait() -> None:
        poll = select.poll()
        # No event is asked for: a hang-up is told all the same, and what is typed is not.
        poll.register(descriptor, 0)
        poll.poll()
        gone()

    threading.Thread(target=wait, name="pushtui-terminal", daemon=True).start()
