"""Where the style sheets are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def style_folder() -> Path:
    """The folder with the ``.tcss`` files."""
    shipped = _PACKAGE / "styles"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "styles"


def style_sheets(*, ascii_only: bool, plain: bool) -> list[Path]:
    """The style sheets that such a screen needs: the layout first, then the rest by name.

    A rule costs the start as much as a widget: one for few terminals is only read there.
    """
    left_out = {name for name, needed in (("ascii", ascii_only), ("plain", plain)) if not needed}
    found = sorted(path for path in style_folder().glob("*.tcss") if path.stem not in left_out)
    return sorted(found, key=lambda path: path.stem != "layout")
