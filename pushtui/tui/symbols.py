"""The characters that stand beside words: one set for terminals with Unicode, one for those without."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.base.values import frozen, replace
from pushtui.engine.events import Level
from pushtui.procedure.model import Severity, Status


@frozen
class Symbols:
    """One set. What replaces something else has the same width, so that nothing moves."""

    status: Mapping[Status, str]
    severity: Mapping[Severity, str]
    level: Mapping[Level, str]
    pointer: str
    """Beside the selected row."""
    link: str
    """Between two steps of the chain that both hold."""
    loose: str
    """Between two steps of the chain of which one does not hold, or is not known to."""
    down: str
    """The chain drawn downwards, where it holds."""
    down_loose: str
    arrow: str
    both: str
    """Between the two organizations."""
    dot: str
    """Between parts of a line."""
    ellipsis: str
    bar: str
    """Left of something quoted: a command, a value."""
    rule: str
    differs: str
    """Between two values that should be the same."""
    gap: str
    """Where the chain is broken; as wide as `down`."""
    filled: str
    """What is through of a bar, cell by cell; empty: no bars."""
    empty: str
    by: str
    """Between the columns and the lines of a size."""

    def size(self, columns: int, lines: int) -> str:
        """``80×24``"""
        return f"{columns}{self.by}{lines}"


UNICODE = Symbols(
    status={
        Status.UNKNOWN: "○",
        Status.CHECKING: "◐",
        Status.OK: "✓",
        Status.CHANGE_NEEDED: "◆",
        Status.BLOCKED: "◇",
        Status.APPLYING: "▶",
        Status.WAITING: "⋯",
        Status.ATTENTION: "▲",
        Status.FAILED: "✗",
        Status.CANCELLED: "■",
        Status.SKIPPED: "–",
    },
    severity={
        Severity.OK: "✓",
        Severity.NOTE: "•",
        Severity.WARNING: "!",
        Severity.SKIPPED: "–",
        Severity.UNKNOWN: "○",
        Severity.WAITING: "⋯",
        Severity.CHANGE: "◆",
        Severity.BLOCKED: "◇",
        Severity.ATTENTION: "▲",
        Severity.FAILURE: "✗",
    },
    level={
        Level.COMMAND: "›",
        Level.OUTPUT: " ",
        Level.PROGRESS: "…",
        Level.INFO: "·",
        Level.WARNING: "!",
        Level.ERROR: "✗",
    },
    pointer="▌",
    link="━",
    loose="─",
    down="┃",
    down_loose="│",
    arrow="→",
    both="⇄",
    dot="·",
    ellipsis="…",
    bar="│",
    rule="─",
    differs="≠",
    gap="╳",
    filled="█",
    empty="░",
    by="×",
)

ASCII = Symbols(
    status={
        Status.UNKNOWN: ".",
        Status.CHECKING: "~",
        Status.OK: "+",
        Status.CHANGE_NEEDED: "*",
        Status.BLOCKED: "/",
        Status.APPLYING: ">",
        Status.WAITING: "%",
        Status.ATTENTION: "^",
        Status.FAILED: "x",
        Status.CANCELLED: "#",
        Status.SKIPPED: "-",
    },
    severity={
        Severity.OK: "+",
        Severity.NOTE: "-",
        Severity.WARNING: "!",
        Severity.SKIPPED: "-",
        Severity.UNKNOWN: ".",
        Severity.WAITING: "%",
        Severity.CHANGE: "*",
        Severity.BLOCKED: "/",
        Severity.ATTENTION: "^",
        Severity.FAILURE: "x",
    },
    level={
        Level.COMMAND: ">",
        Level.OUTPUT: " ",
        Level.PROGRESS: "~",
        Level.INFO: "-",
        Level.WARNING: "!",
        Level.ERROR: "x",
    },
    pointer=">",
    link="=",
    loose="-",
    down="|",
    down_loose=":",
    arrow="->",
    both="<->",
    dot="-",
    ellipsis="~",
    bar="|",
    rule="-",
    differs="!=",
    gap="X",
    filled="#",
    empty="-",
    by="x",
)


def plain(symbols: Symbols) -> Symbols:
    """The set without anything that is drawn: blanks where a line, a frame or the chain would be."""
    return replace(
        symbols, pointer=">", link=" ", loose=" ", down=" ", down_loose=" ", bar=" ", rule=" ", filled="", empty=""
    )


STATUS_WIDTH = 13
"""Cells that the status column has: the longest word's."""

STATUS_INK: Mapping[Status, str] = {
    Status.UNKNOWN: "muted",
    Status.CHECKING: "accent",
    Status.OK: "ok",
    Status.CHANGE_NEEDED: "warning",
    Status.BLOCKED: "muted",
    Status.APPLYING: "accent",
    Status.WAITING: "accent",
    Status.ATTENTION: "warning",
    Status.FAILED: "error",
    Status.CANCELLED: "muted",
    Status.SKIPPED: "muted",
}
"""Status → the ink (see `widgets.inked`) that it is written with."""

SEVERITY_INK: Mapping[Severity, str] = {
    Severity.OK: "ok",
    Severity.NOTE: "muted",
    Severity.WARNING: "warning",
    Severity.SKIPPED: "muted",
    Severity.UNKNOWN: "muted",
    Severity.WAITING: "accent",
    Severity.CHANGE: "warning",
    Severity.BLOCKED: "muted",
    Severity.ATTENTION: "warning",
    Severity.FAILURE: "error",
}

LEVEL_INK: Mapping[Level, str] = {
    Level.COMMAND: "accent",
    Level.OUTPUT: "plain",
    Level.PROGRESS: "muted",
    Level.INFO: "plain",
    Level.WARNING: "warning",
    Level.ERROR: "error",
}
