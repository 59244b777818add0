"""No credential leaves through an error, a log or a repr."""

from __future__ import annotations

import gc
import io
import logging
import traceback
import types
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from pushtui.base.commands import GraphRequest
from pushtui.base.errors import PushtuiError
from pushtui.base.secret import Secret
from pushtui.entra.graph import Directory
from pushtui.entra.signin import SignIn
from pushtui.entra.tokens import TokenSource

ORGANIZATION = GraphRequest.of("GET", "/organization")
PATCH = GraphRequest.of("PATCH", "/servicePrincipals/0", {"keyCredentials": []})


def reachable_texts(error: BaseException) -> set[str]:
    """Every text that can be reached from an error: attributes, causes, and the locals of its traceback's frames.

    Modules, classes and functions lead everywhere, and the owners of credentials own them by design.
    """
    stops = (
        types.ModuleType,
        type,
        types.FunctionType,
        types.BuiltinFunctionType,
        SignIn,
        TokenSource,
        Directory,
        logging.Logger,
    )
    found: set[str] = set()
    seen: set[int] = set()
    queue: list[Any] = [error, error.__cause__, error.__context__]
    trace = error.__traceback__
    while trace is not None:
        if "/tests/" not in trace.tb_frame.f_code.co_filename and "_pytest" not in trace.tb_frame.f_code.co_filename:
            queue.extend(trace.tb_frame.f_locals.values())
        trace = trace.tb_next
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(item, (*stops, types.FrameType, types.TracebackType)):
            continue
        seen.add(id(item))
        if isinstance(item, (str, bytes)):
            found.add(item if isinstance(item, str) else item.decode("latin-1"))
        elif isinstance(item, Secret):
            found.add(item.reveal())
        else:
            queue.extend(gc.get_referents(item))
    return found


def shown(error: BaseException) -> str:
    """The error as a crash screen shows it, with the locals of every frame."""
    out = io.StringIO()
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(str(Path(__file__).parent)):
        trace = trace.tb_next  # the test's own frames hold the credential, of course
    rendered = Traceback.from_exception(type(error), error, trace, show_locals=True, width=200)
    Console(file=out, width=200).print(rendered)
    return out.getvalue() + "".join(traceback.format_exception(error)) + repr(error)


def assert_clean(error: PushtuiError, canary: str) -> None:
    assert error.__cause__ is None
    assert error.__context__ is None
    leaks = [text[:80] for text in reachable_texts(error) if canary in text or text.startswith(("eyJ", "Bearer "))]
    assert leaks == []
    assert canary not in shown(error)


def failing_answers(make: Any) -> dict[str, Any]:
    return {
        "refused": make.graph_error(403, "Authorization_RequestDenied"),
        "token refused": make.graph_error(401, "InvalidAuthenticationToken"),
        "html": make.Answer(200, b"<html>", {"Content-Type": "text/html"}),
        "html error": make.Answer(400, b"<html>", {"Content-Type": "text/html"}),
        "redirect": make.Answer(302, headers={"Location": "https://elsewhere.example/"}),
        "broken": make.Answer(200, b"{"),
        "cut": make.Answer(effect="cut"),
        "stall": make.Answer(effect="stall"),
        "server error": make.graph_error(500, "x"),
    }


@pytest.mark.parametrize("request_", [ORGANIZATION, PATCH], ids=["GET", "PATCH"])
@pytest.mark.parametrize(
    "kind",
    ["refused", "token refused", "html", "html error", "redirect", "broken", "cut", "stall", "server error"],
)
def test_no_token_hangs_on_an_error_of_graph(world, make, kind, request_):
    world.server.on("/v1.0/", failing_answers(make)[kind])
    with pytest.raises(PushtuiError) as raised:
        world.directory().send(request_, make.TENANT, world.cancellation, 0.5).result(30)
    assert_clean(raised.value, make.CANARY)


@pytest.mark.parametrize("method", ["secret", "certificate"])
@pytest.mark.parametrize("kind", ["refused", "html", "cut", "stall", "unavailable", "other tenant", "broken"])
@pytest.mark.parametrize("through", ["directory", "sign-in"])
def test_no_credential_hangs_on_a_refused_sign_in(world, make, kind, method, through):
    answers = {
        "refused": make.oauth_error("invalid_client", 7000215, status=401),
        "html": make.Answer(200, b"<html>", {"Content-Type": "text/html"}),
        "cut": make.Answer(effect="cut"),
        "stall": make.Answer(effect="stall"),
        "unavailable": make.Answer(503, {}, {"Retry-After": "900"}),
        "other tenant": make.Answer(
            body={"expires_in": 1, "access_token": make.jwt(tid="aaaaaaaa-2222-4333-8444-555555555555")}
        ),
        "broken": make.Answer(200, f'{{"access_token": "{make.CANARY}'.encode()),
    }
    world.server.on("POST .*/token", answers[kind])
    world.prompts.answer = Secret(make.CANARY)
    sign_in = world.sign_in(method=method, timeout=0.5)
    attempts = {
        "sign-in": lambda: sign_in.token(make.TENANT, False, world.cancellation),
        "directory": lambda: world.directory(sign_in).send(ORGANIZATION, make.TENANT, world.cancellation, 5).result(30),
    }
    with pytest.raises(PushtuiError) as raised:
        attempts[through]()
    assert_clean(raised.value, make.CANARY)


def test_nothing_is_logged_whatever_level_the_root_logger_has(world, make, caplog):
    flow = {
        "user_code": f"{make.CANARY}-user",
        "device_code": f"{make.CANARY}-device",
        "verification_uri": "https://microsoft.com/devicelogin",
        "expires_in": 900,
        "interval": 0,
    }
    world.server.on("POST .*/devicecode", make.Answer(body=flow))
    world.server.on("POST .*/token", make.user_token())
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    world.server.on("PATCH", make.Answer(effect="cut"))
    with caplog.at_level(logging.DEBUG):
        directory = world.directory(world.sign_in(method="device-code"))
        directory.send(ORGANIZATION, make.TENANT, world.cancellation, 10).result(30)
        with pytest.raises(PushtuiError):
            directory.send(PATCH, make.TENANT, world.cancellation, 10).result(30)
        world.prompts.answer = Secret(make.CANARY)
        world.server.on("POST .*/token", make.Answer(200, f'{{"access_token": "{make.CANARY}'.encode()))
        with pytest.raises(PushtuiError):
            world.sign_in(method="secret").token(make.TENANT, False, world.cancellation)
    libraries = [record for record in caplog.records if record.name.split(".")[0] != "asyncio"]
    assert [record.getMessage() for record in libraries] == []
    assert make.CANARY not in caplog.text


def test_nothing_that_is_said_holds_a_credential(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    world.prompts.answer = Secret(make.CANARY)
    sign_in = world.sign_in(method="secret")
    directory = world.directory(sign_in)
    directory.send(ORGANIZATION, make.TENANT, world.cancellation, 10).result(30)
    said = "\n".join(line.text for line in world.lines)
    assert "GET /organization" in said
    assert make.CANARY not in said
    assert make.CANARY not in repr(sign_in) + repr(sign_in.__dict__) + repr(sign_in._source.__dict__)
