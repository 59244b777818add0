"""The errors of pushtui.

::

    PushtuiError
     ├─ UsageError             what the admin typed or wrote in a file is wrong (exit code 2)
     ├─ ReadOnlyRefused        a write was asked for in a read-only run
     ├─ FileProblem            a local file or folder could not be read or written
     ├─ RemoteError            one of the two organizations
     │   ├─ Unreachable        no connection: name, port, TLS, proxy, time-out
     │   ├─ SignInRefused      the credentials or the sign-in were refused
     │   ├─ AccessDenied       signed in, but not allowed (role, permission, scope)
     │   ├─ RequestRefused     the request arrived and was answered with an error
     │   └─ AnswerLost         a request was sent and its answer never came: the outcome is unknown
     └─ Cancelled              the admin asked for an end

Every error is one clear sentence in four parts: what happened, where, the likely cause, what to do. They are raised
at the borders, ``from None``, with no request object hanging on them, so that no credential travels with them.
"""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Where something happened."""

    EXCHANGE = "exchange"
    WINDOWS = "windows"
    ENTRA = "entra"
    GRAPH = "graph"
    MAIL = "mail"
    LOCAL = "local"


class PushtuiError(Exception):
    """The root: a failure that can be shown to an administrator as it is.

    `code` is a stable word for JSON and tests (``exchange.sign-in-refused``); `what`, `where`, `cause` and `remedy`
    are plain text, already cleaned of control characters. `identifier` is the remote side's own name for it, where it
    gave one: a FullyQualifiedErrorId, a Graph code, an AADSTS number, an SMTP status.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        side: Side = Side.LOCAL,
        where: str = "",
        cause: str = "",
        remedy: str = "",
        identifier: str = "",
    ) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.side = side
        self.where = where
        self.cause = cause
        self.remedy = remedy
        self.identifier = identifier

    def __str__(self) -> str:
        head = f"{self.what} ({self.where})" if self.where else self.what
        parts = (part.rstrip(".") for part in (head, self.cause, self.remedy) if part)
        return " ".join(part if part.endswith("?") else f"{part}." for part in parts)


class UsageError(PushtuiError):
    """What the admin typed or wrote in a profile is wrong."""


class ReadOnlyRefused(PushtuiError):
    """A write was asked for while the run is read-only."""


class FileProblem(PushtuiError):
    """A local file or folder could not be read or written."""


class RemoteError(PushtuiError):
    """One of the two organizations did not do what was asked."""


class Unreachable(RemoteError):
    """No conversation came about: name, port, TLS, proxy or time-out."""


class SignInRefused(RemoteError):
    """The credentials or the sign-in were refused."""


class AccessDenied(RemoteError):
    """Signed in, but not allowed: a role, permission or scope is missing."""


class RequestRefused(RemoteError):
    """The request arrived and was answered with an error."""


class AnswerLost(RemoteError):
    """A request was sent and its answer never came: whether it took effect is unknown."""


class Cancelled(PushtuiError):
    """The admin asked for an end."""

    def __init__(self) -> None:
        super().__init__("cancelled", "Cancelled")
