"""The seven links drawn: where the trust breaks, and between which two values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.reporting.breaks import BROKEN, breaks
from pushtui.tui.paragraphs import Line, wrap
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.widgets.inked import fitted, width_of

WIDE = 150
"""From this width on the links stand side by side."""
_GAP = 5
_NAMES, _LEAST_NAMES = 24, 12
"""Cells of the links' names: as a rule, and where their states leave no more."""
_BOX_LINES = 3


@frozen
class ChainPicture:
    """A block; see `pushtui.tui.paragraphs.Block`."""

    reports: Mapping[StepId, StepReport]
    symbols: Symbols

    def lines(self, width: int) -> list[Line]:
        """Side by side where there is room, else one below the other."""
        return list(self._across(width) if width >= WIDE else self._down(width))

    def _breaks(self, report: StepReport) -> list[str]:
        return breaks(report, self.symbols.differs, self.symbols.ellipsis)

    # --- one below the other ---------------------------------------------------------------------------------------

    def _down(self, width: int) -> Iterable[Line]:
        reports = list(self.reports.values())
        longest = max(width_of(sentences.status_word(each.status)) for each in reports)
        column = min(_NAMES, max(_LEAST_NAMES, width - longest - 3))
        for place, report in enumerate(reports):
            ink = STATUS_INK[report.status]
            head = f"{self.symbols.status[report.status]} {place + 1} {sentences.title(report.id)}"
            word = sentences.status_word(report.status)
            room = max(0, width - column - 18)
            summary = fitted(clean_line(step_lines.brief(report)), room, self.symbols.ellipsis)
            yield [(" ", "plain"), (fitted(head, column, self.symbols.ellipsis), ink), (fitted(f" {word}", 16), ink),
                   (summary, "muted")]  # fmt: skip
            for words in self._breaks(report):
                for line in wrap([(words, "strong")], max(8, width - 8)):
                    yield [(f" {self.symbols.gap}    ", "error"), *line]
            if place + 1 < len(reports):
                holds = report.status is Status.OK
                yield [(f" {self.symbols.down if holds else self.symbols.down_loose}", "ok" if holds else "line")]

    # --- side by side ----------------------------------------------------------------------------------------------

    def _across(self, width: int) -> Iterable[Line]:
        reports = list(self.reports.values())
        size = (width - 2 - _GAP * (len(reports) - 1)) // len(reports)
        yield self._row([(f"{self.symbols.rule * size}", STATUS_INK[each.status]) for each in reports], " " * _GAP)
        yield self._row(
            [
                (fitted(f"{place} {sentences.title(each.id)}", size, self.symbols.ellipsis), "strong")
                for place, each in enumerate(reports, 1)
            ],
            " " * _GAP,
        )
        yield self._states(reports, size)
        texts = [wrap([(clean_line(step_lines.brief(each)), "muted")], size) for each in reports]
        for number in range(min(_BOX_LINES, max(map(len, texts)))):
            cells = ["".join(words for words, _ink in lines[number]) if number < len(lines) else "" for lines in texts]
            yield self._row([(fitted(cell, size, self.symbols.ellipsis), "muted") for cell in cells], " " * _GAP)
        yield self._row([(f"{self.symbols.rule * size}", STATUS_INK[each.status]) for each in reports], " " * _GAP)
        for place, report in enumerate(reports, 1):
            for words in self._breaks(report):
                yield []
                lead = f" {self.symbols.gap} {place} {sentences.title(report.id)}: "
                for number, line in enumerate(wrap([(words, "strong")], max(8, width - len(lead) - 1))):
                    yield [(lead if not number else " " * len(lead), "error"), *line]

    def _row(self, cells: Sequence[tuple[str, str]], between: str) -> Line:
        line: Line = [(" ", "plain")]
        for place, cell in enumerate(cells):
            line += [*([(between, "plain")] if place else []), cell]
        return line

    def _states(self, reports: Sequence[StepReport], size: int) -> Line:
        """Each link's status, and between two the link itself, whole or broken."""
        line: Line = [(" ", "plain")]
        for place, report in enumerate(reports):
            if place:
                line.append(self._link(reports[place - 1], report))
            word = f"{self.symbols.status[report.status]} {sentences.status_word(report.status)}"
            line.append((fitted(word, size, self.symbols.ellipsis), STATUS_INK[report.status]))
        return line

    def _link(self, before: StepReport, after: StepReport) -> tuple[str, str]:
        if before.status is Status.OK and after.status is Status.OK:
            return self.symbols.link * (_GAP - 2) + "  ", "ok"
        if after.status in BROKEN:
            return self.symbols.loose + self.symbols.gap + self.symbols.loose + "  ", "error"
        return self.symbols.loose * (_GAP - 2) + "  ", "line"
