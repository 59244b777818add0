"""The colours: two themes of our own, and one that leaves them to the terminal.

Beside Textual's variables each theme has `muted` (the secondary), `line` (rules) and `chosen` (the selected row), and
`muted-style` and `chosen-style`, which say the same to a terminal without colours.
"""

from __future__ import annotations

from textual.theme import Theme

from pushtui.tui.legibility import completed

DARK = Theme(
    name="pushtui-dark",
    primary="#7db8f7",
    accent="#7db8f7",
    success="#86cf95",
    warning="#e5bd68",
    error="#f5868a",
    foreground="#d8dee6",
    background="#12161b",
    surface="#12161b",
    panel="#1a2027",
    dark=True,
    variables={
        "muted": "#8e9aa8",
        "muted-style": "none",
        "line": "#313b46",
        "chosen": "#212b36",
        "chosen-style": "none",
        "input-selection-background": "#345070",
        "input-cursor-background": "#7db8f7",
        "input-cursor-foreground": "#12161b",
    },
)

LIGHT = Theme(
    name="pushtui-light",
    primary="#0b5cad",
    accent="#0b5cad",
    success="#1b6e33",
    warning="#805300",
    error="#ad231c",
    foreground="#232a31",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#eef0f2",
    dark=False,
    variables={
        "muted": "#5b6673",
        "muted-style": "none",
        "line": "#cdd3d9",
        "chosen": "#dde8f4",
        "chosen-style": "none",
        "input-selection-background": "#b8d3f0",
        "input-cursor-background": "#0b5cad",
        "input-cursor-foreground": "#fbfbf8",
    },
)

TERMINAL = Theme(
    name="pushtui-terminal",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "muted": "ansi_default",
        "muted-style": "dim",
        "line": "ansi_bright_black",
        "chosen": "ansi_default",
        "chosen-style": "reverse",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_white",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_white",
    },
)

THEMES = (DARK, LIGHT, TERMINAL)

_OURS = ("muted", "muted-style", "line", "chosen", "chosen-style")


def defaults(theme: Theme) -> dict[str, str]:
    """What a theme of somebody else's gets for the variables that only ours have."""
    like = TERMINAL if theme.ansi else DARK if theme.dark else LIGHT
    return {name: like.variables[name] for name in _OURS}


def variables(found: dict[str, str], theme: Theme) -> dict[str, str]:
    """The variables of a theme: ours as they are, others' made to fit the inks that we write with."""
    return found if theme in THEMES else completed(found, theme)
