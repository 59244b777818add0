"""Time as a parameter: everything that compares dates or measures is handed a clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards, for durations."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def offset_of(date: str | None, received: float) -> float | None:
    """Seconds that the sender's clock is ahead of ours, by the ``Date`` of its answer (RFC 9110 6.6.1).

    `received` is our time of receipt in seconds since the epoch. The header leaves the fraction out, and the way here
    takes its time, so this is good to a second or two. None for a header that is missing or makes no sense.
    """
    from email.utils import parsedate_to_datetime  # loads the email package: not before the first frame

    try:
        sent = parsedate_to_datetime(date or "")
    except (ValueError, TypeError):
        return None
    return sent.timestamp() + 0.5 - received if sent.tzinfo else None
