"""How an operation of a session runs: one at a time, cancelled from any thread, and ended in one of three ways."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from pushtui.base import defects
from pushtui.base.errors import Cancelled, PushtuiError, UsageError
from pushtui.base.words import _
from pushtui.engine.events import RunEnded
from pushtui.engine.log import Log
from pushtui.engine.signals import Signals
from pushtui.procedure.model import Status

T = TypeVar("T")


class Operations:
    """`begin` is called before each; `settle` after one that did not end well, with what unsettled steps are then."""

    def __init__(self, log: Log, begin: Callable[[], object], settle: Callable[[Status], object]) -> None:
        self.signals = Signals()
        """What reaches the operation that runs, or that ran last."""
        self._log = log
        self._begin = begin
        self._settle = settle
        self._running = threading.Lock()
        self._closed = False

    def run(self, name: str, body: Callable[[], T]) -> T:
        """Do it, and tell how it ended. Raises what it raises, `PushtuiError` in place of a defect; `UsageError` while
        another one runs."""
        if not self._running.acquire(blocking=False):
            raise UsageError("session.busy", _("Another operation is still running"))
        try:
            self.signals = Signals()
            if self._closed:
                raise Cancelled
            self._begin()
            result = body()
        except Cancelled:
            self._settle(Status.CANCELLED)
            self._log.event(RunEnded(name, cancelled=True))
            raise
        except PushtuiError as error:
            self._settle(Status.FAILED)
            self._log.line("pushtui", "error", str(error))
            self._log.event(RunEnded(name, error=str(error)))
            raise
        except Exception as error:
            self._settle(Status.FAILED)
            known = self._internal(error)
            self._log.event(RunEnded(name, error=str(known)))
            raise known from None
        else:
            self._log.event(RunEnded(name))
            return result
        finally:
            self._running.release()

    def close(self, seconds: float) -> None:
        """Cancel what runs and let nothing begin any more; waits for its end, at most so long."""
        self._closed = True
        self.signals.cancel()
        if self._running.acquire(timeout=seconds):
            self._running.release()

    def _internal(self, error: Exception) -> PushtuiError:
        """A defect of ours: where it happened goes to the log, no value does."""
        known = defects.sentence(error, self._log.path)
        for line in (*defects.places(error), str(known)):
            self._log.line("pushtui", "output", line)
        return known
