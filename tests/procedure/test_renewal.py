"""Renewal: every stage is read off the world, nothing is done twice, and nobody is left without a key."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.procedure import chain, upkeep_codes
from pushtui.procedure.courses import RENEWAL
from pushtui.procedure.model import Action, Change, Consent, Facts, Memory, Status, StepId, Wait

STEP = StepId.CERTIFICATE
HOUR = timedelta(hours=1)


def near_expiry(kit: Any, days: int = 20) -> Any:
    """Everything is set up; the current certificate has so many days left; somebody else's key is there, too."""
    der = kit.make_der("old", kit.NOW - 1000 * kit.DAY, kit.NOW + days * kit.DAY)
    world = kit.with_current(der)
    world.principal["keyCredentials"] = [kit.key_object(der, "ours"), kit.key_object(kit.make_der("foreign"), "them")]
    world.file = {"kind": "file", "content": der}
    return world


def facts(world: Any) -> Facts:
    world.answers.clear()
    while True:
        known = Facts(world.inputs, world.now, dict(world.answers), {}, world.memory)
        new = {query for step in RENEWAL.steps for query in step.queries(known)} - world.answers.keys()
        if not new:
            return known
        world.answers.update({query: world.ask(query) for query in new})


def report(world: Any) -> chain.Report:
    return chain.report(RENEWAL.step(STEP), facts(world))


def codes(world: Any) -> set[str]:
    return {item.code for item in report(world).findings}


def names(actions: Any) -> list[str]:
    return [item.id for item in actions]


def run(world: Any, limit: int = 100) -> list[str]:
    """One run that knows nothing of earlier ones and is killed after `limit` actions; what it sent."""
    world.memory = Memory()
    sent: list[str] = []
    for _ in range(limit):
        actions: tuple[Action, ...] = report(world).actions
        if not actions:
            break
        action = actions[0]
        if isinstance(action, Wait):
            if action.pauses or action.id in world.memory.done:
                break
            world.memory = replace(world.memory, done={**world.memory.done, action.id: world.now})
            continue
        assert isinstance(action, Change)
        assert chain.sendable(action), action.id
        assert action.id not in sent, "nothing is sent twice in a run"
        sent.append(action.id)
        world.obey(action.command)
        world.memory = replace(world.memory, sent={**world.memory.sent, action.id: world.now})
        world.now += timedelta(seconds=1)
    return sent


def test_a_certificate_that_was_imported_is_staged_and_none_is_made(kit: Any) -> None:
    world = near_expiry(kit)
    made = kit.make_der("old", kit.NOW - kit.DAY, kit.NOW + 1000 * kit.DAY)
    for store in world.stores.values():
        store.append(kit.Stored(made))
    assert "certificate.unassigned" in codes(world)
    assert run(world)[0] == "certificate.stage"
    assert world.config["NextCertificateThumbprint"] == kit.thumb(made)


def let_pass(world: Any, time: timedelta) -> None:
    """Time passes; Exchange publishes by itself twelve hours after the date."""
    world.now += time
    config = world.config
    effective = config["NextCertificateEffectiveDate"]
    if effective is not None and effective + 12 * HOUR <= world.now:
        config |= {
            "PreviousCertificateThumbprint": config["CurrentCertificateThumbprint"],
            "CurrentCertificateThumbprint": config["NextCertificateThumbprint"],
            "NextCertificateThumbprint": "",
            "NextCertificateEffectiveDate": None,
            "WhenChangedUTC": effective + 12 * HOUR,
        }


def held(world: Any, kit: Any) -> set[str]:
    return {kit.thumb(base64.b64decode(key["key"])) for key in world.principal["keyCredentials"]}


def certificates(world: Any) -> set[str]:
    return {item.thumbprint for store in world.stores.values() for item in store}


# --- the whole -------------------------------------------------------------------------------------------------------


def test_it_is_one_plan_from_the_first_day_to_the_last(kit: Any) -> None:
    actions = report(near_expiry(kit)).actions
    assert names(actions) == [
        "certificate.create",
        "certificate.stage",
        "renewal.add-key",
        "renewal.visible",
        "renewal.effective",
        "certificate.publish",
        "certificate.export",
        "renewal.settle",
        "renewal.remove-key",
        "renewal.clear-previous",
    ]
    consents = {item.id: item.consent for item in actions if isinstance(item, Change)}
    assert consents["certificate.stage"] is Consent.REPLACE_CERTIFICATE, "from then on Exchange itself publishes it"
    assert consents["renewal.add-key"] is Consent.SERVICE_PRINCIPAL_KEY
    forced = [item.id for item in actions if isinstance(item, Change) and "Force" in item.command.text]
    assert forced == [], "no prompt of Exchange is silenced"


