"""The seven links drawn on paper, one below the other: which hold, where the trust breaks, and between which values."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.reporting.breaks import breaks
from pushtui.reporting.pages import Cell, Picture, Tone
from pushtui.reporting.plain import SYMBOLS

TONES = {
    Status.OK: Tone.OK,
    Status.CHANGE_NEEDED: Tone.WARNING,
    Status.WAITING: Tone.WARNING,
    Status.ATTENTION: Tone.BAD,
    Status.FAILED: Tone.BAD,
}
"""How a status is coloured; what is not here is muted."""
_WIDTH = 96
"""Characters: what a ticket shows in a line."""
_TITLE, _STATUS = 24, 16
_WHOLE, _LOOSE, _GAP = "┃", "│", "╳"


def chain(reports: Mapping[StepId, StepReport]) -> Picture:
    """The picture."""
    return Picture(
        _("Drawing of the trust chain; the table below says the same"),
        tuple(tuple(line) for line in _lines(list(reports.values()))),
    )


def _lines(reports: list[StepReport]) -> Iterable[Iterable[Cell]]:
    for number, report in enumerate(reports, 1):
        tone = TONES.get(report.status, Tone.MUTED)
        title = f"{SYMBOLS.get(report.status, '?')} {number}. {sentences.title(report.id)}"
        brief = clean_line(step_lines.brief(report))
        yield (
            Cell(f"{title:<{_TITLE}} {sentences.status_word(report.status):<{_STATUS}} ", tone),
            Cell(textwrap.shorten(brief, _WIDTH - _TITLE - _STATUS, placeholder="…"), Tone.MUTED),
        )
        for words in breaks(report):
            for line in textwrap.wrap(clean_line(words), _WIDTH - 4):
                yield Cell(f"{_GAP}   ", Tone.BAD), Cell(line)
        if number < len(reports):
            holds = report.status is Status.OK
            yield (Cell(_WHOLE if holds else _LOOSE, Tone.OK if holds else Tone.MUTED),)
