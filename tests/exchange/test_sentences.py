"""Every failure on the way to Exchange and Windows, provoked on the lab, and the whole sentence that is read.

What becomes of the connection afterwards, and what is asked again, is in test_lost_connections.py; the sentences of
Kerberos, which takes a KDC, are held in test_kerberos.py to the same file.
"""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import PushtuiError
from pushtui.exchange.endpoint import exchange_endpoint, windows_endpoint
from pushtui.exchange.settings import ExchangeSettings, WindowsSettings
from pushtui.lab.faults import Fault
from pushtui.lab.remoting.endpoint import Limits

SERVERS = Cmdlet.of("Get-ExchangeServer")
WRITE = Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint="B" * 40)
PAGE = "<html><body>Sorry</body></html>"

Provoke = Callable[[Any], PushtuiError]


def _raised(call: Callable[[], Any]) -> PushtuiError:
    with pytest.raises(PushtuiError) as raised:
        call()
    return raised.value


def settings(**values: Any) -> Provoke:
    """Settings that cannot work, found out before anything is sent."""
    return lambda kit: _raised(lambda: exchange_endpoint(ExchangeSettings(**values)))


def refused(side: str = "exchange", cmdlet: Cmdlet = SERVERS, timeout: float = 20.0, **options: Any) -> Provoke:
    """What a cmdlet ends with: `server` are options of the lab's, `fault` strikes it, the rest is the way there."""
    fault, server_options, before = options.pop("fault", None), options.pop("server", {}), options.pop("before", None)

    def provoke(kit: Any) -> PushtuiError:
        server = kit.serve(side, **{name: value(kit) for name, value in server_options.items()})
        changed = {name: value(kit) if callable(value) else value for name, value in options.items()}
        connection = server.connection(**changed)
        if before:
            kit.ask(server.connection() if before == "another" else connection, SERVERS)
        if fault is not None:
            server.faults.add(fault)
        return _raised(lambda: kit.ask(connection, cmdlet, timeout=timeout))

    return provoke


def create(effect: str = "status", **values: Any) -> Fault:
    return Fault("wsman:Create", effect, **values)  # type: ignore[arg-type]  # one of the effects


def answers(body: bytes) -> Callable[[Any], int]:
    """The port of something on https that answers these bytes."""
    return lambda kit: int(kit.answering(body))


