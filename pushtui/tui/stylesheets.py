"""Where the style sheets are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def style_folder() -> Path:
    """The folder with the ``.tcss`` files."""
    shipped = _PACKAGE / "styles"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "styles"


def style_sheets() -> list[Path]:
    """All style sheets: the layout first, then the rest by name."""
    found = sorted(style_folder().glob("*.tcss"))
    return sorted(found, key=lambda path: (path.stem != "layout", path.name))
