"""Text from outside is data: what could act on a terminal is made visible, never obeyed."""

from __future__ import annotations

import re

# C0 but newline and tab, DEL, C1, and the bidirectional controls that can make text read as something else.
_ACTING = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
_LONE_SURROGATE = "[\ud800-\udfff]"
_HARMLESS = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
"""Of ASCII, what `_ACTING` is not: newline, tab and whatever is printed."""


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def clean(text: str) -> str:
    """The text with every control character spelled out (``\\x1b``); newlines and tabs stay, CR LF becomes LF."""
    if text.isascii():  # most is, and may be very long: looked through ten times as fast as by an expression
        if acting := text.encode("ascii").translate(None, _HARMLESS):
            text = text.replace("\r\n", "\n")
            for code in set(acting):
                text = text.replace(chr(code), f"\\x{code:02x}")
        return text
    visible = re.sub(_ACTING, _visible, text.replace("\r\n", "\n"))  # compiled when it is needed first
    return re.sub(_LONE_SURROGATE, "\N{REPLACEMENT CHARACTER}", visible)


def clean_line(text: str) -> str:
    """Cleaned text on one line: runs of white space become one space."""
    return " ".join(clean(text).split())
