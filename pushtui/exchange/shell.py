"""The one module that touches pypsrp: a shell, and pipelines in it.

Nothing here translates an exception: :mod:`pushtui.exchange.connection` does, for all of them. Everything of one
shell is used by one thread only (pypsrp's serializer, fragmenter and encryption keys are shared mutable state).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from pypsrp.complex_objects import Command, ObjectMeta, PSInvocationState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import NAMESPACES, WSMan, WSManAction

from pushtui.base.clock import offset_of
from pushtui.base.commands import Cmdlet, Later, Value
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.exchange.batches import Outcome, sender_of_name, sender_of_object
from pushtui.exchange.clixml import as_object, decode
from pushtui.exchange.cmdlet_errors import CmdletError, cmdlet_error
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.lines import StreamLine, line, output_lines
from pushtui.exchange.sockets import Sockets
from pushtui.exchange.tickets import credential

CONNECT_SECONDS = 10.0
SLICE_SECONDS = 1
"""How long the server may hold one Receive: so often a cancellation is looked at."""
OPERATION_SECONDS = 20
PACE_SECONDS = 0.1
"""The least time between two Receives that bring nothing, should a server not hold them."""
STALL_SECONDS = 30.0
"""How long a Receive may stay without any answer although it asked for one within a slice."""


def quiet_loggers() -> None:
    """Keep what the libraries log off the terminal: their debug logs hold whole messages and sign-in tokens."""
    for name in ("pypsrp", "spnego", "urllib3"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


class _WSMan(WSMan):
    """WSMan whose Receive is not repeated behind our back: six times thirty seconds and the pauses between them."""

    def receive(self, resource_uri: Any, resource: Any, option_set: Any = None, selector_set: Any = None,
                timeout: Any = None) -> Any:  # fmt: skip
        answer = self.invoke(WSManAction.RECEIVE, resource_uri, resource, option_set, selector_set, timeout)
        return answer.find("s:Body", namespaces=NAMESPACES)


class Shell:
    """A runspace pool of one runspace on the server, and the HTTP connection to it."""

    def __init__(self, endpoint: Endpoint, password: Secret | None, sockets: Sockets) -> None:
        quiet_loggers()
        self._endpoint = endpoint
        self._sockets = sockets
        self._wsman = _WSMan(
            endpoint.host,
            port=endpoint.port,
            username=credential(endpoint),
            password=password.reveal() if password else None,
            ssl=endpoint.ssl,
            path=endpoint.path,
            auth=endpoint.auth,
            cert_validation=endpoint.ca_file or True,
            proxy=endpoint.proxy or None,
            no_proxy=True,
            reconnection_retries=0,
            reconnection_backoff=0.0,
            negotiate_service=endpoint.service,
            negotiate_hostname_override=endpoint.service_host or None,
        )
        self._pool = RunspacePool(self._wsman, configuration_name=endpoint.configuration)
        self._finished: list[Pipeline] = []
        self.clock_offset: float | None = None
        """Seconds that the web server's clock is ahead of ours, as the ``Date`` of its last answer says."""
        self.front_end = ""
        """What that web server calls itself: of several behind one name, the one that answered."""
        self.used = False
        """Whether this HTTP session has carried an answer: then a refusal can mean that its keys are stale."""

    @property
    def identity(self) -> str:
        """As whom we are signed in: as given, or as the ticket says."""
        if self._endpoint.user:
            return self._endpoint.user
        contexts = getattr(getattr(self._wsman.transport.session, "auth", None), "contexts", None) or {}
        return next((clean_line(str(context.client_principal or "")) for context in contexts.values()), "")

    def limit(self, seconds: float, operation: float = OPERATION_SECONDS) -> None:
        """Bound the next operation: what the server is asked for, and how long a silent connection is waited for."""
        self._wsman.operation_timeout = max(1, int(min(operation, seconds)))
        self._wsman.transport.read_timeout = max(0.5, seconds)
        self._wsman.transport.connection_timeout = max(0.5, min(CONNECT_SECONDS, seconds))

    def open(self, seconds: float) -> None:
        """Create the shell on the server."""
        self.limit(seconds)
        self.refresh()
        self._pool.open()
        self.used = True

    def refresh(self) -> None:
        """Leave the TCP connection and its keys behind: the next request signs in anew, into the same shell."""
        transport = self._wsman.transport
        transport.close()
        self._sockets.close()
        transport.encryption = None
        transport.session = transport._build_session()
        self._sockets.watch(transport.session)
        transport.session.trust_env = False
        transport.session.max_redirects = 0  # a 307 would send the command to another host, over http even
        transport.session.hooks["response"].append(self._look_at_server)
        self.used = False

    def _look_at_server(self, response: Any, *_arguments: Any, **_options: Any) -> None:
        """IIS dates every answer; that one was on its way until now. Exchange's front end adds its name."""
        self.clock_offset = offset_of(response.headers.get("Date"), time.time())
        self.front_end = clean_line(response.headers.get("X-FEServer") or "")

    def start(self, cmdlets: Sequence[Cmdlet], seconds: float) -> Pipeline:
        """Send the cmdlets as one pipeline; returns when the server has taken it."""
        self.limit(seconds)
        pipeline = Pipeline(self, self._pool, cmdlets)
        pipeline.begin()
        self.used = True
        return pipeline

    def finished(self, pipeline: Pipeline) -> None:
        """Remember a finished pipeline until there is time to release it."""
        self._finished.append(pipeline)

    @property
    def unreleased(self) -> int:
        """Finished commands that the server still keeps."""
        return len(self._finished)

    def release(self, seconds: float) -> None:
        """Tell the server to forget the finished commands; never raises: what it keeps goes with the shell."""
        self.limit(seconds)
        with suppress(Exception):
            while self._finished:
                self._finished.pop().release()

    def close(self, seconds: float) -> None:
        """Delete the shell and drop the connection; never raises.

        A connection that went meanwhile took its keys along (at the end of the program urllib3 closes those that it
        keeps): then it is deleted on a new one.
        """
        until = time.monotonic() + seconds
        self.limit(seconds)
        try:
            self._pool.close()
        except Exception:
            with suppress(Exception):
                self.limit(until - time.monotonic())
                self.refresh()
                self._pool.close()
        with suppress(Exception):
            self._wsman.close()
        self._sockets.close()


