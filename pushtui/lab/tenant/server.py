"""The one TLS port behind all of Microsoft's host names: routing by name, tracing, faults, the request log."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from pushtui.lab.faults import Faults
from pushtui.lab.requests import RequestLog
from pushtui.lab.tenant import acs, push
from pushtui.lab.tenant.account import ACCOUNT
from pushtui.lab.tenant.applications import Applications
from pushtui.lab.tenant.discovery import Discovery
from pushtui.lab.tenant.errors import GraphError, OAuthError, PushError, Refusal, Trace
from pushtui.lab.tenant.faulty import Cut, strike
from pushtui.lab.tenant.graph import Graph
from pushtui.lab.tenant.signin import SignIn
from pushtui.lab.tenant.state import TenantState

SIDES = {
    "login.microsoftonline.com": "entra",
    "graph.microsoft.com": "graph",
    acs.HOST: "acs",
    push.HOST: "push",
}
"""Production host name → the side of the request log."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_WRITES = frozenset({"PATCH", "POST", "PUT", "DELETE"})
_UNAVAILABLE = "The lab knows no such request."


def side_of(path: str) -> str:
    """Which service a path belongs to."""
    if path.startswith(("/v1.0", "/beta")):
        return "graph"
    if "/metadata/json/1" in path or path.endswith("/tokens/OAuth/2"):
        return "acs"
    return "push" if path.startswith("/PushNotifications") else "entra"


class TenantServer:
    """aiohttp on 127.0.0.1. Reached by 127.0.0.1 it serves all sides, by a production name only that one."""

    def __init__(self, state: TenantState, requests: RequestLog, faults: Faults, context: ssl.SSLContext) -> None:
        self._requests = requests
        self._faults = faults
        self._context = context
        self._application = web.Application(middlewares=[self._answer], client_max_size=4 * 1024**2)
        for part in (
            Discovery(state),
            SignIn(state),
            Graph(state),
            Applications(state),
            acs.AccessControl(state),
            push.PushNotifications(state),
        ):
            self._application.add_routes(part.routes())
        self._runner = web.AppRunner(self._application, access_log=None, shutdown_timeout=0.2)
        self._site: web.TCPSite | None = None

    async def start(self) -> None:
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._context)
        await self._site.start()

    @property
    def port(self) -> int:
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Cut what is open and listen no longer: a client that keeps its connection must not hold up the end.

        Closing TLS politely would wait for the client's farewell.
        """
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        ACCOUNT.set("")
        side = side_of(request.path)
        name = f"{request.method} {request.path_qs}"
        trace = Trace(request.host, request.headers.get("client-request-id") or str(uuid.uuid4()))
        status, fault = "cut", None
        try:
            if not _belongs(request.host, side):
                raise web.HTTPNotFound
            fault = self._faults.take(side, name)
            response = await (strike(fault, side, request, handler, trace) if fault else handler(request))
            status = str(response.status)
        except Refusal as refusal:
            response, status = refusal.response(trace), refusal.name
        except web.HTTPException as error:
            unknown = _unknown(side, error.status)
            response, status = unknown.response(trace), unknown.name
        except Cut:
            if fault is not None and fault.effect == "hold":
                await self._faults.hold_in_loop(fault)
            if request.transport is not None:
                request.transport.abort()
            response = web.Response(status=500)
        finally:
            await self._note(request, side, name, status)
        if not response.prepared:
            for header, value in trace.headers.items():
                response.headers.setdefault(header, value)
        return response

    async def _note(self, request: web.Request, side: str, name: str, status: str) -> None:
        """One entry in the request log. Only Graph can change the tenant; a form may hold secrets and is not kept."""
        write = side == "graph" and request.method in _WRITES
        detail = ""
        if write and status != "cut" and request.body_exists:
            detail = (await request.read()).decode("utf-8", "replace")
        self._requests.add(side, name, write=write, account=ACCOUNT.get(), status=status, detail=detail)


def _belongs(host: str, side: str) -> bool:
    """Whether a request that names this host may ask that side."""
    name = host.lower().removesuffix(":443")
    return SIDES.get(name) == side if name in SIDES else host.partition(":")[0].lower() in _LOOPBACK


def _unknown(side: str, status: int) -> Refusal:
    """A path or method that the side does not have."""
    if side == "graph":
        return GraphError(400 if status == 404 else status, "BadRequest", "Resource not found for the segment.")
    if side == "push":
        return PushError(status, "NotFound", _UNAVAILABLE)
    return OAuthError(status, "invalid_request", 900561, _UNAVAILABLE)
