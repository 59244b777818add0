"""What holds a pane together with the line above it."""

from __future__ import annotations

from textual.containers import Vertical


class Pane(Vertical):
    """Widgets below one another that cover it: it is a colour, not lines that would be drawn to be painted over."""

    BLANK = True
