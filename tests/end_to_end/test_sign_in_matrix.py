"""Every way to sign in to Exchange with every way to sign in to Windows: doctor, check, then the last step applied.

Every way to sign in to the tenant, direct and through a proxy, is in test_sign_in.py.

Exchange: Kerberos over http with encrypted messages, Basic over https. Windows: Kerberos and NTLM over http with
encrypted messages, https. Kerberos is skipped where there is no KDC or the libraries are not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import tomlkit

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


def _no_kerberos() -> str:
    from pushtui.lab import kerberos

    return kerberos.missing()


@pytest.fixture(scope="module")
def lab(start_shared_lab: Callable[..., Any]) -> Any:
    return start_shared_lab("done", *([] if _no_kerberos() else ["--kerberos"]))


# Negotiate takes Kerberos where it can, and there is none for a name that is no user principal name.
WINDOWS = {
    "kerberos": {"auth": "kerberos", "ssl": False},
    "ntlm": {"auth": "negotiate", "ssl": False, "user": "LAB\\admin"},
    "https": {"auth": "negotiate", "ssl": True},
}


def _profile(lab: Any, path: Path, exchange: str, windows: str) -> Path:
    """The ready profile for this way into Exchange, changed to this way into Windows."""
    tables = tomlkit.parse(Path(lab.line["profiles"][exchange]).read_text()).unwrap()
    tables["windows"] |= WINDOWS[windows]
    urls = lab.line["windows"]["https_servers" if windows == "https" else "servers"]
    tables["windows"]["connect_to"] = {server: urlsplit(url).netloc for server, url in urls.items()}
    tables["windows"]["ca_file"] = lab.line["ca_file"]
    tables["certificate_path"] = str(path.parent / "exchange-auth.cer")
    path.write_text(tomlkit.dumps(tables))
    return path


@pytest.mark.parametrize("windows", list(WINDOWS))
@pytest.mark.parametrize("exchange", ["basic", "kerberos"])
def test_check_and_verification(lab: Any, pushtui: Any, tmp_path: Path, exchange: str, windows: str) -> None:
    if "kerberos" in (exchange, windows) and (reason := _no_kerberos()):
        pytest.skip(reason)
    profile = _profile(lab, tmp_path / "profile.toml", exchange, windows)
    environment = lab.line["environment"] or {"KRB5_CONFIG": "/dev/null"}
    lab.ask("clear", {})

    examined = pushtui("-p", profile, "doctor", "--json", environment=environment)
    rows = {(row["leg"], row["test"]): row for row in examined.document["rows"]}
    assert (examined.code, examined.document["status"]) == (0, "ok"), examined.output
    assert {rows[leg, "sign-in"]["code"] for leg in ("exchange", "windows")} == {"sign-in.open"}
    assert rows["exchange", "sign-in"]["detail"] == f"Signed in as admin@lab.example ({exchange})"

    checked = pushtui("-p", profile, "check", "--json", environment=environment)
    assert checked.code == 3, checked.errors
    expected = {"servers": "ok", "certificate": "change-needed", "auth-server": "ok", "service-principal": "ok"}
    assert {step: checked.statuses[step] for step in expected} == expected

    applied = pushtui("-p", profile, "apply", "--step", "verification", "--yes", "--json", environment=environment)
    assert (applied.code, applied.statuses["verification"]) == (0, "ok"), applied.errors
    requests = [(entry["side"], entry["name"]) for entry in lab.ask("requests")]
    assert ("windows", "Restart-Service") in requests
    assert ("exchange", "Invoke-MonitoringProbe") in requests
    assert lab.state()["shells"] == {"exchange": {}, "windows": {}}
