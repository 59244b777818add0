"""One SMTP conversation (RFC 5321) that can be cancelled and whose every step has a wall-clock limit.

smtplib blocks and its own time-out starts again with each byte, so it talks in a daemon thread while the caller
watches, and cuts the connection when it has waited enough.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import field
from typing import Literal, TypeAlias

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.mail import refusals
from pushtui.mail.refusals import Step
from pushtui.mail.settings import MailSettings

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 1.0  # so that smtplib's own time-out, which knows more, is told first


@frozen
class StreamLine:
    """One line for the log: already cleaned, without secrets."""

    kind: Literal["command", "output", "verbose", "warning", "error", "progress"]
    text: str


Listen: TypeAlias = Callable[[StreamLine], None]


@frozen
class Parcel:
    """What is to be delivered, and how."""

    settings: MailSettings
    password: Secret | None
    context: ssl.SSLContext | None
    content: bytes = field(repr=False)


class _Line:
    """What the talking and the watching thread share."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.outcome: str | PushtuiError = ""
        self.handed_over = False
        """Whether the whole message was sent, so that the server may have taken it."""
        self._socket: socket.socket | None = None
        self._cut = False
        self.begin("connect")

    def begin(self, step: Step) -> None:
        self.step = step
        self.since = time.monotonic()

    def hold(self, connection: socket.socket) -> None:
        self._socket = connection
        if self._cut:
            self.cut()

    def cut(self) -> None:
        """End the connection under the talking thread, which then ends by itself."""
        self._cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def deliver(parcel: Parcel, cancellation: Cancellation, listen: Listen) -> str:
    """Hand the message over; the server's last reply. Raises the `PushtuiError` family, and holds nothing back."""
    return _converse(parcel, cancellation, listen, _Talk.run)


def greet(parcel: Parcel, cancellation: Cancellation, listen: Listen) -> str:
    """Greet, start TLS where that is set, and leave; what the server says it is. Neither sender nor message is told."""
    return _converse(parcel, cancellation, listen, _Talk.visit)


def _converse(parcel: Parcel, cancellation: Cancellation, listen: Listen, talk: Callable[[_Talk], str]) -> str:
    line = _Line()
    threading.Thread(target=_talk, args=(parcel, line, listen, talk), name="pushtui-mail", daemon=True).start()
    limit = parcel.settings.timeout + _GRACE_SECONDS
    while not line.done.wait(_POLL_SECONDS):
        late = time.monotonic() - line.since > limit
        if cancellation.requested or late:
            line.cut()
            line.outcome = _given_up(line, parcel.settings, late=late)
            break
    if isinstance(line.outcome, PushtuiError):
        raise line.outcome
    return line.outcome


def _given_up(line: _Line, settings: MailSettings, *, late: bool) -> PushtuiError:
    if line.handed_over:
        reason = _("No reply within the time limit") if late else _("It was cancelled before the reply came")
        return refusals.answer_lost(settings, reason)
    return refusals.timed_out(settings, line.step) if late else Cancelled()


def _talk(parcel: Parcel, line: _Line, listen: Listen, talk: Callable[[_Talk], str]) -> None:
    """The whole conversation; leaves a reply or an error as a value, because frames here hold the password."""
    outcome: str | PushtuiError
    try:
        outcome = talk(_Talk(parcel, line, listen))
    except PushtuiError as error:
        error.__traceback__ = error.__cause__ = error.__context__ = None
        outcome = error
    except smtplib.SMTPResponseException as error:  # the greeting and STARTTLS
        outcome = refusals.refused(line.step, error.smtp_code, _text(error.smtp_error), parcel.settings)
    except Exception as error:  # whatever smtplib, ssl or a socket raises is translated
        failure = refusals.network_failure(error, parcel.settings, line.step)
        outcome = refusals.answer_lost(parcel.settings, failure.what) if line.handed_over else failure
    if not line.done.is_set() and not line.outcome:
        line.outcome = outcome
    line.done.set()


