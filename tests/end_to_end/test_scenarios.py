"""Every shipped scenario without a screen: check, plan, apply, check; and what the lab then truly holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

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


def _apply_twice(lab: Any, pushtui: Callable[..., Any]) -> None:
    """Apply ends with everything ok, and a second apply sends no write."""
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
    checked = pushtui("-p", lab.profile, "check", "--json")
    assert checked.code == 3
    planned = pushtui("-p", lab.profile, "plan", "--json")
    assert planned.code == 3
    assert lab.writes() == []
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert _current(after) == _current(before)
    exported = lab.exported_certificate.read_bytes()
    assert hashlib.sha1(exported, usedforsecurity=False).hexdigest().upper() == _current(after)
    assert _keys(after) == {hashlib.sha256(exported).hexdigest()}
    assert after["tenant"]["notifications"], "the probe's notification must have arrived in the tenant"


def test_expired_certificate_ends_with_one_new_one(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("expired-certificate")
    before = lab.state()
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert _current(after) != _current(before)
    new = _thumbprints(after) - _thumbprints(before)
    assert new == {_current(after)}


def test_what_is_done_stays_done(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("done")
    before = lab.state()
    _apply_twice(lab, pushtui)
    after = lab.state()
    assert _keys(after) == _keys(before)
    assert _current(after) == _current(before)


def test_keys_of_others_are_all_still_there(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("other-keys")
    before = _keys(lab.state())
    assert len(before) == 2
    _apply_twice(lab, pushtui)
    after = _keys(lab.state())
    assert before < after
    assert len(after) == 3


def test_old_cu_stops_before_anything_changes(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("old-cu")
    before = lab.state()
    applied = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert applied.code == 4
    assert applied.statuses["servers"] == "attention"
    assert "servers.too-old" in applied.codes("servers")
    assert lab.writes() == []
    assert _settings(lab.state()) == _settings(before)


def _settings(state: dict[str, Any]) -> dict[str, Any]:
    """What stands in the organization, without what passes."""
    return {name: value for name, value in state["organization"].items() if name != "now"}


def _thumbprints(state: dict[str, Any]) -> set[str]:
    return {c["thumbprint"] for server in state["organization"]["servers"] for c in server["certificates"]}
