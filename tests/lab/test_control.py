"""The control endpoint: the truth, changes of it, faults, the request log."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from pushtui.lab.tenant.certificates import self_signed

METADATA = "https://accounts.accesscontrol.windows.net/fabrikam.com/metadata/json/1"


@pytest.fixture(autouse=True)
def nothing_queued(running_lab: Any) -> None:
    running_lab.control("POST", "clear", {})


def test_state_shows_all_sides(running_lab: Any) -> None:
    state = running_lab.control("GET", "state")
    assert state["tenant"]["tenant_id"] == running_lab.line["entra"]["tenant_id"]
    assert [server["name"].lower() for server in state["organization"]["servers"]] == ["ex01", "ex02", "ex03"]
    assert state["mail"] == []


def test_requests_are_logged_and_cleared(running_lab: Any) -> None:
    with running_lab.outside() as session:
        session.get(METADATA)
    seen = [(entry["side"], entry["name"], entry["write"]) for entry in running_lab.control("GET", "requests")]
    assert ("acs", "GET /fabrikam.com/metadata/json/1", False) in seen
    running_lab.control("POST", "clear", {"faults": False})
    assert running_lab.control("GET", "requests") == []


def test_faults_one_or_several(running_lab: Any) -> None:
    running_lab.control("POST", "faults", {"match": "metadata", "effect": "status", "status": 500})
    running_lab.control("POST", "faults", [{"match": "metadata", "effect": "status", "status": 502}])
    with running_lab.outside() as session:
        assert [session.get(METADATA).status_code for _ in range(3)] == [500, 502, 200]


def test_the_truth_of_the_tenant_can_be_changed(running_lab: Any) -> None:
    running_lab.control("POST", "tenant", {"domains": [{"name": "contoso.com", "default": True}]})
    assert "contoso.com" in running_lab.control("GET", "state")["tenant"]["domains"]
    running_lab.control("POST", "tenant", {"domains": [{"name": "fabrikam.com", "default": True}]})
    assert "contoso.com" not in running_lab.control("GET", "state")["tenant"]["domains"]


def test_keys_of_the_tenant_can_be_added_and_removed(running_lab: Any) -> None:
    now = datetime.now(UTC)
    der = self_signed("CN=Another administrator's", now - timedelta(days=1), now + timedelta(days=9)).der
    keys = [{"der": base64.b64encode(der).decode()}, {"subject": "CN=Made here"}]
    running_lab.control("POST", "tenant", {"add_keys": keys})
    found = running_lab.control("GET", "state")["tenant"]["service_principal"]["keys"]
    assert [key["display_name"] for key in found] == ["CN=Another administrator's", "CN=Made here"]
    running_lab.control("POST", "tenant", {"remove_keys": [key["sha256"] for key in found]})
    assert running_lab.control("GET", "state")["tenant"]["service_principal"]["keys"] == []


def test_the_truth_of_the_organization_can_be_changed(running_lab: Any) -> None:
    running_lab.control("POST", "organization", {"push_proxy": {"enabled": True, "organization": "contoso.com"}})
    assert running_lab.control("GET", "state")["organization"]["push_proxy"]["organization"] == "contoso.com"
    running_lab.control("POST", "organization", {"push_proxy": {"enabled": False, "organization": ""}})


def test_a_server_that_became_unreachable_no_longer_listens(start_lab: Any) -> None:
    lab = start_lab()
    url = lab.line["exchange"]["servers"]["ex02.lab.example"]
    with lab.outside(proxied=False) as session:
        assert session.post(url, timeout=10).status_code == 401
        lab.control("POST", "organization", {"servers": {"ex02": {"reachable": False}}})
        with pytest.raises(requests.ConnectionError):
            session.post(url, timeout=10)


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("faults", {"match": "x", "efect": "cut"}, "unknown key"),
        ("faults", {"match": "x", "effect": "explode"}, "expected one of"),
        ("faults", "text", "not a JSON object"),
        ("tenant", {"nonsense": 1}, "unknown key"),
        ("tenant", {"user": {"roles": ["King"]}}, "unknown role"),
        ("organization", {"nonsense": 1}, "unknown key"),
        ("approve", {"code": "NOTACODE1"}, "No sign-in waits"),
        ("approve", {}, "lacks"),
        ("clear", {"everything": True}, "unknown key"),
    ],
)
def test_what_is_wrong_is_said(running_lab: Any, path: str, body: Any, sentence: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{running_lab.line['control']}/{path}", json=body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_only_who_has_the_token_gets_in(running_lab: Any) -> None:
    base, _, token = running_lab.line["control"].rpartition("/")
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{base}/state").status_code == 404
        assert session.get(f"{base}/{token}x/state").status_code == 404
        assert session.get(f"{base}/{token}/nonsense").status_code == 404
        assert session.get(f"{base}/{token}/state", headers={"Host": "evil.example"}).status_code == 404
        assert session.post(f"{base}/{token}/faults", data="{").status_code == 400
