"""The token service and the push endpoint accept only what they must: each condition, broken alone."""

from __future__ import annotations

import base64
import time
from typing import Any

import jwt
import pytest
from cryptography import x509

from pushtui.lab.tenant.certificates import x5t

ACS = "00000001-0000-0000-c000-000000000000"
HOST = "accounts.accesscontrol.windows.net"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
GRANT = "http://oauth.net/grant_type/jwt/1.0/bearer"


@pytest.fixture
def holding(make_rig: Any, certificate: Any) -> Any:
    """A tenant that trusts the Auth certificate."""
    return make_rig(keys=[{"der": base64.b64encode(certificate.der).decode()}])


def claims(rig: Any, **changes: Any) -> dict[str, Any]:
    tenant = rig.tenant.tenant_id
    return {"aud": f"{ACS}/{HOST}@{tenant}", "iss": f"{EXCHANGE}@{tenant}"} | changes


def ask(rig: Any, assertion: str, **changes: str) -> Any:
    realm = changes.pop("realm", rig.tenant.tenant_id)
    form = {
        "grant_type": GRANT,
        "assertion": assertion,
        "resource": f"{EXCHANGE}/outlook.office365.com@{rig.tenant.tenant_id}",
    }
    return rig.session(proxied=True).post(f"https://{HOST}/{realm}/tokens/OAuth/2", data=form | changes)


def test_metadata_by_tenant_id_and_by_domain_in_both_forms(shared_rig: Any) -> None:
    tenant = shared_rig.tenant.tenant_id
    documents = [
        shared_rig.session(proxied=True).get(f"https://{HOST}{path}").json()
        for name in (tenant, "fabrikam.com", "Fabrikam.onmicrosoft.com")
        for path in (f"/{name}/metadata/json/1", f"/metadata/json/1/?realm={name}", f"/metadata/json/1?realm={name}")
    ]
    assert all(document == documents[0] for document in documents)
    document = documents[0]
    assert document["realm"] == tenant
    assert document["issuer"] == f"{ACS}@{tenant}"
    assert document["allowedAudiences"] == [f"{ACS}/{HOST}@{tenant}"]
    assert document["endpoints"][0] == {
        "location": f"https://{HOST}/{tenant}/tokens/OAuth/2",
        "protocol": "OAuth2",
        "usage": "issuance",
    }
    der = base64.b64decode(document["keys"][0]["keyValue"]["value"])
    assert document["keys"][0]["keyinfo"]["x5t"] == x5t(der)


@pytest.mark.parametrize("name", ["contoso.com", "new.example", ""])
def test_no_metadata_for_what_is_not_verified(make_rig: Any, tools: Any, name: str) -> None:
    rig = make_rig(domains=[{"name": "new.example", "verified": False}])
    answer = rig.session().get(f"{rig.tenant.url}/metadata/json/1/", params={"realm": name})
    assert tools.aadsts(answer) == (400, "invalid_request", 90002)


def test_a_token_for_the_holder_of_the_key(holding: Any, tools: Any, certificate: Any) -> None:
    answer = ask(holding, tools.assertion(certificate, claims(holding)))
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    document = holding.session().get(f"{holding.tenant.url}/fabrikam.com/metadata/json/1").json()
    published = x509.load_der_x509_certificate(base64.b64decode(document["keys"][0]["keyValue"]["value"]))
    resource = f"{EXCHANGE}/outlook.office365.com@{holding.tenant.tenant_id}"
    token = jwt.decode(answer.json()["access_token"], published.public_key(), algorithms=["RS256"], audience=resource)
    assert token["iss"] == document["issuer"]
    assert next(entry.account for entry in holding.entries("acs")) == f"{EXCHANGE}@{holding.tenant.tenant_id}"


