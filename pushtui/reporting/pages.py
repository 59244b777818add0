"""A document as blocks that know neither Markdown nor HTML: what a report says, apart from how it is written down.

Text in them is data, word for word as it came; each way of writing makes it harmless in its own way.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from pushtui.base.text import clean
from pushtui.base.values import frozen


class Tone(StrEnum):
    """What a text means, for where colours can be shown; the words say it, too."""

    PLAIN = "plain"
    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    MUTED = "muted"


@frozen
class Cell:
    """A text of a table with a tone."""

    text: str
    tone: Tone = Tone.PLAIN


@frozen
class Heading:
    text: str
    level: int = 2
    """1 is the document's own; every document has one, first."""


@frozen
class Prose:
    """A paragraph."""

    text: str
    tone: Tone = Tone.PLAIN


@frozen
class Bullets:
    items: tuple[str, ...]


@frozen
class Point:
    """Something that is so: a word for how grave it is, the sentence, what belongs to it, and what follows from it."""

    word: str
    text: str
    tone: Tone = Tone.PLAIN
    details: tuple[tuple[str, str], ...] = ()
    """Names and values."""
    points: tuple[Point, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    """Where it is typed, and what, word for word."""


@frozen
class Points:
    points: tuple[Point, ...]


@frozen
class Table:
    """Rows that begin with their name. Without a head the columns have none."""

    head: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]


@frozen
class Code:
    """Word for word: a command. Line breaks stay."""

    text: str


@frozen
class Picture:
    """Drawn with characters. What it shows is said in words elsewhere, too: `says` names it for who cannot see it."""

    says: str
    lines: tuple[tuple[Cell, ...], ...]


Block: TypeAlias = Heading | Prose | Bullets | Points | Table | Code | Picture


def drawn(value: Cell) -> str:
    """Its text as part of a line of a picture: spaces stay."""
    return clean(value.text).expandtabs(1).replace("\n", " ")


def cell(value: str | Cell) -> Cell:
    """A plain text as a cell."""
    return value if isinstance(value, Cell) else Cell(value)
