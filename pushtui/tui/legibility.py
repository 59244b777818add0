"""Colours that can be told apart: the contrast of WCAG 2 (its 1.4.3), and what other people's themes lack of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.color import Color, ColorParseError
from textual.theme import Theme

ENOUGH = 4.5
"""The contrast that WCAG asks of text."""
_LIFTED = ("accent", "success", "warning", "error")
_STEPS = 20


def contrast(one: Color, other: Color) -> float:
    """The contrast of two opaque colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def legible(colour: Color, backgrounds: Iterable[Color], towards: Color) -> Color:
    """The colour, moved as little towards another as makes it stand out from all backgrounds."""
    places = list(backgrounds)
    for step in range(_STEPS + 1):
        moved = colour.blend(towards, step / _STEPS)
        if all(contrast(moved, place) >= ENOUGH for place in places):
            return moved
    return towards


def completed(variables: Mapping[str, str], theme: Theme) -> dict[str, str]:
    """The variables of a theme of somebody else's with those that only ours have, and with inks that can be read."""
    try:
        background, panel, primary = (_opaque(variables[name]) for name in ("background", "panel", "primary"))
    except ColorParseError:  # the terminal's own colours, which nobody knows
        return dict(variables)
    extreme = Color.parse("#ffffff" if theme.dark else "#000000")
    chosen = background.blend(primary, 0.18)
    places = (background, panel, chosen)
    foreground = legible(_opaque(variables["foreground"], background), places, extreme)
    found = {
        "foreground": foreground,
        "panel": panel,
        "chosen": chosen,
        "line": background.blend(foreground, 0.3),
        "muted": legible(background.blend(foreground, 0.5), places, extreme),
        **{name: legible(_opaque(variables[name], background), places, extreme) for name in _LIFTED},
    }
    return {**variables, **{name: colour.hex for name, colour in found.items()}}


def _opaque(text: str, below: Color | None = None) -> Color:
    """The colour; one that shines through is laid over what is below it."""
    colour = Color.parse(text)
    return colour if colour.a >= 1 or below is None else (below + colour).with_alpha(1.0)
