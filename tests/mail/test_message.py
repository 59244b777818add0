"""The test message: what goes out, and what a refusal says."""

from __future__ import annotations

import base64
import contextlib
import gc
import smtplib
import socket
import ssl
import threading
import types
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import (
    AccessDenied,
    AnswerLost,
    Cancelled,
    FileProblem,
    PushtuiError,
    RequestRefused,
    SignInRefused,
    Unreachable,
    UsageError,
)
from pushtui.base.secret import Secret
from pushtui.lab.faults import Fault, Faults
from pushtui.lab.pki import Authority, server_context
from pushtui.lab.requests import RequestLog
from pushtui.lab.smtp import MailServer
from pushtui.mail.message import greet_server, send_test_message
from pushtui.mail.settings import MailSettings

CANARY = "CANARY-pass-word"
GOOD = {
    "CONNECT": "220 mail.example ESMTP",
    "EHLO": "250-mail.example\r\n250-STARTTLS\r\n250 AUTH LOGIN PLAIN",
    "STARTTLS": "220 2.0.0 ready",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "DATA": "354 go ahead",
    ".": "250 2.6.0 queued as 1",
    "QUIT": "221 bye",
}
CUT, STALL = "cut", "stall"


class Script:
    """An SMTP server that answers each verb as the test says; `cut` ends the connection, `stall` says nothing."""

    def __init__(self, context: ssl.SSLContext, *, tls: bool = False) -> None:
        self.replies = dict(GOOD)
        self.heard: list[str] = []
        self.content = b""
        self.stalling = threading.Event()
        self._context = context
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
                connection = closing.enter_context(self._listening.accept()[0])
                if self._tls:
                    connection = closing.enter_context(self._context.wrap_socket(connection, server_side=True))
                self._converse(connection, closing)

    def _converse(self, connection: socket.socket, closing: contextlib.ExitStack) -> None:
        file = closing.enter_context(connection.makefile("rb"))
        if not self._answer(connection, "CONNECT"):
            return
        while line := file.readline():
            self.heard.append(line.decode("latin-1").strip())
            verb = self.heard[-1].partition(" ")[0].upper()
            if not self._answer(connection, verb):
                return
            if verb == "STARTTLS" and self.replies[verb].startswith("220"):
                connection = closing.enter_context(self._context.wrap_socket(connection, server_side=True))
                file = closing.enter_context(connection.makefile("rb"))
            if verb == "DATA" and self.replies[verb].startswith("354"):
                self.content = _message(file)
                if not self._answer(connection, "."):
                    return

    def _answer(self, connection: socket.socket, verb: str) -> bool:
        reply = self.replies.get(verb, "500 5.5.2 unknown")
        if reply == STALL:
            self.stalling.set()
            self._ended.wait(30)
        if reply in (CUT, STALL):
            return False
        connection.sendall(reply.encode() + b"\r\n")
        return True


def _message(file: Any) -> bytes:
    lines: list[bytes] = []
    while (line := file.readline()) not in (b".\r\n", b""):
        lines.append(line)
    return b"".join(lines)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture
def ca_file(authority, tmp_path) -> str:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.ca_pem)
    return str(file)


@pytest.fixture
def script(authority):
    running = Script(server_context(authority.issue(["127.0.0.1", "localhost"])))
    yield running
    running.stop()


@pytest.fixture
def settings(script, ca_file) -> MailSettings:
    return MailSettings(
        host="127.0.0.1",
        port=script.port,
        user="admin@lab.example",
        sender="admin@lab.example",
        recipient="user@lab.example",
        ca_file=ca_file,
        timeout=5.0,
    )


def send(settings: MailSettings, password: str = CANARY, **more: Any) -> dict[str, Any]:
    lines = more.pop("lines", [])
    cancellation = more.pop("cancellation", Cancellation())
    return send_test_message(settings, Secret(password) if password else None, cancellation, lines.append, **more)


def refused(settings: MailSettings, password: str = CANARY, **more: Any) -> PushtuiError:
    with pytest.raises(PushtuiError) as raised:
        send(settings, password, **more)
    return raised.value


# --- what goes out -------------------------------------------------------------------------------------------------


class At:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, 6, 5, 4, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


