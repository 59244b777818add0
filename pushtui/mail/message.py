"""The test message of the procedure's other verification: one plain message to a mailbox, and why it was refused."""

from __future__ import annotations

import ipaddress
import re
import ssl
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock, SystemClock
from pushtui.base.errors import FileProblem, Side, SignInRefused, UsageError
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.mail.conversation import Listen, Parcel, deliver, greet
from pushtui.mail.settings import MailSettings

# RFC 5321 4.1.2 without quoted local parts and address literals: nothing in it can end a header or a command.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")


@frozen
class _Letter:
    identifier: str
    subject: str
    content: bytes


def send_test_message(
    settings: MailSettings,
    password: Secret | None,
    cancellation: Cancellation,
    listen: Listen,
    *,
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Send one message and return ``reply``, ``message_id`` and ``subject``; blocks, so call it on a worker thread.

    Raises the `PushtuiError` family only: `UsageError` for settings that cannot work, before anything is sent;
    `Unreachable`, `SignInRefused`, `AccessDenied` and `RequestRefused` for what the server says; `AnswerLost` where the
    message was handed over and the answer never came; `Cancelled`. Every step ends within `settings.timeout`.
    """
    _check(settings, password)
    letter = _letter(settings, clock or SystemClock())
    parcel = Parcel(settings, password if settings.user else None, _context(settings), letter.content)
    reply = deliver(parcel, cancellation, listen)
    return {"reply": reply, "message_id": letter.identifier, "subject": letter.subject}


def greet_server(settings: MailSettings, cancellation: Cancellation, listen: Listen) -> str:
    """Connect, greet, start TLS where that is set, and leave: the name that the server gives itself. Sends no message.

    Blocks, and raises as :func:`send_test_message`.
    """
    _check_addresses(settings)
    return greet(Parcel(settings, None, _context(settings), b""), cancellation, listen)


def _check(settings: MailSettings, password: Secret | None) -> None:
    _check_addresses(settings)
    if settings.user and not password:
        raise SignInRefused(
            "mail.password-missing",
            _("No password was given for {user}").format(user=clean_line(settings.user)),
            side=Side.MAIL,
            where=settings.host,
        )
    if settings.user and settings.security == "none" and not _is_loopback(settings.host):
        raise UsageError(
            "mail.password-in-clear",
            _("The password would go to {host} unencrypted").format(host=settings.host),
            remedy=_("Set security to starttls or tls in the [mail] table, or remove user"),
        )


def _check_addresses(settings: MailSettings) -> None:
    if not _HOST.fullmatch(settings.host) or not 0 < settings.port < 65536:
        raise UsageError(
            "mail.host",
            _("[mail] host and port name no mail server"),
            where=clean_line(f"{settings.host}:{settings.port}"),
        )
    for key in ("sender", "recipient"):
        address = getattr(settings, key)
        if not _ADDRESS.fullmatch(address) or len(address) > 254:
            raise UsageError(
                "mail.address",
                _("[mail] {key} is not a mail address: “{address}”").format(key=key, address=clean_line(address)[:254]),
                cause=_("It must look like name@fabrikam.com, in plain letters and on one line"),
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _context(settings: MailSettings) -> ssl.SSLContext | None:
    """What is trusted: the machine's own store, or only the authorities of ``ca_file``."""
    if settings.security == "none":
        return None
    if not settings.ca_file:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except ssl.SSLError:
        reason = _("it holds no certificate in PEM form")
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise FileProblem(
        "mail.ca-file",
        _("The certificate authorities of the [mail] table could not be read: {reason}").format(reason=reason),
        where=clean_line(settings.ca_file),
    )


def _letter(settings: MailSettings, clock: Clock) -> _Letter:
    """A plain message that is easy to recognize and that no auto-reply answers (RFC 3834)."""
    now = clock.now()
    identifier = f"<{uuid.uuid4()}@{settings.sender.rpartition('@')[2]}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.sender
    message["To"] = settings.recipient
    message["Subject"] = subject = f"pushtui test message, {now:%Y-%m-%d %H:%M:%S} UTC"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identifier
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        _("pushtui sent this message to test push notifications. It needs no answer and can be deleted.") + "\n"
    )
    return _Letter(identifier, subject, message.as_bytes())
