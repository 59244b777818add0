"""What the terminal shows is what would be drawn if everything were drawn anew, whatever was pressed before."""

from __future__ import annotations

import io
from typing import Any

import pyte
import pytest
from rich.console import Console
from textual.app import App
from textual.events import Key

SIZE = (80, 24)
REST = "at rest"
WALKS = {
    "another step while its detail is closed": ["3", "enter", REST, "escape", "2", "enter", REST],
    "a check while the detail lies over the chain": ["enter", "R", REST, "escape", REST],
    "a check while the log lies over all": ["L", "z", "R", REST, "z", REST, "escape", REST],
    "in a hurry": ["3", "enter", REST, "escape", *"kam.com", "enter", REST, "escape", *"km", "enter", REST],
    "through dialogs": ["?", "escape", *"mj", "escape", "i", "escape", "j", "enter", REST, "escape", *"kk", "enter"],
}
"""Keys that come at once, up to where all comes to rest."""


class Glass:
    """A terminal that is shown what the application paints."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._screen = pyte.Screen(*SIZE)
        self._stream = pyte.Stream(self._screen)
        self._console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")

    def show(self, screen: Any, update: Any) -> None:
        """In the place of Textual's own, which writes nothing in a test."""
        if update is not None and screen is self._app.screen:
            self._stream.feed(update.render_segments(self._console))

    @property
    def text(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def anew(self) -> list[str]:
        """What would be there if nothing were remembered of how it was drawn before."""
        for widget in self._app.screen.walk_children():
            widget._styles_cache.clear()
        return [strip.text.rstrip() for strip in self._app.screen._compositor.render_strips()]


@pytest.mark.parametrize("name", WALKS)
async def test_what_is_seen_is_what_would_be_drawn_anew(drive: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    async with drive(size=SIZE) as it:
        glass = Glass(it.app)
        monkeypatch.setattr(App, "_display", glass.show)
        it.app.screen.refresh()
        for key in [*WALKS[name], REST]:
            if key != REST:
                it.app.post_message(Key(key, key if len(key) == 1 else None))
                continue
            await it.until_idle()
            await it.until(lambda: not (it.app._held or it.app._catching_up or it.app._settling))
            await it.until(lambda: glass.text == glass.anew(), seconds=20)


async def test_a_title_that_changes_while_its_pane_is_hidden_is_seen_when_the_pane_is(drive: Any) -> None:
    async with drive(size=SIZE) as it:
        main = it.app.main
        await it.press("enter")
        assert "── Log" not in it.text
        main.rules[main.log_pane].show("Log · something new")
        main.leave(keep=True)
        await it.until_text("── Log · something new ──")


async def test_a_layout_and_a_repaint_are_one_frame(drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with drive(size=SIZE) as it:
        frames: list[Any] = []
        monkeypatch.setattr(App, "_display", lambda _app, _screen, update: frames.append(update))
        main = it.app.main  # as when a screen has come to rest, and one of its widgets asks for another layout then
        main._compositor._dirty_regions.add(main.size.region)
        main.refresh(layout=True)
        main._on_timer_update()
        assert len(frames) == 1