def test_one_plain_recognizable_message_goes_out(script, settings):
    lines: list[Any] = []
    result = send(settings, lines=lines, clock=At())
    message = message_from_bytes(script.content, policy=default)
    assert message["Subject"] == result["subject"] == "pushtui test message, 2026-11-22 06:05:04 UTC"
    assert (message["From"], message["To"]) == ("admin@lab.example", "user@lab.example")
    assert message["Message-ID"] == result["message_id"]
    assert result["message_id"].endswith("@lab.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].startswith("Sun, 22 Nov 2026 06:05:04")
    assert message.get_content_type() == "text/plain"
    assert "needs no answer" in message.get_content()
    assert result["reply"] == "250 2.6.0 queued as 1"
    assert "RCPT TO:<user@lab.example>" in [line.text for line in lines]


def test_the_password_travels_only_after_starttls_and_only_once(script, settings):
    lines: list[Any] = []
    send(settings, lines=lines)
    verbs = [line.partition(" ")[0].upper() for line in script.heard]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
    sent = base64.b64decode(script.heard[3].split()[2]).decode()
    assert sent == f"\0admin@lab.example\0{CANARY}"
    assert CANARY not in str(lines)
    assert script.heard[3].split()[2] not in str(lines)


def test_a_greeting_starts_tls_and_tells_no_sender_no_message_and_no_password(script, settings):
    assert greet_server(settings, Cancellation(), lambda line: None)
    verbs = [line.partition(" ")[0].upper() for line in script.heard]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "QUIT"]


def test_a_greeting_needs_addresses_that_can_be_sent_to_and_no_password(settings):
    with pytest.raises(PushtuiError) as raised:
        greet_server(replace(settings, recipient="nobody"), Cancellation(), lambda line: None)
    assert raised.value.code == "mail.address"


def test_no_name_of_this_machine_is_told(script, settings):
    send(settings)
    assert script.heard[0].upper() == "EHLO [127.0.0.1]"
    assert socket.gethostname().encode() not in script.content


def test_a_password_in_any_language_signs_in_with_login(script, settings):
    replies = iter(["334 VXNlcm5hbWU6"])
    script.replies["EHLO"] = "250-mail.example\r\n250-STARTTLS\r\n250 AUTH NTLM LOGIN"
    script.replies["AUTH"] = next(replies)
    word = base64.b64encode("pässwörd".encode()).decode()
    script.replies[word.upper()] = "235 2.7.0 welcome"
    send(settings, "pässwörd")
    assert script.heard[3] == "AUTH LOGIN " + base64.b64encode(b"admin@lab.example").decode()
    assert script.heard[4] == word


def test_tls_from_the_first_byte(authority, settings):
    running = Script(server_context(authority.issue(["127.0.0.1"])), tls=True)
    try:
        assert send(replace(settings, security="tls", port=running.port))["reply"].startswith("250")
        assert "STARTTLS" not in running.heard
    finally:
        running.stop()


def test_without_a_user_nobody_signs_in(script, settings):
    send(replace(settings, user=""), "")
    assert not any(line.startswith("AUTH") for line in script.heard)


# --- what is refused before anything is sent -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example\r\nRCPT TO:<x@evil.example>",
        "a@b.example\nBcc: x@evil.example",
        "a@b.example\r",
        "<a@b.example>",
        "a b@c.example",
        "a@b.example> SIZE=1",
        "a@localhost",
        "@b.example",
        "a@",
        "",
        "ä@b.example",
        "a@bücher.example",
        "a" * 65 + "@b.example",
    ],
)
@pytest.mark.parametrize("key", ["sender", "recipient"])
def test_what_is_no_address_is_refused(script, settings, key, address):
    error = refused(replace(settings, **{key: address}))
    assert isinstance(error, UsageError)
    assert (error.code, key in error.what) == ("mail.address", True)
    assert "\n" not in str(error)
    assert "\r" not in str(error)
    assert script.heard == []


@given(st.text(max_size=80), st.sampled_from(["sender", "recipient"]))
def test_no_address_can_smuggle_a_line(text, key):
    addresses = {"sender": "a@b.example", "recipient": "c@d.example"} | {key: f"a{text}@b.example"}
    settings = MailSettings(host="127.0.0.1", port=1, security="none", timeout=1.0, **addresses)
    error = refused(settings, "")
    if any(character in text for character in "\r\n\0 <>\u2028\u0085"):
        assert error.code == "mail.address"
    assert error.code in {"mail.address", "mail.unreachable"}


@pytest.mark.parametrize(("host", "port"), [("", 25), ("a b", 25), ("h\r\nx", 25), ("h", 0), ("h", 70000)])
def test_a_server_that_is_none_is_refused(settings, host, port):
    assert refused(replace(settings, host=host, port=port)).code == "mail.host"


def test_a_password_never_goes_out_in_clear(settings):
    error = refused(replace(settings, host="mail.example", security="none"))
    assert isinstance(error, UsageError)
    assert error.code == "mail.password-in-clear"


def test_a_missing_password_is_told(settings):
    assert refused(settings, "").code == "mail.password-missing"


