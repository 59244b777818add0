"""Graph's reads: who may, what is shown, and the query options."""

from __future__ import annotations

import base64
from typing import Any

import jwt
import pytest

GRAPH = "00000003-0000-0000-c000-000000000000"


def test_the_organization_shows_its_plans_and_verified_domains(shared_rig: Any) -> None:
    found = shared_rig.graph("GET", "/v1.0/organization").json()["value"]
    assert [item["id"] for item in found] == [shared_rig.tenant.tenant_id]
    assert [(plan["service"], plan["capabilityStatus"]) for plan in found[0]["assignedPlans"]] == [
        ("exchange", "Enabled")
    ]
    assert [domain["name"] for domain in found[0]["verifiedDomains"]] == ["fabrikam.onmicrosoft.com", "fabrikam.com"]
    one = shared_rig.graph("GET", f"/v1.0/organization/{shared_rig.tenant.tenant_id}?$select=displayName").json()
    assert one["displayName"] == "Fabrikam"
    assert "assignedPlans" not in one


def test_a_doubled_slash_is_accepted(shared_rig: Any) -> None:
    assert shared_rig.graph("GET", "/v1.0//organization").status_code == 200


def test_domains_show_whether_they_are_verified(make_rig: Any) -> None:
    rig = make_rig(domains=[{"name": "fabrikam.com", "default": True}, {"name": "new.example", "verified": False}])
    found = rig.graph("GET", "/v1.0/domains").json()["value"]
    assert [(item["id"], item["isVerified"], item["isDefault"], item["isInitial"]) for item in found] == [
        ("fabrikam.onmicrosoft.com", True, False, True),
        ("fabrikam.com", True, True, False),
        ("new.example", False, False, False),
    ]
    assert rig.graph("GET", "/v1.0/domains/new.example").json()["isVerified"] is False
    organization = rig.graph("GET", "/v1.0/organization").json()["value"][0]
    assert "new.example" not in [item["name"] for item in organization["verifiedDomains"]]


def test_the_service_principal_by_filter_by_app_id_and_by_id(shared_rig: Any, tools: Any) -> None:
    by_filter = shared_rig.graph(
        "GET", f"/v1.0/servicePrincipals?$filter=appId eq '{tools.exchange_online}'&$select=id,appId"
    ).json()["value"]
    by_app_id = shared_rig.graph("GET", f"{tools.principal}?$select=id,appId").json()
    by_id = shared_rig.graph("GET", f"/v1.0/servicePrincipals/{by_app_id['id']}?$select=id,appId").json()
    assert by_filter == [{"id": by_id["id"], "appId": tools.exchange_online}]
    assert by_app_id == by_id


def test_the_key_is_only_shown_where_it_is_selected_on_one_object(
    shared_rig: Any, tools: Any, certificate: Any
) -> None:
    listed = shared_rig.graph("GET", "/v1.0/servicePrincipals?$select=appId,keyCredentials").json()["value"]
    assert all(key["key"] is None for item in listed for key in item["keyCredentials"])
    whole = shared_rig.graph("GET", tools.principal).json()
    assert [key["key"] for key in whole["keyCredentials"]] == [None, None]
    selected = shared_rig.keys()
    assert base64.b64decode(selected[0]["key"]) == certificate.der
    assert selected[0]["customKeyIdentifier"] == whole["keyCredentials"][0]["customKeyIdentifier"]
    assert len(selected[0]["customKeyIdentifier"]) == 40


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/v1.0/servicePrincipals/00000002-0000-0ff1-ce00-000000000000", (404, "Request_ResourceNotFound")),
        ("/v1.0/servicePrincipals(appId='5d9c4a3e-0000-4000-8000-000000000000')", (404, "Request_ResourceNotFound")),
        ("/v1.0/domains/contoso.com", (404, "Request_ResourceNotFound")),
        ("/v1.0/organization/5d9c4a3e-0000-4000-8000-000000000000", (404, "Request_ResourceNotFound")),
        ("/v1.0/servicePrincipals?$select=nonsense", (400, "BadRequest")),
        ("/v1.0/organization?$select=nonsense", (400, "BadRequest")),
        ("/v1.0/organization?$filter=id eq 'x'", (400, "BadRequest")),
        ("/v1.0/servicePrincipals?$filter=nonsense eq 'x'", (400, "BadRequest")),
        ("/v1.0/servicePrincipals?$filter=appId", (400, "BadRequest")),
        ("/v1.0/servicePrincipals?$filter=notes eq 'x'", (400, "Request_UnsupportedQuery")),
        ("/v1.0/servicePrincipals?$top=0", (400, "Request_BadRequest")),
        ("/v1.0/servicePrincipals?$skiptoken=%%%", (400, "Directory_ExpiredPageToken")),
        ("/v1.0/nonsense", (400, "BadRequest")),
    ],
)
def test_refused_reads(shared_rig: Any, tools: Any, path: str, refusal: tuple[int, str]) -> None:
    assert tools.odata(shared_rig.graph("GET", path)) == refusal


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("appId eq '5d9c4a3e-0000-4000-8000-000000000000'", 0),
        ("displayName eq 'Microsoft Graph'", 1),
        ("startswith(displayName, 'Microsoft')", 1),
        ("servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')", 1),
        ("displayName eq 'it''s not there'", 0),
    ],
)
def test_filters(shared_rig: Any, expression: str, count: int) -> None:
    answer = shared_rig.graph("GET", "/v1.0/servicePrincipals", params={"$filter": expression})
    assert len(answer.json()["value"]) == count


