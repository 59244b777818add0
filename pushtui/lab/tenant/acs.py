"""The Access Control Service: metadata for New-AuthServer, and tokens for servers of the organization.

The wire (paths, claims, answers) is the one that the lab's organization and tenant agreed on after the documents of
on-premises OAuth; it is not verified against a real server. What is checked is real: the signature against the
certificates in the service principal's keyCredentials, their dates, and the names on both sides.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from cryptography import x509

from pushtui.lab.tenant.account import ACCOUNT
from pushtui.lab.tenant.certificates import x5t
from pushtui.lab.tenant.client_authentication import required
from pushtui.lab.tenant.directory import EXCHANGE_ONLINE, Properties, key_der
from pushtui.lab.tenant.errors import OAuthError
from pushtui.lab.tenant.state import TenantState
from pushtui.lab.tenant.tokens import BadSignature, Malformed, Unverified, in_time, look, verify

ACS = "00000001-0000-0000-c000-000000000000"
HOST = "accounts.accesscontrol.windows.net"
_GRANT = "http://oauth.net/grant_type/jwt/1.0/bearer"
_TOKEN_SECONDS = 28_800


def issuer_of(tenant_id: str) -> str:
    """Who signs the tokens of this realm."""
    return f"{ACS}@{tenant_id}"


class AccessControl:
    """Metadata and token service."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{tenant}/metadata/json/1", self.metadata_of_path),
            web.get("/metadata/json/1", self.metadata_of_query),
            web.get("/metadata/json/1/", self.metadata_of_query),
            web.post("/{tenant}/tokens/OAuth/2", self.token),
        ]

    async def metadata_of_path(self, request: web.Request) -> web.Response:
        return self._metadata(request.match_info["tenant"])

    async def metadata_of_query(self, request: web.Request) -> web.Response:
        """The form that the Hybrid Configuration Wizard writes into AuthMetadataUrl."""
        return self._metadata(request.query.get("realm", ""))

    def _metadata(self, name: str) -> web.Response:
        tenant, der = self._realm(name), self._state.issuer.signing.der
        base = f"https://{HOST}/{tenant}"
        return web.json_response(
            {
                "id": "_" + tenant,
                "version": "1.0",
                "realm": tenant,
                "serviceName": ACS,
                "issuer": issuer_of(tenant),
                "allowedAudiences": [f"{ACS}/{HOST}@{tenant}"],
                "keys": [
                    {
                        "usage": "signing",
                        "keyinfo": {"x5t": x5t(der)},
                        "keyValue": {"type": "x509Certificate", "value": base64.b64encode(der).decode()},
                    }
                ],
                "endpoints": [
                    {"location": f"{base}/tokens/OAuth/2", "protocol": "OAuth2", "usage": "issuance"},
                    {"location": f"{base}/metadata/json/1", "protocol": "OAuth2", "usage": "metadata"},
                ],
            }
        )

    def _realm(self, name: str) -> str:
        """The id of the tenant, this or another one, that it names."""
        tenant = self._state.find_tenant(name)
        if not tenant:
            raise OAuthError(400, "invalid_request", 90002, f"No service namespace named '{name}' was found.")
        return tenant

    async def token(self, request: web.Request) -> web.Response:
        """A token for Exchange Online, for whoever holds a key of the service principal."""
        realm = self._realm(request.match_info["tenant"])
        form = await request.post()
        grant = required(form, "grant_type")
        if grant != _GRANT:
            raise OAuthError(400, "unsupported_grant_type", 70003, f"The grant type '{grant}' is not supported.")
        assertion = required(form, "assertion")
        claims, object_id = self._check_assertion(assertion, realm)
        ACCOUNT.set(str(claims["iss"]))
        resource = self._check_resource(required(form, "resource"), object_id)
        tenant = self._state.tenant_id
        token = self._state.issuer.sign(
            {
                "aud": resource,
                "iss": issuer_of(tenant),
                "identityprovider": issuer_of(tenant),
                "nameid": f"{EXCHANGE_ONLINE}@{tenant}",
                "oid": object_id,
                "sub": object_id,
                "trustedfordelegation": "true",
            },
            self._state.clock.now(),
            _TOKEN_SECONDS,
        )
        return web.json_response({"token_type": "Bearer", "access_token": token, "expires_in": _TOKEN_SECONDS})

    def _check_assertion(self, assertion: str, realm: str) -> tuple[Mapping[str, Any], str]:
        """The verified claims and the service principal they belong to."""
        try:
            seen = look(assertion)
        except Malformed:
            raise refused(50027, "JWT token is invalid or malformed.") from None
        tenant, now = realm, self._state.clock.now()
        if seen.claims.get("iss") != f"{EXCHANGE_ONLINE}@{tenant}":
            raise refused(
                700016,
                f"Application with identifier '{seen.claims.get('iss')}' was not found in the directory {tenant}.",
            )
        if seen.claims.get("aud") != f"{ACS}/{HOST}@{tenant}":
            raise refused(700023, "Client assertion audience claim does not match Realm issuer.")
        object_id = self._state.directory.find(EXCHANGE_ONLINE)
        if object_id is None:
            raise refused(700016, f"Application with identifier '{EXCHANGE_ONLINE}' was not found in the directory.")
        if realm != self._state.tenant_id:
            raise _no_such_key(seen)  # Exchange Online is there, too, but it holds none of this organization's keys
        principal = self._state.directory.visible(object_id)
        certificate = _certificate(principal, seen, now)
        try:
            claims = verify(assertion, certificate, ["RS256"])
        except BadSignature:
            raise refused(50012, "Client assertion contains an invalid signature.") from None
        if not in_time(claims, now) or "nbf" not in claims:
            raise refused(700024, "Client assertion is not within its valid time range.")
        return claims, object_id

    def _check_resource(self, resource: str, object_id: str) -> str:
        """The resource must be a service principal name of Exchange Online in this very realm."""
        name, _, realm = resource.rpartition("@")
        names = [item.lower() for item in self._state.directory.visible(object_id)["servicePrincipalNames"]]
        if realm.lower() != self._state.tenant_id or name.lower() not in names:
            raise OAuthError(
                400, "invalid_resource", 50001, f"The resource principal named {resource} was not found in the tenant."
            )
        return resource


