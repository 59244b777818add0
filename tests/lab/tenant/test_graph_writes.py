"""PATCH of keyCredentials: what replaces what, and everything that is refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.lab.tenant.certificates import self_signed


def kept(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keys as they must be sent again."""
    return [{name: key[name] for name in ("type", "usage", "key")} for key in keys]


@pytest.fixture
def holding(make_rig: Any, other: Any, expired: Any) -> Any:
    """A tenant whose principal holds a good key and an expired one of someone else."""
    return make_rig(
        keys=[
            {"der": base64.b64encode(other.der).decode(), "display_name": "theirs"},
            {"der": base64.b64encode(expired.der).decode()},
        ]
    )


def test_a_key_is_appended_and_every_other_one_stays(
    holding: Any, tools: Any, certificate: Any, other: Any, expired: Any
) -> None:
    before = holding.keys()
    answer = holding.patch_keys([*kept(before), tools.key(certificate)])
    assert answer.status_code == 204
    assert answer.content == b""
    assert holding.fingerprints() == [tools.sha256(item) for item in (other, expired, certificate)]
    added = holding.keys()[2]
    assert added["displayName"] == "CN=Microsoft Exchange Server Auth Certificate"
    assert added["endDateTime"].startswith(f"{certificate.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%S}")
    assert holding.keys()[0]["keyId"] != before[0]["keyId"], "a key that is only sent again loses its id"


def test_patch_replaces_what_is_not_sent_again(holding: Any, tools: Any, certificate: Any) -> None:
    assert holding.patch_keys([tools.key(certificate)]).status_code == 204
    assert holding.fingerprints() == [tools.sha256(certificate)]
    assert holding.patch_keys([]).status_code == 204
    assert holding.fingerprints() == []


def test_by_object_id_and_in_the_log_as_a_write(rig: Any, tools: Any, certificate: Any) -> None:
    object_id = rig.tenant.snapshot()["service_principal"]["id"]
    answer = rig.graph(
        "PATCH", f"/v1.0/servicePrincipals/{object_id}", json={"keyCredentials": [tools.key(certificate)]}
    )
    assert answer.status_code == 204
    writes = [entry for entry in rig.log.entries() if entry.write]
    assert [(entry.side, entry.name, entry.status) for entry in writes] == [
        ("graph", f"PATCH /v1.0/servicePrincipals/{object_id}", "204")
    ]
    assert writes[0].account == f"app {rig.tenant.client_id}"
    assert "keyCredentials" in writes[0].detail


def test_reads_lag_behind(make_rig: Any, tools: Any, certificate: Any) -> None:
    rig = make_rig(read_lag_seconds=30.0)
    assert rig.patch_keys([tools.key(certificate)]).status_code == 204
    assert rig.fingerprints() == [tools.sha256(certificate)]
    assert rig.keys() == []
    rig.clock.ahead += 31
    assert len(rig.keys()) == 1


def bad(**more: Any) -> dict[str, Any]:
    return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": "AAAA", **more}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (None, "Invalid value specified"),
        ("text", "Invalid value specified"),
        (["text"], "Invalid value specified"),
        ([{}], '"usage"'),
        ([bad(usage="verify")], '"usage"'),
        ([bad(type="X509")], '"type"'),
        ([bad()], "Key value is invalid certificate"),
        ([bad(key=None)], "must have a key value"),
        ([bad(key="****")], "Edm.Binary"),
        ([bad(key=7)], "Edm.Binary"),
        ([bad(customKeyIdentifier="*")], "Edm.Binary"),
        ([bad(endDateTime="2030-01-01T00:00:00")], "Edm.DateTimeOffset"),
        ([bad(endDateTime="2030-13-01T00:00:00Z")], "Edm.DateTimeOffset"),
        ([bad(startDateTime=5)], "Edm.DateTimeOffset"),
        ([bad(keyId="not a guid")], "Edm.Guid"),
        ([bad(displayName="n" * 91)], "too long"),
        ([bad(nonsense=1)], "does not exist on type"),
    ],
)
def test_malformed_entries_are_refused(shared_rig: Any, tools: Any, keys: Any, message: str) -> None:
    before = shared_rig.fingerprints()
    answer = shared_rig.patch_keys(keys)
    assert tools.odata(answer) == (400, "Request_BadRequest")
    assert message in answer.json()["error"]["message"]
    assert shared_rig.fingerprints() == before


