"""`report` and `script` without a screen: what is known, written down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from pushtui.base.errors import FileProblem
from pushtui.base.files import write_atomically
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.commands.exit_codes import CHANGES
from pushtui.commands.run import Run
from pushtui.engine.plan import Plan
from pushtui.reporting.papers import FORMS
from pushtui.reporting.script import script


class PaperRun(Run, ABC):
    """Reads, then writes one document. Where the run could not end, nothing is written."""

    def _operation(self) -> int:
        path = self._place()
        self._write(self._paper(), path)
        return self._code(CHANGES)

    @abstractmethod
    def _paper(self) -> str:
        """What is to be written, after everything was read for it."""

    def _place(self) -> Path | None:
        """Where it is written; None: standard output. Raises `FileProblem` before anything is read for nothing."""
        if not self._options.out:
            return None
        path = Path(self._options.out).expanduser()
        if path.is_dir() or not path.parent.is_dir():
            reason = _("It is a folder") if path.is_dir() else _("Its folder does not exist")
            raise FileProblem(
                "file.not-written", _("The file cannot be written"), where=clean_line(str(path)), cause=reason
            )
        return path

    def _write(self, text: str, path: Path | None) -> None:
        """The file is there whole or not at all. Raises `FileProblem`."""
        if path is None:
            self._terminal.print(text)
            return
        write_atomically(path, text.encode())
        self._terminal.tell(_("Written to {path}").format(path=clean_line(str(path))) + "\n")

    def _print_chain(self, plan: Plan | None = None) -> None:
        """A paper of a run that stopped half-way would look like the whole."""


class ReportRun(PaperRun):
    """The whole check, for a ticket."""

    def _paper(self) -> str:
        self._do(lambda: self._session.check(probe=self._options.probe))
        return FORMS[self._options.form](self._session.snapshot())


class ScriptRun(PaperRun):
    """The plan, for those who must run it by hand on a Windows server."""

    def _paper(self) -> str:
        plan = self._do(self._session.plan)
        return script(plan, self._session.snapshot())
