"""Whatever goes wrong on the way becomes one clear sentence, with no credential on it.

What can happen, and which test provokes it (K: test_kerberos.py, L: test_lost_connections.py):

====================================  ==================================================================
401                                   test_wrong_password, test_wrong_password_for_windows, K says_why
way to sign in not offered            test_exchange_offers_no_ntlm, K server_that_offers_no_kerberos
403, 404, 500 with a page, 400, 503   test_http_status_is_not_lost, test_wrong_path
429                                   test_http_status_is_not_lost (never repeated by itself)
WSManFault, each code                 test_fault_codes, test_wrong_configuration, test_a_real_shell_quota
shell gone                            test_fault_codes, L vanished_shell, L shell_that_ran_out
200 with a page, with junk            test_another_service_answers
cut in Command or Receive             L read_survives, L write_whose_answer_is_lost
cut inside a body                     test_a_connection_that_breaks[cut-body]
Receive stalls                        L read_that_stalls
Command or Create stalls              L server_that_stalls, L read_that_stalls, L write_that_stalls
one byte a second                     L drip_ends_with_the_time_limit, L call_that_does_not_end
TLS: authority, name, date, mix-up    test_unknown_authority, _certificate_for_another_name, _expired_…,
                                      test_https_to_an_http_port, test_http_to_an_https_port
authority file missing                test_missing_authority_file
refused, unknown name, proxy          test_wrong_port, test_a_name_that_is_none, test_a_proxy_in_between
302, 307, 308                         test_redirects_are_never_followed
idle connection dropped               L dropped_idle_connection, K dropped_idle_connection
shell gone when closing               L closing_after_the_shell_is_gone
errors that end nothing               test_connection.py: an_error_in_a_batch_stays_with_its_cmdlet
Kerberos, each refusal                K (all of it)
====================================  ==================================================================
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import FrameType, TracebackType
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import (
    AccessDenied,
    FileProblem,
    PushtuiError,
    RequestRefused,
    Side,
    SignInRefused,
    Unreachable,
)
from pushtui.exchange.cmdlet_errors import CmdletError
from pushtui.exchange.failures import Fate, refusal, translate
from pushtui.lab.faults import Fault

SERVERS = Cmdlet.of("Get-ExchangeServer")


def broken(call: Callable[[], Any], kind: type[PushtuiError]) -> PushtuiError:
    """The error that the call ends with, which says something in each of its parts."""
    with pytest.raises(PushtuiError) as caught:
        call()
    error = caught.value
    assert type(error) is kind, repr(error)
    assert error.what
    assert error.where
    assert error.remedy or error.cause
    assert error.__cause__ is None
    assert error.__context__ is None
    return error


# --- sign-in, TLS, address ---------------------------------------------------------------------------------------


def test_wrong_password(serve: Any, ask: Any) -> None:
    connection = serve().connection(password="nonsense")
    error = broken(lambda: ask(connection, SERVERS), SignInRefused)
    assert error.code == "exchange.sign-in-refused"
    assert "admin@lab.example" in error.what
    assert "nonsense" not in str(error)
    assert "https://127.0.0.1:" in error.where


def test_wrong_password_for_windows(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve("windows").connection(password="nonsense"), SERVERS), SignInRefused)
    assert error.code == "windows.sign-in-refused"
    assert error.side is Side.WINDOWS


def test_exchange_offers_no_ntlm(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve().connection(auth="negotiate"), SERVERS), SignInRefused)
    assert error.code == "exchange.auth-not-offered"
    assert "Negotiate" in error.what


def test_kerberos_without_its_libraries(serve: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pushtui.exchange.connection.installed", lambda: False)
    error = broken(lambda: ask(serve().connection(auth="kerberos"), SERVERS), SignInRefused)
    assert error.code == "exchange.kerberos-missing"
    assert "pushtui[kerberos]" in error.remedy


def test_unknown_authority(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve().connection(ca_file=""), SERVERS), Unreachable)
    assert error.code == "exchange.tls-untrusted"
    assert "ca_file" in error.remedy


def test_certificate_for_another_name(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve(names=("mail.lab.example",)).connection(), SERVERS), Unreachable)
    assert error.code == "exchange.tls-wrong-name"


def test_expired_certificate(serve: Any, ask: Any, authority: Any) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    identity = authority.issue(("127.0.0.1",), not_before=past - timedelta(days=2), not_after=past)
    error = broken(lambda: ask(serve(identity=identity).connection(), SERVERS), Unreachable)
    assert error.code == "exchange.tls-expired"


def test_missing_authority_file(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve().connection(ca_file="/nowhere/ca.pem"), SERVERS), FileProblem)
    assert error.code == "exchange.ca-file"
    assert error.where == "/nowhere/ca.pem"


def test_wrong_port(serve: Any, ask: Any) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        connection = serve().connection(port=unused.getsockname()[1])
        error = broken(lambda: ask(connection, SERVERS), Unreachable)
    assert error.code == "exchange.refused"
    assert "443" in error.remedy


@pytest.mark.parametrize("host", ["ex01 lab", "ex01/lab", "a" * 70 + ".example", ".example", "*"])
def test_a_name_that_is_none(serve: Any, ask: Any, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    error = broken(lambda: ask(serve().connection(host=host), SERVERS), Unreachable)
    assert error.code in ("exchange.no-address", "exchange.unknown-name")


def test_https_to_an_http_port(serve: Any, ask: Any) -> None:
    plain = serve("windows").endpoint.port
    error = broken(lambda: ask(serve().connection(port=plain), SERVERS), Unreachable)
    assert error.code == "exchange.not-https"


def test_http_to_an_https_port(serve: Any, ask: Any) -> None:
    secure = serve().endpoint.port
    error = broken(lambda: ask(serve("windows").connection(port=secure), SERVERS), Unreachable)
    assert error.code == "windows.connection-lost"
    assert "https" in error.cause


# --- answers -----------------------------------------------------------------------------------------------------


def test_wrong_path(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve().connection(path="owa"), SERVERS), RequestRefused)
    assert error.code == "exchange.http-404"
    assert "PowerShell" in error.remedy


def test_wrong_configuration(serve: Any, ask: Any) -> None:
    error = broken(lambda: ask(serve().connection(configuration="Microsoft.PowerShell"), SERVERS), RequestRefused)
    assert error.code == "exchange.wrong-configuration"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, RequestRefused, "exchange.http-400"),
        (403, AccessDenied, "exchange.http-403"),
        (429, Unreachable, "exchange.busy"),
        (500, RequestRefused, "exchange.http-error"),
        (502, Unreachable, "exchange.gateway"),
        (503, Unreachable, "exchange.busy"),
    ],
)
@pytest.mark.parametrize("body", ["<html><body>Sorry</body></html>", "Service Unavailable", ""])
def test_http_status_is_not_lost(
    serve: Any, ask: Any, status: int, kind: type[PushtuiError], code: str, body: str
) -> None:
    server = serve()
    server.faults.add(Fault("wsman:Create", "status", status=status, body=body))
    error = broken(lambda: ask(server.connection(), SERVERS), kind)
    assert error.code == code
    assert str(status) in error.what


def test_redirects_are_never_followed(serve: Any, ask: Any) -> None:
    server, elsewhere = serve(), serve()
    for status in (302, 307, 308):
        server.faults.add(
            Fault("wsman:Create", "status", status=status, headers={"Location": elsewhere.lab.url.replace("s:", ":")})
        )
        error = broken(lambda: ask(server.connection(), SERVERS), RequestRefused)
        assert error.code == "exchange.redirected"
    assert elsewhere.requests.entries() == []


@pytest.mark.parametrize(
    ("code", "message", "kind", "word"),
    [
        ("5", "Access is denied.", AccessDenied, "access-denied"),
        ("2150859173", "The WS-Management service cannot process the request.", RequestRefused, "quota"),
        (
            "2150858999",
            "This user is allowed a maximum of 18 concurrent shells, which has been exceeded.",
            RequestRefused,
            "quota",
        ),
        ("2150858793", "The WS-Management service cannot complete the operation in time.", Unreachable, "timeout"),
        ("2150858770", "Something else.", RequestRefused, "fault"),
        ("2150858811", "", RequestRefused, "wrong-configuration"),
        ("2150858843", "", Unreachable, "shell-gone"),
        ("2150859174", "The maximum number of concurrent operations.", RequestRefused, "quota"),
        ("2150859175", "The maximum number of users.", RequestRefused, "quota"),
        (
            "2150858999",
            "The user load quota of 1000 requests per 2 seconds has been exceeded.",
            RequestRefused,
            "quota",
        ),
    ],
)
def test_fault_codes(serve: Any, ask: Any, code: str, message: str, kind: type[PushtuiError], word: str) -> None:
    server = serve()
    server.faults.add(Fault("wsman:Create", "refuse", code=code, message=message))
    assert broken(lambda: ask(server.connection(), SERVERS), kind).code == f"exchange.{word}"


def test_a_real_shell_quota(serve: Any, ask: Any) -> None:
    from pushtui.lab.remoting.endpoint import Limits

    server = serve(limits=Limits(shells=1))
    ask(server.connection(), SERVERS)
    error = broken(lambda: ask(server.connection(), SERVERS), RequestRefused)
    assert error.code == "exchange.quota"
    assert "grants admin@lab.example no more sessions now" in error.what
    assert "maximum number of 1 concurrent shells" in error.cause
    assert "Close other remote PowerShell sessions of this account" in error.remedy


@pytest.mark.parametrize("proxy", ["nobody", "refuses"])
def test_a_proxy_in_between(serve: Any, ask: Any, proxy: str) -> None:
    server = serve()
    if proxy == "refuses":
        address = f"127.0.0.1:{serve('windows').lab.port}"
    else:
        with closing(socket.create_server(("127.0.0.1", 0))) as unused:
            address = f"127.0.0.1:{unused.getsockname()[1]}"
    error = broken(lambda: ask(server.connection(proxy=f"http://me:canary-word@{address}"), SERVERS), Unreachable)
    assert error.code == "exchange.proxy"
    assert f"http://{address} does not let us through" in error.what
    assert "canary" not in str(error) + repr(server.connection(proxy="http://me:canary@proxy.example").endpoint)
    assert server.requests.entries() == []


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_a_proxy_that_leads_there(serve: Any, ask: Any, forward_proxy: Any, side: str) -> None:
    server, proxy = serve(side), forward_proxy(base64.b64encode(b"me:word").decode())
    reachable = proxy.url.replace("http://", "http://me:word@")
    connection = server.connection(proxy=reachable)
    assert len(ask(connection, SERVERS)[0].objects) == 2
    connection.close()
    address = f"127.0.0.1:{server.endpoint.port}"
    tunnel, passed_on = f"CONNECT {address} HTTP/1.", f"POST http://{address}/wsman HTTP/1.1"
    assert proxy.asked
    assert all(line.startswith(tunnel if side == "exchange" else passed_on) for line in proxy.asked)
    error = broken(lambda: ask(server.connection(proxy=proxy.url), SERVERS), Unreachable)
    assert error.code == f"{side}.proxy-sign-in"
    assert "Put the user and password into the proxy URL" in error.remedy


def test_the_environments_proxy_is_not_used(serve: Any, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert len(ask(serve().connection(), SERVERS)[0].objects) == 2


# --- other services on the port ----------------------------------------------------------------------------------


def http(body: bytes, content_type: bytes = b"text/html", status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, content_type, len(body)) + body


SOAP = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header>%s</s:Header></s:Envelope>'
)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html><body>Outlook</body></html>"),
        http(b"\x00\xff garbage <<<"),
        http(b""),
        http(SOAP % b"<a:RelatesTo>uuid:nobody</a:RelatesTo>"),
        http(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        http(b"x", b'multipart/encrypted;protocol="x";boundary="Encrypted Boundary"'),
    ],
    ids=["html", "garbage", "nothing", "other-relation", "document-type", "encrypted"],
)
def test_another_service_answers(serve: Any, ask: Any, answering: Any, answer: bytes) -> None:
    port = answering(answer)
    error = broken(lambda: ask(serve().connection(port=port), SERVERS), RequestRefused)
    assert error.code == "exchange.not-remoting"
    assert "Check host, port and path" in error.remedy


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", http(b"x" * 500)[:200]], ids=["hangs-up", "ssh", "cut-body"]
)
def test_a_connection_that_breaks(serve: Any, ask: Any, answering: Any, answer: bytes) -> None:
    port = answering(answer)
    error = broken(lambda: ask(serve().connection(port=port), SERVERS), Unreachable)
    assert error.code == "exchange.connection-lost"


# --- nothing of the original travels on --------------------------------------------------------------------------


def reachable(error: BaseException) -> Iterator[Any]:
    """Every value that hangs on an exception: attributes, causes, and the locals of its traceback's frames."""
    seen: set[int] = set()
    stack: list[Any] = [error]
    while stack:
        item = stack.pop()
        if id(item) in seen or isinstance(item, type | FrameType):
            continue
        seen.add(id(item))
        yield item
        match item:
            case BaseException():
                stack += [item.args, item.__cause__, item.__context__, item.__traceback__]
            case TracebackType():
                stack += [*item.tb_frame.f_locals.values(), item.tb_next]
            case dict():
                stack += [*item.keys(), *item.values()]
            case list() | tuple() | set() | frozenset():
                stack += item
        stack += vars(item).values() if hasattr(item, "__dict__") else ()
        stack += [getattr(item, name) for name in getattr(type(item), "__slots__", ()) if hasattr(item, name)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("wsman:Create", "cut"),
        Fault("wsman:Command", "status", status=503, body="<html/>"),
        Fault("wsman:Receive", "refuse", code="5"),
        Fault("wsman:Create", "status", status=401),
    ],
    ids=["cut", "status", "fault", "sign-in"],
)
def test_no_credential_hangs_on_an_error(serve: Any, password: str, fault: Fault) -> None:
    from pushtui.base.cancellation import Cancellation

    server = serve()
    for _turn in range(3):
        server.faults.add(fault)
    error = server.worker().submit((SERVERS,), Cancellation(), 20).exception(timeout=20)
    assert isinstance(error, PushtuiError)
    basic = base64.b64encode(f"admin@lab.example:{password}".encode()).decode()
    for item in reachable(error):
        assert not type(item).__module__.startswith(("requests", "urllib3", "pypsrp", "http")), item
        if isinstance(item, str | bytes):
            text = item if isinstance(item, str) else item.decode("latin-1")
            assert password not in text
            assert basic not in text


