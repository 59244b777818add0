"""Writing lines to a file: which lines, and where."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget
from textual.widgets import Input

from pushtui.base.errors import FileProblem
from pushtui.base.files import write_atomically
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.tui.actions import bar, bindings, enter
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.widgets.key_bar import Key


@frozen
class Saveable:
    """Lines that can be written."""

    what: str
    """Which they are, such as “the 12 marked lines”."""
    text: Callable[[], str]
    """Makes the content; called on a thread."""


class SaveScreen(Dialog[Path]):
    """Asks for a path; dismissed with the file that was written, or None. A file that is there is not overwritten
    before that was asked for by Enter a second time."""

    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar = bindings("save")

    def __init__(self, things: Sequence[Saveable], path: str) -> None:
        super().__init__(_("Write to a file"))
        self._things = tuple(things)
        self._place = 0
        self._path = path
        self._problem = ""
        self._replaces = ""
        """The path of a file that is there, and that Enter now replaces."""

    def blocks(self) -> Sequence[Block]:
        problem = [BLANK, Paragraph(text(self._problem, "warning"))] if self._problem else []
        return [Paragraph(text(self._things[self._place].what, "strong")), *problem]

    def inputs(self) -> Sequence[Widget]:
        if self.is_mounted:
            return [self.query_one("#typed")]
        typed = Input(self._path, compact=True, id="typed", select_on_focus=False)
        typed.cursor_blink = False
        return [typed]

    def keys(self) -> Sequence[Key]:
        label = _("replace it") if self._replaces else _("write")
        return [enter(label), *bar("save", without=("other_lines",) if len(self._things) == 1 else ())]

    def action_other_lines(self) -> None:
        """Write others."""
        self._place = (self._place + 1) % len(self._things)
        self.show()

    def on_input_changed(self) -> None:
        if self._problem:
            self._problem = self._replaces = ""
            self.show()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        if message.value.strip():
            self.run_worker(self._write(message.value.strip()), exclusive=True, name="save")

    async def _write(self, typed: str) -> None:
        thing, replace = self._things[self._place], self._replaces == typed
        try:
            path, written = await asyncio.to_thread(_write, typed, thing.text, replace=replace)
        except FileProblem as error:
            self._problem = str(error)
        else:
            if written:
                self.dismiss(path)
                return
            self._problem, self._replaces = _("There is a file of this name already."), typed
        self.show()

    def action_leave(self) -> None:
        self.dismiss(None)


def _write(typed: str, content: Callable[[], str], *, replace: bool) -> tuple[Path, bool]:
    """Write the file as one step, for its owner alone; not where there is one already. Raises `FileProblem`."""
    path = Path(typed)
    try:
        path = path.expanduser()
        there = os.path.lexists(path)
        folder = path.is_dir()
    except (OSError, ValueError, RuntimeError):
        there = folder = False
    if folder:
        raise FileProblem("file.not-written", _("The file cannot be written"), where=clean_line(str(path)),
                          cause=_("It is a folder"))  # fmt: skip
    if there and not replace:
        return path, False
    write_atomically(path, content().encode("utf-8", "replace"))
    return path, True
