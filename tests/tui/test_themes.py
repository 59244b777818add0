"""What is written can be read: enough contrast, and never by colour alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from pushtui.procedure.model import Severity, Status
from pushtui.reporting import sentences
from pushtui.settings.model import Settings
from pushtui.tui import theme
from pushtui.tui.legibility import ENOUGH, contrast, legible
from pushtui.tui.symbols import ASCII, UNICODE, Symbols
from tests.tui.cells import faint
from tests.tui.gallery import SCENES

INKS = ("foreground", "accent", "success", "warning", "error", "muted")
GROUNDS = ("background", "panel", "chosen")


def test_contrast_is_that_of_wcag() -> None:
    black, white = Color.parse("#000000"), Color.parse("#ffffff")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == pytest.approx(1)
    assert contrast(Color.parse("#767676"), white) == pytest.approx(4.54, abs=0.01)


def test_a_colour_is_moved_only_as_far_as_it_must() -> None:
    white, grey = Color.parse("#ffffff"), Color.parse("#999999")
    assert legible(Color.parse("#333333"), [white], Color.parse("#000000")) == Color.parse("#333333")
    assert ENOUGH <= contrast(legible(grey, [white], Color.parse("#000000")), white) < ENOUGH + 1


@pytest.mark.parametrize("each", [theme.DARK, theme.LIGHT], ids=lambda each: each.name)
def test_every_ink_of_our_themes_can_be_read_on_every_ground(each: Any) -> None:
    found = theme.variables({**theme.defaults(each), **each.to_color_system().generate(), **each.variables}, each)
    _all_legible(found)
    pairs = [("input-cursor-foreground", "input-cursor-background"), ("foreground", "input-selection-background")]
    for ink, ground in pairs:
        assert contrast(Color.parse(found[ink]), Color.parse(found[ground])) >= ENOUGH, (ink, ground)


@pytest.mark.parametrize("name", sorted(set(BUILTIN_THEMES) - {"ansi-dark", "ansi-light"}))
def test_the_inks_fit_textuals_themes_too(name: str) -> None:
    each = BUILTIN_THEMES[name]
    generated = {**theme.defaults(each), **each.to_color_system().generate(), **each.variables}
    _all_legible(theme.variables(generated, each))


def _all_legible(found: dict[str, str]) -> None:
    for ground in GROUNDS:
        for ink in INKS:
            assert contrast(Color.parse(found[ink]), Color.parse(found[ground])) >= ENOUGH, (ink, ground)


@pytest.mark.parametrize("scene", SCENES)
async def test_every_cell_with_a_letter_can_be_read_in_the_light_theme_too(drive: Any, make: Any, scene: str) -> None:
    """In the dark one they are looked at where their pictures are compared."""
    it_is = SCENES[scene]
    async with drive(
        size=(120, 40),
        prepare=lambda session: it_is.prepare(session, make),
        settings=Settings(theme="pushtui-light"),
        **it_is.options,
    ) as it:
        await it_is.act(it)
        assert not faint(it.app.screen)


@pytest.mark.parametrize("symbols", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_nothing_is_told_by_colour_alone(symbols: Symbols) -> None:
    for one, other in combinations(Status, 2):
        assert symbols.status[one] != symbols.status[other]
        assert sentences.status_word(one) != sentences.status_word(other)
    grave = [each for each in Severity if each not in {Severity.OK, Severity.NOTE}]
    assert len({symbols.severity[each] for each in grave}) == len(grave)
    assert len(set(symbols.level.values())) == len(symbols.level)


async def test_a_theme_from_the_palette_is_kept(drive: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with drive(size=(120, 40)) as it:
        titles = {command.title: command for command in it.app.get_system_commands(it.app.screen)}
        assert {f"Colours: {name}" for name in ("dark", "light", "terminal", "nord")} <= set(titles)
        titles["Colours: nord"].callback()
        await it.until_text("Kept in")
        assert it.app.theme == "nord"
    assert (tmp_path / "pushtui" / "settings.toml").read_text() == 'theme = "nord"\n'


async def test_a_reversed_row_is_of_one_piece(drive: Any, make: Any) -> None:
    async with drive(size=(80, 24), terminal=replace(make.terminal, own_colours=False).liked(Settings())) as it:
        await it.press("R")
        await it.until_text("All steps ok")
        row = next(each for each in it.app.screen._compositor.render_strips() if "▌1" in each.text)
        styles = [segment.style for segment in row if segment.text.strip()]
        assert len({(style.color, style.bgcolor, style.dim) for style in styles}) == 1, styles
        assert all(style.reverse for style in styles)


async def test_a_hit_is_set_off_in_a_reversed_row_too(drive: Any, make: Any) -> None:
    async with drive(size=(80, 24), terminal=replace(make.terminal, own_colours=False).liked(Settings())) as it:
        await it.press("R")
        await it.until_text("All steps ok")
        await it.press("L", "slash", *"AuthConfig", "enter")
        await it.until_text("“AuthConfig”")
        row = next(each for each in it.app.screen._compositor.render_strips() if "Get-AuthConfig" in each.text)
        looks = {segment.text: bool(segment.style.reverse) for segment in row if segment.style is not None}
        assert looks["AuthConfig"] != next(reverse for text, reverse in looks.items() if text.endswith("Get-"))


async def test_without_colours_what_is_selected_and_has_the_focus_is_reversed_or_bold(drive: Any, make: Any) -> None:
    async with drive(
        size=(80, 24), terminal=replace(make.terminal, colours=False, own_colours=False).liked(Settings())
    ) as it:

        def looks(words: str) -> str:
            """How the pieces are written that have these words."""
            pieces = [each for strip in it.app.screen._compositor.render_strips() for each in strip]
            assert not any(each.style.color or each.style.bgcolor for each in pieces if each.style is not None)
            return " ".join(str(each.style) for each in pieces if words in each.text)

        await it.press("j")
        assert "reverse" in looks("Exchange servers")
        assert "bold" in looks("Trust chain")
        await it.press("L")
        assert "reverse" not in looks("Exchange servers")
        assert ("bold" in looks("Log"), "bold" in looks("Trust chain")) == (True, False)
        await it.press("escape", "e", "shift+home")
        assert "reverse" in looks("abrikam.com")
        assert not any("nord" in command.title for command in it.app.get_system_commands(it.app.screen))
