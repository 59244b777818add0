"""The help: first of the pane that has the focus and of the selected step, then of everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pushtui.base.words import _
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences
from pushtui.tui.actions import Where, actions
from pushtui.tui.explanations import about, explanation, importance, pitfalls
from pushtui.tui.keymap import OVER
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.reading import ReadingScreen
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.troubles import troubles


class HelpScreen(ReadingScreen):
    """What the pane with the focus is for, what the selected step is, what the symbols mean, what every key does."""

    def __init__(self, place: Where, step: StepId, symbols: Symbols, log_path: Path | None) -> None:
        super().__init__(_("Help"))
        self._place = place
        self._step = step
        self._symbols = symbols
        self._log_path = log_path

    def blocks(self) -> Sequence[Block]:
        before, places = OVER[self._place], _places()
        rest = [where for where in places if where not in before]
        return [
            *self._about(places[self._place]),
            BLANK,
            *self._of_the_step(),
            BLANK,
            Paragraph(text(_("Status"), "heading")),
            Paragraph(tuple((f"{self._status(status)}   ", STATUS_INK[status]) for status in Status)),
            *(block for where in (*before[1:], *rest) for block in (BLANK, *_keys(where, places[where]))),
            BLANK,
            *self._good_to_know(),
        ]

    def _about(self, name: str) -> list[Block]:
        """What has the focus: what it is for, and its keys."""
        heading, *keys = _keys(self._place, name)
        return [heading, *(Paragraph(text(words)) for words in about(self._place)), *keys]

    def _of_the_step(self) -> list[Block]:
        return [
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
        ]

    def _good_to_know(self) -> list[Block]:
        mark = ((f"{self._symbols.dot} ", "muted"),)
        told = [str(notice) for notice in sentences.notices()]
        if self._log_path is not None:
            told.append(_("Everything in the log pane is also in {path}").format(path=self._log_path))
        return [Paragraph(text(_("Good to know"), "heading")), *(Paragraph(text(each), lead=mark) for each in told)]

    def _status(self, status: Status) -> str:
        """Symbol and word, kept together at the end of a line."""
        return f"{self._symbols.status[status]}\N{NO-BREAK SPACE}{sentences.status_word(status)}"


def _keys(where: Where, name: str) -> list[Block]:
    """The keys of a place, below its name."""
    return [
        Paragraph(text(name, "heading")),
        *(
            Columns((text(action.display, "key"), text(action.description)), (18, 0))
            for action in actions()
            if action.where == where and action.description
        ),
    ]


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
