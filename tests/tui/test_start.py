"""What the start costs and where it finds its style sheets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet

from pushtui.settings.model import Settings
from pushtui.tui import stylesheets
from pushtui.tui.app import PushtuiApp
from pushtui.tui.terminal import Terminal
from pushtui.tui.theme import DARK, LIGHT, TERMINAL

ROOT = Path(__file__).resolve().parents[2]

FIRST_FRAME = """
import asyncio, sys
from pathlib import Path
from typing import Any
from textual.message_pump import MessagePump
from pushtui.profile import Profile
from pushtui.tui import app, launch

HEAVY = ("msgraph", "kiota", "msal", "pypsrp", "spnego", "requests", "httpx", "cryptography", "azure", "aiohttp")
LAYERS = ("pushtui.engine.", "pushtui.procedure.", "pushtui.reporting.")
NEEDED = {
    "pushtui.engine.events", "pushtui.engine.loading", "pushtui.engine.task", "pushtui.procedure.model",
    "pushtui.reporting.filling", "pushtui.reporting.sentences", "pushtui.reporting.step_lines",
}
loaded, counted = [], []

def preload(*_then):
    heavy = (name for name in sys.modules if name.split("_")[0].split(".")[0] in HEAVY)
    ours = (name for name in sys.modules if name.startswith(LAYERS))
    loaded.append(sorted({*heavy, *ours} - NEEDED))
    own = [name for name in sys.modules if name.partition(".")[0] == "pushtui"]
    made = [each for each in classes(MessagePump) if each.__module__.startswith("pushtui.")]
    counted.extend((len(own), len(made)))

def classes(kind):
    return {each for sub in kind.__subclasses__() for each in (sub, *classes(sub))}

app.preload = preload

async def main():
    program = app.PushtuiApp(Profile(path=Path("x.toml")), launch.session_factory(read_only=True))
    async with program.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        while not loaded:
            await asyncio.sleep(0.01)

