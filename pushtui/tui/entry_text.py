"""An entry of the log in full, as lines: what was sent, and everything that was answered. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pushtui.base.text import clean
from pushtui.base.words import _
from pushtui.engine.events import LogLine
from pushtui.reporting import sentences
from pushtui.tui.times import duration
from pushtui.tui.widgets.inked import Piece

if TYPE_CHECKING:
    from pushtui.engine.calls import Call

_INK = {"output": "plain", "verbose": "plain", "warning": "warning", "error": "error"}


def entry_lines(line: LogLine, call: Call | None) -> list[Piece]:
    """The lines, each with its ink. Without a call there is nothing but the line itself."""
    if call is None:
        gone = [("", "plain"), (_("What was answered is not kept any more."), "muted")] if line.call else []
        return [*_head(line), ("", "plain"), *((part, "plain") for part in clean(line.text).split("\n")), *gone]
    return [*_sent(call), *_answered(call)]


def _head(line: LogLine) -> Iterator[Piece]:
    at = line.at.astimezone()
    yield f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}  {clean(line.source)}  {line.level}", "muted"
    if line.step is not None:
        steps = (line.step, *line.others)
        yield _("for {steps}").format(steps=", ".join(sentences.title(step) for step in steps)), "muted"


def _sent(call: Call) -> Iterator[Piece]:
    at = call.at.astimezone()
    yield f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}  {clean(call.source)}", "muted"
    if call.steps:
        yield _("for {steps}").format(steps=", ".join(sentences.title(step) for step in call.steps)), "muted"
    if call.seconds is not None:
        yield _("took {duration}").format(duration=duration(call.seconds)), "muted"
    yield "", "plain"
    for part in call.told.text.split("\n"):
        yield part, "command"
    if call.told.parameters or call.told.body:
        yield "", "plain"
    width = max((len(name) for name, _value in call.told.parameters), default=0)
    for name, value in call.told.parameters:
        yield f"  {name:<{width}}  {value}", "plain"
    for text in call.told.body:
        yield f"  {text}", "plain"


def _answered(call: Call) -> Iterator[Piece]:
    yield "", "plain"
    count = len(call.parts)
    if call.lost:
        yield _("No answer came: {reason}").format(reason=call.lost), "error"
    elif call.seconds is None:
        yield _("The answer is not complete yet."), "warning"
    elif not count:
        yield _("The answer is empty: it was done."), "muted"
    for place, part in enumerate(call.parts, 1):
        title = _("Answer {place} of {count}") if part.kind in {"output", "verbose"} else _("{kind} {place} of {count}")
        yield "", "plain"
        yield title.format(kind=_kind(part.kind), place=place, count=count), "heading"
        for text in part.lines:
            yield text.expandtabs(4), _INK.get(part.kind, "plain")
    if call.left_out:
        yield "", "plain"
        yield _("{count} further objects came; they are not kept here.").format(count=call.left_out), "warning"


def _kind(kind: str) -> str:
    return {"warning": _("Warning"), "error": _("Error")}.get(kind, kind)
