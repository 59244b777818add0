"""The assertion of a certificate sign-in is really verified: each thing that must hold, broken alone."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pushtui.lab.tenant.certificates import x5t, x5t_s256

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def request(rig: Any, assertion: str, **changes: str) -> Any:
    form = {
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
    }
    return rig.token_request(**form | changes)


def claims(rig: Any, **changes: Any) -> dict[str, Any]:
    client_id = rig.tenant.client_id
    return {"iss": client_id, "sub": client_id, "aud": rig.login("token")} | changes


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("padding", ["", "="])
def test_both_algorithms_and_both_names_of_the_certificate(
    shared_rig: Any, tools: Any, algorithm: str, padding: str
) -> None:
    own = shared_rig.tenant._state.application.certificate
    for named in ({"x5t": x5t(own.der) + padding}, {"x5t#S256": x5t_s256(own.der) + padding}):
        assertion = tools.assertion(own, claims(shared_rig), algorithm=algorithm, **named)
        assert request(shared_rig, assertion).status_code == 200


@pytest.mark.parametrize("audience", ["{url}/{id}/v2.0", "{url}/fabrikam.com/oauth2/v2.0/token"])
def test_other_names_of_the_audience(shared_rig: Any, tools: Any, audience: str) -> None:
    own = shared_rig.tenant._state.application.certificate
    aud = audience.format(url=shared_rig.tenant.url, id=shared_rig.tenant.tenant_id)
    assert request(shared_rig, tools.assertion(own, claims(shared_rig, aud=aud))).status_code == 200


@pytest.mark.parametrize(
    ("broken", "number"),
    [
        ({"aud": "https://login.microsoftonline.com/elsewhere/oauth2/v2.0/token"}, 700023),
        ({"aud": None}, 700023),
        ({"iss": "nobody"}, 700021),
        ({"sub": "nobody"}, 700021),
        ({"exp": int(time.time()) - 3600}, 700024),
        ({"exp": None}, 700024),
        ({"nbf": int(time.time()) + 36000}, 700024),
    ],
)
def test_claims_that_do_not_hold(shared_rig: Any, tools: Any, broken: dict[str, Any], number: int) -> None:
    own = shared_rig.tenant._state.application.certificate
    given = {name: value for name, value in claims(shared_rig, **broken).items() if value is not None}
    if "exp" in broken and broken["exp"] is None:
        given["exp"] = "never"
    answer = request(shared_rig, tools.assertion(own, given))
    assert tools.aadsts(answer) == (401, "invalid_client", number)


def test_a_certificate_that_is_not_registered(shared_rig: Any, tools: Any, other: Any) -> None:
    answer = request(shared_rig, tools.assertion(other, claims(shared_rig)))
    assert tools.aadsts(answer) == (401, "invalid_client", 700027)
    assert "The key was not found" in answer.json()["error_description"]


def test_a_signature_by_another_key_under_the_registered_name(shared_rig: Any, tools: Any, other: Any) -> None:
    own = shared_rig.tenant._state.application.certificate
    answer = request(shared_rig, tools.assertion(other, claims(shared_rig), x5t=x5t(own.der)))
    assert tools.aadsts(answer) == (401, "invalid_client", 700027)
    assert "signature" in answer.json()["error_description"]


def test_a_name_of_the_certificate_that_is_no_base64(shared_rig: Any, tools: Any) -> None:
    own = shared_rig.tenant._state.application.certificate
    answer = request(shared_rig, tools.assertion(own, claims(shared_rig), x5t="a"))
    assert tools.aadsts(answer) == (401, "invalid_client", 700027)


def test_no_token_at_all_and_no_assertion_type(shared_rig: Any, tools: Any) -> None:
    assert tools.aadsts(request(shared_rig, "not.a.token")) == (401, "invalid_client", 50027)
    own = shared_rig.tenant._state.application.certificate
    answer = request(shared_rig, tools.assertion(own, claims(shared_rig)), client_assertion_type="jwt")
    assert tools.aadsts(answer) == (400, "invalid_request", 900144)
