"""The application on a session that only makes work for the screen. Run as ``python -m tests.benchmarks.stage MODE``.

The key that checks everything starts the work of the mode:

========== ===========================================================================
idle       nothing
flood N    N log lines at once, from four threads
stream N   N log lines a second, until the end
xml        a thread that parses XML, as every answer of Exchange makes one do
countdown  a step that is applied, and a countdown of ten minutes
status     a step whose status changes before its clock has counted a second
========== ===========================================================================
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pushtui.engine.events import Level, LogLine, RunEnded, StepChanged, StepReport, WaitStarted
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure.model import Status, StepId, Wait
from pushtui.profile import Profile
from pushtui.tui.app import PushtuiApp

THREADS = 4
XML = "<Objs>" + "<Obj><MS><S N='Thumbprint'>AF776F9F</S><I32 N='Size'>2048</I32></MS></Obj>" * 2_000 + "</Objs>"
LINE = "GET /servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000'): 1048 bytes \x1b[31m no colour {number}"
"""As long as most, and with something in it that must not reach the terminal."""


LEVEL, STEP = Level.INFO, StepId.TENANT
"""Looked up once, as the engine's log does: an enumeration takes its time for each look."""


class Stage:
    """Does what the mode says when it is asked for a check."""

    def __init__(self, _profile: Profile, _prompts: Any, emit: Any) -> None:
        self.emit = emit
        self.reports = {step: StepReport(step, Status.UNKNOWN) for step in StepId}
        self.log_path = Path("benchmark.log")
        self.overwrite_certificate_file = False
        self._ended = threading.Event()

    def check(self, steps: Any = tuple(StepId), *, probe: bool = False) -> None:
        mode, *numbers = sys.argv[1:]
        work = {
            "idle": self.idle,
            "flood": self.flood,
            "stream": self.stream,
            "xml": self.xml,
            "countdown": self.countdown,
            "status": self.status,
        }
        work[mode](*map(int, numbers))
        self._ended.wait()
        self.emit(RunEnded("check", cancelled=True))

    def line(self, number: int) -> None:
        self.emit(LogLine(datetime.now(UTC), "graph", LEVEL, LINE.format(number=number), STEP))

    def idle(self) -> None: ...

    def flood(self, count: int) -> None:
        at, emit = datetime.now(UTC), self.emit  # what is said at once has one time, as in the engine's log

        def pour(first: int) -> None:
            for number in range(first, count, THREADS):
                emit(LogLine(at, "graph", LEVEL, LINE.format(number=number), STEP))

        threads = [threading.Thread(target=pour, args=(first,), daemon=True) for first in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.emit(LogLine(datetime.now(UTC), "graph", Level.INFO, "the last line", StepId.TENANT))

    def stream(self, rate: int) -> None:
        began, sent = time.monotonic(), 0
        while not self._ended.wait(0.01):
            due = int((time.monotonic() - began) * rate)
            for number in range(sent, due):
                self.line(number)
            sent = due

    def xml(self) -> None:
        while not self._ended.is_set():
            ElementTree.fromstring(XML)  # our own

    def countdown(self) -> None:
        now, minutes = datetime.now(UTC), timedelta(minutes=10)
        self.emit(StepChanged(StepReport(StepId.VERIFICATION, Status.APPLYING)))
        wait = Wait("verification.wait", StepId.VERIFICATION, minutes.total_seconds())
        self.emit(WaitStarted(wait, now + minutes))

    def status(self) -> None:
        self.emit(StepChanged(StepReport(StepId.TENANT, Status.CHECKING)))
        self._ended.wait(0.4)  # at half a second the clock says 1 s
        self.emit(StepChanged(StepReport(StepId.TENANT, Status.UNKNOWN)))

    def cancel(self) -> None:
        self._ended.set()

    def close(self) -> None: ...


def main() -> None:
    sys.setswitchinterval(0.001)  # as pushtui.tui.launch does
    profile = Profile(
        tenant_domain="fabrikam.com",
        certificate_path="~/auth.cer",
        exchange=ExchangeSettings(server="ex01.lab.example"),
        path=Path("benchmark.toml"),
    )
    PushtuiApp(profile, Stage).run(mouse=False)  # type: ignore[arg-type]  # it has what a benchmark needs


if __name__ == "__main__":
    main()
