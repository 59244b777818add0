"""Texts to read, and what came of something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.tui.actions import bar, bindings
from pushtui.tui.documents import findings_document
from pushtui.tui.paragraphs import Block, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.state import Told
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.key_bar import Key


class ReadingScreen(Dialog[None]):
    """A text, closed by any of the usual keys."""

    BINDINGS: ClassVar = bindings("reading")
    READS: ClassVar = True

    def keys(self) -> Sequence[Key]:
        return [*bar("reading"), *self.scroll_keys()]

    def action_close(self) -> None:
        self.dismiss(None)


class OutcomeScreen(ReadingScreen):
    """What came of something beside the procedure itself."""

    def __init__(self, reports: Sequence[StepReport], symbols: Symbols) -> None:
        super().__init__(_("What came of it"))
        self._reports = reports
        self._symbols = symbols

    def blocks(self) -> Sequence[Block]:
        return [block for report in self._reports for block in findings_document(report, self._symbols)]


class MessageScreen(ReadingScreen):
    """A sentence for which the bar has no room."""

    def __init__(self, message: Told) -> None:
        super().__init__(_("What came of it"))
        self._message = message

    def blocks(self) -> Sequence[Block]:
        return [Paragraph(text(self._message.in_full or self._message.words, self._message.ink))]
