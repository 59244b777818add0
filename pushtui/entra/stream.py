"""What the cloud side says while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One line for the log: already cleaned, without secrets."""

    kind: Literal["command", "output", "verbose", "warning", "error", "progress"]
    text: str


Listen: TypeAlias = Callable[[StreamLine], None]


def ignore(line: StreamLine) -> None:
    """A listener that does not care."""
