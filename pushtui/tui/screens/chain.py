"""The trust chain as a picture, as wide as the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.widget import Widget

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import StepId
from pushtui.tui.actions import bar, bindings
from pushtui.tui.chain_picture import ChainPicture
from pushtui.tui.copies import Copyable, as_text
from pushtui.tui.painting import Painted
from pushtui.tui.paragraphs import BLANK
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.key_bar import KeyBar
from pushtui.tui.widgets.rule import Rule


class ChainScreen(Painted, Screen[None]):
    """Shows what is known now."""

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar = bindings("picture")
    focused: Reactive[Widget | None] = reactive(None, repaint=False)

    def __init__(self, reports: Mapping[StepId, StepReport], symbols: Symbols) -> None:
        super().__init__()
        self._picture = ChainPicture(dict(reports), symbols)
        self._symbols = symbols

    def compose(self) -> ComposeResult:
        rule = Rule(_("The trust, link by link"), "muted", self._symbols)
        rule.activate(True)
        yield rule
        yield Document([BLANK, self._picture], id="text")
        yield KeyBar(bar("picture"), id="keys")

    def action_copy(self) -> None:
        things = [Copyable(_("The picture"), as_text([self._picture]))]
        self.app.offer_copies(things)  # type: ignore[attr-defined]  # there is only one application

    def action_leave(self) -> None:
        self.dismiss(None)
