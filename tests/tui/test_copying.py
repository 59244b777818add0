"""The copy key: what it offers where, and that what was chosen is what is copied."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.engine.events import Ask, AskStarted, Level, StepReport
from pushtui.procedure.model import Finding, Severity, Status, StepId


def broken_server(make: Any) -> Any:
    def prepare(session: Any) -> None:
        finding = Finding("auth-server.missing", Severity.CHANGE, expected="the right realm", observed="another realm")
        report = StepReport(StepId.AUTH_SERVER, Status.CHANGE_NEEDED, (finding,), make.actions()[:1], make.now, 0.4)
        session.during = lambda each: session.outcomes.update({StepId.AUTH_SERVER: report})
        session.scripted_plan = make.plan(make.actions()[:3])

    return prepare


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_of_a_step_everything_is_offered_by_keys_alone(
    drive: Any, make: Any, clipboard: list[str], size: tuple[int, int]
) -> None:
    async with drive(size=size, prepare=broken_server(make)) as it:
        await it.press("R")
        await it.until_idle()
        await it.press("4", "c")
        await it.until_text("This step as text")
        for words in ("The report of all steps", "The command", "The finding", "What was expected", "New-AuthServer"):
            assert words in it.text
        await it.press("enter")
        await it.until(lambda: clipboard)
        assert "There is no auth server" in clipboard[0]
        assert "Remove-AuthServer -Identity 'MicrosoftSts'" in clipboard[0]
        await it.until_text("Copied, if the terminal allows it")
        await it.press("c", "3")
        await it.until(lambda: len(clipboard) == 2)
        assert clipboard[1].startswith("New-AuthServer -Name 'MicrosoftSts'")
        await it.press("c", "end", "down", "down", "down", "c")
        await it.until(lambda: len(clipboard) == 3)
        assert clipboard[2].startswith("There is no auth server")
        assert "expected: the right realm\nobserved: another realm" in clipboard[2]
        await it.press("c", "down", "down", "down", "down", "enter")
        await it.until(lambda: len(clipboard) == 4)
        assert clipboard[3] == "the right realm"
        await it.press("c", "escape")
        assert len(clipboard) == 4
        assert "Trust chain" in it.text


async def test_in_the_log_the_line_is_copied_at_once(drive: Any, clipboard: list[str]) -> None:
    async with drive() as it:
        await it.press("R")
        await it.until_idle()
        await it.press("L", "c")
        await it.until(lambda: clipboard)
        assert clipboard[0].endswith(" exchange command certificate Get-AuthConfig\n")


async def test_the_plan_and_its_commands_can_be_copied(drive: Any, make: Any, clipboard: list[str]) -> None:
    async with drive(size=(120, 40), prepare=broken_server(make)) as it:
        await it.press("p")
        await it.until_text("Plan: 3 changes")
        await it.press("c")
        await it.until_text("The plan as text")
        await it.press("1")
        await it.until(lambda: clipboard)
        assert "Enable-PushNotificationProxy" in clipboard[0]
        assert "PATCH /servicePrincipals" in clipboard[0]
        await it.until_text("Plan: 3 changes")


async def test_a_command_to_type_is_copied_by_one_key(drive: Any, clipboard: list[str]) -> None:
    ask = Ask("verification.restart", StepId.VERIFICATION, "Restart-Service MSExchangeHM", "ex02.lab.example")

    def prepare(session: Any) -> None:
        session.gate.clear()
        session.during = lambda each: each.emit(AskStarted(ask))

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Restart-Service MSExchangeHM")
        await it.press("c")
        await it.until(lambda: clipboard)
        assert clipboard == ["Restart-Service MSExchangeHM"]
        await it.until_text("Copied, if the terminal allows it")


async def test_what_is_told_goes_away_and_the_keys_come_back(
    drive: Any, clipboard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pushtui.tui.widgets.key_bar.TOLD_SECONDS", 0.1)
    async with drive() as it:
        await it.press("c", "enter")
        await it.until(lambda: clipboard)
        await it.until(lambda: "R check" in it.text)


async def test_a_report_that_cannot_be_made_is_said(drive: Any, make: Any, clipboard: list[str]) -> None:
    async with drive(size=(120, 40), prepare=broken_server(make)) as it:
        await it.press("R")
        await it.until_idle()
        it.session.snapshot = None
        await it.press("c", "2")
        await it.until_text("could not be copied: TypeError")
        assert clipboard == []


async def test_hostile_text_is_copied_as_it_is_shown(drive: Any, clipboard: list[str]) -> None:
    async with drive(prepare=lambda session: setattr(
        session, "during", lambda each: each.line("a\x1b[2Jb", Level.OUTPUT)
    )) as it:  # fmt: skip
        await it.press("R")
        await it.until_idle()
        await it.press("L", "c")
        await it.until(lambda: clipboard)
        assert clipboard[0].rstrip().endswith("a\\x1b[2Jb")
