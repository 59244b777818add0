"""What the sign-in host tells everybody: OpenID configuration, instance discovery, signing keys."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from aiohttp import web

from pushtui.lab.tenant.certificates import base64url
from pushtui.lab.tenant.errors import OAuthError
from pushtui.lab.tenant.state import TenantState

SHARED_TENANTS = frozenset({"common", "organizations"})
_PRODUCTION = "login.microsoftonline.com"


def tenant_of(state: TenantState, request: web.Request) -> str:
    """The tenant id (of this tenant or another) for the path's id or domain, or a shared name; raises AADSTS90002."""
    name = request.match_info["tenant"].lower()
    if name in SHARED_TENANTS:
        return name
    tenant = state.find_tenant(name)
    if not tenant:
        raise OAuthError(
            400,
            "invalid_tenant",
            90002,
            f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
            "correct cloud. Check with your subscription administrator, this may happen if there are no active "
            "subscriptions for the tenant.",
        )
    return tenant


class Discovery:
    """The unauthenticated half of the sign-in host."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/common/discovery/instance", self.instance),
            web.get("/{tenant}/discovery/v2.0/keys", self.keys),
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", self.configuration),
        ]

    async def configuration(self, request: web.Request) -> web.Response:
        """OpenID Connect Discovery 1.0 §4; with a domain the answer carries the tenant id, as Entra's does."""
        tenant = tenant_of(self._state, request)
        host = f"https://{request.host}"
        base = f"{host}/{tenant}"
        issuer = tenant if tenant not in SHARED_TENANTS else "{tenantid}"
        return web.json_response(
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "private_key_jwt",
                    "client_secret_basic",
                ],
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": f"{host}/{issuer}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "http_logout_supported": True,
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "cloud_graph_host_name": "graph.windows.net",
                "msgraph_host": "graph.microsoft.com",
            }
        )

    async def instance(self, request: web.Request) -> web.Response:
        """Which hosts belong to the cloud of an authorization endpoint."""
        endpoint = urlsplit(request.query.get("authorization_endpoint", ""))
        if endpoint.netloc not in (_PRODUCTION, request.host):
            raise OAuthError(400, "invalid_instance", 50049, "Unknown or invalid instance.")
        tenant = endpoint.path.strip("/").partition("/")[0] or "common"
        return web.json_response(
            {
                "tenant_discovery_endpoint": f"https://{endpoint.netloc}/{tenant}/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [
                    {
                        "preferred_network": _PRODUCTION,
                        "preferred_cache": "login.windows.net",
                        "aliases": [_PRODUCTION, "login.windows.net", "login.microsoft.com", "sts.windows.net"],
                    }
                ],
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        """The JSON Web Key Set that the tokens are signed with (RFC 7517)."""
        tenant_of(self._state, request)
        issuer = self._state.issuer
        numbers = issuer.signing.key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "kid": issuer.key_id,
            "x5t": issuer.key_id,
            "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
            "x5c": [base64.b64encode(issuer.signing.der).decode()],
        }
        return web.json_response({"keys": [key]})
