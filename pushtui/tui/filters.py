"""What lines go through on their way to the terminal, where it wants no colours or has few characters."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Leaves the two colours to the terminal, without a word to it; bold, dim, reverse and underlined stay.

    Textual's own for ``NO_COLOR`` makes greys of colours, and of the terminal's own two, black on black.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _without(style), control) for text, style, control in segments]


@lru_cache(1024)
def _without(style: Style) -> Style:
    return style.without_color


class Typewriter(LineFilter):
    """Writes the signs that sentences are set with as a typewriter has them, each in as many cells."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text.translate(_SIGNS), style, control) for text, style, control in segments]


_SIGNS = str.maketrans("“”„‘’«»…–—×→•\N{NO-BREAK SPACE}", '"""\'\'""~--x>- ')
