"""What can be learned of an endpoint without signing in: pure functions for whoever holds the connection."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping

from pushtui.base.errors import PushtuiError
from pushtui.base.text import clean_line
from pushtui.exchange import connection_failures, sign_in_failures
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.failures import not_remoting, translate
from pushtui.exchange.fates import Fate, failure
from pushtui.exchange.faults import explain_http

IDENTIFY = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    b' xmlns:wsmid="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd">'
    b"<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>"
)
IDENTIFY_HEADERS = {"Content-Type": "application/soap+xml;charset=UTF-8", "WSMANIDENTIFY": "unauthenticated"}
"""DSP0226 11: the one request that a WSMan service may answer without a sign-in. An Exchange front end does not."""

_PRODUCT = re.compile(rb"<\w+:Product(?:Vendor|Version)>([^<]{1,200})<")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][\w-]*)(?=\s*(?:,|$)|\s+[\w+/=-])")
_SCHEMES = {"basic": {"basic"}, "kerberos": {"negotiate", "kerberos"}, "negotiate": {"negotiate"}}


def tunnel_refused(error: BaseException, endpoint: Endpoint) -> PushtuiError:
    """A proxy that does not lead there; the error's text starts with its HTTP status."""
    return connection_failures.proxy(error, endpoint).error


def explain(error: BaseException, endpoint: Endpoint) -> PushtuiError:
    """What an exception of a socket means at this endpoint."""
    if isinstance(error, ssl.SSLError):
        return connection_failures.tls(error, endpoint).error
    if endpoint.proxy and isinstance(error, OSError):
        return connection_failures.proxy(error, endpoint).error
    if isinstance(error, TimeoutError):
        return connection_failures.connect_timeout(error, endpoint).error
    if isinstance(error, OSError):
        return connection_failures.broken(error, endpoint).error
    return translate(error, endpoint).error


def tls_context(endpoint: Endpoint) -> ssl.SSLContext | None:
    """What is trusted: the machine's own store, or only the authorities of ``ca_file``; None for http.

    Raises `FileProblem`.
    """
    if not endpoint.ssl:
        return None
    try:
        return ssl.create_default_context(cafile=endpoint.ca_file or None)
    except OSError:  # ssl.SSLError is one too
        pass
    raise connection_failures.system(FileNotFoundError(), endpoint).error


def product(body: bytes) -> str:
    """Vendor and version of an IdentifyResponse; empty where the body is none."""
    if b"IdentifyResponse" not in body:
        return ""
    return ", ".join(clean_line(item.decode("utf-8", "replace")) for item in _PRODUCT.findall(body)) or "WSMan"


def offered(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The ways to sign in that an answer offers (RFC 9110 11.6.1), as it spells them."""
    header = _QUOTED.sub("x", headers.get("www-authenticate", ""))
    return tuple(dict.fromkeys(_SCHEME.findall(header)))


def judge(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> PushtuiError | None:
    """What speaks against PowerShell remoting at this endpoint; None: nothing."""
    if status == 200 and product(body):
        return None
    if status == 401:
        schemes = {scheme.lower() for scheme in offered(headers)}
        return None if schemes & _SCHEMES[endpoint.auth] else sign_in_failures.not_offered(ValueError(), endpoint).error
    if status == 407:
        return connection_failures.proxy_sign_in(ValueError(), endpoint).error
    if 300 <= status < 400:
        return connection_failures.redirected(ValueError(), endpoint).error
    if status == 200:
        return not_remoting(ValueError("HTTP 200"), endpoint).error
    kind, word, what, cause, remedy = explain_http(status, endpoint)
    return failure(kind, word, what, endpoint, Fate.REFUSED, cause=cause, remedy=remedy).error
