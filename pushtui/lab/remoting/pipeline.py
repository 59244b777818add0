"""One running pipeline, as the runspace sees it: its streams, its prompts, and the stop that may come at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psrpcore
from psrpcore import types as ps

from pushtui.lab.faults import Fault
from pushtui.lab.remoting.cmdlet import ErrorSpec
from pushtui.lab.remoting.records import error_record, informational_record


class PipelineStopped(Exception):
    """The client stopped the pipeline, or its shell is gone."""


class Pipeline:
    """Writes are serialised by the shell's lock, because psrpcore's state machines are not thread-safe."""

    def __init__(self, peer: Any, lock: threading.Condition, flush: Callable[[], None]) -> None:
        self._peer = peer
        self._lock = lock
        self._flush = flush
        self._stop = threading.Event()
        self._answers: dict[int, Any] = {}
        self.identifier: UUID = peer.pipeline_id
        self.metadata: Any = None
        self.outgoing: list[bytes] = []
        self.readers = 0
        """Receives so far: a later one takes over from one that still waits on a lost connection."""
        self.done = False
        self.started = False
        self.mishap: Fault | None = None
        """What happens to the connection of the next Receive instead of an answer."""

    # -- what the shell does

    def stop(self) -> None:
        self._stop.set()
        self._lock.notify_all()

    def answer(self, call: int, result: Any) -> None:
        """The client's answer to a host call."""
        self._answers[call] = result
        self._lock.notify_all()

    def running(self) -> None:
        with self._lock:
            self.started = True
            # `start()` would announce a state that Windows never sends.
            self._peer._change_state(ps.PSInvocationState.Running, emit=False)

    def complete(self) -> None:
        self._end(lambda: self._peer.complete())

    def stopped(self) -> None:
        self._end(lambda: self._peer.stop())

    def failed(self, error: ErrorSpec, activity: str) -> None:
        record = self._record(error, activity)
        # psrpcore has no public way to fail a pipeline.
        self._end(lambda: self._peer._change_state(ps.PSInvocationState.Failed, error=record))

    def _end(self, change: Callable[[], None]) -> None:
        with self._lock:
            if not self.done:
                change()
                self.done = True
                self._flush()

    def close(self) -> None:
        """Forgets the pipeline (the Terminate signal)."""
        try:
            self._peer.close()
        except psrpcore.PSRPCoreError:
            self._peer.runspace_pool.pipeline_table.pop(self.identifier, None)

    def strike(self, mishap: Fault) -> None:
        """The client's connection suffers this; nothing more of the pipeline reaches it."""
        with self._lock:
            self.mishap = mishap
            self.done = True
            self._lock.notify_all()

    # -- what cmdlets do

    def check(self) -> None:
        if self._stop.is_set():
            raise PipelineStopped

    def wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise PipelineStopped

    @property
    def _wants_invocation(self) -> bool:
        return bool(getattr(self.metadata, "remote_stream_options", None))

    @property
    def has_host(self) -> bool:
        """Whether the client can be asked anything."""
        for host in (getattr(self.metadata, "host", None), self._peer.runspace_pool.host):
            if host is not None and not host.IsHostNull and not host.IsHostUINull:
                return True
        return False

    def output(self, value: Any) -> None:
        self._write(lambda: self._peer.write_output(value))

    def error(self, error: ErrorSpec, activity: str) -> None:
        record = self._record(error, activity)
        self._write(lambda: self._peer.prepare_message(record, ps.PSRPMessageType.ErrorRecord))

    def warning(self, message: str, cmdlet: str) -> None:
        self._informational(message, cmdlet, ps.PSRPMessageType.WarningRecord)

    def verbose(self, message: str, cmdlet: str) -> None:
        self._informational(message, cmdlet, ps.PSRPMessageType.VerboseRecord)

    def _informational(self, message: str, cmdlet: str, message_type: Any) -> None:
        record = informational_record(message, cmdlet, invocation=self._wants_invocation)
        self._write(lambda: self._peer.prepare_message(record, message_type))

    def _record(self, error: ErrorSpec, activity: str) -> Any:
        return error_record(error, activity, invocation=self._wants_invocation)

    def progress(self, activity: str, status: str, percent: int) -> None:
        kind = ps.ProgressRecordType.Completed if percent >= 100 else ps.ProgressRecordType.Processing
        self._write(lambda: self._peer.write_progress(activity, 0, status, percent_complete=percent, record_type=kind))

    def host_line(self, text: str) -> None:
        """A line for the client's host; nothing where it has none."""
        if self.has_host:
            self._write(lambda: psrpcore.ServerHostRequestor(self._peer).write_line(text))

    def choose(self, caption: str, question: str, labels: list[str], default: int) -> int:
        """Asks the client's host; the index of its choice."""
        self.check()
        choices = [ps.ChoiceDescription(label, label.replace("&", "")) for label in labels]
        with self._lock:
            call = psrpcore.ServerHostRequestor(self._peer).prompt_for_choice(caption, question, choices, default)
            self._flush()
            self._lock.wait_for(lambda: call in self._answers or self._stop.is_set())
            self.check()
            answer = self._answers.pop(call)
        return int(answer) if isinstance(answer, int) else default

    def _write(self, write: Callable[[], Any]) -> None:
        with self._lock:
            self.check()
            write()
            self._flush()
