"""The probe: where it runs, when the health manager is restarted first, what its answer means, that it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pushtui.procedure import questions
from pushtui.procedure.model import Answer, Ask, Change, Status, StepId, Trial, Wait

STEP = StepId.VERIFICATION


def ids(world: Any) -> list[str]:
    return [item.id for item in world.actions(STEP)]


def server(world: Any) -> tuple[str, str]:
    [found] = [item for item in world.reports()[STEP].findings if item.code == "verification.server"]
    return found.subject, found.arguments["why"]


def test_not_asked_for_is_skipped_and_asks_nothing(world: Any) -> None:
    world.inputs = replace(world.inputs, probe=False, mail=True)
    report = world.reports()[STEP]
    assert report.status is Status.SKIPPED
    assert report.actions == ()


def test_the_server_that_we_are_connected_to_is_taken(world: Any, kit: Any) -> None:
    world.inputs = replace(world.inputs, exchange_server="EX02")
    assert server(world) == (kit.EX02, "connected")


def test_where_the_profile_names_an_address_the_server_that_executes_is_taken(world: Any, kit: Any) -> None:
    world.inputs = replace(world.inputs, exchange_server="127.0.0.1")
    world.executing = kit.EX03
    assert server(world) == (kit.EX03, "connected")


def test_the_choice_of_the_profile_comes_first(world: Any, kit: Any) -> None:
    world.inputs = replace(world.inputs, verification_server="ex03")
    assert server(world) == (kit.EX03, "chosen")


def test_beside_a_client_access_server_one_of_its_site_is_taken(world: Any, kit: Any) -> None:
    client = {"ServerRole": "ClientAccess", "IsMailboxServer": False, "Site": "x/Branch"}
    world.servers = [
        kit.server_object("ex01", **client),
        kit.server_object("ex02"),
        kit.server_object("ex03", Site="x/Branch"),
    ]
    assert server(world) == (kit.EX03, "site")
    world.servers[2] = kit.server_object("ex03", Site="x/Other")
    assert server(world) == (kit.EX02, "first")


def test_nothing_changed_means_no_restart(kit: Any) -> None:
    assert ids(kit.done()) == ["verification.probe"]


@pytest.mark.parametrize("what", ["memory", "config", "server", "proxy"])
def test_a_setting_that_changed_since_means_a_restart(kit: Any, what: str) -> None:
    world = kit.done()
    later = kit.NOW - kit.DAY
    if what == "memory":
        world.memory = replace(world.memory, last_change_at=later)
    elif what == "config":
        world.config["WhenChangedUTC"] = later
    elif what == "server":
        world.auth_servers[0]["WhenChangedUTC"] = later
    else:
        world.proxy["WhenChangedUTC"] = later
    assert ids(world) == ["verification.restart", "verification.wait", "verification.probe"]
    restart = world.actions(STEP)[0]
    assert isinstance(restart, Change)
    assert restart.command.text == f"Restart-Service -Name 'MSExchangeHM' -Confirm:$false   # on {kit.EX01}"
    assert restart.arguments["reason"] == "changed"


def test_a_setting_that_is_about_to_change_means_a_restart(world: Any) -> None:
    restart = world.action("verification.restart")
    assert restart.arguments["reason"] == "planned"


def test_without_the_windows_endpoint_a_person_is_asked_what_to_type(kit: Any) -> None:
    world = kit.done()
    world.inputs = replace(world.inputs, windows_endpoint=False)
    ask, wait, probe = world.actions(STEP)
    assert isinstance(ask, Ask)
    assert (ask.command, ask.where) == ("Restart-Service -Name 'MSExchangeHM'", kit.EX01)
    assert isinstance(wait, Wait)
    assert isinstance(probe, Trial)


def test_a_windows_endpoint_that_does_not_answer_is_as_good_as_none(kit: Any) -> None:
    world = kit.done()
    world.failures[questions.health_manager(kit.EX01)] = kit.failed("windows.unreachable")
    assert isinstance(world.actions(STEP)[0], Ask)
    world.failures[questions.health_manager(kit.EX01)] = kit.failed("windows.refused", "NoProcessFoundForGivenName")
    assert isinstance(world.actions(STEP)[0], Change), "a service that does not run can be started"


def test_the_wait_is_as_long_as_the_profile_says_and_shorter_where_it_started_just_now(kit: Any) -> None:
    world = kit.done()
    world.memory = replace(world.memory, sent={"verification.restart": kit.NOW})
    [wait, _] = world.actions(STEP)
    assert wait.seconds == 120.0
    world = kit.done()
    started = (kit.NOW - timedelta(seconds=50)).isoformat()
    world.processes = [item | {"StartTime": started} for item in world.processes]
    [wait, _] = world.actions(STEP)
    assert wait.seconds == 70.0


def test_restart_wait_probe_and_then_it_ends(kit: Any) -> None:
    world = kit.done()
    world.memory = replace(world.memory, last_change_at=kit.NOW)
    seen = []
    for _ in range(10):
        actions = world.actions(STEP)
        if not actions:
            break
        seen.append(actions[0].id)
        world._do(actions[0])
    assert seen == ["verification.restart", "verification.wait", "verification.probe"]


@pytest.mark.parametrize("outcome", ["Succeeded", "Failed", "nothing", "failure"])
def test_whatever_the_probe_says_it_is_not_run_again_until_something_changes(kit: Any, outcome: str) -> None:
    world = kit.done()
    objects = ({"ResultType": outcome},) if outcome not in ("nothing", "failure") else ()
    failure = kit.failed() if outcome == "failure" else None
    world.trials["verification.probe"] = Answer(objects, kit.NOW, failure=failure)
    assert ids(world) == []
    world.memory = replace(world.memory, last_change_at=kit.NOW + kit.DAY)
    assert "verification.probe" in ids(world)


def test_no_object_is_a_failure_and_its_warnings_are_shown(kit: Any) -> None:
    world = kit.done()
    world.trials["verification.probe"] = Answer((), kit.NOW, warnings=("An error occurred", "on ex01"))
    report = world.reports()[STEP]
    assert report.status is Status.FAILED
    [found] = [item for item in report.findings if item.code == "verification.no-result"]
    assert found.observed == "An error occurred on ex01"


def test_everything_that_a_failed_probe_said_is_shown(kit: Any) -> None:
    world = kit.done()
    said = {"Error": "e", "Exception": "x", "StateAttribute1": "Networking", "StateAttribute2": "refused"}
    world.trials["verification.probe"] = Answer(({"ResultType": "Failed"} | said,), kit.NOW)
    report = world.reports()[STEP]
    assert report.status is Status.ATTENTION
    details = {item.subject: item.observed for item in report.findings if item.code == "verification.detail"}
    assert details == said


def test_the_probe_goes_to_the_server_and_asks_for_the_reasons_too(kit: Any) -> None:
    [trial] = kit.done().actions(STEP)
    assert trial.query.cmdlet.text == (
        "Invoke-MonitoringProbe -Identity 'PushNotifications.Proxy\\PushNotificationsEnterpriseConnectivityProbe' "
        "-Server 'ex01.lab.example' | Select-Object ResultType,Error,Exception,StateAttribute1,StateAttribute2,"
        "FailureContext,Server,MonitorIdentity,RequestId,ExecutionStartTime,ExecutionEndTime"
    )
    assert trial.timeout > 300


def test_the_test_message_is_sent_once(kit: Any) -> None:
    world = kit.done()
    world.inputs = replace(world.inputs, mail=True)
    assert ids(world) == ["verification.probe", "verification.mail"]
    world.trials["verification.mail"] = Answer(({"reply": "250 ok"},), kit.NOW)
    assert ids(world) == ["verification.probe"]
