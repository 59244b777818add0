"""What the pen writes looks as what Textual would have written."""

from __future__ import annotations

import io

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from pushtui.tui.pen import Pen

SIZE = (40, 3)
COLOURS = st.sampled_from((None, "default", "red", "bright_black", "#7db8f7", "#1a2027"))
MARKS = st.fixed_dictionaries(
    {name: st.sampled_from((None, False, True)) for name in ("bold", "italic", "underline", "reverse", "strike")}
)
STYLES = st.none() | st.builds(
    lambda ink, paper, marks: Style(color=ink, bgcolor=paper, **marks), COLOURS, COLOURS, MARKS
)
PIECES = st.builds(lambda text, style: Segment(text, style), st.text(alphabet="ab 日", max_size=4), STYLES)
STRIPS = st.lists(st.builds(Strip, st.lists(PIECES, max_size=3)), max_size=4)


def console(colours: str = "truecolor") -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system=colours)  # type: ignore[arg-type]  # a name


def place(number: int) -> tuple[int, int]:
    """Two strips are on a line, with blanks between them."""
    return number % 2 * 20, number // 2


def written(strips: list[Strip], on: Console) -> str:
    pen = Pen(on)
    for number, strip in enumerate(strips):
        pen.move(*place(number))
        pen.write(strip)
    return pen.text()


def seen(output: str) -> list[tuple[object, ...]]:
    """Each cell as a terminal shows it, and how the terminal would go on."""
    screen = pyte.Screen(*SIZE)
    pyte.Stream(screen).feed(output)
    cells = [screen.buffer[y][x] for y in range(SIZE[1]) for x in range(SIZE[0])]
    return [*map(_seen, cells), tuple(screen.cursor.attrs)]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    lines = (cell.underscore, cell.strikethrough, cell.reverse)
    blank = cell.data == " " and not any(lines)
    return (cell.bg, *lines, *(() if blank else (cell.data, cell.fg, cell.bold, cell.italics)))


@given(STRIPS, st.sampled_from(sorted(COLOR_SYSTEMS.keys() - {"windows"})))
def test_strips_look_as_textual_would_have_written_them(strips: list[Strip], colours: str) -> None:
    theirs = ""
    for number, strip in enumerate(strips):
        x, y = place(number)
        theirs += f"\x1b[{y + 1};{x + 1}H{strip.render(console(colours))}"
    assert seen(written(strips, console(colours))) == seen(theirs)


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("red on blue", "green on blue", "\x1b[32m"),
        ("bold red on blue", "red on blue", "\x1b[22m"),
        ("bold dim red", "dim red", "\x1b[22;2m"),
        ("red on blue", "", "\x1b[m"),
    ],
)
def test_only_what_differs_is_set(before: str, after: str, codes: str) -> None:
    strip = Strip([Segment("a", Style.parse(before)), Segment("b", Style.parse(after))])
    assert f"a{codes}b" in written([strip], console())


def test_blanks_do_not_change_the_ink() -> None:
    strip = Strip([Segment("a", Style.parse("red on blue")), Segment("  ", Style.parse("bold green on blue"))])
    assert "a  " in written([strip], console())


def test_a_link_stays_one() -> None:
    strip = Strip([Segment("a", Style.parse("red")), Segment("b", Style(link="https://lab.example"))])
    assert "\x1b[m\x1b]8;id=" in written([strip], console())