class _Command(Command):
    """A command that stays what it is where pypsrp would copy it, twice, with the tables that say how it is written.

    The copies are for lxml, which moves an element that is added in a second place; they were half of what it costs to
    send a pipeline.
    """

    def __deepcopy__(self, memo: object) -> _Command:
        return self


class Pipeline:
    """Statements on their way, and what they have answered so far."""

    def __init__(self, shell: Shell, pool: RunspacePool, cmdlets: Sequence[Cmdlet]) -> None:
        self._shell = shell
        self._cmdlets = cmdlets
        self._powershell = PowerShell(pool)
        for position, cmdlet in enumerate(cmdlets):
            if position:
                self._powershell.add_statement()
            self._add(pool, cmdlet.name)
            for name, value in cmdlet.parameters:
                self._powershell.add_parameter(name, _argument(pool, value))
            if cmdlet.select:
                self._add(pool, "Select-Object")
                self._powershell.add_parameter("Property", list(cmdlet.select))
        self._taken: dict[str, int] = {}
        self.outcome = Outcome()

    def _add(self, pool: RunspacePool, name: str) -> None:
        self._powershell.add_command(_Command(name, pool.protocol_version or "", is_script=False))

    def begin(self) -> None:
        self._powershell.begin_invoke()

    @property
    def done(self) -> bool:
        return bool(self._powershell.state not in (PSInvocationState.RUNNING, PSInvocationState.NOT_STARTED))

    def poll(self, seconds: float) -> list[StreamLine]:
        """One Receive; what it brought, as lines. Also adds it to `outcome`."""
        self._shell.limit(max(min(seconds, STALL_SECONDS), 2 * SLICE_SECONDS), SLICE_SECONDS)
        began = time.monotonic()
        self._powershell.poll_invoke()
        lines = list(self._new_lines())
        if self.done:
            self.outcome.failed = self._powershell.state == PSInvocationState.FAILED
            self.outcome.clock_offset = self._shell.clock_offset
            self.outcome.front_end = self._shell.front_end
            self._shell.finished(self)
        elif not lines and time.monotonic() - began < PACE_SECONDS:
            time.sleep(PACE_SECONDS)
        return lines

    def stop(self, seconds: float) -> None:
        """Ask the server to stop and forget it; never raises."""
        self._shell.limit(seconds)
        with suppress(Exception):
            self._powershell.stop()
            self._powershell.close()

    def release(self) -> None:
        self._powershell.close()

    def _new_lines(self) -> Iterator[StreamLine]:
        everything = any(cmdlet.select for cmdlet in self._cmdlets)
        streams = self._powershell.streams
        for item in self._new("output", self._powershell.output):
            properties = as_object(_plain(item))
            self.outcome.objects.append(properties)
            about = sender_of_object(self._cmdlets, properties)
            yield from output_lines(properties, everything=everything, about=about, body=_received(item))
        only = self._cmdlets[0] if len(self._cmdlets) == 1 else None
        for record in self._new("verbose", streams.verbose):
            yield line("verbose", str(_record(record).get("InformationalRecord_Message") or record.message), only)
        for record in self._new("information", streams.information):
            yield line("verbose", str(_plain(record.message_data)), only)
        for record in self._new("progress", streams.progress):
            yield _progress(record, only)
        for record in self._new("warning", streams.warning):
            properties = _record(record)
            text = clean_line(str(properties.get("InformationalRecord_Message") or record.message or ""))
            origin = properties.get("CommandInfo_Name") or properties.get("InvocationInfo_InvocationName") or ""
            self.outcome.warnings.append((clean_line(str(origin)), text))
            yield line("warning", text, sender_of_name(self._cmdlets, clean_line(str(origin))), _received(record))
        for record in self._new("error", streams.error):
            error = cmdlet_error(_record(record))
            if error not in self.outcome.errors:
                self.outcome.errors.append(error)
                yield line("error", _error_text(error), sender_of_name(self._cmdlets, error.cmdlet), _received(record))

    def _new(self, name: str, items: list[Any]) -> Iterable[Any]:
        before = self._taken.get(name, 0)
        self._taken[name] = len(items)
        return items[before:]