@pytest.mark.parametrize(
    ("broken", "number"),
    [
        ({"aud": f"{ACS}/{HOST}@another-realm"}, 700023),
        ({"aud": "https://login.microsoftonline.com"}, 700023),
        ({"iss": f"{EXCHANGE}@another-realm"}, 700016),
        ({"iss": "00000003-0000-0000-c000-000000000000@{id}"}, 700016),
        ({"exp": int(time.time()) - 3600}, 700024),
        ({"nbf": int(time.time()) + 3600}, 700024),
    ],
)
def test_claims_that_do_not_hold(
    holding: Any, tools: Any, certificate: Any, broken: dict[str, Any], number: int
) -> None:
    given = {
        name: value.format(id=holding.tenant.tenant_id) if isinstance(value, str) else value
        for name, value in broken.items()
    }
    answer = ask(holding, tools.assertion(certificate, claims(holding, **given)))
    assert tools.aadsts(answer) == (401, "invalid_client", number)


def test_a_key_that_the_principal_does_not_hold(holding: Any, tools: Any, other: Any, certificate: Any) -> None:
    unknown = ask(holding, tools.assertion(other, claims(holding)))
    assert tools.aadsts(unknown) == (401, "invalid_client", 50012)
    assert "The key was not found" in unknown.json()["error_description"]
    forged = ask(holding, tools.assertion(other, claims(holding), x5t=x5t(certificate.der)))
    assert tools.aadsts(forged) == (401, "invalid_client", 50012)
    weaker = ask(holding, tools.assertion(certificate, claims(holding), algorithm="RS512"))
    assert tools.aadsts(weaker) == (401, "invalid_client", 50012)


def test_an_unsigned_assertion_and_no_assertion(holding: Any, tools: Any, certificate: Any) -> None:
    now = int(time.time())
    unsigned = jwt.encode(
        claims(holding) | {"nbf": now, "exp": now + 60}, None, "none", headers={"x5t": x5t(certificate.der)}
    )
    assert tools.aadsts(ask(holding, unsigned)) == (401, "invalid_client", 50012)
    assert tools.aadsts(ask(holding, "nonsense")) == (401, "invalid_client", 50027)
    assert tools.aadsts(ask(holding, "")) == (400, "invalid_request", 900144)


def test_an_expired_key_is_worth_nothing(make_rig: Any, tools: Any, expired: Any, certificate: Any) -> None:
    rig = make_rig(keys=[{"der": base64.b64encode(item.der).decode()} for item in (expired, certificate)])
    answer = ask(rig, tools.assertion(expired, claims(rig)))
    assert tools.aadsts(answer) == (401, "invalid_client", 50012)
    assert "expired" in answer.json()["error_description"]
    assert ask(rig, tools.assertion(certificate, claims(rig))).status_code == 200
    rig.clock.ahead += 1501 * 86400
    late = int(rig.clock.now().timestamp())
    answer = ask(rig, tools.assertion(certificate, claims(rig, nbf=late, exp=late + 60)))
    assert "expired" in answer.json()["error_description"]


def test_the_end_of_the_credential_counts_as_well(rig: Any, tools: Any, certificate: Any) -> None:
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    assert rig.patch_keys([tools.key(certificate, endDateTime=tomorrow)]).status_code == 204
    assert ask(rig, tools.assertion(certificate, claims(rig))).status_code == 200
    rig.clock.ahead += 2 * 86400
    late = int(rig.clock.now().timestamp())
    answer = ask(rig, tools.assertion(certificate, claims(rig, nbf=late, exp=late + 60)))
    assert tools.aadsts(answer) == (401, "invalid_client", 50012)


def test_a_new_key_works_after_the_lag_only(make_rig: Any, tools: Any, certificate: Any) -> None:
    rig = make_rig(read_lag_seconds=30.0)
    assert rig.patch_keys([tools.key(certificate)]).status_code == 204
    assert ask(rig, tools.assertion(certificate, claims(rig))).status_code == 401
    rig.clock.ahead += 31
    assert ask(rig, tools.assertion(certificate, claims(rig))).status_code == 200


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"grant_type": "client_credentials"}, (400, "unsupported_grant_type", 70003)),
        ({"resource": f"{EXCHANGE}/evil.example@{{id}}"}, (400, "invalid_resource", 50001)),
        ({"resource": f"{EXCHANGE}/outlook.office365.com@another"}, (400, "invalid_resource", 50001)),
        ({"resource": ""}, (400, "invalid_request", 900144)),
        ({"realm": "contoso.com"}, (400, "invalid_request", 90002)),
    ],
)
def test_requests_that_do_not_hold(
    holding: Any, tools: Any, certificate: Any, change: dict[str, str], refusal: tuple[Any, ...]
) -> None:
    given = {name: value.format(id=holding.tenant.tenant_id) for name, value in change.items()}
    assert tools.aadsts(ask(holding, tools.assertion(certificate, claims(holding)), **given)) == refusal


