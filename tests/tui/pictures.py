"""The screen as a small SVG file that reads well as a picture and as a diff: a line of text for each row.

Textual's own pictures take ten times the room, and all of their names change with any change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.strip import Strip

WIDE, HIGH, BASE = 8, 18, 14
"""Units of a cell, and from its top to the line that letters stand on."""
LOOKS = {
    "bold": "font-weight:bold",
    "italic": "font-style:italic",
    "underline": "text-decoration:underline",
    "strike": "text-decoration:line-through",
    "dim": "opacity:.6",
}


@dataclass(frozen=True)
class Run:
    """Neighbouring cells of one look."""

    at: int
    cells: int
    words: str
    ink: str
    ground: str
    looks: str


def picture(title: str, strips: Iterable[Strip]) -> str:
    """The rows of a screen as SVG."""
    rows = [list(_runs(strip)) for strip in strips]
    width, height = max(run.at + run.cells for row in rows for run in row) * WIDE, len(rows) * HIGH
    grounds: Counter[str] = Counter()
    for run in chain.from_iterable(rows):
        grounds[run.ground] += run.cells
    ((ground, _cells),) = grounds.most_common(1)
    looks = "".join(f".{name}{{{rule}}}" for name, rule in LOOKS.items())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" xml:space="preserve">',
        f"<title>{title}</title>",
        f"<style>text{{font:13.3px monospace}}{looks}</style>",
        f'<rect width="{width}" height="{height}" fill="{ground}"/>',
        *(_row(row, place * HIGH, ground) for place, row in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _row(runs: list[Run], top: int, most: str) -> str:
    """What is not of the ground that most cells have, then what is written; neighbours of one ground are one."""
    parts = []
    for ground, same in groupby(runs, lambda run: run.ground):
        first, *_rest = neighbours = list(same)
        if ground != most:
            wide = sum(run.cells for run in neighbours) * WIDE
            place = f'x="{first.at * WIDE}" y="{top}" width="{wide}" height="{HIGH}"'
            parts.append(f'<rect {place} fill="{ground}"/>')
    words = "".join(_words(run) for run in runs)
    return "".join([*parts, f'<text y="{top + BASE}">{words}</text>' if words else "<text/>"])


def _words(run: Run) -> str:
    bare = run.words if {"underline", "strike"} & set(run.looks.split()) else run.words.strip()
    if not bare:
        return ""
    at = run.at + cell_len(run.words[: run.words.index(bare)])
    looks = f' class="{run.looks}"' if run.looks else ""
    return f'<tspan x="{at * WIDE}" fill="{run.ink}"{looks}>{escape(bare)}</tspan>'


def _runs(strip: Strip) -> Iterator[Run]:
    at = 0
    for segment in Segment.simplify(_visible(strip)):
        style = segment.style or Style.null()
        ink, ground = _hex(style.color, True), _hex(style.bgcolor, False)
        if style.reverse:
            ink, ground = ground, ink
        looks = " ".join(name for name in LOOKS if getattr(style, name))
        yield Run(at, segment.cell_length, segment.text, ink, ground, looks)
        at += segment.cell_length


def _visible(strip: Strip) -> Iterator[Segment]:
    """Without what a style carries for the program only."""
    for segment in strip:
        if segment.text:
            style = (segment.style or Style.null()).clear_meta_and_links()
            yield Segment(segment.text, style)


def _hex(color: Color | None, ink: bool) -> str:
    return (color or Color.default()).get_truecolor(DEFAULT_TERMINAL_THEME, foreground=ink).hex
