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
        await it.until(lambda: it.app.main.log_pane._hit == 4)
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
        assert it.app.screen.query_one("#text").plain.count("word") == 40


async def test_long_lines_scroll_sideways(drive: Any) -> None:
    async with drive() as it:
        lines(it, 1, "begin " + "x" * 100 + " finish")
        await it.until_text("begin")
        await it.press("l", *["right"] * 4)
        assert "finish 0" in it.text
        await it.press(*["left"] * 4)
        assert "begin" in it.text


async def test_a_hundred_thousand_lines_draw_only_what_is_visible(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        it.app._drain_timer.pause()
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
