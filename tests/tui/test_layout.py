"""Where everything is: side by side or one below another, as high as somebody wants, with the focus kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import pytest

from pushtui.procedure.model import Status
from pushtui.tui.actions import bar, bindings
from pushtui.tui.activity import Activity
from pushtui.tui.paragraphs import Block, Paragraph
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.state import Told
from pushtui.tui.widgets.connection_bar import Bar
from pushtui.tui.widgets.key_bar import Key


def log_top(text: str) -> int:
    return next(y for y, row in enumerate(text.splitlines()) if row.startswith("── Log"))


@pytest.mark.parametrize("size", [(120, 24), (120, 40), (200, 60)])
async def test_wide_screens_show_the_step_beside_the_chain(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size) as it:
        row = next(row for row in it.text.splitlines() if "── Trust chain" in row)
        assert "── 1 Tenant" in row
        assert all(f" {number}  ○" in it.text or f"▌{number}  ○" in it.text for number in range(1, 8))
        assert log_top(it.text) > it.text.splitlines().index(row)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_log_grows_and_shrinks_by_keys_and_nothing_leaves_the_screen(
    drive: Any, size: tuple[int, int]
) -> None:
    async with drive(size=size) as it:
        before = log_top(it.text)
        await it.press("plus", "plus")
        assert log_top(it.text) == before - 2
        await it.press(*["minus"] * 4)
        assert log_top(it.text) == before + 2
        for key in ("plus", "minus"):
            await it.press(*[key] * 30)
            assert "── Trust chain" in it.text
            assert "── Log" in it.text
            assert "R check" in it.text.splitlines()[-1]
        await it.press("L", "z")
        assert "── Trust chain" not in it.text
        await it.press("z")
        assert "── Trust chain" in it.text
        await it.pilot.resize_terminal(80, 22)
        await it.pilot.pause()
        assert "── Trust chain" in it.text
        assert "R check" in it.text.splitlines()[-1] or "f follow" in it.text.splitlines()[-1]


async def test_the_log_is_dragged_by_its_title(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        before = log_top(it.text)
        rule = it.app.main.rules[it.app.main.log_pane]
        await it.pilot.mouse_down(rule, offset=(10, 0))
        await it.pilot.hover(rule, offset=(10, -3))
        await it.pilot.mouse_up(rule, offset=(10, 0))
        await it.pilot.pause()
        assert log_top(it.text) == before - 3


async def test_zooming_the_log_and_back_keeps_the_focus(drive: Any) -> None:
    async with drive() as it:
        await it.press("L", "z", "z")
        assert it.app.main.focused is it.app.main.log_pane


@pytest.mark.parametrize(
    ("size", "told"), [((60, 15), "needs 80×24 for all, L opens"), ((40, 10), "needs 80×24, L log")]
)
async def test_a_low_terminal_says_what_it_needs_and_shows_everything_one_at_a_time(
    drive: Any, size: tuple[int, int], told: str
) -> None:
    async with drive(size=size) as it:
        assert f"── Trust chain · {told}" in it.text
        assert "…" not in "".join(it.text.splitlines()[:3]), "nothing is cut"
        await it.press("L")
        assert "── Log" in it.text
        assert "── Trust chain" not in it.text
        assert it.text.splitlines()[-1].startswith(" Esc back")
        await it.press("escape", "e")
        await it.until_text("Enter keep")
        assert "Exchange server" in it.text
        await it.press(*"x", "enter", "escape")
        await it.until_text("── Trust chain")
        assert it.app.main.focused is it.app.main.steps
        assert it.app.conductor.profile.tenant_domain == "fabrikam.comx"


async def test_a_narrow_terminal_says_what_came_out_in_full(drive: Any) -> None:
    async with drive(size=(40, 10)) as it:
        await it.press("R")
        await it.until_text("All steps ok")
        it.app.conductor.state.message = Told("3 steps need changes", "warning")
        it.app.main.show_state()
        await it.until_text("3 steps need changes")


async def test_a_terminal_too_small_for_anything_says_so_and_comes_back(drive: Any) -> None:
    async with drive(size=(30, 6)) as it:
        assert it.text.split() == ["Ready", "needs", "40×8,", "has", "30×6;", "q", "quits"]
        await it.press("R")
        await it.until_idle()
        await it.pilot.resize_terminal(80, 24)
        await it.until_text("▌1  ✓ Tenant")
        await it.press("j", "L")
        assert "▌2  ✓" in it.text
        await it.pilot.resize_terminal(80, 15)
        await it.until(lambda: it.app.main.focused is it.app.main.steps)


@pytest.mark.parametrize("size", [(60, 15), (40, 10), (200, 12), (20, 4)])
async def test_a_very_small_terminal_keeps_working(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size) as it:
        await it.press("plus", "R")
        await it.until_idle()
        await it.press("enter", "escape", "L", "plus", "escape", "c", "escape", "question_mark", "escape")
        assert all(len(row) <= size[0] for row in it.text.splitlines())
        assert len(it.text.splitlines()) <= size[1]


class Ask(Dialog[None]):
    """A question with all that a dialog can have."""

    BINDINGS: ClassVar = bindings("ask")

    def __init__(self) -> None:
        super().__init__("A heading that is much longer than a narrow frame", grave=True)

    def blocks(self) -> Sequence[Block]:
        return [Paragraph((("word " * 60, "plain"),))]

    def keys(self) -> Sequence[Key]:
        return bar("ask")


@pytest.mark.parametrize("size", [(40, 10), (60, 15), (50, 30)])
async def test_a_dialog_shows_all_of_its_heading_and_keys_however_small_the_terminal(
    drive: Any, size: tuple[int, int]
) -> None:
    async with drive(size=size) as it:
        it.app.push_screen(Ask())
        await it.until_text("word word")
        text = " ".join(it.text.replace("│", " ").split())
        assert "A heading that is much longer than a narrow frame" in text
        assert all(f"{key} {label}" in text for key, label, _enabled in bar("ask"))
        assert sum("word" in row for row in it.text.splitlines()) >= 3
        await it.pilot.resize_terminal(80, 24)
        await it.until_text("─ A heading that is much longer than a narrow frame ─")


@pytest.mark.parametrize("width", [40, 80])
async def test_a_long_sentence_is_whole_and_so_is_the_mark(drive: Any, width: int) -> None:
    async with drive(size=(width, 24)) as it:
        shown = partial(Bar, chain=(Status.OK,) * 7, exchange="ex01", entra="fabrikam.com")
        words = "Nothing answers on port 81 of ex01: use port 80"
        it.app.main.connection.show(shown(activity=Activity(words, "error")))
        await it.until_text("port 80")
        first, second, *_ = it.text.splitlines()
        assert "PROD" in first
        assert " ".join([*first.split(), *second.split()]).endswith(words)
        it.app.main.connection.show(shown(activity=Activity("All steps ok", "ok")))
        await it.until_text("fabrikam.com")
        assert "All steps ok" in it.text.splitlines()[0]


@pytest.mark.parametrize(
    ("width", "second"),
    [
        (40, " 127.0.0.1  ⇄  app 5f3c… @ fabrikam.com"),
        (60, " admin@lab.exam… @ 127.0.0.1  ⇄  app 5f3c… @ fabrikam.com"),
        (80, " admin@lab.example @ 127.0.0.1  ⇄  app 5f3c… (certificate) @ fabrikam.com"),
    ],
)
async def test_where_and_as_whom_take_all_the_room_that_there_is(drive: Any, width: int, second: str) -> None:
    async with drive(size=(width, 24)) as it:
        exchange, entra = "admin@lab.example @ 127.0.0.1", "app 5f3c… (certificate) @ fabrikam.com"
        it.app.main.connection.show(Bar(exchange=exchange, entra=entra, activity=Activity("Ready")))
        await it.until_text("⇄")
        await it.pilot.pause()
        assert it.text.splitlines()[1] == second
