"""What the terminal can show, read from the environment once."""

from __future__ import annotations

import codecs
import locale
from collections.abc import Mapping

from pushtui.base.values import frozen, replace
from pushtui.settings.model import OWN_THEMES, Settings

_SIXTEEN_COLOURS = frozenset({"xterm", "screen", "linux", "vt100", "vt102", "vt220", "ansi", "rxvt"})
_NO_COLOURS = frozenset({"vt100", "vt102", "vt220"})
_NO_SYMBOLS = _NO_COLOURS | {"linux", "ansi"}


@frozen
class Terminal:
    """What the screen may use."""

    unicode: bool
    """Whether symbols beyond ASCII and line drawing arrive."""
    own_colours: bool
    """Whether a theme of our own can be shown; otherwise the terminal's 16 colours, or none, are used."""
    frames: int
    """Repaints a second while something streams: fewer over SSH, where bytes are latency."""
    usable: bool
    """Whether full-screen applications work at all."""
    colours: bool = True
    """Whether any colour may be sent; where none may, bold, dim and reverse say what colours would."""
    light: bool = False
    """Whether its background is known to be light."""
    theme: str = OWN_THEMES[0]
    """The colours to show."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Terminal:
        """From the environment variables of the process."""
        term = environment.get("TERM", "")
        many = "256color" in term or environment.get("COLORTERM", "") in {"truecolor", "24bit"}
        colours = not environment.get("NO_COLOR") and term not in _NO_COLOURS  # https://no-color.org: set and not empty
        return cls(
            unicode=_utf8() and term not in _NO_SYMBOLS and not environment.get("PUSHTUI_ASCII"),
            own_colours=colours and (many or term not in _SIXTEEN_COLOURS),
            frames=5 if "SSH_CONNECTION" in environment else 10,
            usable=term not in {"dumb", "unknown"},
            colours=colours,
            light=_light(environment.get("COLORFGBG", "")),
        )

    def liked(self, settings: Settings) -> Terminal:
        """With what the person set."""
        dark, light, terminals_own = OWN_THEMES
        auto = terminals_own if not self.own_colours else light if self.light else dark
        return replace(
            self,
            unicode=self.unicode and not settings.plain
            if settings.symbols == "auto"
            else settings.symbols == "unicode",
            theme=auto if settings.theme == "auto" or not self.colours else settings.theme,
        )


def _light(colours: str) -> bool:
    """What ``COLORFGBG`` says, as rxvt and others set it: the last part is the background, 7 and 15 are white."""
    return colours.rpartition(";")[2] in {"7", "15"}


def _utf8() -> bool:
    try:
        return codecs.lookup(locale.getpreferredencoding(False)).name == "utf-8"
    except LookupError:
        return False