def _certificate(principal: Properties, seen: Unverified, now: datetime) -> x509.Certificate:
    """The certificate that the assertion names by its SHA-1, out of the keys that are in date."""
    named = str(seen.headers.get("x5t") or "").rstrip("=")
    for credential in principal["keyCredentials"]:
        der = key_der(credential)
        if x5t(der) != named or credential["usage"] != "Verify":
            continue
        certificate = x509.load_der_x509_certificate(der)
        ends = datetime.fromisoformat(credential["endDateTime"]).astimezone(UTC)
        starts = datetime.fromisoformat(credential["startDateTime"]).astimezone(UTC)
        if not max(starts, certificate.not_valid_before_utc) <= now <= min(ends, certificate.not_valid_after_utc):
            raise refused(
                50012,
                "Client assertion contains an invalid signature. [Reason - The key used is expired., "
                f"Thumbprint of key used by client: '{credential['customKeyIdentifier']}']",
            )
        return certificate
    raise _no_such_key(seen)


def _no_such_key(seen: Unverified) -> OAuthError:
    named = _hexadecimal(str(seen.headers.get("x5t") or "").rstrip("="))
    return refused(
        50012,
        "Client assertion contains an invalid signature. [Reason - The key was not found., "
        f"Thumbprint of key used by client: '{named}']",
    )


def _hexadecimal(digest: str) -> str:
    try:
        return base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)).hex().upper()
    except ValueError:
        return ""


def refused(number: int, message: str) -> OAuthError:
    return OAuthError(401, "invalid_client", number, message)
