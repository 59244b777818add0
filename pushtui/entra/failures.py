"""Network failures of the cloud side, as sentences; what the two services themselves refuse is in `oauth` and `odata`.

Functions return errors instead of raising them: the caller raises outside its ``except`` block, so that no exception
with a request, and no frame with a credential, hangs on what is shown.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator

from pushtui.base.errors import AnswerLost, PushtuiError, RemoteError, Side, Unreachable
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _

MAX_TEXT = 400
"""Characters of a remote message that are shown."""


@frozen
class Place:
    """Where a request went, for the `where` of an error."""

    side: Side
    host: str
    proxy: str = ""
    """As it may be shown: without credentials."""
    request: str = ""
    request_id: str = ""
    """The ``client-request-id`` that Microsoft's support can look up."""

    @property
    def where(self) -> str:
        through = _("{host} through {proxy}").format(host=self.host, proxy=self.proxy) if self.proxy else self.host
        parts = [through, self.request, f"client-request-id {self.request_id}" if self.request_id else ""]
        return ", ".join(part for part in parts if part)


class BadAnswer(Exception):
    """An answer that the service itself would not give: a redirect, or a page instead of JSON. Carries no request."""

    def __init__(self, status: int, content_type: str = "", location: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.content_type = content_type
        self.location = location


def network_failure(error: BaseException, place: Place) -> PushtuiError:
    """What an exception of httpx, ssl or the sockets under it means."""
    import httpx

    if isinstance(error, BadAnswer):
        return intercepted(error, place)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refused(str(error), place)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return timed_out(place, connecting=isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)))
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause, place)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            return _unreachable(
                place,
                "tls",
                _("No TLS connection to {host}: {reason}").format(host=place.host, reason=clean_line(str(cause))),
                _("Something between here and there does not speak TLS, or only an old version of it"),
            )
        if isinstance(cause, socket.gaierror):
            return _name_unknown(place)
    if isinstance(error, httpx.ConnectError):
        return _refused(error, place)
    if isinstance(error, httpx.TransportError):
        return _unreachable(
            place,
            "dropped",
            _("The connection to {host} was cut before the answer was complete").format(host=place.host),
            _("A firewall or proxy closed it, or the network changed"),
            _("Try again"),
        )
    return unexpected(error, place)


def dropped(error: BaseException) -> bool:
    """Whether an established connection was lost, as opposed to one that never came about or was too slow."""
    import httpx

    return isinstance(error, (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError))


def intercepted(error: BadAnswer, place: Place) -> PushtuiError:
    """A captive portal, or a proxy that answers in the name of the service."""
    what = (
        _("{host} answered with a redirect to {location}").format(
            host=place.host, location=clean_line(error.location)[:MAX_TEXT] or "?"
        )
        if 300 <= error.status < 400
        else _("{host} answered with {type} instead of JSON (status {status})").format(
            host=place.host, type=clean_line(error.content_type)[:80] or _("something unknown"), status=error.status
        )
    )
    return _unreachable(
        place,
        "intercepted",
        what,
        _("Something between here and Microsoft answered instead: a captive portal, or a filtering proxy"),
        _("Open the network's sign-in page in a browser, or ask for these hosts to be let through unchanged"),
    )


def timed_out(place: Place, *, connecting: bool = False) -> PushtuiError:
    """No answer within the limit."""
    return _unreachable(
        place,
        "timeout",
        _("No connection to {host} within the time limit").format(host=place.proxy or place.host)
        if connecting
        else _("{host} did not answer within the time limit").format(host=place.host),
        _("The network drops packets on the way there, or the service is slow"),
        _("Try again, or raise the timeout in the profile"),
    )


def answer_lost(place: Place, reason: str) -> AnswerLost:
    """A change was sent and what became of it is unknown; `reason` is a sentence without its full stop."""
    return AnswerLost(
        f"{place.side}.answer-lost",
        _("The change was sent, but its answer was lost"),
        side=place.side,
        where=place.where,
        cause=reason,
        remedy=_("Read the object again before anything else: the change may have been made"),
    )


def unexpected(error: BaseException, place: Place) -> RemoteError:
    """Something no rule knows. The exception's text may quote a request, so only its type is told."""
    return RemoteError(
        f"{place.side}.unexpected",
        _("An unexpected error happened: {name}").format(name=type(error).__name__),
        side=place.side,
        where=place.where,
    )


def _unreachable(place: Place, word: str, what: str, cause: str = "", remedy: str = "") -> Unreachable:
    return Unreachable(f"{place.side}.{word}", what, side=place.side, where=place.where, cause=cause, remedy=remedy)


def _proxy_refused(text: str, place: Place) -> PushtuiError:
    status = (re.match(r"\d{3}", text) or [""])[0]
    if status == "407":
        return _unreachable(
            place,
            "proxy-sign-in",
            _("The proxy {proxy} wants a sign-in").format(proxy=place.proxy),
            "",
            _("Put the user and password into the proxy URL; only Basic is supported"),
        )
    return _unreachable(
        place,
        "proxy-refused",
        _("The proxy {proxy} does not lead to {host}: {reason}").format(
            proxy=place.proxy, host=place.host, reason=clean_line(text)[:MAX_TEXT] or _("no reason given")
        ),
        _("Its rules do not allow this host, or it cannot reach it itself"),
        _("Ask for the host to be allowed, or correct the proxy of the profile"),
    )


def _untrusted(error: ssl.SSLCertVerificationError, place: Place) -> PushtuiError:
    reason = clean_line(getattr(error, "verify_message", "") or str(error))
    return _unreachable(
        place,
        "certificate-untrusted",
        _("The TLS certificate of {host} was not accepted: {reason}").format(host=place.host, reason=reason),
        _("A proxy inspects TLS with an authority that is not trusted here, or this is not the real service"),
        _("If your network inspects TLS, name its certificate authority as ca_file in the [network] table"),
    )


def _name_unknown(place: Place) -> PushtuiError:
    name = place.proxy or place.host
    return _unreachable(
        place,
        "name-unknown",
        _("The name of {name} could not be resolved").format(name=name),
        _("The name is misspelt, or DNS does not answer for it"),
        _("Many networks reach the internet only through a proxy: set it in the [network] table")
        if not place.proxy
        else "",
    )


def _refused(error: BaseException, place: Place) -> PushtuiError:
    number = next((cause.errno for cause in _chain(error) if isinstance(cause, OSError) and cause.errno), 0)
    reason = os.strerror(number) if number else clean_line(str(error))
    if place.proxy:
        return _unreachable(
            place,
            "proxy-unreachable",
            _("No connection to the proxy {proxy}: {reason}").format(proxy=place.proxy, reason=reason),
            _("The proxy is down, or its host or port is wrong"),
            _("Correct the proxy of the profile, or HTTPS_PROXY"),
        )
    return _unreachable(
        place,
        "unreachable",
        _("No connection to {host}: {reason}").format(host=place.host, reason=reason),
        _("A firewall does not let it through, or the network is down"),
        _("If the internet is only reached through a proxy, set it in the [network] table of the profile"),
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            for inner in current.exceptions:
                yield from _chain(inner)
        current = current.__cause__ or current.__context__