def _argument(pool: RunspacePool, value: Value) -> Any:
    """The value as pypsrp serialises it with the right type."""
    match value:
        case Later():
            raise ValueError(f"{value.name} is not known yet")
        case tuple():
            return [_argument(pool, item) for item in value]
        case datetime():
            element = ET.Element("DT")
            element.text = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            return element
        case int() if not isinstance(value, bool) and not -(2**31) <= value < 2**31:
            return pool.serialize(value, ObjectMeta("I64"))
        case float():
            return pool.serialize(value, ObjectMeta("Db"))
    return value


def _plain(item: Any) -> Any:
    """Our own decoding of what pypsrp received: it leaves collections and nested objects as XML."""
    xml = getattr(item, "_xml", None)
    if isinstance(xml, str):
        return decode(xml)
    if isinstance(item, str) and item.startswith("<Obj "):
        return decode(item)
    return item


def _received(item: Any) -> str:
    """The CLIXML that it came as; of a plain value, its text."""
    xml = getattr(item, "_xml", None)
    return xml if isinstance(xml, str) else str(item)


def _record(record: Any) -> dict[str, Any]:
    return as_object(_plain(record))


def _progress(record: Any, about: Cmdlet | None) -> StreamLine:
    percent = f" {record.percent_complete}%" if (record.percent_complete or -1) >= 0 else ""
    return line("progress", f"{record.activity or ''}: {record.description or ''}{percent}", about)


def _error_text(error: CmdletError) -> str:
    return f"{error.message} [{error.identifier}]" if error.identifier else error.message
