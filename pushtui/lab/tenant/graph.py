"""Microsoft Graph v1.0, as much of it as the procedure touches: organization, domains, servicePrincipals."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from pushtui.lab.tenant import keys, odata, resources
from pushtui.lab.tenant.access import (
    DOMAIN_READ,
    ORGANIZATION_READ,
    OWNED,
    PRINCIPAL_READ,
    PRINCIPAL_WRITE,
    Caller,
    caller_of,
    denied,
    need,
)
from pushtui.lab.tenant.directory import EXCHANGE_ONLINE, Properties
from pushtui.lab.tenant.errors import GraphError
from pushtui.lab.tenant.roles import TEMPLATES, WRITES_CREDENTIALS
from pushtui.lab.tenant.state import TenantState

_FILTERABLE = frozenset({"appId", "displayName", "id", "servicePrincipalType", "servicePrincipalNames"})
_READ_ONLY = frozenset(
    {
        "id",
        "appId",
        "appDisplayName",
        "appDescription",
        "appOwnerOrganizationId",
        "applicationTemplateId",
        "createdDateTime",
        "deletedDateTime",
        "disabledByMicrosoftStatus",
        "servicePrincipalType",
        "signInAudience",
        "verifiedPublisher",
        "resourceSpecificApplicationPermissions",
    }
)
_WRITABLE: dict[str, type] = {
    "accountEnabled": bool,
    "appRoleAssignmentRequired": bool,
    "alternativeNames": list,
    "description": str,
    "notes": str,
    "notificationEmailAddresses": list,
    "servicePrincipalNames": list,
    "tags": list,
}
_BY_APP_ID = re.compile(r"\(appId='([^']*)'\)")


class Graph:
    """The routes under ``/v1.0``; a doubled slash after it is accepted, as stock msgraph-sdk sends it."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        one = r"/servicePrincipals{key:(?:\(appId='[^']*'\)|/[^/()]+)}"
        return [
            route
            for version in ("/v1.0", "/v1.0/")
            for route in (
                web.get(version + "/organization", self.organizations),
                web.get(version + "/organization/{id}", self.organization),
                web.get(version + "/domains", self.domains),
                web.get(version + "/domains/{id}", self.domain),
                web.get(version + "/servicePrincipals", self.principals),
                web.get(version + one, self.principal),
                web.patch(version + one, self.patch_principal),
                web.post(version + one + "/{action:addKey|removeKey}", self.key_action),
            )
        ]

    # --- organization and domains

    async def organizations(self, request: web.Request) -> web.Response:
        entity = self._organization(request)
        odata.check_options(request, {"$select", "$top", "$skiptoken", "$count"})
        shown = odata.select(entity, odata.selected(request), "organization")
        return odata.page(request, [shown], "organization", self._state.settings.page_size)

    async def organization(self, request: web.Request) -> web.Response:
        entity = self._organization(request)
        odata.check_options(request, {"$select"})
        if request.match_info["id"].lower() != self._state.tenant_id:
            raise not_found(request.match_info["id"])
        return odata.entity_response(
            request, odata.select(entity, odata.selected(request), "organization"), "organization"
        )

    def _organization(self, request: web.Request) -> Properties:
        caller = caller_of(self._state, request)
        limited = not caller.permissions & ORGANIZATION_READ
        need(self._state, caller, ORGANIZATION_READ | (frozenset() if caller.app_only else {"User.Read"}))
        return resources.organization(self._state, limited=limited)

    async def domains(self, request: web.Request) -> web.Response:
        items = self._domains(request)
        odata.check_options(request, {"$select", "$top", "$skiptoken"})
        shown = [odata.select(item, odata.selected(request), "domain") for item in items]
        return odata.page(request, shown, "domains", self._state.settings.page_size)

    async def domain(self, request: web.Request) -> web.Response:
        items = self._domains(request)
        odata.check_options(request, {"$select"})
        wanted = request.match_info["id"].lower()
        for item in items:
            if item["id"].lower() == wanted:
                return odata.entity_response(request, odata.select(item, odata.selected(request), "domain"), "domains")
        raise not_found(request.match_info["id"])

    def _domains(self, request: web.Request) -> list[Properties]:
        """A person also needs a directory role to read domains (Graph: List domains)."""
        need(self._state, caller_of(self._state, request), DOMAIN_READ, frozenset(TEMPLATES))
        return resources.domains(self._state)

    # --- service principals

    async def principals(self, request: web.Request) -> web.Response:
        self._reader(request)
        odata.check_options(request, {"$select", "$filter", "$top", "$skiptoken", "$count", "$orderby"})
        directory, names = self._state.directory, odata.selected(request)
        items = [directory.visible(key) for key in directory.ids()]
        if "$filter" in request.query:
            expression = request.query["$filter"]
            items = [item for item in items if odata.matches(item, expression, _FILTERABLE, "servicePrincipal")]
        shown = [odata.select(_without_keys(item), names, "servicePrincipal") for item in items]
        return odata.page(request, shown, "servicePrincipals", self._state.settings.page_size)

    async def principal(self, request: web.Request) -> web.Response:
        """``key`` is only there where keyCredentials is selected (Graph: keyCredential); those reads are counted."""
        self._reader(request)
        odata.check_options(request, {"$select", "$expand"})
        names = odata.selected(request)
        entity = self._state.directory.visible(self._find(request))
        if "keyCredentials" in names:
            self._count_key_read()
        else:
            entity = _without_keys(entity)
        return odata.entity_response(request, odata.select(entity, names, "servicePrincipal"), "servicePrincipals")

    async def patch_principal(self, request: web.Request) -> web.Response:
        """Update servicePrincipal: 204; collections are replaced as a whole."""
        caller = self._writer(request)
        object_id = self._find(request)
        entity = self._state.directory.truth(object_id)
        self._check_owner(caller, entity)
        entity |= self._update(await _json(request), entity)
        self._state.directory.put(object_id, entity)
        return web.Response(status=204)

    def _update(self, body: Properties, entity: Properties) -> Properties:
        """The checked new values of a PATCH."""
        update: Properties = {}
        for name, value in body.items():
            if name in _READ_ONLY:
                raise _bad(f"Property '{name}' is read-only and cannot be set.")
            if name == "passwordCredentials":
                raise _bad("New password credentials must be generated using service actions.")
            if name == "keyCredentials":
                update[name] = self._new_keys(value, entity)
            elif name in _WRITABLE:
                if value is not None and not isinstance(value, _WRITABLE[name]):
                    raise _bad(f"Invalid value specified for property '{name}' of resource 'ServicePrincipal'.")
                update[name] = value
            elif name != "@odata.type":
                raise _bad(f"Invalid property '{name}'.")
        return update

    def _new_keys(self, value: Any, entity: Properties) -> list[Properties]:
        settings, shared = self._state.settings, entity["appId"] == EXCHANGE_ONLINE
        return keys.replaced(
            value,
            entity["keyCredentials"],
            self._state.clock.now(),
            minimal_only=shared and settings.strict_first_party,
            refuse_new=shared and settings.refuse_new_keys,
        )

    async def key_action(self, request: web.Request) -> web.Response:
        """The addKey and removeKey actions, which want a proof of possession."""
        caller = caller_of(self._state, request)
        need(self._state, caller, PRINCIPAL_WRITE | {OWNED}, WRITES_CREDENTIALS)
        object_id = self._find(request)
        entity = self._state.directory.truth(object_id)
        self._check_owner(caller, entity)
        body, kept, now = await _json(request), entity["keyCredentials"], self._state.clock.now()
        keys.check_proof(body.get("proof"), object_id, kept, now)
        if request.match_info["action"] == "addKey":
            credential = keys.added(body.get("keyCredential"), kept, now)
            self._state.directory.put(object_id, entity | {"keyCredentials": [*kept, credential]})
            return odata.entity_response(request, credential | {"key": None}, "servicePrincipals/keyCredentials")
        rest = [item for item in kept if item["keyId"] != str(body.get("keyId")).lower()]
        if len(rest) == len(kept):
            raise _bad("No credentials found to be removed.")
        self._state.directory.put(object_id, entity | {"keyCredentials": rest})
        return web.Response(status=204)

    # --- shared

    def _reader(self, request: web.Request) -> Caller:
        caller = caller_of(self._state, request)
        need(self._state, caller, PRINCIPAL_READ | ({OWNED} if caller.app_only else frozenset()))
        return caller

    def _writer(self, request: web.Request) -> Caller:
        caller = caller_of(self._state, request)
        need(
            self._state,
            caller,
            PRINCIPAL_WRITE | ({OWNED} if caller.app_only else frozenset()),
            WRITES_CREDENTIALS,
        )
        return caller

    def _check_owner(self, caller: Caller, entity: Properties) -> None:
        """With OwnedBy alone an application changes what it owns, which no Microsoft principal is."""
        if not caller.permissions & PRINCIPAL_WRITE and entity["appOwnerOrganizationId"] != self._state.tenant_id:
            raise denied()

    def _find(self, request: web.Request) -> str:
        key = unquote(request.match_info["key"])
        by_app_id = _BY_APP_ID.fullmatch(key)
        wanted = by_app_id[1] if by_app_id else key.lstrip("/")
        directory = self._state.directory
        found = directory.find(wanted.lower()) if by_app_id else wanted.lower()
        if found is None or found not in directory.ids():
            raise not_found(wanted)
        return found

    def _count_key_read(self) -> None:
        """Graph: servicePrincipal: reads of keyCredentials are limited to 150 a minute in a tenant."""
        reads, now = self._state.key_reads, self._state.clock.monotonic()
        while reads and reads[0] <= now - 60:
            reads.popleft()
        if len(reads) >= self._state.settings.key_reads_per_minute:
            wait = max(1, round(60 - (now - reads[0])) if reads else 60)
            raise GraphError(429, "TooManyRequests", "Please retry again later.", headers={"Retry-After": str(wait)})
        reads.append(now)


def not_found(name: str) -> GraphError:
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
    )


def _without_keys(entity: Properties) -> Properties:
    shown = [credential | {"key": None} for credential in entity["keyCredentials"]]
    return entity | {"keyCredentials": shown}


async def _json(request: web.Request) -> Properties:
    """The JSON object in the body; raises Graph's 400."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if request.content_type != "application/json" or not isinstance(body, dict):
        raise odata.bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
            "JSON format."
        )
    return body


def _bad(message: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message)
