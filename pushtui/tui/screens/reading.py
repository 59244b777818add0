"""Texts to read: the help, and one entry of the log in full."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences
from pushtui.tui.actions import Where, actions, bar, bindings
from pushtui.tui.documents import findings_document
from pushtui.tui.explanations import explanation, importance, pitfalls, troubles
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.widgets.key_bar import Key


class ReadingScreen(Dialog[None]):
    """A text, closed by any of the usual keys."""

    BINDINGS: ClassVar = bindings("reading")

    def keys(self) -> Sequence[Key]:
        return [*bar("reading"), *self.scroll_keys()]

    def action_close(self) -> None:
        self.dismiss(None)


class HelpScreen(ReadingScreen):
    """What the selected step is, what the symbols mean, what every key does, and where the log is."""

    def __init__(self, step: StepId, symbols: Symbols, log_path: Path | None) -> None:
        super().__init__(_("Help"))
        self._step = step
        self._symbols = symbols
        self._log_path = log_path

    def blocks(self) -> Sequence[Block]:
        blocks: list[Block] = [
            Paragraph(text(sentences.title(self._step), "heading")),
            Paragraph(text(explanation(self._step))),
            Paragraph(text(importance(self._step))),
            Paragraph(text(pitfalls(self._step))),
            BLANK,
            Paragraph(text(_("What can be wrong with it, and the code that names it in reports"), "heading")),
            *(
                Paragraph((*text(code, "accent"), *text(f"  {words}")), lead=((f"{self._symbols.dot} ", "muted"),))
                for code, words in troubles(self._step)
            ),
            BLANK,
            Paragraph(text(_("Status"), "heading")),
            Paragraph(tuple((f"{self._status(status)}   ", STATUS_INK[status]) for status in Status)),
        ]
        for where, heading in _places().items():
            blocks += [BLANK, Paragraph(text(heading, "heading"))]
            blocks += [
                Columns((text(action.display, "key"), text(action.description)), (14, 0))
                for action in actions()
                if action.where == where and action.description
            ]
        blocks += [BLANK, Paragraph(text(_("Good to know"), "heading"))]
        mark = ((f"{self._symbols.dot} ", "muted"),)
        blocks += [Paragraph(text(str(notice)), lead=mark) for notice in sentences.notices()]
        if self._log_path is not None:
            blocks.append(
                Paragraph(
                    text(_("Everything in the log pane is also in {path}").format(path=self._log_path)), lead=mark
                )
            )
        return blocks

    def _status(self, status: Status) -> str:
        """Symbol and word, kept together at the end of a line."""
        return f"{self._symbols.status[status]}\N{NO-BREAK SPACE}{sentences.status_word(status)}"


def _places() -> dict[Where, str]:
    return {
        "main": _("Keys"),
        "steps": _("In the chain"),
        "detail": _("In a text"),
        "log": _("In the log"),
        "console": _("In the console"),
        "fields": _("In a field"),
        "entry": _("In a command with its answer"),
        "answer": _("Of a command with its answer"),
        "save": _("When lines are written to a file"),
        "plan": _("In a plan"),
        "keys": _("In the list of keys"),
        "picture": _("In the picture of the chain"),
        "organization": _("In the organization's tables"),
        "dialog": _("In what is shown on top"),
        "reading": _("In a text on top"),
        "doctor": _("In the doctor's tests"),
        "papers": _("When choosing what to write down"),
        "copy": _("When choosing what to copy"),
        "code": _("When signing in with a code"),
        "browser": _("When signing in with a browser"),
        "secret": _("When a credential is asked for"),
        "consent": _("When a consent is asked for"),
        "quit": _("When quitting while something runs"),
        "file": _("When a file is in the way"),
        "interrupted": _("When a run was interrupted"),
        "ask": _("When something is yours to do"),
        "list": _("When choosing from a list"),
        "profiles": _("In the list of profiles"),
        "form": _("When making a profile"),
        "any": _("Everywhere"),
    }


class OutcomeScreen(ReadingScreen):
    """What came of something beside the procedure itself."""

    def __init__(self, reports: Sequence[StepReport], symbols: Symbols) -> None:
        super().__init__(_("What came of it"))
        self._reports = reports
        self._symbols = symbols

    def blocks(self) -> Sequence[Block]:
        return [block for report in self._reports for block in findings_document(report, self._symbols)]
