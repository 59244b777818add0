"""A mail server for the test message: STARTTLS, sign-in, and the refusals that Exchange gives."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
from dataclasses import asdict
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as default_policy
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pushtui.base.values import frozen
from pushtui.lab.faults import Fault, Faults
from pushtui.lab.loop import LoopThread
from pushtui.lab.requests import RequestLog


@frozen
class Message:
    """A message that was accepted."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    encrypted: bool
    at: str


class MailServer:
    """An SMTP server on 127.0.0.1 that keeps what it accepts."""

    def __init__(
        self,
        recipients: tuple[str, ...],
        *,
        user: str,
        password: str,
        context: ssl.SSLContext | None,
        authentication: bool,
        requests: RequestLog,
        faults: Faults,
    ) -> None:
        self._recipients = frozenset(address.lower() for address in recipients)
        self._domains = frozenset(address.rpartition("@")[2] for address in self._recipients)
        self._user, self._password = user, password
        self._context = context
        self._authentication = authentication
        self._requests, self._faults = requests, faults
        self._messages: list[Message] = []
        self._sessions: set[SMTP] = set()
        self._loop: LoopThread | None = None
        self._server: asyncio.Server | None = None
        self._port = 0

    def start(self) -> None:
        self._loop = LoopThread("lab-mail")
        self._loop.run(self._start())

    async def _start(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self._port = listening.getsockname()[1]
        self._server = await asyncio.get_running_loop().create_server(self._session, sock=listening)

    def _session(self) -> SMTP:
        session = SMTP(
            self,
            hostname="mail.lab.example",
            ident="Microsoft ESMTP MAIL Service ready",
            tls_context=self._context,
            require_starttls=self._context is not None,
            auth_required=self._authentication,
            auth_require_tls=self._context is not None,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
            timeout=60,
        )
        self._sessions.add(session)
        return session

    @property
    def port(self) -> int:
        return self._port

    def messages(self) -> list[dict[str, Any]]:
        """What was accepted, as JSON values."""
        return [asdict(message) for message in list(self._messages)]

    def clear(self) -> None:
        self._messages.clear()

    def stop(self) -> None:
        """End everything; idempotent."""
        if self._loop is None:
            return
        self._loop.run(self._stop())
        self._loop.stop()
        self._loop = None

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()

    # --- aiosmtpd's hooks

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        del envelope
        known = secrets.compare_digest(data.login.lower(), self._user.lower().encode())
        right = secrets.compare_digest(data.password, self._password.encode())
        fault = self._faults.take("mail", f"AUTH {mechanism}")
        if fault is not None and fault.effect in ("cut", "cut-after", "stall") and server.transport is not None:
            server.transport.abort()
        if fault is not None and fault.effect in ("refuse", "status"):
            self._log(session, f"AUTH {mechanism}", fault.code or "454")
            refusal = f"{fault.code or '454'} {fault.message or '4.7.0 Temporary authentication failure'}"
            return AuthResult(success=False, handled=False, message=refusal)
        self._log(session, f"AUTH {mechanism}", "235" if known and right else "535")
        if known and right:
            session.authenticated_as = self._user
            return AuthResult(success=True, auth_data=data)
        return AuthResult(success=False, handled=False, message="535 5.7.3 Authentication unsuccessful")

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        del envelope
        session.host_name = hostname
        refusal = await self._suffer(server, self._faults.take("mail", f"EHLO {hostname}"))
        return [refusal] if refusal else responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._suffer(server, self._faults.take("mail", f"MAIL FROM:<{address}>"))
        if not refusal and self._authentication and address.lower() != self._user.lower():
            refusal = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
        if not refusal:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self._answer(session, f"MAIL FROM:<{address}>", refusal or "250 2.1.0 Sender OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._suffer(server, self._faults.take("mail", f"RCPT TO:<{address}>"))
        if not refusal and address.lower() not in self._recipients:
            local = address.rpartition("@")[2].lower() in self._domains
            refusal = (
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
                if local
                else "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"
            )
        if not refusal:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return self._answer(session, f"RCPT TO:<{address}>", refusal or "250 2.1.5 Recipient OK")

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        fault = self._faults.take("mail", "DATA")
        refusal = await self._suffer(server, fault)
        if refusal:
            return self._answer(session, "DATA", refusal)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=default_policy)
        self._messages.append(
            Message(
                str(envelope.mail_from),
                tuple(envelope.rcpt_tos),
                str(message["Subject"] or ""),
                str(message["Message-ID"] or ""),
                session.ssl is not None,
                datetime.now(UTC).isoformat(),
            )
        )
        if fault is not None and fault.effect == "hold":
            await self._faults.hold_in_loop(fault)
        if fault is not None and fault.effect in ("cut-after", "hold") and server.transport is not None:
            server.transport.abort()
        identifier = f"<{secrets.token_hex(8)}@mail.lab.example>"
        return self._answer(session, "DATA", f"250 2.6.0 {identifier} Queued mail for delivery")

    async def _suffer(self, server: SMTP, fault: Fault | None) -> str:
        """A refusal to answer with, or nothing. The reply to what was cut is never seen."""
        if fault is None:
            return ""
        if fault.effect in ("refuse", "status"):
            return f"{fault.code or '451'} {fault.message or '4.3.2 Please try again later'}"
        if fault.effect in ("stall", "delay", "drip"):
            await asyncio.sleep(fault.seconds)
        if fault.effect in ("cut", "stall") and server.transport is not None:
            server.transport.abort()
            return "421 4.3.2 The lab cut this connection"
        return ""

    def _answer(self, session: Session, name: str, reply: str) -> str:
        self._log(session, name, reply.partition(" ")[0], reply)
        return reply

    def _log(self, session: Session, name: str, status: str, detail: str = "") -> None:
        account = str(getattr(session, "authenticated_as", ""))
        self._requests.add("mail", name, write=False, account=account, status=status, detail=detail)
