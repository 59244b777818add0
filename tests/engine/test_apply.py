"""Doing what was confirmed: in order, once, recorded before it is sent, and never more than was confirmed."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.errors import AnswerLost, Cancelled, PushtuiError, ReadOnlyRefused, Side
from pushtui.engine.events import AskStarted, ChangeName, Counted, WaitEnded, WaitStarted
from pushtui.engine.journal import entries
from pushtui.procedure.model import Consent, StepId

KEY = frozenset({Consent.SERVICE_PRINCIPAL_KEY})
BOTH = KEY | {Consent.REPLACE_CERTIFICATE}
ALL_OK = dict.fromkeys([step.value for step in StepId], "ok")


def names(writes: list[str]) -> list[str]:
    return [" ".join(text.split()[:1]) for text in writes]


def journal(desk: Any) -> list[dict[str, Any]]:
    assert desk.session.journal_path is not None
    return list(entries(desk.session.journal_path))


def test_from_setup_to_a_proven_chain(desk: Any, ports: Any, profile: Any, kit: Any) -> None:
    plan = desk.session.plan()
    assert plan.needed_consents == KEY
    assert [action.id for action in plan.actions] == [
        "certificate.export",
        "auth-server.create",
        "service-principal.add-key",
        "service-principal.visible",
        "push-proxy.enable",
        "verification.restart",
        "verification.wait",
        "verification.probe",
    ]
    desk.session.apply(plan, KEY)
    assert desk.statuses == ALL_OK
    assert names(ports.writes) == ["New-AuthServer", "PATCH", "Enable-PushNotificationProxy", "Restart-Service"]
    assert kit.thumb(Path(profile.certificate_path).read_bytes()) == ports.world.config["CurrentCertificateThumbprint"]
    assert desk.session.reports[StepId.AUTH_SERVER].results == {
        ChangeName("auth-server.create", "MicrosoftSts"): "done"
    }
    counts = [event for event in desk.events if isinstance(event, Counted) and event.what == "changes"]
    assert list(dict.fromkeys((each.done, each.total) for each in counts)) == [(done, 5) for done in range(6)]


def test_the_same_change_on_several_servers_has_an_outcome_on_each(desk: Any, ports: Any, kit: Any) -> None:
    for name in (kit.EX02, kit.EX03):
        ports.world.stores[name] = []
    ports.world.config["WhenChangedUTC"] = kit.NOW - 30 * kit.DAY
    plan = desk.session.plan([StepId.CERTIFICATE])
    desk.session.apply(plan, frozenset())
    results = desk.session.reports[StepId.CERTIFICATE].results
    assert {sent.target for sent in results if sent.change == "certificate.restart-host"} == {kit.EX02, kit.EX03}


def test_a_second_apply_sends_no_write(desk: Any, ports: Any) -> None:
    desk.session.apply(desk.session.plan(), KEY)
    before = list(ports.writes)
    plan = desk.session.plan()
    assert plan.changes == ()
    desk.session.apply(plan, frozenset())
    assert ports.writes == before
    assert desk.statuses == ALL_OK


def test_the_journal_has_each_intent_before_its_result_and_enough_to_take_it_back(
    desk: Any, ports: Any, state: Path
) -> None:
    kept: dict[str, list[str]] = {}

    def remember(text: str) -> None:
        if not text.startswith(("Get-", "Test-", "GET", "discover", "Invoke-")):
            files = sorted(state.glob("*/*.jsonl"))
            kept[text.split()[0]] = [entry["change"] for entry in entries(files[-1]) if entry["kind"] == "intent"]

    ports.before = remember
    desk.session.apply(desk.session.plan(), KEY)
    assert kept["New-AuthServer"][-1] == "auth-server.create"
    assert kept["PATCH"][-1] == "service-principal.add-key"
    log = journal(desk)
    assert log[0]["kind"] == "run"
    assert log[0]["tenant"] == "fabrikam.com"
    assert log[0]["who"]["user"]
    assert log[-1]["kind"] == "end"
    changes = [entry for entry in log if entry["kind"] in {"intent", "result"}]
    assert [entry["kind"] for entry in changes] == ["intent", "result"] * 5
    assert all(entry["result"] == "done" for entry in changes[1::2])
    patch = next(entry for entry in changes if entry["change"] == "service-principal.add-key")
    assert patch["account"] == "app (certificate)"
    assert json.loads(patch["undo"]["body"]) == {"keyCredentials": []}
    assert patch["before"] == {"keys": []}


def test_the_keys_that_were_there_are_kept_in_a_private_file_before_the_patch(
    desk: Any, ports: Any, state: Path, kit: Any
) -> None:
    ports.world.principal["keyCredentials"] = [kit.key_object(kit.make_der("someone.example"), "someone")]
    before = json.loads(json.dumps(ports.world.principal))
    seen: list[Any] = []

    def look(text: str) -> None:
        if text.startswith("PATCH"):
            seen.extend(state.glob("*/*.backup.json"))

    ports.before = look
    desk.session.apply(desk.session.plan(), KEY)
    (path,) = seen
    assert json.loads(path.read_text())["reads"][0]["objects"] == [before]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.session.journal_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {key["displayName"] for key in ports.world.principal["keyCredentials"]} == {"someone", "new"}


def test_without_its_consent_a_change_is_not_sent_and_nothing_after_it_is(desk: Any, ports: Any) -> None:
    desk.session.apply(desk.session.plan(), frozenset())
    assert names(ports.writes) == ["New-AuthServer"]
    assert "run.consent-missing" in desk.codes("service-principal")
    assert desk.statuses["service-principal"] == "attention"
    assert desk.statuses["push-proxy"] == "blocked"


def test_what_was_not_confirmed_is_not_done(desk: Any, ports: Any, kit: Any) -> None:
    plan = desk.session.plan()
    ports.world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)]
    desk.session.apply(plan, KEY)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("auth-server")
    assert desk.statuses["push-proxy"] == "blocked"


def test_what_somebody_did_meanwhile_is_not_sent_again(desk: Any, ports: Any, kit: Any) -> None:
    plan = desk.session.plan()
    ports.world.auth_servers = [kit.auth_server()]
    desk.session.apply(plan, KEY)
    assert "New-AuthServer" not in names(ports.writes)
    assert desk.session.reports[StepId.AUTH_SERVER].results == {
        ChangeName("auth-server.create", "MicrosoftSts"): "already"
    }
    assert desk.statuses == ALL_OK


def test_a_refused_change_stops_its_step_is_not_repeated_and_holds_back_the_rest(desk: Any, ports: Any) -> None:
    def refuse(text: str) -> None:
        if text.startswith("New-AuthServer"):
            raise PushtuiError("exchange.cmdlet-error", "No such URL", side=Side.EXCHANGE)

    ports.before = refuse
    plan = desk.session.plan()
    desk.session.apply(plan, KEY)
    assert ports.writes == []
    assert "run.change-failed" in desk.codes("auth-server")
    assert desk.statuses["auth-server"] == "failed"
    assert desk.statuses["service-principal"] == desk.statuses["push-proxy"] == "blocked"
    results = [entry for entry in journal(desk) if entry["kind"] == "result"]
    assert [(entry["change"], entry["result"]) for entry in results] == [
        ("certificate.export", "done"),
        ("auth-server.create", "failed"),
    ]
    ports.before = lambda text: None
    desk.session.apply(desk.session.plan(), KEY)
    assert desk.statuses == ALL_OK


def test_a_cmdlets_own_error_counts_as_a_refusal(desk: Any, ports: Any, kit: Any) -> None:
    plan = desk.session.plan()

    def fail(command: Any) -> None:
        raise kit.Refused("New-AuthServer said no")

    ports.world.obey = fail
    desk.session.apply(plan, KEY)
    failure = desk.session.reports[StepId.AUTH_SERVER].findings[-1].failure
    assert failure is not None
    assert failure.what == "New-AuthServer said no"


def lose(name: str) -> Callable[[str], None]:
    def after(text: str) -> None:
        if text.startswith(name):
            raise AnswerLost("exchange.answer-lost", "The answer never came", side=Side.EXCHANGE)

    return after


@pytest.mark.parametrize("name", ["New-AuthServer", "PATCH", "Restart-Service"])
def test_a_lost_answer_is_settled_by_reading_and_nothing_is_sent_twice(desk: Any, ports: Any, name: str) -> None:
    ports.after = lose(name)
    desk.session.apply(desk.session.plan(), KEY)
    assert desk.statuses == ALL_OK
    assert names(ports.writes).count(name) == 1


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("New-AuthServer", "auth-server"),
        ("PATCH", "service-principal"),
        ("Enable-PushNotificationProxy", "push-proxy"),
        ("Restart-Service", "verification"),
    ],
)
def test_a_lost_request_is_a_failure_is_not_sent_again_and_holds_back_the_rest(
    desk: Any, ports: Any, name: str, step: str
) -> None:
    probed: list[str] = []
    lost = lose(name)

    def before(text: str) -> None:
        if text.startswith("Invoke-MonitoringProbe"):
            probed.append(text)
        lost(text)

    ports.before = before
    desk.session.apply(desk.session.plan(), KEY)
    assert name not in names(ports.writes)
    assert probed == []
    assert "run.answer-lost" in desk.codes(step)
    assert [entry["result"] for entry in journal(desk) if entry["kind"] == "result"][-1] == "unknown"
    ports.before = lambda text: None
    desk.session.apply(desk.session.plan(), KEY)
    assert desk.statuses == ALL_OK
    assert names(ports.writes).count(name) == 1


def test_a_certificate_is_made_once_with_its_mark_in_the_journal_even_if_the_answer_is_lost(
    desk: Any, ports: Any, state: Path, kit: Any, until: Any
) -> None:
    ports.world.config["CurrentCertificateThumbprint"] = ""
    marks: list[str] = []

    def look(text: str) -> None:
        if text.startswith("New-ExchangeCertificate"):
            (path,) = state.glob("*/*.jsonl")
            marks.extend(entry["arguments"]["identifier"] for entry in entries(path) if entry["kind"] == "intent")

    ports.before = look
    ports.after = lose("New-ExchangeCertificate")
    desk.session.apply(desk.session.plan(), BOTH)
    assert names(ports.writes).count("New-ExchangeCertificate") == 1
    (mark,) = marks
    assert mark in next(text for text in ports.writes if text.startswith("New-ExchangeCertificate"))
    assert desk.statuses["certificate"] == "ok"


def test_a_certificate_whose_creation_ended_in_an_error_is_found_days_later_and_made_once(
    make_desk: Callable[..., Any], ports: Any, kit: Any
) -> None:
    ports.world.config["CurrentCertificateThumbprint"] = ""
    obey = ports.world.obey

    def complain(command: Any) -> Any:
        result = obey(command)
        if command.text.startswith("New-ExchangeCertificate"):
            raise kit.Refused("it could not be enabled for a service")
        return result

    ports.world.obey = complain
    desk = make_desk()
    desk.session.apply(desk.session.plan(), BOTH)
    assert "run.change-failed" in desk.codes("certificate")
    assert next(entry["result"] for entry in journal(desk) if entry["kind"] == "result") == "unknown"
    ports.clock.pass_(days=2)
    later = make_desk()
    later.session.apply(later.session.plan(), BOTH)
    assert later.statuses == ALL_OK
    assert names(ports.writes).count("New-ExchangeCertificate") == 1


def test_a_cancel_while_a_change_is_under_way_leaves_its_outcome_as_unknown(desk: Any, ports: Any, until: Any) -> None:
    hang = threading.Event()
    under_way = threading.Event()

    def block(text: str) -> None:
        if text.startswith("New-AuthServer"):
            under_way.set()
            hang.wait(20)

    ports.before = block
    plan = desk.session.plan()
    running = desk.in_background(lambda: desk.session.apply(plan, KEY))
    assert under_way.wait(20)
    desk.session.cancel()
    with pytest.raises(Cancelled):
        running.result(20)
    hang.set()
    log = journal(desk)
    assert [(entry["change"], entry["result"]) for entry in log if entry["kind"] == "result"][-1] == (
        "auth-server.create",
        "unknown",
    )
    assert log[-1]["kind"] == "end"
    assert log[-1]["cancelled"]
    assert desk.statuses["auth-server"] == "cancelled"


def test_a_key_that_reads_show_late_is_waited_for_and_seen_twice(desk: Any, ports: Any) -> None:
    ports.world.visible_after = 3
    desk.session.apply(desk.session.plan(), KEY)
    assert desk.statuses == ALL_OK
    assert "waiting" in desk.seen("service-principal")
    waits = [event.wait.id for event in desk.events if isinstance(event, WaitEnded)]
    assert waits == ["service-principal.visible", "verification.wait"]


def test_a_countdown_ends_when_it_is_skipped(make_desk: Callable[..., Any], profile: Any) -> None:
    desk = make_desk({"verification": replace(profile.verification, wait_seconds=3600)})

    def skip(event: Any) -> None:
        if isinstance(event, WaitStarted) and event.wait.id == "verification.wait":
            desk.session.skip(event.wait.id)

    desk.react = skip
    desk.session.apply(desk.session.plan(), KEY)
    assert desk.statuses == ALL_OK
    assert [entry["skipped"] for entry in journal(desk) if entry["kind"] == "done"] == [True]


@pytest.mark.parametrize(("done", "status"), [(True, "ok"), (False, "attention")])
def test_a_person_is_asked_where_there_is_no_windows_endpoint(
    make_desk: Callable[..., Any], ports: Any, profile: Any, done: bool, status: str
) -> None:
    desk = make_desk({"windows": replace(profile.windows, enabled=False)})

    def answer(event: Any) -> None:
        if isinstance(event, AskStarted):
            assert "Restart-Service" in event.ask.command
            ports.world._load()
            desk.session.answer(event.ask.id, done)

    desk.react = answer
    desk.session.apply(desk.session.plan(), KEY)
    assert "Restart-Service" not in names(ports.writes)
    assert desk.statuses["verification"] == status
    assert ("run.declined" in desk.codes("verification")) is not done


@pytest.mark.parametrize("windows", [True, False])
def test_a_service_that_was_restarted_is_not_said_to_be_stopped(
    make_desk: Callable[..., Any], ports: Any, profile: Any, kit: Any, windows: bool
) -> None:
    desk = make_desk({"windows": replace(profile.windows, enabled=windows)})
    world = ports.world
    world.stopped = {kit.EX01: {"MSExchangeHM"}, kit.EX02: {"MSExchangeServiceHost"}}
    world.stores[kit.EX02] = []
    world.config["WhenChangedUTC"] = kit.NOW - 30 * kit.DAY

    def restart(event: Any) -> None:
        if isinstance(event, AskStarted):
            world.stopped.pop(event.ask.where)
            world.distribute()
            world._load()
            desk.session.answer(event.ask.id, True)

    desk.react = restart
    plan = desk.session.plan()
    assert desk.statuses["servers"] == "attention"
    desk.session.apply(plan, KEY)
    assert desk.statuses == ALL_OK


def test_nothing_is_sent_that_cannot_be_recorded(desk: Any, ports: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    plan = desk.session.plan()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PushtuiError, match="No space left"):
        desk.session.apply(plan, KEY)
    assert ports.writes == []
    assert desk.ended[-1].error


def test_one_run_at_a_time_changes_an_organization(make_desk: Callable[..., Any], ports: Any, until: Any) -> None:
    one, other = make_desk(), make_desk()
    hang = threading.Event()
    under_way = threading.Event()

    def block(text: str) -> None:
        if text.startswith("New-AuthServer"):
            under_way.set()
            hang.wait(20)

    plan = one.session.plan()
    ports.before = block
    running = one.in_background(lambda: one.session.apply(plan, KEY))
    assert under_way.wait(20)
    with pytest.raises(PushtuiError, match="Another pushtui"):
        other.session.apply(plan, KEY)
    hang.set()
    running.result(20)
    assert one.statuses == ALL_OK


def test_only_the_steps_of_the_plan_are_changed(desk: Any, ports: Any) -> None:
    plan = desk.session.plan([StepId.AUTH_SERVER])
    assert {action.step for action in plan.actions} == {StepId.AUTH_SERVER}
    desk.session.apply(plan, frozenset())
    assert names(ports.writes) == ["New-AuthServer"]


def test_an_old_server_stops_everything_before_the_first_change(desk: Any, ports: Any, kit: Any) -> None:
    ports.world.servers[1] = kit.server_object("ex02", AdminDisplayVersion="Version 15.0 (Build 712.24)")
    plan = desk.session.plan()
    assert plan.changes == ()
    assert plan.blocked[StepId.SERVERS] == "servers.too-old"
    desk.session.apply(plan, BOTH)
    assert ports.writes == []


# --- read-only -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_profile", [True, False])
def test_a_read_only_session_refuses_to_apply(make_desk: Callable[..., Any], ports: Any, by_profile: bool) -> None:
    desk = make_desk({"read_only": True}) if by_profile else make_desk(read_only=True)
    plan = desk.session.plan()
    with pytest.raises(ReadOnlyRefused):
        desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "read-only" in desk.ended[-1].error


def test_no_border_lets_a_write_through_in_a_read_only_session(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    from pushtui.base.cancellation import Cancellation

    commands = [action.command for action in make_desk().session.plan().changes]
    assert len({type(command) for command in commands}) == 4
    session = make_desk(read_only=True).session
    for command in commands:
        with pytest.raises(ReadOnlyRefused):
            session._sources.send(command, Cancellation()).result(20)
        cmdlet = getattr(command, "cmdlet", None)
        if cmdlet is not None:
            with pytest.raises(ReadOnlyRefused):
                session._connections.organization([cmdlet], Cancellation(), 1).result(20)
            with pytest.raises(ReadOnlyRefused):
                session._connections.windows("ex01.lab.example", [cmdlet], Cancellation(), 1).result(20)
    assert ports.writes == []
    assert not Path(profile.certificate_path).exists()
