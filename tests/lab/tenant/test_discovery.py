"""What an unauthenticated client learns: whose tenant a domain is, and that Graph is there."""

from __future__ import annotations

from typing import Any

import jwt
import pytest


@pytest.mark.parametrize("name", ["fabrikam.com", "FABRIKAM.com", "fabrikam.onmicrosoft.com", "{id}"])
def test_a_domain_leads_to_the_tenant_id(shared_rig: Any, name: str) -> None:
    tenant = shared_rig.tenant.tenant_id
    url = f"{shared_rig.tenant.url}/{name.format(id=tenant)}/v2.0/.well-known/openid-configuration"
    document = shared_rig.session().get(url).json()
    assert document["issuer"] == f"{shared_rig.tenant.url}/{tenant}/v2.0"
    assert document["token_endpoint"] == f"{shared_rig.tenant.url}/{tenant}/oauth2/v2.0/token"


@pytest.mark.parametrize("name", ["contoso.com", "unverified.example", "a%20b"])
def test_an_unknown_or_unverified_domain_has_no_tenant(make_rig: Any, tools: Any, name: str) -> None:
    rig = make_rig(domains=[{"name": "fabrikam.com"}, {"name": "unverified.example", "verified": False}])
    answer = rig.session().get(f"{rig.tenant.url}/{name}/v2.0/.well-known/openid-configuration")
    assert tools.aadsts(answer) == (400, "invalid_tenant", 90002)


def test_production_documents_carry_production_names(shared_rig: Any) -> None:
    session = shared_rig.session(proxied=True)
    document = session.get(
        "https://login.microsoftonline.com/fabrikam.com/v2.0/.well-known/openid-configuration"
    ).json()
    assert document["token_endpoint"].startswith("https://login.microsoftonline.com/")
    shared = session.get("https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration").json()
    assert shared["issuer"] == "https://login.microsoftonline.com/{tenantid}/v2.0"


def test_instance_discovery_knows_its_own_host_only(shared_rig: Any, tools: Any) -> None:
    url = f"{shared_rig.tenant.url}/common/discovery/instance"
    endpoint = "https://login.microsoftonline.com/fabrikam.com/oauth2/v2.0/authorize"
    known = shared_rig.session().get(url, params={"authorization_endpoint": endpoint}).json()
    assert known["tenant_discovery_endpoint"].startswith("https://login.microsoftonline.com/fabrikam.com/")
    unknown = shared_rig.session().get(url, params={"authorization_endpoint": "https://evil.example/x/authorize"})
    assert tools.aadsts(unknown) == (400, "invalid_instance", 50049)


def test_tokens_verify_against_the_published_keys(shared_rig: Any) -> None:
    document = shared_rig.session().get(f"{shared_rig.tenant.url}/fabrikam.com/discovery/v2.0/keys").json()
    key = jwt.PyJWK(document["keys"][0])
    claims = jwt.decode(shared_rig.app_token(), key, audience="https://graph.microsoft.com", algorithms=["RS256"])
    assert claims["tid"] == shared_rig.tenant.tenant_id


def test_a_host_name_only_serves_its_own_side(shared_rig: Any) -> None:
    session = shared_rig.session(proxied=True)
    assert (
        session.get("https://graph.microsoft.com/fabrikam.com/v2.0/.well-known/openid-configuration").status_code == 404
    )
    assert session.get("https://login.microsoftonline.com/v1.0/organization").status_code == 400
    foreign = shared_rig.session().get(f"{shared_rig.tenant.url}/v1.0/organization", headers={"Host": "evil.example"})
    assert foreign.json()["error"]["code"] == "BadRequest"
