"""Kerberos with a real KDC: every way to sign in, and every way in which it fails, as the admin reads it.

Skipped where the KDC or the libraries are not there (``make kerberos`` brings both).
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import Cancelled, PushtuiError, SignInRefused, Unreachable
from pushtui.exchange.tickets import sign_in_alone
from pushtui.lab import kerberos
from pushtui.lab.kerberos import KerberosService
from pushtui.lab.remoting.endpoint import Endpoint as LabEndpoint

REASON = kerberos.missing() or ("" if shutil.which("kinit") else "kinit is not installed")
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "Kerberos is here")

SERVERS = Cmdlet.of("Get-ExchangeServer")
SERVER = "ex01.lab.example"
SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_name("kerberos_sentences.toml").read_text())


@pytest.fixture(scope="module")
def realm(password: str) -> Iterator[KerberosService]:
    """A realm whose accounts have every trouble that an account can have."""
    names = ("admin", "stranger", "stale", "left", "locked")
    service = KerberosService([(f"{name}@lab.example", password) for name in names], [SERVER])
    service.start()
    service.administer(
        'modprinc -pwexpire "2 days ago" stale@LAB.EXAMPLE',
        'modprinc -expire "2 days ago" left@LAB.EXAMPLE',
        "modprinc -allow_tix locked@LAB.EXAMPLE",
        "modprinc +requires_preauth admin@LAB.EXAMPLE",
    )
    yield service
    service.stop()


@pytest.fixture
def front(serve: Any, realm: KerberosService) -> Iterator[Callable[..., Any]]:
    """`front()`: EX01 as real front ends are: http, Negotiate with Kerberos alone, and how the program reaches it."""
    started: list[LabEndpoint] = []

    def start(side: str = "exchange", **changed: Any) -> Any:
        server = serve(side)
        if side == "exchange":
            host = server.lab.host

            def launch(port: int = 0) -> LabEndpoint:
                lab = LabEndpoint(
                    host,
                    tls=None,
                    schemes=("Negotiate",),
                    requests=server.requests,
                    faults=server.faults,
                    kerberos=realm,
                    port=port,
                )
                started.append(lab)
                lab.start()
                return lab

            server.lab.stop()
            server.lab, server.launch = launch(), launch
            server.endpoint = replace(server.endpoint, port=server.lab.port, ssl=False, ca_file="")
        server.endpoint = replace(server.endpoint, auth="kerberos", service_host=SERVER, **changed)
        return server

    yield start
    for lab in started:
        lab.stop()


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A ticket cache of the test's own, empty at first."""
    path = tmp_path / "tickets"
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{path}")
    return path


def kinit(user: str, password: str, *options: str) -> None:
    subprocess.run(
        ["kinit", *options, user], input=f"{password}\n", text=True, check=True, capture_output=True, timeout=20
    )


# --- ways in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_a_password_and_encrypted_messages_over_http(front: Any, ask: Any, side: str) -> None:
    server = front(side)
    (reply,) = ask(server.connection(), SERVERS)
    assert len(reply.objects) == 2
    assert server.lab.shells.by_user() == {"admin@lab.example": 1}


def test_a_ticket_from_kinit_needs_no_password(front: Any, ask: Any, cache: Path, password: str) -> None:
    server = front()
    assert not sign_in_alone(server.endpoint)
    kinit("admin@LAB.EXAMPLE", password)
    assert sign_in_alone(server.endpoint)
    assert not sign_in_alone(replace(server.endpoint, user="stranger@lab.example")), "it is another's ticket"
    connection = server.connection(password="")
    assert len(ask(connection, SERVERS)[0].objects) == 2
    assert connection.identity == "admin@lab.example"


def test_a_ticket_is_enough_where_no_user_is_named(front: Any, ask: Any, cache: Path, password: str) -> None:
    server = front(user="")
    kinit("admin@LAB.EXAMPLE", password)
    assert len(ask(server.connection(password=""), SERVERS)[0].objects) == 2
    assert server.lab.shells.by_user() == {"admin@lab.example": 1}


@pytest.fixture
def keytab(realm: KerberosService, tmp_path: Path) -> Path:
    path = tmp_path / "admin.keytab"
    realm.administer(f"ktadd -norandkey -k {path} admin@LAB.EXAMPLE")
    return path


def test_a_keytab_of_the_profile(front: Any, ask: Any, cache: Path, keytab: Path) -> None:
    server = front(keytab_file=str(keytab))
    assert sign_in_alone(server.endpoint)
    assert len(ask(server.connection(password=""), SERVERS)[0].objects) == 2


