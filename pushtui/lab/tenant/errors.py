"""The refusals of the simulated services, each in the shape that its service sends."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from pushtui.base.values import frozen


@frozen
class Trace:
    """The identifiers that one answer carries in headers and body."""

    host: str
    correlation: str
    request: str = field(default_factory=lambda: str(uuid.uuid4()))
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def headers(self) -> dict[str, str]:
        return {
            "request-id": self.request,
            "client-request-id": self.correlation,
            "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Lab","Slice":"E","Ring":"1","ScaleUnit":"001"}}',
            "Strict-Transport-Security": "max-age=31536000",
        }


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})

    @property
    def name(self) -> str:
        """What the request log shows."""
        return str(self.status)

    def body(self, trace: Trace) -> dict[str, Any]:
        raise NotImplementedError

    def response(self, trace: Trace) -> web.Response:
        return web.json_response(self.body(trace), status=self.status, headers={**trace.headers, **self.headers})


class OAuthError(Refusal):
    """An error of the sign-in or token service (RFC 6749 5.2, with Entra's additions).

    `error` and `suberror` are what a client may act on; `number` is the AADSTS code that chooses the help text.
    """

    def __init__(
        self, status: int, error: str, number: int, message: str, *, suberror: str = "", claims: str = ""
    ) -> None:
        super().__init__(status, message)
        self.error = error
        self.number = number
        self.suberror = suberror
        self.claims = claims

    @property
    def name(self) -> str:
        return f"{self.status} {self.error} AADSTS{self.number}"

    def body(self, trace: Trace) -> dict[str, Any]:
        stamp = f"{trace.now:%Y-%m-%d %H:%M:%SZ}"
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": f"AADSTS{self.number}: {self.message} Trace ID: {trace.request} "
            f"Correlation ID: {trace.correlation} Timestamp: {stamp}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace.request,
            "correlation_id": trace.correlation,
            "error_uri": f"https://{trace.host}/error?code={self.number}",
        }
        if self.suberror:
            body["suberror"] = self.suberror
        if self.claims:
            body["claims"] = self.claims
        return body


class GraphError(Refusal):
    """An OData error of Microsoft Graph."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, headers)
        self.code = code
        self.details = [dict(detail) for detail in details]

    @property
    def name(self) -> str:
        return f"{self.status} {self.code}"

    def body(self, trace: Trace) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = self.details
        error["innerError"] = {
            "date": f"{trace.now:%Y-%m-%dT%H:%M:%S}",
            "request-id": trace.request,
            "client-request-id": trace.correlation,
        }
        return {"error": error}


class PushError(Refusal):
    """A refusal of the push notification endpoint. The shape is the lab's own: not verified against a real server."""

    def __init__(self, status: int, code: str, message: str) -> None:
        headers = {"x-ms-diagnostics": f'2000000;reason="{message}";error_category="{code}"'}
        if status == 401:
            headers["WWW-Authenticate"] = (
                'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", '
                'trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1"'
            )
        super().__init__(status, message, headers)
        self.code = code

    @property
    def name(self) -> str:
        return f"{self.status} {self.code}"

    def body(self, trace: Trace) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "requestId": trace.request}}


class PageError(Refusal):
    """A sign-in page that shows an error instead of going on (what a person sees in the browser)."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(400, f"AADSTS{number}: {message}")

    def response(self, trace: Trace) -> web.Response:
        text = f"Sign in: sorry, but we're having trouble signing you in.\n{self.message}\n"
        return web.Response(text=text, status=self.status, headers=trace.headers)
