"""Ages and durations as short as a column needs them."""

from __future__ import annotations

from datetime import datetime

from pushtui.base.words import _


def age(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits, at most 6 cells: ``now``, ``3 min``, ``2 h``, ``5 d``.

    Seconds are left out on purpose: a column that counts them repaints the whole list once a second.
    """
    seconds = (now - at).total_seconds()
    if seconds < 60:
        return _("now")
    if seconds < 3600:
        return _("{count} min").format(count=int(seconds // 60))
    if seconds < 86400:
        return _("{count} h").format(count=int(seconds // 3600))
    return _("{count} d").format(count=int(seconds // 86400))


def duration(seconds: float) -> str:
    """How long something took, at most 6 cells: ``0.4 s``, ``12 s``, ``2:05``."""
    if seconds < 9.95:
        return _("{count} s").format(count=f"{seconds:.1f}")
    return whole(seconds)


def whole(seconds: float) -> str:
    """The same without fractions, for something that still runs: ``4 s``, ``2:05``."""
    if seconds < 59.5:
        return _("{count} s").format(count=f"{seconds:.0f}")
    return countdown(seconds)


def countdown(seconds: float) -> str:
    """Time that is left: ``1:32``, ``1:02:03``; never negative."""
    left = max(0, round(seconds))
    hours, rest = divmod(left, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
