"""What the remoting libraries raise, translated into errors that an administrator can act on.

The libraries raise four families of exceptions and some of Python's own. They are told apart by the names of their
classes, so that nothing has to be imported to look at one. Nothing of the original travels on: no request (its
``Authorization`` header holds the password for Basic), no response, no traceback. Texts from the server are cleaned
and cut. The catalogue of cases was measured with pypsrp 0.9.1; fault codes are those of MS-WSMV 2.2.4.43.
"""

from __future__ import annotations

from typing import Protocol

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import AccessDenied, AnswerLost, Cancelled, PushtuiError, RemoteError, RequestRefused, Side
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.exchange import connection_failures, kerberos_failures, sign_in_failures
from pushtui.exchange.cmdlet_errors import split_decoration
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.fates import MAX_DETAIL, Failure, Fate, failure
from pushtui.exchange.faults import NO_ROLE, SHELL_GONE, explain_fault, explain_http
from pushtui.exchange.roles import grant

UNAVAILABLE = "CommandNotAvailable"
"""Our identifier for a cmdlet that the session does not have. PowerShell's own (CommandNotFoundException) would read as
the absence of what the cmdlet was asked for."""


class CmdletRefusal(Protocol):
    """What is looked at of a cmdlet's error record."""

    @property
    def message(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def unknown_command(self) -> bool: ...
    @property
    def absent(self) -> bool: ...


_STATUS_FATES = dict.fromkeys((400, 401), Fate.UNREAD) | dict.fromkeys((403, 404, 405, 413, 429, 503), Fate.REFUSED)
"""What the server itself answers it does not run; other statuses may come from a gateway in front of it."""


def translate(error: BaseException, endpoint: Endpoint) -> Failure:
    """The error for what `error` means at this endpoint, and what became of the request."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    for wanted, explain in _TRANSLATIONS:
        if wanted in names or any(name.startswith(wanted) for name in names if wanted.endswith(".")):
            return explain(error, endpoint)
    return not_remoting(error, endpoint)


def _http(error: BaseException, endpoint: Endpoint) -> Failure:
    return _status(error.args[1] if len(error.args) > 1 else 0, endpoint)


def _status(status: object, endpoint: Endpoint) -> Failure:
    known = status if isinstance(status, int) else 0
    if known == 407:
        return connection_failures.proxy_sign_in(Exception(), endpoint)
    kind, word, what, cause, remedy = explain_http(known, endpoint)
    return failure(kind, word, what, endpoint, _STATUS_FATES.get(known, Fate.UNKNOWN), cause=cause, remedy=remedy)


def _fault(error: BaseException, endpoint: Endpoint) -> Failure:
    code, reason = error.args[0], error.args[2]
    if code is None and not reason:
        # Any XML, such as a web server's error page, passes for a fault; the HTTP status hangs on the context.
        original = error.__context__
        return _status(original.args[1] if original is not None and len(original.args) > 1 else 0, endpoint)
    decoration, words = split_decoration(clean_line(str(reason or "")))
    if decoration.failure_category.startswith("AuthZ-"):
        code = NO_ROLE
    kind, word, what, cause, remedy = explain_fault(code, words[:MAX_DETAIL].rstrip(". "), endpoint)
    fate = Fate.SHELL_GONE if code == SHELL_GONE else Fate.REFUSED
    return failure(kind, word, what, endpoint, fate, cause=cause, remedy=remedy)


def not_remoting(error: BaseException, endpoint: Endpoint) -> Failure:
    """An answer, and none of PowerShell remoting."""
    return failure(
        RequestRefused,
        "not-remoting",
        _("{server} answered something that is not PowerShell remoting").format(server=endpoint.name),
        endpoint,
        Fate.UNKNOWN,
        cause=_("Another service answers there, or something on the way changes the messages ({kind})").format(
            kind=type(error).__name__
        ),
        remedy=_("Check host, port and path; Exchange's path is PowerShell"),
    )


def _value(error: BaseException, endpoint: Endpoint) -> Failure:
    if "auth protocol" in str(error):
        return sign_in_failures.not_offered(error, endpoint)
    return not_remoting(error, endpoint)


_TRANSLATIONS = (
    ("pypsrp.exceptions.AuthenticationError", sign_in_failures.refused),
    ("pypsrp.exceptions.WinRMTransportError", _http),
    ("pypsrp.exceptions.WSManFaultError", _fault),
    ("pypsrp.exceptions.WinRMError", not_remoting),
    ("requests.exceptions.ProxyError", connection_failures.proxy),
    ("requests.exceptions.SSLError", connection_failures.tls),
    ("requests.exceptions.ConnectTimeout", connection_failures.connect_timeout),
    ("requests.exceptions.Timeout", connection_failures.timeout),
    ("requests.exceptions.TooManyRedirects", connection_failures.redirected),
    ("requests.exceptions.ConnectionError", connection_failures.broken),
    ("requests.exceptions.ChunkedEncodingError", connection_failures.broken),
    ("requests.exceptions.InvalidURL", connection_failures.no_address),
    ("requests.exceptions.RequestException", not_remoting),
    ("krb5.", kerberos_failures.krb5),
    ("spnego.exceptions.", kerberos_failures.gssapi),
    ("gssapi.", kerberos_failures.gssapi),
    ("builtins.ImportError", sign_in_failures.missing_library),
    ("urllib3.exceptions.LocationValueError", connection_failures.no_address),
    ("builtins.UnicodeError", connection_failures.no_address),
    ("builtins.ValueError", _value),
    ("builtins.OSError", connection_failures.system),
)
"""Class name (or module prefix), the first that fits; `ParseError` is a SyntaxError and falls through."""


def answer_lost(cmdlet: Cmdlet, endpoint: Endpoint, error: PushtuiError) -> AnswerLost:
    """A write was sent and nobody knows what became of it, because of this error or cancellation."""
    cause = _("It was cancelled while it was under way") if isinstance(error, Cancelled) else error.what
    return AnswerLost(
        f"{endpoint.side.value}.answer-lost",
        _("The answer to {cmdlet} never came: whether it took effect is unknown").format(cmdlet=cmdlet.name),
        side=endpoint.side,
        where=endpoint.where,
        cause=cause,
        remedy=_("Read the state again before anything else is sent"),
    )


def refusal(error: CmdletRefusal, cmdlet: Cmdlet, side: Side, where: str, account: str) -> RemoteError:
    """A cmdlet's own error as an error of ours: a cmdlet that does not exist is a management role that is missing.

    `where` is the server that was asked, for an error that names none; `account` is who is signed in, or empty.
    """
    what, where = clean_line(error.message), error.server or where
    category, identifier = error.category.lower(), error.identifier
    if error.unknown_command and cmdlet.name != "Get-Command" and side is Side.EXCHANGE:
        return AccessDenied(
            f"{side.value}.missing-role",
            _("{cmdlet} does not exist in this session").format(cmdlet=cmdlet.name),
            side=side,
            where=where,
            cause=_("No management role of {user} grants it, or this version of Exchange does not have it").format(
                user=account or _("this account")
            ),
            remedy=grant(cmdlet.name),
            identifier=UNAVAILABLE,
        )
    if "permissiondenied" in category or "securityerror" in category:
        return AccessDenied(f"{side.value}.access-denied", what, side=side, where=where, identifier=identifier)
    code = "not-found" if error.absent else "cmdlet-error"
    return RequestRefused(f"{side.value}.{code}", what, side=side, where=where, identifier=identifier)
