"""Asks what was typed into the console, and what this account could ask at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import Side
from pushtui.base.words import _
from pushtui.engine.connections import Connections, read_only_refused
from pushtui.engine.console.answer import names_of, rows
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.log import Log
from pushtui.engine.ports import ReplyPort

PATIENT = 330.0
"""Seconds for Test-, which tries things that have time-outs of their own."""
CMDLETS = Cmdlet.of("Get-Command", ("Name",), Name=("Get-*", "Test-*"))


def parameters_of(name: str) -> Cmdlet:
    """The question for a cmdlet's parameters, as implicit remoting asks it; not verified against a real server."""
    return Cmdlet.of("Get-Command", ("Name", "Parameters"), Name=name)


class Desk:
    """One session's; used by one thread at a time, `catalogue` is read by any."""

    def __init__(self, connections: Connections, log: Log) -> None:
        self._connections = connections
        self._log = log
        self.catalogue = Catalogue()

    def ask(self, cmdlet: Cmdlet, cancellation: Cancellation, width: int) -> int:
        """Send it; its answer goes to the log as rows. How many objects came. Raises `ReadOnlyRefused` for a write."""
        if cmdlet.name.partition("-")[0].lower() not in {"get", "test"}:
            raise read_only_refused(Side.EXCHANGE, cmdlet.text)
        with self._log.without_objects(cmdlet):
            reply = self._send(cmdlet, cancellation)
        if reply.objects or not reply.errors:
            for row in rows(reply.objects, width):
                self._log.line("exchange", "output", row, about=cmdlet)
        answered = {**self.catalogue.properties, cmdlet.name.lower(): names_of(reply.objects)}
        if reply.objects and not cmdlet.select:
            self.catalogue = Catalogue(self.catalogue.names, self.catalogue.parameters, answered)
        return len(reply.objects)

    def learn(self, name: str, cancellation: Cancellation) -> None:
        """Find out which reading cmdlets there are, for ``*``, or which parameters one of them has."""
        known = self.catalogue
        question = CMDLETS if name == "*" else parameters_of(name)
        with self._log.without_objects(question):
            reply = self._send(question, cancellation)
        if name == "*":
            found = sorted({str(item.get("Name") or "") for item in reply.objects} - {""}, key=str.lower)
            self._log.line("exchange", "output", _("{count} cmdlets that only read").format(count=len(found)))
            self.catalogue = Catalogue(tuple(found), known.parameters, known.properties)
            return
        names = tuple(dict.fromkeys(each for item in reply.objects for each in _names(item.get("Parameters"))))
        parameters = {**known.parameters, name.lower(): names}
        self.catalogue = Catalogue(known.names, parameters, known.properties)

    def _send(self, cmdlet: Cmdlet, cancellation: Cancellation) -> ReplyPort:
        seconds = self._connections.profile.exchange.timeout
        limit = max(seconds, PATIENT) if cmdlet.name.lower().startswith("test-") else seconds
        return self._connections.organization([cmdlet], cancellation, limit).result()[0]


def _names(parameters: Any) -> tuple[str, ...]:
    """The keys of the dictionary that ``Parameters`` is."""
    if not isinstance(parameters, Mapping):
        return ()
    return tuple(str(name) for name in parameters if not str(name).startswith("@"))
