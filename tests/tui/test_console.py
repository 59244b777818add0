"""The console: what is typed goes out only where it reads, completed from what the server says, with a memory."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.base.commands import Cmdlet
from pushtui.tui.copies import as_text
from pushtui.tui.terminal import Terminal

SIZES = [(80, 24), (120, 40), (200, 60)]


def asked(it: Any) -> list[Cmdlet]:
    return [call[1] for call in it.session.calls if call[0] == "ask"] if it.sessions else []


async def typed(it: Any, text: str) -> None:
    it.app.main.console.line.insert_text_at_cursor(text)
    await it.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_question_is_asked_and_its_answer_is_in_the_log(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size) as it:
        await it.press("greater_than_sign")
        await it.until_text("it reads, nothing else")
        await typed(it, "Get-ExchangeServer | select Name,Site")
        await it.press("enter")
        await it.until_text("EX01  Main")
        assert asked(it) == [Cmdlet.of("Get-ExchangeServer", ("Name", "Site"))]
        assert it.app.main.console.line.value == ""
        await it.press("escape")
        assert not it.app.main.console.display


async def test_what_writes_never_leaves_the_screen(drive: Any) -> None:
    async with drive() as it:
        await it.press("greater_than_sign")
        for line in ("Set-AuthConfig -Force", "Get-X; Remove-Y", "Get-Mailbox -Identity ''", "dir"):
            it.app.main.console.line.value = line
            await it.press("enter")
            assert it.app.main.console.line.value == line, "it can be corrected"
            assert it.app.main.console.hint.words
        assert asked(it) == []


async def test_tab_asks_the_server_and_completes(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        await it.press("greater_than_sign", *"get-e")
        await it.until_text("Tab asks the server")
        await it.press("tab")
        await it.until_text("Get-ExchangeServer")
        await it.press("tab")
        assert it.app.main.console.line.value == "Get-ExchangeServer "
        await typed(it, "-")
        await it.press("tab")
        await it.until(lambda: ("learn", "get-exchangeserver") in it.session.calls)
        await it.until_text("-Identity  -Status")
        await it.press("s", "tab")
        assert it.app.main.console.line.value == "Get-ExchangeServer -Status "


async def test_up_and_down_go_through_what_was_typed(drive: Any) -> None:
    async with drive() as it:
        await it.press("greater_than_sign")
        for line in ("Get-AuthConfig", "Get-AuthServer", "Get-AuthConfig"):
            await typed(it, line)
            await it.press("enter")
            await it.until_idle()
        await typed(it, "half")
        line = it.app.main.console.line
        seen = []
        for key in ("up", "up", "up", "down", "down"):
            await it.press(key)
            seen.append(line.value)
        assert seen == ["Get-AuthConfig", "Get-AuthServer", "Get-AuthServer", "Get-AuthConfig", "half"]


async def test_what_was_typed_in_an_earlier_session_comes_before(drive: Any) -> None:
    def earlier(session: Any) -> None:
        session.scripted_history = ("Get-AuthConfig", "Get-AuthServer")

    async with drive(prepare=earlier) as it:
        await it.until(lambda: it.app.main.console.remembered)
        await it.press("greater_than_sign")
        await typed(it, "Get-ExchangeServer")
        await it.press("enter")
        await it.until_idle()
        assert it.session.kept == ["Get-ExchangeServer"]
        seen = []
        for _ in range(3):
            await it.press("up")
            seen.append(it.app.main.console.line.value)
        assert seen == ["Get-ExchangeServer", "Get-AuthServer", "Get-AuthConfig"]


async def test_while_something_runs_nothing_is_asked(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.sessions and it.session.entered.is_set())
        await it.press("greater_than_sign")
        await typed(it, "Get-AuthConfig")
        await it.press("enter")
        assert "x cancels it" in it.app.main.console.hint.words
        assert asked(it) == []


async def test_letters_are_typed_not_obeyed(drive: Any) -> None:
    async with drive() as it:
        await it.press("greater_than_sign", "q", "c", "x")
        assert it.app.main.console.line.value == "qcx"
        assert asked(it) == []
        assert not it.app.conductor.state.busy


async def test_a_terminal_without_unicode_gets_none(drive: Any) -> None:
    terminal = Terminal(unicode=False, own_colours=False, frames=50, usable=True)
    async with drive(terminal=terminal) as it:
        await it.press("greater_than_sign", *"Get-")
        assert it.text.isascii()


async def test_the_help_names_the_console(drive: Any) -> None:
    async with drive(size=(120, 70)) as it:
        await it.press("question_mark")
        await it.until_text("Help")
        assert "Ask Exchange with a Get- or Test- cmdlet" in as_text(it.app.screen.blocks())
