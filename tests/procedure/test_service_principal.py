"""The keys of the service principal: ours is added, nobody's is lost."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pushtui.procedure import key_list
from pushtui.procedure.model import Change, Consent, GraphWrite, Status, StepId, Wait
from pushtui.procedure.records import KeyCredentialRecord

STEP = StepId.SERVICE_PRINCIPAL


def body(change: Change) -> list[dict[str, Any]]:
    assert isinstance(change.command, GraphWrite)
    keys: list[dict[str, Any]] = json.loads(change.command.request.body)["keyCredentials"]
    return keys


def test_the_whole_list_is_sent_with_the_certificate_appended(world: Any, kit: Any) -> None:
    others = [kit.make_der("a"), kit.make_der("b", end=kit.NOW - kit.DAY)]
    world.principal["keyCredentials"] = [kit.key_object(item) for item in others]
    change = world.action("service-principal.add-key")
    assert change.command.text == "PATCH /servicePrincipals/sp-1"
    assert [base64.b64decode(key["key"]) for key in body(change)] == [*others, kit.make_der()]
    assert all(set(key) == {"type", "usage", "key"} for key in body(change)), "a date or an id makes it an update"
    assert change.consent is Consent.SERVICE_PRINCIPAL_KEY
    assert change.backup
    assert change.target == kit.APP


def test_taking_ours_back_leaves_the_others(world: Any, kit: Any) -> None:
    world.principal["keyCredentials"] = [kit.key_object(kit.make_der("a"))]
    change = world.action("service-principal.add-key")
    undo = json.loads(change.undo.request.body)["keyCredentials"]
    assert [base64.b64decode(key["key"]) for key in undo] == [kit.make_der("a")]


def test_a_key_is_recognised_by_its_bytes_not_by_its_names(world: Any, kit: Any) -> None:
    ours = kit.key_object(kit.make_der(), customKeyIdentifier="0" * 40, displayName="CN=somebody else", keyId="")
    world.principal["keyCredentials"] = [ours]
    assert world.reports()[STEP].status is Status.OK
    named = kit.key_object(kit.make_der("other"), customKeyIdentifier=kit.thumb(kit.make_der()))
    world.principal["keyCredentials"] = [named]
    assert world.reports()[STEP].status is Status.CHANGE_NEEDED


def test_a_key_for_another_use_does_not_count(world: Any, kit: Any) -> None:
    world.principal["keyCredentials"] = [kit.key_object(kit.make_der(), usage="Sign")]
    assert len(body(world.action("service-principal.add-key"))) == 2


def test_an_expired_entry_of_our_certificate_is_sent_anew_and_not_doubled(world: Any, kit: Any) -> None:
    world.principal["keyCredentials"] = [kit.key_object(kit.make_der(), endDateTime="2026-01-01T00:00:00Z")]
    assert len(body(world.action("service-principal.add-key"))) == 1


def test_nothing_is_written_where_a_key_came_back_without_its_value(world: Any, kit: Any) -> None:
    world.principal["keyCredentials"] = [kit.key_object(None)]
    report = world.reports()[STEP]
    assert report.status is Status.ATTENTION
    assert report.actions == ()


def test_a_certificate_that_does_not_exist_yet_makes_a_plan_but_no_request(kit: Any) -> None:
    world = kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))
    change = world.action("service-principal.add-key")
    assert change.command.request.body == ""
    assert change.arguments["thumbprint"] == "(known after apply)"


def test_what_was_sent_is_waited_for_and_not_sent_again(world: Any, kit: Any) -> None:
    world.memory = replace(world.memory, sent={"service-principal.add-key": kit.NOW})
    [wait] = world.actions(STEP)
    assert isinstance(wait, Wait)
    assert wait.twice
    assert wait.reads
    world.memory = replace(world.memory, done={"service-principal.visible": kit.NOW})
    report = world.reports()[STEP]
    assert report.actions == ()
    assert report.status is Status.WAITING


def test_another_target_says_nothing_about_the_shared_one(world: Any) -> None:
    world.inputs = replace(world.inputs, service_principal="dedicated")
    codes = {item.code for item in world.reports()[STEP].findings}
    assert "service-principal.shared-trust" not in codes
    assert "service-principal.key-missing" in codes


@given(names=st.lists(st.sampled_from("abcdefg"), unique=True), ours=st.booleans(), data=st.data())
def test_every_key_that_was_there_before_is_there_after(kit: Any, names: list[str], ours: bool, data: Any) -> None:
    ders = [kit.make_der(name) for name in names]
    if ours:
        ders.insert(data.draw(st.integers(0, len(ders))), kit.make_der())
    keys = [KeyCredentialRecord.from_properties(kit.key_object(der)) for der in ders]
    after = json.loads(key_list.with_key(keys, kit.make_der()))["keyCredentials"]
    sent = [base64.b64decode(key["key"]) for key in after]
    assert sent[: len(ders)] == ders, "each in its place"
    assert sent == (ders if ours else [*ders, kit.make_der()])
    without = json.loads(key_list.without_key(keys, kit.make_der()))["keyCredentials"]
    assert [base64.b64decode(key["key"]) for key in without] == [der for der in ders if der != kit.make_der()]