class _Client(smtplib.SMTP):
    """smtplib's client with a socket that can be cut from outside from its first moment."""

    def __init__(self, parcel: Parcel, line: _Line) -> None:
        self._line = line
        self._context = parcel.context if parcel.settings.security == "tls" else None
        settings = parcel.settings
        super().__init__(settings.host, settings.port, local_hostname="localhost", timeout=settings.timeout)
        if self.sock is not None:
            self.local_hostname = _literal(self.sock)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = socket.create_connection((host, port), timeout)
        self._line.hold(connection)
        if self._context is not None:
            self._line.begin("tls")
            connection = self._context.wrap_socket(connection, server_hostname=host)
            self._line.hold(connection)
        self._line.begin("greeting")
        return connection


class _Talk:
    """The conversation, step by step."""

    def __init__(self, parcel: Parcel, line: _Line, listen: Listen) -> None:
        self._parcel = parcel
        self._settings = parcel.settings
        self._line = line
        self._listen = listen

    def run(self) -> str:
        settings = self._settings
        with contextlib.closing(self._connect()) as client:
            self._greet(client)
            self._sign_in(client)
            self._step("sender", client, f"MAIL FROM:<{settings.sender}>", 250)
            self._step("recipient", client, f"RCPT TO:<{settings.recipient}>", 250, 251)
            reply = self._hand_over(client)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.docmd("QUIT")
        return reply

    def visit(self) -> str:
        """Only the greeting, TLS included."""
        with contextlib.closing(self._connect()) as client:
            self._greet(client)
            greeting = _text(client.ehlo_resp or b"").split(" ")[0]
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.docmd("QUIT")
        return greeting

    def _connect(self) -> _Client:
        settings = self._settings
        self._say("command", f"connect to {settings.host}:{settings.port} ({settings.security})")
        return _Client(self._parcel, self._line)

    def _greet(self, client: _Client) -> None:
        self._hello(client)
        if self._settings.security != "starttls":
            return
        if not client.has_extn("starttls"):
            raise refusals.no_starttls(self._settings)
        self._line.begin("tls")
        self._say("command", "STARTTLS")
        client.starttls(context=self._parcel.context)
        if client.sock is not None:
            self._line.hold(client.sock)
        self._hello(client)

    def _hello(self, client: _Client) -> None:
        self._line.begin("greeting")
        self._say("command", f"EHLO {client.local_hostname}")
        self._reply("greeting", *client.ehlo(), 250)

    def _sign_in(self, client: _Client) -> None:
        """AUTH PLAIN or LOGIN (RFC 4954), once: smtplib would try a wrong password with each, and lock accounts out."""
        password = self._parcel.password
        if password is None:
            return
        self._line.begin("sign-in")
        offered = client.esmtp_features.get("auth", "").upper().split()
        user = self._settings.user
        if "PLAIN" in offered:
            self._say("command", f"AUTH PLAIN ({clean_line(user)})")
            code, text = client.docmd("AUTH PLAIN", _encoded(f"\0{user}\0{password.reveal()}"))
        elif "LOGIN" in offered:
            self._say("command", f"AUTH LOGIN ({clean_line(user)})")
            code, text = client.docmd("AUTH LOGIN", _encoded(user))
            if code == 334:
                code, text = client.docmd(_encoded(password.reveal()))
        else:
            raise refusals.no_sign_in(self._settings, offered)
        self._reply("sign-in", code, text, 235)

    def _hand_over(self, client: _Client) -> str:
        self._step("message", client, "DATA", 354)
        self._line.handed_over = True
        client.send(re.sub(rb"(?m)^\.", b"..", self._parcel.content) + b".\r\n")
        code, text = client.getreply()
        self._line.handed_over = False
        return self._reply("message", code, text, 250)

    def _step(self, step: Step, client: _Client, command: str, *good: int) -> str:
        self._line.begin(step)
        self._say("command", command)
        return self._reply(step, *client.docmd(command), *good)

    def _reply(self, step: Step, code: int, text: bytes, *good: int) -> str:
        """The reply as text, if it is one of the good ones; raises what the refusal means."""
        reply = f"{code} {_text(text)}"
        self._say("output", reply)
        if code not in good:
            raise refusals.refused(step, code, _text(text), self._settings)
        return reply

    def _say(self, kind: Literal["command", "output"], text: str) -> None:
        self._listen(StreamLine(kind, text))


def _text(reply: bytes | str) -> str:
    return clean_line(reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:400]


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _literal(connection: socket.socket) -> str:
    """Our address for EHLO (RFC 5321 4.1.3): a host name would need a look-up that can hang, and tell the machine's."""
    address = str(connection.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
