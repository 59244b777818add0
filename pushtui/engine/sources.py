"""Queries become answers here, and commands become writes: the one place where the model meets the connections."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeAlias

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import Cancelled, PushtuiError, RequestRefused, Side, UsageError
from pushtui.base.files import problem, remove, write_atomically
from pushtui.base.words import _
from pushtui.engine.connections import Connections, read_only_refused
from pushtui.engine.ports import ReplyPort
from pushtui.engine.threads import in_thread
from pushtui.exchange.failures import refusal
from pushtui.procedure.model import (
    Answer,
    Command,
    Discovery,
    ExchangeRead,
    ExchangeWrite,
    Failure,
    FileRead,
    FileRemove,
    FileWrite,
    GraphRead,
    GraphWrite,
    Properties,
    Query,
    Trial,
    WindowsRead,
    WindowsWrite,
)
from pushtui.profile import validate_certificate_path

Answers: TypeAlias = Mapping[Query, Answer]
_Read: TypeAlias = ExchangeRead | WindowsRead
Send: TypeAlias = Callable[[Sequence[Cmdlet]], Future[Sequence[ReplyPort]]]

FILE_LIMIT = 64 * 1024
_NO_SESSION = frozenset({"quota", "redirected", "http-404", "wrong-configuration"})
"""The words of refusals that have nothing to do with how many statements were sent."""
_PER_FURTHER_READ = 5.0
"""Seconds that each further command of a pipeline adds to its time limit."""


def failure_of(error: PushtuiError) -> Failure:
    """The parts of an error, as data that facts can hold."""
    return Failure(error.code, error.what, error.side.value, error.where, error.cause, error.remedy, error.identifier)


class Sources:
    """Asks and sends, each on threads that the caller waits for through futures."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self.connections = connections
        self.profile = connections.profile
        self._clock = clock
        self._one_by_one = False
        self._tenant = ""

    # --- reads -------------------------------------------------------------------------------------------------------

    def ask(self, queries: Iterable[Query], cancellation: Cancellation) -> list[Future[Answers]]:
        """Send out what can go together, everything side by side; each future answers some of the queries.

        The futures never fail but by `Cancelled`: what could not be found out is an answer with a failure.
        """
        organization: list[ExchangeRead] = []
        servers: dict[str, list[ExchangeRead]] = {}
        windows: dict[str, list[WindowsRead]] = {}
        futures: list[Future[Answers]] = []
        for query in queries:
            match query:
                case ExchangeRead(server=""):
                    organization.append(query)
                case ExchangeRead():
                    servers.setdefault(query.server, []).append(query)
                case WindowsRead():
                    windows.setdefault(query.server, []).append(query)
                case _:
                    futures.append(in_thread(lambda query=query: self._single(query, cancellation), "read"))  # type: ignore[misc]  # bound early on purpose
        if organization:
            futures.insert(0, in_thread(lambda: self._organization(organization, cancellation), "organization"))
        for server, reads in servers.items():
            reads.sort(key=lambda read: not _ends_the_rest(read))
            futures.append(
                in_thread(lambda server=server, reads=reads: self._server(server, reads, cancellation), "server")  # type: ignore[misc]
            )
        for server, asked in windows.items():
            futures.append(
                in_thread(lambda server=server, asked=asked: self._windows(server, asked, cancellation), "windows")  # type: ignore[misc]
            )
        return futures

    def _organization(self, reads: Sequence[ExchangeRead], cancellation: Cancellation) -> Answers:
        seconds = self.profile.exchange.timeout
        return self._pipeline(
            reads,
            lambda cmdlets: self.connections.organization(cmdlets, cancellation, _limit(seconds, cmdlets)),
            self.profile.exchange.server,
        )

    def _server(self, server: str, reads: Sequence[ExchangeRead], cancellation: Cancellation) -> Answers:
        seconds = self.profile.exchange.timeout
        return self._pipeline(
            reads, lambda cmdlets: self.connections.server(cmdlets, cancellation, _limit(seconds, cmdlets)), server
        )

    def _windows(self, server: str, reads: Sequence[WindowsRead], cancellation: Cancellation) -> Answers:
        seconds = self.profile.windows.timeout
        return self._pipeline(
            reads,
            lambda cmdlets: self.connections.windows(server, cmdlets, cancellation, _limit(seconds, cmdlets)),
            server,
        )

    def _pipeline(self, reads: Sequence[_Read], send: Send, source: str) -> Answers:
        """One pipeline; one by one where a server refuses several statements at once."""
        side = Side.WINDOWS if isinstance(reads[0], WindowsRead) else Side.EXCHANGE
        began = self._clock.monotonic()
        if len(reads) > 1 and self._one_by_one:
            return self._each(reads, send, source)
        try:
            replies = send([read.cmdlet for read in reads]).result()
        except Cancelled:
            raise
        except RequestRefused as error:
            if len(reads) > 1 and error.code.partition(".")[2] not in _NO_SESSION:
                self._one_by_one = True
                return self._each(reads, send, source)
            return self._failed(reads, error, source, began)
        except PushtuiError as error:
            return self._failed(reads, error, source, began)
        return {
            read: self._answer(reply, read.cmdlet, side, source, began)
            for read, reply in zip(reads, replies, strict=True)
        }

    def _each(self, reads: Sequence[_Read], send: Send, source: str) -> Answers:
        answers: dict[Query, Answer] = {}
        for read in reads:
            answers.update(self._pipeline([read], send, source))
            if answers[read].failure is not None and _ends_the_rest(read):
                return {**dict.fromkeys(reads, answers[read]), **answers}
        return answers

    def _single(self, query: Query, cancellation: Cancellation) -> Answers:
        began = self._clock.monotonic()
        objects: tuple[Properties, ...]
        offset = None
        try:
            match query:
                case Discovery(domain):
                    found = self._discover(domain, cancellation)
                    objects, source, offset = (found,), "login", found.get("clock_offset")
                case GraphRead(request):
                    tenant = self._tenant or self.profile.tenant_domain
                    seconds = self.profile.entra.timeout
                    objects = self.connections.in_directory(
                        lambda directory: directory.send(request, tenant, cancellation, seconds), "graph"
                    ).result()
                    source = "graph"
                case FileRead(path):
                    objects, source = (read_file(path),), "file"
                case _:
                    raise TypeError(f"no single query: {type(query).__name__}")
        except Cancelled:
            raise
        except PushtuiError as error:
            return self._failed([query], error, error.where, began)
        seconds = self._clock.monotonic() - began
        return {query: Answer(objects, self._clock.now(), source, seconds, clock_offset=offset)}

    def _discover(self, domain: str, cancellation: Cancellation) -> Properties:
        found = self.connections.in_directory(
            lambda directory: directory.discover(domain, cancellation), "discovery"
        ).result()
        self._tenant = str(found.get("tenant_id") or "")
        return found

    def _answer(self, reply: ReplyPort, cmdlet: Cmdlet, side: Side, source: str, began: float) -> Answer:
        return Answer(
            reply.objects,
            self._clock.now(),
            source,
            self._clock.monotonic() - began,
            reply.warnings,
            reply_failure(reply, cmdlet, side, source, self.connections.account(side.value)),
            reply.clock_offset,
            reply.front_end,
        )

    def _failed(self, queries: Iterable[Query], error: PushtuiError, source: str, began: float) -> Answers:
        answer = Answer((), self._clock.now(), source, self._clock.monotonic() - began, failure=failure_of(error))
        return dict.fromkeys(queries, answer)

    # --- writes and trials -------------------------------------------------------------------------------------------

    def send(self, command: Command, cancellation: Cancellation) -> Future[Answer]:
        """Send a write. Fails with a `PushtuiError`: refused, lost, unreachable; a cmdlet's error is in the answer."""
        return in_thread(lambda: self._send(command, cancellation), "write")

    def _send(self, command: Command, cancellation: Cancellation) -> Answer:
        began = self._clock.monotonic()
        profile = self.profile
        if self.connections.read_only:
            raise read_only_refused(_SIDES[type(command)], command.text)
        match command:
            case ExchangeWrite(cmdlet):
                reply = self.connections.organization([cmdlet], cancellation, profile.exchange.timeout).result()[0]
                return self._answer(reply, cmdlet, Side.EXCHANGE, profile.exchange.server, began)
            case WindowsWrite(cmdlet, server):
                reply = self.connections.windows(server, [cmdlet], cancellation, profile.windows.timeout).result()[0]
                return self._answer(reply, cmdlet, Side.WINDOWS, server, began)
            case GraphWrite(request):
                tenant = self._tenant or profile.tenant_domain
                objects = self.connections.in_directory(
                    lambda directory: directory.send(request, tenant, cancellation, profile.entra.timeout), "graph"
                ).result()
                return Answer(objects, self._clock.now(), "graph", self._clock.monotonic() - began)
            case FileWrite(path, content):
                assert content is not None, "the plan holds back what is only known after apply"
                write_atomically(_local(path), content)
                return Answer((), self._clock.now(), "file", self._clock.monotonic() - began)
            case FileRemove(path):
                remove(_local(path))
                return Answer((), self._clock.now(), "file", self._clock.monotonic() - began)

    def attempt(self, trial: Trial, cancellation: Cancellation) -> Future[Answer]:
        """Run a trial. Never fails but by `Cancelled`: an outcome that cannot be had is an answer with a failure."""
        return in_thread(lambda: self._attempt(trial, cancellation), "trial")

    def _attempt(self, trial: Trial, cancellation: Cancellation) -> Answer:
        began = self._clock.monotonic()
        source = trial.query.server if trial.query else self.profile.mail.host
        try:
            if trial.query is None:
                sent = self.connections.mail(cancellation).result()
                return Answer((sent,), self._clock.now(), source, self._clock.monotonic() - began)
            reply = self.connections.organization([trial.query.cmdlet], cancellation, trial.timeout).result()[0]
            return self._answer(reply, trial.query.cmdlet, Side.EXCHANGE, source, began)
        except Cancelled:
            raise
        except PushtuiError as error:
            return Answer((), self._clock.now(), source, self._clock.monotonic() - began, failure=failure_of(error))


