"""A client that shares no WSMan, HTTP or encryption code with pypsrp's first generation meets the lab.

``PUSHTUI_PSRP_PYTHON`` names the interpreter of a virtual environment that has ``pypsrp==1.0.0b1``; it cannot be
installed beside the pypsrp that the program itself uses.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from pushtui.lab.faults import Faults
from pushtui.lab.pki import Authority
from pushtui.lab.remoting.cmdlet import (
    CmdletSpec,
    EnumValue,
    ErrorSpec,
    Invocation,
    MultiValued,
    Parameter,
    RemoteObject,
)
from pushtui.lab.remoting.endpoint import Endpoint
from pushtui.lab.requests import RequestLog

PYTHON = os.environ.get("PUSHTUI_PSRP_PYTHON", "")
pytestmark = pytest.mark.skipif(not PYTHON, reason="PUSHTUI_PSRP_PYTHON does not name an interpreter that has psrp")
USER, PASSWORD = "admin@lab.example", "Lab-Passw0rd"


def get_thing(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    invocation.warning("careful")
    invocation.error(ErrorSpec("one thing is missing", "Lab.GetThing"))
    for number in range(parameters.get("Count", 1)):
        state = EnumValue("Lab.State", "Running", 4)
        values = {"Name": f"T{number}", "Items": MultiValued(("a", "b")), "Raw": b"\x30\x82", "State": state}
        invocation.output(RemoteObject(("Lab.Thing",), values, f"T{number}", {"Hidden": f"h{number}"}))


def get_length(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    invocation.output(len(parameters.get("Text") or parameters["Secret"]))


class Host:
    fqdn = executing_server = "ex01.lab.example"
    no_language = True

    def __init__(self, side: Literal["exchange", "windows"]) -> None:
        self.side: Literal["exchange", "windows"] = side
        self.configuration = "Microsoft.Exchange" if side == "exchange" else "Microsoft.PowerShell"

    def check_password(self, user: str, password: str) -> bool:
        return (user, password) == (USER, PASSWORD)

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [(USER, PASSWORD)]

    def forbids(self, user: str) -> str:
        return ""

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        specs = (
            CmdletSpec("Get-Thing", get_thing, (Parameter("Count", "int"),)),
            CmdletSpec("Get-Length", get_length, (Parameter("Text", position=0), Parameter("Secret", "securestring"))),
            CmdletSpec("Wait-Thing", lambda invocation, parameters: invocation.wait(60)),
        )
        return {spec.name.lower(): spec for spec in specs}


@contextmanager
def endpoint(side: Literal["exchange", "windows"], tls: Authority | None) -> Iterator[Endpoint]:
    served = Endpoint(
        Host(side),
        tls=tls.issue(["localhost", "127.0.0.1"]) if tls else None,
        schemes=("Basic",) if side == "exchange" else ("Negotiate",),
        path="/PowerShell" if side == "exchange" else "/wsman",
        requests=RequestLog(),
        faults=Faults(),
    )
    served.start()
    try:
        yield served
    finally:
        served.stop()


def visit(served: Endpoint, **settings: Any) -> dict[str, Any]:
    """What the other client saw."""
    given = {
        "server": "127.0.0.1",
        "port": served.port,
        "path": served.url.rsplit("/", 1)[1],
        "username": USER,
        "password": PASSWORD,
        "configuration_name": served.host.configuration,
    }
    return _run(given | settings)


def _run(settings: dict[str, Any]) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    client = Path(__file__).with_name("client.py")
    done = subprocess.run(
        [PYTHON, str(client)],
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def check(seen: dict[str, Any]) -> None:
    assert seen["version"].startswith("5.1")
    # psrp adds the prefix, as the .NET client does; the wire does not carry it.
    assert seen["types"] == ["Deserialized.Lab.Thing", "Deserialized.System.Object"]
    assert seen["names"] == ["T0", "T1"]
    assert (seen["items"], seen["raw"], seen["state"]) == (["a", "b"], "3082", "Running")
    assert seen["warnings"] == ["careful"]
    assert "Lab.GetThing" in seen["errors"][0]
    assert seen["several"][-1] == "h0"
    assert seen["counts"] == [1, 2, 3, 4, 5]
    assert seen["big"] == [700_000]
    assert seen["secret"] == [4]
    assert seen["stopped"] is True
    assert "no-language mode" in seen["script"]


def test_basic_over_tls(tmp_path: Path) -> None:
    authority = Authority.make()
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.ca_pem)
    with endpoint("exchange", authority) as served:
        check(visit(served, scheme="https", auth="basic", verify=str(ca_file)))


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_ntlm_with_encrypted_messages(auth: str) -> None:
    with endpoint("windows", None) as served:
        check(visit(served, scheme="http", auth=auth, username="LAB\\admin"))


def test_ntlm_over_tls_with_channel_bindings(tmp_path: Path) -> None:
    authority = Authority.make()
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.ca_pem)
    with endpoint("windows", authority) as served:
        check(visit(served, scheme="https", auth="ntlm", verify=str(ca_file), username="LAB\\admin"))


def test_a_wrong_password_is_refused() -> None:
    with endpoint("windows", None) as served:
        assert visit(served, scheme="http", auth="ntlm", username="LAB\\admin", password="no") == {"refused": 401}


@pytest.fixture
def lab() -> Iterator[dict[str, Any]]:
    """The line of a whole lab, in a process of its own."""
    command = [sys.executable, "-m", "pushtui.lab", "--scenario", "fresh"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def test_the_whole_labs_organization(lab: dict[str, Any]) -> None:
    exchange = lab["exchange"]
    url = urlsplit(exchange["url"])
    seen = _run(
        {
            "work": "organization",
            "server": url.hostname,
            "port": url.port,
            "path": url.path.lstrip("/"),
            "scheme": url.scheme,
            "auth": "basic",
            "username": exchange["user"],
            "password": exchange["password"],
            "verify": lab["ca_file"],
            "configuration_name": "Microsoft.Exchange",
        }
    )
    assert [name for name, _version in seen["servers"]] == ["EX01", "EX02", "EX03"]
    assert {version for _name, version in seen["servers"]} == {"Version 15.2 (Build 1748.10)"}
    assert set(seen["raw"]) == {"30"}
    assert [seen["current"], True] in seen["chosen"]
    assert "Cmdlet-ManagementObjectNotFoundException" in seen["missing"][0]
    assert "'Get-Mailbox' is not recognized" in seen["unknown"][0]
    assert seen["preview"] == 0
    assert "does not support user interaction" in seen["question"][0]
    assert seen["enabled"] == [True, "fabrikam.com", "https://outlook.office365.com/PushNotifications"]
