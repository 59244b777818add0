"""The log: every line is in a private file, cleaned and redacted, before anybody is told of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pushtui.base.clock import Clock
from pushtui.base.errors import FileProblem
from pushtui.base.files import open_private, private_folder
from pushtui.base.redaction import Redactor
from pushtui.base.text import clean
from pushtui.base.words import _
from pushtui.engine.events import Event, Level, LogLine
from pushtui.procedure.model import StepId

_LEVELS = {
    "command": Level.COMMAND,
    "output": Level.OUTPUT,
    "verbose": Level.INFO,
    "info": Level.INFO,
    "warning": Level.WARNING,
    "error": Level.ERROR,
    "progress": Level.PROGRESS,
}


KEPT = 200
"""Log files that are kept; a check from cron makes one each time."""


class Log:
    """Keeps lines and passes events on, in one order; safe between threads.

    The file is made with the first line. Where it cannot be made, that is said once and the run goes on without it.
    """

    def __init__(self, folder: Path, emit: Callable[[Event], None], clock: Clock, redactor: Redactor) -> None:
        self.path = folder / f"{clock.now():%Y%m%dT%H%M%S%fZ}-{os.getpid()}.log"
        self.step: StepId | None = None
        """The step that lines belong to where the caller does not say."""
        self._emit = emit
        self._clock = clock
        self._redactor = redactor
        self._lock = threading.RLock()
        self._file = -1
        self._broken = False

    def line(self, source: str, kind: str, text: str, step: StepId | None = None) -> None:
        """One entry; several lines of text become several entries."""
        level = _LEVELS.get(kind, Level.INFO)
        shown = self._redactor.redact(clean(text))
        with self._lock:
            for part in shown.splitlines() or [""]:
                entry = LogLine(self._clock.now(), source, level, part.rstrip(), step or self.step)
                self._write(entry)
                self._emit(entry)

    def event(self, event: Event) -> None:
        """Pass on something that is not a line, in order with the lines."""
        with self._lock:
            self._emit(event)

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _write(self, entry: LogLine) -> None:
        if self._broken:
            return
        step = entry.step.value if entry.step else "-"
        text = f"{entry.at:%Y-%m-%dT%H:%M:%S.%fZ} {entry.source} {entry.level.value} {step} {entry.text}\n"
        try:
            if self._file < 0:
                private_folder(self.path.parent)
                _prune(self.path.parent)
                self._file = open_private(self.path)
            os.write(self._file, text.encode())
        except (OSError, FileProblem) as error:
            self._broken = True
            reason = str(error) if isinstance(error, FileProblem) else error.strerror
            self._emit(
                LogLine(
                    self._clock.now(),
                    "pushtui",
                    Level.WARNING,
                    _("The log file cannot be written, the run goes on without it: {reason}").format(reason=reason),
                )
            )


def _prune(folder: Path) -> None:
    """Leave room for one more log among the newest `KEPT`."""
    with suppress(OSError):
        for old in sorted(folder.glob("*.log"))[: 1 - KEPT]:
            old.unlink()
