"""What the terminal is told: the text of lines, and of their colours only what differs from the text before.

Textual sets every colour before each piece of a line and takes it back after it; over a slow line that was two thirds
of what there was to wait for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.control import Control
from rich.style import Style
from textual.strip import Strip

# Rich's name of what a text can be beside its colours, and the codes (ECMA-48, SGR) that begin and end it.
_MARKS = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "italic": ("3", "23"),
    "underline": ("4", "24"),
    "blink": ("5", "25"),
    "blink2": ("6", "25"),
    "reverse": ("7", "27"),
    "conceal": ("8", "28"),
    "strike": ("9", "29"),
    "underline2": ("21", "24"),
    "frame": ("51", "54"),
    "encircle": ("52", "54"),
    "overline": ("53", "55"),
}
_UNSEEN = frozenset({"bold", "dim", "italic", "blink", "blink2", "conceal"})
"""What makes no difference where there is nothing but blanks."""


class _Look(NamedTuple):
    """How the terminal writes: the codes of both colours, and the marks."""

    ink: str = "39"
    paper: str = "49"
    marks: frozenset[str] = frozenset()


_PLAIN = _Look()


class Pen:
    """Collects what is to be sent. It remembers where the terminal's own pen is, and how that writes."""

    def __init__(self, console: Console) -> None:
        self._system = COLOR_SYSTEMS[console.color_system or "truecolor"]
        self._console = console
        self._look = _PLAIN
        self._line = -1
        self._sent: list[str] = []

    def move(self, x: int, y: int) -> None:
        """Go on writing there."""
        within = y == self._line  # a column alone is two bytes shorter, and as exact
        self._sent.append(f"\x1b[{x + 1}G" if within else Control.move_to(x, y).segment.text)
        self._line = y

    def write(self, strip: Strip) -> None:
        """Write a strip from where the pen is."""
        for text, style, control in strip:
            if style is not None and style.link:
                self._become(_PLAIN)
                self._sent.append(Strip([(text, style, control)]).render(self._console))  # type: ignore[list-item]
            elif text:
                self._become(_look(style, self._system), blank=text.isspace())
                self._sent.append(text)

    def _become(self, look: _Look, *, blank: bool = False) -> None:
        if look is not self._look:
            if blank and (look.marks | self._look.marks) <= _UNSEEN:
                look = self._look._replace(paper=look.paper)
            self._sent.append(_change(self._look, look))
            self._look = look

    def text(self) -> str:
        """All that was collected. The terminal's pen is plain afterwards, as it was before."""
        self._become(_PLAIN)
        return "".join(self._sent)


@lru_cache(maxsize=1024)
def _look(style: Style | None, system: ColorSystem) -> _Look:
    if style is None:
        return _PLAIN
    ink, paper = (colour and colour.downgrade(system) for colour in (style.color, style.bgcolor))
    return _Look(
        ";".join(ink.get_ansi_codes()) if ink else _PLAIN.ink,
        ";".join(paper.get_ansi_codes(foreground=False)) if paper else _PLAIN.paper,
        frozenset(name for name in _MARKS if getattr(style, name)),
    )


@lru_cache(maxsize=4096)
def _change(before: _Look, after: _Look) -> str:
    """The shortest sequence after which the terminal writes like this."""
    if before == after:
        return ""
    if after == _PLAIN:
        return "\x1b[m"
    ended = {_MARKS[name][1] for name in before.marks - after.marks}
    codes = sorted(ended)
    codes += [
        begin
        for name, (begin, end) in _MARKS.items()
        if name in after.marks and (name not in before.marks or end in ended)
    ]
    codes += [after.ink] if after.ink != before.ink else []
    codes += [after.paper] if after.paper != before.paper else []
    return f"\x1b[{';'.join(codes)}m"
