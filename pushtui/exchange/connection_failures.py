"""Conversations that did not come about or broke: names, ports, TLS, time."""

from __future__ import annotations

import re

from pushtui.base.errors import FileProblem, PushtuiError, RequestRefused, Side, Unreachable
from pushtui.base.proxies import shown_proxy
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.fates import Failure, Fate, detail, failure

_REFUSED = re.compile(r"Connection refused|Errno 111|NewConnectionError")
_NO_NAME = re.compile(
    r"NameResolutionError|Name or service not known|getaddrinfo|Temporary failure in name|Errno -[2-5]"
)
_NO_ROUTE = re.compile(r"No route to host|Network is unreachable|Errno 11[03]")


def broken(error: BaseException, endpoint: Endpoint) -> Failure:
    text = str(error)
    if "Read timed out" in text:
        return timeout(error, endpoint)
    if _NO_NAME.search(text):
        return failure(
            Unreachable,
            "unknown-name",
            _("The name {host} is unknown").format(host=endpoint.host),
            endpoint,
            Fate.NEVER_LEFT,
            cause=_("DNS has no address for it, or it is misspelt"),
            remedy=_("Check the server's name"),
        )
    if _REFUSED.search(text) or _NO_ROUTE.search(text):
        return failure(
            Unreachable,
            "refused",
            _("Nothing answers on port {port} of {host}").format(port=endpoint.port, host=endpoint.host),
            endpoint,
            Fate.NEVER_LEFT,
            cause=_("The port is wrong, the service is stopped, or a firewall is in between"),
            remedy=_expected_port(endpoint),
        )
    cause, remedy = _("A server, proxy or firewall on the way ended it"), _("Try again")
    if not endpoint.ssl:
        cause = _("A server, proxy or firewall on the way ended it; a port that wants https does the same")
        remedy = _("Try again; if it stays, check port and ssl")
    return failure(
        Unreachable,
        "connection-lost",
        _("The connection to {server} broke").format(server=endpoint.name),
        endpoint,
        Fate.UNKNOWN,
        cause=cause,
        remedy=remedy,
    )


def no_address(_error: BaseException, endpoint: Endpoint) -> Failure:
    """What was given is no name of a host."""
    return failure(
        Unreachable,
        "no-address",
        _("“{host}” is no name of a server").format(host=clean_line(endpoint.host)),
        endpoint,
        Fate.NEVER_LEFT,
        remedy=_("Write the server's full name, such as ex01.contoso.com"),
    )


def _expected_port(endpoint: Endpoint) -> str:
    if endpoint.side is Side.EXCHANGE:
        return _("Exchange's PowerShell listens on 443 (https) and 80 (http)")
    return _("Windows remoting listens on 5985 (http) and 5986 (https)")


def timeout(_error: BaseException, endpoint: Endpoint) -> Failure:
    return Failure(timed_out(endpoint), Fate.UNKNOWN)


def timed_out(endpoint: Endpoint) -> PushtuiError:
    """Connected, and then no answer in time."""
    return Unreachable(
        f"{endpoint.side.value}.timeout",
        _("{server} did not answer in time").format(server=endpoint.name),
        side=endpoint.side,
        where=endpoint.where,
        cause=_("The server is busy, or something on the way swallows the answer"),
        remedy=_("Try again, or allow more time (timeout in the profile)"),
    )


def connect_timeout(_error: BaseException, endpoint: Endpoint) -> Failure:
    return failure(
        Unreachable,
        "no-connection",
        _("No connection to {host} came about in time").format(host=endpoint.host),
        endpoint,
        Fate.NEVER_LEFT,
        cause=_("The server is down, or a firewall drops what is sent to port {port}").format(port=endpoint.port),
        remedy=_expected_port(endpoint),
    )


def tls(error: BaseException, endpoint: Endpoint) -> Failure:
    text = str(error)
    if "WRONG_VERSION_NUMBER" in text or "record layer failure" in text.lower() or "UNKNOWN_PROTOCOL" in text:
        word, cause = "not-https", _("That port speaks plain http")
        remedy = _("Use the https port, or ssl = false with Kerberos")
    elif "hostname mismatch" in text.lower() or "doesn't match" in text or "address mismatch" in text.lower():
        word, cause = "tls-wrong-name", _("The server's certificate is for another name")
        remedy = _("Use a name that the certificate carries")
    elif "certificate has expired" in text or "not yet valid" in text:
        word, cause = "tls-expired", _("The server's certificate is not in date")
        remedy = _("Renew the certificate of the server's web site")
    elif "CERTIFICATE_VERIFY_FAILED" in text:
        word, cause = "tls-untrusted", _("The server's certificate comes from an authority that is not trusted here")
        remedy = _("Name its authority's PEM file in ca_file")
    else:
        word, cause = "tls-failed", detail(error)
        remedy = _("Check that the server offers TLS 1.2 or later")
    what = _("No secure connection to {server} came about").format(server=endpoint.name)
    return failure(Unreachable, word, what, endpoint, Fate.NEVER_LEFT, cause=cause, remedy=remedy)


def proxy(error: BaseException, endpoint: Endpoint) -> Failure:
    if "407" in str(error):
        return proxy_sign_in(error, endpoint)
    shown = shown_proxy(endpoint.proxy)
    return failure(
        Unreachable,
        "proxy",
        _("The proxy {proxy} does not let us through to {server}").format(proxy=shown, server=endpoint.name),
        endpoint,
        Fate.NEVER_LEFT,
        cause=_("It does not answer, or it refuses this server or port"),
        remedy=_("Check proxy in the profile; without one the connection is direct"),
    )


def proxy_sign_in(_error: BaseException, endpoint: Endpoint) -> Failure:
    return failure(
        Unreachable,
        "proxy-sign-in",
        _("The proxy {proxy} wants a sign-in").format(proxy=shown_proxy(endpoint.proxy)),
        endpoint,
        Fate.NEVER_LEFT,
        remedy=_("Put the user and password into the proxy URL; only Basic is supported"),
    )


def redirected(_error: BaseException, endpoint: Endpoint) -> Failure:
    return failure(
        RequestRefused,
        "redirected",
        _("{server} redirects to another address").format(server=endpoint.name),
        endpoint,
        Fate.REFUSED,
        cause=_("A web site, not Exchange's PowerShell, answers there; redirects are never followed"),
        remedy=_("Use the server's own name and the path PowerShell"),
    )


def system(error: BaseException, endpoint: Endpoint) -> Failure:
    if "CA certificate" in str(error) or "TLS CA" in str(error) or isinstance(error, FileNotFoundError):
        problem = FileProblem(
            f"{endpoint.side.value}.ca-file",
            _("The file of trusted authorities cannot be read"),
            where=endpoint.ca_file,
            remedy=_("Check ca_file in the profile"),
        )
        return Failure(problem, Fate.NEVER_LEFT)
    return broken(error, endpoint)
