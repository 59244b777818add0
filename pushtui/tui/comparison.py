"""Values before and after a change: side by side where there is room, one below the other where there is not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from pushtui.base.commands import Json
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.reporting import sentences
from pushtui.reporting.filling import value_text
from pushtui.tui.paragraphs import Line, text, wrap
from pushtui.tui.widgets.inked import Piece, width_of

WIDE = 97
"""Cells from which on the two stand side by side: what a terminal of 100 columns leaves to a document."""
LABEL = 24
"""Cells that names of properties take at most."""

GONE, COME, STAYS = "-", "+", " "


@frozen
class Row:
    """A property, or an item of one that is a list."""

    name: str
    before: str | None
    """None: there was none."""
    after: str | None

    @property
    def changed(self) -> bool:
        return self.before != self.after


def rows(before: Json, after: Json, nothing: str = "") -> tuple[Row, ...]:
    """Properties in their order; of a list, what stays has a row, and what goes or comes has one of its own.

    `nothing` is said where there is no value before at all.
    """
    old, new = _properties(before), _properties(after)
    result: list[Row] = [Row("", nothing, None)] if nothing and not old else []
    for name in dict.fromkeys((*old, *new)):
        result += _rows(sentences.property_name(name) if name else "", old.get(name), new.get(name),
                        was=name in old, will=name in new)  # fmt: skip
    return tuple(result)


def _rows(name: str, old: Json, new: Json, *, was: bool, will: bool) -> Iterable[Row]:
    if isinstance(old, list) or isinstance(new, list):
        left, right = (value if isinstance(value, list) else [] for value in (old, new))
        pairs = [(item, item) if item in right else (item, None) for item in left]
        pairs += [(None, item) for item in right if item not in left]
        for place, (one, other) in enumerate(pairs or [("", "")]):
            yield Row(
                "" if place else name, None if one is None else shown(one), None if other is None else shown(other)
            )
        return
    yield Row(name, shown(old) if was else None, shown(new) if will else None)


@frozen
class Comparison:
    """Rows as a table: two columns with a line between them, or the value after below the one before."""

    rows: Sequence[Row]
    divider: str
    """Between the two columns."""
    indent: int = 4

    def lines(self, width: int) -> list[Line]:
        return self._beside(width) if width >= WIDE and self._has_two_sides else self._below(width)

    @property
    def _from_nothing(self) -> bool:
        """Whether the first row says that there was no value at all."""
        return len(self.rows) > 1 and not self.rows[0].name and self.rows[0].after is None

    @property
    def _has_two_sides(self) -> bool:
        """Whether there is anything to compare: not where something comes that was not there, or goes altogether."""
        told = self.rows[1:] if self._from_nothing else self.rows
        return any(row.before is not None for row in told) and any(row.after is not None for row in told)

    def _beside(self, width: int) -> list[Line]:
        label = min(LABEL, max((width_of(row.name) for row in self.rows), default=0))
        side = (width - self.indent - label - 4) // 2
        lines = [self._line(label, side, [], text(_("before"), "heading"), text(_("after"), "heading"))]
        for row in self.rows:
            names = wrap(text(row.name, "muted"), max(1, label))
            parts = zip_longest(names, _value(row, GONE, side), _value(row, COME, side), fillvalue=())
            lines += [self._line(label, side, *each) for each in parts]
        return lines

    def _line(
        self, label: int, side: int, name: Sequence[Piece], before: Sequence[Piece], after: Sequence[Piece]
    ) -> Line:
        indent: Piece = (" " * self.indent, "plain")
        return [indent, *_padded(name, label + 1), *_padded(before, side), (f" {self.divider} ", "line"), *after]

    def _below(self, width: int) -> list[Line]:
        names = [row.name for row in self.rows]
        if self._from_nothing:
            names[0] = _("before")
        label = min(LABEL, max(map(width_of, names), default=0))
        room = max(8, width - self.indent - label - 1)
        lines: list[Line] = []
        for name, row in zip(names, self.rows, strict=True):
            wrapped = wrap(text(name, "muted"), max(1, label))
            old = _value(row, GONE, room) if row.changed else []
            indent: Piece = (" " * self.indent, "plain")
            parts = zip_longest(wrapped, [*old, *_value(row, COME, room)], fillvalue=())
            lines += [[indent, *_padded(each, label + 1), *value] for each, value in parts]
        return lines


def _value(row: Row, mark: str, width: int) -> list[Line]:
    """A value with its mark, so that what changes can be told without any colour; no line where there is none."""
    value = row.before if mark is GONE else row.after
    if value is None:
        return []
    ink = "muted" if not row.changed else "strong" if mark is COME else "plain"
    lines = wrap(text(value, ink), max(1, width - 2)) or [[]]
    lead = mark if row.changed else STAYS
    return [[(f"{lead if place == 0 else ' '} ", ink), *line] for place, line in enumerate(lines)]


def _padded(line: Sequence[Piece], width: int) -> Line:
    return [*line, (" " * (width - sum(width_of(words) for words, _ink in line)), "plain")]


def _properties(value: Json) -> dict[str, Json]:
    """A value as properties; one that is none has none."""
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def shown(value: Json) -> str:
    """A value for people."""
    match value:
        case None | "" | []:
            return _("(none)")
        case bool():
            return _("yes") if value else _("no")
        case dict():
            return ", ".join(f"{name}: {shown(item)}" for name, item in value.items())
        case list():
            return ", ".join(shown(item) for item in value)
        case _:
            return value_text(str(value))
