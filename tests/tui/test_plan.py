"""Nothing is changed before it was shown and agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.engine.events import StepReport
from pushtui.engine.task import PROCEDURE, Task
from pushtui.procedure.model import Consent, Finding, Severity, Status, StepId, Wait

KEY = Consent.SERVICE_PRINCIPAL_KEY


def planned(make: Any, *, consents: frozenset[Consent] = frozenset()) -> Any:
    def prepare(session: Any) -> None:
        session.scripted_plan = make.plan(make.actions(), consents)

    return prepare


def operations(it: Any) -> list[Any]:
    return [call[0] for call in it.session.calls]


async def test_a_step_that_is_planned_in_part_is_not_said_to_be_unplanned(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        change = make.actions()[0]
        wait = Wait("certificate.distribution", StepId.AUTH_SERVER, 60.0, arguments={"servers": "ex03.lab.example"})
        session.scripted_plan = make.plan((change, wait), blocked={StepId.AUTH_SERVER: "", StepId.PUSH_PROXY: ""})

    async with drive(size=(100, 60), prepare=prepare) as it:
        await it.press("p")
        await it.until_text("Plan: one change, one other action")
        for words in (
            "Wait until the certificate is on ex03",
            "Auth server may need more",
            "Push proxy cannot be planned yet",
        ):
            assert words in it.text


async def test_the_plan_shows_command_before_after_risk_and_undo(drive: Any, make: Any) -> None:
    async with drive(size=(120, 60), prepare=planned(make)) as it:
        await it.press("p")
        await it.until_text("Plan: 3 changes")
        for words in (
            "Enable-PushNotificationProxy -Organization 'fabrikam.com'",
            "Disable-PushNotificationProxy -Confirm:$false",
            "concerns the whole organization",
            "can be taken back",
            "Invoke-MonitoringProbe",
            "up to 2:00",
        ):
            assert words in it.text
        row = next(row for row in it.text.splitlines() if row.strip().startswith("Enabled") and "no" in row)
        assert row.split() == ["Enabled", "-", "no", "│", "+", "yes"]


@pytest.mark.parametrize(("width", "beside"), [(80, False), (99, False), (100, True), (120, True), (200, True)])
async def test_before_and_after_stand_side_by_side_where_there_is_room(
    drive: Any, make: Any, width: int, beside: bool
) -> None:
    async with drive(size=(width, 90), prepare=planned(make)) as it:
        await it.press("p")
        await it.until_text("Plan: 3 changes")
        lines = [line.split() for line in it.text.splitlines()]
        assert (["before", "│", "after"] in lines) is beside
        assert (["Enabled", "-", "no", "│", "+", "yes"] in lines) is beside
        assert (["Enabled", "-", "no"] in lines and ["+", "yes"] in lines) is not beside
        for words in ("target", "Microsoft Graph", "object", "OnPrem-Proxy", '"keyCredentials"', "undo"):
            assert words in it.text


@pytest.mark.parametrize("key", ["a", "A", "p"])
async def test_nothing_is_applied_before_the_plan_is_agreed_to(drive: Any, make: Any, key: str) -> None:
    async with drive(prepare=planned(make)) as it:
        await it.press(key)
        await it.until_text("Plan: 3 changes")
        await it.press("enter", "space", "escape")
        await it.until_text("Trust chain")
        assert operations(it) == ["plan"]


async def test_one_key_agrees(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make)) as it:
        await it.press("A")
        await it.until_text("Plan: 3 changes")
        await it.press("y")
        await it.until(lambda: "apply" in operations(it))
        await it.until_text("All steps ok")
        assert ("consents", frozenset()) in it.session.calls


async def test_the_plan_of_one_step_is_asked_for_that_step(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make)) as it:
        await it.press("6", "a")
        await it.until_text("Plan: 3 changes")
        assert it.session.calls[0] == ("plan", (StepId.PUSH_PROXY,))


async def test_a_consent_wants_the_tenant_domain_typed(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make, consents=frozenset({KEY}))) as it:
        await it.press("A")
        await it.until_text("Plan: 3 changes")
        await it.press("y")
        await it.until_text("type the tenant domain")
        assert "CVE-2025-53786" in it.text
        await it.press(*"contoso.com", "enter")
        assert "type the tenant domain" in it.text
        await it.press(*["backspace"] * 11, *"fabrikam.com", "enter")
        await it.until(lambda: "apply" in operations(it))
        assert ("consents", frozenset({KEY})) in it.session.calls


async def test_refusing_a_consent_goes_back_to_the_plan(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make, consents=frozenset({KEY, Consent.REPLACE_CERTIFICATE}))) as it:
        await it.press("A")
        await it.until_text("Plan: 3 changes")
        await it.press("y")
        await it.until_text("Replace the Auth certificate")
        await it.press(*"fabrikam.com", "enter")
        await it.until_text("Add a key to the shared service principal")
        await it.press("escape")
        await it.until_text("Plan: 3 changes")
        await it.press("escape")
        assert operations(it) == ["plan"]


async def test_a_read_only_run_shows_the_plan_and_applies_nothing(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make), read_only=True) as it:
        assert "READ-ONLY" in it.text
        await it.press("A")
        assert not [call for session in it.sessions for call in session.calls]
        await it.press("p")
        await it.until_text("not applied")
        await it.press("y", "escape")
        await it.until_text("Trust chain")
        assert operations(it) == ["plan"]


async def test_a_read_only_profile_is_read_only(drive: Any) -> None:
    async with drive(profile_read_only=True) as it:
        assert "READ-ONLY" in it.text


async def test_nothing_to_change_is_said_and_opens_nothing(drive: Any) -> None:
    async with drive() as it:
        await it.press("p")
        await it.until_text("Nothing has to be changed")


async def test_what_cannot_be_planned_yet_says_why(drive: Any, make: Any) -> None:
    finding = Finding("servers.too-old", Severity.ATTENTION, "ex01")
    report = StepReport(StepId.SERVERS, Status.ATTENTION, (finding,), (), make.now, 0.1)

    def prepare(session: Any) -> None:
        session.outcomes[StepId.SERVERS] = report
        session.scripted_plan = make.plan((), blocked={StepId.SERVERS: "servers.too-old"})

    async with drive(prepare=prepare) as it:
        await it.press("p")
        await it.until_text("cannot be planned yet")
        await it.press("y", "escape")
        await it.until_text("Trust chain")
        assert operations(it) == ["plan"]


@pytest.mark.parametrize(("answer", "agreed"), [("y", True), ("n", False)])
async def test_another_file_at_the_certificate_path_is_only_replaced_when_agreed(
    drive: Any, make: Any, answer: str, agreed: bool
) -> None:
    finding = Finding("certificate.file-differs", Severity.ATTENTION, "auth.cer", "AA11", "BB22")
    report = StepReport(StepId.CERTIFICATE, Status.ATTENTION, (finding,), (), make.now, 0.1)

    def prepare(session: Any) -> None:
        def during(each: Any) -> None:
            each.outcomes.clear()
            if not each.overwrite_certificate_file:
                each.outcomes[StepId.CERTIFICATE] = report

        session.during = during
        session.scripted_plan = make.plan(make.actions())

    async with drive(prepare=prepare) as it:
        await it.press("A")
        await it.until_text("Replace the certificate file?")
        assert "BB22" in it.text
        await it.press(answer)
        await it.until_text("Plan: 3 changes")
        assert it.session.overwrite_certificate_file is agreed


@pytest.mark.parametrize("course", ["trust", "undo", "keys"])
async def test_what_is_not_as_it_was_agreed_to_is_shown_again(drive: Any, make: Any, course: str) -> None:
    changed = Finding("run.plan-changed", Severity.ATTENTION, "push-proxy.enable", "", "Organization: a → b")
    report = StepReport(StepId.PUSH_PROXY, Status.ATTENTION, (changed,), (), make.now, 0.1)
    task = {"trust": PROCEDURE, "undo": Task("undo", "run-1"), "keys": Task("keys")}[course]

    def prepare(session: Any) -> None:
        session.scripted_plan = make.plan(make.actions(), task=task)

        def during(each: Any) -> None:
            each.outcomes = {StepId.PUSH_PROXY: report} if operations_of(each)[-1] == "apply" else {}
            each.outcome = each.outcomes if task != PROCEDURE else {}

        session.during = during

    async with drive(size=(120, 60), prepare=prepare) as it:
        await it.press("A")
        await it.until_text("3 changes")
        assert "not as it was" not in it.text
        await it.press("y")
        await it.until_text("not as it was when you agreed (Organization: a → b)")
        assert "Nothing has been changed yet" not in it.text
        again = {"trust": "plan", "undo": "plan_undo", "keys": "task"}[course]
        assert again in [call[0] for call in it.session.calls][2:]
        await it.press("escape", "p")
        await it.until_text("3 changes")
        assert "not as it was" not in it.text, "that was the plan before"


def operations_of(session: Any) -> list[str]:
    return [call[0] for call in session.calls if call[0] in {"plan", "apply"}]
