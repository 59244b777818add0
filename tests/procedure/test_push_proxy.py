"""The push proxy: read where the session can, remembered where not, never guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pushtui.procedure import questions
from pushtui.procedure.model import Answer, CloudNames, Status, StepId

STEP = StepId.PUSH_PROXY


def test_an_unknown_state_is_said_to_be_unknown_and_enabling_is_offered(world: Any, kit: Any) -> None:
    report = world.reports()[STEP]
    assert report.status is Status.UNKNOWN
    [change] = report.actions
    assert change.command.text == (
        f"Enable-PushNotificationProxy -Organization 'fabrikam.com' -Uri '{kit.PUSH_URI}' -Confirm:$false"
    )
    assert change.before is None
    assert change.undo.text == "Disable-PushNotificationProxy -Confirm:$false"
    assert change.reads == (questions.SHOWS_PUSH_APPS,)


def test_what_can_be_read_is_compared(kit: Any) -> None:
    world = kit.World(shows_push_apps=True)
    world.proxy |= {"Enabled": True, "Organization": "contoso.com", "Uri": "https://old.example/p"}
    report = world.reports()[STEP]
    assert {item.code for item in report.findings} == {"push-proxy.organization-differs", "push-proxy.uri-differs"}
    [change] = report.actions
    assert change.undo.text.startswith("Enable-PushNotificationProxy -Organization 'contoso.com'")
    assert change.before == {"enabled": True, "organization": "contoso.com", "uri": "https://old.example/p"}


def test_case_and_a_last_slash_make_no_difference(kit: Any) -> None:
    world = kit.World(shows_push_apps=True)
    world.proxy |= {"Enabled": True, "Organization": "FABRIKAM.COM", "Uri": kit.PUSH_URI.upper() + "/"}
    assert world.reports()[STEP].status is Status.OK


def test_the_output_of_enabling_is_the_truth_until_it_is_known_better(world: Any, kit: Any) -> None:
    world.memory = replace(
        world.memory,
        push_proxy={"Name": "OnPrem-Proxy", "Enabled": True, "Organization": "fabrikam.com", "Uri": kit.PUSH_URI},
        push_proxy_at=kit.NOW - kit.DAY,
    )
    report = world.reports()[STEP]
    assert report.status is Status.OK
    [note] = [item for item in report.findings if item.code == "push-proxy.not-readable"]
    assert note.arguments["at"] == (kit.NOW - kit.DAY).isoformat()
    world.shows_push_apps = True
    assert world.reports()[STEP].status is Status.CHANGE_NEEDED, "what is read outweighs what is remembered"


def test_a_probe_that_succeeded_before_a_change_proves_nothing(world: Any, kit: Any) -> None:
    world.trials["verification.probe"] = Answer(({"ResultType": "Succeeded"},), kit.NOW)
    assert world.reports()[STEP].status is Status.OK
    world.memory = replace(world.memory, last_change_at=kit.NOW + kit.DAY)
    assert world.reports()[STEP].status is Status.UNKNOWN


def test_a_cloud_without_a_known_uri_leaves_it_alone(world: Any) -> None:
    world.inputs = replace(world.inputs, cloud=CloudNames(push_uri=""))
    [change] = world.actions(STEP)
    assert "-Uri" not in change.command.text


def test_a_session_that_cannot_be_asked_is_not_one_without_the_cmdlet(world: Any, kit: Any) -> None:
    world.failures[questions.SHOWS_PUSH_APPS] = kit.failed()
    report = world.reports()[STEP]
    assert report.status is Status.FAILED
    assert report.actions == ()


def test_a_memory_that_makes_no_sense_is_no_memory(world: Any) -> None:
    world.memory = replace(world.memory, push_proxy={"Name": "OnPrem-Proxy"})
    assert world.reports()[STEP].status is Status.UNKNOWN