asyncio.run(main())
print(loaded[0])
print(*counted)
"""
MODULES, CLASSES, WIDGETS, RULES = 97, 12, 17, 50
"""What the first frame may take at most of our own modules, of classes of widgets, screens and applications, each of
which costs as much as two modules, of widgets that are put together, and of rules in style sheets."""


def test_no_module_is_loaded_before_the_first_frame_that_it_does_not_show() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    unneeded, counted = done.stdout.splitlines()
    assert unneeded == "[]", done.stdout + done.stderr
    modules, classes = map(int, counted.split())
    assert modules <= MODULES
    assert classes <= CLASSES


async def test_the_first_frame_takes_few_widgets_and_rules(drive: Any) -> None:
    async with drive() as it:
        assert len(list(it.app.main.walk_children())) <= WIDGETS
        assert sum(not rule.is_default_rules for rule in it.app.stylesheet.rules) <= RULES


def test_style_sheets_are_found_in_a_checkout() -> None:
    assert stylesheets.style_folder() == ROOT / "styles"
    names = [path.name for path in stylesheets.style_sheets(ascii_only=True, plain=True)]
    assert names[0] == "layout.tcss"
    assert set(names) == {path.name for path in (ROOT / "styles").glob("*.tcss")}


def test_style_sheets_for_few_terminals_are_read_there_alone() -> None:
    names = {path.name for path in stylesheets.style_sheets(ascii_only=False, plain=False)}
    assert not names & {"ascii.tcss", "plain.tcss"}


def test_style_sheets_are_found_in_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "pushtui" / "styles"
    shipped.mkdir(parents=True)
    (shipped / "panes.tcss").touch()
    (shipped / "layout.tcss").touch()
    monkeypatch.setattr(stylesheets, "_PACKAGE", tmp_path / "pushtui")
    assert [path.name for path in stylesheets.style_sheets(ascii_only=False, plain=False)] == [
        "layout.tcss",
        "panes.tcss",
    ]


@pytest.mark.parametrize(
    ("environment", "own_colours", "frames"),
    [
        ({"TERM": "xterm-256color"}, True, 10),
        ({"TERM": "tmux-256color", "SSH_CONNECTION": "a b c d"}, True, 5),
        ({"TERM": "xterm"}, False, 10),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, True, 10),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False, 10),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, True, 10),
        ({"TERM": "linux"}, False, 10),
    ],
)
def test_colours_and_speed_follow_the_terminal(environment: dict[str, str], own_colours: bool, frames: int) -> None:
    terminal = Terminal.of(environment)
    assert (terminal.own_colours, terminal.frames) == (own_colours, frames)


def test_without_colours_no_theme_of_another_kind_is_shown() -> None:
    for environment in ({"TERM": "xterm-256color", "NO_COLOR": "1"}, {"TERM": "vt100"}):
        terminal = Terminal.of(environment).liked(Settings(theme="nord"))
        assert (terminal.colours, terminal.theme) == (False, "pushtui-terminal"), environment


def test_symbols_follow_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _set: "UTF-8")
    assert Terminal.of({"TERM": "xterm-256color"}).unicode
    assert not Terminal.of({"TERM": "linux"}).unicode
    assert not Terminal.of({"TERM": "xterm-256color", "PUSHTUI_ASCII": "1"}).unicode
    monkeypatch.setattr("locale.getpreferredencoding", lambda _set: "ANSI_X3.4-1968")
    assert not Terminal.of({"TERM": "xterm-256color"}).unicode


def test_a_terminal_that_cannot_move_its_cursor_is_not_usable() -> None:
    assert not Terminal.of({"TERM": "dumb"}).usable


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_all_text_of_our_themes_can_be_read(theme: object) -> None:
    backgrounds = [theme.background, theme.panel, theme.variables["chosen"]]  # type: ignore[attr-defined]
    inks = [theme.foreground, theme.accent, theme.success, theme.warning, theme.error, theme.variables["muted"]]  # type: ignore[attr-defined]
    for background in backgrounds:
        for ink in inks:
            light, dark = sorted((_luminance(ink), _luminance(background)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, background)


@pytest.mark.parametrize("own_colours", [True, False])
async def test_the_first_frame_has_the_colours_of_its_theme(drive: Any, own_colours: bool) -> None:
    terminal = Terminal(unicode=True, own_colours=own_colours, frames=50, usable=True)
    async with drive(terminal=terminal) as it:
        wanted = it.app.get_theme(it.app.theme)
        assert wanted.name == (DARK.name if own_colours else TERMINAL.name)
        assert it.app.stylesheet._variables["accent"].lower() == (wanted.accent or "").lower()


async def test_the_first_frame_is_laid_out_twice(drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for the size of the screen, once when its widgets know their own."""
    layouts: list[str] = []
    laid_out, painted = Compositor.reflow, PushtuiApp.painted

    def lay_out(self: Compositor, parent: Any, size: Any) -> Any:
        layouts.append("laid out")
        return laid_out(self, parent, size)

    def paint(app: PushtuiApp) -> None:
        layouts.append("painted")
        painted(app)

    monkeypatch.setattr(Compositor, "reflow", lay_out)
    monkeypatch.setattr(PushtuiApp, "painted", paint)
    async with drive() as it:
        await it.until(lambda: "painted" in layouts)
    assert layouts.index("painted") == 2, layouts


async def test_the_style_sheets_are_parsed_once(drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    anew: list[Stylesheet] = []
    monkeypatch.setattr(Stylesheet, "reparse", lambda sheet: anew.append(sheet))
    async with drive() as it:
        await it.until_text("Ready")
        of_dialogs = str(stylesheets.of_screen("dialogs"))
        assert not it.app.stylesheet.has_source(of_dialogs)
        await it.press("question_mark")
        assert it.app.stylesheet.has_source(of_dialogs)
        assert not anew
        it.app.theme = LIGHT.name
        await it.until(lambda: anew)
