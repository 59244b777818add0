"""What `check`, `plan` and `apply` print for people: plain text that fits 80 columns."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.engine.events import StepReport
from pushtui.engine.plan import Plan
from pushtui.procedure.model import Action, Ask, Change, Finding, Severity, Status, StepId, Trial, Wait
from pushtui.profile import Profile
from pushtui.reporting import causes, sentences, step_lines
from pushtui.reporting.filling import known_later
from pushtui.reporting.requests import body_lines, command_text

if TYPE_CHECKING:  # reading runs needs what reads certificates, which the start of the screen does not
    from pushtui.engine.runs import Run

WIDTH = 80

SYMBOLS = {
    Status.OK: "✓",
    Status.CHANGE_NEEDED: "→",
    Status.WAITING: "…",
    Status.ATTENTION: "!",
    Status.FAILED: "✗",
    Status.BLOCKED: "-",
    Status.SKIPPED: "-",
}
_RESULTS = {
    "done": N_("done"),
    "already": N_("held already"),
    "failed": N_("not made"),
    "unknown": N_("outcome unknown"),
}
_BEFORE_PARAMETER = re.compile(r" (?=-[A-Za-z]|\| )")
_CAUSES = 2
"""How many causes in other steps are named."""
_SAID = {Severity.OK, Severity.SKIPPED}
"""Severities that the summary line says enough about."""


def headline(profile: Profile) -> str:
    """Where this is about: tenant, server and whether it is the lab."""
    kind = _("lab") if profile.environment == "lab" else _("production")
    parts = (profile.tenant_domain or "?", profile.exchange.server or "?", kind)
    return clean_line(" · ".join(parts)) + "\n"


def chain(reports: Mapping[StepId, StepReport], steps: Sequence[StepId]) -> str:
    """A line a step, then what is to be said about those that are not simply ok: causes first, what follows under them.

    At the end, what explains the most.
    """
    lines: list[str] = []
    for step in steps:
        report = reports[step]
        number = list(StepId).index(step) + 1
        symbol = SYMBOLS.get(report.status, "?")
        head = f"{number} {symbol} {sentences.title(step):<18} {sentences.status_word(report.status):<14}"
        summary = step_lines.summary(report)
        lines += _wrapped(summary, f"{head} ", " " * 6)
        lines += details(report, summary, reports)
    return "\n".join([*lines, *_explaining(reports, steps)]) + "\n"


def details(report: StepReport, summary: str = "", reports: Mapping[StepId, StepReport] | None = None) -> list[str]:
    """The findings that the summary leaves out, and for each finding what to do."""
    lines: list[str] = []
    shown: set[str] = set()
    tree = causes.branches(report, reports or {report.id: report})
    for depth, branch in (each for top in tree for each in top.walk()):
        finding = branch.finding
        if finding.severity in _SAID:
            continue
        indent = " " * (6 + 2 * depth)
        lines += _finding(branch, indent, said=not depth and sentences.finding_text(finding) == summary)
        if finding.code not in shown:  # those of other servers are the same but for the name
            lines += _commands(finding, indent)
        shown.add(finding.code)
    for sent, result in report.results.items():
        said = f"{sent.change} ({clean_line(sent.target)}): {_(_RESULTS.get(result, result))}"
        lines += _wrapped(said, "      = ", "        ")
    return lines


def _explaining(reports: Mapping[StepId, StepReport], steps: Sequence[StepId]) -> list[str]:
    """The causes that something else follows from, for whoever asks where to begin."""
    telling = [(finding, count) for finding, count in causes.roots(reports, steps) if count]
    if not telling:
        return []
    lines = ["", _("What explains the rest:")]
    for place, (finding, count) in enumerate(telling, 1):
        words = _("{text} (explains one more)") if count == 1 else _("{text} (explains {count} more)")
        said = words.format(text=sentences.finding_text(finding).rstrip("."), count=count)
        lines += _wrapped(said, f"{place:>3}. ", "     ")
    return lines


def plan_text(plan: Plan) -> str:
    """Every action with what it sends, what it changes, what it risks and what takes it back."""
    if not plan.actions:
        nothing = _("There is nothing left to take back.") if plan.task.undoes else _("Nothing needs to be done.")
        return "\n".join([nothing, *lost_text(plan.lost)]) + "\n"
    lines: list[str] = []
    for number, action in enumerate(plan.actions, 1):
        lines += _wrapped(sentences.action_title(action), f"{number:>3}. ", "     ")
        lines += _action(action)
    lines += lost_text(plan.lost)
    for consent in sorted(plan.needed_consents):
        lines += ["", *_wrapped(sentences.consent_text(consent), "  !  ", "     ")]
        lines.append("     " + _("Consent with --accept {name}").format(name=consent.value))
    return "\n".join(lines) + "\n"


def interrupted_text(run: Run) -> str:
    """That a run did not come to its end, what was in flight then, and what can be done about it."""
    lines = _wrapped(interruption(run), "  !  ", "     ")
    words = _("What became of it is read now. {command} goes on where it stopped.").format(command=go_on_command(run))
    if not run.undoes:
        words += " " + _("pushtui undo {run} takes back what it did.").format(run=run.id)
    return "\n".join([*lines, *_wrapped(words, "     ", "     ")]) + "\n\n"


def go_on_command(run: Run) -> str:
    """What goes on with a run: the command that began it, as people type it."""
    task = run.task
    words = {
        "undo": ["undo", task.undoes],
        "keys": ["keys", "remove", *sorted(task.removed_keys)],
        "renewal": ["renew"],
    }
    steps = [] if run.steps == tuple(StepId) or task.change else [f"--step {step.value}" for step in run.steps]
    change = [f"--change {task.change}"] if task.change else []
    days = [f"--within-days {task.within_days:g}"] if task.within_days else []
    of_these = steps if task.course in {"trust", "undo"} else []
    return " ".join(["pushtui", *words.get(task.course, ["apply"]), *change, *of_these, *days])


def interruption(run: Run) -> str:
    """Which run it was and what it was doing, as one sentence."""
    user = clean_line(str(run.who.get("user") or "?"))
    when = f"{run.started.astimezone():%Y-%m-%d %H:%M}"
    open_ = [change for change in run.changes if change.result in {"", "unknown"}]
    if open_:
        text = _("The run of {when} by {user} was interrupted while this was under way: {what}")
        titles = [sentences.sent_title(change.id, change.target, change.arguments) for change in open_]
        return text.format(when=when, user=user, what="; ".join(titles))
    return _("The run of {when} by {user} was interrupted between two changes").format(when=when, user=user)


def lost_text(lost: Sequence[Finding]) -> list[str]:
    """What does not come back, or not as it was."""
    if not lost:
        return []
    lines = ["", _("What does not come back, or not as it was:")]
    for finding in lost:
        lines += _wrapped(sentences.finding_text(finding), "  * ", "    ")
    return lines


def notices() -> str:
    """The honest notices, as a list."""
    lines = [line for notice in sentences.notices() for line in _wrapped(notice, "  * ", "    ")]
    return "\n".join(lines) + "\n"


def _finding(branch: causes.Branch, indent: str, *, said: bool) -> Iterable[str]:
    finding = branch.finding
    word = sentences.severity_word(finding.severity)
    if not said:
        yield from _wrapped(f"{word}: {sentences.finding_text(finding)}", indent, indent + "  ")
    for cause in branch.elsewhere[:_CAUSES]:
        yield from _wrapped(sentences.because(cause), indent + "  ", indent + "    ")
    remedy = sentences.remedy(finding)
    if remedy and finding.severity is not Severity.NOTE:
        yield from _wrapped(remedy, indent + "  > ", indent + "    ")


def _commands(finding: Finding, indent: str) -> Iterable[str]:
    """What a person can type. A long line is continued as PowerShell continues one, so that it can be copied."""
    for where, lines in sentences.commands(finding):
        place = _("on {server}:").format(server=where) if where else _("in the Exchange Management Shell:")
        yield from _wrapped(place, indent + "  > ", indent + "    ")
        for line in lines:
            yield from _continued(line, indent + "      ")


def _continued(line: str, indent: str) -> Iterable[str]:
    """Broken before a parameter or a pipe only: never inside a value."""
    parts = _BEFORE_PARAMETER.split(line)
    text = parts[0]
    for part in parts[1:]:
        if len(indent) + len(text) + len(part) + 3 > WIDTH:
            yield f"{indent}{text} `"
            text = f"  {part}"
        else:
            text = f"{text} {part}"
    yield indent + text


def _action(action: Action) -> Iterable[str]:
    match action:
        case Change():
            yield from _wrapped(clean_line(command_text(action.command)), "     ", "       ")
            for line in body_lines(action.command):
                indent = " " * (len(line) - len(line.lstrip()))
                yield from _wrapped(line.lstrip(), f"       {indent}", f"         {indent}")
            where = sentences.where_text(action.command)
            words = _("target: {where}; object: {object}").format(where=where, object=clean_line(action.target))
            yield from _wrapped(words, "     ", "       ")
            before = sentences.nothing_before(action) if action.before is None else _json(action.before)
            words = _("before: {before}; after: {after}").format(before=before, after=_json(action.after))
            yield from _wrapped(words, "     ", "       ")
            undo = sentences.undo_text(action)
            risk = sentences.risk_of(action)
            yield from _wrapped(_("{risk}; undo: {undo}").format(risk=risk, undo=undo), "     ", "       ")
        case Wait(seconds=seconds):
            yield "     " + _("up to {seconds:.0f} s").format(seconds=seconds)
        case Ask(command=command, where=where):
            yield from _wrapped(
                _("you do this on {where}: {command}").format(where=where, command=command), "     ", "       "
            )
        case Trial(query=query) if query is not None:
            yield from _wrapped(clean_line(query.cmdlet.text), "     ", "       ")


def _json(value: Json) -> str:
    if value is None:
        return _("nothing")
    return clean_line(known_later(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=True, break_on_hyphens=False
    ) or [first.rstrip()]
