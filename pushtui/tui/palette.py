"""The command palette: Textual's own, in the person's language and with a cursor that does not blink."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette
from textual.widgets import Input
from textual.widgets.option_list import Option

from pushtui.base.words import _
from pushtui.tui import scrollbars
from pushtui.tui.stylesheets import of_screen


class Palette(CommandPalette):
    """Finds a command by its name."""

    CSS_PATH = of_screen("palette")

    def __init__(self) -> None:
        super().__init__(placeholder=_("Find a command by its name"), id="--command-palette")

    def on_mount(self) -> None:
        scrollbars.use()
        self.query_one(Input).cursor_blink = False

    def _start_no_matches_countdown(self, search_value: str) -> None:  # tests/tui/test_main_screen.py sees to it
        """Say after a moment that nothing was found, where something was searched for."""
        self._stop_no_matches_countdown()

        def tell() -> None:
            if search_value:
                found_none = Option(_("No command has this in its name"), disabled=True, id=self._NO_MATCHES)
                self.query_one(CommandList).add_option(found_none)
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, tell)
