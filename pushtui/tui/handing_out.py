"""What leaves the application: to a clipboard, or to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from pushtui.base.words import _
from pushtui.tui import screens
from pushtui.tui.conductor import Conductor
from pushtui.tui.log_store import Lines
from pushtui.tui.log_text import lines_text
from pushtui.tui.mixins import AppPart
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.key_bar import KeyBar
from pushtui.tui.widgets.log_pane import LogPane

if TYPE_CHECKING:
    from pushtui.tui.copies import Copyable


class HandsOut(AppPart):
    """Copies and writes down, and says in the line of keys how that went."""

    conductor: Conductor
    symbols: Symbols

    def offer_copies(self, things: Sequence[Copyable]) -> None:
        """Copy the one thing that there is, or let the person choose."""
        if len(things) == 1:
            self.copy(things[0])
        elif things:
            self.push_screen(
                screens.CopyScreen(things, self.symbols), lambda thing: self.copy(thing) if thing else None
            )

    def copy(self, thing: Copyable) -> None:
        """Copy, and say in the line of keys which way it went."""
        self.run_worker(self._copy(thing), name="copy", exit_on_error=False)

    async def _copy(self, thing: Copyable) -> None:
        from pushtui.tui import clipboard  # the start does not need it

        try:
            words = thing.text if isinstance(thing.text, str) else await asyncio.to_thread(thing.text)
        except Exception as error:  # the session was closed meanwhile, or a defect: no value is told
            words = _("{what} could not be copied: {kind}").format(what=thing.what, kind=type(error).__name__)
            self._tell(words, "error")
        else:
            copied = await clipboard.copy(words, self._write)
            self._tell(copied.sentence, "warning" if copied.way is clipboard.Way.NONE else "ok")

    def _tell(self, words: str, ink: str) -> None:
        for key_bar in self.screen.query(KeyBar):
            key_bar.tell(words, ink)

    def _write(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def save_log(self, pane: LogPane) -> None:
        """Ask where lines of the log go: the marked ones, those that the filter shows, or all."""
        things = [(_("All {count} lines"), Lines(pane.store, range(pane.store.start, pane.store.end)))]
        if pane.view.filter:
            things.insert(0, (_("The {count} lines that are shown"), pane.view.lines(range(len(pane.view)))))
        if pane.marking:
            things.insert(0, (_("The {count} marked lines"), pane.view.lines(pane.marked())))
        self._save(_("log"), [(what.format(count=len(lines)), partial(lines_text, lines)) for what, lines in things])

    def save_text(self, name: str, words: str) -> None:
        """Ask where a text goes."""
        self._save(name, [(_("All {count} lines").format(count=words.count("\n")), lambda: words)])

    def _save(self, name: str, things: Sequence[tuple[str, Callable[[], str]]]) -> None:
        from pushtui.tui.screens.saving import Saveable

        now = self.conductor.clock.now().astimezone()

        def written(path: object) -> None:
            if path is not None:
                self._tell(_("Written to {path}").format(path=path), "ok")

        screen = screens.SaveScreen([Saveable(*thing) for thing in things], f"~/pushtui-{name}-{now:%Y%m%d-%H%M%S}.txt")
        self.push_screen(screen, written)
