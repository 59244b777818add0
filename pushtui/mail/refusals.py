"""What a mail server's refusal, or the lack of one, means (RFC 5321 4.2, enhanced codes of RFC 3463)."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
from typing import Literal, TypeAlias

from pushtui.base.errors import (
    AccessDenied,
    AnswerLost,
    PushtuiError,
    RequestRefused,
    Side,
    SignInRefused,
    Unreachable,
)
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.mail.settings import MailSettings

Step: TypeAlias = Literal["connect", "tls", "greeting", "sign-in", "sender", "recipient", "message"]

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


def refused(step: Step, code: int, text: str, settings: MailSettings) -> PushtuiError:
    """The meaning of a reply that is not the hoped-for one."""
    found = _ENHANCED.match(text)
    enhanced = f"{found[2]}.{found[3]}" if found else ""
    kind, word, what, cause, remedy = _meaning(step, code, enhanced, text, settings)
    return kind(
        f"mail.{word}",
        what,
        side=Side.MAIL,
        where=_where(settings, f"{code} {text}"),
        cause=cause,
        remedy=remedy,
        identifier=f"{code} {found[0]}" if found else str(code),
    )


_Meaning: TypeAlias = tuple[type[PushtuiError], str, str, str, str]


def _meaning(step: Step, code: int, enhanced: str, text: str, settings: MailSettings) -> _Meaning:
    if code == 530 or (enhanced in {"7.57", "7.0"} and step in {"sender", "recipient"}):
        return (
            AccessDenied,
            "sign-in-needed",
            _("The mail server wants a sign-in first"),
            _("This connector does not take mail from strangers"),
            _("Set user in the [mail] table, or use a connector that takes anonymous mail for its own domains"),
        )
    if step == "sign-in" and 500 <= code < 600:
        return _sign_in(code)
    if 400 <= code < 500:
        return (
            RequestRefused,
            "try-later",
            _("The mail server puts the message off"),
            _("It is busy, or greylists senders that it does not know yet: later it takes the same message"),
            _("Try again in five to fifteen minutes"),
        )
    if step == "sender":
        return (
            AccessDenied,
            "sender-refused",
            _("The mail server does not accept {sender} as the sender").format(sender=settings.sender),
            _("The signed-in account may not send as this address, or the address is not one of its domains"),
            _("Use the account's own address as sender"),
        )
    if step == "recipient":
        return _recipient(enhanced, text, settings)
    if step == "message":
        return (
            RequestRefused,
            "content-refused",
            _("The mail server refused the message itself"),
            _("A filter did not like it"),
            _("Look into the server's message tracking log or transport agents"),
        )
    return (
        RequestRefused,
        "server-refused",
        _("The mail server does not talk to this machine"),
        _("Its connector does not accept this address, or it is no mail server"),
        _("Check host and port in the [mail] table, and the connector's remote address ranges"),
    )


def _sign_in(code: int) -> _Meaning:
    if code in {534, 538}:
        return (
            SignInRefused,
            "sign-in-not-offered",
            _("The mail server does not take a sign-in in this way"),
            _("It wants encryption, or a stronger mechanism than a password"),
            _("Set security to starttls or tls, or use another connector"),
        )
    return (
        SignInRefused,
        "sign-in-refused",
        _("The mail server refused the sign-in"),
        _("The user name or the password is wrong, or the account may not use SMTP"),
        _("Check user in the [mail] table; Exchange expects the user principal name"),
    )


def _recipient(enhanced: str, text: str, settings: MailSettings) -> _Meaning:
    recipient = settings.recipient
    if enhanced == "7.54" or "relay" in text.lower():
        return (
            AccessDenied,
            "relay-denied",
            _("The mail server does not relay to {recipient}").format(recipient=recipient),
            _("The recipient's domain is not one of its accepted domains, and this connector does not relay"),
            _("Use the address of a mailbox in this organization, or sign in"),
        )
    if enhanced.startswith("1.") or not enhanced:
        return (
            RequestRefused,
            "recipient-unknown",
            _("The mail server does not know {recipient}").format(recipient=recipient),
            _("There is no mailbox with this address, or it was misspelt"),
            _("Check recipient in the [mail] table"),
        )
    if enhanced.startswith("2."):
        return (
            RequestRefused,
            "mailbox-closed",
            _("The mailbox of {recipient} takes no mail").format(recipient=recipient),
            _("It is full or disabled"),
            _("Use another mailbox"),
        )
    return (
        AccessDenied,
        "recipient-refused",
        _("The mail server does not accept mail for {recipient} from here").format(recipient=recipient),
        _("A restriction on the mailbox or on the connector forbids it"),
        _("Sign in, or use another mailbox"),
    )


def no_starttls(settings: MailSettings) -> PushtuiError:
    return Unreachable(
        "mail.no-starttls",
        _("The mail server does not offer encryption (STARTTLS)"),
        side=Side.MAIL,
        where=_where(settings),
        cause=_("The connector has no certificate, or something in between removes the offer"),
        remedy=_("Use a connector with TLS; with security = none, message and addresses go unencrypted"),
    )


def no_sign_in(settings: MailSettings, offered: list[str]) -> PushtuiError:
    return SignInRefused(
        "mail.sign-in-not-offered",
        _("The mail server offers no sign-in with a password"),
        side=Side.MAIL,
        where=_where(settings),
        cause=_("It offers: {mechanisms}").format(mechanisms=clean_line(" ".join(offered))[:200] or _("nothing")),
        remedy=_("Use a connector with basic authentication, or remove user from the [mail] table"),
    )


def answer_lost(settings: MailSettings, reason: str) -> AnswerLost:
    """The message went out whole and no reply came."""
    return AnswerLost(
        "mail.answer-lost",
        _("The message was handed over, but the server's reply was lost"),
        side=Side.MAIL,
        where=_where(settings),
        cause=reason,
        remedy=_("Look into the mailbox: the message may have arrived"),
    )


def timed_out(settings: MailSettings, step: Step) -> PushtuiError:
    hint = _("Port 465 wants security = tls, 25 and 587 want starttls") if step == "greeting" else ""
    return Unreachable(
        "mail.timeout",
        _("No connection to the mail server within the time limit")
        if step == "connect"
        else _("The mail server did not answer within the time limit"),
        side=Side.MAIL,
        where=_where(settings),
        cause=_("A firewall drops the packets, or the server is slow"),
        remedy=hint or _("Check host and port in the [mail] table, or raise its timeout"),
    )


def network_failure(error: Exception, settings: MailSettings, step: Step) -> PushtuiError:
    """What an exception of smtplib, ssl or a socket means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = clean_line(error.verify_message or str(error))
        return _unreachable(
            settings,
            "certificate-untrusted",
            _("The mail server's TLS certificate was not accepted: {reason}").format(reason=reason),
            _("It is self-signed, as Exchange's own is, or made for another name than {host}").format(
                host=settings.host
            ),
            _("Name its authority as ca_file in the [mail] table, and the server by a name in its certificate"),
        )
    if isinstance(error, ssl.SSLError):
        return _unreachable(
            settings,
            "tls",
            _("No TLS connection to the mail server: {reason}").format(reason=clean_line(error.reason or str(error))),
            _("This port does not start with TLS") if settings.security == "tls" else "",
            _("Port 465 wants security = tls, 25 and 587 want starttls"),
        )
    if isinstance(error, socket.gaierror):
        return _unreachable(settings, "name-unknown", _("The mail server's name could not be resolved"))
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return timed_out(settings, step)
    if isinstance(error, (smtplib.SMTPServerDisconnected, ConnectionResetError, BrokenPipeError, EOFError)):
        return _unreachable(
            settings,
            "dropped",
            _("The mail server ended the connection"),
            _("It does not accept this machine, or something in between closed it"),
        )
    if isinstance(error, OSError):
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return _unreachable(
            settings,
            "unreachable",
            _("No connection to the mail server: {reason}").format(reason=reason),
            _("Nothing listens there, or a firewall does not let it through"),
            _("Check host and port in the [mail] table"),
        )
    return _unreachable(
        settings, "unexpected", _("An unexpected error happened: {name}").format(name=type(error).__name__)
    )


def _unreachable(settings: MailSettings, word: str, what: str, cause: str = "", remedy: str = "") -> Unreachable:
    return Unreachable(f"mail.{word}", what, side=Side.MAIL, where=_where(settings), cause=cause, remedy=remedy)


def _where(settings: MailSettings, reply: str = "") -> str:
    place = f"{settings.host}:{settings.port}"
    return f"{place}: {reply}" if reply else place
