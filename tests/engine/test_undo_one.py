"""Taking back one change of a run alone, by the number that `runs show` gives it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pushtui.base.errors import UsageError
from pushtui.engine.runs import Run
from pushtui.engine.task import Task
from pushtui.procedure.model import Consent, StepId

ALL = frozenset(Consent)


def truth(desk: Any) -> dict[str, Any]:
    world = desk.ports.world
    return {
        "keys": sorted(key["key"] for key in world.principal["keyCredentials"]),
        "current": world.config["CurrentCertificateThumbprint"],
        "auth servers": sorted(server["Name"] for server in world.auth_servers),
        "proxy": world.proxy["Enabled"],
        "file": Path(desk.session.profile.certificate_path).exists(),
    }


def applied(desk: Any) -> Run:
    desk.session.apply(desk.session.plan(), ALL)
    run: Run = desk.session.runs()[-1]
    return run


def test_the_changes_of_a_run_are_taken_back_one_by_one(desk: Any, ports: Any) -> None:
    """The last one first: each time exactly one thing goes, and in the end all is as before the run."""
    session, before = desk.session, truth(desk)
    run = applied(desk)
    done = truth(desk)
    for number in range(len(run.changes), 0, -1):
        change = run.changes[number - 1]
        plan = session.plan_undo(run.id, change=number)
        assert plan.steps == (StepId(change.step),)
        session.apply(plan, ALL)
        now = truth(desk)
        different = [name for name in now if now[name] != done[name]]
        assert len(different) == (change.id != "verification.restart"), (change.id, different)
        done = now
        written = list(ports.writes)
        session.apply(session.plan_undo(run.id, change=number), ALL)
        assert ports.writes == written, "what is taken back is not taken back again"
    assert truth(desk) == before


def test_one_change_goes_alone_and_the_plan_names_what_may_rest_on_it(desk: Any, ports: Any) -> None:
    run = applied(desk)
    done = truth(desk)
    number = next(at for at, change in enumerate(run.changes, 1) if change.id == "auth-server.create")
    plan = desk.session.plan_undo(change=number)
    [rested] = [each for each in plan.lost if each.code == "undo.rested-on"]
    assert "OnPrem-Proxy" in rested.observed
    assert [change.id for change in plan.changes] == ["undo.auth-server.remove"]
    desk.session.apply(plan, ALL)
    assert truth(desk) == {**done, "auth servers": []}
    assert desk.session.runs()[-1].task == Task("undo", run.id, (StepId.AUTH_SERVER,), change=number)


def test_a_change_that_cannot_be_taken_back_is_named(desk: Any) -> None:
    with pytest.raises(UsageError, match="No run here has changed anything"):
        desk.session.plan_undo(change=1)
    run = applied(desk)
    with pytest.raises(UsageError, match="has no change 99"):
        desk.session.plan_undo(run.id, change=99)
    desk.session.apply(desk.session.plan_undo(), ALL)
    with pytest.raises(UsageError, match=f"name a change of the run {run.id}"):
        desk.session.plan_undo(desk.session.runs()[-1].id, change=1)


def test_a_change_that_was_refused_was_not_made(desk: Any, ports: Any, kit: Any) -> None:
    def refuse(text: str) -> None:
        if text.startswith("Enable-PushNotificationProxy"):
            raise kit.Refused("not today")

    ports.before = refuse
    run = applied(desk)
    number = next(at for at, change in enumerate(run.changes, 1) if change.id == "push-proxy.enable")
    assert run.changes[number - 1].result == "failed"
    with pytest.raises(UsageError, match="was not made"):
        desk.session.plan_undo(run.id, change=number)
