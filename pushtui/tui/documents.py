"""What the panels and the plan say, as blocks: a step's findings and changes, a plan, an entry of the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pushtui.base.words import _
from pushtui.engine.events import ChangeName, StepReport
from pushtui.procedure.model import Change, Status, StepId
from pushtui.reporting import sentences, step_lines
from pushtui.tui.actions import key_of
from pushtui.tui.explanations import explanation
from pushtui.tui.paragraphs import BLANK, Block, Paragraph, text
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.times import age, duration
from pushtui.tui.widgets.inked import Piece


def step_document(
    report: StepReport, symbols: Symbols, now: datetime, reports: Mapping[StepId, StepReport] | None = None
) -> list[Block]:
    """Everything that is known about a step; `reports` are those of all steps, for what has its cause in another."""
    ink = STATUS_INK[report.status]
    head: list[Piece] = [(f"{symbols.status[report.status]} {step_lines.state(report)}", ink)]
    if report.at is not None:
        when = _("checked {age}, took {duration}").format(age=_ago(report.at, now), duration=duration(report.seconds))
        head.append((f"  {symbols.dot} {when}", "muted"))
    blocks: list[Block] = [Paragraph(tuple(head))]
    if following := next_step(report):
        blocks.append(Paragraph(text(following, "strong"), lead=((f"{symbols.arrow} ", "accent"),)))
    blocks += [Paragraph(text(explanation(report.id), "muted")), BLANK]
    if report.findings:
        from pushtui.tui.finding_blocks import finding_blocks

        blocks += finding_blocks(report, symbols, reports)
    elif report.status is not Status.UNKNOWN:
        blocks.append(Paragraph(text(step_lines.summary(report))))
    if report.actions:
        from pushtui.tui.action_blocks import action_blocks

        blocks += [BLANK, Paragraph(text(_("What applying would do"), "heading"))]
        for place, action in enumerate(report.actions, 1):
            result = report.results.get(ChangeName.of(action), "") if isinstance(action, Change) else ""
            blocks += [BLANK, *action_blocks(action, place, symbols, result)]
    return blocks


def findings_document(report: StepReport, symbols: Symbols) -> list[Block]:
    """What was found and what was done, without what the step is for."""
    from pushtui.tui.action_blocks import result_pieces
    from pushtui.tui.finding_blocks import finding_blocks

    ink = STATUS_INK[report.status]
    status = f"{symbols.status[report.status]} {sentences.status_word(report.status)}"
    blocks: list[Block] = [Paragraph(((status, ink),)), BLANK]
    blocks += finding_blocks(report, symbols)
    for sent, result in report.results.items():
        blocks.append(Paragraph((*text(f"{sent.change} ({sent.target})", "muted"), *result_pieces(result))))
    return blocks


def next_step(report: StepReport) -> str:
    """What a person does next about this step; empty where there is nothing to do."""
    match report.status:
        case Status.UNKNOWN if not report.findings:
            return _("{all} checks all steps, {this} this one; nothing is changed by that").format(
                all=key_of("check_all"), this=key_of("check_step")
            )
        case Status.CANCELLED:
            return _("{key} checks this step again").format(key=key_of("check_step"))
        case Status.SKIPPED:
            return _("{key} runs it; what will happen is shown first").format(key=key_of("apply_step"))
        case Status.CHANGE_NEEDED | Status.UNKNOWN if report.actions:
            return _("{key} applies this step; what will change is shown first").format(key=key_of("apply_step"))
        case Status.BLOCKED:
            return _("Repair the earlier steps first, from the top of the chain down")
        case Status.WAITING:
            return _("Nothing to do but to wait; {key} checks again").format(key=key_of("check_step"))
        case Status.ATTENTION if report.actions:
            words = _("{key} does what can be done from here, shown first; what is left is a person's to do")
            return words.format(key=key_of("apply_step"))
        case Status.ATTENTION | Status.FAILED | Status.UNKNOWN:
            return _("Do what stands below, then {key} checks again").format(key=key_of("check_step"))
    return ""


def _ago(at: datetime, now: datetime) -> str:
    words = age(at, now)
    return _("just now") if words == age(now, now) else _("{age} ago").format(age=words)
