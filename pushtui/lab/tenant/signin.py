"""The sign-in host: device codes, the authorization page, the token endpoint."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web

from pushtui.lab.tenant.account import ACCOUNT
from pushtui.lab.tenant.client_authentication import application_of, check_enabled, required
from pushtui.lab.tenant.discovery import SHARED_TENANTS, tenant_of
from pushtui.lab.tenant.errors import OAuthError, PageError
from pushtui.lab.tenant.grants import authorization_code, redeem
from pushtui.lab.tenant.scopes import delegated, granted
from pushtui.lab.tenant.state import PendingSignIn, TenantState

_LOOPBACK_REDIRECT = re.compile(r"http://localhost(:\d{1,5})?/?")
_NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


class SignIn:
    """The endpoints that issue tokens."""

    def __init__(self, state: TenantState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/{tenant}/oauth2/v2.0/devicecode", self.device_code),
            web.get("/{tenant}/oauth2/v2.0/authorize", self.authorize),
            web.post("/{tenant}/oauth2/v2.0/token", self.token),
        ]

    async def token(self, request: web.Request) -> web.Response:
        tenant = tenant_of(self._state, request)
        form = await request.post()
        ACCOUNT.set(str(form.get("client_id") or ""))
        application_of(self._state, required(form, "client_id"), tenant)
        check_enabled(self._state)
        return web.json_response(redeem(self._state, tenant, form, request.host), headers=_NO_STORE)

    async def device_code(self, request: web.Request) -> web.Response:
        """RFC 8628 3.1 and 3.2. Whether the application may use the flow at all only shows at the token endpoint."""
        tenant = tenant_of(self._state, request)
        form = await request.post()
        application = application_of(self._state, required(form, "client_id"), tenant)
        ACCOUNT.set(application.client_id)
        scope, sign_in = required(form, "scope"), self._state.settings.sign_in
        delegated(self._state, scope, request.host)
        pending = self._pending(application.client_id, scope, sign_in.code_seconds)
        device_code = secrets.token_urlsafe(64)
        self._state.device_codes[device_code] = pending
        return web.json_response(
            {
                "user_code": pending.user_code,
                "device_code": device_code,
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": sign_in.code_seconds,
                "interval": sign_in.interval,
                "message": "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter "
                f"the code {pending.user_code} to authenticate.",
            },
            headers=_NO_STORE,
        )

    async def authorize(self, request: web.Request) -> web.Response:
        """RFC 6749 4.1.1 with PKCE. Nobody types a password here: the lab's code stands for the person's consent.

        While nobody has approved, the page shows the code; the same address goes on once it was approved.
        """
        tenant = tenant_of(self._state, request)
        query, state = request.query, self._state
        redirect, client_id = query.get("redirect_uri", ""), query.get("client_id", "")
        if client_id != state.application.client_id or tenant not in {state.tenant_id, *SHARED_TENANTS}:
            raise PageError(700016, f"Application with identifier '{client_id}' was not found in the directory.")
        if not state.settings.application.enabled:
            raise PageError(7000112, f"Application '{client_id}'(pushtui) is disabled.")
        if not state.settings.user.enabled:
            raise PageError(50057, "The user account is disabled.")
        if not _LOOPBACK_REDIRECT.fullmatch(redirect):
            raise PageError(
                50011,
                f"The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured "
                f"for the application '{client_id}'.",
            )
        if query.get("response_type") != "code" or not query.get("scope"):
            raise PageError(900144, "The request must contain the parameters 'response_type=code' and 'scope'.")
        if query.get("response_mode", "query") != "query":
            raise PageError(70007, "The lab answers with response_mode=query alone.")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise PageError(9002325, "Proof Key for Code Exchange is required for cross-origin and native clients.")
        key = query["code_challenge"]
        pending = state.authorizations.get(key)
        if pending is None:
            pending = self._pending(client_id, query["scope"], 600)
            pending.redirect, pending.challenge, pending.nonce = redirect, key, query.get("nonce", "")
            state.authorizations[key] = pending
        return self._page(request, pending)

    def _page(self, request: web.Request, pending: PendingSignIn) -> web.Response:
        if pending.decision == "pending":
            approve = f"pushtui lab approve {pending.user_code}"
            text = f"Sign in to pushtui.\nApprove with: {approve}\nThen load this page again.\n"
            return web.Response(text=text, headers=_NO_STORE)
        if pending.decision == "redeemed":
            raise PageError(50089, "Flow token expired.")
        answer = {"state": request.query.get("state", ""), "session_state": secrets.token_hex(16)}
        try:
            granted(self._state, delegated(self._state, pending.scope, request.host))
        except OAuthError as error:
            answer |= {"error": error.error, "error_description": f"AADSTS{error.number}: {error.message}"}
        else:
            if pending.decision == "declined":
                answer |= {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent."}
            else:
                answer["code"] = authorization_code(self._state, pending)
        pending.decision = "redeemed"
        return web.Response(status=302, headers={"Location": f"{pending.redirect}?{urlencode(answer)}", **_NO_STORE})

    def _pending(self, client_id: str, scope: str, seconds: int) -> PendingSignIn:
        state = self._state
        expires = state.clock.now() + timedelta(seconds=seconds)
        pending = PendingSignIn(state.new_user_code(), client_id, scope, expires)
        if state.settings.sign_in.auto_approve:
            pending.decision = "approved"
        return pending
