"""The HTTP front: one handler is one TCP connection, which is the scope of a Negotiate context and its keys."""

from __future__ import annotations

import base64
import binascii
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from pushtui.base.values import frozen
from pushtui.lab.faults import Fault
from pushtui.lab.remoting import soap
from pushtui.lab.remoting.negotiate import Acceptor, Security, SignInRefused, account_of
from pushtui.lab.remoting.operations import Answer

_HANDSHAKE_SECONDS = 10.0
_IDLE_SECONDS = 300.0
_NO_HTML = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h2>%s</h2></body></html>"


@frozen
class Front:
    """What the HTTP front needs to know of its endpoint."""

    fqdn: str
    perform: Callable[[str, bytes], Answer]
    sign_in_failed: Callable[[str, str], None]
    """Called with who tried and why it was refused."""
    check_password: Callable[[str, str], bool]
    accounts: tuple[str, ...]
    path: str
    schemes: tuple[str, ...]
    acceptor: Acceptor | None
    tls: ssl.SSLContext | None
    allow_unencrypted: bool
    identify: bool
    """Whether ``wsmid:Identify`` is answered without sign-in."""
    server_header: str
    headers: Mapping[str, str]
    """Sent with every answer."""
    request_bytes: int
    stopping: threading.Event
    clock: Callable[[], float]
    """The server's own time, in seconds since 1970, for the ``Date`` header."""


