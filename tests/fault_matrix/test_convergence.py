"""Whatever goes wrong at whichever remote call: start once more, and the organizations are as if nothing had.

``make test`` strikes calls of every kind that `apply` and `undo` make on `fresh`, each call within a week, each time
with another fault; and what is asked on other scenarios alone, or about the keys of others. ``make fault-matrix`` runs
the whole matrix.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

SCENARIOS = ("fresh", "expired-certificate", "other-keys")
WHOLE = os.environ.get("PUSHTUI_FAULT_MATRIX") == "whole"
OPERATIONS = ("apply", "undo", "take-back") if WHOLE else ("apply", "undo")
PARTS = dict.fromkeys(SCENARIOS, 12) if WHOLE else {"fresh": 3, "expired-certificate": 1, "other-keys": 1}
"""Into how many tests a scenario's cases are divided, so that processes share them."""

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("scenario", "part"), [(each, part) for each, parts in PARTS.items() for part in range(parts)])
def test_it_converges_after_any_fault_at_any_call(
    scenario: str,
    operation: str,
    part: int,
    undisturbed: Callable[..., Any],
    every_fault: Callable[..., Any],
    faults_of_today: Callable[..., Any],
    bench: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    run = undisturbed(scenario, operation)
    cases = (every_fault if WHOLE else faults_of_today)(scenario, operation, run)[part :: PARTS[scenario]]
    judge = taken_back if operation == "take-back" else as_undisturbed
    wrong = []
    for result in bench(cases):
        reasons = [result["broken"]] if "broken" in result else [*judge(result, run), *faults_of_the_test(result)]
        if reasons:
            wrong.append(f"{json.dumps(result.get('case'))}: {'; '.join(reasons)}\n{result.get('output', '')}")
    record_property("matrix", (len(cases) - len(wrong), len(cases)))
    assert not wrong, "\n".join(wrong)


def as_undisturbed(result: dict[str, Any], run: dict[str, Any]) -> list[str]:
    """What is not as an undisturbed run leaves it."""
    return [*differences(result["shape"], run["shape"]), *exit_code(result, 0)]


def taken_back(result: dict[str, Any], _run: dict[str, Any]) -> list[str]:
    """What an undo after the kill did not bring back. A certificate that serves again nobody takes stays."""
    before, after = result["before"], result["shape"]
    if not result["journaled"]:
        return [*differences(after, before), *exit_code(result, 2)]
    expected = {name: before[name] for name in ("auth_servers", "keys", "file", "on their way")}
    if after["auth_config"]["current"] == before["auth_config"]["current"]:
        expected |= {"certificates": before["certificates"], "auth_config": before["auth_config"]}
    reasons = differences(after, expected)
    if after["push_proxy"]["enabled"] is not before["push_proxy"]["enabled"]:
        reasons.append(f"push_proxy: {after['push_proxy']} instead of {before['push_proxy']}")
    if after["auth_config"]["next"]:
        reasons.append(f"auth_config: {after['auth_config']}")
    return [*reasons, *exit_code(result, 0)]


def differences(shape: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    return [f"{name}: {shape[name]} instead of {value}" for name, value in expected.items() if shape[name] != value]


def exit_code(result: dict[str, Any], expected: int) -> list[str]:
    return [] if result["codes"][-1] == expected else [f"exit codes {result['codes']}"]


def faults_of_the_test(result: dict[str, Any]) -> list[str]:
    """What makes the case prove nothing, and what is wrong with the journals."""
    reasons = list(result["journal"])
    if result["struck"] and result["case"]["fault"].startswith("killed") and result["codes"][-2] != -9:
        reasons.append(f"it was not killed: {result['codes']}")
    return reasons


@pytest.mark.parametrize("operation", ["apply", "undo"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_request_that_the_lab_logs_is_a_call_that_can_be_struck(
    scenario: str, operation: str, undisturbed: Callable[..., Any]
) -> None:
    run = undisturbed(scenario, operation)
    assert not any(run["codes"]), run["output"]
    struck = {(call["side"], call["name"]) for call in run["calls"]}
    others = {"proxy", "acs", "push"}  # connections; what the Exchange servers ask
    logged = {(side, name) for side, name in run["logged"] if side not in others}
    if operation == "apply":
        assert logged == struck - {call for call in struck if call[1].startswith("EHLO")}
        writes = {"New-AuthServer", "Enable-PushNotificationProxy", "Restart-Service"}
    else:
        assert logged >= struck
        writes = {"Remove-AuthServer", "Disable-PushNotificationProxy"}
    assert writes | {"PATCH /v1.0/servicePrincipals/*"} <= {name for _, name in struck}
