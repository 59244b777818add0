"""Names, sockets, TLS and single HTTP requests, each to be ended from another thread at any moment."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from urllib.parse import unquote, urlsplit

from pushtui import __version__
from pushtui.base.clock import Clock
from pushtui.base.text import clean_line
from pushtui.base.values import frozen

BODY_LIMIT = 256 * 1024


class TunnelRefused(Exception):
    """The proxy answered CONNECT with something else than 200."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")


@frozen
class Target:
    """Where a request goes, and the way there."""

    host: str
    port: int
    context: ssl.SSLContext | None = None
    """What is trusted; None: no TLS."""
    proxy: str = field(default="", repr=False)
    """Proxy URL with its credentials; empty: a direct connection."""
    proxy_context: ssl.SSLContext | None = None
    """What is trusted of an https proxy."""


@frozen
class Presented:
    """A server's certificate, and how it was spoken to."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    protocol: str = ""


@frozen
class Reply:
    """One HTTP answer, with the moments around it."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names; repeated headers joined by ", "."""
    body: bytes = field(repr=False)
    sent: datetime
    received: datetime

    @property
    def date(self) -> datetime | None:
        """The server's clock as its ``Date`` header tells it (RFC 9110 6.6.1), or None."""
        with suppress(ValueError, TypeError):
            date = parsedate_to_datetime(self.headers.get("date", ""))
            return date if date.tzinfo else None
        return None


class Wire:
    """The connections of one leg."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._aborted = False

    def resolve(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a name. Raises `OSError` and `UnicodeError`."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def connect(self, target: Target) -> socket.socket:
        """A TCP connection to the target, through its proxy where it has one. Raises `OSError`, `TunnelRefused`.

        Without TLS a proxy is asked to forward each request, not for a tunnel: then it leads to the proxy alone.
        """
        if not target.proxy:
            return self._keep(socket.create_connection((target.host, target.port), self._seconds))
        connection = self.connect(proxy_target(target))
        try:
            if target.proxy_context is not None:
                name = urlsplit(target.proxy).hostname
                connection = self._keep(target.proxy_context.wrap_socket(connection, server_hostname=name))
            if target.context is not None:
                self._tunnel(connection, target)
        except BaseException:
            connection.close()
            raise
        return connection

    def handshake(self, target: Target) -> Presented:
        """Speak TLS with the target; what it presented. Raises what `ssl` raises."""
        assert target.context is not None
        with closing(self._secured(target, target.context)) as connection:
            return presented(connection.getpeercert(binary_form=True) or b"", connection.version() or "")

    def unverified(self, target: Target) -> Presented:
        """What a server presents that TLS refuses to speak with; nothing is sent to it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with closing(self._secured(target, context)) as connection:
            return presented(connection.getpeercert(binary_form=True) or b"", connection.version() or "")

    def ask(
        self, target: Target, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """One request and its answer, on a connection of its own. Raises `OSError` and `HTTPException`."""
        connection = self._secured(target, target.context) if target.context else self.connect(target)
        default = 443 if target.context else 80
        host = f"[{target.host}]" if ":" in target.host else target.host
        lines = {
            "Host": host if target.port == default else f"{host}:{target.port}",
            "User-Agent": f"pushtui/{__version__}",
            "Accept": "*/*",
            **(headers or {}),
            "Connection": "close",
        }
        if target.proxy and target.context is None:
            path = f"http://{lines['Host']}{path}"
            lines |= _proxy_credentials(target)
        if body:
            lines["Content-Length"] = str(len(body))
        elif method == "POST":
            lines["Content-Length"] = "0"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        with closing(connection):
            sent = self._clock.now()
            connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body)
            with closing(HTTPResponse(connection, method=method)) as answer:
                answer.begin()
                received = self._clock.now()
                found: dict[str, str] = {}
                for name, value in answer.getheaders():
                    key = name.lower()
                    found[key] = f"{found[key]}, {value}" if key in found else value
                return Reply(answer.status, found, answer.read(BODY_LIMIT), sent, received)

    def abort(self) -> None:
        """End everything that is under way; for other threads. Idempotent."""
        with self._lock:
            self._aborted = True
            connections, self._open = self._open, []
        for connection in connections:
            with suppress(OSError):
                # Below TLS: its own shutdown takes the state away from the thread that is reading.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            connection.close()

    def _secured(self, target: Target, context: ssl.SSLContext) -> ssl.SSLSocket:
        plain = self.connect(target)
        try:
            secure = context.wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise
        self._keep(secure)
        return secure

    def _tunnel(self, connection: socket.socket, target: Target) -> None:
        host = f"[{target.host}]" if ":" in target.host else target.host
        lines = [f"CONNECT {host}:{target.port} HTTP/1.1", f"Host: {host}:{target.port}"]
        lines += [f"{name}: {value}" for name, value in _proxy_credentials(target).items()]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        answer = HTTPResponse(connection, method="CONNECT")
        try:
            answer.begin()  # reads ahead, but nobody speaks in a tunnel before the client does
        except HTTPException as error:
            raise TunnelRefused(0, type(error).__name__) from None
        finally:
            answer.close()
        if answer.status != 200:
            raise TunnelRefused(answer.status, clean_line(answer.reason or ""))

    def _keep(self, connection: socket.socket) -> socket.socket:
        with self._lock:
            if not self._aborted:
                self._open = [each for each in self._open if each.fileno() >= 0]
                self._open.append(connection)
                return connection
        connection.close()
        raise ConnectionAbortedError


def proxy_target(target: Target) -> Target:
    """The proxy of a target, as a target."""
    parts = urlsplit(target.proxy)
    return Target(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def _proxy_credentials(target: Target) -> dict[str, str]:
    """The header with the user and password of the proxy's URL, where it has them (RFC 9110 11.7.1)."""
    parts = urlsplit(target.proxy)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def presented(der: bytes, protocol: str) -> Presented:
    """The certificate in DER form. Raises `ValueError` where it is none."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(der)
    names: tuple[str, ...] = ()
    with suppress(x509.ExtensionNotFound):
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(clean_line(str(name.value)) for name in found)
    return Presented(
        clean_line(certificate.subject.rfc4514_string()),
        clean_line(certificate.issuer.rfc4514_string()),
        names,
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        protocol,
    )
