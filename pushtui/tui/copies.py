"""What can be copied: of a step, of a plan, of whatever is on the screen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pushtui.base.text import clean, clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Action, Ask, Change, Finding, Severity, Trial
from pushtui.reporting import sentences
from pushtui.reporting.requests import command_text
from pushtui.tui.paragraphs import Block

PAPER = 100
"""Cells that a text is laid out for, when it is to be read elsewhere."""


@frozen
class Copyable:
    """Something that can be copied."""

    what: str
    """What it is, such as “The command”."""
    text: str | Callable[[], str]
    """The text; or what makes it, on a thread of its own, because that takes its time."""

    @property
    def preview(self) -> str:
        """How it begins, on one line."""
        return clean_line(self.text[:300]) if isinstance(self.text, str) else ""


def of_step(report: StepReport, document: Sequence[Block]) -> Iterator[Copyable]:
    """The step as it is shown, and its parts: commands, then findings with what was expected and observed."""
    yield Copyable(_("This step as text"), as_text(document))
    yield from of_actions(report.actions)
    for finding in sorted(report.findings, key=lambda each: list(Severity).index(each.severity), reverse=True):
        yield from _of_finding(finding)


def of_actions(actions: Iterable[Action]) -> Iterator[Copyable]:
    """What would be sent or has to be typed."""
    for action in actions:
        match action:
            case Change():
                yield Copyable(_("The command"), clean(command_text(action.command)))
            case Ask() if action.command:
                yield Copyable(_("The command to type"), clean(action.command))
            case Trial() if action.query:
                yield Copyable(_("The trial"), clean(action.query.cmdlet.text))


def _of_finding(finding: Finding) -> Iterator[Copyable]:
    said, remedy = sentences.finding_text(finding), sentences.remedy(finding)
    values = ((_("expected"), finding.expected), (_("observed"), finding.observed))
    labelled = [(label, value) for label, value in values if value]
    lines = [said, *(f"{label}: {value}" for label, value in labelled), *([remedy] if remedy else [])]
    yield Copyable(_("The finding"), clean("\n".join(lines)))
    for where, commands in sentences.commands(finding):
        what = _("The commands to type on {server}").format(server=where) if where else _("The commands to type")
        yield Copyable(what, clean("\n".join(commands)))
    for label, value in labelled:
        yield Copyable(_("What was {label}").format(label=label), clean(value))


def as_text(blocks: Iterable[Block], width: int = PAPER) -> str:
    """Blocks as plain text."""
    lines = ("".join(words for words, _ink in line).rstrip() for block in blocks for line in block.lines(width))
    return "\n".join(lines).strip("\n") + "\n"
