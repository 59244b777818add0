"""Taking back in the terminal: shown first, agreed to, read afterwards; an interrupted run is told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pushtui.engine.runs import Run, Sent
from pushtui.engine.task import Task
from pushtui.procedure.codes import finding
from pushtui.procedure.model import StepId

RUN = Run("20261122T100000Z-abcdef", Path("/x"), datetime(2026, 11, 22, 10, tzinfo=UTC), {"who": {"user": "alice"}})
CHANGE = Sent(
    id="auth-server.create", step="auth-server", target="MicrosoftSts", risk="reversible", consent="", text="",
    undo_text="", before=None, after=None, account="", at=RUN.started, arguments={}, command=None, undo=None, backup={},
)  # fmt: skip


def planned(make: Any) -> Any:
    def prepare(session: Any) -> None:
        lost = (finding("undo.proxy-unread", "OnPrem-Proxy", observed="fabrikam.com"),)
        session.scripted_plan = make.plan(make.actions()[:1], task=Task("undo", RUN.id), lost=lost)

    return prepare


def interrupted(make: Any) -> Any:
    def prepare(session: Any) -> None:
        planned(make)(session)
        session.interrupted_run = RUN

    return prepare


async def test_the_last_run_is_taken_back_after_it_was_shown_and_everything_is_read_again(
    drive: Any, make: Any
) -> None:
    async with drive(size=(120, 40), prepare=planned(make)) as it:
        await it.press("U")
        await it.until_text(f"Take back {RUN.id}")
        await it.until_text("What does not come back")
        assert it.session.calls == [("plan_undo", "", tuple(StepId))]
        await it.press("y")
        await it.until(lambda: [call[0] for call in it.session.calls][-1] == "check")
        assert "apply" in [call[0] for call in it.session.calls]


async def test_one_step_of_it_is_taken_back(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make)) as it:
        await it.press("6", "u")
        await it.until_text("Take back")
        assert it.session.calls == [("plan_undo", "", (StepId.PUSH_PROXY,))]


async def test_a_read_only_run_shows_the_way_back_and_does_not_go_it(drive: Any, make: Any) -> None:
    async with drive(prepare=planned(make), read_only=True) as it:
        await it.press("U")
        await it.until_text("read-only")
        await it.press("y", "escape")
        await it.until_text("Trust chain")
        assert [call[0] for call in it.session.calls] == ["plan_undo"]


@pytest.mark.parametrize(("key", "call"), [("g", ("plan", tuple(StepId))), ("u", ("plan_undo", RUN.id, tuple(StepId)))])
async def test_an_interrupted_run_is_gone_on_with_or_taken_back(drive: Any, make: Any, key: str, call: Any) -> None:
    async with drive(size=(120, 40), prepare=interrupted(make)) as it:
        await it.until_text("A run was interrupted")
        assert "alice" in it.text
        await it.press(key)
        await it.until(lambda: it.session.calls != [])
        assert it.session.calls[0] == call


async def test_an_interrupted_undo_is_gone_on_with_and_not_taken_back(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        planned(make)(session)
        session.interrupted_run = replace(RUN, id="second", header={**RUN.header, "course": "undo", "undoes": RUN.id})

    async with drive(size=(120, 40), prepare=prepare) as it:
        await it.until_text("A run was interrupted")
        await it.press("u")
        assert "A run was interrupted" in it.text
        assert it.session.calls == []
        await it.press("g")
        await it.until_text("Take back")
        assert it.session.calls == [("plan_undo", RUN.id, tuple(StepId))]


async def test_an_interrupted_renewal_is_gone_on_with_as_a_renewal(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        session.interrupted_run = replace(RUN, header={**RUN.header, "course": "renewal"})

    async with drive(size=(120, 40), prepare=prepare) as it:
        await it.until_text("A run was interrupted")
        await it.press("g")
        await it.until(lambda: it.session.calls != [])
        assert it.session.calls[0] == ("task", Task("renewal"))


async def test_one_change_of_a_run_is_chosen_and_taken_back(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        planned(make)(session)
        changes = tuple(replace(CHANGE, target=f"server {number}", result="done") for number in (1, 2, 3))
        session.scripted_runs = (replace(RUN, changes=(*changes, replace(CHANGE, result="failed"))),)

    async with drive(size=(120, 40), prepare=prepare) as it:
        await it.press("C")
        await it.until_text("What runs changed")
        assert "server 3" in it.text
        assert "by alice" in it.text
        await it.press("down", "j", "enter")
        await it.until_text("Take back")
        assert it.session.calls[-1] == ("plan_undo", RUN.id, tuple(StepId), 2)


async def test_a_run_is_chosen_and_taken_back_and_there_may_be_none(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        planned(make)(session)
        session.scripted_runs = (replace(RUN, changes=(replace(CHANGE, result="done"),)),)

    async with drive(prepare=prepare) as it:
        await it.press("C")
        await it.until_text("What runs changed")
        await it.press("enter")
        await it.until_text("Take back")
        assert it.session.calls[-1] == ("plan_undo", RUN.id, tuple(StepId))
    async with drive() as it:
        await it.press("C")
        await it.until_text("No run has changed anything here yet")
        await it.press("enter", "escape")
        await it.until_text("Trust chain")
