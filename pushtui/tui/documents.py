"""What the panels and the plan say, as blocks: a step's findings and changes, a plan, an entry of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pushtui.base.words import _
from pushtui.engine.events import ChangeName, StepReport
from pushtui.procedure.model import Action, Ask, Change, Risk, Status, StepId, Trial, Wait
from pushtui.reporting import sentences, step_lines
from pushtui.reporting.requests import body_lines, command_text
from pushtui.tui.actions import key_of
from pushtui.tui.comparison import Comparison, rows
from pushtui.tui.explanations import explanation
from pushtui.tui.finding_blocks import LABEL, finding_blocks
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.symbols import STATUS_INK, Symbols
from pushtui.tui.times import age, countdown, duration
from pushtui.tui.widgets.inked import Piece


def step_document(
    report: StepReport, symbols: Symbols, now: datetime, reports: Mapping[StepId, StepReport] | None = None
) -> list[Block]:
    """Everything that is known about a step; `reports` are those of all steps, for what has its cause in another."""
    ink = STATUS_INK[report.status]
    head: list[Piece] = [(f"{symbols.status[report.status]} {sentences.status_word(report.status)}", ink)]
    if report.at is not None:
        when = _("checked {age}, took {duration}").format(age=_ago(report.at, now), duration=duration(report.seconds))
        head.append((f"  {symbols.dot} {when}", "muted"))
    blocks: list[Block] = [Paragraph(tuple(head))]
    if following := next_step(report):
        blocks.append(Paragraph(text(following, "strong"), lead=((f"{symbols.arrow} ", "accent"),)))
    blocks += [Paragraph(text(explanation(report.id), "muted")), BLANK]
    blocks += finding_blocks(report, symbols, reports)
    if not report.findings and report.status is not Status.UNKNOWN:
        blocks.append(Paragraph(text(step_lines.summary(report))))
    if report.actions:
        blocks += [BLANK, Paragraph(text(_("What applying would do"), "heading"))]
        for place, action in enumerate(report.actions, 1):
            result = report.results.get(ChangeName.of(action), "") if isinstance(action, Change) else ""
            blocks += [BLANK, *action_blocks(action, place, symbols, result)]
    return blocks


def findings_document(report: StepReport, symbols: Symbols) -> list[Block]:
    """What was found and what was done, without what the step is for."""
    ink = STATUS_INK[report.status]
    status = f"{symbols.status[report.status]} {sentences.status_word(report.status)}"
    blocks: list[Block] = [Paragraph(((status, ink),)), BLANK]
    blocks += finding_blocks(report, symbols)
    for sent, result in report.results.items():
        blocks.append(Paragraph((*text(f"{sent.change} ({sent.target})", "muted"), *_result(result))))
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


def action_blocks(action: Action, place: int, symbols: Symbols, result: str = "") -> list[Block]:
    """One action in full: what it is, the exact command, before and after, risk and undo."""
    lead: tuple[Piece, ...] = ((f"{place:>2}. ", "muted"),)
    title = text(sentences.action_title(action), "strong")
    match action:
        case Change():
            return [
                Paragraph((*title, *_badge(action), *_result(result)), lead=lead),
                *_command(command_text(action.command), symbols, body_lines(action.command)),
                *_table(action, symbols),
            ]
        case Wait():
            note = _("up to {time}").format(time=countdown(action.seconds))
            return [Paragraph((*title, (f"  {note}", "muted")), lead=lead)]
        case Ask():
            where = _("you do this on {where}").format(where=action.where)
            return [
                Paragraph((*title, *text(f"  {where}", "muted")), lead=lead),
                *_command(action.command, symbols),
            ]
        case Trial():
            command = _command(action.query.cmdlet.text, symbols) if action.query else []
            return [Paragraph((*title, (f"  {_('a trial; it changes nothing')}", "muted")), lead=lead), *command]


def _badge(change: Change) -> tuple[Piece, ...]:
    ink = {Risk.REVERSIBLE: "muted", Risk.ORG_WIDE: "warning", Risk.IRREVERSIBLE: "error"}[change.risk]
    return ((f"  {sentences.risk_of(change)}", ink),)


def _result(result: str) -> tuple[Piece, ...]:
    words = {
        "done": (_("done"), "ok"),
        "already": (_("already so"), "ok"),
        "failed": (_("failed"), "error"),
        "unknown": (_("outcome unknown"), "warning"),
    }
    return ((f"  {words[result][0]}", words[result][1]),) if result in words else ()


def _command(command: str, symbols: Symbols, body: Iterable[str] = ()) -> list[Block]:
    lead: tuple[Piece, ...] = (("    ", "plain"), (f"{symbols.bar} ", "line"))
    rest = [
        Paragraph(
            text(line.lstrip(), "muted"), lead=(*lead, (" " * (len(line) - len(line.lstrip())), "plain")), repeat=True
        )
        for line in body
    ]
    return [Paragraph(text(command, "command"), lead=lead, repeat=True), *rest]


def _table(change: Change, symbols: Symbols) -> Iterable[Block]:
    """Where it is sent, the object, its properties before and after, and the undo."""

    def row(heading: str, value: str, ink: str = "plain") -> Block:
        return Columns((text(heading, "muted"), text(value, ink)), (LABEL, 0), indent=4, gap=2)

    yield row(_("target"), sentences.where_text(change.command))
    yield row(_("object"), change.target)
    compared = rows(change.before, change.after, sentences.nothing_before(change))
    if compared:
        yield Comparison(compared, symbols.bar)
    yield row(_("undo"), sentences.undo_text(change), "muted")