def test_played_over_days_it_ends_with_the_new_certificate_alone(kit: Any) -> None:
    world = near_expiry(kit)
    old = world.config["CurrentCertificateThumbprint"]
    assert run(world) == ["certificate.create", "certificate.stage", "renewal.add-key"]
    new = world.config["NextCertificateThumbprint"]
    assert world.config["NextCertificateEffectiveDate"] - world.now > 48 * HOUR
    assert new in held(world, kit), "the tenant knows it before it is used"
    assert world.config["CurrentCertificateThumbprint"] == old
    assert run(world) == []
    let_pass(world, 30 * HOUR)
    assert run(world) == []
    assert report(world).status is Status.WAITING
    let_pass(world, 43 * HOUR)
    assert run(world) == ["certificate.publish", "certificate.export"]
    assert world.config["CurrentCertificateThumbprint"] == new
    assert kit.thumb(world.file["content"]) == new
    assert run(world) == []
    let_pass(world, 49 * HOUR)
    assert run(world) == ["renewal.remove-key", "renewal.clear-previous"]
    assert held(world, kit) == {new, kit.thumb(kit.make_der("foreign"))}
    assert world.config["PreviousCertificateThumbprint"] == ""
    assert run(world) == []
    assert report(world).status is Status.OK


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 16)), min_size=25, max_size=25))
def test_however_it_is_interrupted_it_converges_and_nobody_is_left_without_a_key(
    kit: Any, runs: list[tuple[int, int]]
) -> None:
    world = near_expiry(kit)
    foreign = kit.thumb(kit.make_der("foreign"))
    before = certificates(world)
    for limit, hours in runs:
        run(world, limit)
        assert world.config["CurrentCertificateThumbprint"] in held(world, kit)
        assert foreign in held(world, kit)
        assert len(certificates(world) - before) <= 1
        let_pass(world, hours * HOUR)
        assert world.config["CurrentCertificateThumbprint"] in held(world, kit)
    let_pass(world, 200 * HOUR)
    for _ in range(4):
        run(world)
        let_pass(world, 100 * HOUR)
    [new] = certificates(world) - before
    assert world.config["CurrentCertificateThumbprint"] == new
    assert world.config["PreviousCertificateThumbprint"] == ""
    assert held(world, kit) == {new, foreign}


def test_what_exchange_published_by_itself_is_only_cleaned_up(kit: Any) -> None:
    world = near_expiry(kit)
    run(world)
    let_pass(world, 90 * HOUR)
    assert "certificate.publish" not in names(report(world).actions)
    run(world)
    let_pass(world, 49 * HOUR)
    assert run(world) == ["renewal.remove-key", "renewal.clear-previous"]


# --- single rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "code"), [(59, "renewal.due"), (61, "renewal.not-due")])
def test_it_is_due_sixty_days_before_its_end(kit: Any, days: int, code: str) -> None:
    assert code in codes(near_expiry(kit, days))


def test_an_unusable_certificate_is_replaced_not_renewed(kit: Any) -> None:
    world = near_expiry(kit, -1)
    assert codes(world) == {"renewal.not-renewable"}
    assert report(world).actions == ()


def test_a_tenant_that_never_knew_this_organization_gets_no_key(kit: Any) -> None:
    world = near_expiry(kit)
    world.principal["keyCredentials"] = world.principal["keyCredentials"][1:]
    assert "renewal.no-trust" in codes(world)
    assert run(world) == ["certificate.create", "certificate.stage"]


def test_a_certificate_that_someone_else_staged_is_carried_on_with(kit: Any) -> None:
    world = near_expiry(kit)
    theirs = kit.make_der("theirs")
    for store in world.stores.values():
        store.append(kit.Stored(theirs))
    world.config |= {
        "NextCertificateThumbprint": kit.thumb(theirs),
        "NextCertificateEffectiveDate": kit.NOW + 5 * kit.DAY,
    }
    assert run(world) == ["renewal.add-key"]
    assert kit.thumb(theirs) in held(world, kit)


def test_a_server_without_the_certificate_holds_the_publishing_back(kit: Any) -> None:
    world = near_expiry(kit)
    world.distributes = False
    run(world)
    let_pass(world, 73 * HOUR)
    assert "renewal.not-on-server" in codes(world)
    assert run(world) == []
    world.distribute()
    assert run(world)[0] == "certificate.publish"


def test_a_key_that_never_shows_is_not_published_without(kit: Any) -> None:
    world = near_expiry(kit)
    run(world)
    world.principal["keyCredentials"] = world.principal["keyCredentials"][:2]
    let_pass(world, 73 * HOUR)
    world.memory = Memory(sent={"renewal.add-key": kit.NOW}, done={"renewal.visible": kit.NOW})
    assert names(report(world).actions)[0] == "renewal.visible"
    assert "renewal.key-not-visible" in codes(world)


def _worlds(kit: Any) -> Iterator[Any]:
    """One after the other, everything that a renewal can look like."""
    for days in (20, 100, -1):
        yield near_expiry(kit, days)
    world = near_expiry(kit)
    world.principal["keyCredentials"] = []
    yield world
    world = near_expiry(kit)
    run(world)
    yield world
    let_pass(world, 73 * HOUR)
    yield world
    run(world, 1)
    yield world
    let_pass(world, 49 * HOUR)
    yield world
    world.memory = Memory(sent={"renewal.remove-key": kit.NOW})
    yield world
    world = near_expiry(kit)
    world.memory = Memory(sent={"renewal.add-key": kit.NOW})
    yield world
    world.memory = Memory()
    world.config |= {"NextCertificateThumbprint": "AB" * 20, "NextCertificateEffectiveDate": kit.NOW}
    yield world
    world = near_expiry(kit)
    world.distributes = False
    run(world)
    let_pass(world, 73 * HOUR)
    yield world
    world = near_expiry(kit)
    run(world, 1)
    world.executing = kit.EX02
    world.distributes = False
    yield world
    from pushtui.procedure import questions
    from pushtui.procedure.renewal_state import identifier

    world = near_expiry(kit)
    mark = identifier(facts(world), world.config["CurrentCertificateThumbprint"])
    world.memory = Memory(certificate_identifiers=frozenset({mark}))
    world.failures[questions.server_store(kit.EX03)] = kit.failed()
    yield world


def test_every_word_of_the_table_comes_about_and_blocks_as_it_says(kit: Any) -> None:
    found: dict[str, Any] = {}
    for world in _worlds(kit):
        for item in report(world).findings:
            found[item.code] = item
    words = {code for code in upkeep_codes.FINDINGS if code.startswith("renewal.")}
    assert words <= found.keys(), words - found.keys()
    assert all(found[code].severity is upkeep_codes.FINDINGS[code].severity for code in words)
