"""What is to be written down, and how: the check as a report, the plan as a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pushtui.base.words import _
from pushtui.tui.actions import actions, bar, bindings
from pushtui.tui.copies import Copyable
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.screens.reading import ReadingScreen
from pushtui.tui.widgets.key_bar import Key


class PapersScreen(Dialog[str]):
    """Dismissed with a form of `pushtui.reporting.papers`, with ``script``, or with None."""

    BINDINGS: ClassVar = bindings("papers")

    def __init__(self, *, checked: bool) -> None:
        super().__init__(_("Write it down"))
        self._checked = checked

    def blocks(self) -> Sequence[Block]:
        known = _("A report says what the last check found: findings, servers, certificates, keys, planned changes.")
        nothing = _("Nothing was checked yet, so a report would say little.")
        return [
            Paragraph(text(known if self._checked else nothing, "plain" if self._checked else "warning")),
            BLANK,
            *(
                Columns((text(action.display.partition(" ")[0], "key"), text(action.description)), (4, 0))
                for action in actions()
                if action.where == "papers" and action.name != "leave"
            ),
        ]

    def keys(self) -> Sequence[Key]:
        return bar("papers")

    def action_wish(self, form: str) -> None:
        self.dismiss(form)

    def action_leave(self) -> None:
        self.dismiss(None)


class WrittenScreen(ReadingScreen):
    """Where a paper is."""

    def __init__(self, path: Path) -> None:
        super().__init__(_("Written"))
        self._path = path

    def blocks(self) -> Sequence[Block]:
        words = _("It names servers, accounts and certificates, and holds no secret. Only you can read the file.")
        return [Paragraph(text(str(self._path), "strong")), BLANK, Paragraph(text(words, "muted"))]

    def copies(self) -> Sequence[Copyable]:
        return [Copyable(_("The path"), str(self._path))]
