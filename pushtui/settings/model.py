"""The settings. What stands below each is its documentation: `pushtui config example` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Literal

from pushtui.base.values import frozen

OWN_THEMES = ("pushtui-dark", "pushtui-light", "pushtui-terminal")
"""Our own: dark, light, and one that leaves the colours to the terminal."""

TEXTUAL_THEMES = (
    "ansi-dark",
    "ansi-light",
    "atom-one-dark",
    "atom-one-light",
    "catppuccin-frappe",
    "catppuccin-latte",
    "catppuccin-macchiato",
    "catppuccin-mocha",
    "dracula",
    "flexoki",
    "gruvbox",
    "monokai",
    "nord",
    "rose-pine",
    "rose-pine-dawn",
    "rose-pine-moon",
    "solarized-dark",
    "solarized-light",
    "textual-dark",
    "textual-light",
    "tokyo-night",
)
"""Textual's; written down here, so that a settings file is read without loading it."""


@frozen
class Settings:
    """All of them, with their defaults."""

    language: str = "auto"
    """The language of every word on screen and in reports, such as "en" or "it"; "auto" follows the locale."""
    theme: str = "auto"
    """The colours: "pushtui-dark", "pushtui-light", "pushtui-terminal" (which leaves them to the terminal) or one of
    Textual's. "auto" is dark or light, as far as the terminal tells, and the terminal's own where it has only 16
    colours. Whatever stands here, no colour is sent where NO_COLOR is set."""
    symbols: Literal["auto", "unicode", "ascii"] = "auto"
    """The signs beside words: "unicode", "ascii", or "auto", which looks at the locale and at TERM."""
    plain: bool = False
    """No frames, no lines, no columns side by side and nothing that moves: for screen readers and slow lines."""
    animation: Literal["none", "basic", "full"] = "none"
    """What moves: "none", "basic" or "full". Over a slow line everything that moves is time lost."""
    mouse: bool = False
    """Whether the mouse belongs to pushtui. While it does not, the terminal's own selection works."""
    log_lines: int = 200_000
    """Lines that the log pane keeps, 1000 to 2000000. The file of the log always has all of them."""
    console_history: int = 200
    """Lines typed into the console that are kept for the next time, for each organization, 0 to 1000. They are in a
    file of your own beside its journals, without lines that look as if they held a secret. With 0 none is kept."""
    wait_seconds: float = 120.0
    """Seconds that verification waits after MSExchangeHM was restarted, 0 to 3600, where the profile says nothing of
    its own (wait_seconds in its [verification] table)."""
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Other keys for what keys do: an action's id, as `pushtui config keys` lists them, and the keys, separated by
    commas. An empty text leaves the action to the command palette."""
