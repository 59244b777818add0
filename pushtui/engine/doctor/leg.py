"""One leg: its tests one after the other; after one that failed, the later ones are skipped with that as the reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet

from pushtui.base import defects
from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.engine.doctor.rows import DoctorRow, Outcome, Test, Verdict, failed, skipped
from pushtui.engine.doctor.wire import Wire
from pushtui.engine.sources import failure_of
from pushtui.engine.threads import in_thread

POLL_SECONDS = 0.05
Look = Callable[[], Outcome]


class Leg:
    """Runs the tests of one leg, each on a thread that can be left behind, and reports every row."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        seconds: float,
        cancellation: Cancellation,
        report: Callable[[DoctorRow], None],
        subject: str = "",
    ) -> None:
        self.name = name
        self.subject = subject
        self.clock = clock
        self.cancellation = cancellation
        self._skip: Outcome | None = None
        """What the rest of the leg comes to, once it cannot go on."""
        self._seconds = seconds
        self._report = report
        self.wire = Wire(clock, seconds)

    def test(self, test: Test, where: str, look: Look, *, essential: bool = True, bounded: bool = True) -> Outcome:
        """Run one test and report its row. Raises only `Cancelled`.

        An `essential` one that fails ends the leg. One that is not `bounded` waits for a person, or keeps a limit of
        its own.
        """
        began = self.clock.monotonic()
        outcome = self._skip or self._run(look, bounded)
        self._report(DoctorRow(self.name, self.subject, test, where, outcome, self.clock.monotonic() - began))
        if essential and outcome.verdict is Verdict.FAILED:
            self._skip = skipped("skipped.earlier", test=test.value)
        return outcome

    @property
    def broken(self) -> bool:
        """Whether the rest of the leg is skipped."""
        return self._skip is not None

    def give_up(self, reason: str) -> None:
        """Skip everything that follows, because of what another leg found; `reason` is a code."""
        self._skip = skipped(reason)

    def _run(self, look: Look, bounded: bool) -> Outcome:
        self.cancellation.check()
        future = in_thread(look, f"doctor-{self.name}")
        try:
            return self._watched(future, self._seconds if bounded else None)
        except Cancelled:
            self.wire.abort()
            raise
        except PushtuiError as error:
            return Outcome(Verdict.FAILED, error.code, failure=failure_of(error))
        except Exception as error:  # a defect of ours: the other tests go on
            return Outcome(Verdict.FAILED, "internal", failure=failure_of(defects.kept(error)))

    def _watched(self, future: Future[Outcome], seconds: float | None) -> Outcome:
        # Twice the limit of one socket operation: a server that drips byte by byte never runs into that one.
        deadline = None if seconds is None else time.monotonic() + 2 * seconds
        while True:
            try:
                return future.result(POLL_SECONDS)
            except NotYet:
                if future.done():
                    raise
            self.cancellation.check()
            if deadline is not None and time.monotonic() > deadline:
                self.wire.abort()
                self.wire = Wire(self.clock, self._seconds)
                return failed("doctor.timeout", seconds=f"{2 * (seconds or 0):.0f}")