def test_the_walk_finds_what_it_looks_for(password: str) -> None:
    def leak() -> None:
        secret = {"Authorization": password}
        raise ValueError(len(secret))

    with pytest.raises(ValueError, match="1") as caught:
        leak()
    assert password in list(reachable(caught.value))


# --- the table itself ---------------------------------------------------------------------------------------------


class _Krb5Error(Exception):
    __module__ = "krb5._exceptions"

    def __init__(self, code: int) -> None:
        super().__init__("krb5 says something")
        self.err_code = code


class _SpnegoError(Exception):
    __module__ = "spnego.exceptions"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-1765328353, "password is wrong"),
        (-1765328378, "does not know this user"),
        (-1765328361, "expired"),
        (-1765328366, "locked"),
        (-1765328228, "KDC"),
        (-1, "krb5 says something"),
    ],
)
def test_kerberos_errors(serve: Any, code: int, cause: str) -> None:
    failure = translate(_Krb5Error(code), serve().endpoint)
    assert isinstance(failure.error, Unreachable if code == -1765328228 else SignInRefused)
    assert cause in failure.error.cause
    assert failure.fate is Fate.NEVER_LEFT


def test_no_ticket(serve: Any) -> None:
    error = translate(_SpnegoError("SpnegoError (7): Server not found in Kerberos database"), serve().endpoint).error
    assert error.code == "exchange.kerberos-refused"
    assert "Server not found in Kerberos database" in error.cause


