"""Scenarios: what is shipped builds, what is wrong is refused in one sentence, and a test can look and change."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import pushtui.lab
from pushtui.base.errors import UsageError

SCENARIOS = Path(pushtui.lab.__file__).parent / "scenarios"
SHIPPED = ("done", "expired-certificate", "fresh", "near-expiry", "old-cu", "other-keys")
TENANT = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"


class Production:
    """The stand-in under the production host names."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud

    def session(self) -> requests.Session:
        cloud = self._cloud

        class Redirected(requests.Session):
            def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
                rest = url.removeprefix("https://accounts.accesscontrol.windows.net")
                return super().request(method, f"{cloud.base}{rest}", *args, **kwargs)

        session = Redirected()
        session.trust_env = False
        session.verify = str(cloud.ca_file)
        return session


def shipped(name: str) -> dict[str, Any]:
    return tomllib.loads((SCENARIOS / f"{name}.toml").read_text("utf-8"))


@pytest.fixture
def start(make: Any, cloud: Any) -> Any:
    return lambda name: make(shipped(name)["organization"], Production(cloud))


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_scenario_builds_and_its_state_is_json(start: Any, name: str) -> None:
    table = shipped(name)
    assert table["title"]
    assert table["description"]
    state = start(name).snapshot()
    json.dumps(state)
    assert state["servers"][0]["fqdn"] == "ex01.lab.example"


def by_thumbprint(state: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for server in state["servers"]:
        for certificate in server["certificates"]:
            found.setdefault(certificate["thumbprint"], []).append(server["name"])
    return found


def test_fresh_is_as_setup_leaves_it(start: Any) -> None:
    state = start("fresh").snapshot()
    current = state["auth_config"]["current"]
    assert by_thumbprint(state)[current] == ["ex01", "ex02", "ex03"]
    assert state["auth_servers"] == []
    assert state["push_proxy"]["enabled"] is False
    assert len(by_thumbprint(state)) == 7
    (certificate,) = {
        (c["status"], c["exportable"])
        for server in state["servers"]
        for c in server["certificates"]
        if c["thumbprint"] == current
    }
    assert certificate == ("Valid", True)


def test_the_expired_certificate(start: Any) -> None:
    state = start("expired-certificate").snapshot()
    statuses = {c["thumbprint"]: c["status"] for c in state["servers"][0]["certificates"]}
    assert statuses[state["auth_config"]["current"]] == "DateInvalid"


def test_done_has_the_tenants_realm_from_its_metadata(start: Any) -> None:
    organization = start("done")
    (auth_server,) = organization.snapshot()["auth_servers"]
    assert auth_server["realm"] == TENANT
    assert organization.snapshot()["push_proxy"]["organization"] == "fabrikam.com"
    assert shipped("done")["tenant"]["keys"][0]["from_organization"] == "auth-certificate"


def test_old_cu_and_other_keys(start: Any) -> None:
    versions = [server["version"] for server in start("old-cu").snapshot()["servers"]]
    assert "Version 15.0 (Build 712.24)" in versions
    assert any(version.startswith("Version 14.") for version in versions)
    keys = shipped("other-keys")["tenant"]["keys"]
    assert sorted(key["not_after_days"] < 0 for key in keys) == [False, True]
    assert any(server["roles"] == "Edge" for server in start("other-keys").snapshot()["servers"])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"serverz": []}, "serverz"),
        ({"servers": [{"name": "ex01", "version": "2019"}]}, "2019"),
        ({"servers": [{"name": "ex01", "roles": ["Mail"]}]}, "Mail"),
        ({"servers": [{"name": "ex01", "stopped_services": ["x"]}]}, "service"),
        ({"servers": [{"version": "15.2.1748.10"}]}, "name"),
        ({"executing_server": "ex09"}, "ex09"),
        ({"auth_config": {"current": "nothing"}}, "nothing"),
        ({"certificates": [{"id": "auth-certificate"}, {"id": "auth-certificate"}]}, "same id"),
        ({"certificates": [{"id": "auth-certificate", "subject": "nothing"}]}, "nothing"),
        ({"certificates": [{"id": "auth-certificate", "servers": ["ex09"]}]}, "ex09"),
        ({"certificates": [{"id": "auth-certificate", "status": "Fine"}]}, "Fine"),
        ({"auth_servers": [{"name": "x"}]}, "x"),
    ],
)
def test_a_wrong_table_is_one_sentence(make: Any, table: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make(table)


def test_a_thumbprint_that_nobody_has(make: Any) -> None:
    organization = make({"auth_config": {"current": "ab" * 20}})
    assert organization.snapshot()["auth_config"]["current"] == "AB" * 20
    assert organization.current_certificate_der() is None


def test_every_certificate_has_a_key_of_its_own(make: Any) -> None:
    organization = make()
    keys = {
        stored.certificate.parsed.public_key().public_numbers().n
        for server in organization.servers
        for stored in server.store.values()
    }
    assert len(keys) == 7
    for server in organization.servers:
        for stored in server.store.values():
            assert stored.certificate.key.public_key() == stored.certificate.parsed.public_key()


def test_a_staged_certificate(make: Any, open_shell: Any) -> None:
    table = {
        "certificates": [{"id": "auth-certificate"}, {"id": "next"}],
        "auth_config": {"next": "next", "next_effective_days": 3},
    }
    found = open_shell(make(table)).one("Get-AuthConfig")
    assert len(found["NextCertificateThumbprint"]) == 40
    assert found["NextCertificateEffectiveDate"].utcoffset().total_seconds() == 3600


def test_changes_of_a_test_are_checked_before_anything_is_changed(make: Any) -> None:
    organization = make()
    before = organization.snapshot()
    for patch in (
        {"server": {}},
        {"servers": {"ex09": {}}},
        {"servers": {"ex01": {"stop_services": ["x"]}}},
        {"servers": {"ex01": {"components": {"OwaProxy": "Off"}}}},
        {"servers": {"ex01": {"version": "x"}}},
        {"auth_servers": {"x": {}}},
        {"partner_applications": {"x": True}},
        {"push_proxy": {"enabled": True}, "executing_server": "ex09"},
    ):
        with pytest.raises(UsageError):
            organization.change(patch)
    assert organization.snapshot() == before


def test_changes_of_a_test(make: Any) -> None:
    organization = make()
    organization.change(
        {
            "auth_config": {"current": "cd" * 20, "next": "ef" * 20, "next_effective_days": 2},
            "push_proxy": {"enabled": True, "organization": "fabrikam.com"},
            "partner_applications": {"Exchange Online": False},
            "servers": {"ex02": {"reachable": False, "site": "Branch"}},
            "hm_start_seconds": 5,
            "advance_seconds": 60,
        }
    )
    state = organization.snapshot()
    assert state["auth_config"]["current"] == "CD" * 20
    assert state["auth_config"]["next_effective"]
    assert state["push_proxy"]["organization"] == "fabrikam.com"
    assert not state["partner_applications"][0]["enabled"]
    assert (state["servers"][1]["reachable"], state["servers"][1]["site"]) == (False, "Branch")
    assert not organization.servers[1].offers_powershell
    organization.change({"auth_config": {"next": ""}})
    assert organization.snapshot()["auth_config"]["next_effective"] is None
