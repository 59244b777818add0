"""Questions with a short answer: quit while something runs, something that a person has to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Ask
from pushtui.reporting import plain, sentences
from pushtui.tui.actions import bar, bindings, key_of
from pushtui.tui.copies import Copyable, of_actions
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.key_bar import Key

if TYPE_CHECKING:
    from pushtui.engine.runs import Run


_TAKE_BACK = "choose('take-back')"


class QuitScreen(Dialog[bool]):
    """Something runs: quit all the same? Dismissed with the answer."""

    BINDINGS: ClassVar = bindings("quit")

    def __init__(self, operation: str) -> None:
        super().__init__(_("Quit?"), grave=operation in {"apply", "undo"})
        self._operation = operation

    def blocks(self) -> Sequence[Block]:
        if self._operation in {"apply", "undo"}:
            words = _(
                "Changes are being applied. Quitting stops before the next one; what was already sent is in the "
                "journal, and the next check shows what took effect."
            )
        else:
            words = _("A check is running. It only reads, so nothing is lost when it ends here.")
        return [Paragraph(text(words))]

    def keys(self) -> Sequence[Key]:
        return bar("quit")

    def action_answer(self, quitting: bool) -> None:
        self.dismiss(quitting)


class InterruptedScreen(Dialog[str]):
    """The last run came to no end. Dismissed with `go-on`, `take-back`, or None to decide later."""

    BINDINGS: ClassVar = bindings("interrupted")

    def __init__(self, run: Run) -> None:
        super().__init__(_("A run was interrupted"))
        self._run = run

    def blocks(self) -> Sequence[Block]:
        words = _(
            "Nothing is lost: what it did is in its journal. Whatever you choose reads first what is so now, and shows "
            "a plan before anything is changed."
        )
        return [
            Paragraph(text(plain.interruption(self._run))),
            BLANK,
            Columns((text(_("run"), "muted"), text(self._run.id, "strong")), (10, 0)),
            BLANK,
            Paragraph(text(words, "muted")),
        ]

    def keys(self) -> Sequence[Key]:
        return bar("interrupted", without=() if self._may_be_taken_back else (_TAKE_BACK,))

    @property
    def _may_be_taken_back(self) -> bool:
        """What was taking something back is gone on with; the way back from there is to apply."""
        return not self._run.undoes

    def action_choose(self, choice: str) -> None:
        if choice != "take-back" or self._may_be_taken_back:
            self.dismiss(choice or None)


class FileScreen(Dialog[bool]):
    """Another file is at the certificate path. Dismissed with whether it may be replaced."""

    BINDINGS: ClassVar = bindings("file")

    def __init__(self, path: str, report: StepReport) -> None:
        super().__init__(_("Replace the certificate file?"), grave=True)
        self._path = path
        self._found = next(each for each in report.findings if each.code == "certificate.file-differs")

    def blocks(self) -> Sequence[Block]:
        found = self._found
        return [
            Paragraph(text(sentences.finding_text(found))),
            BLANK,
            Columns((text(_("file"), "muted"), text(self._path, "strong")), (10, 0)),
            Columns((text(_("holds"), "muted"), text(found.observed)), (10, 0)),
            Columns((text(_("would hold"), "muted"), text(found.expected)), (10, 0)),
        ]

    def keys(self) -> Sequence[Key]:
        return bar("file")

    def action_answer(self, replace: bool) -> None:
        self.dismiss(replace)


class AskScreen(Dialog[bool | None]):
    """A person must do something. Dismissed with whether it was done, or None to decide later."""

    BINDINGS: ClassVar = bindings("ask")

    def __init__(self, ask: Ask, symbols: Symbols) -> None:
        super().__init__(_("This one is yours"), grave=True)
        self.ask = ask
        self._symbols = symbols

    def blocks(self) -> Sequence[Block]:
        ask = self.ask
        lines: list[Block] = [Paragraph(text(sentences.action_title(ask), "strong"))]
        if ask.where:
            lines.append(Paragraph(text(_("on {where}").format(where=ask.where), "muted")))
        if ask.command:
            bar = (("  ", "plain"), (f"{self._symbols.bar} ", "line"))
            lines += [BLANK, Paragraph(text(ask.command, "command"), lead=bar, repeat=True)]
        words = _("Press {key} when it is done; the next step relies on it.").format(key=key_of("answer(True)", "ask"))
        return [*lines, BLANK, Paragraph(text(words, "muted"))]

    def keys(self) -> Sequence[Key]:
        return bar("ask", without=() if self.ask.command else ("copy",))

    def copies(self) -> Sequence[Copyable]:
        return list(of_actions([self.ask]))

    def action_answer(self, done: bool) -> None:
        self.dismiss(done)

    def action_later(self) -> None:
        self.dismiss(None)
