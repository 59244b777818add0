"""What is written with: the theme has the colours, the application finds out for all widgets how each ink looks.

They are no component classes, which is Textual's way: those cost each start as much as six widgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

from pushtui.tui.filters import Colourless, Typewriter
from pushtui.tui.mixins import AppPart


class Look(NamedTuple):
    """How something looks over what is there."""

    colour: str = ""
    """The variable of the theme that has the colour of the text; empty: as it is."""
    paper: str = ""
    """The variable that has the colour behind it."""
    manner: str = ""
    """Bold and the like; or, with a dollar sign, the variable that says it."""


INKS: Mapping[str, Look] = {
    "plain": Look(),
    "strong": Look(manner="bold"),
    "heading": Look("accent", manner="bold"),
    "muted": Look("muted", manner="$muted-style"),
    "line": Look("line"),
    "accent": Look("accent"),
    "ok": Look("success"),
    "warning": Look("warning"),
    "error": Look("error"),
    "command": Look("accent"),
    "hit": Look(manner="reverse"),
    "badge-lab": Look("success", manner="bold reverse"),
    "badge-production": Look("error", manner="bold reverse"),
    "badge-read-only": Look("accent", manner="bold reverse"),
    "key": Look("accent", manner="bold"),
}
"""What can be written with. `muted` also works on a terminal without colours, as `chosen` does."""

PAPERS: Mapping[str, Look] = {
    "chosen": Look(paper="chosen", manner="$chosen-style"),
    "chosen--blurred": Look(paper="panel"),
}
"""What a selected row is written on, while the keys go there and while they do not."""

_COLOURLESS = (Colourless(),)
_TYPEWRITER = (Typewriter(),)


class HasInks(AppPart):
    """Looks up what the theme says; the application that is run keeps its variables in `theme_variables`."""

    ascii_only = False
    """Whether the terminal is taken to have no characters but those of ASCII."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._looks: dict[Look, Style] = {}

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, lambda _theme: self._looks.clear())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As Textual's own, but without colours nothing is left of them; and without Unicode nothing of its signs."""
        own = [each for each in super().get_line_filters() if not isinstance(each, (Monochrome, NoColor))]
        return [*(_COLOURLESS if self.no_color else own), *(_TYPEWRITER if self.ascii_only else ())]

    def look(self, look: Look) -> Style:
        """The style that this is in the theme, to be laid over what is there."""
        style = self._looks.get(look)
        if style is None:
            style = self._looks[look] = _style(look, self.theme_variables)
        return style


def _style(look: Look, variables: Mapping[str, str]) -> Style:
    colour, paper = (Color.parse(variables[name]).rich_color if name else None for name in (look.colour, look.paper))
    manner = variables[look.manner[1:]] if look.manner.startswith("$") else look.manner
    return Style(color=colour, bgcolor=paper) + Style.parse(manner or "none")
