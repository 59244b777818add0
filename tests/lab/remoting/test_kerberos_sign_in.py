"""Kerberos through the whole wire, with stock pypsrp; skipped where the KDC or the libraries are not there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pypsrp.exceptions import AuthenticationError

from pushtui.lab import kerberos
from pushtui.lab.kerberos import KerberosService

REASON = kerberos.missing()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "Kerberos is here")
USER = "admin@LAB.EXAMPLE"
AS_EX01 = {"negotiate_hostname_override": "ex01.lab.example", "username": USER}


@pytest.fixture(scope="module")
def realm() -> Iterator[KerberosService]:
    logging.getLogger("spnego").setLevel(logging.WARNING)
    service = KerberosService(
        [("admin@lab.example", "Lab-Passw0rd"), ("stranger@lab.example", "Lab-Passw0rd")], ["ex01.lab.example"]
    )
    service.start()
    yield service
    service.stop()


@pytest.mark.parametrize(
    ("service", "scheme"), [("HTTP", "Negotiate"), ("host", "Negotiate"), ("WSMAN", "Negotiate"), ("HTTP", "Kerberos")]
)
def test_exchange_takes_kerberos_over_http_with_encrypted_messages(
    serve: Any, run: Any, realm: KerberosService, service: str, scheme: str
) -> None:
    lab = serve(tls=False, schemes=(scheme,), kerberos=realm)
    with lab.pool(auth="kerberos", path="PowerShell", negotiate_service=service, **AS_EX01) as pool:
        output, _ = run(pool, "Get-ExchangeServer")
        assert pool.connection.transport.encryption is not None
    assert len(output) == 2
    (entry,) = [entry for entry in lab.requests.entries() if entry.name == "Get-ExchangeServer"]
    assert entry.account == "admin@lab.example"


@pytest.mark.parametrize("auth", ["kerberos", "negotiate"])
def test_exchange_takes_kerberos_beside_basic_over_tls(serve: Any, run: Any, realm: KerberosService, auth: str) -> None:
    lab = serve(schemes=("Basic", "Negotiate"), kerberos=realm)
    with lab.pool(auth=auth, **AS_EX01) as pool:
        assert len(run(pool, "Get-ExchangeServer")[0]) == 2
    with lab.pool() as pool:
        assert len(run(pool, "Get-ExchangeServer")[0]) == 2


def test_exchange_still_refuses_ntlm(serve: Any, realm: KerberosService) -> None:
    lab = serve(schemes=("Basic", "Negotiate"), kerberos=realm)
    for auth in ("ntlm", "negotiate"):
        with pytest.raises(AuthenticationError), lab.pool(auth=auth, username="LAB\\admin"):
            pass
    assert lab.endpoint.shells.by_user() == {}


def test_an_account_of_the_realm_that_the_server_does_not_know(serve: Any, realm: KerberosService) -> None:
    lab = serve(tls=False, schemes=("Negotiate",), kerberos=realm)
    options = AS_EX01 | {"username": "stranger@LAB.EXAMPLE", "auth": "kerberos", "path": "PowerShell"}
    with pytest.raises(AuthenticationError), lab.pool(**options):
        pass


@pytest.mark.parametrize("tls", [False, True])
def test_windows_takes_kerberos_and_ntlm(serve: Any, run: Any, realm: KerberosService, tls: bool) -> None:
    lab = serve("windows", tls=tls, kerberos=realm)
    for options in ({"auth": "kerberos", **AS_EX01}, {"auth": "ntlm", "username": "LAB\\admin"}):
        with lab.pool(path="wsman", **options) as pool:
            assert len(run(pool, "Get-Service")[0]) == 2
