"""What was sent and all that was answered to it, for whoever wants to read an entry of the log in full.

The log itself keeps the beginning of each object. Here the bodies are kept as they came, compressed, within a bound:
the oldest calls go first. What leaves this module (:meth:`Calls.find`) is decoded, redacted and cleaned.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from pushtui.base.values import frozen
from pushtui.engine.answers import Form, Part, Told, part_of, told_of
from pushtui.procedure.model import StepId

KEPT_BYTES = 24 * 1024 * 1024
"""Compressed bytes that all calls together may take: some hundred megabytes of CLIXML."""
CALL_CHARACTERS = 16_000_000
"""Characters of one call's answer beyond which further objects are only counted."""
_OVERHEAD = 600
"""Bytes that a call takes beside its bodies, about."""


@frozen
class Call:
    """A command or a request, and what came of it: redacted and cleaned, ready to be shown."""

    number: int
    source: str
    at: datetime
    seconds: float | None
    """From sending until the answer was complete; None where it never was."""
    steps: tuple[StepId, ...]
    told: Told
    """What was sent."""
    parts: tuple[Part, ...]
    """What came, in its order."""
    left_out: int
    """Objects that came beyond what is kept of one call."""
    lost: str
    """Why there is no answer, where that is known."""


@dataclass(slots=True)
class _Held:
    """A call as it is kept."""

    source: str
    about: object
    at: datetime
    steps: tuple[StepId, ...]
    redact: Callable[[str], str]
    ended: datetime | None = None
    lost: str = ""
    lengths: list[tuple[str, int]] = field(default_factory=list)
    """Kind and bytes of each body."""
    size: int = 0
    """Bytes of all bodies before they were compressed."""
    left_out: int = 0
    packed: bytearray = field(default_factory=bytearray)
    packer: zlib._Compress | None = None
    """Where the call is not over yet. Objects of one answer are alike, so they are compressed as one."""

    def add(self, kind: str, body: str) -> int:
        """Keep a body; the answer is by how many bytes the call grew."""
        data = body.encode("utf-8", "surrogatepass")
        if self.size + len(data) > CALL_CHARACTERS:
            self.left_out += 1
            return 0
        before = len(self.packed)
        self.packer = self.packer or zlib.compressobj(1)
        self.packed += self.packer.compress(data)
        self.lengths.append((kind, len(data)))
        self.size += len(data)
        return len(self.packed) - before

    def finish(self) -> int:
        """Write out what the compressor still holds; the answer is by how many bytes the call grew."""
        if self.packer is None:
            return 0
        rest, self.packer = self.packer.flush(), None
        self.packed += rest
        return len(rest)

    def bodies(self) -> list[tuple[str, str]]:
        """Kind and text of each body."""
        tail = self.packer.copy().flush() if self.packer is not None else b""
        data = zlib.decompress(bytes(self.packed) + tail) if self.lengths else b""
        bodies, start = [], 0
        for kind, length in self.lengths:
            bodies.append((kind, data[start : start + length].decode("utf-8", "surrogatepass")))
            start += length
        return bodies


class Calls:
    """Bounded, and safe between threads. Numbers go on over sessions, so that the lines of an earlier one still find
    what they belong to."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._held: OrderedDict[int, _Held] = OrderedDict()
        self._numbers = count(1)
        self.size = 0
        """Bytes that are kept now, about."""

    def begin(
        self, source: str, about: object, at: datetime, steps: tuple[StepId, ...], redact: Callable[[str], str]
    ) -> int:
        """A command goes out; its number."""
        with self._lock:
            number = next(self._numbers)
            self._held[number] = _Held(source, about, at, steps, redact)
            self._grown(_OVERHEAD)
        return number

    def add(self, number: int, kind: str, body: str) -> None:
        """Something came back: an object, an error, a warning."""
        with self._lock:
            held = self._held.get(number)
            if held is not None:
                self._grown(held.add(kind, body))

    def end(self, number: int, at: datetime, lost: str = "") -> None:
        """Nothing more will come; `lost` says why, where it should have."""
        with self._lock:
            held = self._held.get(number)
            if held is not None:
                held.ended, held.lost = at, lost
                self._grown(held.finish())

    def find(self, number: int, form: Form = "json") -> Call | None:
        """A call with everything that was answered; None where it is not kept any more. Takes its time: decodes."""
        with self._lock:
            held = self._held.get(number)
            if held is None:
                return None
            bodies, ended, lost = held.bodies(), held.ended, held.lost
        redact = held.redact
        return Call(
            number,
            held.source,
            held.at,
            (ended - held.at).total_seconds() if ended is not None else None,
            held.steps,
            told_of(held.about, redact),
            tuple(part_of(kind, body, form, redact) for kind, body in bodies),
            held.left_out,
            redact(lost),
        )

    def _grown(self, by: int) -> None:
        self.size += by
        while self.size > self._limit and len(self._held) > 1:
            _number, held = self._held.popitem(last=False)
            self.size -= len(held.packed) + _OVERHEAD
