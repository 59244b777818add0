"""What became of a request that failed, and how such a failure is put into words."""

from __future__ import annotations

from enum import Enum

from pushtui.base.errors import PushtuiError
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.exchange.endpoint import Endpoint

MAX_DETAIL = 300


class Fate(Enum):
    """What became of the request that failed."""

    NEVER_LEFT = "never left"
    """No connection came about, or none that could carry it."""
    REFUSED = "refused"
    """The server answered that it did not take it."""
    SHELL_GONE = "shell gone"
    """Refused, because the server no longer has the shell."""
    UNREAD = "unread"
    """The server could not or would not read it: it holds other keys, or none."""
    STOPPED = "stopped"
    """We took it back ourselves."""
    UNKNOWN = "unknown"
    """It may have arrived, and may have been carried out."""


@frozen
class Failure:
    """A translated exception. The error is made anew, so nothing hangs on it."""

    error: PushtuiError
    fate: Fate


def failure(
    kind: type[PushtuiError], word: str, what: str, endpoint: Endpoint, fate: Fate, *, cause: str = "", remedy: str = ""
) -> Failure:
    error = kind(
        f"{endpoint.side.value}.{word}", what, side=endpoint.side, where=endpoint.where, cause=cause, remedy=remedy
    )
    return Failure(error, fate)


def detail(error: BaseException) -> str:
    """The exception's own words, cleaned and cut."""
    return clean_line(str(error))[:MAX_DETAIL]