def test_unknown_name(serve: Any) -> None:
    import requests

    failure = translate(
        requests.exceptions.ConnectionError("NameResolutionError: Failed to resolve 'nowhere.example'"),
        serve().endpoint,
    )
    assert failure.error.code == "exchange.unknown-name"
    assert failure.fate is Fate.NEVER_LEFT


@pytest.mark.parametrize("error", [ET.ParseError("x"), KeyError("x"), RuntimeError("x"), AttributeError("x")])
def test_what_nobody_foresaw_is_still_ours(serve: Any, error: Exception) -> None:
    failure = translate(error, serve().endpoint)
    assert failure.error.code == "exchange.not-remoting"
    assert failure.fate is Fate.UNKNOWN


def test_text_from_the_server_is_cleaned_and_cut(serve: Any, ask: Any) -> None:
    server = serve()
    server.faults.add(Fault("wsman:Create", "refuse", code="2150858770", message="\u202ebad " + "x" * 5000))
    error = broken(lambda: ask(server.connection(), SERVERS), RequestRefused)
    assert "\u202e" not in str(error)
    assert len(str(error)) < 700


# --- errors of cmdlets ---------------------------------------------------------------------------------------------


def refused(server: Any, ask: Any, cmdlet: Cmdlet) -> PushtuiError:
    """What a cmdlet's first error says to the administrator."""
    (reply,) = ask(server.connection(), cmdlet)
    endpoint = server.endpoint
    return refusal(reply.errors[0], cmdlet, endpoint.side, endpoint.name, endpoint.user)


