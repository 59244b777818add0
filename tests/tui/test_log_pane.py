"""The log pane: follows, pauses, searches, filters, and stays quick with very many lines."""

from __future__ import annotations

from typing import Any

from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId

MANY = 100_000


def lines(it: Any, count: int, text: str = "line", level: Level = Level.OUTPUT, step: StepId | None = None) -> None:
    now = it.clock.now()
    for number in range(count):
        it.app.conductor.bridge.emit(LogLine(now, "exchange", level, f"{text} {number}", step))


def rows(text: str) -> list[str]:
    """The lines of the log that are visible, without the scroll bar."""
    return [row[:70].rstrip() for row in text.splitlines() if " line " in row]


async def test_the_end_is_followed_until_somebody_scrolls_up(drive: Any) -> None:
    async with drive() as it:
        lines(it, 100)
        await it.until_text("line 99")
        await it.press("l", "pageup")
        assert "paused, f follows" in it.text
        shown = it.text
        lines(it, 100, "later")
        await it.until(lambda: len(it.app.main.log_pane.view) == 200)
        await it.pilot.pause()
        assert "later" not in it.text
        assert rows(shown) == rows(it.text)
        await it.press("f")
        await it.until_text("later 99")
        assert "paused" not in it.text


async def test_scrolling_back_to_the_end_follows_again(drive: Any) -> None:
    async with drive() as it:
        lines(it, 50)
        await it.until_text("line 49")
        await it.press("l", "up", "up")
        assert "paused" in it.text
        await it.press("down", "down")
        assert "paused" not in it.text
        lines(it, 1, "one more")
        await it.until_text("one more 0")


