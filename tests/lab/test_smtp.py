"""The mail server takes the test message from who may send it, and refuses as Exchange does."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest

from pushtui.lab.faults import Fault, Faults
from pushtui.lab.pki import Authority, server_context
from pushtui.lab.requests import RequestLog
from pushtui.lab.smtp import MailServer

USER, PASSWORD = "admin@lab.example", "Lab-Passw0rd"


class Rig:
    def __init__(self, authority: Authority, **options: Any) -> None:
        self.log, self.faults = RequestLog(), Faults()
        self.client_context = ssl.create_default_context(cadata=authority.ca_pem.decode())
        secure = options.pop("starttls", True)
        self.server = MailServer(
            ("device@lab.example",),
            user=USER,
            password=PASSWORD,
            context=server_context(authority.issue(["mail.lab.example", "127.0.0.1"])) if secure else None,
            authentication=options.pop("authentication", True),
            requests=self.log,
            faults=self.faults,
        )
        self.server.start()

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.server.port, timeout=10)

    def signed_in(self) -> smtplib.SMTP:
        client = self.client()
        try:
            client.starttls(context=self.client_context)
            client.login(USER, PASSWORD)
        except OSError:  # smtplib's errors are OSErrors
            client.close()
            raise
        return client


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture
def make(authority: Authority) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def build(**options: Any) -> Rig:
        made.append(Rig(authority, **options))
        return made[-1]

    yield build
    for rig in made:
        rig.server.stop()


def message(recipient: str = "device@lab.example") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = USER, recipient, "Test", "<1@lab.example>"
    mail.set_content("A test.")
    return mail


def test_a_signed_in_sender_reaches_a_mailbox(make: Callable[..., Rig]) -> None:
    rig = make()
    with rig.signed_in() as client:
        assert client.send_message(message()) == {}
    accepted = rig.server.messages()[0]
    assert (accepted["sender"], accepted["subject"], accepted["message_id"]) == (USER, "Test", "<1@lab.example>")
    assert accepted["encrypted"] is True
    assert [entry.status for entry in rig.log.entries()] == ["235", "250", "250", "250"]
    assert not any(entry.write for entry in rig.log.entries())


def test_without_tls_and_without_sign_in_where_the_scenario_says_so(make: Callable[..., Rig]) -> None:
    rig = make(starttls=False, authentication=False)
    with rig.client() as client:
        client.send_message(message())
    assert rig.server.messages()[0]["encrypted"] is False


@pytest.mark.parametrize(
    ("recipient", "code"), [("nobody@lab.example", b"5.1.10"), ("someone@elsewhere.example", b"5.7.54")]
)
def test_unknown_recipients_are_refused(make: Callable[..., Rig], recipient: str, code: bytes) -> None:
    rig = make()
    with rig.signed_in() as client, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.send_message(message(recipient))
    assert refused.value.recipients[recipient][0] == 550
    assert code in refused.value.recipients[recipient][1]
    assert rig.server.messages() == []


def test_another_sender_is_refused(make: Callable[..., Rig]) -> None:
    with make().signed_in() as client:
        assert client.mail("someone@lab.example")[0] == 550


def test_a_wrong_password_is_refused(make: Callable[..., Rig]) -> None:
    rig = make()
    with rig.client() as client:
        client.starttls(context=rig.client_context)
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login(USER, "wrong")
    assert refused.value.smtp_code == 535


def test_nothing_goes_before_tls_and_sign_in(make: Callable[..., Rig]) -> None:
    rig = make()
    with rig.client() as client:
        client.ehlo()
        assert client.mail(USER)[0] == 530
        assert not client.has_extn("auth")
        client.starttls(context=rig.client_context)
        client.ehlo()
        assert client.mail(USER)[0] == 530


def test_faults_strike_by_verb(make: Callable[..., Rig]) -> None:
    rig = make()
    rig.faults.add(Fault("RCPT", effect="refuse", code="452", message="4.3.1 Insufficient system resources"))
    rig.faults.add(Fault("DATA", effect="cut"))
    with rig.signed_in() as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(message())
        with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
            client.send_message(message())
        client.close()
    assert rig.server.messages() == []
    rig.faults.add(Fault("DATA", effect="cut-after"))
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)), rig.signed_in() as client:
        client.send_message(message())
    assert len(rig.server.messages()) == 1


def test_faults_strike_sign_in_and_greeting(make: Callable[..., Rig]) -> None:
    rig = make()
    rig.faults.add(Fault("AUTH", effect="refuse", code="454", message="4.7.0 Temporary failure", times=3))
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        rig.signed_in()
    assert refused.value.smtp_code == 454
    rig.faults.add(Fault("EHLO", effect="refuse", code="421"))
    with rig.client() as client:
        assert client.ehlo()[0] == 421


def test_an_open_connection_does_not_hold_up_the_end(make: Callable[..., Rig]) -> None:
    rig = make()
    client = rig.signed_in()
    rig.server.stop()
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        client.noop()
    client.close()