def test_pem_is_not_a_key_value(shared_rig: Any, tools: Any, other: Any) -> None:
    text = base64.b64encode(other.pem).decode()
    answer = shared_rig.patch_keys([tools.key(other) | {"key": text}])
    assert "Key value is invalid certificate" in answer.json()["error"]["message"]


def test_base64url_is_taken_as_odata_wants_it(rig: Any, tools: Any, other: Any) -> None:
    key = tools.key(other) | {"key": base64.urlsafe_b64encode(other.der).decode().rstrip("=")}
    assert rig.patch_keys([key]).status_code == 204
    assert base64.b64decode(rig.keys()[0]["key"]) == other.der


def error_code(answer: Any) -> str:
    code: str = answer.json()["error"]["details"][0]["code"]
    return code


def test_ends_beyond_the_certificate_or_in_the_past(shared_rig: Any, tools: Any, other: Any) -> None:
    after = other.certificate.not_valid_after_utc + timedelta(seconds=1)
    past = datetime.now(UTC) - timedelta(days=1)
    before = other.certificate.not_valid_before_utc - timedelta(seconds=1)
    for moment in (after, past):
        answer = shared_rig.patch_keys([tools.key(other, endDateTime=f"{moment:%Y-%m-%dT%H:%M:%SZ}")])
        assert error_code(answer) == "KeyCredentialsInvalidEndDate"
    answer = shared_rig.patch_keys([tools.key(other, startDateTime=f"{before:%Y-%m-%dT%H:%M:%SZ}")])
    assert error_code(answer) == "KeyCredentialsInvalidStartDate"


def test_dates_with_an_offset_and_fractions_are_taken(rig: Any, tools: Any, other: Any) -> None:
    end = other.certificate.not_valid_after_utc - timedelta(days=1)
    key = tools.key(other, endDateTime=f"{end:%Y-%m-%dT%H:%M:%S}.1234567+00:00", displayName="mine")
    assert rig.patch_keys([key]).status_code == 204
    assert rig.keys()[0]["displayName"] == "mine"


def test_an_expired_certificate_can_be_kept_but_not_added(
    holding: Any, rig: Any, tools: Any, expired: Any, other: Any
) -> None:
    assert error_code(rig.patch_keys([tools.key(expired)])) == "KeyCredentialsInvalidEndDate"
    assert holding.patch_keys(kept(holding.keys())).status_code == 204
    assert holding.fingerprints() == [tools.sha256(other), tools.sha256(expired)]


def test_a_short_key_is_refused(shared_rig: Any, tools: Any) -> None:
    now = datetime.now(UTC)
    short = self_signed("CN=Short", now - timedelta(days=1), now + timedelta(days=1), bits=1024)
    assert error_code(shared_rig.patch_keys([tools.key(short)])) == "InvalidKeyLength"


def test_other_kinds_of_credential_are_refused(shared_rig: Any, tools: Any, other: Any) -> None:
    assert shared_rig.patch_keys([tools.key(other) | {"usage": "Sign"}]).status_code == 400
    assert shared_rig.patch_keys([tools.key(other) | {"type": "Symmetric"}]).status_code == 400


def test_no_key_twice(shared_rig: Any, tools: Any, other: Any) -> None:
    assert "Duplicate" in shared_rig.patch_keys([tools.key(other)] * 2).json()["error"]["message"]


def test_echoing_a_kept_key_is_refused_for_the_shared_principal(holding: Any) -> None:
    answer = holding.patch_keys(holding.keys())
    assert error_code(answer) == "KeyNotUpdatable"
    assert "Update to existing credential with KeyId" in answer.json()["error"]["message"]
    found = holding.keys()
    without_id = [{name: value for name, value in key.items() if name != "keyId"} for key in found]
    assert error_code(holding.patch_keys(without_id)) == "KeyNotUpdatable"


