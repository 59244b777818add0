"""Queued faults strike HTTP requests: once each, and the log tells which."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests


def organization(rig: Any, token: str, timeout: float = 10.0) -> requests.Response:
    answer: requests.Response = rig.graph("GET", "/v1.0/organization", token=token, timeout=timeout)
    return answer


def test_a_status_with_its_headers_and_body(rig: Any) -> None:
    token = rig.app_token()
    rig.strike("GET /v1.0/organization", effect="status", status=503, body="<html>", headers={"X-Lab": "1"}, skip=1)
    assert organization(rig, token).status_code == 200
    struck = organization(rig, token)
    assert (struck.status_code, struck.text, struck.headers["X-Lab"]) == (503, "<html>", "1")
    assert organization(rig, token).status_code == 200


def test_throttling_without_a_body_is_an_odata_error(rig: Any, tools: Any) -> None:
    token = rig.app_token()
    rig.strike("organization", effect="status", status=429, headers={"Retry-After": "7"})
    struck = organization(rig, token)
    assert tools.odata(struck) == (429, "TooManyRequests")
    assert struck.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("code", "status"), [("", 403), ("Authorization_RequestDenied", 403), ("Request_BadRequest", 400)]
)
def test_graph_refuses_with_its_own_error(rig: Any, tools: Any, code: str, status: int) -> None:
    token = rig.app_token()
    rig.strike("organization", effect="refuse", code=code, message="By policy.")
    struck = organization(rig, token)
    assert tools.odata(struck) == (status, code or "Authorization_RequestDenied")
    assert struck.json()["error"]["message"] == "By policy."


def test_sign_in_and_push_refuse_with_their_own_errors(rig: Any, tools: Any) -> None:
    rig.strike("POST .*/token", effect="refuse", code="53003")
    assert tools.aadsts(rig.token_request())[1:] == ("invalid_grant", 53003)
    rig.strike("POST .*/token", effect="refuse", code="interaction_required")
    assert tools.aadsts(rig.token_request())[1:] == ("interaction_required", 50000)
    rig.strike("POST /PushNotifications", effect="refuse", code="Busy", side="push")
    assert rig.session().post(f"{rig.tenant.url}/PushNotifications").json()["error"]["code"] == "Busy"


def test_a_cut_before_changes_nothing_and_a_cut_after_does(rig: Any, tools: Any, certificate: Any) -> None:
    rig.strike("PATCH", effect="cut")
    with pytest.raises(requests.ConnectionError):
        rig.patch_keys([tools.key(certificate)])
    assert rig.fingerprints() == []
    rig.strike("PATCH", effect="cut-after")
    with pytest.raises(requests.ConnectionError):
        rig.patch_keys([tools.key(certificate)])
    assert rig.fingerprints() == [tools.sha256(certificate)]
    assert [entry.status for entry in rig.log.entries() if entry.write] == ["cut", "cut"]


def test_a_stall_gives_no_answer_and_does_not_hold_up_the_end(rig: Any) -> None:
    token = rig.app_token()
    rig.strike("organization", effect="stall", seconds=600.0)
    with pytest.raises(requests.ReadTimeout):
        organization(rig, token, timeout=0.3)


def test_what_is_held_has_taken_effect_and_waits_until_it_is_let_go_of(
    rig: Any, tools: Any, certificate: Any, eventually: Any
) -> None:
    rig.strike("PATCH", effect="hold")
    with ThreadPoolExecutor(1) as pool:
        patch = pool.submit(rig.patch_keys, [tools.key(certificate)])
        assert eventually(rig.faults.held) == ["PATCH"]
        assert rig.fingerprints() == [tools.sha256(certificate)]
        assert not patch.done()
        rig.faults.release()
        assert isinstance(patch.exception(10), requests.ConnectionError)
    assert rig.faults.held() == []
    rig.strike("PATCH", effect="hold")  # the rig ends although nobody lets go of this one
    with pytest.raises(requests.ReadTimeout):
        rig.patch_keys([tools.key(certificate)], timeout=0.3)


def test_a_delay_is_late_and_right(rig: Any) -> None:
    token = rig.app_token()
    rig.strike("organization", effect="delay", seconds=0.05)
    assert organization(rig, token).status_code == 200


def test_a_drip_sends_the_first_byte_and_lets_the_rest_wait(rig: Any) -> None:
    token = rig.app_token()
    rig.strike("organization", effect="drip")
    headers = {"Authorization": f"Bearer {token}"}
    with rig.session().get(f"{rig.tenant.url}/v1.0/organization", headers=headers, stream=True, timeout=10) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_content(1)) == b"{"
