"""Servers of several versions, their components, and the organization's domains."""

from __future__ import annotations

from typing import Any

MIXED = {
    "servers": [
        {"name": "ex01", "version": "15.0.1497.2", "roles": ["Mailbox", "ClientAccess"]},
        {"name": "ex02", "version": "15.2.2562.17"},
        {"name": "old01", "version": "14.3.123.4", "roles": ["Mailbox", "ClientAccess", "HubTransport"]},
        {"name": "edge01", "version": "15.1.2507.6", "roles": ["Edge"], "site": "DMZ"},
    ]
}


def test_versions_and_roles_are_text(make: Any, open_shell: Any) -> None:
    shell = open_shell(make(MIXED))
    found = {o.properties["Name"]: o.properties for o in shell.ok("Get-ExchangeServer")}
    assert {name: (p["AdminDisplayVersion"], p["ServerRole"]) for name, p in found.items()} == {
        "EX01": ("Version 15.0 (Build 1497.2)", "Mailbox, ClientAccess"),
        "EX02": ("Version 15.2 (Build 2562.17)", "Mailbox"),
        "OLD01": ("Version 14.3 (Build 123.4)", "Mailbox, ClientAccess, HubTransport"),
        "EDGE01": ("Version 15.1 (Build 2507.6)", "Edge"),
    }
    assert [name for name, p in found.items() if p["IsClientAccessServer"]] == ["EX01", "EX02", "OLD01"]
    assert [name for name, p in found.items() if p["IsEdgeServer"]] == ["EDGE01"]
    assert [name for name, p in found.items() if not p["IsE15OrLater"]] == ["OLD01"]
    assert found["EDGE01"]["Site"] == "lab.example/Configuration/Sites/DMZ"


def test_only_servers_of_2013_and_later_take_part(make: Any, open_shell: Any) -> None:
    organization = make(MIXED)
    assert [server.name for server in organization.servers if server.offers_powershell] == ["ex01", "ex02"]
    shell = open_shell(organization)
    for name in ("old01", "edge01"):
        assert shell.refused("Get-ExchangeCertificate", Server=name).failure_category == "Cmdlet-RpcException"
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    holders = [
        server["name"]
        for server in organization.snapshot()["servers"]
        if current in {certificate["thumbprint"] for certificate in server["certificates"]}
    ]
    assert holders == ["ex01", "ex02"]


def test_one_server_by_name_fqdn_or_guid(shell: Any) -> None:
    found = shell.one("Get-ExchangeServer", Identity="EX02")
    assert shell.one("Get-ExchangeServer", Identity="ex02.LAB.example") == found
    assert shell.one("Get-ExchangeServer", Identity=str(found["Guid"])) == found
    assert shell.one("Get-ExchangeServer", Identity=found["DistinguishedName"]) == found
    assert shell.refused("Get-ExchangeServer", Identity="ex").target == "ex"
    assert shell.ok("Get-ExchangeServer", Domain="other.example") == []


def test_dates_have_the_servers_offset(make: Any, open_shell: Any) -> None:
    found = open_shell(make({"utc_offset_hours": -8.0})).one("Get-AuthConfig")
    assert found["WhenChanged"].utcoffset().total_seconds() == -8 * 3600
    assert found["WhenChangedUTC"].utcoffset().total_seconds() == 0
    assert found["WhenChanged"] == found["WhenChangedUTC"]


def test_component_states(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"servers": [{"name": "ex01", "inactive_components": ["PushNotificationsProxy"]}]}))
    states = {
        o.properties["Component"]: o.properties["State"] for o in shell.ok("Get-ServerComponentState", Identity="ex01")
    }
    assert [name for name, state in states.items() if state == "Inactive"] == ["PushNotificationsProxy"]
    shell.organization.change({"servers": {"ex01": {"components": {"ServerWideOffline": "Inactive"}}}})
    one = shell.one("Get-ServerComponentState", Identity="ex01", Component="owaproxy")
    assert (one["State"], one["ServerWideOfflineIsOffline"]) == ("Inactive", True)
    assert shell.one("Get-ServerComponentState", Identity="ex01", Component="Monitoring")["State"] == "Active"
    assert shell.refused("Get-ServerComponentState", Identity="ex01", Component="Nothing").target == "Nothing"
    assert shell.refused("Get-ServerComponentState", Identity="ex09").target == "ex09"


def test_domains_and_hybrid(make: Any, open_shell: Any) -> None:
    shell = open_shell(make())
    domains = {o.properties["DomainName"]: o.properties["Default"] for o in shell.ok("Get-AcceptedDomain")}
    assert domains == {"lab.example": True, "fabrikam.com": False}
    assert shell.refused("Get-AcceptedDomain", Identity="x.example").target == "x.example"
    assert shell.ok("Get-HybridConfiguration") == []
    hybrid = open_shell(make({"hybrid": {"domains": ["fabrikam.com"]}}))
    assert hybrid.one("Get-HybridConfiguration")["Domains"].items == ("fabrikam.com",)