def http(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def closed_port(_kit: Any = None) -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port: int = unused.getsockname()[1]
    return port


def expired(kit: Any) -> Any:
    past = datetime.now(UTC) - timedelta(days=2)
    return kit.authority.issue(("127.0.0.1",), not_before=past - timedelta(days=2), not_after=past)


def nobody_knows(kit: Any) -> PushtuiError:
    def nobody(*_arguments: Any, **_options: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    server = kit.serve()
    kit.monkeypatch.setattr(socket, "getaddrinfo", nobody)
    return _raised(lambda: kit.ask(server.connection(host="ex09.lab.example"), SERVERS))


def without_libraries(kit: Any) -> PushtuiError:
    kit.monkeypatch.setattr("pushtui.exchange.connection.installed", lambda: False)
    return refused(auth="kerberos")(kit)


def cancelled_write(kit: Any) -> PushtuiError:
    server = kit.serve()
    future = server.worker().submit((Cmdlet.of("Set-SlowThing"),), cancellation := Cancellation(), 60)
    kit.eventually(server.state.running.is_set)
    cancellation.cancel()
    error = future.exception(10)
    assert isinstance(error, PushtuiError)
    return error


CASES: dict[str, Provoke] = {
    # --- settings
    "no server": settings(),
    "Basic over http": settings(server="ex01.lab.example", auth="basic", ssl=False, user="admin@lab.example"),
    "Basic without a user": settings(server="ex01.lab.example", auth="basic"),
    "unusable proxy": settings(server="ex01.lab.example", proxy="socks5://127.0.0.1:1080"),
    "wrong detour": lambda kit: _raised(
        lambda: windows_endpoint(
            WindowsSettings(connect_to={"ex01.lab.example": "127.0.0.1:"}), ExchangeSettings(), "ex01.lab.example"
        )
    ),
    # --- signing in
    "wrong password": refused(password="nonsense"),
    "wrong password for Windows": refused("windows", password="nonsense"),
    "NTLM for Exchange": refused(auth="negotiate"),
    "no Kerberos libraries": without_libraries,
    # --- the way there
    "unknown authority": refused(ca_file=""),
    "another name": refused(server={"names": lambda kit: ("mail.lab.example",)}),
    "expired certificate": refused(server={"identity": expired}),
    "no authority file": refused(ca_file="/nowhere/ca.pem"),
    "closed port": refused(port=closed_port),
    "closed port of Windows": refused("windows", port=closed_port),
    "unknown name": nobody_knows,
    "no name": refused(host="ex01/lab"),
    "https to http": refused(port=lambda kit: kit.serve("windows").endpoint.port),
    "http to https": refused("windows", port=lambda kit: kit.serve().endpoint.port),
    "dead proxy": refused(proxy=lambda kit: f"http://me:word@127.0.0.1:{closed_port()}"),
    "proxy that refuses": refused(proxy=lambda kit: f"http://127.0.0.1:{kit.serve('windows').lab.port}"),
    "proxy that wants a sign-in": refused(proxy=lambda kit: kit.forward_proxy("bWU6d29yZA==").url),
    # --- answers of a web server
    "wrong path": refused(path="owa"),
    "400": refused(fault=create(status=400)),
    "403 with a page": refused(fault=create(status=403, body=PAGE)),
    "429": refused(fault=create(status=429)),
    "500 with a page": refused(fault=create(status=500, body=PAGE)),
    "502": refused(fault=create(status=502)),
    "503 with text": refused(fault=create(status=503, body="Service Unavailable")),
    "302": refused(fault=create(status=302, headers={"Location": "https://mail.lab.example/owa"})),
    "307": refused(fault=create(status=307, headers={"Location": "http://mail.lab.example/PowerShell"})),
    "200 with a page": refused(port=answers(http(b"<html><body>Outlook</body></html>"))),
    "200 with junk": refused(port=answers(http(b"\x00\xff garbage <<<"))),
    # --- faults
    "access denied": refused(fault=create("refuse", code="5", message="Access is denied.")),
    "access denied by Windows": refused("windows", fault=create("refuse", code="5", message="Access is denied.")),
    "no role at all": refused(
        fault=create(
            "refuse",
            code="2150858999",
            message="[AuthZRequestId=1][FailureCategory=AuthZ-CmdletAccessDeniedException] The user"
            ' "lab.example/Users/admin" isn\'t assigned to any management roles.',
        )
    ),
    "Windows' port": refused(configuration="Microsoft.PowerShell"),
    "no Windows remoting": refused("windows", configuration="Microsoft.Exchange"),
    "shell gone": refused(fault=create("refuse", code="2150858843")),
    "shells used up": refused(server={"limits": lambda kit: Limits(shells=1)}, before="another"),
    "operations used up": refused(fault=create("refuse", code="2150859174", message="Too many operations.")),
    "users used up": refused(fault=create("refuse", code="2150859175", message="Too many users.")),
    "load quota": refused(
        fault=create(
            "refuse",
            code="2150858999",
            message="The user load quota of 1000 requests per 2 seconds has been exceeded.",
        )
    ),
    "time-out of the server": refused(fault=create("refuse", code="2150858793", message="In time, it could not.")),
    "another fault": refused(fault=create("refuse", code="2150858770", message="Something else.")),
    # --- connections that break or stall
    "cut": refused(fault=Fault("wsman:", "cut", times=9)),
    "cut body": refused(port=answers(http(b"x" * 500)[:200])),
    "stalled Create": refused(timeout=1.0, fault=create("stall", seconds=30)),
    "stalled Receive": refused(timeout=1.0, before="same", fault=Fault("wsman:Receive", "stall", seconds=60, times=9)),
    "slow cmdlet": refused(cmdlet=Cmdlet.of("Get-SlowThing"), timeout=1.0),
    "lost write": refused(cmdlet=WRITE, before="same", fault=Fault("Set-AuthConfig", "cut-after")),
    "slow write": refused(cmdlet=Cmdlet.of("Set-SlowThing"), timeout=1.0),
    "cancelled write": cancelled_write,
}

SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text())


@pytest.fixture
def kit(
    serve: Any, ask: Any, answering: Any, authority: Any, forward_proxy: Any, eventually: Any, monkeypatch: Any
) -> Any:
    """What provoking takes."""
    return SimpleNamespace(
        serve=serve,
        ask=ask,
        answering=answering,
        authority=authority,
        forward_proxy=forward_proxy,
        eventually=eventually,
        monkeypatch=monkeypatch,
    )


@pytest.mark.parametrize("case", CASES)
def test_what_the_administrator_reads(kit: Any, plain: Any, case: str) -> None:
    assert plain(str(CASES[case](kit))) == SENTENCES[case]


def test_every_sentence_is_provoked() -> None:
    assert SENTENCES.keys() == CASES.keys()
