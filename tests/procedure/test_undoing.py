"""Taking back: what a run did goes, what others did stays, and what cannot come back is said before."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from pushtui.procedure import chain, codes, questions, undo_codes, undoing
from pushtui.procedure.model import Change, Consent, Facts, Risk, StepId, Wait
from pushtui.procedure.undoing.deeds import Deed

BACK = {StepId(name): place for place, name in enumerate(reversed(StepId))}


def applied(world: Any) -> list[Deed]:
    """Apply the whole procedure; what was done, as a journal would have it."""
    deeds: list[Deed] = []
    change_of_the_model = world._change

    def change(change: Change) -> bool:
        deeds.append(deed_of(change))
        done: bool = change_of_the_model(change)
        return done

    world._change = change
    world.apply()
    world._change = change_of_the_model
    return deeds


def deed_of(change: Change) -> Deed:
    return Deed(
        change.id,
        change.step,
        change.target,
        change.before,
        change.after,
        change.command,
        change.undo,
        dict(change.arguments),
    )


def fresh(world: Any, deeds: Iterable[Deed]) -> tuple[chain.Course, Facts]:
    """Ask until the way back asks nothing new."""
    course, answers = undoing.course(deeds), {}
    while True:
        facts = Facts(world.inputs, world.now, dict(answers), {}, world.memory)
        new = {query for step in course.steps for query in step.queries(facts)} - answers.keys()
        if not new:
            return course, facts
        answers |= {query: world.ask(query) for query in new}


def planned(world: Any, deeds: Iterable[Deed]) -> list[Any]:
    course, facts = fresh(world, deeds)
    return [action for step in course.steps for action in step.actions(facts)]


def found(world: Any, deeds: Iterable[Deed]) -> set[str]:
    course, facts = fresh(world, deeds)
    return {finding.code for step in course.steps for finding in step.findings(facts)}


def take_back(world: Any, deeds: list[Deed]) -> list[str]:
    """Do it as the engine does: the first action of each step, computed anew every time; what was sent."""
    world.begin_run()
    allowed = {(action.id, getattr(action, "target", "")) for action in planned(world, deeds)}
    sent: list[str] = []
    for place in range(len(StepId)):
        for _ in range(20):
            course, facts = fresh(world, deeds)
            actions = course.steps[place].actions(facts)
            if not actions:
                break
            action = actions[0]
            if isinstance(action, Wait):
                continue
            assert (action.id, action.target) in allowed, action.id
            assert (action.id, action.target) not in sent, "nothing is sent twice"
            assert chain.sendable(action)
            world.obey(action.command)
            if action.id == "undo.push-proxy.disable" and world.memory.push_proxy:
                world.memory = replace(world.memory, push_proxy={**world.memory.push_proxy, "Enabled": False})
            world.memory = replace(world.memory, sent={**world.memory.sent, action.id: world.now})
            sent.append(action.id)
        else:
            raise AssertionError("it does not come to an end")
    return sent


def truth(world: Any) -> dict[str, Any]:
    """What can come back."""
    assert world.principal is not None
    return {
        "keys": sorted(key["key"] for key in world.principal["keyCredentials"]),
        "current": world.config["CurrentCertificateThumbprint"],
        "previous": world.config["PreviousCertificateThumbprint"],
        "next": world.config["NextCertificateThumbprint"],
        "auth servers": sorted((it["Name"], it["Realm"], it["Enabled"], it["AuthMetadataUrl"])
                               for it in world.auth_servers),
        "proxy": world.proxy["Enabled"],
        "certificates": {name: [item.thumbprint for item in store] for name, store in world.stores.items()},
        "file": world.file,
    }  # fmt: skip


def test_what_a_run_did_to_a_fresh_organization_is_gone(kit: Any, world: Any) -> None:
    foreign = [kit.make_der("foreign"), kit.make_der("expired", end=kit.NOW - kit.DAY)]
    world.principal["keyCredentials"] = [kit.key_object(der, "theirs") for der in foreign]
    before = copy.deepcopy(truth(world))
    deeds = applied(world)
    assert truth(world) != before
    sent = take_back(world, deeds)
    assert truth(world) == before
    assert sent == [
        "undo.push-proxy.disable",
        "undo.service-principal.remove-key",
        "undo.auth-server.remove",
        "undo.certificate.file",
    ]
    assert not planned(world, deeds), "what is taken back is not taken back again"


def test_a_key_that_came_after_the_run_stays(kit: Any, world: Any) -> None:
    deeds = applied(world)
    late = kit.make_der("late")
    world.principal["keyCredentials"].append(kit.key_object(late, "late"))
    take_back(world, deeds)
    assert [base64.b64decode(key["key"]) for key in world.principal["keyCredentials"]] == [late]


def test_a_key_that_was_there_before_the_run_stays(kit: Any, world: Any) -> None:
    der = kit.make_der()
    world.principal["keyCredentials"] = [kit.key_object(der, "expired entry", endDateTime="2026-01-01T00:00:00Z")]
    deeds = applied(world)
    assert "service-principal.add-key" in {deed.id for deed in deeds}
    take_back(world, deeds)
    assert [base64.b64decode(key["key"]) for key in world.principal["keyCredentials"]] == [der]
    assert "undo.key-was-there" in found(world, deeds)
    assert "undo.key-was-there" in undo_codes.LOST, "a plan says so beforehand, and of this change nothing else"


def test_no_list_is_sent_that_would_lose_a_key(kit: Any, world: Any) -> None:
    deeds = applied(world)
    world.principal["keyCredentials"].append(kit.key_object(None, "without its value"))
    assert "undo.key-unreadable" in found(world, deeds)
    assert "undo.service-principal.remove-key" not in take_back(world, deeds)


def test_another_directory_is_not_touched(world: Any) -> None:
    deeds = applied(world)
    world.principal["id"] = "sp-2"
    assert "undo.other-directory" in found(world, deeds)
    assert "undo.service-principal.remove-key" not in take_back(world, deeds)


def test_taking_the_key_out_wants_no_consent_of_its_own(world: Any) -> None:
    deeds = applied(world)
    assert not {action.consent for action in planned(world, deeds) if isinstance(action, Change)} - {None}


def test_a_key_that_is_still_shown_is_waited_for_and_not_sent_twice(world: Any) -> None:
    deeds = applied(world)
    world.visible_after = 3
    sent = take_back(world, deeds)
    assert sent.count("undo.service-principal.remove-key") == 1
    assert world.principal["keyCredentials"] == []


def test_a_certificate_that_still_served_becomes_current_again_and_the_new_one_goes(kit: Any) -> None:
    small = kit.make_der("small", kind="1024")
    world = kit.with_current(small)
    before = copy.deepcopy(truth(world))
    deeds = applied(world)
    assert world.config["CurrentCertificateThumbprint"] != kit.thumb(small)
    actions = {action.id: action for action in planned(world, deeds) if isinstance(action, Change)}
    assert actions["undo.certificate.current"].consent is Consent.REPLACE_CERTIFICATE
    assert actions["undo.certificate.remove"].risk is Risk.IRREVERSIBLE
    take_back(world, deeds)
    assert truth(world) == before


def test_an_expired_certificate_is_not_taken_back_and_the_plan_says_so(kit: Any) -> None:
    old = kit.make_der("old", end=kit.NOW - kit.DAY)
    world = kit.with_current(old)
    deeds = applied(world)
    new = world.config["CurrentCertificateThumbprint"]
    assert {"undo.certificate-stays", "undo.certificate-in-use"} <= found(world, deeds)
    sent = take_back(world, deeds)
    assert world.config["CurrentCertificateThumbprint"] == new
    assert not [name for name in sent if name.startswith("undo.certificate.") and name != "undo.certificate.file"]
    assert world.principal["keyCredentials"] == []


def test_a_certificate_that_never_became_current_goes(kit: Any) -> None:
    """A run that was killed between creating and staging."""
    world = kit.with_current(kit.make_der("old", end=kit.NOW - kit.DAY))
    before = copy.deepcopy(truth(world))
    create = next(action for action in world.actions() if action.id == "certificate.create")
    world.obey(create.command)
    assert truth(world) != before
    assert take_back(world, [deed_of(create)]) == ["undo.certificate.remove"]
    assert truth(world) == before


def test_a_staged_certificate_is_taken_back(kit: Any) -> None:
    world = kit.with_current(kit.make_der("small", kind="1024"))
    before = copy.deepcopy(truth(world))
    deeds = []
    for name in ("certificate.create", "certificate.stage"):
        change = next(action for action in world.actions() if action.id == name)
        deeds.append(deed_of(change))
        world._change(change)
    sent = take_back(world, deeds)
    assert sent[0] == "undo.certificate.next"
    assert truth(world) == before


def test_an_auth_server_of_another_tenant_is_made_again(kit: Any, world: Any) -> None:
    world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL, enabled=False)]
    before = copy.deepcopy(truth(world))
    deeds = applied(world)
    assert world.auth_servers[0]["Realm"] == kit.TENANT
    assert "undo.auth-server-anew" in found(world, deeds)
    sent = take_back(world, deeds)
    assert truth(world) == before
    assert sent.index("undo.auth-server.remove") < sent.index("undo.auth-server.create")
    assert "undo.auth-server.disable" in sent


@pytest.mark.parametrize("changed", [{"enabled": False}, {"url": "https://accounts.accesscontrol.windows.net/old"}])
def test_an_auth_server_gets_its_values_back(kit: Any, world: Any, changed: dict[str, Any]) -> None:
    world.auth_servers = [kit.auth_server(**changed)]
    before = copy.deepcopy(truth(world))
    deeds = applied(world)
    take_back(world, deeds)
    assert truth(world) == before


def test_an_auth_server_that_someone_changed_since_is_left_alone(kit: Any, world: Any) -> None:
    deeds = applied(world)
    world.auth_servers[0]["AuthMetadataUrl"] = "https://accounts.accesscontrol.windows.net/theirs"
    assert "undo.changed-since" in found(world, deeds)
    assert "undo.auth-server.remove" not in take_back(world, deeds)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_proxy_that_can_be_read_gets_everything_back(world: Any, enabled: bool) -> None:
    world.shows_push_apps = True
    world.proxy |= {"Enabled": enabled, "Organization": "contoso.com"}
    before = copy.deepcopy(world.proxy)
    deeds = applied(world)
    take_back(world, deeds)
    assert world.proxy == before


def test_an_organization_that_cannot_be_emptied_is_said(world: Any) -> None:
    world.shows_push_apps = True
    deeds = applied(world)
    assert "undo.proxy-organization" in found(world, deeds)
    take_back(world, deeds)
    assert not world.proxy["Enabled"]


def test_a_proxy_that_nobody_could_read_is_disabled_and_that_is_said(world: Any) -> None:
    deeds = applied(world)
    assert "undo.proxy-unread" in found(world, deeds)
    assert take_back(world, deeds)[0] == "undo.push-proxy.disable"


def test_the_file_gets_its_old_content_back(kit: Any, world: Any) -> None:
    other = kit.make_der("other")
    world.file = {"kind": "file", "content": other}
    world.inputs = replace(world.inputs, overwrite_certificate_file=True)
    deeds = applied(world)
    assert world.file["content"] != other
    take_back(world, deeds)
    assert world.file == {"kind": "file", "content": other}


def test_a_file_that_someone_replaced_since_is_left_alone(kit: Any, world: Any) -> None:
    deeds = applied(world)
    world.file = {"kind": "file", "content": kit.make_der("theirs")}
    assert "undo.certificate.file" not in take_back(world, deeds)
    assert "undo.changed-since" in found(world, deeds)


def test_one_side_that_cannot_be_read_does_not_hold_up_the_other(kit: Any, world: Any) -> None:
    deeds = applied(world)
    world.failures[questions.AUTH_SERVERS] = kit.failed()
    sent = take_back(world, deeds)
    assert "undo.service-principal.remove-key" in sent
    assert "undo.auth-server.remove" not in sent
    assert "undo.unreadable" in found(world, deeds)


def test_a_restart_and_an_unknown_change_are_said() -> None:
    deeds = [
        Deed("verification.restart", StepId.VERIFICATION, "ex01.lab.example"),
        Deed("tenant.something-new", StepId.TENANT, "x"),
    ]
    steps = {step.ID: step for step in undoing.course(deeds).steps}
    facts = Facts.__new__(Facts)
    assert [item.code for item in steps[StepId.VERIFICATION].findings(facts)] == ["undo.restart"]
    assert [item.code for item in steps[StepId.TENANT].findings(facts)] == ["undo.unknown-change"]
    assert [item.code for item in steps[StepId.SERVERS].findings(facts)] == ["undo.nothing"]


def test_what_was_before_is_what_the_first_of_two_runs_found(world: Any) -> None:
    """An interrupted run and the one that went on with it: both sent the same change."""
    world.shows_push_apps = True
    world.proxy |= {"Enabled": True, "Organization": "contoso.com"}
    before = dict(world.proxy)
    first = applied(world)
    again = [
        replace(deed, before=deed.after) if deed.id == "push-proxy.enable" else deed
        for deed in first
        if deed.step is StepId.PUSH_PROXY
    ]
    take_back(world, [*first, *again])
    assert world.proxy == before


def test_the_key_is_told_by_its_bytes(kit: Any, world: Any) -> None:
    deeds = applied(world)
    [mine] = world.principal["keyCredentials"]
    digest = hashlib.sha256(base64.b64decode(mine["key"])).hexdigest()
    assert next(d for d in deeds if d.id == "service-principal.add-key").arguments["sha256"].lower() == digest
    mine |= {"keyId": "another", "displayName": "renamed", "customKeyIdentifier": "00" * 20}
    take_back(world, deeds)
    assert world.principal["keyCredentials"] == []


def test_a_partner_application_that_was_enabled_is_disabled_again(kit: Any, world: Any) -> None:
    world.partners[0]["Enabled"] = False
    deeds = applied(world)
    assert world.partners[0]["Enabled"]
    take_back(world, deeds)
    assert not world.partners[0]["Enabled"]
    assert world.auth_servers == []


def test_a_restart_of_the_service_host_is_said_not_to_come_back(kit: Any, world: Any) -> None:
    deed = Deed("certificate.restart-host", StepId.CERTIFICATE, kit.EX02)
    course, facts = fresh(world, [deed])
    [found] = course.step(StepId.CERTIFICATE).findings(facts)
    assert (found.code, found.subject) == ("undo.restart", kit.EX02)


def test_the_words_of_the_way_back_are_in_their_table() -> None:
    for table in (undo_codes.FINDINGS, undo_codes.ACTIONS):
        assert all(name.startswith("undo.") for name in table)
    assert codes.finding("undo.nothing").severity is undo_codes.FINDINGS["undo.nothing"].severity
