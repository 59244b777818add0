"""Kerberos against a KDC of the lab's own: Exchange's way in, and encrypted messages without TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pushtui.lab import kerberos
from pushtui.lab.kerberos import KerberosService

ACCOUNTS = (("admin@lab.example", "Lab-Passw0rd"), ("other@lab.example", 'odd "quoted" one'))


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *arguments, **options: None)
    assert kerberos.missing() == "krb5kdc is not installed"


@pytest.fixture(scope="module")
def realm() -> Iterator[KerberosService]:
    if reason := next((f"{name} is not installed" for name in kerberos._PROGRAMS if not kerberos._program(name)), ""):
        pytest.skip(reason)
    service = KerberosService(ACCOUNTS, ["ex01.lab.example"])
    service.start()
    yield service
    service.stop()


def test_the_realm_has_its_accounts_and_is_gone_afterwards() -> None:
    if not kerberos._program("krb5kdc"):
        pytest.skip("krb5kdc is not installed")
    before = os.environ.get("KRB5_CONFIG")
    service = KerberosService(ACCOUNTS, ["ex01.lab.example"])
    service.start()
    folder = Path(os.environ["KRB5_CONFIG"]).parent
    assert service.principal("admin@lab.example") == "admin@LAB.EXAMPLE"
    assert folder.stat().st_mode & 0o077 == 0
    service.stop()
    service.stop()
    assert not folder.exists()
    assert os.environ.get("KRB5_CONFIG") == before
    assert service.environment == {}


@pytest.mark.skipif(shutil.which("kinit") is None, reason="kinit is not installed")
@pytest.mark.parametrize(
    ("account", "password", "code"), [(*ACCOUNTS[0], 0), (*ACCOUNTS[1], 0), (ACCOUNTS[0][0], "no", 1)]
)
def test_accounts_get_tickets_by_their_password(
    realm: KerberosService, tmp_path: Path, account: str, password: str, code: int
) -> None:
    done = subprocess.run(
        ["kinit", "-c", str(tmp_path / "cache"), realm.principal(account)],
        input=password + "\n",
        text=True,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == code, done.stderr
