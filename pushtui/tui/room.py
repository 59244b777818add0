"""How much room the screen has: which panes are shown in it, and the words for what is not. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pushtui.base.words import _
from pushtui.tui.actions import key_of
from pushtui.tui.symbols import Symbols
from pushtui.tui.widgets.inked import width_of

WIDE, TALL = 110, 32
"""From this size on the selected step stands beside the chain, and has more lines."""
MIDDLE = 20
"""From this height on the log is shown."""
FLAT = 15
"""Below this height the fields leave their lines to the chain."""
LEAST = (40, 8)
"""Below this size nothing is shown but what happens, and how much room it needs."""
FULL = (80, 24)
"""The size of a terminal that has room for everything; every pane is made for it."""


def classes(width: int, height: int, wide: int) -> str:
    """The classes of a screen of this size, before Textual tells them."""
    tall = "-tall" if height >= TALL else "-middle" if height >= MIDDLE else "-low"
    return f"{'-wide' if width >= wide else '-narrow'} {tall}"


def tight(width: int, height: int) -> dict[str, bool]:
    """The classes that say that there is too little room, and whether they hold."""
    tiny = width < LEAST[0] or height < LEAST[1]
    return {"-flat": height < FLAT, "-tiny": tiny}


def chain_title(width: int, height: int, symbols: Symbols) -> str:
    """The title above the chain: where panes have no room, how much they need, and what shows them all the same."""
    title = _("Trust chain")
    if height >= MIDDLE:
        return title
    full, key = symbols.size(*FULL), key_of("show_log")
    told = (
        _("{title} {dot} needs {size} for all, {key} opens the log"),
        _("{title} {dot} needs {size}, {key} log"),
        _("needs {size}, {key} log"),
    )
    return that_fits([each.format(title=title, dot=symbols.dot, size=full, key=key) for each in told], width)


def that_fits(titles: Sequence[str], width: int) -> str:
    """The first of these titles that a rule of this width has room for; else the last, which is the shortest."""
    return next((each for each in titles if width_of(each) <= width - 6), titles[-1])


def too_small(width: int, height: int, symbols: Symbols) -> str:
    """What is said where there is no room for anything else."""
    return _("needs {least}, has {size}; {key} quits").format(
        least=symbols.size(*LEAST), size=symbols.size(width, height), key=key_of("quit")
    )
