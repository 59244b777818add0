"""Faults that a test or a scenario queues: each is taken once by the request that it matches."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pushtui.base.values import frozen

GLANCE = 0.05
"""Seconds between two looks at whether a server stops."""


@frozen
class Fault:
    """What goes wrong, and when.

    `match` is a regular expression on the request's name: a cmdlet (``Set-AuthConfig``), a WSMan operation
    (``wsman:Create``), a request (``PATCH /v1.0/servicePrincipals/``), an SMTP verb (``RCPT``).
    """

    match: str
    effect: Literal["refuse", "cut", "cut-after", "hold", "stall", "drip", "delay", "status"] = "refuse"
    """`refuse`: the side's own error; `cut`: the connection ends before anything happened; `cut-after`: the effect
    happens, the answer is lost; `hold`: as `cut-after`, but the client is left waiting until the control endpoint is
    asked to ``release``; `stall`: no answer for `seconds`; `drip`: a byte a second; `delay`: late by `seconds`;
    `status`: an HTTP `status` with `headers` and `body`."""
    side: str = ""
    """Only requests of this side; empty: any."""
    skip: int = 0
    """Matching requests that pass before it strikes."""
    times: int = 1
    """How many requests it strikes."""
    seconds: float = 0.0
    status: int = 503
    code: str = ""
    """The WSMan fault code, the error identifier or the Graph code to refuse with."""
    message: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Queued:
    fault: Fault
    skip: int
    times: int


class Faults:
    """The queue, and the answers that are held; safe between threads."""

    def __init__(self) -> None:
        self._queue: list[_Queued] = []
        self._held: list[tuple[Fault, Callable[[], object]]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._queue.append(_Queued(fault, fault.skip, fault.times))

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()

    def take(self, side: str, name: str) -> Fault | None:
        """The first fault that strikes this request, used up by it."""
        with self._lock:
            for entry in self._queue:
                fault = entry.fault
                if (fault.side and fault.side != side) or not re.search(fault.match, name):
                    continue
                if entry.skip:
                    entry.skip -= 1
                    continue
                entry.times -= 1
                if entry.times <= 0:
                    self._queue.remove(entry)
                return fault
        return None

    def hold(self, fault: Fault, stopping: threading.Event) -> None:
        """Keep back the answer that this fault struck until `release`, or until its server stops."""
        released = threading.Event()
        self._keep(fault, released.set)
        while not (released.wait(GLANCE) or stopping.is_set()):
            continue

    async def hold_in_loop(self, fault: Fault) -> None:
        """As `hold`, for a server that runs on a loop; ends with the task."""
        loop, released = asyncio.get_running_loop(), asyncio.Event()
        self._keep(fault, lambda: loop.call_soon_threadsafe(released.set))
        await released.wait()

    def _keep(self, fault: Fault, release: Callable[[], object]) -> None:
        with self._lock:
            self._held.append((fault, release))

    def held(self) -> list[str]:
        """The `match` of each fault that keeps an answer back now."""
        with self._lock:
            return [fault.match for fault, _ in self._held]

    def release(self) -> None:
        """Let go of every answer that is held."""
        with self._lock:
            held, self._held = self._held, []
        for _, let_go in held:
            let_go()
