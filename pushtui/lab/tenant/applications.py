"""App registrations as Graph shows them: our own, and the dedicated hybrid application where there is one."""

from __future__ import annotations

import re
import uuid
from urllib.parse import unquote

from aiohttp import web

from pushtui.lab.tenant import odata
from pushtui.lab.tenant.access import OWNED, PRINCIPAL_READ, caller_of, need
from pushtui.lab.tenant.directory import Properties, key_credential
from pushtui.lab.tenant.errors import GraphError
from pushtui.lab.tenant.state import TenantState

_FILTERABLE = frozenset({"appId", "displayName", "id"})
_BY_APP_ID = re.compile(r"\(appId='([^']*)'\)")


def register_hybrid_application(state: TenantState, organization: uuid.UUID) -> None:
    """What ConfigureExchangeHybridApplication.ps1 leaves: an application with the keys, and its service principal."""
    settings = state.settings.hybrid_application
    if settings is None:
        return
    name = f"ExchangeServerApp-{organization}"
    object_id = str(uuid.uuid4())
    state.applications[object_id] = application(object_id, settings.app_id, name) | {
        "keyCredentials": state.credentials(settings.keys)
    }
    state.directory.add(settings.app_id, name, owner=state.tenant_id, service_names=[settings.app_id])


def application(object_id: str, app_id: str, name: str) -> Properties:
    """The properties of a v1.0 application that matter here, as empty as they are when it is new."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "appId": app_id,
        "createdDateTime": "2025-08-20T08:00:00Z",
        "description": None,
        "displayName": name,
        "identifierUris": [],
        "isFallbackPublicClient": None,
        "keyCredentials": [],
        "notes": None,
        "passwordCredentials": [],
        "requiredResourceAccess": [],
        "signInAudience": "AzureADMyOrg",
        "tags": [],
    }


class Applications:
    """``/applications``: reading alone."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        one = r"/applications{key:(?:\(appId='[^']*'\)|/[^/()]+)}"
        return [
            route
            for version in ("/v1.0", "/v1.0/")
            for route in (web.get(version + "/applications", self.all), web.get(version + one, self.one))
        ]

    async def all(self, request: web.Request) -> web.Response:
        self._check(request)
        odata.check_options(request, {"$select", "$filter", "$top", "$skiptoken", "$count", "$orderby"})
        items = [_without_keys(item) for item in self._registered()]
        if "$filter" in request.query:
            expression = request.query["$filter"]
            items = [item for item in items if odata.matches(item, expression, _FILTERABLE, "application")]
        shown = [odata.select(item, odata.selected(request), "application") for item in items]
        return odata.page(request, shown, "applications", self._state.settings.page_size)

    async def one(self, request: web.Request) -> web.Response:
        """``key`` is only there where keyCredentials is selected (Graph: keyCredential)."""
        self._check(request)
        odata.check_options(request, {"$select", "$expand"})
        names = odata.selected(request)
        entity = self._find(unquote(request.match_info["key"]))
        shown = entity if "keyCredentials" in names else _without_keys(entity)
        return odata.entity_response(request, odata.select(shown, names, "application"), "applications")

    def _check(self, request: web.Request) -> None:
        caller = caller_of(self._state, request)
        need(self._state, caller, PRINCIPAL_READ | ({OWNED} if caller.app_only else frozenset()))

    def _registered(self) -> list[Properties]:
        """Our own registration is kept apart: its certificate is no key of Exchange."""
        own = self._state.application
        mine = application(own.registration_id, own.client_id, "pushtui") | {
            "keyCredentials": [key_credential(own.certificate.der)]
        }
        return [mine, *self._state.applications.values()]

    def _find(self, key: str) -> Properties:
        by_app_id = _BY_APP_ID.fullmatch(key)
        wanted = (by_app_id[1] if by_app_id else key.lstrip("/")).lower()
        field = "appId" if by_app_id else "id"
        for entity in self._registered():
            if str(entity[field]).lower() == wanted:
                return entity
        raise GraphError(
            404,
            "Request_ResourceNotFound",
            f"Resource '{wanted}' does not exist or one of its queried reference-property objects are not present.",
        )


def _without_keys(entity: Properties) -> Properties:
    return entity | {"keyCredentials": [credential | {"key": None} for credential in entity["keyCredentials"]]}
