"""What Microsoft Graph is asked, and what comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import (
    AccessDenied,
    AnswerLost,
    Cancelled,
    PushtuiError,
    ReadOnlyRefused,
    RequestRefused,
    SignInRefused,
    Unreachable,
    UsageError,
)

SECONDS = 10.0
ORGANIZATION = GraphRequest.of("GET", "/organization", select="id,displayName")
PATCH = GraphRequest.of("PATCH", "/servicePrincipals/0000", {"keyCredentials": []})


def send(world: Any, request: GraphRequest, directory: Any = None, seconds: float = SECONDS) -> Any:
    directory = directory or world.directory()
    return directory.send(request, "11111111-2222-4333-8444-555555555555", world.cancellation, seconds).result(30)


def refused(world: Any, request: GraphRequest, seconds: float = SECONDS) -> PushtuiError:
    with pytest.raises(PushtuiError) as raised:
        send(world, request, seconds=seconds)
    return raised.value


def test_a_domain_leads_to_its_tenant_without_signing_in(world):
    found = world.directory().discover("fabrikam.com", Cancellation()).result(10)
    assert found["tenant_id"] == "11111111-2222-4333-8444-555555555555"
    assert found["token_endpoint"].startswith(world.server.url)
    assert [(asked.method, asked.path) for asked in world.server.asked] == [
        ("GET", "/fabrikam.com/v2.0/.well-known/openid-configuration")
    ]
    assert "authorization" not in world.server.asked[0].headers


def test_an_unknown_domain_is_told_as_such(world, make):
    world.server.on("GET .*openid", make.oauth_error("invalid_tenant", 90002, "Tenant 'x.example' not found."))
    with pytest.raises(RequestRefused) as raised:
        world.directory().discover("x.example", Cancellation()).result(10)
    assert raised.value.code == "entra.tenant-not-found"
    assert raised.value.identifier == "AADSTS90002"


def test_a_name_that_can_be_no_domain_is_told_as_unknown(world, make):
    world.server.on("GET .*openid", make.oauth_error("invalid_request", 900023, "neither a valid DNS name"))
    with pytest.raises(RequestRefused) as raised:
        world.directory().discover("x", Cancellation()).result(10)
    assert raised.value.code == "entra.tenant-not-found"


def test_a_domain_of_another_cloud_is_told_as_such(world, make):
    elsewhere = f"https://login.microsoftonline.us/{make.TENANT}/oauth2/v2.0/token"
    world.server.on("GET .*openid", make.Answer(body={"issuer": elsewhere, "token_endpoint": elsewhere}))
    with pytest.raises(SignInRefused, match=r"login\.microsoftonline\.us") as raised:
        world.directory().discover("fabrikam.com", Cancellation()).result(10)
    assert raised.value.code == "entra.other-cloud"


@pytest.mark.parametrize("domain", ["../common", "a/b", "a?b=c", "a#b", "ä.example"])
def test_a_strange_domain_stays_one_segment_of_the_path(world, make, domain):
    world.server.on("GET ", make.oauth_error("invalid_tenant", 90002))
    with pytest.raises(RequestRefused):
        world.directory().discover(domain, Cancellation()).result(10)
    path = world.server.asked[0].path
    assert path.count("/") == 4
    assert path.endswith("/v2.0/.well-known/openid-configuration")


@pytest.mark.parametrize("domain", ["", ".", ".."])
def test_no_domain_is_not_looked_up(world, domain):
    with pytest.raises(UsageError):
        world.directory().discover(domain, Cancellation()).result(10)
    assert world.server.asked == []


def test_a_document_without_a_tenant_id_is_not_believed(world, make):
    endpoint = f"{world.server.url}/common/oauth2/v2.0/token"
    world.server.on("GET .*openid", make.Answer(body={"issuer": "x", "token_endpoint": endpoint}))
    with pytest.raises(RequestRefused) as raised:
        world.directory().discover("fabrikam.com", Cancellation()).result(10)
    assert raised.value.code == "entra.discovery-unusable"


def test_a_collection_comes_as_its_items_with_all_pages(world, make):
    second = {"@odata.nextLink": f"{world.server.url}/v1.0/organization?$skiptoken=2"}
    world.server.on("GET /v1.0/organization", make.Answer(body={"value": [{"id": "1"}]} | second))
    world.server.on("GET .*skiptoken=2", make.Answer(body={"value": [{"id": "2"}, {"id": "3"}]}))
    assert [item["id"] for item in send(world, ORGANIZATION)] == ["1", "2", "3"]
    first = next(asked for asked in world.server.asked if asked.path.startswith("/v1.0"))
    assert first.path == "/v1.0/organization?$select=id,displayName"
    assert first.headers["authorization"].startswith("Bearer ")
    assert first.headers["user-agent"].startswith("pushtui/")
    assert len(first.headers["client-request-id"]) == 36


def test_one_object_comes_as_it_is(world, make):
    body = {"id": "o", "keyCredentials": [{"key": "AQID", "customKeyIdentifier": "00AA"}]}
    world.server.on("GET /v1.0/servicePrincipals", make.Answer(body=body))
    request = GraphRequest.of("GET", "/servicePrincipals(appId='0-1')", select="id,keyCredentials")
    assert send(world, request) == (body,)
    assert world.server.asked[-1].path == "/v1.0/servicePrincipals(appId='0-1')?$select=id,keyCredentials"


def test_what_is_said_names_its_request_and_carries_the_answer_but_no_token(world, make):
    world.server.on("GET /v1.0/organization", make.Answer(body={"value": [{"id": "1"}]}), times=1)
    send(world, ORGANIZATION)
    said = [line for line in world.lines if line.about is ORGANIZATION]
    assert [line.kind for line in said] == ["command", "verbose", "done"]
    assert json.loads(said[1].body) == {"value": [{"id": "1"}]}
    world.server.on("GET /v1.0/organization", make.graph_error(403, "Authorization_RequestDenied"))
    refused(world, ORGANIZATION)
    assert [line.kind for line in world.lines if line.about is ORGANIZATION][3:] == ["command", "error", "lost"]
    assert not any("Bearer" in line.text + line.body or "eyJ" in line.body for line in world.lines)


def test_a_filter_is_encoded_once(world, make):
    world.server.on("GET /v1.0/servicePrincipals", make.Answer(body={"value": []}))
    assert send(world, GraphRequest.of("GET", "/servicePrincipals", filter="appId eq 'a&b'")) == ()
    assert world.server.asked[-1].path.endswith("?$filter=appId%20eq%20'a%26b'")


def test_a_change_is_sent_as_it_was_planned(world, make):
    world.server.on("PATCH", make.Answer(204))
    assert send(world, PATCH) == ()
    sent = world.server.asked[-1]
    assert json.loads(sent.body) == {"keyCredentials": []}
    assert sent.headers["content-type"] == "application/json"
    assert "PATCH /servicePrincipals/0000" in world.said("command")


def test_a_read_only_run_sends_no_change_and_asks_for_no_token(world):
    with pytest.raises(ReadOnlyRefused):
        send(world, PATCH, world.directory(read_only=True))
    assert world.server.asked == []


@pytest.mark.parametrize("path", ["organization", "//evil.example/x", "/../../x", "/a/../b", "https://evil.example"])
def test_a_path_cannot_leave_graph(world, path):
    with pytest.raises(UsageError):
        send(world, GraphRequest("GET", path))
    assert world.server.count("v1.0") == 0


def test_the_token_never_follows_a_link_to_another_host(world, make):
    world.server.on(
        "GET /v1.0/organization",
        make.Answer(
            body={"value": [], "@odata.nextLink": f"https://localhost:{world.server.port}/v1.0/organization?2"}
        ),
    )
    error = refused(world, ORGANIZATION)
    assert error.code == "graph.bad-answer"
    assert world.server.count("GET /v1.0/") == 1


def test_pages_that_link_in_a_circle_end(world, make):
    link = f"{world.server.url}/v1.0/organization?again"
    world.server.on("GET /v1.0/organization", make.Answer(body={"value": [], "@odata.nextLink": link}))
    assert refused(world, ORGANIZATION).code == "graph.bad-answer"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("request_", [ORGANIZATION, PATCH])
def test_a_redirect_is_not_followed_and_not_taken_for_a_success(world, make, status, request_):
    world.server.on("/v1.0/", make.Answer(status, headers={"Location": f"{world.server.url}/elsewhere"}))
    error = refused(world, request_)
    assert isinstance(error, Unreachable)
    assert error.code == "graph.intercepted"
    assert "/elsewhere" in str(error)
    assert world.server.count("elsewhere") == 0


@pytest.mark.parametrize("status", [200, 403, 511])
def test_a_captive_portal_is_named(world, make, status):
    world.server.on("GET /v1.0", make.Answer(status, b"<html>sign in</html>", {"Content-Type": "text/html"}))
    error = refused(world, ORGANIZATION)
    assert error.code == "graph.intercepted"
    assert "text/html" in error.what


def test_an_answer_that_is_no_json_is_told(world, make):
    world.server.on("GET /v1.0", make.Answer(200, b"{"))
    assert refused(world, ORGANIZATION).code == "graph.bad-answer"


def test_throttling_is_obeyed_announced_and_then_forgotten(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": [{"id": "1"}]}))
    world.server.on("GET /v1.0", make.graph_error(429, "TooManyRequests"), times=1)
    assert len(send(world, ORGANIZATION)) == 1
    assert any("TooManyRequests" in text and "2 of 4" in text for text in world.said("progress"))


def test_a_throttled_change_is_sent_again_because_it_was_not_carried_out(world, make):
    throttled = make.graph_error(429, "TooManyRequests")
    throttled.headers["Retry-After"] = "0"
    world.server.on("PATCH", make.Answer(204))
    world.server.on("PATCH", throttled, times=2)
    assert send(world, PATCH) == ()
    assert world.server.count("PATCH") == 3


def test_throttling_without_end_is_given_up(world, make):
    throttled = make.graph_error(429, "TooManyRequests")
    throttled.headers["Retry-After"] = "0"
    world.server.on("GET /v1.0", throttled)
    error = refused(world, ORGANIZATION)
    assert error.code == "graph.throttled"
    assert world.server.count("GET /v1.0") == 4


def test_a_wait_longer_than_reason_is_not_begun(world, make):
    throttled = make.graph_error(429, "TooManyRequests")
    throttled.headers["Retry-After"] = "3600"
    world.server.on("GET /v1.0", throttled)
    error = refused(world, ORGANIZATION)
    assert error.code == "graph.throttled"
    assert "3600" in error.cause
    assert world.server.count("GET /v1.0") == 1


def test_a_wait_ends_as_soon_as_it_is_cancelled(world, make):
    throttled = make.graph_error(429, "TooManyRequests")
    throttled.headers["Retry-After"] = "100"
    world.server.on("GET /v1.0", throttled)
    directory = world.directory()
    future = directory.send(ORGANIZATION, make.TENANT, world.cancellation, SECONDS)
    assert world.server.arrived.wait(10)
    world.cancellation.cancel()
    with pytest.raises(Cancelled):
        future.result(10)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_busy_service_is_asked_again(world, make, status):
    busy = make.graph_error(status, "ServiceUnavailable")
    busy.headers["Retry-After"] = "0"
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    world.server.on("GET /v1.0", busy, times=2)
    assert send(world, ORGANIZATION) == ()
    assert world.server.count("GET /v1.0") == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_change_answered_with_a_server_error_is_never_sent_twice(world, make, status):
    world.server.on("PATCH", make.graph_error(status, "ServiceUnavailable"))
    error = refused(world, PATCH)
    assert isinstance(error, AnswerLost)
    assert str(status) in error.cause
    assert world.server.count("PATCH") == 1


def test_a_read_survives_a_cut_connection(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": [{"id": "1"}]}))
    world.server.on("GET /v1.0", make.Answer(effect="cut"), times=1)
    assert len(send(world, ORGANIZATION)) == 1


def test_a_change_whose_connection_was_cut_is_lost_and_not_repeated(world, make):
    world.server.on("PATCH", make.Answer(effect="cut"))
    error = refused(world, PATCH)
    assert isinstance(error, AnswerLost)
    assert error.code == "graph.answer-lost"
    assert world.server.count("PATCH") == 1


def test_a_change_without_an_answer_is_lost(world, make):
    world.server.on("PATCH", make.Answer(effect="stall"))
    assert isinstance(refused(world, PATCH, seconds=0.5), AnswerLost)


def test_a_change_cancelled_on_its_way_is_lost_and_not_just_cancelled(world, make):
    world.server.on("PATCH", make.Answer(effect="stall"))
    directory = world.directory()
    future = directory.send(PATCH, make.TENANT, world.cancellation, SECONDS)
    while not world.server.count("PATCH"):
        world.server.arrived.wait(0.01)
    world.cancellation.cancel()
    with pytest.raises(AnswerLost):
        future.result(10)


def test_a_read_that_stalls_ends_in_time(world, make):
    world.server.on("GET /v1.0", make.Answer(effect="stall"))
    error = refused(world, ORGANIZATION, seconds=0.5)
    assert error.code == "graph.timeout"
    assert error.what


def test_cancelling_the_future_ends_the_request(world, make):
    world.server.on("GET /v1.0", make.Answer(effect="stall"))
    directory = world.directory()
    future = directory.send(ORGANIZATION, make.TENANT, world.cancellation, SECONDS)
    assert world.server.arrived.wait(10)
    assert future.cancel()
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    assert send(world, ORGANIZATION, directory) == ()


def test_closing_ends_what_is_under_way_and_takes_no_more(world, make):
    world.server.on("GET /v1.0", make.Answer(effect="stall"))
    directory = world.directory()
    future = directory.send(ORGANIZATION, make.TENANT, world.cancellation, SECONDS)
    assert world.server.arrived.wait(10)
    directory.close()
    with pytest.raises(Cancelled):
        future.result(10)
    with pytest.raises(Cancelled):
        send(world, ORGANIZATION, directory)


@pytest.mark.parametrize(
    ("status", "code", "kind", "word"),
    [
        (401, "InvalidAuthenticationToken", SignInRefused, "graph.token-refused"),
        (403, "Authorization_RequestDenied", AccessDenied, "graph.denied"),
        (404, "Request_ResourceNotFound", RequestRefused, "graph.not-found"),
        (400, "KeyCredentialsInvalidEndDate", RequestRefused, "graph.key-end-date"),
        (400, "InvalidKeyLength", RequestRefused, "graph.key-policy"),
        (400, "CredentialInvalidLifetimeAsPerAppPolicy", RequestRefused, "graph.key-policy"),
        (400, "Request_BadRequest", RequestRefused, "graph.refused"),
        (409, "Conflict", RequestRefused, "graph.refused"),
    ],
)
def test_each_refusal_has_its_word(world, make, status, code, kind, word):
    world.server.on("PATCH", make.graph_error(status, code))
    error = refused(world, PATCH)
    assert type(error) is kind
    assert (error.code, error.identifier) == (word, code)
    assert "client-request-id" in error.where


@pytest.mark.parametrize(
    ("message", "details", "word"),
    [
        ("Key credential end date is invalid.", [{"code": "InvalidEndDate", "message": "x"}], "graph.key-end-date"),
        ("x", [{"code": "KeyNotUpdatable", "message": "x", "target": "keyCredentials"}], "graph.key-not-updatable"),
        ("Update to existing credential with KeyId '0' is not allowed.", None, "graph.key-not-updatable"),
        ("Invalid certificate: Key value is invalid certificate", None, "graph.key-invalid"),
        ("New password credentials must be generated using service actions.", None, "graph.refused"),
    ],
)
def test_a_refused_key_says_why(world, make, message, details, word):
    world.server.on("PATCH", make.graph_error(400, "Request_BadRequest", message, details))
    error = refused(world, PATCH)
    assert error.code == word
    if word == "graph.refused":
        assert message.rstrip(".") in error.what


def test_a_forbidden_key_explains_role_policy_and_the_dedicated_application(world, make):
    world.server.on("PATCH", make.graph_error(403, "Authorization_RequestDenied"))
    error = refused(world, PATCH)
    for words in ("Application.ReadWrite.All", "Cloud Application Administrator", "policy"):
        assert words in error.cause
    assert "dedicated Exchange hybrid application" in error.remedy


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("/organization", "Organization.Read.All"),
        ("/domains", "Domain.Read.All"),
        ("/servicePrincipals(appId='0')", "Application.Read.All"),
    ],
)
def test_a_forbidden_read_names_the_permission(world, make, path, permission):
    world.server.on("GET /v1.0", make.graph_error(403, "Authorization_RequestDenied"))
    assert permission in refused(world, GraphRequest.of("GET", path)).cause


def test_after_a_refused_token_a_new_one_is_asked_for(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    world.server.on("GET /v1.0", make.graph_error(401, "InvalidAuthenticationToken"), times=1)
    directory = world.directory()
    with pytest.raises(SignInRefused):
        send(world, ORGANIZATION, directory)
    assert send(world, ORGANIZATION, directory) == ()
    assert world.server.count("POST .*/token") == 2


def test_text_of_the_service_cannot_act_on_the_terminal(world, make):
    world.server.on("GET /v1.0", make.graph_error(400, "Bad\x1b[31m", "evil \x1b[2J\u202e text\nsecond"))
    error = refused(world, ORGANIZATION)
    assert "\x1b" not in str(error) + error.identifier
    assert "\n" not in str(error)


def test_many_requests_share_one_sign_in(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": []}))
    directory = world.directory()
    futures = [directory.send(ORGANIZATION, make.TENANT, world.cancellation, SECONDS) for _ in range(8)]
    assert [future.result(30) for future in futures] == [()] * 8
    assert world.server.count("POST .*/token") == 1


def test_the_slow_models_of_the_sdk_never_load(world, make):
    world.server.on("GET /v1.0", make.Answer(body={"value": [{"id": "1"}]}))
    world.server.on("PATCH", make.Answer(204))
    world.server.on("GET /v1.0/domains", make.graph_error(404, "Request_ResourceNotFound"))
    directory = world.directory()
    before = set(sys.modules)  # a test of other clients may have loaded them in this process
    send(world, ORGANIZATION, directory)
    send(world, PATCH, directory)
    with pytest.raises(RequestRefused):
        send(world, GraphRequest.of("GET", "/domains"), directory)
    assert sum(name.startswith("msgraph.generated.models.") for name in set(sys.modules) - before) < 30


def test_nothing_heavy_is_imported_before_it_is_needed():
    modules = "pushtui.entra.settings, pushtui.entra.clouds, pushtui.entra.signin, pushtui.entra.graph"
    heavy = "{'msal', 'msgraph', 'msgraph_core', 'httpx', 'kiota_abstractions', 'requests', 'cryptography'}"
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
