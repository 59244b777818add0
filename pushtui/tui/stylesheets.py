"""Where the style sheets are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.css.stylesheet import Stylesheet

_PACKAGE = Path(__file__).resolve().parent.parent


def style_folder() -> Path:
    """The folder with the ``.tcss`` files."""
    shipped = _PACKAGE / "styles"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "styles"


def style_sheets(*, ascii_only: bool, plain: bool) -> list[Path]:
    """The style sheets that such a terminal needs from the first: the layout first, then the rest by name.

    A rule costs the start as much as a widget: one for few terminals is only read there.
    """
    left_out = {name for name, needed in (("ascii", ascii_only), ("plain", plain)) if not needed}
    found = sorted(path for path in style_folder().glob("*.tcss") if path.stem not in left_out)
    return sorted(found, key=lambda path: path.stem != "layout")


def of_screen(name: str) -> Path:
    """The style sheet of a kind of screens that the start does not show: their `CSS_PATH`."""
    return style_folder() / "screens" / f"{name}.tcss"


def add(rules: Stylesheet, sheets: Sequence[Path]) -> None:
    """Have these style sheets parsed besides; Textual would parse all that there are anew."""
    for sheet in sheets:
        if not rules.has_source(str(sheet)):
            rules.add_source(sheet.read_text("utf-8"), (str(sheet), ""))