@pytest.mark.parametrize(
    ("cmdlet", "remedy"),
    [
        (
            "Enable-PushNotificationProxy",
            "Add the account to the role group Organization Management or Recipient Management;",
        ),
        (
            "Remove-ExchangeCertificate",
            (
                "Add the account to the role group Organization Management or Server Management, or give it the"
                " management role Exchange Server Certificates;"
            ),
        ),
    ],
)
def test_a_missing_cmdlet_is_a_missing_role(serve: Any, ask: Any, cmdlet: str, remedy: str) -> None:
    error = refused(serve(), ask, Cmdlet.of(cmdlet))
    assert (type(error), error.code) == (AccessDenied, "exchange.missing-role")
    assert str(error) == (
        f"{cmdlet} does not exist in this session (ex01.lab.example)."
        " No management role of admin@lab.example grants it,"
        f" or this version of Exchange does not have it. {remedy}"
        f" Get-ManagementRole -Cmdlet {cmdlet} names every role that grants it. Then sign in again."
    )


def test_a_missing_cmdlet_on_windows_is_no_matter_of_roles(serve: Any, ask: Any) -> None:
    assert type(refused(serve("windows"), ask, Cmdlet.of("Get-Nothing"))) is RequestRefused


def test_other_cmdlet_errors_keep_the_words_of_the_server(serve: Any, ask: Any) -> None:
    error = refused(serve(), ask, Cmdlet.of("Get-ExchangeServer", Identity="EX09"))
    assert error.code == "exchange.not-found"
    assert "couldn't be found on 'DC01.lab.example'" in error.what
    denied = CmdletError("No.", "X", "PermissionDenied", "UnauthorizedAccessException", "", "EX01")
    assert refusal(denied, SERVERS, Side.EXCHANGE, "", "").code == "exchange.access-denied"
