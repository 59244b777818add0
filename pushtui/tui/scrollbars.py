"""Scroll bars of whole cells: they need no character that a font or a terminal could lack, and no colour either."""

from __future__ import annotations

from textual.scrollbar import ScrollBar, ScrollBarRender


class WholeCells(ScrollBarRender):
    """As Textual's own, whose bar begins and ends with parts of a block."""

    VERTICAL_BARS = [" "]  # noqa: RUF012  # as Textual has it
    HORIZONTAL_BARS = [" "]  # noqa: RUF012


def use() -> None:
    """From now on, all scroll bars are of whole cells."""
    ScrollBar.renderer = WholeCells
