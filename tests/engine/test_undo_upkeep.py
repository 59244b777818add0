"""Taking back what keeps the trust up: a clean-up of keys, and a renewal that took days, from their journals."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.engine.events import ChangeName
from pushtui.engine.runs import read_runs
from pushtui.engine.task import Task
from pushtui.procedure.model import Change, Consent, StepId

ALL = frozenset(Consent)
KEYS = StepId.SERVICE_PRINCIPAL


def near_expiry(world: Any, kit: Any, days: int = 20) -> None:
    """Set up, the current certificate near its end, and a key of somebody else beside ours."""
    der = kit.make_der("old", kit.NOW - 1000 * kit.DAY, kit.NOW + days * kit.DAY)
    world.stores = {name: [kit.Stored(der)] for name in (kit.EX01, kit.EX02, kit.EX03)}
    world.config["CurrentCertificateThumbprint"] = kit.thumb(der)
    world.principal["keyCredentials"] = [kit.key_object(kit.make_der("foreign"), "them"), kit.key_object(der, "ours")]


def truth(world: Any) -> dict[str, Any]:
    return {
        "keys": sorted(key["key"] for key in world.principal["keyCredentials"]),
        "current": world.config["CurrentCertificateThumbprint"],
        "previous": world.config["PreviousCertificateThumbprint"],
        "next": world.config["NextCertificateThumbprint"],
        "certificates": {name: {item.thumbprint for item in store} for name, store in world.stores.items()},
    }


def codes(session: Any) -> set[str]:
    return {finding.code for report in session.outcome.values() for finding in report.findings}


def renew(session: Any) -> None:
    session.apply(session.plan_task(Task("renewal")), ALL)


@pytest.mark.parametrize("days", [1, 2, 3])
def test_a_renewal_is_taken_back_run_by_run(desk: Any, ports: Any, kit: Any, days: int) -> None:
    """Left on the first, second or third day of work; then everything is taken back, the last run first."""
    near_expiry(ports.world, kit)
    session, before = desk.session, []
    for _ in range(days):
        before.append(truth(ports.world))
        renew(session)
        assert truth(ports.world) != before[-1]
        ports.clock.pass_(days=3.2)
    runs = [run.id for run in read_runs(session.journal_path.parent)]
    assert len(runs) == days
    for run, expected in zip(reversed(runs), reversed(before), strict=True):
        plan = session.plan_undo(run)
        session.apply(plan, ALL)
        told = {finding.code for finding in plan.lost}
        now = truth(ports.world)
        if "undo.next-lost" in told:
            expected = {**expected, "next": now["next"]}
            assert now["next"] == ""
        if "undo.previous-lost" in told:
            expected = {**expected, "previous": now["previous"]}
        assert now["keys"] == expected["keys"], run
        assert now == expected, (run, told)
        written = list(ports.writes)
        session.apply(session.plan_undo(run), ALL)
        assert ports.writes == written, "what is taken back is not taken back again"
    kept = base64.b64encode(kit.make_der("foreign")).decode()
    assert [key["key"] for key in ports.world.principal["keyCredentials"]].count(kept) == 1


def test_the_key_that_the_organization_signs_with_stays(desk: Any, ports: Any, kit: Any) -> None:
    """Taking back the first run of a renewal after its second one: the new certificate is current by then."""
    near_expiry(ports.world, kit)
    renew(desk.session)
    [first] = read_runs(desk.session.journal_path.parent)
    ports.clock.pass_(days=3.2)
    renew(desk.session)
    now = truth(ports.world)
    plan = desk.session.plan_undo(first.id)
    assert "undo.key-in-use" in {finding.code for finding in plan.lost}
    desk.session.apply(plan, ALL)
    assert truth(ports.world) == now


def test_the_old_key_is_back_before_the_old_certificate_signs_again(desk: Any, ports: Any, kit: Any) -> None:
    near_expiry(ports.world, kit, days=40)
    for _ in range(3):
        renew(desk.session)
        ports.clock.pass_(days=3.2)
    runs = read_runs(desk.session.journal_path.parent)
    ports.writes.clear()
    for run in (runs[2], runs[1]):
        desk.session.apply(desk.session.plan_undo(run.id), ALL)
    names = [text.split()[0] for text in ports.writes]
    assert names[0] == "PATCH"
    assert "Set-AuthConfig" in names[1:]


def clean_up(session: Any, kit: Any, names: set[str]) -> Any:
    thumbprints = {kit.thumb(kit.make_der(name)) for name in names}
    chosen = frozenset(key.sha256 for key in session.read_keys() if key.thumbprint in thumbprints)
    plan = session.plan_task(Task("keys", removed_keys=chosen))
    session.apply(plan, ALL)
    return plan


def test_removed_keys_are_added_again_with_the_consent_for_that(desk: Any, ports: Any, kit: Any) -> None:
    session = desk.session
    ports.world.principal["keyCredentials"] = [kit.key_object(kit.make_der(name), name) for name in "abc"]
    before = truth(ports.world)
    clean_up(session, kit, {"a", "c"})
    late = kit.key_object(kit.make_der("late"), "late")
    ports.world.principal["keyCredentials"].append(late)
    plan = session.plan_undo()
    assert plan.needed_consents == {Consent.SERVICE_PRINCIPAL_KEY}
    assert {finding.code for finding in plan.lost} == {"undo.key-returns", "undo.key-names"}
    assert [change.id for change in plan.changes] == ["undo.service-principal.restore-keys"]
    session.apply(plan, frozenset())
    assert "run.consent-missing" in codes(session)
    session.apply(plan, ALL)
    assert truth(ports.world)["keys"] == sorted([*before["keys"], late["key"]])
    assert session.outcome[KEYS].results == {ChangeName("undo.service-principal.restore-keys", kit.APP): "done"}


def test_a_key_that_has_ended_does_not_come_back_and_the_plan_says_so(desk: Any, ports: Any, kit: Any) -> None:
    session = desk.session
    ended = kit.make_der("ended", end=kit.NOW - kit.DAY)
    lasting = kit.make_der("b")
    ports.world.principal["keyCredentials"] = [kit.key_object(ended, "ended"), kit.key_object(lasting, "b")]
    chosen = frozenset(key.sha256 for key in session.read_keys())
    session.apply(session.plan_task(Task("keys", removed_keys=chosen)), ALL)
    assert ports.world.principal["keyCredentials"] == []
    plan = session.plan_undo()
    assert {"undo.key-returns", "undo.key-expired"} <= {finding.code for finding in plan.lost}
    session.apply(plan, ALL)
    assert [key["key"] for key in ports.world.principal["keyCredentials"]] == [base64.b64encode(lasting).decode()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.sets(st.sampled_from("abcd"), min_size=1),
    chosen=st.sets(st.sampled_from("abcd"), min_size=1),
    theirs=st.sets(st.sampled_from("cdef")),
)
def test_whatever_others_did_since_the_clean_up_only_our_keys_return(
    make_desk: Callable[..., Any],
    ports: Any,
    kit: Any,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
    chosen: set[str],
    theirs: set[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    ports.world = kit.World(now=ports.clock.now())
    objects = {name: kit.key_object(kit.make_der(name), name) for name in "abcdef"}
    ports.world.principal["keyCredentials"] = [objects[name] for name in sorted(there)]
    session = make_desk().session
    removed = there & chosen
    clean_up(session, kit, chosen)
    ports.world.principal["keyCredentials"] = [objects[name] for name in sorted(theirs)]
    if removed:
        session.apply(session.plan_undo(), ALL)
    held = {key["key"] for key in ports.world.principal["keyCredentials"]}
    assert held == {objects[name]["key"] for name in theirs | removed}
    assert all(isinstance(change, Change) for change in session.plan_task(Task("keys")).changes)
