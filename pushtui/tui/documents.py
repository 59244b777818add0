"""What the panels and the plan say, as blocks: a step's findings and changes, a plan, an entry of the log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from pushtui.base.commands import Json
from pushtui.base.words import _
from pushtui.engine.events import LogLine, StepReport
from pushtui.procedure.model import Action, Ask, Change, Finding, GraphWrite, Risk, Severity, Status, Trial, Wait
from pushtui.reporting import sentences
from pushtui.tui.actions import key_of
from pushtui.tui.explanations import explanation
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.symbols import SEVERITY_INK, STATUS_INK, Symbols
from pushtui.tui.times import age, countdown, duration
from pushtui.tui.widgets.inked import Piece

_LABEL = 11
"""Cells of the column of labels: the longest of “expected”, “observed”, “what to do”, and a space."""


def step_document(report: StepReport, symbols: Symbols, now: datetime) -> list[Block]:
    """Everything that is known about a step."""
    ink = STATUS_INK[report.status]
    head: list[Piece] = [(f"{symbols.status[report.status]} {sentences.status_word(report.status)}", ink)]
    if report.at is not None:
        when = _("checked {age}, took {duration}").format(age=_ago(report.at, now), duration=duration(report.seconds))
        head.append((f"  {symbols.dot} {when}", "muted"))
    blocks: list[Block] = [Paragraph(tuple(head))]
    if following := next_step(report):
        blocks.append(Paragraph(text(following, "strong"), lead=((f"{symbols.arrow} ", "accent"),)))
    blocks += [Paragraph(text(explanation(report.id), "muted")), BLANK]
    for finding in sorted(report.findings, key=_gravity):
        blocks.extend(_finding(finding, symbols))
    if not report.findings and report.status is not Status.UNKNOWN:
        blocks.append(Paragraph(text(sentences.summary(report))))
    if report.actions:
        blocks += [BLANK, Paragraph(text(_("What applying would do"), "heading"))]
        for place, action in enumerate(report.actions, 1):
            blocks += [BLANK, *action_blocks(action, place, symbols, report.results.get(action.id, ""))]
    return blocks


def findings_document(report: StepReport, symbols: Symbols) -> list[Block]:
    """What was found and what was done, without what the step is for."""
    ink = STATUS_INK[report.status]
    status = f"{symbols.status[report.status]} {sentences.status_word(report.status)}"
    blocks: list[Block] = [Paragraph(((status, ink),)), BLANK]
    for finding in sorted(report.findings, key=_gravity):
        blocks.extend(_finding(finding, symbols))
    for change, result in report.results.items():
        blocks.append(Paragraph((*text(change, "muted"), *_result(result))))
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
        case Status.ATTENTION | Status.FAILED | Status.UNKNOWN:
            return _("Do what stands below, then {key} checks again").format(key=key_of("check_step"))
    return ""


def _ago(at: datetime, now: datetime) -> str:
    words = age(at, now)
    return _("just now") if words == age(now, now) else _("{age} ago").format(age=words)


_GRAVITY = list(Severity)


def _gravity(finding: Finding) -> int:
    return -_GRAVITY.index(finding.severity)


def _finding(finding: Finding, symbols: Symbols) -> Iterable[Block]:
    ink = SEVERITY_INK[finding.severity]
    yield Paragraph(
        text(sentences.finding_text(finding), "plain" if finding.severity is not Severity.FAILURE else "strong"),
        lead=((f"{symbols.severity[finding.severity]} ", ink),),
    )
    if finding.severity is Severity.OK:
        return
    said = f"{sentences.finding_text(finding)} {(remedy := sentences.remedy(finding))}"
    for label, value in ((_("expected"), finding.expected), (_("observed"), finding.observed)):
        if value and value not in said:
            yield _labelled(label, text(value, "muted"))
    if remedy:
        yield _labelled(_("what to do"), text(remedy))


def _labelled(label: str, pieces: tuple[Piece, ...]) -> Block:
    return Columns((text(label, "muted"), pieces), (_LABEL, 0), indent=2, gap=1)


def action_blocks(action: Action, place: int, symbols: Symbols, result: str = "") -> list[Block]:
    """One action in full: what it is, the exact command, before and after, risk and undo."""
    lead: tuple[Piece, ...] = ((f"{place:>2}. ", "muted"),)
    title = text(sentences.action_title(action), "strong")
    match action:
        case Change():
            return [
                Paragraph((*title, *_badge(action), *_result(result)), lead=lead),
                *_command(action.command.text, symbols),
                *_table(action),
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
    return ((f"  {sentences.risk_text(change.risk)}", ink),)


def _result(result: str) -> tuple[Piece, ...]:
    words = {
        "done": (_("done"), "ok"),
        "already": (_("already so"), "ok"),
        "failed": (_("failed"), "error"),
        "unknown": (_("outcome unknown"), "warning"),
    }
    return ((f"  {words[result][0]}", words[result][1]),) if result in words else ()


def _command(command: str, symbols: Symbols) -> list[Block]:
    return [Paragraph(text(command, "command"), lead=(("    ", "plain"), (f"{symbols.bar} ", "line")), repeat=True)]


def _table(change: Change) -> Iterable[Block]:
    """The object, its properties before and after side by side, and the undo, all in the same columns."""
    left, right = _properties(change.before), _properties(change.after)
    names = list(dict.fromkeys((*left, *right)))
    label = sentences.property_name
    width = max(_LABEL, min(24, max((len(label(name)) for name in names), default=0)))

    def row(heading: str, *cells: tuple[Piece, ...]) -> Block:
        return Columns((text(heading, "muted"), *cells), (width, *(0 for _cell in cells)), indent=4, gap=2)

    if change.target not in sentences.action_title(change):
        yield row(_("object"), text(change.target))
    if left and right:
        yield row("", text(_("before"), "muted"), text(_("after"), "muted"))
    for name in names:
        old, new = _shown(left.get(name)), _shown(right.get(name))
        if not left:
            yield row(label(name) or _("new"), text(new, "strong"))
        elif not right:
            yield row(label(name) or _("removed"), text(old, "strong"))
        else:
            yield row(label(name), text(old, "muted"), text(new, "muted" if old == new else "strong"))
    if isinstance(change.command, GraphWrite) and change.command.request.body:
        size = len(change.command.request.body.encode())
        yield row(_("body"), text(_("{size} bytes of JSON").format(size=size)))
    yield row(_("undo"), text(sentences.undo_text(change), "muted"))


def _properties(value: Json) -> dict[str, Json]:
    """A value as properties; one that is none has none."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def _shown(value: Json) -> str:
    match value:
        case None | "":
            return _("(none)")
        case bool():
            return _("yes") if value else _("no")
        case str() | int() | float():
            return str(value)
        case list():
            return "\n".join(_shown(item) if not isinstance(item, dict) else _one_line(item) for item in value) or _(
                "(none)"
            )
        case dict():
            return _one_line(value)


def _one_line(value: Json) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_one_line(item)}" for name, item in value.items())
    return value if isinstance(value, str) else json.dumps(value)


def entry_document(line: LogLine) -> list[Block]:
    """One entry of the log in full."""
    head = f"{line.at.astimezone():%Y-%m-%d %H:%M:%S}.{line.at.microsecond // 1000:03}  {line.source}  {line.level}"
    return [Paragraph(text(head, "muted")), BLANK, Paragraph(text(line.text))]
