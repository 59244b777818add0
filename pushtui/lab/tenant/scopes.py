"""Which resource and which permissions a ``scope`` parameter asks for."""

from __future__ import annotations

from pushtui.base.values import frozen
from pushtui.lab.tenant.directory import EXCHANGE_ONLINE, GRAPH
from pushtui.lab.tenant.errors import OAuthError
from pushtui.lab.tenant.state import TenantState

OPENID = frozenset({"openid", "profile", "email", "offline_access"})
GRAPH_URI = "https://graph.microsoft.com"
_EXCHANGE_URIS = frozenset({"https://outlook.office365.com", "https://outlook.office.com", EXCHANGE_ONLINE})


@frozen
class Asked:
    """A parsed scope parameter."""

    resource: str
    """Audience of the access token."""
    permissions: tuple[str, ...]
    """Names without their resource; ``.default`` among them stands for what was consented to."""
    openid: frozenset[str]


def resource_of(state: TenantState, name: str, host: str) -> str:
    """The audience for a resource identifier; raises AADSTS500011 for one that the tenant lacks.

    Reached without its production name, the lab's Graph also answers to the address that it was reached by.
    """
    bare = name.rstrip("/")
    if bare in {GRAPH_URI, GRAPH} or bare in {f"https://{host}", f"https://{host.partition(':')[0]}"}:
        return GRAPH_URI
    if bare in _EXCHANGE_URIS and state.directory.find(EXCHANGE_ONLINE):
        return "https://outlook.office365.com"
    raise OAuthError(
        400,
        "invalid_resource",
        500011,
        f"The resource principal named {name} was not found in the tenant named {state.settings.name}. This can happen "
        "if the application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You might have sent your authentication request to the wrong tenant.",
    )


def application_resource(state: TenantState, scope: str, host: str) -> str:
    """The audience of a client credentials request: one resource, ``/.default`` and nothing else (AADSTS1002012)."""
    if " " in scope.strip() or not scope.strip().endswith("/.default"):
        raise OAuthError(
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
            "/.default suffixed to the resource identifier (application ID URI).",
        )
    return resource_of(state, scope.strip().removesuffix("/.default"), host)


def delegated(state: TenantState, scope: str, host: str) -> Asked:
    """A delegated request: permissions of one resource; short names are Graph's."""
    words = scope.split()
    resources, permissions = set(), []
    for word in words:
        if word in OPENID:
            continue
        prefix, slash, permission = word.rpartition("/")
        resources.add(resource_of(state, prefix, host) if slash else GRAPH_URI)
        permissions.append(permission)
    if len(resources) > 1:
        raise OAuthError(
            400,
            "invalid_scope",
            70011,
            f"The provided request must include a 'scope' input parameter. The provided value for the input parameter "
            f"'scope' is not valid. The scope {scope} is not valid.",
        )
    if ".default" in permissions and len(permissions) > 1:
        raise OAuthError(400, "invalid_scope", 70011, ".default scope can't be combined with resource-specific scopes.")
    return Asked(next(iter(resources), GRAPH_URI), tuple(permissions), OPENID & set(words))


def granted(state: TenantState, asked: Asked) -> tuple[str, ...]:
    """The permissions that the application has for what was asked; raises AADSTS65001 where consent lacks."""
    application = state.settings.application
    has = application.delegated_permissions if asked.resource == GRAPH_URI else ()
    if ".default" in asked.permissions and application.consented:
        return has
    missing = [name for name in asked.permissions if name not in has]
    if missing or not application.consented:
        raise OAuthError(
            400,
            "invalid_grant",
            65001,
            f"The user or administrator has not consented to use the application with ID "
            f"'{state.application.client_id}' named 'pushtui'. Send an interactive authorization request for this "
            "user and resource.",
            suberror="consent_required",
        )
    return asked.permissions