async def test_a_search_goes_to_the_hit_and_says_when_there_is_none(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        lines(it, 500)
        await it.until_text("line 499")
        await it.press("l", "slash", *"LINE 4", "enter")
        await it.until_text("line 499")
        await it.press("N")
        await it.until_text("line 498")
        await it.press("n", "n")
        await it.until_text("“LINE 4” 1 of 111")
        assert "line 4" in it.text
        assert "paused" in it.text
        await it.press("slash", *"nowhere", "enter")
        await it.until_text("“nowhere” is not in the log")


async def test_escape_leaves_the_search(drive: Any) -> None:
    async with drive() as it:
        lines(it, 5)
        await it.press("l", "slash", "a", "escape")
        assert it.app.main.focused is it.app.main.log_pane
        assert not it.app.main.find.display


async def test_levels_and_the_selected_step_can_be_singled_out(drive: Any) -> None:
    async with drive() as it:
        lines(it, 3, "plain output")
        lines(it, 1, "a command", Level.COMMAND, StepId.SERVERS)
        lines(it, 1, "an error", Level.ERROR, StepId.TENANT)
        await it.until_text("an error 0")
        await it.press("l", "v")
        assert "plain output" not in it.text
        assert "a command 0" in it.text
        await it.press("v")
        assert "a command" not in it.text
        assert "problems only" in it.text
        await it.press("v", "t")
        assert "an error 0" in it.text
        assert "a command" not in it.text
        await it.press("t")
        assert "plain output 0" in it.text


async def test_an_entry_is_shown_in_full(drive: Any) -> None:
    async with drive() as it:
        lines(it, 1, "word " * 40)
        await it.until_text("word word")
        await it.press("l", "enter")
        await it.until_text("Log entry")
        assert it.app.screen.whole().count("word") == 40


async def test_a_hundred_thousand_lines_draw_only_what_is_visible(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        it.app.conductor.bridge.on_news(None)
        pane = it.app.main.log_pane
        now = it.clock.now()
        pane.extend(LogLine(now, "exchange", Level.OUTPUT, f"line {number}", None) for number in range(MANY))
        await it.until_text(f"line {MANY - 1}")
        assert len(pane.view) == MANY
        await it.press("l", "home")
        assert "line 0" in it.text
        assert len(pane._cache) < 200
        await it.press("end")
        assert f"line {MANY - 1}" in it.text


async def test_what_comes_while_nobody_looks_is_counted(drive: Any) -> None:
    async with drive() as it:
        lines(it, 50)
        await it.until_text("line 49")
        await it.press("L", "up")
        lines(it, 7, "later")
        await it.until_text("paused, 7 new below, f follows")
        await it.press("end")
        await it.until_text("later 6")
        assert "paused" not in it.text


async def test_one_side_can_be_singled_out_and_filters_add_up(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        now, emit = it.clock.now(), it.app.conductor.bridge.emit
        emit(LogLine(now, "graph", Level.COMMAND, "GET /domains", StepId.TENANT))
        emit(LogLine(now, "exchange", Level.COMMAND, "Get-AuthConfig", StepId.CERTIFICATE, (StepId.AUTH_SERVER,)))
        emit(LogLine(now, "exchange", Level.OUTPUT, "Realm: x", StepId.TENANT))
        await it.until_text("Realm: x")
        await it.press("L", "b")
        assert "Log · Exchange" in it.text
        assert "GET /domains" not in it.text
        await it.press("v")
        assert "Log · Exchange, commands and problems" in it.text
        assert "Realm: x" not in it.text
        await it.press("escape", "4", "L", "t")
        assert "Log · Exchange, only Auth server, commands and problems" in it.text
        assert "Get-AuthConfig" in it.text, "a read that several steps asked for is each one's"
        await it.press("0")
        assert "GET /domains" in it.text
        assert "Realm: x" in it.text


async def test_long_lines_wrap_and_nothing_of_them_is_lost(drive: Any) -> None:
    async with drive() as it:
        lines(it, 3, "begin " + "x" * 90 + " finish")
        await it.until_text("begin")
        assert "finish" not in it.text
        await it.press("L", "w")
        assert "wrapped" in it.text
        assert it.text.count("finish") == 3
        lines(it, 200, "begin " + "y" * 90 + " finish")
        await it.until_text("finish 199")
        await it.press("home")
        assert "begin xxx" in it.text
        await it.pilot.resize_terminal(60, 24)
        await it.pilot.pause()
        assert "begin xxx" in it.text
        await it.press("w")
        assert "wrapped" not in it.text


async def test_lines_are_marked_by_keys_and_copied(drive: Any, clipboard: list[str]) -> None:
    async with drive() as it:
        lines(it, 30)
        await it.until_text("line 29")
        await it.press("L", "up", "m", "up", "up")
        await it.until_text("3 lines marked")
        await it.press("c")
        await it.until(lambda: clipboard)
        assert [row.rpartition(" - ")[2] for row in clipboard[0].splitlines()] == ["line 26", "line 27", "line 28"]
        await it.press("escape")
        assert "marked" not in it.text
        await it.press("shift+down")
        await it.until_text("2 lines marked")


async def test_a_digit_goes_to_the_first_line_of_a_step_in_the_last_run(drive: Any) -> None:
    async with drive() as it:
        lines(it, 30, "early", step=StepId.SERVERS)
        await it.until_text("early 29")
        it.app.main.log_pane.begin()
        lines(it, 40, "between")
        lines(it, 40, "now", step=StepId.SERVERS)
        await it.until_text("now 39")
        await it.press("L", "2")
        assert "now 0" in it.text
        assert "early" not in it.text
        assert "paused" in it.text


async def test_lines_are_written_to_a_file_of_the_owner_alone(drive: Any, tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with drive(size=(120, 40)) as it:
        lines(it, 5)
        lines(it, 2, "trouble", Level.ERROR)
        await it.until_text("trouble 1")
        await it.press("L", "v", "v", "S")
        await it.until_text("The 2 lines that are shown")
        await it.press("enter")
        await it.until_text("Written to")
        (file,) = tmp_path.glob("pushtui-log-*.txt")
        assert file.stat().st_mode & 0o777 == 0o600
        assert [row.rpartition(" - ")[2] for row in file.read_text().splitlines()] == ["trouble 0", "trouble 1"]
        await it.press("S", "tab")
        await it.until_text("All 7 lines")
        await it.press("enter")
        await it.until_text("There is a file of this name already")
        assert len(file.read_text().splitlines()) == 2
        await it.press("enter")
        await it.until(lambda: len(file.read_text().splitlines()) == 7)
        await it.press("S", *"/nowhere", "enter")
        await it.until_text("cannot be written")
        await it.press("escape")


async def test_an_entry_shows_the_command_and_all_that_was_answered(drive: Any, clipboard: list[str]) -> None:
    from pushtui.base.commands import Cmdlet
    from pushtui.engine.calls import Calls

    calls, cmdlet = Calls(), Cmdlet.of("Get-AuthServer", Identity="MicrosoftSts")
    async with drive(prepare=lambda session: setattr(session, "call", calls.find)) as it:
        number = calls.begin("exchange", cmdlet, it.clock.now(), (StepId.AUTH_SERVER,), str)
        properties = "".join(f'<S N="Property{each}">value {each}</S>' for each in range(60))
        calls.add(number, "output", f'<Obj RefId="0"><ToString>x</ToString><Props>{properties}</Props></Obj>')
        calls.end(number, it.clock.now())
        await it.press("R")
        await it.until_idle()
        line = LogLine(it.clock.now(), "exchange", Level.COMMAND, cmdlet.text, StepId.AUTH_SERVER, (), number)
        it.app.conductor.bridge.emit(line)
        await it.until_text("Get-AuthServer")
        await it.press("L", "enter")
        await it.until_text("Answer 1 of 1")
        assert "Identity  'MicrosoftSts'" in it.text
        assert '"Property0": "value 0"' in it.text
        await it.press("slash", *"Property59", "enter")
        await it.until_text('"Property59": "value 59"')
        await it.press("v")
        await it.until_text('<S N="Property0">value 0</S>')
        await it.press("c", "1")
        await it.until(lambda: clipboard)
        assert clipboard[0].count("<S N=") == 60
        await it.press("escape")
        await it.until_text("Trust chain")
