"""The control endpoint: how tests (and ``pushtui lab approve``) look at the true state and change it.

Plain HTTP on 127.0.0.1; the random token in the path is the key to it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from pushtui.base.errors import PushtuiError, UsageError
from pushtui.base.tables import read_table
from pushtui.base.values import frozen
from pushtui.lab.faults import Fault
from pushtui.lab.loop import LoopThread


@frozen
class Approval:
    """The body of ``POST approve``."""

    code: str
    decision: str = "approved"


@frozen
class Clearing:
    """The body of ``POST clear``: what to forget."""

    faults: bool = True
    requests: bool = True
    mail: bool = True


@frozen
class Restart:
    """The body of ``POST restart``."""

    server: str
    """Fully qualified name."""


class Controlled(Protocol):
    """What the endpoint controls; every method may block."""

    def state(self) -> dict[str, Any]: ...

    def requests(self) -> list[dict[str, Any]]: ...

    def add_faults(self, faults: list[Fault]) -> None: ...

    def change_organization(self, patch: dict[str, Any]) -> None: ...

    def change_tenant(self, patch: dict[str, Any]) -> None: ...

    def approve(self, approval: Approval) -> None: ...

    def restart(self, restart: Restart) -> None: ...

    def release(self) -> None: ...

    def clear(self, clearing: Clearing) -> None: ...


class Control:
    """The HTTP server."""

    def __init__(self, lab: Controlled) -> None:
        self._lab = lab
        self._token = secrets.token_urlsafe(24)
        application = web.Application(middlewares=[self._guard], client_max_size=4 * 1024**2)
        application.add_routes(
            [
                web.get("/{token}/state", self._get(lab.state)),
                web.get("/{token}/requests", self._get(lab.requests)),
                web.post("/{token}/faults", self._post(lambda body: lab.add_faults(_faults(body)))),
                web.post("/{token}/organization", self._post(lambda body: lab.change_organization(_table(body)))),
                web.post("/{token}/tenant", self._post(lambda body: lab.change_tenant(_table(body)))),
                web.post(
                    "/{token}/approve",
                    self._post(lambda body: lab.approve(read_table(Approval, _table(body), "the approval"))),
                ),
                web.post(
                    "/{token}/restart",
                    self._post(lambda body: lab.restart(read_table(Restart, _table(body), "the restart"))),
                ),
                web.post("/{token}/release", self._post(lambda body: lab.release())),
                web.post(
                    "/{token}/clear",
                    self._post(lambda body: lab.clear(read_table(Clearing, _table(body), "the clearing"))),
                ),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        self._loop: LoopThread | None = None

    def start(self) -> None:
        self._loop = LoopThread("lab-control")
        self._loop.run(self._start())

    async def _start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    @property
    def url(self) -> str:
        """Base of all requests, without a slash at the end; as secret as a password."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/{self._token}"

    def stop(self) -> None:
        """End everything; idempotent."""
        if self._loop is None:
            return
        self._loop.run(self._runner.cleanup())
        self._loop.stop()
        self._loop = None

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """404 without the token or under another name (a page in a browser must not reach it); errors as JSON."""
        token = request.match_info.get("token", "")
        if request.host.partition(":")[0] != "127.0.0.1" or not secrets.compare_digest(
            token.encode(), self._token.encode()
        ):
            return web.json_response({"error": "not found"}, status=404)
        try:
            return await handler(request)
        except PushtuiError as error:
            return web.json_response({"error": str(error), "code": error.code}, status=400)

    def _get(self, read: Callable[[], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            del request
            return web.json_response(await asyncio.to_thread(read))

        return handle

    def _post(self, do: Callable[[Any], None]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            raw = await request.read()
            try:
                body = json.loads(raw or b"{}")
            except ValueError:
                raise UsageError("lab.wrong-request", "The body is not JSON") from None
            await asyncio.to_thread(do, body)
            return web.json_response({})

        return handle


def _table(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise UsageError("lab.wrong-request", "The body is not a JSON object")
    return body


def _faults(body: Any) -> list[Fault]:
    """One fault or a list of them."""
    return [read_table(Fault, _table(item), "the fault") for item in (body if isinstance(body, list) else [body])]
