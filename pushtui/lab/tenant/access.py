"""Who asks Graph, and whether they may: the token, its permissions, and the person's directory roles."""

from __future__ import annotations

from aiohttp import web

from pushtui.base.values import frozen
from pushtui.lab.tenant.account import ACCOUNT
from pushtui.lab.tenant.directory import GRAPH
from pushtui.lab.tenant.errors import GraphError
from pushtui.lab.tenant.scopes import GRAPH_URI
from pushtui.lab.tenant.state import TenantState
from pushtui.lab.tenant.tokens import BadSignature, in_time

ORGANIZATION_READ = frozenset(
    {"Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
)
DOMAIN_READ = frozenset({"Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
PRINCIPAL_READ = frozenset(
    {"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
)
PRINCIPAL_WRITE = frozenset({"Application.ReadWrite.All", "Directory.ReadWrite.All"})
OWNED = "Application.ReadWrite.OwnedBy"


@frozen
class Caller:
    """The identity and the permissions of a valid access token."""

    client_id: str
    app_only: bool
    permissions: frozenset[str]
    account: str


def caller_of(state: TenantState, request: web.Request) -> Caller:
    """The caller; raises Graph's 401 for a missing, foreign, expired or wrongly addressed token."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthenticated("Access token is empty.")
    try:
        claims = state.issuer.claims(token.strip())
    except BadSignature:
        raise _unauthenticated("CompactToken validation failed with reason code: 80049228.") from None
    if claims.get("aud") != GRAPH_URI or claims.get("tid") != state.tenant_id or "appid" not in claims:
        raise _unauthenticated("Access token validation failure. Invalid audience.")
    if not in_time(claims, state.clock.now()):
        raise _unauthenticated("Lifetime validation failed, the token is expired.")
    app_only = claims.get("idtyp") == "app"
    permissions = claims.get("roles", []) if app_only else str(claims.get("scp", "")).split()
    account = f"app {claims['appid']}" if app_only else str(claims.get("upn", ""))
    ACCOUNT.set(account)
    return Caller(str(claims["appid"]), app_only, frozenset(permissions), account)


def need(state: TenantState, caller: Caller, permissions: frozenset[str], roles: frozenset[str] | None = None) -> None:
    """Raise 403 unless the caller has one of the permissions and, signed in as a person, one of the roles.

    Roles are those that the person has now, whatever the token was issued with.
    """
    if not caller.permissions & permissions:
        raise denied()
    if roles is not None and not caller.app_only and not set(state.settings.user.roles) & roles:
        raise denied()


def denied() -> GraphError:
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _unauthenticated(message: str) -> GraphError:
    return GraphError(
        401,
        "InvalidAuthenticationToken",
        message,
        headers={
            "WWW-Authenticate": 'Bearer realm="", authorization_uri='
            f'"https://login.microsoftonline.com/common/oauth2/authorize", client_id="{GRAPH}"'
        },
    )
