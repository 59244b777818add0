"""The cells of a screen as they are painted, whatever style sheets and widgets make of the theme."""

from __future__ import annotations

from typing import Any

from textual.color import Color

from pushtui.tui.legibility import ENOUGH, contrast

DRAWN = frozenset("─━│┃╭╮╰╯▌▔▁▏▕▎▊█▀▄▐┌┐└┘├┤▇▆▅▃▂▉▋▍╸╺⎯▪")
"""What is drawn and not read: lines, frames, scroll bars."""


def faint(screen: Any) -> set[tuple[str, ...]]:
    """Texts that cannot be read well, each with its ink and its ground.

    Behind a dialog the screen below is dimmed, as it does nothing while the dialog is open: it is left out.
    """
    found = set()
    for strip in _in_front(screen):
        for segment in strip:
            if segment.style is None or not set(segment.text) - DRAWN - {" "}:
                continue
            ink, ground = segment.style.color, segment.style.bgcolor
            assert ink is not None
            assert ground is not None
            pair = [Color.from_rich_color(colour) for colour in (ink, ground)]
            if contrast(*pair) < ENOUGH:
                found.add((segment.text, *(colour.hex for colour in pair)))
    return found


def _in_front(screen: Any) -> list[Any]:
    """The lines of the screen; of one that lies over another only what it covers."""
    strips = screen._compositor.render_strips()
    front = [*screen.query("#frame"), *screen.query("#--container")]
    if not front:
        return strips
    region = front[0].region
    return [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
