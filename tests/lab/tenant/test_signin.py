"""Signing in with stock msal: every kind, and every way it can be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import pytest

SCOPES = ["https://graph.microsoft.com/.default"]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def test_certificate_signs_in_and_the_token_carries_the_application_permissions(shared_rig: Any) -> None:
    answer = shared_rig.confidential().acquire_token_for_client(SCOPES)
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "https://graph.microsoft.com"
    assert claims["tid"] == shared_rig.tenant.tenant_id
    assert "Application.ReadWrite.All" in claims["roles"]
    assert claims["appidacr"] == "2"


def test_certificate_with_sha1_thumbprint_signs_in_as_well(shared_rig: Any) -> None:
    key = shared_rig.client_credential["private_key"]
    thumbprint = shared_rig.tenant._state.application.certificate.certificate.fingerprint
    from cryptography.hazmat.primitives import hashes

    credential = {"private_key": key, "thumbprint": thumbprint(hashes.SHA1()).hex()}
    assert "access_token" in shared_rig.confidential(credential).acquire_token_for_client(SCOPES)


def test_secret_signs_in_and_a_second_ask_comes_from_the_cache(shared_rig: Any) -> None:
    client = shared_rig.confidential(shared_rig.tenant.client_secret)
    assert client.acquire_token_for_client(SCOPES)["token_source"] == "identity_provider"
    assert client.acquire_token_for_client(SCOPES)["token_source"] == "cache"


def test_production_names_through_the_proxy(shared_rig: Any) -> None:
    client = shared_rig.confidential(
        authority="https://login.microsoftonline.com/fabrikam.com", http_client=shared_rig.session(proxied=True)
    )
    assert "access_token" in client.acquire_token_for_client(SCOPES)
    assert any(entry.name.startswith("CONNECT login.microsoftonline.com:443") for entry in shared_rig.entries("proxy"))


def test_instance_discovery_of_stock_msal_works_through_the_proxy(shared_rig: Any) -> None:
    client = msal.ConfidentialClientApplication(
        shared_rig.tenant.client_id,
        client_credential=shared_rig.tenant.client_secret,
        authority="https://login.microsoftonline.com/fabrikam.onmicrosoft.com",
        http_client=shared_rig.session(proxied=True),
    )
    assert "access_token" in client.acquire_token_for_client(SCOPES)


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, (401, "invalid_client", 7000215)),
        ({"grant_type": "client_credentials"}, (401, "invalid_client", 7000218)),
        ({}, (400, "invalid_request", 900144)),
        ({"grant_type": "client_credentials", "client_id": ""}, (400, "invalid_request", 900144)),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, (400, "unauthorized_client", 700016)),
        ({"grant_type": "made_up"}, (400, "unsupported_grant_type", 70003)),
        ({"grant_type": "password", "username": "a", "password": "b"}, (400, "invalid_grant", 50126)),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, (400, "invalid_grant", 9002313)),
        ({"grant_type": "authorization_code", "code": "x"}, (400, "invalid_grant", 70000)),
        ({"grant_type": DEVICE, "device_code": "x"}, (400, "bad_verification_code", 70000)),
    ],
)
def test_token_endpoint_refuses(shared_rig: Any, tools: Any, form: dict[str, str], refusal: tuple[Any, ...]) -> None:
    answer = shared_rig.token_request(**({"scope": SCOPES[0]} | form))
    assert tools.aadsts(answer) == refusal


@pytest.mark.parametrize(
    ("scope", "refusal"),
    [
        ("https://graph.microsoft.com/Application.Read.All", (400, "invalid_scope", 1002012)),
        ("https://graph.microsoft.com/.default openid", (400, "invalid_scope", 1002012)),
        ("https://unknown.example/.default", (400, "invalid_resource", 500011)),
    ],
)
def test_application_scopes(shared_rig: Any, tools: Any, scope: str, refusal: tuple[Any, ...]) -> None:
    answer = shared_rig.token_request(
        grant_type="client_credentials", client_secret=shared_rig.tenant.client_secret, scope=scope
    )
    assert tools.aadsts(answer) == refusal


def test_a_shared_authority_has_no_application_sign_in(shared_rig: Any, tools: Any) -> None:
    answer = shared_rig.token_request("common", grant_type="client_credentials", scope=SCOPES[0])
    assert tools.aadsts(answer) == (400, "invalid_request", 50059)


def test_an_expired_secret_and_an_expired_certificate_are_refused(make_rig: Callable[..., Any]) -> None:
    rig = make_rig(application={"secret_days": -1, "certificate_days": -1})
    by_secret = rig.confidential(rig.tenant.client_secret).acquire_token_for_client(SCOPES)
    assert by_secret["error_codes"] == [7000222]
    by_certificate = rig.confidential().acquire_token_for_client(SCOPES)
    assert by_certificate["error_codes"] == [700027]
    assert "expired" in by_certificate["error_description"]


def test_an_application_without_consent_gets_a_token_without_roles(make_rig: Callable[..., Any]) -> None:
    rig = make_rig(application={"consented": False})
    assert rig.graph("GET", "/v1.0/organization").status_code == 403


# --- device code


def test_device_code_with_stock_msal(rig: Any) -> None:
    client = rig.public()
    flow = client.initiate_device_flow(SCOPES)
    rig.tenant.approve(flow["user_code"].lower())
    answer = client.acquire_token_by_device_flow(flow)
    assert answer["id_token_claims"]["preferred_username"] == "admin@fabrikam.com"
    assert answer["id_token_claims"]["tid"] == rig.tenant.tenant_id
    account = client.get_accounts()[0]
    assert client.acquire_token_silent(SCOPES, account)["token_source"] == "cache"
    renewed = client.acquire_token_silent(SCOPES, account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider"


def test_device_code_approved_by_the_scenario(make_rig: Callable[..., Any]) -> None:
    client = make_rig(sign_in={"auto_approve": True}).public()
    assert "access_token" in client.acquire_token_by_device_flow(client.initiate_device_flow(SCOPES))


def device_flow(rig: Any, scope: str = SCOPES[0]) -> dict[str, Any]:
    started: dict[str, Any] = (
        rig.session().post(rig.login("devicecode"), data={"client_id": rig.tenant.client_id, "scope": scope}).json()
    )
    return started


def poll(rig: Any, flow: dict[str, Any]) -> Any:
    return rig.token_request(grant_type=DEVICE, device_code=flow["device_code"])


def test_polling_is_pending_then_slow_down(rig: Any, tools: Any) -> None:
    flow = device_flow(rig)
    assert tools.aadsts(poll(rig, flow)) == (400, "authorization_pending", 70016)
    assert tools.aadsts(poll(rig, flow)) == (400, "slow_down", 70016)
    rig.clock.ahead += 5
    assert tools.aadsts(poll(rig, flow)) == (400, "authorization_pending", 70016)


def test_declined_expired_and_used_codes(rig: Any, tools: Any) -> None:
    declined = device_flow(rig)
    rig.tenant.approve(declined["user_code"], "declined")
    assert tools.aadsts(poll(rig, declined)) == (400, "authorization_declined", 70019)
    used = device_flow(rig)
    rig.tenant.approve(used["user_code"])
    assert poll(rig, used).status_code == 200
    assert tools.aadsts(poll(rig, used)) == (400, "bad_verification_code", 70000)
    late = device_flow(rig)
    rig.clock.ahead += 901
    assert tools.aadsts(poll(rig, late)) == (400, "expired_token", 70020)


def test_a_code_is_approved_once_and_only_if_it_exists(rig: Any) -> None:
    flow = device_flow(rig)
    rig.tenant.approve(flow["user_code"])
    with pytest.raises(Exception, match="No sign-in waits"):
        rig.tenant.approve(flow["user_code"])
    with pytest.raises(Exception, match="approved or declined"):
        rig.tenant.approve(flow["user_code"], "maybe")


@pytest.mark.parametrize(
    ("table", "refusal", "suberror"),
    [
        ({"sign_in": {"conditional_access": "block-device-code"}}, (400, "invalid_grant", 53003), "message_only"),
        ({"sign_in": {"conditional_access": "require-mfa"}}, (400, "interaction_required", 50076), "basic_action"),
        ({"application": {"consented": False}}, (400, "invalid_grant", 65001), "consent_required"),
        ({"application": {"public_client": False}}, (401, "invalid_client", 7000218), None),
    ],
)
def test_policies_refuse_an_approved_device_code(
    make_rig: Callable[..., Any], tools: Any, table: dict[str, Any], refusal: tuple[Any, ...], suberror: str | None
) -> None:
    rig = make_rig(**table)
    flow = device_flow(rig)
    rig.tenant.approve(flow["user_code"])
    answer = poll(rig, flow)
    assert tools.aadsts(answer) == refusal
    assert answer.json().get("suberror") == suberror


def test_delegated_scopes_are_checked(rig: Any, tools: Any) -> None:
    flow = device_flow(rig, "https://graph.microsoft.com/Mail.Read")
    rig.tenant.approve(flow["user_code"])
    assert tools.aadsts(poll(rig, flow)) == (400, "invalid_grant", 65001)
    form = {"client_id": rig.tenant.client_id, "scope": f"{SCOPES[0]} User.Read"}
    assert tools.aadsts(rig.session().post(rig.login("devicecode"), data=form)) == (400, "invalid_scope", 70011)
    form["scope"] = "User.Read https://outlook.office365.com/Mail.Read"
    assert tools.aadsts(rig.session().post(rig.login("devicecode"), data=form)) == (400, "invalid_scope", 70011)


def test_revoked_sign_ins_cannot_be_renewed(rig: Any) -> None:
    client = rig.public()
    flow = client.initiate_device_flow(SCOPES)
    rig.tenant.approve(flow["user_code"])
    client.acquire_token_by_device_flow(flow)
    rig.tenant.change({"revoke_sign_ins": True})
    answer = client.acquire_token_silent_with_error(SCOPES, client.get_accounts()[0], force_refresh=True)
    assert answer["error_codes"] == [50173]


# --- authorization code


@pytest.mark.filterwarnings("ignore:response_mode")  # a pasted address can only be a query
def test_authorization_code_with_pkce_and_a_pasted_address(rig: Any) -> None:
    client, browser = rig.public(), rig.session()
    flow = client.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:8400")
    waiting = browser.get(flow["auth_uri"], allow_redirects=False)
    assert waiting.status_code == 200
    code = rig.tenant.snapshot()["codes"][0]["code"]
    assert code in waiting.text
    rig.tenant.approve(code)
    redirected = browser.get(flow["auth_uri"], allow_redirects=False)
    pasted = redirected.headers["Location"]
    assert pasted.startswith("http://localhost:8400?")
    answer = client.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(urlsplit(pasted).query)))
    assert answer["id_token_claims"]["preferred_username"] == "admin@fabrikam.com"


def authorized(rig: Any, **changes: str) -> dict[str, str]:
    """The query that comes back from the authorization page, approved at once."""
    client = rig.public()
    flow = client.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost")
    answer = rig.session().get(flow["auth_uri"], allow_redirects=False)
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": "http://localhost",
        "code_verifier": flow["code_verifier"],
        "scope": SCOPES[0],
    }
    return form | dict(parse_qsl(urlsplit(answer.headers["Location"]).query)) | changes


@pytest.mark.filterwarnings("ignore:response_mode")  # a pasted address can only be a query
def test_authorization_code_is_good_once_and_only_with_its_proof(make_rig: Callable[..., Any], tools: Any) -> None:
    rig = make_rig(sign_in={"auto_approve": True})
    assert tools.aadsts(rig.token_request(**authorized(rig, code_verifier="x" * 43)))[2] == 501481
    assert tools.aadsts(rig.token_request(**authorized(rig, redirect_uri="http://localhost:1")))[2] == 70000
    good = authorized(rig)
    assert rig.token_request(**good).status_code == 200
    assert tools.aadsts(rig.token_request(**good))[2] == 54005
    late = authorized(rig)
    rig.clock.ahead += 601
    assert tools.aadsts(rig.token_request(**late))[2] == 70008


@pytest.mark.filterwarnings("ignore:response_mode")  # a pasted address can only be a query
def test_declined_authorization_comes_back_as_access_denied(rig: Any) -> None:
    flow = rig.public().initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost")
    rig.session().get(flow["auth_uri"])
    rig.tenant.approve(rig.tenant.snapshot()["codes"][0]["code"], "declined")
    answer = rig.session().get(flow["auth_uri"], allow_redirects=False)
    assert "error=access_denied" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"redirect_uri": "https://evil.example/"}, "50011"),
        ({"client_id": "nobody"}, "700016"),
        ({"code_challenge_method": "plain"}, "9002325"),
        ({"response_type": "token"}, "900144"),
        ({"response_mode": "form_post"}, "70007"),
    ],
)
def test_the_authorization_page_does_not_redirect_what_is_wrong(
    shared_rig: Any, change: dict[str, str], number: str
) -> None:
    query = {
        "client_id": shared_rig.tenant.client_id,
        "redirect_uri": "http://localhost",
        "response_type": "code",
        "scope": SCOPES[0],
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    answer = shared_rig.session().get(shared_rig.login("authorize"), params=query | change, allow_redirects=False)
    assert answer.status_code == 400
    assert f"AADSTS{number}" in answer.text
