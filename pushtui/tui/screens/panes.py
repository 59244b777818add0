"""Which pane of the main screen has how much room: side by side, below one another, or one alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from textual.widget import Widget

from pushtui.tui import room
from pushtui.tui.mixins import ScreenPart
from pushtui.tui.painting import Painted
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.document import Document
from pushtui.tui.widgets.log_pane import LogPane
from pushtui.tui.widgets.rule import Rule
from pushtui.tui.widgets.step_list import StepList

_LEAST_LOG = 3
"""Lines below which the log is not made smaller, its title included."""
ALONE = frozenset({"-open", "-zoom-log", "-zoom-detail", "-zoom-fields"})
"""Classes of the screen with which one pane has the room of others."""


class PanesScreen(Painted, ScreenPart):
    """A chain, a detail and a log, each with a title; who shows something in them makes them."""

    steps: StepList
    detail: Document
    log_pane: LogPane
    rules: Mapping[Widget, Rule]
    """Pane → its title."""
    BLANK = True
    """As a pane is: its widgets cover it."""
    _log_height: int | None = None
    """Lines that somebody gave the log, its title included; None: as many as the style sheets say."""

    def __init__(self, symbols: Symbols, width: int, height: int, *, plain: bool) -> None:
        self._wide = sys.maxsize if plain else room.WIDE  # plain: never side by side
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (self._wide, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (room.MIDDLE, "-middle"), (room.TALL, "-tall")]
        super().__init__(classes=room.classes(width, height, self._wide))
        self._symbols = symbols

    def action_zoom(self) -> None:
        """Give the whole height to the log or to the selected step, and back."""
        if self.classes & ALONE:
            self.leave(keep="-zoom-log" in self.classes)
            return
        self.add_class("-zoom-log" if self.focused is self.log_pane else "-zoom-detail")
        self._show_log_height()
        (self.log_pane if self.focused is self.log_pane else self.detail).focus()

    @staticmethod
    def has_room(pane: Widget) -> bool:
        """Whether it is to be seen."""
        return pane.parent is None or bool(pane.parent.display)

    def leave(self, *, keep: bool = False) -> None:
        """Let all panes be seen again; `keep`: the focus stays where it is, if that is still to be seen."""
        self.remove_class(*ALONE)
        self._show_log_height()
        if not keep or self.has_class("-low"):
            self.steps.focus()

    def grow_log(self, by: int) -> bool:
        """Give the log more lines, or fewer; what it takes, the panes above it lose. Whether there are any."""
        pane = self.query_one("#log-pane")
        if self.classes & ALONE or not pane.display:
            return False
        others = 4 + sum(self.query_one(name).outer_size.height for name in ("#connection", "#fields-pane"))
        most = self.size.height - others - 1
        self._log_height = max(_LEAST_LOG, min(most, pane.outer_size.height + by))
        self._show_log_height()
        return True

    def _show_log_height(self) -> None:
        own = self._log_height is not None and not self.classes & ALONE and not self.has_class("-low")
        self.set_class(own, "-own-height")
        pane = self.query_one("#log-pane")
        if own and self._log_height is not None:
            pane.styles.height = max(_LEAST_LOG, min(self._log_height, self.size.height - 11))
        else:
            pane.styles.clear_rule("height")
        self.refresh(layout=True)

    def fit_panes(self) -> None:
        """Another size: where there is room for two columns, nothing is open on top of anything."""
        if self.size.width >= self._wide:
            self.remove_class("-open")
        for name, holds in room.tight(*self.size).items():
            self.set_class(holds, name)
        if not self.has_class("-flat"):
            self.remove_class("-zoom-fields")
        self.rules[self.steps].show(room.chain_title(*self.size, self._symbols))
        if self._log_height is not None:
            self._show_log_height()
