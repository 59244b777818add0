"""Exchange Online's endpoint for notifications from on-premises servers.

The wire is the one that the lab's organization and tenant agreed on; it is not verified against a real server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from pushtui.lab.tenant.account import ACCOUNT
from pushtui.lab.tenant.acs import issuer_of
from pushtui.lab.tenant.directory import EXCHANGE_ONLINE
from pushtui.lab.tenant.errors import PushError
from pushtui.lab.tenant.state import TenantState
from pushtui.lab.tenant.tokens import BadSignature, in_time

HOST = "outlook.office365.com"


class PushNotifications:
    """POST /PushNotifications with a token of the access control service."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/PushNotifications", self.post), web.post("/PushNotifications/", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        claims = self._check_token(request.headers.get("Authorization", ""))
        ACCOUNT.set(str(claims["nameid"]))
        organization, notifications = self._check_body(request, await request.read())
        if organization.lower() not in self._state.verified_domains():
            raise PushError(
                403,
                "OrganizationNotFound",
                f"The organization {organization!r} is not a domain of the caller's tenant.",
            )
        if not self._state.enrolled():
            raise PushError(403, "OrganizationNotEnrolled", "The tenant has no Exchange Online subscription.")
        self._state.notifications.append({"organization": organization, "count": len(notifications)})
        return web.json_response({"organization": organization, "accepted": len(notifications)})

    def _check_token(self, header: str) -> Mapping[str, Any]:
        """The claims of a token that the access control service issued for this host."""
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise PushError(401, "missing_token", "No bearer token was sent.")
        try:
            claims = self._state.issuer.claims(token.strip())
        except BadSignature:
            raise PushError(401, "invalid_signature", "The token has an invalid signature.") from None
        tenant = self._state.tenant_id
        if claims.get("iss") != issuer_of(tenant):
            raise PushError(401, "invalid_issuer", "The issuer of the token is unknown.")
        if claims.get("aud") != f"{EXCHANGE_ONLINE}/{HOST}@{tenant}":
            raise PushError(401, "invalid_resource", "The audience claim value is invalid.")
        if not in_time(claims, self._state.clock.now()):
            raise PushError(401, "invalid_lifetime", "The token is expired.")
        return claims

    def _check_body(self, request: web.Request, raw: bytes) -> tuple[str, list[Any]]:
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if request.content_type != "application/json" or not isinstance(body, dict):
            raise PushError(400, "InvalidRequest", "The body is not a JSON object.")
        organization, notifications = body.get("organization"), body.get("notifications")
        if not isinstance(organization, str) or not isinstance(notifications, list):
            raise PushError(400, "InvalidRequest", "The body lacks organization or notifications.")
        return organization, notifications
