"""The doctor: every leg of the way to both organizations, one row a test, as they come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.doctor.rows import DoctorRow, Verdict, ordered
from pushtui.procedure.model import Severity
from pushtui.reporting import doctor as words
from pushtui.tui.actions import bar, bindings
from pushtui.tui.conductor import Conductor
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.dialog import Dialog
from pushtui.tui.symbols import SEVERITY_INK, Symbols
from pushtui.tui.times import duration
from pushtui.tui.widgets.key_bar import Key

_SEVERITY = {
    Verdict.OK: Severity.OK,
    Verdict.WARNING: Severity.WARNING,
    Verdict.FAILED: Severity.FAILURE,
    Verdict.SKIPPED: Severity.SKIPPED,
}
_TITLE, _SECONDS = 24, 6
"""Cells of the columns that do not grow."""


class DoctorScreen(Dialog[None]):
    """Shows the rows that there are; closing it ends tests that still run."""

    BINDINGS: ClassVar = bindings("doctor")
    READS: ClassVar = True

    def __init__(self, conductor: Conductor, symbols: Symbols) -> None:
        super().__init__(_("Doctor"))
        self._conductor = conductor
        self._symbols = symbols

    @property
    def _testing(self) -> bool:
        return self._conductor.state.operation == "doctor"

    def blocks(self) -> Sequence[Block]:
        rows = ordered(self._conductor.state.examined)
        blocks: list[Block] = []
        heading = ""
        for row in rows:
            title = words.leg_title(row)
            if title != heading:
                heading = title
                blocks += [*([BLANK] if blocks else []), Paragraph(text(title, "heading"))]
            blocks.extend(self._row(row))
        last = text(_("Testing"), "accent") if self._testing else text(words.headline(rows), "muted")
        broken = "" if self._testing else self._conductor.state.unexamined
        end = [Paragraph(text(broken, "error"))] if broken else []
        return [*blocks, *([BLANK] if blocks else []), *end, Paragraph(last)]

    def keys(self) -> Sequence[Key]:
        impossible = {"again": self._conductor.state.busy, "cancel": not self._testing}
        return [*bar("doctor", off=[name for name, off in impossible.items() if off]), *self.scroll_keys()]

    def on_mount(self) -> None:
        self.show()  # something may have come in since the text was composed

    def refresh_rows(self) -> None:
        """Something may have come in."""
        if self.is_mounted:
            self.show()

    def _row(self, row: DoctorRow) -> Iterator[Block]:
        severity = _SEVERITY[row.verdict]
        ink = SEVERITY_INK[severity]
        head = ((f"{self._symbols.severity[severity]} ", ink), *text(words.test_title(row.test)))
        place = text(clean_line(row.where), "muted")
        yield Columns((head, place, text(duration(row.seconds), "muted")), (_TITLE + 2, 0, _SECONDS))
        loud = row.verdict in {Verdict.FAILED, Verdict.WARNING}
        yield Paragraph(text(words.detail(row), "plain" if loud else "muted"), lead=(("    ", "plain"),))
        remedy = words.remedy(row)
        if remedy:
            yield Paragraph(text(remedy, "strong"), lead=((f"  {self._symbols.arrow} ", ink),))

    def action_again(self) -> None:
        if not self._conductor.state.busy:
            self._conductor.doctor()
            self.show()

    def action_cancel(self) -> None:
        if self._testing:
            self._conductor.cancel()

    def action_leave(self) -> None:
        self.action_cancel()
        self.dismiss(None)
