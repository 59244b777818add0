"""Removing keys as a run: the list that was confirmed, another administrator beside us, and what the journal says."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.base.errors import AnswerLost, ReadOnlyRefused, Side
from pushtui.engine.events import ChangeName
from pushtui.engine.journal import entries
from pushtui.engine.task import Task
from pushtui.procedure.model import Consent, StepId

STEP = StepId.SERVICE_PRINCIPAL
POOL = ["a", "b", "c", "d", "e"]


def codes(session: Any) -> set[str]:
    return {item.code for item in session.outcome[STEP].findings}


def journal(session: Any) -> list[dict[str, Any]]:
    path = session.journal_path
    return list(entries(path)) if path is not None else []


def hold(world: Any, kit: Any, names: list[str]) -> None:
    world.principal["keyCredentials"] = [kit.key_object(kit.make_der(name), name) for name in names]


def held(world: Any) -> list[str]:
    """Which of the pool's keys are there, by their subject."""
    from cryptography import x509

    ders = [base64.b64decode(key["key"]) for key in world.principal["keyCredentials"]]
    return [x509.load_der_x509_certificate(der).subject.rfc4514_string().removeprefix("CN=") for der in ders]


def sha(session: Any, kit: Any, *names: str) -> Task:
    thumbprints = {kit.thumb(kit.make_der(name)) for name in names}
    return Task(
        "keys", removed_keys=frozenset(key.sha256 for key in session.read_keys() if key.thumbprint in thumbprints)
    )


def test_a_chosen_key_is_removed_backed_up_and_journaled(desk: Any, ports: Any, kit: Any, state: Path) -> None:
    hold(ports.world, kit, ["a", "b", "c"])
    session = desk.session
    session.apply(session.plan_task(sha(session, kit, "b")))
    assert held(ports.world) == ["a", "c"]
    assert [text.split()[0] for text in ports.writes] == ["PATCH"]
    kinds = [entry["kind"] for entry in journal(session)]
    assert kinds[:3] == ["run", "intent", "result"]
    intent = journal(session)[1]
    assert intent["undo"]
    [backup] = state.glob("*/*keys.remove.backup.json")
    assert len(json.loads(backup.read_text())["reads"][0]["objects"][0]["keyCredentials"]) == 3
    assert session.outcome[STEP].results == {ChangeName("keys.remove", kit.APP): "done"}
    assert "keys.removed" in codes(session)


def test_it_is_over_when_reads_show_it_twice(desk: Any, ports: Any, kit: Any) -> None:
    hold(ports.world, kit, ["a", "b"])
    session = desk.session
    plan = session.plan_task(sha(session, kit, "b"))
    ports.world.visible_after = 4
    session.apply(plan)
    assert "keys.removed" in codes(session)
    assert "service-principal.key-vanished" not in codes(session), "an old list is no sign of anybody else"


def test_the_key_of_the_current_certificate_stays_without_its_consent(desk: Any, ports: Any, kit: Any) -> None:
    ports.world.principal["keyCredentials"] = [kit.key_object(kit.make_der(), "ours")]
    session = desk.session
    plan = session.plan_task(Task("keys", removed_keys=frozenset(key.sha256 for key in session.read_keys())))
    assert plan.needed_consents == {Consent.BREAK_TRUST}
    session.apply(plan)
    assert ports.writes == []
    assert "run.consent-missing" in codes(session)
    session.apply(plan, frozenset({Consent.BREAK_TRUST}))
    assert ports.world.principal["keyCredentials"] == []


def test_a_list_that_changed_since_it_was_confirmed_is_shown_again(desk: Any, ports: Any, kit: Any) -> None:
    hold(ports.world, kit, ["a", "b"])
    session = desk.session
    plan = session.plan_task(sha(session, kit, "b"))
    hold(ports.world, kit, ["a", "b", "c"])
    session.apply(plan)
    assert ports.writes == []
    assert "run.plan-changed" in codes(session)
    session.apply(session.plan_task(sha(session, kit, "b")))
    assert held(ports.world) == ["a", "c"]


def test_a_lost_answer_is_settled_by_reading(desk: Any, ports: Any, kit: Any) -> None:
    hold(ports.world, kit, ["a", "b"])
    session = desk.session
    plan = session.plan_task(sha(session, kit, "b"))

    def lose(text: str) -> None:
        raise AnswerLost("graph.answer-lost", "The answer never came", side=Side.GRAPH)

    ports.after = lose
    session.apply(plan)
    assert held(ports.world) == ["a"]
    assert len(ports.writes) == 1
    assert "keys.removed" in codes(session)


def test_a_list_that_someone_wrote_after_us_is_told_and_journaled(desk: Any, ports: Any, kit: Any) -> None:
    hold(ports.world, kit, ["a", "b", "c"])
    session = desk.session
    plan = session.plan_task(sha(session, kit, "b"))
    ports.after = lambda text: hold(ports.world, kit, ["a", "b"])
    session.apply(plan)
    assert "service-principal.key-vanished" in codes(session)
    [found] = [entry for entry in journal(session) if entry["kind"] == "found" and entry["step"] == STEP.value]
    assert "service-principal.key-vanished" in {item["code"] for item in found["findings"]}
    assert len(ports.writes) == 1, "nothing is written against somebody else"


def test_a_read_only_session_lists_and_plans_but_removes_nothing(make_desk: Any, ports: Any, kit: Any) -> None:
    hold(ports.world, kit, ["a"])
    session = make_desk(read_only=True).session
    plan = session.plan_task(sha(session, kit, "a"))
    with pytest.raises(ReadOnlyRefused):
        session.apply(plan)
    assert ports.writes == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(st.sampled_from(POOL), unique=True, min_size=1),
    chosen=st.sets(st.sampled_from(POOL)),
    moment=st.sampled_from(["never", "after the plan", "after our write"]),
    theirs=st.lists(st.sampled_from(POOL), unique=True),
)
def test_no_foreign_key_is_lost_without_a_word(
    desk: Any, ports: Any, kit: Any, profile: Any, there: list[str], chosen: set[str], moment: str, theirs: list[str]
) -> None:
    """Another administrator replaces the whole list at some moment.

    Between our last read and our write nobody can notice it, because Graph has no ETag here: what was read and what
    was sent are in the journal, with their times.
    """
    own = type(ports)(kit.World(), type(ports.clock)(kit.NOW))
    session = type(desk)(own, replace(profile)).session
    try:
        hold(own.world, kit, there)
        plan = session.plan_task(sha(session, kit, *chosen))
        if moment == "after the plan":
            hold(own.world, kit, theirs)
        if moment == "after our write":
            own.after = lambda text: hold(own.world, kit, theirs)
        session.apply(plan)
        removed = set(there) & chosen
        kept = [name for name in there if name not in chosen]
        if moment == "never" or not removed:
            assert held(own.world) == (theirs if moment == "after the plan" else kept)
        elif moment == "after the plan":
            assert held(own.world) == theirs if theirs != there else held(own.world) == kept
        else:
            assert held(own.world) == theirs
            told = "service-principal.key-vanished" in codes(session)
            assert told == bool(set(kept) - set(theirs))
            noted = {item["code"] for entry in journal(session) for item in entry.get("findings", ())}
            assert ("service-principal.key-vanished" in noted) == told
    finally:
        session.close()
