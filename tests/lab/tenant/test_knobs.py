"""What a scenario can say of keys, of other directories and of the dedicated hybrid application."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pushtui.base.errors import UsageError
from pushtui.lab.tenant.certificates import self_signed

OTHER = "9e7d6c5b-4a39-4828-9716-050403020100"
ORGANIZATION = UUID("c4f1a2d0-6f57-4f0e-9c5e-7b1d2e3f4a5b")


def certificate(subject: str) -> bytes:
    now = datetime.now(UTC)
    return self_signed(subject, now - timedelta(days=10), now + timedelta(days=1000)).der


def keys_of(rig: Any, tools: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rig.graph("GET", f"{tools.principal}?$select=keyCredentials").json()["keyCredentials"]
    return found


def test_keys_of_any_certificate_of_the_organization(make_rig: Any, tools: Any) -> None:
    rig = make_rig(keys=[{"from_organization": "current"}, {"from_organization": "next", "display_name": "Next"}])
    certificates = {"current": certificate("CN=current"), "next": certificate("CN=next")}
    rig.tenant.hand_over(certificates, ORGANIZATION)
    found = {base64.b64decode(key["key"]): key["displayName"] for key in keys_of(rig, tools)}
    assert found == {certificates["current"]: "CN=current", certificates["next"]: "Next"}


def test_a_certificate_that_the_organization_lacks(make_rig: Any) -> None:
    rig = make_rig(keys=[{"from_organization": "nothing"}])
    with pytest.raises(UsageError, match="no certificate 'nothing': current"):
        rig.tenant.hand_over({"current": certificate("CN=current")}, ORGANIZATION)


def test_keys_under_dates_of_their_own(make_rig: Any, tools: Any) -> None:
    rig = make_rig(keys=[{"starts_days": -3, "ends_days": -1}, {"count": 3}])
    first, *others = keys_of(rig, tools)
    now = datetime.now(UTC)
    assert datetime.fromisoformat(first["startDateTime"]) < datetime.fromisoformat(first["endDateTime"]) < now
    assert len({key["key"] for key in others}) == 3


def test_a_domain_of_another_directory(make_rig: Any) -> None:
    rig = make_rig(others=[{"domain": "contoso.com"}])
    session = rig.session()
    found = session.get(f"{rig.tenant.url}/contoso.com/v2.0/.well-known/openid-configuration").json()
    assert f"/{OTHER}/" in found["token_endpoint"]
    refused = rig.confidential(authority=f"{rig.tenant.url}/{OTHER}")
    answer = refused.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    assert answer["error_codes"] == [700016]
    metadata = session.get(f"{rig.tenant.url}/metadata/json/1?realm=contoso.com").json()
    assert metadata["realm"] == OTHER


def test_the_dedicated_hybrid_application(make_rig: Any, tools: Any) -> None:
    rig = make_rig(hybrid_application={})
    der = certificate("CN=current")
    rig.tenant.hand_over({"current": der}, ORGANIZATION)
    name = f"ExchangeServerApp-{ORGANIZATION}"
    (listed,) = rig.graph("GET", f"/v1.0/applications?$filter=displayName eq '{name}'").json()["value"]
    assert [key["key"] for key in listed["keyCredentials"]] == [None], "a list shows no key"
    one = rig.graph("GET", f"/v1.0/applications/{listed['id']}?$select=keyCredentials").json()
    assert base64.b64decode(one["keyCredentials"][0]["key"]) == der
    by_app_id = rig.graph("GET", f"/v1.0/applications(appId='{listed['appId']}')?$select=id").json()
    assert by_app_id["id"] == listed["id"]
    (principal,) = rig.graph("GET", f"/v1.0/servicePrincipals?$filter=displayName eq '{name}'").json()["value"]
    assert (principal["appId"], principal["keyCredentials"]) == (listed["appId"], [])
    assert keys_of(rig, tools) == []
    assert [a["name"] for a in rig.tenant.snapshot()["applications"]] == [name]


def test_applications_are_listed_with_our_own_and_read_only(make_rig: Any) -> None:
    rig = make_rig()
    assert [a["displayName"] for a in rig.graph("GET", "/v1.0/applications").json()["value"]] == ["pushtui"]
    assert rig.graph("GET", "/v1.0/applications/nothing").status_code == 404
    assert rig.graph("PATCH", "/v1.0/applications/nothing", json={}).status_code == 405
    denied = make_rig(application={"application_permissions": ["Domain.Read.All"]})
    assert denied.graph("GET", "/v1.0/applications").status_code == 403