@pytest.mark.parametrize("content", [None, b"not PEM"])
def test_a_ca_file_that_cannot_be_used_is_named(settings, tmp_path, content):
    file = tmp_path / "other.pem"
    if content is not None:
        file.write_bytes(content)
    error = refused(replace(settings, ca_file=str(file)))
    assert isinstance(error, FileProblem)
    assert str(file) in error.where


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "reply", "kind", "word"),
    [
        ("CONNECT", "554 5.7.1 no service for you", RequestRefused, "server-refused"),
        ("CONNECT", "421 4.3.2 service not available", RequestRefused, "try-later"),
        ("EHLO", "501 5.5.4 bad name", RequestRefused, "server-refused"),
        ("STARTTLS", "454 4.7.0 TLS not available", RequestRefused, "try-later"),
        ("AUTH", "535 5.7.3 Authentication unsuccessful", SignInRefused, "sign-in-refused"),
        ("AUTH", "534 5.7.9 mechanism too weak", SignInRefused, "sign-in-not-offered"),
        ("AUTH", "454 4.7.0 temporary authentication failure", RequestRefused, "try-later"),
        ("MAIL", "530 5.7.57 Client not authenticated to send mail", AccessDenied, "sign-in-needed"),
        ("MAIL", "550 5.7.60 Client does not have permissions to send as this sender", AccessDenied, "sender-refused"),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", AccessDenied, "relay-denied"),
        ("RCPT", "554 5.7.1 <x@y>: Relay access denied", AccessDenied, "relay-denied"),
        ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", RequestRefused, "recipient-unknown"),
        ("RCPT", "550 5.1.1 User unknown", RequestRefused, "recipient-unknown"),
        ("RCPT", "550 no such user", RequestRefused, "recipient-unknown"),
        ("RCPT", "552 5.2.2 mailbox full", RequestRefused, "mailbox-closed"),
        ("RCPT", "550 5.7.133 sender not authenticated for group", AccessDenied, "recipient-refused"),
        ("RCPT", "451 4.7.1 Greylisted, please try again", RequestRefused, "try-later"),
        ("RCPT", "450 4.2.0 try later", RequestRefused, "try-later"),
        ("DATA", "554 5.6.0 no", RequestRefused, "content-refused"),
        (".", "550 5.7.1 spam", RequestRefused, "content-refused"),
        (".", "452 4.3.1 Insufficient system resources", RequestRefused, "try-later"),
    ],
)
def test_each_refusal_is_explained(script, settings, verb, reply, kind, word):
    script.replies[verb] = reply
    error = refused(settings)
    assert (type(error), error.code) == (kind, f"mail.{word}")
    assert reply.split(" ", 1)[1] in error.where
    assert error.identifier.startswith(reply[:3])
    assert error.cause
    assert error.remedy


def test_a_wrong_password_is_tried_once(script, settings):
    script.replies["AUTH"] = "535 5.7.8 no"
    refused(settings)
    assert sum(line.startswith("AUTH") for line in script.heard) == 1


def test_a_server_without_starttls_gets_no_password(script, settings):
    script.replies["EHLO"] = "250-mail.example\r\n250 AUTH PLAIN"
    assert refused(settings).code == "mail.no-starttls"
    assert not any(line.startswith("AUTH") for line in script.heard)


def test_a_server_without_passwords_is_told(script, settings):
    script.replies["EHLO"] = "250-mail.example\r\n250-STARTTLS\r\n250 AUTH GSSAPI NTLM"
    error = refused(settings)
    assert error.code == "mail.sign-in-not-offered"
    assert "NTLM" in error.cause


def test_text_of_the_server_cannot_act_on_the_terminal(script, settings):
    script.replies["RCPT"] = "550 5.1.1 evil \x1b[2J\u202e"
    lines: list[Any] = []
    error = refused(settings, lines=lines)
    assert "\x1b" not in str(error) + str([line.text for line in lines])


# --- the network ---------------------------------------------------------------------------------------------------


def test_an_unknown_authority_is_not_trusted(settings):
    error = refused(replace(settings, ca_file=""))
    assert error.code == "mail.certificate-untrusted"
    assert "ca_file" in error.remedy


def test_a_certificate_for_another_name_is_not_trusted(authority, settings):
    running = Script(server_context(authority.issue(["other.example"])))
    try:
        assert "mismatch" in refused(replace(settings, port=running.port)).what
    finally:
        running.stop()


def test_tls_on_a_port_that_does_not_start_with_it_is_told(settings):
    error = refused(replace(settings, security="tls"))
    assert error.code == "mail.tls"
    assert "starttls" in error.remedy


