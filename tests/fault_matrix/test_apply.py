"""Whatever goes wrong at whichever remote call: apply once more, and the organizations are as if nothing had.

``make test`` strikes every call of one scenario, which changes by the day; ``make fault-matrix`` runs the whole matrix.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

SCENARIOS = ("fresh", "expired-certificate", "other-keys")
WHOLE = os.environ.get("PUSHTUI_FAULT_MATRIX") == "whole"
TODAY = SCENARIOS[datetime.datetime.now(datetime.UTC).toordinal() % len(SCENARIOS)]
PARTS = 12 if WHOLE else 2

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", SCENARIOS if WHOLE else [TODAY])
def test_apply_converges_after_any_fault_at_any_call(
    scenario: str,
    part: int,
    undisturbed: Callable[..., Any],
    every_fault: Callable[..., Any],
    one_fault_each: Callable[..., Any],
    bench: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    run = undisturbed(scenario)
    cases = (every_fault if WHOLE else one_fault_each)(scenario, run)[part::PARTS]
    wrong = []
    for result in bench(cases):
        reasons = complaints(result, run["shape"])
        if reasons:
            wrong.append(f"{json.dumps(result.get('case'))}: {'; '.join(reasons)}\n{result.get('output', '')}")
    record_property("matrix", (len(cases) - len(wrong), len(cases)))
    assert not wrong, "\n".join(wrong)


def complaints(result: dict[str, Any], shape: dict[str, Any]) -> list[str]:
    """What is not as an undisturbed run leaves it."""
    if "broken" in result:
        return [result["broken"]]
    reasons = [
        f"{name}: {result['shape'][name]} instead of {expected}"
        for name, expected in shape.items()
        if result["shape"][name] != expected
    ]
    if result["codes"][1] != 0:
        reasons.append(f"exit codes {result['codes']}")
    if result["struck"] and result["case"]["fault"].startswith("killed") and result["codes"][0] != -9:
        reasons.append(f"it was not killed: {result['codes'][0]}")
    return reasons + result["journal"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_request_that_the_lab_logs_is_a_call_that_can_be_struck(
    scenario: str, undisturbed: Callable[..., Any]
) -> None:
    run = undisturbed(scenario)
    assert run["code"] == 0
    struck = {(call["side"], call["name"]) for call in run["calls"]}
    others = {"proxy", "acs", "push"}  # connections; what the Exchange servers ask
    logged = {(side, name) for side, name in run["logged"] if side not in others}
    assert logged == struck - {call for call in struck if call[1].startswith("EHLO")}
    writes = {"New-AuthServer", "Enable-PushNotificationProxy", "Restart-Service", "PATCH /v1.0/servicePrincipals/*"}
    assert writes <= {name for _, name in struck}
