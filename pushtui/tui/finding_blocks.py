"""A step's findings as blocks: causes first, what follows from them under them, with reasons, evidence and commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Finding, Severity, StepId
from pushtui.reporting import causes, sentences
from pushtui.reporting.causes import Branch
from pushtui.reporting.filling import observed_text, value_text
from pushtui.tui.paragraphs import Block, Columns, Paragraph, text
from pushtui.tui.symbols import SEVERITY_INK, Symbols
from pushtui.tui.widgets.inked import Piece

LABEL = 11
"""Cells of the column of labels: the longest of “expected”, “observed”, “what to do”, and a space."""
_STEP = 2
"""Cells that a consequence stands further in than its cause."""
_CAUSES = 3
"""How many causes in other steps are named."""
_READS = 2
"""How many reads are named as evidence."""


def finding_blocks(
    report: StepReport, symbols: Symbols, reports: Mapping[StepId, StepReport] | None = None
) -> Iterable[Block]:
    """All findings of the step, the gravest first; `reports` are those of all steps, for causes in others."""
    for top in causes.gravest_first(causes.branches(report, reports or {report.id: report})):
        for depth, branch in top.walk():
            yield from _finding(branch, depth, symbols)


def _finding(branch: Branch, depth: int, symbols: Symbols) -> Iterable[Block]:
    finding, indent = branch.finding, _STEP * depth
    ink, lead = SEVERITY_INK[finding.severity], symbols.severity[finding.severity]
    weight = "strong" if finding.severity is Severity.FAILURE else "plain"
    yield Paragraph(text(sentences.finding_text(finding), weight), lead=((" " * indent, "plain"), (f"{lead} ", ink)))
    if finding.severity is Severity.OK:
        return
    said = f"{sentences.finding_text(finding)} {(remedy := sentences.remedy(finding))}"
    for label, value in ((_("expected"), value_text(finding.expected)), (_("observed"), observed_text(finding))):
        if value and value not in said and not finding.code.endswith("-unusable"):
            yield _labelled(label, text(value, "muted"), indent)
    for cause in branch.elsewhere[:_CAUSES]:
        yield _labelled(_("because"), text(sentences.cause_text(cause)), indent)
    if depth == 0 and (why := sentences.why(finding)):
        yield _labelled(_("why"), text(why, "muted"), indent)
    if remedy:
        yield _labelled(_("what to do"), text(remedy), indent)
    yield from _commands(finding, indent, symbols)
    if finding.severity is not Severity.NOTE and (seen := _evidence(finding, symbols)):
        yield _labelled(_("seen in"), text(seen, "muted"), indent)


def _evidence(finding: Finding, symbols: Symbols) -> str:
    """The first reads that it rests on, and how many more."""
    shown = [f"{item.read} {symbols.dot} {item.source}{_clock(item.at)}" for item in finding.evidence[:_READS]]
    left = len(finding.evidence) - len(shown)
    return "\n".join([*shown, *([_("and {count} more").format(count=left)] if left else [])])


def _clock(at: datetime | None) -> str:
    return f" {at.astimezone():%H:%M:%S}" if at else ""


def _commands(finding: Finding, indent: int, symbols: Symbols) -> Iterable[Block]:
    for where, lines in sentences.commands(finding):
        place = _("on {server}").format(server=where) if where else _("in the Exchange Management Shell")
        yield _labelled(_("command"), text(place, "muted"), indent)
        bar: tuple[Piece, ...] = ((" " * (indent + 4), "plain"), (f"{symbols.bar} ", "line"))
        for line in lines:
            yield Paragraph(text(line, "command"), lead=bar, repeat=True)


def _labelled(label: str, pieces: tuple[Piece, ...], indent: int = 0) -> Block:
    return Columns((text(label, "muted"), pieces), (LABEL, 0), indent=2 + indent, gap=1)
