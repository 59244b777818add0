"""Writing PowerShell: every value is one literal, every remark one comment line, and nothing in either can run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from pushtui.base.commands import Cmdlet, Later, literal
from pushtui.base.errors import UsageError
from pushtui.base.text import clean, clean_line
from pushtui.base.words import _

WIDTH = 100
POLL = 10
"""Seconds between two looks at something that takes time."""
X509 = "System.Security.Cryptography.X509Certificates.X509Certificate2"

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it, Windows PowerShell takes a file for one in the machine's old code page."""


def string(text: str) -> str:
    """One string literal. Raises `UsageError` for text with characters that a reader of the script would not see."""
    if clean(text) != text or "\n" in text or "\t" in text:
        raise UsageError(
            "script.unseen-characters",
            _("“{value}” has characters that cannot be seen in a script").format(value=clean_line(text)),
            remedy=_("Give the object a name without them, or use pushtui apply"),
        )
    return literal(text)


def strings(texts: Iterable[str]) -> str:
    """An array of string literals."""
    return f"@({', '.join(string(text) for text in texts)})"


def comment(text: str, indent: str = "") -> list[str]:
    """The text as comment lines; an item of a list hangs."""
    words, lead = clean_line(text), f"{indent}# "
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=lead + ("  " if words.startswith("- ") else ""),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [lead.rstrip()]


def command(cmdlet: Cmdlet, given: Mapping[str, str] | None = None) -> str:
    """A cmdlet that stops the script when it fails.

    `given` are expressions of the script's own in place of values, by the parameter's name. The preference variable
    is not enough: the Exchange Management Shell's functions are a module's, which does not see it.
    """
    words = [cmdlet.name]
    for name, value in cmdlet.parameters:
        if given and name in given:
            words.append(f"-{name} {given[name]}")
        elif isinstance(value, bool):
            words.append(f"-{name}:{literal(value)}")
        elif isinstance(value, str):
            words.append(f"-{name} {string(value)}")
        elif isinstance(value, tuple):
            words.append(f"-{name} {strings(str(item) for item in value)}")
        elif isinstance(value, Later | bytes):
            raise TypeError(f"{cmdlet.name} -{name}: {type(value).__name__}")
        else:
            words.append(f"-{name} {literal(value)}")
    return " ".join([*words, "-ErrorAction Stop"])


def stop(text: str) -> str:
    """Ends the script with a sentence."""
    return f"throw {string(clean_line(text))}"


def say(text: str) -> str:
    """Tells how far it is."""
    return f"Write-Host {string(clean_line(text))}"


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


# --- what scripts do again and again ---------------------------------------------------------------------------------


def needs(cmdlet: str, words: str) -> list[str]:
    """Without this cmdlet the script stops, and says what is to be done."""
    return [
        f"if (-not (Get-Command -Name {string(cmdlet)} -ErrorAction SilentlyContinue)) {{",
        f"    {stop(words)}",
        "}",
    ]


def same(what: str, expected: str, found: str) -> str:
    """A comparison that stops the script; `expected` and `found` are expressions. See `Assert-Same` in the script."""
    return f"Assert-Same -What {string(what)} -Expected {expected} -Found {found}"


def until(seconds: str, look: Iterable[str], met: str, otherwise: str) -> list[str]:
    """Look again and again until the expression `met` is true, at most so long; then `otherwise` where it is not."""
    return [
        f"$deadline = (Get-Date).AddSeconds({seconds})",
        "do {",
        f"    Start-Sleep -Seconds {min(POLL, int(seconds) or 1)}",
        *indented(look),
        f"}} until (({met}) -or (Get-Date) -gt $deadline)",
        f"if (-not ({met})) {{",
        f"    {otherwise}",
        "}",
    ]
