"""What is written with. The style sheets say how each ink looks; the application finds that out for all widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.style import Style
from textual.filter import LineFilter, Monochrome, NoColor

from pushtui.tui.filters import Colourless, Typewriter
from pushtui.tui.mixins import AppPart

INKS = (
    "plain",
    "strong",
    "heading",
    "muted",
    "line",
    "accent",
    "ok",
    "warning",
    "error",
    "command",
    "hit",
    "badge-lab",
    "badge-production",
    "badge-read-only",
    "key",
)
"""What can be written with; `styles/inks.tcss` says how each looks."""


LOOKS = {*(f"ink--{name}" for name in INKS), "chosen", "chosen--blurred"}
"""The component classes of the application: it alone has them, for all widgets.

As those of every widget, which is Textual's way, they would be most of what a start spends on style sheets.
"""

_COLOURLESS = (Colourless(),)
_TYPEWRITER = (Typewriter(),)


class HasInks(AppPart):
    """Looks up what the style sheets say; the application that is run names `LOOKS` as its component classes."""

    ascii_only = False
    """Whether the terminal is taken to have no characters but those of ASCII."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._looks: dict[str, Style] = {}

    def on_mount(self) -> None:
        self.theme_changed_signal.subscribe(self, lambda _theme: self._looks.clear())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """As Textual's own, but without colours nothing is left of them; and without Unicode nothing of its signs."""
        own = [each for each in super().get_line_filters() if not isinstance(each, (Monochrome, NoColor))]
        return [*(_COLOURLESS if self.no_color else own), *(_TYPEWRITER if self.ascii_only else ())]

    def look(self, name: str) -> Style:
        """How a component class of the application looks, to be laid over what is there."""
        style = self._looks.get(name)
        if style is None:
            style = self._looks[name] = self.get_component_styles(name).partial_rich_style
        return style