def test_a_tenant_without_the_principal_gives_no_token(make_rig: Any, tools: Any, certificate: Any) -> None:
    rig = make_rig(service_principal=False)
    assert tools.aadsts(ask(rig, tools.assertion(certificate, claims(rig))))[2] == 700016


# --- push


def push(rig: Any, token: str, body: Any = None, **options: Any) -> Any:
    if body is None:
        body = {"organization": "fabrikam.com", "notifications": [{"id": "1"}]}
    return rig.session(proxied=True).post(
        "https://outlook.office365.com/PushNotifications",
        headers={"Authorization": f"Bearer {token}"} if token else {},
        **({"json": body} | options),
    )


def acs_token(rig: Any, tools: Any, certificate: Any) -> str:
    token: str = ask(rig, tools.assertion(certificate, claims(rig))).json()["access_token"]
    return token


def test_a_notification_for_a_domain_of_the_tenant_arrives(holding: Any, tools: Any, certificate: Any) -> None:
    answer = push(holding, acs_token(holding, tools, certificate))
    assert answer.json() == {"organization": "fabrikam.com", "accepted": 1}
    assert holding.tenant.snapshot()["notifications"] == [{"organization": "fabrikam.com", "count": 1}]
    assert [entry.status for entry in holding.entries("push")] == ["200"]


@pytest.mark.parametrize("organization", ["contoso.com", "", "new.example"])
def test_another_organization_is_refused(make_rig: Any, tools: Any, certificate: Any, organization: str) -> None:
    rig = make_rig(
        keys=[{"der": base64.b64encode(certificate.der).decode()}],
        domains=[{"name": "fabrikam.com"}, {"name": "new.example", "verified": False}],
    )
    answer = push(rig, acs_token(rig, tools, certificate), {"organization": organization, "notifications": []})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "OrganizationNotFound")


def test_tokens_that_are_not_for_this(holding: Any, tools: Any, certificate: Any) -> None:
    token = acs_token(holding, tools, certificate)
    assert push(holding, "").json()["error"]["code"] == "missing_token"
    assert push(holding, "nonsense").json()["error"]["code"] == "invalid_signature"
    forged = jwt.encode(jwt.decode(token, options={"verify_signature": False}), certificate.key, "RS256")
    assert push(holding, forged).json()["error"]["code"] == "invalid_signature"
    assert push(holding, holding.app_token()).json()["error"]["code"] == "invalid_issuer"
    elsewhere = ask(
        holding,
        tools.assertion(certificate, claims(holding)),
        resource=f"{EXCHANGE}/x.outlook.com@{holding.tenant.tenant_id}".replace("x.", "*."),
    ).json()["access_token"]
    assert push(holding, elsewhere).json()["error"]["code"] == "invalid_resource"
    holding.clock.ahead += 10 * 3600
    late = push(holding, token)
    assert (late.status_code, late.json()["error"]["code"]) == (401, "invalid_lifetime")
    assert "Bearer" in late.headers["WWW-Authenticate"]


def test_a_tenant_without_exchange_takes_no_notifications(holding: Any, tools: Any, certificate: Any) -> None:
    token = acs_token(holding, tools, certificate)
    holding.tenant.change({"plans": [{"service": "exchange", "status": "Suspended"}]})
    assert push(holding, token).json()["error"]["code"] == "OrganizationNotEnrolled"


@pytest.mark.parametrize("body", [{"organization": "fabrikam.com"}, [], {"organization": 1, "notifications": []}])
def test_bodies_that_are_wrong(holding: Any, tools: Any, certificate: Any, body: Any) -> None:
    answer = push(holding, acs_token(holding, tools, certificate), body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequest")
