"""The lab as a process: its one line, its end, and that nothing of it can be reached from elsewhere or is left."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msal
import pytest
import requests

from pushtui.base.errors import UsageError
from pushtui.lab.__main__ import main
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import load


def test_the_line_says_how_to_reach_everything(running_lab: Any) -> None:
    line = running_lab.line
    assert line["schema"] == 1
    assert {"exchange", "windows", "entra", "smtp", "proxy", "ca_file", "profile", "control"} <= line.keys()
    assert line["exchange"]["auth"] == "basic"
    assert line["exchange"]["url"].startswith("https://127.0.0.1:")
    assert list(line["exchange"]["servers"]) == ["ex01.lab.example", "ex02.lab.example", "ex03.lab.example"]
    assert line["entra"]["tenant_domain"] == "fabrikam.com"


def test_the_profile_and_its_secrets_are_private(running_lab: Any) -> None:
    profile = Path(running_lab.line["profile"])
    table = tomllib.loads(profile.read_text())
    assert table["environment"] == "lab"
    assert table["tenant_domain"] == "fabrikam.com"
    assert table["network"]["proxy"] == running_lab.line["proxy"]
    assert table["verification"]["wait_seconds"] > 2
    assert Path(table["exchange"]["password_file"]).read_text() == running_lab.line["exchange"]["password"]
    assert table["windows"]["connect_to"].keys() == running_lab.line["windows"]["servers"].keys()
    assert stat.S_IMODE(profile.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in profile.parent.iterdir()} == {0o600}
    assert not Path(table["certificate_path"]).exists()


def test_the_profile_fits_the_settings_of_the_program(running_lab: Any) -> None:
    from pushtui.base.tables import read_table
    from pushtui.entra.settings import CloudSettings, EntraSettings, NetworkSettings
    from pushtui.exchange.settings import ExchangeSettings, WindowsSettings
    from pushtui.mail.settings import MailSettings

    table = tomllib.loads(Path(running_lab.line["profile"]).read_text())
    kinds = {
        "exchange": ExchangeSettings,
        "windows": WindowsSettings,
        "entra": EntraSettings,
        "cloud": CloudSettings,
        "network": NetworkSettings,
        "mail": MailSettings,
    }
    for name, kind in kinds.items():
        assert read_table(kind, table[name], name) is not None


def test_it_listens_on_loopback_alone(running_lab: Any) -> None:
    inodes = set()
    for descriptor in Path(f"/proc/{running_lab.process.pid}/fd").iterdir():
        target = os.readlink(descriptor)
        if target.startswith("socket:["):
            inodes.add(target.removeprefix("socket:[").removesuffix("]"))
    listening = [
        fields[1].partition(":")[0]
        for family in ("tcp", "tcp6", "udp", "udp6")
        for fields in map(str.split, Path(f"/proc/{running_lab.process.pid}/net/{family}").read_text().splitlines()[1:])
        if fields[9] in inodes and fields[3] in ("0A", "07")
    ]
    assert len(listening) >= 9, "six endpoints, the tenant, the proxy, mail and control"
    assert set(listening) == {"0100007F"}


@pytest.mark.parametrize("by", ["stdin", "SIGTERM", "SIGINT"])
def test_it_ends_and_leaves_nothing(start_lab: Any, by: str) -> None:
    lab = start_lab("done")
    assert len([path for path in lab.temporary.iterdir() if path.name.startswith("pushtui-lab-")]) == 1
    assert lab.end(by=by) == (0, b"", b"")
    assert list(lab.temporary.iterdir()) == []
    port = urlsplit(lab.line["entra"]["login"]).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_it_ends_at_once_while_clients_are_connected(start_lab: Any) -> None:
    lab = start_lab()
    lab.control("POST", "faults", {"match": "openid-configuration", "effect": "stall", "seconds": 600})
    url = "https://login.microsoftonline.com/fabrikam.com/v2.0/.well-known/openid-configuration"
    with lab.outside() as session, pytest.raises(requests.RequestException):
        session.get(url, timeout=0.5)
    assert lab.end(by="SIGTERM") == (0, b"", b"")


def run(*arguments: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pushtui.lab", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(os.environ) | {"TMPDIR": str(temporary)},
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[organization]\nserverz = []", "unknown key"),
        ("[[organization.servers]]\nname = 'ex01'\nreachable = false", "no reachable Exchange server"),
        ("[[tenant.keys]]\nsubject = 'nonsense'", "nonsense"),
    ],
)
def test_a_lab_that_cannot_start_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str
) -> None:
    scenario, temporary = tmp_path / "wrong.toml", tmp_path / "temporary"
    scenario.write_text(text)
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(UsageError) as raised:
        Laboratory(load(str(scenario)))
    assert sentence in str(raised.value)
    assert list(temporary.iterdir()) == []


def test_a_failure_at_start_is_one_sentence(tmp_path: Path) -> None:
    ended = run("--scenario", "frsh", temporary=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert len(ended.stderr.splitlines()) == 1
    assert "There is no scenario “frsh”" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_parent_it_ends_by_itself(tmp_path: Path) -> None:
    ended = run(temporary=tmp_path)
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["schema"] == 1
    assert list(tmp_path.iterdir()) == []


def test_approve_finds_the_running_lab(start_lab: Any) -> None:
    lab = start_lab()
    with lab.outside() as session:
        client = msal.PublicClientApplication(
            lab.line["entra"]["client_id"],
            authority="https://login.microsoftonline.com/fabrikam.com",
            instance_discovery=False,
            http_client=session,
        )
        flow = client.initiate_device_flow(["https://graph.microsoft.com/.default"])
        unknown = run("approve", "NOTACODE1", temporary=lab.temporary)
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert "NOTACODE1" in unknown.stderr
        assert run("approve", flow["user_code"], temporary=lab.temporary).returncode == 0
        answer = client.acquire_token_by_device_flow(flow)
    assert answer["id_token_claims"]["preferred_username"] == "admin@fabrikam.com"


def test_approve_without_a_lab_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["approve", "ABCDEFGHJ"]) == 1
    assert capsys.readouterr().err == "No lab is running.\n"


def test_done_holds_the_certificate_of_the_organization(start_lab: Any) -> None:
    state = start_lab("done").control("GET", "state")
    current = state["organization"]["auth_config"]["current"]
    assert [key["thumbprint"] for key in state["tenant"]["service_principal"]["keys"]] == [current]
    assert state["organization"]["auth_servers"][0]["realm"] == state["tenant"]["tenant_id"]


def test_other_keys_holds_a_good_and_an_expired_key(start_lab: Any) -> None:
    state = start_lab("other-keys").control("GET", "state")
    names = [key["display_name"] for key in state["tenant"]["service_principal"]["keys"]]
    assert names == ["CN=Another Exchange organization", "CN=Retired Exchange organization"]
