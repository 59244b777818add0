"""What the cloud tells somebody who has not signed in, and what it means."""

from __future__ import annotations

import base64
import json
import socket

import pytest

from pushtui.base.errors import PushtuiError, Side
from pushtui.entra import probe
from pushtui.entra.settings import NetworkSettings
from pushtui.entra.tokens import permissions_in

TENANT = "11111111-2222-4333-8444-555555555555"
PLACE = probe.place_of(
    "https://login.example", Side.ENTRA, NetworkSettings(proxy="http://me:canary@proxy.example:8080"), "GET /"
)
JSON = {"content-type": "application/json"}


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def test_no_credential_of_the_proxy_is_told() -> None:
    error = probe.tunnel_refused("407 Proxy Authentication Required", PLACE)
    assert error.code == "entra.proxy-sign-in"
    assert "proxy.example:8080" in str(error)
    assert "canary" not in str(error)


def test_the_tenant_of_a_domain() -> None:
    document = {"issuer": f"https://login.example/{TENANT}/v2.0", "token_endpoint": f"https://login.example/{TENANT}/t"}
    assert probe.tenant_of(200, JSON, body(document), PLACE) == TENANT


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (400, body({"error": "invalid_tenant", "error_description": "AADSTS90002: none"}), "entra.tenant-not-found"),
        (200, b"<html>Please sign in to this network", "entra.intercepted"),
        (200, body({"issuer": "https://login.example/common"}), "entra.intercepted"),
        (302, b"", "entra.intercepted"),
        (503, body({"error": "busy"}), "entra.intercepted"),
    ],
)
def test_answers_without_a_tenant(status: int, content: bytes, code: str) -> None:
    with pytest.raises(PushtuiError) as raised:
        probe.tenant_of(status, JSON, content, PLACE)
    assert raised.value.code == code
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, b"{}"), (401, b"<html>"), (401, body({"error": "text"})), (403, body({"error": {"code": "x"}}))],
)
def test_only_graph_refuses_as_graph_does(status: int, content: bytes) -> None:
    probe.proves_graph(401, JSON, body({"error": {"code": "InvalidAuthenticationToken"}}), PLACE)
    with pytest.raises(PushtuiError):
        probe.proves_graph(status, JSON, content, PLACE)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(-2, "Name or service not known"), "entra.name-unknown"),
        (ConnectionRefusedError(111, "Connection refused"), "entra.proxy-unreachable"),
        (ConnectionResetError(104, "reset"), "entra.dropped"),
        (TimeoutError("timed out"), "entra.timeout"),
        (ValueError("nonsense"), "entra.dropped"),
    ],
)
def test_what_a_socket_raises_is_told_as_the_session_tells_it(error: Exception, code: str) -> None:
    assert probe.explain(error, PLACE).code == code


def token(claims: object) -> str:
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b"{}", body(claims), b"x"))


@pytest.mark.parametrize(
    ("tokens", "permissions"),
    [
        ([token({"roles": ["A.Read", "B.Read"]})], {"A.Read", "B.Read"}),
        ([token({"scp": "A.Read C.Read"}), token({"scp": "D.Write"})], {"A.Read", "C.Read", "D.Write"}),
        ([token({"aud": "graph"})], set()),
        (["opaque"], None),
        ([token(["no", "object"])], None),
        ([], None),
    ],
)
def test_what_a_token_may_do(tokens: list[str], permissions: set[str] | None) -> None:
    assert permissions_in(tokens) == permissions
