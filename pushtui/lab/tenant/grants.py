"""The grants of the token endpoint: what is checked, and the tokens that come of it."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from pushtui.lab.tenant import roles
from pushtui.lab.tenant.certificates import base64url
from pushtui.lab.tenant.client_authentication import authenticate, required
from pushtui.lab.tenant.discovery import SHARED_TENANTS
from pushtui.lab.tenant.errors import OAuthError
from pushtui.lab.tenant.scopes import Asked, application_resource, delegated, granted
from pushtui.lab.tenant.state import Grant, PendingSignIn, TenantState

Form = Mapping[str, Any]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def redeem(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """The answer to a token request of a known application; raises `OAuthError`."""
    grants: dict[str, Callable[[TenantState, str, Form, str], dict[str, Any]]] = {
        "client_credentials": _client_credentials,
        DEVICE_CODE: _device_code,
        "authorization_code": _authorization_code,
        "refresh_token": _refresh_token,
        "password": _password,
    }
    kind = required(form, "grant_type")
    if kind not in grants:
        raise OAuthError(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{kind}'.")
    return grants[kind](state, tenant, form, host)


def _client_credentials(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """RFC 6749 4.4. The token carries the application permissions as ``roles``."""
    if tenant in SHARED_TENANTS:
        raise OAuthError(
            400,
            "invalid_request",
            50059,
            "No tenant-identifying information found in either the request or implied by any provided credentials.",
        )
    strength = authenticate(state, form, host, needed=True)
    audience = application_resource(state, required(form, "scope"), host)
    application = state.settings.application
    token = _access_token(
        state,
        {
            "aud": audience,
            "appid": state.application.client_id,
            "appidacr": strength,
            "idtyp": "app",
            "oid": state.application.object_id,
            "sub": state.application.object_id,
            "roles": list(application.application_permissions) if application.consented else [],
        },
    )
    seconds = state.settings.sign_in.token_seconds
    return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}


def _device_code(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """RFC 8628 3.4 and 3.5."""
    del tenant
    pending = state.device_codes.get(str(form.get("device_code") or form.get("code") or ""))
    if pending is None or pending.client_id != state.application.client_id or pending.decision == "redeemed":
        raise OAuthError(
            400,
            "bad_verification_code",
            70000,
            "The provided value for the input parameter 'device_code' is not valid.",
        )
    authenticate(state, form, host, needed=False)
    if pending.expires <= state.clock.now():
        raise OAuthError(
            400,
            "expired_token",
            70020,
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        )
    _check_decision(state, pending)
    _check_conditional_access(state)
    pending.decision = "redeemed"
    return _tokens(state, delegated(state, pending.scope, host))


def _check_decision(state: TenantState, pending: PendingSignIn) -> None:
    now = state.clock.monotonic()
    early = now - pending.polled < state.settings.sign_in.interval * 0.5
    pending.polled = now
    if pending.decision == "declined":
        raise OAuthError(400, "authorization_declined", 70019, "The user declined the authorization request.")
    if pending.decision == "pending":
        error, hint = ("slow_down", "Slow down.") if early else ("authorization_pending", "Continue polling.")
        raise OAuthError(400, error, 70016, f"OAuth 2.0 device flow error. Authorization is pending. {hint}")


def _check_conditional_access(state: TenantState) -> None:
    policy = state.settings.sign_in.conditional_access
    if policy == "block-device-code":
        raise OAuthError(
            400,
            "invalid_grant",
            53003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
            suberror="message_only",
            claims=json.dumps({"access_token": {"capolids": {"essential": True, "values": [str(uuid.uuid4())]}}}),
        )
    if policy == "require-mfa":
        raise OAuthError(
            400,
            "interaction_required",
            50076,
            "Due to a configuration change made by your administrator, or because you moved to a new location, you "
            "must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
            suberror="basic_action",
        )


def _authorization_code(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """RFC 6749 4.1.3 with PKCE (RFC 7636 4.6)."""
    del tenant
    code = required(form, "code")
    grant = state.codes.get(code)
    expired = grant is not None and grant.expires is not None and grant.expires <= state.clock.now()
    if grant is None or expired or grant.redirect != form.get("redirect_uri"):
        raise OAuthError(
            400,
            "invalid_grant",
            70008 if expired else 70000,
            "The provided value for the 'code' parameter is not valid.",
        )
    if grant.revoked:
        raise OAuthError(
            400,
            "invalid_grant",
            54005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
            "refresh token.",
        )
    verifier = str(form.get("code_verifier") or "")
    if base64url(hashlib.sha256(verifier.encode()).digest()) != grant.challenge:
        raise OAuthError(
            400,
            "invalid_grant",
            501481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        )
    authenticate(state, form, host, needed=False)
    grant.revoked = True
    return _tokens(state, delegated(state, str(form.get("scope") or grant.scope), host), grant.nonce)


def _refresh_token(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """RFC 6749 6. A refresh token stays good after its use, as Entra's does; every use gives a new one."""
    del tenant
    grant = state.refresh_tokens.get(required(form, "refresh_token"))
    if grant is None or grant.client_id != state.application.client_id:
        raise OAuthError(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
    if grant.revoked:
        raise OAuthError(
            400,
            "invalid_grant",
            50173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have "
            "changed or reset their password.",
            suberror="bad_token",
        )
    authenticate(state, form, host, needed=False)
    return _tokens(state, delegated(state, str(form.get("scope") or grant.scope), host))


def _password(state: TenantState, tenant: str, form: Form, host: str) -> dict[str, Any]:
    """The lab's people have no password."""
    del state, tenant, form, host
    raise OAuthError(400, "invalid_grant", 50126, "Error validating credentials due to invalid username or password.")


def _tokens(state: TenantState, asked: Asked, nonce: str = "") -> dict[str, Any]:
    """Access, refresh and id token for the administrator; raises AADSTS50057 for a disabled account."""
    if not state.settings.user.enabled:
        raise OAuthError(400, "invalid_grant", 50057, "The user account is disabled.")
    permissions, user = granted(state, asked), state.settings.user
    person = {"oid": state.user_id, "sub": state.user_id, "name": user.display_name}
    access = _access_token(
        state,
        {
            **person,
            "aud": asked.resource,
            "appid": state.application.client_id,
            "idtyp": "user",
            "upn": user.name,
            "scp": " ".join(permissions),
            "wids": roles.templates(user.roles),
        },
    )
    seconds = state.settings.sign_in.token_seconds
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(_shown_scopes(asked, permissions)),
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": access,
    }
    if "openid" in asked.openid:
        answer["id_token"] = _id_token(state, person, nonce)
        identity = json.dumps({"uid": state.user_id, "utid": state.tenant_id})
        answer["client_info"] = base64url(identity.encode())
    if "offline_access" in asked.openid:
        answer["refresh_token"] = f"0.A{secrets.token_urlsafe(64)}"
        scope = " ".join((*(f"{asked.resource}/{name}" for name in asked.permissions), *sorted(asked.openid)))
        state.refresh_tokens[answer["refresh_token"]] = Grant(state.application.client_id, scope)
    return answer


