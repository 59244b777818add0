"""When a request is sent again, and after how long: decided here, so that every wait is announced and can be cut."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRIES = 4
"""How often one request is sent at most."""
BUDGET_SECONDS = 120.0
"""How long all waits for one request may take together."""
BUSY = frozenset({429, 502, 503, 504})
"""The statuses after which trying again makes sense."""


def pause(attempt: int, retry_after: str = "", spent: float = 0.0) -> float | None:
    """Seconds to wait after the failed attempt number `attempt` (from 1), or None to give up.

    The service's Retry-After (seconds, or an HTTP date) is obeyed as long as the budget allows it; without one the
    wait doubles: 0.5, 1, 2 seconds.
    """
    if attempt >= TRIES:
        return None
    asked = _seconds(retry_after)
    seconds = 0.5 * 2 ** (attempt - 1) if asked is None else asked
    return seconds if spent + seconds <= BUDGET_SECONDS else None


def _seconds(retry_after: str) -> float | None:
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
