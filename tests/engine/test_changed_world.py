"""The plan that is confirmed is the plan that runs: with another world under it, a change stops and is shown again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet
from pushtui.engine.agreement import LATER, Progress, difference
from pushtui.procedure.model import Change, Consent, ExchangeWrite, Risk, StepId

BOTH = frozenset({Consent.SERVICE_PRINCIPAL_KEY, Consent.REPLACE_CERTIFICATE})
ALL_OK = dict.fromkeys([step.value for step in StepId], "ok")


def names(writes: list[str]) -> list[str]:
    return [text.split()[0] for text in writes]


def expired(world: Any, kit: Any) -> None:
    """AuthConfig's certificate has ended, on every server."""
    der = kit.make_der("Old", kit.NOW - 900 * kit.DAY, kit.NOW - kit.DAY)
    world.stores = {name: [kit.Stored(der)] for name in (kit.EX01, kit.EX02, kit.EX03)}
    world.config["CurrentCertificateThumbprint"] = kit.thumb(der)


def somebody_replaces_the_certificate(world: Any, kit: Any) -> bytes:
    der: bytes = kit.make_der("Theirs")
    for store in world.stores.values():
        store.append(kit.Stored(der))
    world.config["CurrentCertificateThumbprint"] = kit.thumb(der)
    return der


def test_only_the_key_of_the_certificate_that_was_shown_is_added(desk: Any, ports: Any, profile: Any, kit: Any) -> None:
    desk.session.apply(desk.session.plan([StepId.CERTIFICATE]))
    plan = desk.session.plan([StepId.SERVICE_PRINCIPAL])
    theirs = somebody_replaces_the_certificate(ports.world, kit)
    Path(profile.certificate_path).write_bytes(theirs)
    desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("service-principal")
    [stop] = [it for it in desk.session.reports[StepId.SERVICE_PRINCIPAL].findings if it.code == "run.plan-changed"]
    assert kit.thumb(theirs) in stop.observed, "what differs is said"
    again = desk.session.plan([StepId.SERVICE_PRINCIPAL])
    desk.session.apply(again, BOTH)
    assert names(ports.writes) == ["PATCH"]


def test_only_the_key_of_the_certificate_that_this_run_made_is_added(desk: Any, ports: Any, kit: Any) -> None:
    expired(ports.world, kit)
    plan = desk.session.plan()
    assert LATER in str(next(change for change in plan.changes if change.id.endswith("add-key")).after)
    somebody_replaces_the_certificate(ports.world, kit)
    desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("certificate") | desk.codes("service-principal")


def test_a_certificate_that_somebody_staged_meanwhile_is_not_published(desk: Any, ports: Any, kit: Any) -> None:
    expired(ports.world, kit)
    plan = desk.session.plan([StepId.CERTIFICATE])
    assert [change.id for change in plan.changes][:3] == [
        "certificate.create", "certificate.stage", "certificate.publish",
    ]  # fmt: skip
    der = kit.make_der("Theirs")
    for store in ports.world.stores.values():
        store.append(kit.Stored(der))
    ports.world.config["NextCertificateThumbprint"] = kit.thumb(der)
    desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("certificate")


@pytest.mark.parametrize(
    ("name", "value"), [("Organization", "contoso.com"), ("Uri", "https://elsewhere.example/PushNotifications")]
)
def test_a_proxy_that_was_set_otherwise_meanwhile_is_shown_again(
    desk: Any, ports: Any, kit: Any, name: str, value: str
) -> None:
    ports.world = kit.Kit.done()
    ports.world.proxy |= {"Enabled": False}
    plan = desk.session.plan([StepId.PUSH_PROXY])
    ports.world.proxy |= {name: value}
    desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("push-proxy")
    desk.session.apply(desk.session.plan([StepId.PUSH_PROXY]), BOTH)
    assert names(ports.writes) == ["Enable-PushNotificationProxy"]


def test_an_auth_server_whose_address_somebody_changed_meanwhile_is_shown_again(
    desk: Any, ports: Any, kit: Any
) -> None:
    ports.world.auth_servers = [kit.auth_server(url="https://one.example/metadata/json/1")]
    plan = desk.session.plan([StepId.AUTH_SERVER])
    assert [change.id for change in plan.changes] == ["auth-server.set-url"]
    ports.world.auth_servers = [kit.auth_server(url="https://two.example/metadata/json/1")]
    desk.session.apply(plan, BOTH)
    assert ports.writes == []
    assert "run.plan-changed" in desk.codes("auth-server")