class Server(ThreadingHTTPServer):
    """Serves one endpoint on a loopback port: of the system's choice where none is given."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, front: Front, port: int = 0) -> None:
        self.front = front
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Binds, without the name lookup of the base class, which would ask the network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.front.fqdn, int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ends badly concerns its client alone: nothing is printed."""

    def opened(self, connection: socket.socket) -> None:
        with self._changed:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._changed:
            self._connections.discard(connection)
            self._changed.notify_all()

    def hang_up(self, seconds: float) -> None:
        """Ends every connection, and waits that long for their threads to notice."""
        with self._changed:
            for connection in self._connections:
                _shut(connection)
            self._changed.wait_for(lambda: not self._connections, seconds)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Without both of these each answer waits for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: Server

    def setup(self) -> None:
        self.front = self.server.front
        self.user = ""
        self._basic_user = ""
        self.security: Security | None = None
        self.server.opened(self.request)
        if self.front.tls is not None:
            # The handshake is made here, in the connection's own thread, so that a stuck client stops nobody else.
            plain = self.request
            plain.settimeout(_HANDSHAKE_SECONDS)
            try:
                self.request = self.front.tls.wrap_socket(plain, server_side=True)
            except BaseException:
                self.server.closed(plain)
                raise
            self.server.closed(plain)
            self.server.opened(self.request)
        super().setup()

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            # The last flush fails when the client has gone, and what is left open keeps the socket open.
            for stream in (self.wfile, self.rfile):
                with suppress(OSError, ValueError):
                    stream.close()
            self.request.close()
            self.server.closed(self.request)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing is printed: the request log is kept elsewhere."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.front.clock() if timestamp is None else timestamp)

    def version_string(self) -> str:
        return self.front.server_header

    def do_GET(self) -> None:
        self._page(405, "HTTP Error 405. The request method is not allowed.")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            self.close_connection = True
            return self._page(411, "HTTP Error 411. The request must have a content length.")
        if int(length) > self.front.request_bytes:
            self.close_connection = True
            return self._page(413, "HTTP Error 413. The request is too large.")
        body = self.rfile.read(int(length))
        if self.path.split("?")[0].rstrip("/").lower() != self.front.path.rstrip("/").lower():
            return self._page(404, "HTTP Error 404. The requested resource is not found.")
        if self.front.identify and self.headers.get("WSMANIDENTIFY") and soap.is_identify(body):
            return self._reply(200, soap.identify_response())
        token = self._sign_in()
        if token is None:
            return None
        if not body:
            # The empty request that sets up message encryption.
            return self._reply(200, headers=token)
        return self._answer(body, token)

    # -- sign-in

    def _sign_in(self) -> list[tuple[str, str]] | None:
        """Headers for the answer once the request is authenticated; None when a refusal has been sent."""
        scheme, _, blob = self.headers.get("Authorization", "").partition(" ")
        offered = scheme.lower() in (name.lower() for name in self.front.schemes)
        if offered and scheme.lower() == "basic":
            return self._basic(blob)
        if offered and self.front.acceptor is not None:
            return self._negotiate(scheme, blob)
        if not scheme and self.user:
            return []
        if scheme:
            self.front.sign_in_failed("", f"{scheme} is not offered")
        self._unauthorized()
        return None

    def _basic(self, blob: str) -> list[tuple[str, str]] | None:
        user, _, password = _basic_credentials(blob)
        if not user or not self.front.check_password(user, password):
            self.front.sign_in_failed(user, "wrong password")
            self._unauthorized()
            return None
        # Basic signs in a request; the next one brings its own.
        self._basic_user = account_of(user, self.front.accounts) or user
        return []

    def _negotiate(self, scheme: str, blob: str) -> list[tuple[str, str]] | None:
        acceptor = self.front.acceptor
        assert acceptor is not None
        if self.security is None:
            self.security = Security(acceptor)
        self.user = ""
        try:
            answer = self.security.step(base64.b64decode(blob))
        except (SignInRefused, binascii.Error) as error:
            self.security = None
            self.front.sign_in_failed("", str(error))
            self._unauthorized()
            return None
        header = [("WWW-Authenticate", f"{scheme} {base64.b64encode(answer).decode()}")] if answer else []
        if not self.security.complete:
            self._reply(401, headers=header)
            return None
        account = acceptor.account(self.security.principal)
        if account is None:
            self.front.sign_in_failed(self.security.principal, "no such account")
            self.security = None
            self._unauthorized()
            return None
        self.user = account
        return header

    def _unauthorized(self) -> None:
        offers = [("WWW-Authenticate", name) for name in self.front.schemes if name != "Basic"]
        if "Basic" in self.front.schemes:
            offers.append(("WWW-Authenticate", f'Basic realm="{self.server.server_name}"'))
        self._reply(401, headers=offers)

    # -- the envelope

    def _answer(self, body: bytes, token: list[tuple[str, str]]) -> None:
        sealed = self.headers.get("Content-Type", "").startswith("multipart/encrypted")
        user = self._basic_user or self.user
        self._basic_user = ""
        if sealed:
            try:
                body = self._decrypted(body)
            except Exception as error:
                # The wrong keys show as whatever the back end makes of them.
                self.front.sign_in_failed(user, f"message not decrypted: {type(error).__name__}")
                self.close_connection = True
                return self._reply(400)
        elif self.front.tls is None and not self.front.allow_unencrypted:
            self.front.sign_in_failed(user, "message not encrypted")
            self.close_connection = True
            return self._reply(400)
        answer = self.front.perform(user, body)
        content_type, out = soap.CONTENT_TYPE, answer.body
        if sealed and out and self.security is not None:
            out, content_type = self.security.encrypt(out)
        if answer.mishap is not None:
            return self._suffer(answer.mishap, answer.status, out, content_type)
        return self._reply(answer.status, out, content_type, token)

    def _decrypted(self, body: bytes) -> bytes:
        if self.security is None:
            raise ValueError("no keys")
        return self.security.decrypt(body)

    def _suffer(self, fault: Fault, status: int, body: bytes, content_type: str) -> None:
        """What a fault does to the connection."""
        if fault.effect == "status":
            return self._reply(fault.status, fault.body.encode(), "text/html", fault.headers.items())
        if fault.effect == "stall":
            self.front.stopping.wait(fault.seconds)
        if fault.effect == "drip":
            self._drip(status, body or b"<s:Envelope>" * 50, content_type, fault.seconds)
        self.close_connection = True
        _shut(self.connection)
        return None

    def _drip(self, status: int, body: bytes, content_type: str, seconds: float) -> None:
        """A byte a second, for so many seconds (0: to the end of the body)."""
        self._head(status, len(body), content_type, ())
        for sent, byte in enumerate(body):
            if (seconds and sent >= seconds) or self.front.stopping.wait(1.0 if sent else 0.0):
                return
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def _page(self, status: int, text: str) -> None:
        self._reply(status, _NO_HTML % (status, text.encode()), "text/html; charset=us-ascii")

    def _reply(
        self,
        status: int,
        body: bytes = b"",
        content_type: str = soap.CONTENT_TYPE,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._head(status, len(body), content_type, headers)
        self.wfile.write(body)
        self.wfile.flush()

    def _head(self, status: int, length: int, content_type: str, headers: Iterable[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in (*self.front.headers.items(), *headers):
            self.send_header(name, value)
        if length:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.end_headers()


def _basic_credentials(blob: str) -> tuple[str, str, str]:
    try:
        return base64.b64decode(blob).decode().partition(":")
    except ValueError:
        return "", "", ""


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
