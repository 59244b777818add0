"""Shells: a WSMan shell holds one PSRP runspace pool, its pipelines and what they have to say."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable
from time import monotonic
from typing import Any

import psrpcore
from psrpcore import types as ps

from pushtui.base.values import frozen
from pushtui.lab.faults import Fault
from pushtui.lab.remoting.pipeline import Pipeline
from pushtui.lab.remoting.soap import (
    SCHEMA,
    SHELL_GONE,
    TIMED_OUT,
    TOO_MANY_OPERATIONS,
    TOO_MANY_SHELLS,
    WSManFault,
)

_ENVELOPE = 2600
"""What an envelope needs besides its streams, in bytes."""


@frozen
class Limits:
    """Quotas, as ``winrm/config`` and Exchange's throttling policies have them."""

    shells: int = 18
    """Open shells of one user (PowerShellMaxConcurrency)."""
    operations: int = 1500
    """Open commands of one user (MaxConcurrentOperationsPerUser)."""
    runspaces: int = 5
    """Pipelines of one shell that run side by side, however many the client asks for."""
    idle_seconds: float = 900.0
    """Idle time after which a shell whose client named none is closed; also the most it may name."""
    fragment: int = 32 * 1024
    """Bytes of a PSRP fragment, as Windows sends them."""
    one_fragment_per_receive: bool = False
    """The worst case of a server: an answer of many parts takes as many Receives."""
    request_bytes: int = 1024 * 1024
    """The largest request body that is read."""


for _event in (psrpcore.SetMaxRunspacesEvent, psrpcore.SetMinRunspacesEvent):
    # pypsrp names the call's id "CI", psrpcore reads "ci"; PowerShell itself does not care about case.
    _event.ci = property(lambda self: self._ps_object.ci if hasattr(self._ps_object, "ci") else self._ps_object.CI)


