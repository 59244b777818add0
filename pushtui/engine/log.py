"""The log: every line is in a private file, cleaned and redacted, before anybody is told of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from pushtui.base.clock import Clock
from pushtui.base.errors import FileProblem
from pushtui.base.files import open_private, private_folder
from pushtui.base.redaction import Redactor
from pushtui.base.text import clean, clean_line
from pushtui.base.words import _
from pushtui.engine.calls import Calls
from pushtui.engine.events import Event, Level, LogLine, ServiceBusy
from pushtui.engine.expected import absence
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

_UNSEEN = frozenset({"done", "lost"})
"""What a connection says about an answer as a whole: no line of the log."""

KEPT = 200
"""Log files that are kept; a check from cron makes one each time."""


class Log:
    """Keeps lines and passes events on, in one order; safe between threads.

    The file is made with the first line. Where it cannot be made, that is said once and the run goes on without it.
    """

    def __init__(
        self,
        folder: Path,
        emit: Callable[[Event], None],
        clock: Clock,
        redactor: Redactor,
        calls: Calls | None = None,
    ) -> None:
        self.path = folder / f"{clock.now():%Y%m%dT%H%M%S%fZ}-{os.getpid()}.log"
        self.step: StepId | None = None
        """The step that lines belong to where the caller does not say."""
        self._emit = emit
        self.clock = clock
        self._redactor = redactor
        self._calls = calls
        self._askers: dict[object, tuple[StepId, ...]] = {}
        self._untold: set[object] = set()
        self._lock = threading.RLock()
        self._file = -1
        self._broken = False

    def line(
        self, source: str, kind: str, text: str, step: StepId | None = None, *, about: object = None, call: int = 0
    ) -> None:
        """One entry; several lines of text become several entries. `about` is what was asked, for its steps."""
        level = _LEVELS.get(kind, Level.INFO)
        shown = self._redactor.redact(clean(text))
        with self._lock:
            first, *others = (step or self.step,) if step or self.step else self._askers.get(about) or (None,)
            lines = [line.rstrip() for line in shown.splitlines()] or [""]
            at = self.clock.now()  # of all of them: they were said at once
            self._write(f"{at:%Y-%m-%dT%H:%M:%S.%fZ} {source} {level.value} {first.value if first else '-'}", lines)
            for line in lines:
                self._emit(LogLine(at, source, level, line, first, tuple(others), call))

    @contextmanager
    def without_objects(self, about: object) -> Iterator[None]:
        """What is answered to this is not told object by object: whoever asked says it in another way."""
        with self._lock:
            self._untold.add(about)
        try:
            yield
        finally:
            with self._lock:
                self._untold.discard(about)

    def tells(self, kind: str, about: object) -> bool:
        """Whether a line of an answer is to be told."""
        with self._lock:
            return kind != "output" or about not in self._untold

    def expect(self, askers: Mapping[object, tuple[StepId, ...]]) -> None:
        """What is going to be asked, and for which steps, in the order of the chain."""
        with self._lock:
            self._askers.update(askers)

    def listener(self, source: str) -> Listener:
        """For what one connection says: its lines, and what it was answered."""
        return Listener(self, source, self._calls, self._begin)

    def _begin(self, source: str, about: object) -> int:
        assert self._calls is not None
        with self._lock:
            steps = (self.step,) if self.step else self._askers.get(about, ())
        return self._calls.begin(source, about, self.clock.now(), steps, self._redactor.redact)

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

    def _write(self, head: str, lines: list[str]) -> None:
        if self._broken:
            return
        data = "".join([f"{head} {line}\n" for line in lines]).encode()
        try:
            if self._file < 0:
                private_folder(self.path.parent)
                _prune(self.path.parent)
                self._file = open_private(self.path)
            while data:
                data = data[os.write(self._file, data) :]
        except (OSError, FileProblem) as error:
            self._broken = True
            reason = str(error) if isinstance(error, FileProblem) else error.strerror
            self._emit(
                LogLine(
                    self.clock.now(),
                    "pushtui",
                    Level.WARNING,
                    clean_line(
                        _("The log file cannot be written, the run goes on without it: {reason}").format(reason=reason)
                    ),
                )
            )


class Listener:
    """What a connection says becomes lines of the log, and calls with their answers."""

    def __init__(self, log: Log, source: str, calls: Calls | None, begin: Callable[[str, object], int]) -> None:
        self._log = log
        self._source = source
        self._calls = calls
        self._begin = begin
        self._open: dict[object, int] = {}
        """What has been sent and not been answered in full → the number of its call."""

    def __call__(self, kind: str, text: str, about: object = None, body: str = "", wait: float = 0.0) -> None:
        """See `pushtui.engine.ports.Listen`."""
        self._hear(kind, text, about, body)
        if wait > 0:
            self._log.event(ServiceBusy(self._log.clock.now() + timedelta(seconds=wait)))

    def _hear(self, kind: str, text: str, about: object, body: str) -> None:
        if self._calls is None:
            if kind not in _UNSEEN:
                self._tell(kind, text, about)
            return
        if kind == "command" and about is not None:
            self._open[about] = self._begin(self._source, about)
        number = self._open.get(about, 0)
        if kind in _UNSEEN:
            self._open.pop(about, None)
            self._calls.end(number, self._log.clock.now(), text)
            return
        if number and (body or kind in {"error", "warning"}):
            self._calls.add(number, kind, body or text)
        self._tell(kind, text, about, number)

    def _tell(self, kind: str, text: str, about: object, number: int = 0) -> None:
        if not self._log.tells(kind, about):
            return
        meaning = absence(text) if kind == "error" else ""
        words = f"{meaning}: {text}" if meaning else text
        self._log.line(self._source, "info" if meaning else kind, words, about=about, call=number)


def _prune(folder: Path) -> None:
    """Leave room for one more log among the newest `KEPT`."""
    with suppress(OSError):
        for old in sorted(folder.glob("*.log"))[: 1 - KEPT]:
            old.unlink()
