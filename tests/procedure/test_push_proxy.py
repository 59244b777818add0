"""The push proxy: read where the session can, remembered where not, never guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pushtui.procedure import push_proxy, questions
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


@pytest.mark.parametrize(("verified", "status"), [(True, Status.OK), (False, Status.CHANGE_NEEDED)])
def test_another_domain_of_the_tenant_is_as_good_if_it_is_verified(kit: Any, verified: bool, status: Status) -> None:
    world = kit.done()
    world.proxy |= {"Organization": "fabrikam.onmicrosoft.com"}
    world.domains.append({"id": "fabrikam.onmicrosoft.com", "isVerified": verified})
    report = world.reports()[STEP]
    assert report.status is status
    assert all(questions.DOMAINS not in change.reads for change in report.actions)


def test_which_domains_the_tenant_has_is_asked_only_where_it_matters(kit: Any) -> None:
    world = kit.done()
    assert questions.DOMAINS not in set(push_proxy.queries(world.facts()))
    world.failures[questions.DOMAINS] = kit.failed("graph.unreachable")
    world.proxy |= {"Organization": "fabrikam.onmicrosoft.com"}
    assert questions.DOMAINS in set(push_proxy.queries(world.fresh()))
    assert world.reports()[STEP].actions == (), "a tenant that cannot be read holds it back"


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
