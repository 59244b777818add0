"""Our objects have the properties of recorded ones, flat as on the wire."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pushtui.lab.remoting.cmdlet import MultiValued, RemoteObject

NS = "{http://schemas.microsoft.com/powershell/2004/04}"
KINDS = {
    "S": (str,),
    "B": (bool,),
    "I32": (int,),
    "G": (UUID,),
    "DT": (datetime,),
    "Nil": (type(None),),
    "BA": (bytes,),
    "Ref": (str,),
}


def recorded(path: Path) -> tuple[tuple[str, ...], dict[str, tuple[type, ...]]]:
    """Type names and property kinds of the first object; rehydrated values count as the text they are on the wire."""
    first = ET.parse(path).getroot().find(f"{NS}Obj")
    assert first is not None
    types = tuple(t.text or "" for t in first.findall(f"{NS}TN/{NS}T"))
    properties: dict[str, tuple[type, ...]] = {}
    for item in first.find(f"{NS}Props") or ():
        tag = item.tag.removeprefix(NS)
        is_list = item.find(f"{NS}LST") is not None
        properties[item.attrib["N"]] = KINDS.get(tag, (MultiValued,) if is_list else (str,))
    return types, properties


def compare(ours: RemoteObject, path: Path, *, loose: frozenset[str] = frozenset()) -> None:
    types, properties = recorded(path)
    assert ours.types == types
    assert set(ours.properties) == set(properties) - loose
    for name, kinds in properties.items():
        if name not in loose and ours.properties[name] is not None and kinds != (type(None),):
            assert isinstance(ours.properties[name], kinds), name


LATER = frozenset({"InternetWebProxyBypassList", "MitigationsEnabled", "MitigationsApplied", "MitigationsBlocked"}) | {
    "DataCollectionEnabled",
    "MitigationsAppliedTime",
}
"""What only later security updates added, in no fixed way between the recorded servers."""


@pytest.mark.parametrize(
    ("file", "version", "roles"),
    [
        ("E15-GetExchangeServer.xml", "15.0.1497.2", ["Mailbox", "ClientAccess"]),
        ("E19-GetExchangeServer.xml", "15.2.986.5", ["Mailbox"]),
        ("MEAC-GetExchangeServer.xml", "15.1.2507.18", ["Mailbox"]),
    ],
)
def test_servers(make: Any, open_shell: Any, recordings: Path, file: str, version: str, roles: list[str]) -> None:
    shell = open_shell(make({"servers": [{"name": "ex01", "version": version, "roles": roles}]}))
    (ours,) = shell.ok("Get-ExchangeServer")
    ours = RemoteObject(ours.types, {k: v for k, v in ours.properties.items() if k not in LATER})
    compare(ours, recordings / file, loose=LATER)
    text = ET.parse(recordings / file).getroot().find(f".//{NS}Obj[@N='AdminDisplayVersion']/{NS}ToString")
    assert text is not None
    assert ours.properties["AdminDisplayVersion"] == text.text


@pytest.mark.parametrize(
    ("file", "version"), [("E15-GetAuthConfig.xml", "15.0.1497.2"), ("E19-GetAuthConfig.xml", "15.2.986.5")]
)
def test_auth_config(make: Any, open_shell: Any, recordings: Path, file: str, version: str) -> None:
    shell = open_shell(make({"servers": [{"name": "ex01", "version": version}]}))
    (ours,) = shell.ok("Get-AuthConfig")
    compare(ours, recordings / file)


def test_certificates(shell: Any, recordings: Path) -> None:
    ours = shell.ok("Get-ExchangeCertificate")[0]
    compare(ours, recordings / "MEAC-GetExchangeCertificate.xml")
    theirs = ET.parse(recordings / "MEAC-NewExchangeAuthCertificate.xml").getroot().find(f".//{NS}ToString")
    assert theirs is not None
    headings = [line for line in (theirs.text or "").replace("_x000D__x000A_", "\n").splitlines() if "[" in line]
    assert [line for line in ours.text.splitlines() if line.startswith("[")] == headings


def test_partner_applications(shell: Any, recordings: Path) -> None:
    compare(shell.ok("Get-PartnerApplication")[0], recordings / "E19-GetPartnerApplication.xml")


def test_component_states(shell: Any, recordings: Path) -> None:
    path = recordings / "E19-GetServerComponentState.xml"
    ours = shell.ok("Get-ServerComponentState", Identity="ex01")
    compare(ours[0], path)
    theirs = [o.findtext(f"{NS}Props/{NS}S[@N='Component']") for o in ET.parse(path).getroot().findall(f"{NS}Obj")]
    assert [o.properties["Component"] for o in ours] == theirs[: len(ours)]