def test_what_a_run_changes_itself_is_no_other_world(desk: Any, ports: Any, kit: Any) -> None:
    expired(ports.world, kit)
    ports.world.auth_servers = [kit.auth_server(url="https://one.example/metadata/json/1", enabled=False)]
    desk.session.apply(desk.session.plan(), BOTH)
    assert desk.statuses == ALL_OK
    assert names(ports.writes) == [
        "New-ExchangeCertificate", "Set-AuthConfig", "Set-AuthConfig", "Set-AuthServer", "Set-AuthServer", "PATCH",
        "Enable-PushNotificationProxy", "Restart-Service",
    ]  # fmt: skip


def test_a_day_later_the_plan_still_holds(make_desk: Callable[..., Any], ports: Any, kit: Any) -> None:
    expired(ports.world, kit)
    desk = make_desk()
    plan = desk.session.plan()
    ports.clock.pass_(days=1)
    desk.session.apply(plan, BOTH)
    assert desk.statuses == ALL_OK


# --- the comparison itself -------------------------------------------------------------------------------------------


def change(before: Any, after: Any, **changed: Any) -> Change:
    made = Change("x.y", StepId.PUSH_PROXY, "It", ExchangeWrite(Cmdlet("Set-It", (("Value", "v"),))), before, after,
                  Risk.REVERSIBLE, ())  # fmt: skip
    return replace(made, **changed)


words = st.sampled_from(["", "a", "b", LATER])
values = st.none() | st.dictionaries(st.sampled_from(["p", "q", "r"]), words | st.booleans(), max_size=3)
lists = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


@given(before=values, after=values)
def test_a_change_agrees_with_itself(before: Any, after: Any) -> None:
    assert difference(change(before, after), change(before, after), Progress()) == ""


@given(before=values, after=values, other=values)
def test_another_value_before_is_another_change_whoever_made_it(before: Any, after: Any, other: Any) -> None:
    differs = before != other and not (
        isinstance(before, dict) and isinstance(other, dict) and all(other.get(n, v) == v for n, v in before.items())
    )
    assert bool(difference(change(before, after), change(other, after), Progress())) >= differs


@given(there=lists, theirs=lists, mine=st.sampled_from("ef"), other=st.sampled_from("ef"))
def test_of_a_shared_list_only_what_is_added_counts(there: Any, theirs: Any, mine: str, other: str) -> None:
    planned = change({"keys": there}, {"keys": [*there, mine]}, backup=True)
    now = change({"keys": theirs}, {"keys": [*theirs, other]}, backup=True)
    assert bool(difference(planned, now, Progress())) is (mine != other)
    pinned = replace(planned, pinned=True)
    assert bool(difference(pinned, now, Progress())) is (mine != other or sorted(there) != sorted(theirs))


def test_what_was_not_known_is_accepted_only_from_a_change_of_this_run() -> None:
    planned = change({"p": "a"}, {"p": LATER})
    now = change({"p": "a"}, {"p": "b"})
    progress = Progress()
    assert difference(planned, now, progress)
    progress.take("Another", {"thumbprint": LATER})
    assert difference(planned, now, progress) == ""


def test_a_date_may_move_and_nothing_else() -> None:
    planned = change({"p": "a"}, {"p": "b", "effective": "Monday"}, volatile=frozenset({"effective"}))
    now = replace(planned, after={"p": "b", "effective": "Tuesday"})
    assert difference(planned, now, Progress()) == ""
    assert difference(planned, replace(now, after={"p": "c", "effective": "Monday"}), Progress())


@pytest.mark.parametrize(
    "changed",
    [
        {"consent": Consent.REPLACE_CERTIFICATE},
        {"risk": Risk.IRREVERSIBLE},
        {"target": "Other"},
        {"command": ExchangeWrite(Cmdlet("Set-It", (("Value", "w"),)))},
        {"command": ExchangeWrite(Cmdlet("Set-It", (("Value", "v"), ("Force", True))))},
        {"command": ExchangeWrite(Cmdlet("Remove-It", (("Value", "v"),)))},
    ],
)
def test_another_command_risk_or_object_is_another_change(changed: dict[str, Any]) -> None:
    planned = change({"p": "a"}, {"p": "b"})
    assert difference(planned, replace(planned, **changed), Progress())


def test_a_plan_is_timeless_but_for_what_it_says(desk: Any, ports: Any, kit: Any) -> None:
    """Every change of a long plan, computed again hours later in the same world, is the same one."""
    expired(ports.world, kit)
    plan = desk.session.plan()
    ports.clock.pass_(days=timedelta(hours=9) / timedelta(days=1))
    for planned, again in zip(plan.changes, desk.session.plan().changes, strict=True):
        assert difference(planned, again, Progress()) == ""