def test_a_keytab_of_the_environment(
    front: Any, ask: Any, cache: Path, keytab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_CLIENT_KTNAME", f"FILE:{keytab}")
    server = front()
    assert sign_in_alone(server.endpoint)
    assert len(ask(server.connection(password=""), SERVERS)[0].objects) == 2


def test_through_a_proxy(front: Any, ask: Any, forward_proxy: Any) -> None:
    server, proxy = front(), forward_proxy()
    assert len(ask(server.connection(proxy=proxy.url), SERVERS)[0].objects) == 2
    assert {line.split()[0] for line in proxy.asked} == {"POST"}


@pytest.mark.parametrize("service", ["HTTP", "host"])
def test_the_service_name_of_the_profile(front: Any, ask: Any, service: str) -> None:
    assert len(ask(front(service=service).connection(), SERVERS)[0].objects) == 2


def test_a_dropped_idle_connection_goes_unnoticed(front: Any, ask: Any) -> None:
    server = front()
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab._server.hang_up(2.0)
    assert len(ask(connection, SERVERS)[0].objects) == 2
    assert server.shells() == 1


def test_a_shell_whose_connection_went_is_deleted_all_the_same(front: Any, ask: Any) -> None:
    server = front()
    connection = server.connection()
    ask(connection, SERVERS)
    server.lab._server.hang_up(2.0)
    connection.close()
    assert server.shells() == 0


def test_a_server_that_restarts_while_a_read_runs(
    front: Any, eventually: Callable[..., Any], soon: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pushtui.exchange.recovery.PAUSES", (0.05,) * 1000)
    server = front()
    future = server.worker().submit((Cmdlet.of("Get-SlowThing"),), cancellation := Cancellation(), 60)
    eventually(server.state.running.is_set)
    server.state.running.clear()
    server.vanish()
    server.come_back()
    eventually(server.state.running.is_set)
    cancellation.cancel()
    assert isinstance(future.exception(soon), Cancelled)


# --- and where there is none -------------------------------------------------------------------------------------


def refusal(server: Any, ask: Any, **changed: Any) -> PushtuiError:
    with pytest.raises(PushtuiError) as caught:
        ask(server.connection(**changed), SERVERS)
    assert caught.value.__context__ is None
    assert server.lab.shells.by_user() == {}
    return caught.value


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": "nonsense"}, "password-wrong"),
        ({"user": "nobody@lab.example"}, "user-unknown"),
        ({"user": "stale@lab.example"}, "password-expired"),
        ({"user": "left@lab.example"}, "account-expired"),
        ({"user": "locked@lab.example"}, "account-locked"),
        ({"user": "admin@other.example"}, "realm-unknown"),
        ({"service_host": "mail.lab.example"}, "service-unknown"),
        ({"service_host": ""}, "service-of-an-address"),
        ({"password": ""}, "no-ticket"),
        ({"user": "", "password": ""}, "no-ticket-of-anybody"),
        ({"keytab_file": "/nowhere.keytab"}, "keytab"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_refusal_says_why(
    front: Any, ask: Any, cache: Path, plain: Any, changed: dict[str, Any], code: str
) -> None:
    error = refusal(front(), ask, **changed)
    assert plain(str(error)) == SENTENCES[code]
    assert isinstance(error, Unreachable if code == "realm-unknown" else SignInRefused)
    assert code.startswith(error.code.removeprefix("exchange.kerberos-").removesuffix("-unknown"))


def test_a_keytab_without_the_users_key(front: Any, ask: Any, cache: Path, keytab: Path, plain: Any) -> None:
    error = refusal(front(keytab_file=str(keytab), user="stranger@lab.example"), ask)
    assert error.code == "exchange.kerberos-keytab"
    assert "no present key of this user" in error.cause
    assert plain(str(error)) == SENTENCES["keytab-of-another"]


def test_a_ticket_that_has_expired(
    front: Any, ask: Any, cache: Path, password: str, eventually: Callable[..., Any], plain: Any
) -> None:
    server = front()
    kinit("admin@LAB.EXAMPLE", password, "-l", "1s")
    eventually(lambda: not sign_in_alone(server.endpoint))
    error = refusal(server, ask, password="")
    assert error.code == "exchange.kerberos-ticket-expired"
    assert "Run kinit" in error.remedy
    assert plain(str(error)) == SENTENCES["ticket-expired"]


def configured(realm: KerberosService, path: Path, *changes: tuple[str, str]) -> str:
    text = Path(realm.environment["KRB5_CONFIG"]).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return str(path)


def test_no_domain_controller_answers(
    front: Any,
    ask: Any,
    cache: Path,
    realm: KerberosService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plain: Any,
) -> None:
    text = Path(realm.environment["KRB5_CONFIG"]).read_text()
    line = next(line for line in text.splitlines() if line.strip().startswith("kdc = "))
    monkeypatch.setenv("KRB5_CONFIG", configured(realm, tmp_path / "krb5.conf", (line, "  kdc = 127.0.0.1:1")))
    error = refusal(front(), ask)
    assert error.code == "exchange.kerberos-no-kdc"
    assert "port 88" in error.remedy
    assert plain(str(error)) == SENTENCES["no-kdc"]


def test_clocks_that_differ(password: str, serve: Any, front: Any, ask: Any, cache: Path, plain: Any) -> None:
    """A KDC that takes no clock for the same as its own."""
    front_of_the_realm = front()
    strict = KerberosService([("admin@lab.example", password)], [SERVER], clock_skew=-5)
    strict.start()
    try:
        strict.administer("modprinc +requires_preauth admin@LAB.EXAMPLE")
        error = refusal(front_of_the_realm, ask)
    finally:
        strict.stop()
    assert error.code == "exchange.kerberos-clock-skew"
    assert "clock" in error.remedy
    assert plain(str(error)) == SENTENCES["clock-skew"]


def test_a_ticket_that_the_server_does_not_take(front: Any, ask: Any, cache: Path, plain: Any) -> None:
    error = refusal(front(), ask, user="stranger@lab.example")
    assert error.code == "exchange.sign-in-refused"
    assert "does not take the ticket" in error.cause
    assert plain(str(error)) == SENTENCES["ticket-not-taken"]


def test_a_server_that_offers_no_kerberos(serve: Any, ask: Any, realm: KerberosService, plain: Any) -> None:
    server = serve()
    error = refusal(server, ask, auth="kerberos", service_host=SERVER)
    assert error.code == "exchange.auth-not-offered"
    assert "does not offer Kerberos" in error.what
    assert plain(str(error)) == SENTENCES["not-offered"]
