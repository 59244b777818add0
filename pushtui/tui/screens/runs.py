"""What runs changed here, to take one of them back, or one change of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pushtui.base.words import _
from pushtui.reporting import runs as wording
from pushtui.tui.actions import bar
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.screens.choosing import ListScreen
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.key_bar import Key

if TYPE_CHECKING:
    from pushtui.engine.runs import Run

_NUMBER = 4


class RunsScreen(ListScreen[tuple[str, int]]):
    """The runs that changed anything, the last one first, each with its changes.

    Dismissed with the id of a run and the number of a change in it, 0 for all of them; or with None.
    """

    def __init__(self, runs: Sequence[Run], symbols: Symbols) -> None:
        super().__init__(_("What runs changed"), symbols)
        self._runs = {run.id: run for run in reversed(runs) if run.changed and not run.undoes}

    def choices(self) -> Sequence[tuple[str, int]]:
        return [
            (run.id, number)
            for run in self._runs.values()
            for number in (0, *(at for at, change in enumerate(run.changes, 1) if change.effective))
        ]

    def above(self) -> Sequence[Block]:
        if not self._runs:
            return [Paragraph(text(_("No run has changed anything here yet."), "muted"))]
        words = _(
            "Choose a run to take it back, or one change to take back that alone. What it means is shown first; nothing"
            " is changed by choosing."
        )
        return [Paragraph(text(words, "muted")), BLANK]

    def row(self, place: int, lead: str) -> Sequence[Block]:
        run_id, number = self.choices()[place]
        run, ink = self._runs[run_id], "strong" if place == self._place else "plain"
        return list(self._change(run, number, lead, ink) if number else self._run(run, lead, ink, first=not place))

    def _run(self, run: Run, lead: str, ink: str, *, first: bool) -> Iterator[Block]:
        if not first:
            yield BLANK
        when = f"{run.started.astimezone():%Y-%m-%d %H:%M}"
        words = _("{when}, {purpose} by {person}").format(
            when=when, purpose=wording.purpose(run), person=wording.person(run)
        )
        how = text(f"  {wording.outcome_word(run)}", "muted")
        yield Paragraph((*text(words, ink), *how), lead=((lead, "accent"),))

    def _change(self, run: Run, number: int, lead: str, ink: str) -> Iterator[Block]:
        change = run.changes[number - 1]
        what = (*text(wording.title(change), ink), *text(f"  {wording.result_word(change)}", "muted"))
        yield Columns((text(lead, "accent"), text(f"{number}.", "muted"), what), (1, _NUMBER, 0), gap=1)

    def keys(self) -> Sequence[Key]:
        return bar("list", off=() if self._runs else ("choose",))
