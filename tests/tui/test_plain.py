"""Plain mode: text and nothing else, one thing at a time."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.settings.model import Settings
from pushtui.tui.app import PLAIN_TICK
from tests.tui.gallery import SCENES

WORDS_OF_OTHERS = frozenset("…“”–’\N{NO-BREAK SPACE}")
"""Beyond ASCII, what stands in sentences and is read as what it is."""


@pytest.mark.parametrize("name", SCENES)
async def test_nothing_is_drawn(drive: Any, make: Any, name: str) -> None:
    scene = SCENES[name]
    async with drive(
        size=(130, 40),
        prepare=lambda session: scene.prepare(session, make),
        settings=Settings(plain=True),
        **scene.options,
    ) as it:
        await scene.act(it)
        await it.pilot.pause()
        drawn = {letter for letter in it.text if not letter.isascii()} - WORDS_OF_OTHERS
        assert not drawn, it.text
        assert "---" not in it.text
        assert "|" not in it.text


async def test_nothing_stands_beside_anything(drive: Any) -> None:
    async with drive(size=(200, 60), settings=Settings(plain=True)) as it:
        assert not it.app.main.detail.parent.display
        await it.press("enter")
        assert it.app.main.detail.parent.display
        assert not it.app.main.steps.parent.display


async def test_a_dialog_says_its_heading_and_has_the_screen(drive: Any) -> None:
    async with drive(size=(100, 30), settings=Settings(plain=True)) as it:
        await it.press("question_mark")
        await it.until_text("What can be wrong")
        assert it.text.splitlines()[0].strip() == "Help"
        assert "pushtui" not in it.text.splitlines()[0]


async def test_the_clock_does_not_make_a_screen_reader_speak(drive: Any) -> None:
    async with drive(settings=Settings(plain=True, animation="full")) as it:
        assert it.app._tick_timer._interval == PLAIN_TICK >= 10
        assert it.app.animation_level == "none"


async def test_the_terminals_cursor_is_on_the_selected_row(drive: Any) -> None:
    async with drive(settings=Settings(plain=True)) as it:
        for row in "13":
            lines = it.text.splitlines()
            assert lines[it.app.cursor_position.y].startswith(f">{row}")
            await it.press("down", "down")
