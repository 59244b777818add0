"""A document as Markdown (CommonMark with tables), for a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pushtui.base.text import clean, clean_line
from pushtui.reporting.pages import Block, Bullets, Code, Heading, Picture, Point, Points, Prose, Table, cell, drawn

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_STARTS_SOMETHING = re.compile(r"^(\d*)([-+=.)])")
"""What makes a list or a heading of a line that begins with it: its number, and the character to escape."""


def markdown(blocks: Sequence[Block]) -> str:
    """The document, with a line feed at its end."""
    parts = ["\n".join(_block(block)).rstrip("\n") for block in blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> Iterable[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {_inline(text)}"
        case Prose(text):
            yield _line(text)
        case Bullets(items):
            yield from (f"- {_line(item)}" for item in items)
        case Points(points):
            for point in points:
                yield from _point(point, "")
        case Table(head, rows):
            yield from _table(head, rows)
        case Code(text):
            yield from _fenced(text)
        case Picture(_, lines):
            yield from _fenced("\n".join("".join(map(drawn, line)) for line in lines))


def _point(point: Point, indent: str) -> Iterable[str]:
    yield f"{indent}- **{_inline(point.word)}**: {_inline(point.text)}"
    for name, value in point.details:
        yield f"{indent}  - {_line(f'{name}: {value}')}"
    for where, text in point.commands:
        yield f"{indent}  - {_line(where)}"
        yield ""
        yield from (f"{indent}    {line}" for line in _fenced(text))
        yield ""
    for each in point.points:
        yield from _point(each, indent + "  ")


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterable[str]:
    """A table must have a head in Markdown; where there is none, it is empty."""
    width = max(len(head), *(len(row) for row in rows), 1)
    names = [*head, *[""] * (width - len(head))]
    yield f"| {' | '.join(_inline(name) for name in names)} |"
    yield "|" + "---|" * width
    for row in rows:
        texts = [_inline(cell(value).text) for value in row]  # type: ignore[arg-type]  # str or Cell
        yield f"| {' | '.join([*texts, *[''] * (width - len(texts))])} |"


def _inline(text: str) -> str:
    """Text from outside is text: nothing in it is Markdown, or HTML in Markdown."""
    return _SPECIAL.sub(r"\\\1", clean_line(text))


def _line(text: str) -> str:
    """As `_inline`, where the text begins a line of its own."""
    return _STARTS_SOMETHING.sub(r"\1\\\2", _inline(text))


def _fenced(text: str) -> list[str]:
    """Word for word; the fence is longer than any run of backticks in it."""
    shown = clean(text).expandtabs(4)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence, *shown.splitlines(), fence]