def test_where_echoing_is_allowed_nothing_may_differ(make_rig: Any, other: Any) -> None:
    rig = make_rig(strict_first_party=False, keys=[{"der": base64.b64encode(other.der).decode()}])
    key = rig.keys()[0]
    assert rig.patch_keys([key]).status_code == 204
    assert rig.keys() == [key]
    assert rig.patch_keys([key | {"key": None}]).status_code == 204
    for change in ({"displayName": "new"}, {"endDateTime": "2027-01-01T00:00:00Z"}, {"key": "AAAA"}):
        assert error_code(rig.patch_keys([key | change])) == "KeyNotUpdatable"
    assert rig.keys() == [key]
    twice = rig.patch_keys([key, key])
    assert "Duplicate keyId" in twice.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"id": "x", "keyCredentials": []}, "read-only"),
        ({"appId": "x"}, "read-only"),
        ({"passwordCredentials": []}, "New password credentials must be generated using service actions."),
        ({"nonsense": 1}, "Invalid property"),
        ({"accountEnabled": "yes"}, "Invalid value"),
    ],
)
def test_other_properties(shared_rig: Any, tools: Any, body: dict[str, Any], message: str) -> None:
    answer = shared_rig.graph("PATCH", tools.principal, json=body)
    assert tools.odata(answer) == (400, "Request_BadRequest")
    assert message in answer.json()["error"]["message"]


def test_properties_that_can_be_written(rig: Any, tools: Any) -> None:
    assert rig.graph("PATCH", tools.principal, json={"notes": "checked", "tags": ["a"]}).status_code == 204
    assert rig.graph("GET", f"{tools.principal}?$select=notes").json()["notes"] == "checked"


@pytest.mark.parametrize(
    "options",
    [
        {"data": b"{", "headers": {"Content-Type": "application/json"}},
        {"data": b"[]", "headers": {"Content-Type": "application/json"}},
        {"data": b'{"notes": "x"}', "headers": {"Content-Type": "text/plain"}},
    ],
)
def test_bodies_that_are_no_json_object(shared_rig: Any, tools: Any, options: dict[str, Any]) -> None:
    assert tools.odata(shared_rig.graph("PATCH", tools.principal, **options)) == (400, "BadRequest")


def test_methods_that_graph_does_not_offer(shared_rig: Any, tools: Any) -> None:
    assert tools.odata(shared_rig.graph("PUT", tools.principal, json={}))[0] == 405


# --- who may


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        (["Application.ReadWrite.All"], 204),
        (["Directory.ReadWrite.All"], 204),
        (["Application.ReadWrite.OwnedBy"], 403),
        (["Application.Read.All"], 403),
    ],
)
def test_application_permissions_decide(
    make_rig: Any, tools: Any, certificate: Any, permissions: list[str], status: int
) -> None:
    rig = make_rig(application={"application_permissions": permissions})
    answer = rig.patch_keys([tools.key(certificate)])
    assert answer.status_code == status
    assert len(rig.fingerprints()) == (status == 204)


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (["Global Administrator"], 204),
        (["Application Administrator"], 204),
        (["Cloud Application Administrator"], 204),
        (["Exchange Administrator"], 403),
        ([], 403),
    ],
)
def test_a_person_needs_one_of_three_roles(
    make_rig: Any, tools: Any, certificate: Any, roles: list[str], status: int
) -> None:
    rig = make_rig(user={"roles": roles})
    answer = rig.patch_keys([tools.key(certificate)], token=rig.user_token())
    assert answer.status_code == status
    if status == 403:
        assert tools.odata(answer) == (403, "Authorization_RequestDenied")


def test_a_tenant_can_refuse_new_keys_and_still_let_them_be_removed(
    make_rig: Any, tools: Any, certificate: Any, other: Any
) -> None:
    rig = make_rig(refuse_new_keys=True, keys=[{"der": base64.b64encode(other.der).decode()}])
    assert tools.odata(rig.patch_keys([tools.key(other), tools.key(certificate)]))[0] == 403
    assert rig.patch_keys([tools.key(other)]).status_code == 204
    assert rig.patch_keys([]).status_code == 204


@pytest.fixture(scope="module")
def several() -> list[Any]:
    now = datetime.now(UTC)
    return [self_signed(f"CN=Key {index}", now - timedelta(days=1), now + timedelta(days=99)) for index in range(3)]


@given(data=st.data())
def test_after_an_accepted_patch_exactly_what_was_sent_is_there(
    rig: Any, tools: Any, several: list[Any], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(several), unique_by=id))
    token, before = rig.app_token(), rig.fingerprints()
    assert rig.patch_keys([*(tools.key(item) for item in chosen), bad()], token=token).status_code == 400
    assert rig.fingerprints() == before
    assert rig.patch_keys([tools.key(item) for item in chosen], token=token).status_code == 204
    assert rig.fingerprints() == [tools.sha256(item) for item in chosen]
