"""Text from servers, tenants and files is data: nothing of it acts on the terminal or is read as markup."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pushtui.engine.events import (
    Ask,
    AskStarted,
    Identity,
    Level,
    LogLine,
    RunEnded,
    SignInCode,
    StepChanged,
    StepReport,
)
from pushtui.procedure.model import Failure, Finding, Severity, Status, StepId

HOSTILE = "a\x1b[2Jb\x1b]0;title\x07c\x9b31md\u202ee[bold red]f[/]g\nh\x00i"


def forbidden(text: str) -> list[str]:
    return [character for character in text if character in "\x1b\x07\x9b\u202e\x00"]


def scripts(session: Any, make: Any) -> list[Any]:
    finding = Finding(
        "tenant.unreadable",
        Severity.FAILURE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        failure=Failure("x", HOSTILE, "graph", HOSTILE, HOSTILE, HOSTILE),
    )
    return [
        LogLine(make.now, HOSTILE, Level.ERROR, HOSTILE),
        StepChanged(StepReport(StepId.TENANT, Status.FAILED, (finding,), make.actions(), make.now, 0.1)),
        Identity("exchange", HOSTILE, HOSTILE),
        Identity("entra", HOSTILE, HOSTILE),
        SignInCode(HOSTILE, HOSTILE, make.now + timedelta(minutes=5)),
        AskStarted(Ask("verification.restart", StepId.VERIFICATION, HOSTILE, HOSTILE)),
        RunEnded("check", error=HOSTILE),
    ]


@pytest.mark.parametrize("which", range(7))
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_text_is_shown_not_obeyed(drive: Any, make: Any, which: int, size: tuple[int, int]) -> None:
    async with drive(size=size, prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.session.entered.is_set())
        it.session.emit(scripts(it.session, make)[which])
        if which == 6:
            it.session.gate.set()
        if which == 1:  # the row has brief words of our own, the step in full has theirs
            await it.until(lambda: it.app.conductor.state.reports[StepId.TENANT].status is Status.FAILED)
            assert not forbidden(it.text)
            await it.press("1", "enter")
        await it.until(lambda: "\\x1b[2J" in it.text)
        assert not forbidden(it.text)
        await it.press("1", "enter")
        assert not forbidden(it.text)
        assert "\x1b]0;" not in it.app.export_screenshot()


async def test_a_hostile_profile_is_shown_not_obeyed(drive: Any, tmp_path: Any) -> None:
    async with drive(
        tenant_domain=HOSTILE, certificate_path=HOSTILE, path=tmp_path / "[bold]x \x1b[2J.toml", size=(120, 40)
    ) as it:
        assert not forbidden(it.text)
        assert "[bold]x" in it.text


async def test_a_hostile_question_for_a_credential_is_shown_not_obeyed(drive: Any) -> None:
    def prepare(session: Any) -> None:
        session.during = lambda each: each.prompts.secret(HOSTILE, HOSTILE)

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Credential")
        assert not forbidden(it.text)
        assert "[bold red]" in it.text
