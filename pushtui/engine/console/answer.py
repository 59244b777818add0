"""What a cmdlet answered, as rows of text: a table of alike objects, or a list of properties. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.exchange.lines import short

COLUMNS = 8
"""A table has no more: beyond, a list is easier to read."""
WIDEST = 60
"""Cells of a column beyond which a value is cut; the entry of the log has all of it."""
_GAP = "  "


def names_of(objects: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The property names of all objects, in the order in which they come up."""
    return tuple(dict.fromkeys(name for item in objects for name in item if not name.startswith("@")))


def rows(objects: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """A table where there are several objects and it fits `width`; else a list, a line a property."""
    if not objects:
        return [_("(no object)")]
    names = names_of(objects)
    if not names:
        return [clean_line(str(item.get("@text", ""))) for item in objects]
    table = list(_table(objects, names))
    if len(objects) > 1 and len(names) <= COLUMNS and max(map(len, table)) <= width:
        return table
    return list(_list(objects))


def _table(objects: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    cells = [names, *([_cut(_text(item.get(name))) for name in names] for item in objects)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(names))]
    head, *others = (_GAP.join(text.ljust(size) for text, size in zip(row, widths, strict=True)) for row in cells)
    yield head.rstrip()
    yield _GAP.join("-" * size for size in widths)
    yield from (line.rstrip() for line in others)


def _list(objects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, item in enumerate(objects):
        if place:
            yield ""
        names = [name for name in item if not name.startswith("@")]
        size = max(map(len, names), default=0)
        for name in names:
            yield f"{clean_line(name).ljust(size)} : {_text(item[name])}".rstrip()


def _text(value: Any) -> str:
    return clean_line(short(value))


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
