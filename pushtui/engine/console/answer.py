"""What a cmdlet answered, as rows of text: a table of alike objects, or a list of properties. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.exchange.lines import short

COLUMNS = 8
"""A table has no more: beyond, a list is easier to read."""
NARROWEST = 24
"""A wide column is cut to no fewer cells; the entry of the log has all of its values."""
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
    if len(objects) == 1 or len(names) > COLUMNS:
        return list(_list(objects))
    cells = [list(names), *([_text(item.get(name)) for name in names] for item in objects)]
    widths = _fit([max(len(row[place]) for row in cells) for place in range(len(names))], width)
    return list(_table(cells, widths)) if widths else list(_list(objects))


def _fit(widths: list[int], width: int) -> list[int]:
    """The widest columns made narrower until all fit; none at all where that would leave too little of them."""
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = widths.index(max(widths))
        if widths[widest] <= NARROWEST:
            return []
        widths[widest] -= 1
    return widths


def _table(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    head, *others = (
        _GAP.join(_cut(text, size).ljust(size) for text, size in zip(row, widths, strict=True)) for row in cells
    )
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


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
