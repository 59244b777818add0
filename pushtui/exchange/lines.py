"""What a session says while it runs, line by line, as a log shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pushtui.base.commands import Cmdlet
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _

Kind: TypeAlias = Literal["command", "output", "verbose", "warning", "error", "progress", "done", "lost"]

MAX_PROPERTIES = 10
MAX_LINE = 240


@frozen
class StreamLine:
    """One line, already cleaned of control characters.

    Two kinds are no lines for reading: `done` says that the answer is complete, `lost` why there will be none.
    """

    kind: Kind
    text: str
    about: Cmdlet | None = None
    """The cmdlet that it belongs to; None where that cannot be told."""
    body: str = field(default="", repr=False, compare=False)
    """All of what the line tells the beginning of, as CLIXML; as it came, so neither cleaned nor redacted."""


def line(kind: Kind, text: str, about: Cmdlet | None = None, body: str = "") -> StreamLine:
    """A line of text from outside: cleaned, on one line, cut where it is too long to read."""
    flat = clean_line(text)
    return StreamLine(kind, flat if len(flat) <= MAX_LINE else flat[: MAX_LINE - 1] + "…", about, body)


def output_lines(
    properties: Mapping[str, Any], *, everything: bool = False, about: Cmdlet | None = None, body: str = ""
) -> Iterator[StreamLine]:
    """An object as ``Name: value`` lines: the first few that say something, or all of them for selected ones.

    The first of them carries the body.
    """
    shown = [(name, value) for name, value in properties.items() if not name.startswith("@")]
    if not shown:
        yield line("output", str(properties.get("@text", "")), about, body)
        return
    if not everything:
        telling = [(name, value) for name, value in shown if value not in (None, "", [])]
        shown, left = telling[:MAX_PROPERTIES], len(telling) - MAX_PROPERTIES
    else:
        left = 0
    for place, (name, value) in enumerate(shown):
        yield line("output", f"{name}: {short(value)}", about, body if not place else "")
    if left > 0 or not shown:
        words = _("… {count} more properties") if left > 0 else _("(an object whose properties are all empty)")
        yield line("output", words.format(count=left), about, body if not shown else "")


def short(value: Any) -> str:
    """A property's value in a few words."""
    match value:
        case None:
            return ""
        case bytes():
            return f"({len(value)} bytes)"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if value.year > 1 else value.isoformat()
        case list():
            return "{" + ", ".join(short(item) for item in value[:8]) + ("…}" if len(value) > 8 else "}")
        case Mapping():
            return str(value.get("@text") or "(object)")
    return str(value)
