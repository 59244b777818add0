"""Every shipped scenario without a screen: check, plan, apply, check; and what the lab then truly holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ALL_OK = dict.fromkeys(
    ["tenant", "servers", "certificate", "auth-server", "service-principal", "push-proxy", "verification"], "ok"
)
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")


def _keys(state: dict[str, Any]) -> set[str]:
    """SHA-256 of the certificates that the service principal of Exchange Online truly holds."""
    return {key["sha256"] for key in state["tenant"]["service_principal"]["keys"]}


def _current(state: dict[str, Any]) -> str:
    thumbprint: str = state["organization"]["auth_config"]["current"]
    return thumbprint


def _look(lab: Any, pushtui: Callable[..., Any], codes: tuple[int, int]) -> None:
    """Check and plan end with these exit codes, show what apply would do, and send no write."""
    checked = pushtui("-p", lab.profile, "check", "--json")
    planned = pushtui("-p", lab.profile, "plan", "--json")
    assert (checked.code, planned.code) == codes, checked.errors + planned.errors
    commands = [change["command"] for step in planned.document["steps"] for change in step["changes"]]
    assert bool(commands) == (codes[1] == 3)
    assert all(commands)
    assert lab.writes() == []


def _apply_twice(lab: Any, pushtui: Callable[..., Any]) -> None:
    """Apply ends with everything ok, and a second apply sends no write; then a check finds nothing to change."""
    first = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert first.statuses == ALL_OK, first.errors
    assert first.code == 0
    written = lab.writes()
    second = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert second.statuses == ALL_OK, second.errors
    assert lab.writes() == written
    checked = pushtui("-p", lab.profile, "check", "--json")
    assert checked.statuses == ALL_OK | {"verification": "skipped"}
    assert checked.code == 0


def test_fresh_is_set_up_and_keeps_the_certificate_of_setup(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("fresh")
    before = lab.state()
    _look(lab, pushtui, (3, 3))
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert _current(after) == _current(before)
    assert _thumbprints(after) == _thumbprints(before)
    exported = lab.exported_certificate.read_bytes()
    assert hashlib.sha1(exported, usedforsecurity=False).hexdigest().upper() == _current(after)
    assert _keys(after) == {hashlib.sha256(exported).hexdigest()}
    assert after["tenant"]["notifications"], "the probe's notification must have arrived in the tenant"
    assert {to for mail in after["mail"] for to in mail["recipients"]} == {lab.line["smtp"]["recipient"]}


def test_expired_certificate_ends_with_one_new_one(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("expired-certificate")
    before = lab.state()
    _look(lab, pushtui, (3, 3))
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert _current(after) != _current(before)
    new = _thumbprints(after) - _thumbprints(before)
    assert new == {_current(after)}
    assert [_held(server) >= new for server in after["organization"]["servers"]] == [True] * 3
    assert _smtp_defaults(after) == _smtp_defaults(before)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("certificate", "code", "observed"),
    [
        ("key_size = 1024", "certificate.key-too-small", "1024"),
        ("not_before_days = -900\nnot_after_days = -1", "certificate.expired", ""),
        ("private_key = false", "certificate.key-missing-everywhere", ""),
    ],
)
def test_a_certificate_that_cannot_serve_is_a_finding(
    start_lab: Any, pushtui: Any, tmp_path: Path, certificate: str, code: str, observed: str
) -> None:
    scenario = tmp_path / "own.toml"
    scenario.write_text(f'[[organization.certificates]]\nid = "auth-certificate"\n{certificate}\n')
    lab = start_lab(str(scenario))
    checked = pushtui("-p", lab.profile, "check", "--step", "certificate", "--json")
    assert checked.code == 3
    (step,) = checked.document["steps"]
    (finding,) = [finding for finding in step["findings"] if finding["code"] == code]
    assert observed in finding["observed"]
    assert finding["remedy"]
    assert lab.writes() == []


@pytest.mark.parametrize(
    ("scenario", "codes", "writes"),
    [
        pytest.param("healthy", (0, 0), set(), marks=pytest.mark.thorough),
        # What nobody can read (Get-PushNotificationApp is hidden) is sent once; its answer is the truth from then on.
        ("done", (3, 3), {"Enable-PushNotificationProxy", "Restart-Service"}),
        pytest.param(
            "near-expiry", (3, 3), {"Enable-PushNotificationProxy", "Restart-Service"}, marks=pytest.mark.thorough
        ),
    ],
)
def test_what_is_done_stays_done(
    start_lab: Any, pushtui: Any, scenario: str, codes: tuple[int, int], writes: set[str]
) -> None:
    lab = start_lab(scenario)
    before = lab.state()
    _look(lab, pushtui, codes)
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert set(lab.writes()) == writes
    assert _keys(after) == _keys(before)
    assert _current(after) == _current(before)


def test_keys_of_others_are_all_still_there(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("other-keys")
    before = _keys(lab.state())
    assert len(before) == 2
    _look(lab, pushtui, (3, 3))
    _apply_twice(lab, pushtui)
    after = _keys(lab.state())
    assert before < after
    assert len(after) == 3


@pytest.mark.thorough
def test_old_cu_stops_before_anything_changes(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("old-cu")
    before = lab.state()
    _look(lab, pushtui, (4, 4))
    for _turn in range(2):
        applied = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
        assert applied.code == 4
        assert applied.statuses["servers"] == "attention"
        assert {"servers.too-old", "servers.legacy", "servers.edge"} <= set(applied.codes("servers"))
        assert lab.writes() == []
    assert _settings(lab.state()) == _settings(before)
    assert not lab.exported_certificate.exists()


def _settings(state: dict[str, Any]) -> dict[str, Any]:
    """What stands in the organization, without what passes."""
    return {name: value for name, value in state["organization"].items() if name != "now"}


def _held(server: dict[str, Any]) -> set[str]:
    return {certificate["thumbprint"] for certificate in server["certificates"]}


def _thumbprints(state: dict[str, Any]) -> set[str]:
    return set().union(*map(_held, state["organization"]["servers"]))


def _smtp_defaults(state: dict[str, Any]) -> dict[str, str]:
    """Server → thumbprint of its default SMTP certificate."""
    return {server["name"]: server["internal_transport"] for server in state["organization"]["servers"]}
