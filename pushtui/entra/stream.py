"""What the cloud side says while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Literal, TypeAlias

from pushtui.base.commands import GraphRequest
from pushtui.base.values import frozen


@frozen
class StreamLine:
    """One line for the log: already cleaned, without secrets.

    Two kinds are no lines for reading: `done` says that the answer is complete, `lost` why there will be none.
    """

    kind: Literal["command", "output", "verbose", "warning", "error", "progress", "done", "lost"]
    text: str
    about: GraphRequest | None = None
    """The request that it belongs to."""
    body: str = field(default="", repr=False, compare=False)
    """The JSON of the answer, as it came."""
    wait: float = 0.0
    """For how many seconds nothing else will come: the service is busy and is asked again then."""


Listen: TypeAlias = Callable[[StreamLine], None]


def ignore(line: StreamLine) -> None:
    """A listener that does not care."""
