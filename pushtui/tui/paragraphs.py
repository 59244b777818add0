"""Text laid out for a width: paragraphs with a hanging indent, and columns side by side. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Protocol

from rich.cells import set_cell_size

from pushtui.base.text import clean
from pushtui.base.values import frozen
from pushtui.tui.widgets.inked import Piece, width_of

_TOKENS = re.compile(r"\n|[ \t]+|[^ \t\n]+")
Line = list[Piece]


class Block(Protocol):
    """Something that can be laid out."""

    def lines(self, width: int) -> list[Line]:
        """The lines that it takes at this width."""


@frozen
class Paragraph:
    """Running text. `lead` stands before the first line; what follows is wrapped in the room right of it."""

    pieces: tuple[Piece, ...] = ()
    lead: tuple[Piece, ...] = ()
    repeat: bool = False
    """Whether `lead` stands before every line: a bar beside something quoted."""

    def lines(self, width: int) -> list[Line]:
        room = sum(width_of(text) for text, _ink in self.lead)
        wrapped = wrap(self.pieces, max(8, width - room)) or [[]]
        blank: list[Piece] = [(" " * room, "plain")]
        return [[*(self.lead if number == 0 or self.repeat else blank), *line] for number, line in enumerate(wrapped)]


@frozen
class Columns:
    """Texts side by side, each wrapped in its own column. A share of 0 takes the rest, equally with others."""

    cells: tuple[tuple[Piece, ...], ...]
    widths: tuple[int, ...]
    indent: int = 0
    gap: int = 2

    def lines(self, width: int) -> list[Line]:
        fixed = sum(self.widths) + self.gap * (len(self.cells) - 1) + self.indent
        shares = max(1, self.widths.count(0))
        rest = max(8, (width - fixed) // shares)
        widths = [each or rest for each in self.widths]
        columns = [wrap(cell, each) or [[]] for cell, each in zip(self.cells, widths, strict=True)]
        laid = []
        for row in zip_longest(*columns, fillvalue=[]):
            line: Line = [(" " * self.indent, "plain")]
            for cell, each in zip(row, widths, strict=True):
                line.extend(cell)
                line.append((" " * (each - sum(width_of(text) for text, _ink in cell) + self.gap), "plain"))
            laid.append(line)
        return laid


BLANK = Paragraph()


def lines_of(blocks: Sequence[Block], width: int) -> list[Line]:
    """All their lines, one block below another."""
    return [line for block in blocks for line in block.lines(width)]


def text(words: str, ink: str = "plain") -> tuple[Piece, ...]:
    """A single piece, with anything that could act on a terminal made visible."""
    return ((clean(words).expandtabs(4), ink),)


def wrap(pieces: Sequence[Piece], width: int) -> list[Line]:
    """Break at spaces; a word that is wider than the line is broken where it must be."""
    lines: list[Line] = [[]]
    used = 0
    for words, ink in pieces:
        for token in _TOKENS.findall(words):
            if token[0] == "\n":
                lines.append([])
                used = 0
                continue
            length = width_of(token)
            if used + length > width:
                if token.isspace():
                    continue
                if used:
                    _strip_end(lines[-1])
                    lines.append([])
                    used = 0
                while length > width:
                    head = str(set_cell_size(token, width)).rstrip(" ") or token[:1]
                    lines[-1].append((head, ink))
                    lines.append([])
                    token = token[len(head) :]
                    length = width_of(token)
            elif not used and token.isspace() and len(lines) > 1:
                continue
            lines[-1].append((token, ink))
            used += length
    return [] if lines == [[]] else lines


def _strip_end(line: Line) -> None:
    while line and line[-1][0].isspace():
        line.pop()
