"""What an endpoint tells somebody who has not signed in, and what it means."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from pushtui.base.errors import FileProblem
from pushtui.exchange import probe
from pushtui.exchange.endpoint import exchange_endpoint
from pushtui.exchange.settings import ExchangeSettings

KERBEROS = exchange_endpoint(ExchangeSettings(server="ex01.lab.example"))
BASIC = exchange_endpoint(ExchangeSettings(server="ex01.lab.example", auth="basic", user="admin@lab.example"))


@pytest.mark.parametrize(
    ("header", "schemes"),
    [
        ("Negotiate", ("Negotiate",)),
        ('Kerberos, Basic realm="ex01, the first"', ("Kerberos", "Basic")),
        ('Basic realm="ex01"', ("Basic",)),
        ("Negotiate, Basic realm=x, Kerberos", ("Negotiate", "Basic", "Kerberos")),
        ("", ()),
    ],
)  # fmt: skip
def test_the_ways_to_sign_in_that_are_offered(header: str, schemes: tuple[str, ...]) -> None:
    assert probe.offered({"www-authenticate": header}) == schemes


def test_windows_tells_what_it_is() -> None:
    body = (
        b"<s:Envelope><s:Body><wsmid:IdentifyResponse><wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
        b"<wsmid:ProductVersion>Stack: 3.0\x1b[2J</wsmid:ProductVersion></wsmid:IdentifyResponse></s:Body></s:Envelope>"
    )
    assert probe.product(body) == "Microsoft Corporation, Stack: 3.0\\x1b[2J"
    assert probe.product(b"<html>IIS</html>") == ""


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (401, {"www-authenticate": "Negotiate"}, ""),
        (401, {"www-authenticate": "Basic realm=x"}, "exchange.auth-not-offered"),
        (401, {}, "exchange.auth-not-offered"),
        (302, {"location": "https://owa.example"}, "exchange.redirected"),
        (200, {}, "exchange.not-remoting"),
    ],
)
def test_what_an_answer_means(status: int, headers: dict[str, str], code: str) -> None:
    error = probe.judge(status, headers, b"<html>", KERBEROS)
    assert (error.code if error else "") == code


def test_a_missing_path_and_a_stopped_pool_are_told_with_their_status() -> None:
    for status in (404, 503):
        error = probe.judge(status, {}, b"", BASIC)
        assert error is not None
        assert str(status) in str(error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(-2, "Name or service not known"), "exchange.unknown-name"),
        (ConnectionRefusedError(111, "Connection refused"), "exchange.refused"),
        (TimeoutError("timed out"), "exchange.no-connection"),
        (ConnectionResetError(104, "Connection reset by peer"), "exchange.connection-lost"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "exchange.not-https"),
        (ssl.SSLError(1, "[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol"), "exchange.tls-failed"),
        (UnicodeError("label too long"), "exchange.no-address"),
    ],
)
def test_what_a_socket_raises_is_told_as_the_session_tells_it(error: Exception, code: str) -> None:
    found = probe.explain(error, BASIC)
    assert found.code == code
    assert found.remedy


def test_an_authority_file_that_is_none(tmp_path: Any) -> None:
    endpoint = exchange_endpoint(
        ExchangeSettings(server="ex01", auth="basic", user="a@b.example", ca_file=str(tmp_path / "absent.pem"))
    )
    with pytest.raises(FileProblem) as raised:
        probe.tls_context(endpoint)
    assert raised.value.code == "exchange.ca-file"
