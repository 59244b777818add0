"""How an application proves who it is at the token endpoint: an assertion signed by its certificate, or its secret."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from pushtui.lab.tenant.certificates import x5t, x5t_s256
from pushtui.lab.tenant.discovery import SHARED_TENANTS
from pushtui.lab.tenant.errors import OAuthError
from pushtui.lab.tenant.state import Application, TenantState
from pushtui.lab.tenant.tokens import BadSignature, Malformed, in_time, look, verify

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def required(form: Mapping[str, Any], name: str) -> str:
    """A parameter of the request body; raises AADSTS900144 where it is missing."""
    value = form.get(name)
    if not isinstance(value, str) or not value:
        raise OAuthError(
            400, "invalid_request", 900144, f"The request body must contain the following parameter: '{name}'."
        )
    return value


def application_of(state: TenantState, client_id: str, tenant: str) -> Application:
    """The registration; raises AADSTS700016 where that directory has none with this id: another one never has."""
    if client_id != state.application.client_id or tenant not in {state.tenant_id, *SHARED_TENANTS}:
        raise OAuthError(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory '{state.settings.name}'. This "
            "can happen if the application has not been installed by the administrator of the tenant or consented to "
            "by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
        )
    return state.application


def check_enabled(state: TenantState) -> None:
    """Raise AADSTS7000112 where an administrator has disabled the application."""
    if not state.settings.application.enabled:
        text = f"Application '{state.application.client_id}'(pushtui) is disabled."
        raise OAuthError(400, "unauthorized_client", 7000112, text)


def authenticate(state: TenantState, form: Mapping[str, Any], host: str, *, needed: bool) -> str:
    """Check the client's proof; the ``appidacr`` of its tokens: "2" certificate, "1" secret, "0" none.

    `needed`: the flow has no use for a client without proof. Raises `OAuthError` (``invalid_client``).
    """
    application = state.application
    if form.get("client_assertion"):
        _check_assertion(state, form, host)
        return "2"
    if form.get("client_secret"):
        _check_secret(state, application, str(form["client_secret"]))
        return "1"
    if needed or not state.settings.application.public_client:
        raise OAuthError(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    return "0"


def _check_secret(state: TenantState, application: Application, secret: str) -> None:
    if not secrets.compare_digest(secret.encode(), application.secret.encode()):
        raise OAuthError(
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{application.client_id}'.",
        )
    if application.secret_ends <= state.clock.now():
        raise OAuthError(
            401,
            "invalid_client",
            7000222,
            f"The provided client secret keys for app '{application.client_id}' are expired. Visit the Azure portal "
            "to create new keys for your app, or consider using certificate credentials for added security.",
        )


def _check_assertion(state: TenantState, form: Mapping[str, Any], host: str) -> None:
    """RFC 7523 3, with Entra's way to name the certificate (``x5t`` or ``x5t#S256``)."""
    application, assertion = state.application, str(form["client_assertion"])
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise OAuthError(
            400,
            "invalid_request",
            900144,
            "The request body must contain the following parameter: 'client_assertion_type'.",
        )
    try:
        seen = look(assertion)
    except Malformed:
        raise OAuthError(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from None
    _check_certificate(state, application, seen.headers)
    try:
        claims = verify(assertion, application.certificate.certificate, ["RS256", "PS256"])
    except BadSignature:
        raise OAuthError(401, "invalid_client", 700027, "Client assertion failed signature validation.") from None
    if not claims.get("iss") == claims.get("sub") == application.client_id:
        raise OAuthError(
            401,
            "invalid_client",
            700021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        )
    if claims.get("aud") not in _audiences(state, host):
        raise OAuthError(401, "invalid_client", 700023, "Client assertion audience claim does not match Realm issuer.")
    if not in_time(claims, state.clock.now()):
        raise OAuthError(401, "invalid_client", 700024, "Client assertion is not within its valid time range.")


def _check_certificate(state: TenantState, application: Application, headers: Mapping[str, Any]) -> None:
    """The header must name the registered certificate (MSAL keeps the padding), and that one must be in date."""
    registered = application.certificate
    named = str(headers.get("x5t") or ""), str(headers.get("x5t#S256") or "")
    if named[0].rstrip("=") != x5t(registered.der) and named[1].rstrip("=") != x5t_s256(registered.der):
        shown = _hexadecimal(next((name for name in named if name), ""))
        raise OAuthError(
            401,
            "invalid_client",
            700027,
            "The certificate with identifier used to sign the client assertion is not registered on application. "
            f"[Reason - The key was not found., Thumbprint of key used by client: '{shown}', Please visit the Azure "
            "Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id "
            f"'{application.client_id}'.",
        )
    certificate, now = registered.certificate, state.clock.now()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise OAuthError(
            401,
            "invalid_client",
            700027,
            "The certificate with identifier used to sign the client assertion is expired on application. "
            "[Reason - The key used is expired.]",
        )


def _hexadecimal(digest: str) -> str:
    bare = digest.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).hex().upper()
    except ValueError:
        return ""


def _audiences(state: TenantState, host: str) -> set[str]:
    """The names of the token endpoint and of the issuer, by tenant id or by domain."""
    names = {state.tenant_id, *state.verified_domains()}
    return {f"https://{host}/{name}/{tail}" for name in names for tail in ("oauth2/v2.0/token", "v2.0")}