def test_a_closed_port_is_told(settings):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    error = refused(replace(settings, port=port))
    assert isinstance(error, Unreachable)
    assert "refused" in error.what


def test_an_unknown_name_is_told(settings):
    assert refused(replace(settings, host="mail.invalid")).code == "mail.name-unknown"


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_cut_before_the_message_is_no_more_than_that(script, settings, verb):
    script.replies[verb] = CUT
    assert refused(settings).code == "mail.dropped"


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "AUTH", "RCPT"])
def test_a_stall_ends_in_time(script, settings, verb):
    script.replies[verb] = STALL
    assert refused(replace(settings, timeout=0.2)).code == "mail.timeout"


@pytest.mark.parametrize("effect", [CUT, STALL])
def test_a_message_without_a_reply_may_have_arrived(script, settings, effect):
    script.replies["."] = effect
    error = refused(replace(settings, timeout=0.2 if effect == STALL else 5.0))
    assert isinstance(error, AnswerLost)
    assert script.content


@pytest.mark.parametrize(("verb", "kind"), [("CONNECT", Cancelled), ("RCPT", Cancelled), (".", AnswerLost)])
def test_a_stall_is_cancelled_at_once(script, settings, verb, kind):
    script.replies[verb] = STALL
    cancellation = Cancellation()
    threading.Thread(target=lambda: (script.stalling.wait(10), cancellation.cancel())).start()
    assert type(refused(replace(settings, timeout=60.0), cancellation=cancellation)) is kind


@pytest.mark.parametrize("verb", ["AUTH", "MAIL", "."])
@pytest.mark.parametrize("effect", ["550 5.7.1 no", CUT])
def test_no_password_hangs_on_an_error(script, settings, verb, effect):
    script.replies[verb] = effect
    error = refused(settings)
    encoded = base64.b64encode(f"\0admin@lab.example\0{CANARY}".encode()).decode()
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not {CANARY, encoded} & texts_from(error)


def texts_from(error: BaseException) -> set[str]:
    """Every text that can be reached from an error and from the frames of the program in its traceback."""
    found: set[str] = set()
    seen: set[int] = set()
    queue: list[Any] = [error]
    trace = error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).name == "conversation.py":
            queue.extend(value for value in trace.tb_frame.f_locals.values() if not hasattr(value, "password"))
        trace = trace.tb_next
    stops = (types.ModuleType, type, types.FunctionType, types.FrameType, types.TracebackType, smtplib.SMTP)
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(item, stops):
            continue
        seen.add(id(item))
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, Secret):
            found.add(item.reveal())
        else:
            queue.extend(gc.get_referents(item))
    return found


# --- the lab's mail server -----------------------------------------------------------------------------------------


@pytest.fixture
def lab(authority, ca_file):
    faults = Faults()
    server = MailServer(
        ("user@lab.example",),
        user="admin@lab.example",
        password=CANARY,
        context=server_context(authority.issue(["127.0.0.1"])),
        authentication=True,
        requests=RequestLog(),
        faults=faults,
    )
    server.start()
    settings = MailSettings(
        host="127.0.0.1",
        port=server.port,
        user="admin@lab.example",
        sender="admin@lab.example",
        recipient="user@lab.example",
        ca_file=ca_file,
        timeout=10.0,
    )
    yield server, settings, faults
    server.stop()


def test_the_labs_server_takes_the_message(lab):
    server, settings, _faults = lab
    result = send(settings)
    (message,) = server.messages()
    assert message["message_id"] == result["message_id"]
    assert message["subject"] == result["subject"]
    assert message["encrypted"] is True


@pytest.mark.parametrize(
    ("changes", "password", "word"),
    [
        ({}, "wrong", "sign-in-refused"),
        ({"recipient": "nobody@lab.example"}, CANARY, "recipient-unknown"),
        ({"recipient": "a@elsewhere.example"}, CANARY, "relay-denied"),
        ({"sender": "other@lab.example"}, CANARY, "sender-refused"),
        ({"user": ""}, "", "sign-in-needed"),
    ],
)
def test_the_labs_refusals_are_explained(lab, changes, password, word):
    _server, settings, _faults = lab
    assert refused(replace(settings, **changes), password).code == f"mail.{word}"


@pytest.mark.parametrize(
    ("fault", "word"),
    [(Fault("RCPT"), "try-later"), (Fault("MAIL", "cut"), "dropped"), (Fault("DATA", "cut-after"), "answer-lost")],
)
def test_the_labs_faults_are_explained(lab, fault, word):
    _server, settings, faults = lab
    faults.add(fault)
    assert refused(settings).code == f"mail.{word}"
