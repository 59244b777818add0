"""Lines of the log as text for other places: a clipboard, a file."""

from __future__ import annotations

from collections.abc import Iterable

from pushtui.base.text import clean_line
from pushtui.engine.events import LogLine


def line_text(line: LogLine) -> str:
    """The line as it is in the log's own file."""
    step = line.step.value if line.step else "-"
    return f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ} {clean_line(line.source)} {line.level.value} {step} {line.text}"


def lines_text(lines: Iterable[LogLine]) -> str:
    """Many lines, each with its end."""
    return "".join(f"{line_text(line)}\n" for line in lines)
