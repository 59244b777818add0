"""addKey and removeKey want a proof that only the holder of an existing key can give."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

DIRECTORY = "00000002-0000-0000-c000-000000000000"


@pytest.fixture
def holding(make_rig: Any, other: Any, expired: Any) -> Any:
    return make_rig(keys=[{"der": base64.b64encode(item.der).decode()} for item in (other, expired)])


def proof(rig: Any, tools: Any, signed: Any, **changes: Any) -> str:
    claims = {"aud": DIRECTORY, "iss": rig.tenant.snapshot()["service_principal"]["id"], "exp": int(time.time()) + 500}
    text: str = tools.assertion(signed, claims | changes)
    return text


def add(rig: Any, tools: Any, certificate: Any, given: Any) -> Any:
    body = {"keyCredential": tools.key(certificate), "passwordCredential": None, "proof": given}
    return rig.graph("POST", f"{tools.principal}/addKey", json=body)


def test_add_and_remove_with_proof(holding: Any, tools: Any, certificate: Any, other: Any, expired: Any) -> None:
    added = add(holding, tools, certificate, proof(holding, tools, other))
    assert added.status_code == 200
    assert added.json()["key"] is None
    assert tools.sha256(certificate) in holding.fingerprints()
    body = {"keyId": added.json()["keyId"], "proof": proof(holding, tools, certificate)}
    assert holding.graph("POST", f"{tools.principal}/removeKey", json=body).status_code == 204
    assert holding.fingerprints() == [tools.sha256(other), tools.sha256(expired)]
    assert tools.odata(holding.graph("POST", f"{tools.principal}/removeKey", json=body))[0] == 401
    body["proof"] = proof(holding, tools, other)
    assert tools.odata(holding.graph("POST", f"{tools.principal}/removeKey", json=body)) == (400, "Request_BadRequest")


def test_without_a_proof_graph_says_that_a_token_is_missing(holding: Any, tools: Any, certificate: Any) -> None:
    for given in ("", None, "not.a.token"):
        answer = add(holding, tools, certificate, given)
        assert tools.odata(answer) == (401, "Authentication_MissingOrMalformed")
        assert answer.json()["error"]["message"] == "Access Token missing or malformed."


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://graph.microsoft.com"},
        {"iss": "someone"},
        {"nbf": "now"},
        {"exp": int(time.time()) + 3600},
        {"exp": int(time.time()) - 3600, "nbf": int(time.time()) - 4000},
    ],
)
def test_proofs_that_do_not_hold(
    holding: Any, tools: Any, certificate: Any, other: Any, change: dict[str, Any]
) -> None:
    answer = add(holding, tools, certificate, proof(holding, tools, other, **change))
    assert tools.odata(answer)[0] == 401


def test_proofs_by_a_stranger_or_by_an_expired_key(holding: Any, tools: Any, certificate: Any, expired: Any) -> None:
    for signed in (certificate, expired):
        assert tools.odata(add(holding, tools, certificate, proof(holding, tools, signed)))[0] == 401


def test_a_principal_without_keys_cannot_use_it(rig: Any, tools: Any, certificate: Any) -> None:
    assert tools.odata(add(rig, tools, certificate, proof(rig, tools, certificate)))[0] == 401


def test_a_wrong_key_is_refused_although_the_proof_holds(holding: Any, tools: Any, expired: Any, other: Any) -> None:
    assert add(holding, tools, expired, proof(holding, tools, other)).status_code == 400
    body = {"keyCredential": {"type": "X509CertAndPassword", "usage": "Sign"}, "proof": proof(holding, tools, other)}
    assert holding.graph("POST", f"{tools.principal}/addKey", json=body).status_code == 400


def test_owned_by_is_not_enough_for_a_principal_of_microsoft(make_rig: Any, tools: Any, other: Any) -> None:
    rig = make_rig(
        application={"application_permissions": ["Application.ReadWrite.OwnedBy"]},
        keys=[{"der": base64.b64encode(other.der).decode()}],
    )
    assert tools.odata(add(rig, tools, other, proof(rig, tools, other))) == (403, "Authorization_RequestDenied")