class Mishap(Exception):
    """The connection suffers a fault in place of an answer."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.effect)
        self.fault = fault


@frozen
class Received:
    """What a Receive takes along: parts of the stream, and whether they were the last."""

    parts: list[bytes]
    done: bool


class Shell:
    """One shell. psrpcore is not thread-safe, so everything on the pool happens under one lock."""

    def __init__(
        self, identifier: str, resource: str, owner: str, idle: float, limits: Limits, run: Callable[[Pipeline], None]
    ) -> None:
        self.identifier = identifier
        self.resource = resource
        self.owner = owner
        self.idle = idle
        self._limits = limits
        self._run = run
        self._lock = threading.Condition(threading.RLock())
        self._pool: Any = psrpcore.ServerRunspacePool(
            application_private_data={
                "PSVersionTable": {
                    "PSVersion": ps.PSVersion("5.1.17763.2183"),
                    "PSEdition": "Desktop",
                    "WSManStackVersion": ps.PSVersion("3.0"),
                }
            }
        )
        self.outgoing: list[bytes] = []
        self.readers = 0
        self._pipelines: dict[uuid.UUID, Pipeline] = {}
        self._work: queue.SimpleQueue[Pipeline | None] = queue.SimpleQueue()
        self._workers = 0
        self._closed = False
        self._busy = 0
        self._used = monotonic()

    # -- state

    @property
    def commands(self) -> int:
        with self._lock:
            return len(self._pipelines)

    def is_idle(self, now: float) -> bool:
        with self._lock:
            running = any(not pipeline.done for pipeline in self._pipelines.values())
            return not self._busy and not running and now - self._used > self.idle

    def __enter__(self) -> Shell:
        """An operation on this shell: it is not idle meanwhile."""
        with self._lock:
            self._busy += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._busy -= 1
            self._used = monotonic()

    # -- WSMan operations

    def open(self, creation: bytes) -> None:
        self._feed(creation, None)

    def command(self, identifier: uuid.UUID, first: bytes) -> None:
        with self._lock:
            if identifier in self._pipelines:
                raise WSManFault(SCHEMA)
            peer = psrpcore.ServerPipeline(self._pool, identifier)
            self._pipelines[identifier] = Pipeline(peer, self._lock, self._flush)
        self._feed(first, identifier)

    def send(self, data: bytes, identifier: uuid.UUID | None) -> None:
        if identifier is not None:
            self._find(identifier)
        self._feed(data, identifier)

    def receive(self, identifier: uuid.UUID | None, timeout: float, max_envelope: int) -> Received:
        """Waits for output for `timeout` seconds; a Receive that comes later takes over from one that still waits."""
        with self._lock:
            source: Shell | Pipeline = self if identifier is None else self._find(identifier)
            source.readers = turn = source.readers + 1
            self._lock.notify_all()
            self._lock.wait_for(lambda: self._ready(source) or source.readers != turn, timeout)
            if self._closed:
                raise WSManFault(SHELL_GONE)
            if isinstance(source, Pipeline) and source.mishap is not None:
                raise Mishap(source.mishap)
            if source.readers != turn or not self._ready(source):
                raise WSManFault(TIMED_OUT)
            parts = self._take(source.outgoing, max_envelope)
            return Received(parts, isinstance(source, Pipeline) and source.done and not source.outgoing)

    def signal(self, identifier: uuid.UUID, code: str) -> None:
        """``ctrl_c`` and ``powershell/signal/crtl_c`` stop the pipeline; ``Terminate`` forgets it, too."""
        with self._lock:
            pipeline = self._find(identifier)
            pipeline.stop()
            if not pipeline.started:
                # It still waits for a runspace, and need not get one.
                pipeline.running()
                pipeline.stopped()
            if code.lower().endswith("/terminate"):
                self._lock.wait_for(lambda: pipeline.done or self._closed, 5)
                self._pipelines.pop(identifier, None)
                pipeline.close()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for pipeline in self._pipelines.values():
                pipeline.stop()
            for _ in range(self._workers):
                self._work.put(None)
            self._lock.notify_all()

    # -- plumbing

    def _find(self, identifier: uuid.UUID) -> Pipeline:
        pipeline = self._pipelines.get(identifier)
        if pipeline is None:
            raise WSManFault(SHELL_GONE)
        return pipeline

    def _ready(self, source: Shell | Pipeline) -> bool:
        if self._closed or source.outgoing:
            return True
        return isinstance(source, Pipeline) and source.done

    def _take(self, waiting: list[bytes], max_envelope: int) -> list[bytes]:
        parts: list[bytes] = []
        room = (max_envelope - _ENVELOPE) * 3 // 4
        while waiting and (not parts or len(waiting[0]) <= room):
            parts.append(waiting.pop(0))
            room -= len(parts[-1])
            if self._limits.one_fragment_per_receive:
                break
        return parts

    def _flush(self) -> None:
        while payload := self._pool.data_to_send(self._limits.fragment):
            pipeline = self._pipelines.get(payload.pipeline_id)
            if payload.pipeline_id is None:
                self.outgoing.append(payload.data)
            elif pipeline is not None:
                pipeline.outgoing.append(payload.data)
        self._lock.notify_all()

    def _feed(self, data: bytes, identifier: uuid.UUID | None) -> None:
        with self._lock:
            try:
                self._pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, identifier))
                while event := self._pool.next_event():
                    self._handle(event)
            except Exception as error:
                # psrpcore meets a broken message with whatever its parsers raise.
                raise WSManFault(SCHEMA, text=f"The PSRP message could not be read: {error}") from None
            self._flush()

    def _handle(self, event: Any) -> None:
        if isinstance(event, psrpcore.CreatePipelineEvent | psrpcore.GetCommandMetadataEvent):
            pipeline = self._pipelines[event.pipeline_id]
            pipeline.metadata = event.pipeline
            self._start(pipeline)
        elif isinstance(event, psrpcore.PipelineHostResponseEvent):
            if (asked := self._pipelines.get(event.pipeline_id)) is not None:
                asked.answer(event.ci, event.result)
        elif isinstance(
            event, psrpcore.SetMaxRunspacesEvent | psrpcore.SetMinRunspacesEvent | psrpcore.ResetRunspaceStateEvent
        ):
            self._pool.runspace_availability_response(event.ci, True)
        elif isinstance(event, psrpcore.GetAvailableRunspacesEvent):
            running = sum(not pipeline.done for pipeline in self._pipelines.values())
            self._pool.runspace_availability_response(event.ci, max(0, self._pool.max_runspaces - running))

    def _start(self, pipeline: Pipeline) -> None:
        """Later pipelines queue for a runspace, as on Windows."""
        limit = max(1, min(self._pool.max_runspaces, self._limits.runspaces))
        unfinished = sum(not other.done for other in self._pipelines.values())
        if self._workers < min(limit, unfinished):
            self._workers += 1
            name = f"runspace-{self.identifier[:8]}-{self._workers}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()
        self._work.put(pipeline)

    def _serve(self) -> None:
        while (pipeline := self._work.get()) is not None:
            with self._lock:
                wanted = not pipeline.done and not self._closed
            if wanted:
                self._run(pipeline)


class Shells:
    """The open shells of an endpoint."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[str, Shell] = {}
        self._lock = threading.Lock()

    def add(
        self, identifier: str, resource: str, owner: str, idle: float | None, run: Callable[[Pipeline], None]
    ) -> Shell:
        """A new shell, if the user's quota allows it."""
        self.reap()
        seconds = self._limits.idle_seconds if idle is None else min(idle, self._limits.idle_seconds)
        with self._lock:
            mine = [shell for shell in self._open.values() if shell.owner == owner]
            if len(mine) >= self._limits.shells:
                raise WSManFault(TOO_MANY_SHELLS, self._limits.shells)
            if identifier in self._open:
                raise WSManFault(SCHEMA)
            shell = Shell(identifier, resource, owner, seconds, self._limits, run)
            self._open[identifier] = shell
        return shell

    def find(self, identifier: str, owner: str) -> Shell:
        """An open shell of this user: another's is as unknown as one that never was."""
        self.reap()
        with self._lock:
            shell = self._open.get(identifier)
        if shell is None or shell.owner != owner:
            raise WSManFault(SHELL_GONE)
        return shell

    def check_operations(self, owner: str) -> None:
        with self._lock:
            mine = [shell for shell in self._open.values() if shell.owner == owner]
        if sum(shell.commands for shell in mine) >= self._limits.operations:
            raise WSManFault(TOO_MANY_OPERATIONS)

    def by_user(self) -> dict[str, int]:
        """How many shells each user has open."""
        self.reap()
        with self._lock:
            owners = [shell.owner for shell in self._open.values()]
        return {owner: owners.count(owner) for owner in sorted(set(owners))}

    def remove(self, shell: Shell) -> None:
        with self._lock:
            self._open.pop(shell.identifier, None)
        shell.close()

    def reap(self) -> None:
        """Closes the shells that nobody has used for their idle time."""
        now = monotonic()
        with self._lock:
            expired = [shell for shell in self._open.values() if shell.is_idle(now)]
        for shell in expired:
            self.remove(shell)

    def close(self) -> None:
        """Closes them all."""
        with self._lock:
            everything = list(self._open.values())
        for shell in everything:
            self.remove(shell)
