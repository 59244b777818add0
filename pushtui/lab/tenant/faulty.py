"""Faults at HTTP requests: what a queued fault does to a request and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from pushtui.lab.faults import Fault
from pushtui.lab.tenant.errors import GraphError, OAuthError, PushError, Refusal, Trace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_GRAPH_STATUS = {
    "Authorization_RequestDenied": 403,
    "InvalidAuthenticationToken": 401,
    "Authentication_MissingOrMalformed": 401,
    "Request_ResourceNotFound": 404,
    "TooManyRequests": 429,
    "ServiceUnavailable": 503,
}
_GRAPH_CODES = {429: "TooManyRequests", 503: "serviceNotAvailable", 504: "UnknownError", 403: "accessDenied"}
_DEFAULT_STATUS = 503


class Cut(Exception):
    """The connection ends without an answer."""


async def strike(fault: Fault, side: str, request: web.Request, handler: Handler, trace: Trace) -> web.StreamResponse:
    """The answer under this fault; raises `Cut` where there is none."""
    match fault.effect:
        case "refuse":
            raise refusal(fault, side)
        case "cut":
            raise Cut
        case "cut-after" | "hold":
            await handler(request)
            raise Cut
        case "stall":
            await asyncio.sleep(fault.seconds)
            raise Cut
        case "delay":
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        case "drip":
            return await _drip(request, await handler(request), trace)
        case "status":
            return _status(fault, side, trace)


def refusal(fault: Fault, side: str) -> Refusal:
    """The side's own error with the fault's code and message. A status other than 503 is taken as it is given."""
    given = fault.status if fault.status != _DEFAULT_STATUS else 0
    if side == "graph":
        code = fault.code or "Authorization_RequestDenied"
        status = given or _GRAPH_STATUS.get(code, 400)
        return GraphError(status, code, fault.message or "The lab refuses this request.", headers=fault.headers)
    if side == "push":
        return PushError(given or 403, fault.code or "Refused", fault.message or "The lab refuses this request.")
    number = int(fault.code) if fault.code.isdecimal() else 50000
    error = fault.code if fault.code and not fault.code.isdecimal() else "invalid_grant"
    return OAuthError(given or 400, error, number, fault.message or "The lab refuses this request.")


def _status(fault: Fault, side: str, trace: Trace) -> web.Response:
    """A bare HTTP status; where the fault has no body, Graph still sends an OData error."""
    headers = {**trace.headers, **fault.headers}
    if fault.body or side != "graph" or fault.status < 400:
        if "Content-Type" not in headers and fault.body:
            headers["Content-Type"] = "application/json"
        return web.Response(status=fault.status, headers=headers, body=fault.body.encode())
    code = fault.code or _GRAPH_CODES.get(fault.status, "UnknownError")
    message = fault.message or "Please retry again later."
    return GraphError(fault.status, code, message, headers=fault.headers).response(trace)


async def _drip(request: web.Request, whole: web.StreamResponse, trace: Trace) -> web.StreamResponse:
    """The right answer, a byte a second."""
    body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b""
    slow = web.StreamResponse(status=whole.status, headers={**trace.headers, **whole.headers})
    slow.content_length = len(body)
    await slow.prepare(request)
    for index in range(len(body)):
        await slow.write(body[index : index + 1])
        await asyncio.sleep(1)
    return slow