def test_collections_come_in_pages(make_rig: Any) -> None:
    rig = make_rig(page_size=2)
    token = rig.app_token()
    first = rig.graph("GET", "/v1.0/servicePrincipals?$select=appId", token=token).json()
    assert len(first["value"]) == 2
    following = first["@odata.nextLink"].removeprefix(rig.tenant.url)
    second = rig.graph("GET", following, token=token).json()
    assert len(second["value"]) == 1
    assert "@odata.nextLink" not in second
    assert second["value"][0].keys() == {"appId"}
    assert len(rig.graph("GET", "/v1.0/servicePrincipals?$top=1", token=token).json()["value"]) == 1


def test_reads_of_keys_are_counted_and_throttled(make_rig: Any, tools: Any) -> None:
    rig = make_rig(key_reads_per_minute=2)
    path = f"{tools.principal}?$select=keyCredentials"
    token = rig.app_token()
    assert [rig.graph("GET", path, token=token).status_code for _ in range(3)] == [200, 200, 429]
    refused = rig.graph("GET", path, token=token)
    assert tools.odata(refused) == (429, "TooManyRequests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert rig.graph("GET", tools.principal, token=token).status_code == 200
    rig.clock.ahead += 61
    assert rig.graph("GET", path, token=token).status_code == 200


# --- who may


@pytest.mark.parametrize("header", ["", "Bearer ", "Basic YTpi"])
def test_without_a_token(shared_rig: Any, tools: Any, header: str) -> None:
    answer = shared_rig.graph("GET", "/v1.0/organization", headers={"Authorization": header})
    assert tools.odata(answer) == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["message"] == "Access token is empty."
    assert "authorization_uri" in answer.headers["WWW-Authenticate"]


def test_tokens_that_are_foreign_expired_or_meant_for_others(rig: Any, tools: Any, other: Any) -> None:
    token = rig.app_token()
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, other.key, "RS256")
    assert tools.odata(rig.graph("GET", "/v1.0/organization", token=forged)) == (401, "InvalidAuthenticationToken")
    answer = rig.token_request(
        grant_type="client_credentials",
        client_secret=rig.tenant.client_secret,
        scope="https://outlook.office365.com/.default",
    )
    elsewhere = answer.json()["access_token"]
    refused = rig.graph("GET", "/v1.0/organization", token=elsewhere)
    assert "audience" in refused.json()["error"]["message"]
    rig.clock.ahead += 4000
    late = rig.graph("GET", "/v1.0/organization", token=token)
    assert "expired" in late.json()["error"]["message"]
    assert tools.odata(late) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    ("permissions", "statuses"),
    [
        (["Organization.Read.All"], (200, 403, 403)),
        (["Domain.Read.All"], (403, 200, 403)),
        (["Application.Read.All"], (403, 403, 200)),
        (["Application.ReadWrite.OwnedBy"], (403, 403, 200)),
        (["Directory.Read.All"], (200, 200, 200)),
        ([], (403, 403, 403)),
    ],
)
def test_application_permissions_decide(make_rig: Any, permissions: list[str], statuses: tuple[int, int, int]) -> None:
    rig = make_rig(application={"application_permissions": permissions})
    paths = ("/v1.0/organization", "/v1.0/domains", "/v1.0/servicePrincipals")
    token = rig.app_token()
    assert tuple(rig.graph("GET", path, token=token).status_code for path in paths) == statuses


def test_user_read_alone_shows_three_properties_of_the_organization(make_rig: Any) -> None:
    rig = make_rig(application={"delegated_permissions": ["User.Read"]})
    token = rig.user_token()
    found = rig.graph("GET", "/v1.0/organization", token=token).json()["value"][0]
    assert {name for name, value in found.items() if value is not None} == {"id", "displayName", "verifiedDomains"}
    assert rig.graph("GET", "/v1.0/servicePrincipals", token=token).status_code == 403


def test_a_person_needs_a_directory_role_for_domains(make_rig: Any) -> None:
    rig = make_rig(user={"roles": []})
    token = rig.user_token()
    assert rig.graph("GET", "/v1.0/organization", token=token).status_code == 200
    assert rig.graph("GET", "/v1.0/domains", token=token).status_code == 403
    rig.tenant.change({"user": {"roles": ["Directory Readers"]}})
    assert rig.graph("GET", "/v1.0/domains", token=token).status_code == 200


def test_a_tenant_without_exchange_online(make_rig: Any, tools: Any) -> None:
    rig = make_rig(service_principal=False, plans=[])
    assert tools.odata(rig.graph("GET", tools.principal)) == (404, "Request_ResourceNotFound")
    answer = rig.graph("GET", f"/v1.0/servicePrincipals?$filter=appId eq '{tools.exchange_online}'")
    assert answer.json()["value"] == []
    assert rig.graph("GET", "/v1.0/organization").json()["value"][0]["assignedPlans"] == []