_SIDES = {
    ExchangeWrite: Side.EXCHANGE,
    WindowsWrite: Side.WINDOWS,
    GraphWrite: Side.GRAPH,
    FileWrite: Side.LOCAL,
    FileRemove: Side.LOCAL,
}


def reply_failure(reply: ReplyPort, cmdlet: Cmdlet, side: Side, source: str, account: str) -> Failure | None:
    """The first error record of a reply, as a failure; the others are in the log."""
    return failure_of(refusal(reply.errors[0], cmdlet, side, source, account)) if reply.errors else None


def _ends_the_rest(read: _Read) -> bool:
    """Whether its error ends the pipeline: it goes first, and where a server is gone, the others need not find out."""
    return ("ErrorAction", "Stop") in read.cmdlet.parameters


def _local(path: str) -> Path:
    """The path, which the session made absolute; one that it could not is refused in the profile's own words."""
    if not os.path.isabs(path):
        sentence = validate_certificate_path(path) or _("Not an absolute path")
        raise UsageError("profile.certificate-path", sentence.rstrip("."))
    return Path(path)


def read_file(path: str) -> Properties:
    """A local file as an object; only regular files are opened, so that nothing can block. Raises `FileProblem`."""
    place = _local(path)
    try:
        status = os.stat(place)
        if stat.S_ISDIR(status.st_mode):
            return {"kind": "folder", "content": b""}
        if not stat.S_ISREG(status.st_mode):
            return {"kind": "other", "content": b""}
        with open(place, "rb") as file:
            return {"kind": "file", "content": file.read(FILE_LIMIT)}
    except FileNotFoundError:
        return {"kind": "absent", "content": b""}
    except (OSError, ValueError) as error:
        reason = error if isinstance(error, OSError) else OSError(22, _("Not a file name"))
        raise problem("file.not-read", _("The file cannot be read"), place, reason) from None


def _limit(seconds: float, cmdlets: Sequence[Cmdlet]) -> float:
    return seconds + _PER_FURTHER_READ * (len(cmdlets) - 1)
