"""The service principal's keys on screen, and the renewal: shown, chosen, planned, and only then changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pushtui.engine.events import ChangeName, StepReport
from pushtui.procedure.keys import Key, Owner
from pushtui.procedure.model import Consent, Finding, Severity, Status, StepId, Wait

STEP = StepId.SERVICE_PRINCIPAL


@pytest.fixture
def keys(make: Any) -> tuple[Key, ...]:
    """Ours, a foreign one, and an expired one."""
    ours = Key("AA" * 32, "A1" * 20, "CN=Auth", "ours", "1", make.now, make.now, Owner.CURRENT, expired=False)
    foreign = replace(ours, sha256="BB" * 32, thumbprint="B1" * 20, subject="CN=Another", owner=Owner.NONE)
    ended = make.now - timedelta(days=100)
    expired = replace(foreign, sha256="CC" * 32, thumbprint="C1" * 20, subject="CN=Retired", end=ended, expired=True)
    return ours, foreign, expired


def holding(make: Any, keys: tuple[Key, ...], consents: frozenset[Consent] = frozenset()) -> Any:
    def prepare(session: Any) -> None:
        session.scripted_keys = keys
        session.scripted_plan = make.plan(make.actions()[1:2], consents, steps=(STEP,))
        gone = Finding("keys.removed", Severity.OK, "CC" * 32)
        session.outcome = {
            STEP: StepReport(STEP, Status.OK, (gone,), results={ChangeName("keys.remove", "app"): "done"})
        }

    return prepare


def tasks(it: Any) -> list[Any]:
    return [call[1] for call in it.session.calls if call[0] == "task"]


def operations(it: Any) -> list[str]:
    return [call[0] for call in it.session.calls if call[0] in {"check", "plan", "keys", "apply"}]


@pytest.mark.parametrize("size", [(80, 24), (120, 50)])
async def test_the_list_says_whose_each_key_is(drive: Any, make: Any, keys: Any, size: tuple[int, int]) -> None:
    async with drive(size=size, prepare=holding(make, keys)) as it:
        await it.press("K")
        await it.until_text("Keys of the service principal: 3")
        assert "current certificate of this organization" in it.text
        await it.press("j", "j")
        await it.until_text("CN=Retired")
        assert "EXPIRED" in it.text
        assert "C1" * 20 in it.text
        await it.press("escape")
        await it.until_text("Trust chain")
        assert operations(it) == ["keys"]


async def test_chosen_keys_are_planned_and_removed_only_when_agreed(drive: Any, make: Any, keys: Any) -> None:
    async with drive(prepare=holding(make, keys)) as it:
        await it.press("K")
        await it.until_text("Keys of the service principal")
        await it.press("d")
        assert tasks(it) == [], "nothing is chosen yet"
        await it.press("e", "d")
        await it.until_text("Plan: one change")
        assert tasks(it)[0].removed_keys == frozenset({"CC" * 32})
        assert "apply" not in operations(it)
        await it.press("y")
        await it.until_text("What came of it")
        assert "keys.remove (app)  done" in it.text
        await it.press("escape")
        await it.until(lambda: operations(it)[-1] == "check")


async def test_the_key_that_is_signed_with_asks_for_the_domain_to_be_typed(drive: Any, make: Any, keys: Any) -> None:
    async with drive(prepare=holding(make, keys, frozenset({Consent.BREAK_TRUST}))) as it:
        await it.press("K")
        await it.until_text("Keys of the service principal")
        await it.press("space", "d")
        await it.until_text("Plan: one change")
        assert tasks(it)[0].removed_keys == frozenset({"AA" * 32})
        await it.press("y")
        await it.until_text("Remove the key that this organization signs with")
        await it.press("enter")
        assert "apply" not in operations(it)
        await it.press(*"fabrikam.com", "enter")
        await it.until(lambda: "apply" in operations(it))
        assert ("consents", frozenset({Consent.BREAK_TRUST})) in it.session.calls


async def test_a_renewal_is_a_plan_like_any_other(drive: Any, make: Any, keys: Any) -> None:
    async with drive(prepare=holding(make, keys)) as it:
        await it.press("W")
        await it.until_text("Plan: one change")
        assert tasks(it)[0].course == "renewal"
        await it.press("escape")
        assert "apply" not in operations(it)


async def test_a_renewal_that_waits_for_its_date_says_so_and_sends_nothing(drive: Any, make: Any, keys: Any) -> None:
    def prepare(session: Any) -> None:
        pause = Wait(
            "renewal.effective", StepId.CERTIFICATE, 9e4, pauses=True, arguments={"until": "2026-11-25T06:50Z"}
        )
        session.scripted_plan = make.plan((pause, *make.actions()[:1]), steps=(StepId.CERTIFICATE,))

    async with drive(prepare=prepare) as it:
        await it.press("W")
        await it.until_text("waits for its date")
        await it.press("y")
        assert "apply" not in operations(it)


async def test_where_there_is_nothing_to_renew_or_to_remove_it_is_said(drive: Any) -> None:
    async with drive() as it:
        await it.press("W")
        await it.until_text("Nothing has to be renewed now")
        await it.press("K")
        await it.until_text("holds no key, so there is none to remove")
        await it.press("j", "e", "d", "escape")
        await it.until_text("Trust chain")