def _shown_scopes(asked: Asked, permissions: tuple[str, ...]) -> list[str]:
    """Entra repeats ``.default`` where it was asked for: MSAL finds its cached token by it."""
    default = [".default"] if ".default" in asked.permissions else []
    shown = [f"{asked.resource}/{name}" for name in (*permissions, *default)]
    return shown + sorted(asked.openid - {"offline_access"})


def _access_token(state: TenantState, claims: Mapping[str, Any]) -> str:
    base = {"iss": f"https://sts.windows.net/{state.tenant_id}/", "tid": state.tenant_id, "ver": "1.0"}
    return state.issuer.sign({**base, **claims}, state.clock.now(), state.settings.sign_in.token_seconds)


def _id_token(state: TenantState, person: Mapping[str, str], nonce: str) -> str:
    claims = {
        **person,
        "iss": f"https://login.microsoftonline.com/{state.tenant_id}/v2.0",
        "aud": state.application.client_id,
        "tid": state.tenant_id,
        "preferred_username": state.settings.user.name,
        "ver": "2.0",
        **({"nonce": nonce} if nonce else {}),
    }
    return state.issuer.sign(claims, state.clock.now(), state.settings.sign_in.token_seconds)


def authorization_code(state: TenantState, pending: PendingSignIn) -> str:
    """A one-time code for an approved authorization request; good for ten minutes."""
    code = f"1.A{secrets.token_urlsafe(32)}"
    state.codes[code] = Grant(
        pending.client_id,
        pending.scope,
        pending.redirect,
        pending.challenge,
        pending.nonce,
        state.clock.now() + timedelta(minutes=10),
    )
    return code
