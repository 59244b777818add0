"""The simulated runspace: which statements it takes, and how it runs them.

No-language mode (Exchange's sessions since the security update of April 2021): any script is refused with
``ScriptsNotAllowed``; cmdlets that the account's roles grant, ``Get-Command`` and ``Select-Object`` are taken.

The plain Windows session has the full language in reality. The lab's takes cmdlets, and a script that is nothing but
the name of one; anything else is answered by an error that says that the lab does not simulate it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from psrpcore import GetMetadata

from pushtui.base.values import frozen
from pushtui.lab.faults import Fault, Faults
from pushtui.lab.remoting import discovery
from pushtui.lab.remoting.binder import Bound, bind
from pushtui.lab.remoting.clixml import plain
from pushtui.lab.remoting.cmdlet import CmdletSpec, ErrorSpec, PowerShellHost, TerminatingError
from pushtui.lab.remoting.errors import (
    Binding,
    Failure,
    command_not_found,
    not_simulated,
    scripts_not_allowed,
    suffix_of,
)
from pushtui.lab.remoting.invocation import RunningCmdlet, describe
from pushtui.lab.remoting.pipeline import Pipeline, PipelineStopped
from pushtui.lab.remoting.selection import NAME as SELECT_OBJECT
from pushtui.lab.remoting.selection import Enough, selection
from pushtui.lab.requests import RequestLog

_BARE_CMDLET = re.compile(r"\s*[A-Za-z]+-[A-Za-z0-9]+\s*")


@frozen
class Session:
    """Whose runspace this is, and where it runs."""

    host: PowerShellHost
    user: str
    server: str
    """FQDN of the server that executes its cmdlets."""
    requests: RequestLog
    faults: Faults

    @property
    def on_exchange(self) -> bool:
        return self.host.side == "exchange"


@frozen
class _Command:
    name: str
    script: bool
    arguments: tuple[tuple[str | None, Any], ...]


def run(session: Session, pipeline: Pipeline) -> None:
    """Runs the pipeline to its end, whatever that is."""
    pipeline.running()
    try:
        if isinstance(pipeline.metadata, GetMetadata):
            for item in discovery.metadata(_visible(session), pipeline.metadata):
                pipeline.output(item)
        else:
            _statements(session, pipeline)
        pipeline.complete()
    except PipelineStopped:
        pipeline.stopped()
    except _Struck as struck:
        pipeline.strike(struck.fault)
    except Failure as failure:
        pipeline.failed(failure.error, failure.activity)
    except Exception as error:
        # A fault of the lab must not look like a server that hangs.
        session.requests.add(
            session.host.side,
            "lab-error",
            write=False,
            account=session.user,
            status=type(error).__name__,
            detail=str(error),
        )
        pipeline.failed(ErrorSpec(f"The lab failed: {error!r}", "LabError", "NotSpecified"), "")


class _Struck(Exception):
    """A fault takes the client's connection: nothing of this pipeline is to reach it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.effect)
        self.fault = fault


def _statements(session: Session, pipeline: Pipeline) -> None:
    """Several statements are a batch: a terminating error in one that is not the last goes to the error stream and the
    next one runs; -ErrorAction Stop ends them all (PowerShell's BatchInvocationCallback)."""
    statements = _split(pipeline.metadata)
    for index, statement in enumerate(statements):
        try:
            _statement(session, pipeline, statement)
        except Failure as failure:
            if failure.stop or index == len(statements) - 1:
                raise
            pipeline.error(failure.error, failure.activity)


def _split(metadata: Any) -> list[list[_Command]]:
    statements: list[list[_Command]] = [[]]
    for command in metadata.commands:
        arguments = tuple((None if n is None else str(n), plain(v)) for n, v in command.parameters)
        statements[-1].append(_Command(str(command.command_text), bool(command.is_script), arguments))
        if command.end_of_statement:
            statements.append([])
    return [statement for statement in statements if statement]


def _visible(session: Session) -> dict[str, CmdletSpec]:
    return {**session.host.cmdlets(session.user), discovery.NAME.lower(): discovery.SPEC}


def _built_in(name: str) -> bool:
    return name.strip().lower() in (other.lower() for other in discovery.ALWAYS_THERE)


def _statement(session: Session, pipeline: Pipeline, statement: Sequence[_Command]) -> None:
    for command in statement:
        if command.script:
            _script(session, command.name)
    head, *rest = statement
    if len(rest) > 1 or (rest and rest[0].name.lower() != SELECT_OBJECT.lower()):
        other = next(command.name for command in rest if command.name.lower() != SELECT_OBJECT.lower() or len(rest) > 1)
        if other.lower() not in _visible(session) and not _built_in(other):
            raise Failure(command_not_found(other))
        raise not_simulated("piping into anything but one Select-Object")
    if head.name.lower() == SELECT_OBJECT.lower():
        return
    spec = _visible(session).get(head.name.strip().lower())
    if spec is None and _built_in(head.name):
        raise not_simulated(head.name)
    if spec is None:
        _log(session, head.name, "CommandNotFoundException", describe(head.arguments))
        raise Failure(command_not_found(head.name))
    _cmdlet(session, pipeline, spec, head, rest[0] if rest else None)


def _script(session: Session, text: str) -> None:
    if session.host.no_language:
        _log(session, text[:200], "ScriptsNotAllowed", "")
        raise scripts_not_allowed(text)
    if not _BARE_CMDLET.fullmatch(text):
        _log(session, text[:200], "LabNotSimulated", "")
        raise not_simulated("scripts: send cmdlets, one by one")


def _cmdlet(session: Session, pipeline: Pipeline, spec: CmdletSpec, command: _Command, select: _Command | None) -> None:
    suffix = suffix_of(spec.name, proxied=session.on_exchange)
    try:
        bound = bind(spec, command.arguments, Binding(spec.name, suffix, proxied=session.on_exchange))
        running = RunningCmdlet(
            pipeline, session.server, session.user, spec, bound, suffix, on_exchange=session.on_exchange
        )
        if select is not None:
            running.selection = selection(select.arguments, running.emit, running.complain)
    except Failure as failure:
        _log(session, spec.name, failure.error.identifier, describe(command.arguments))
        raise
    _execute(session, running, spec, bound)


def _execute(session: Session, running: RunningCmdlet, spec: CmdletSpec, bound: Bound) -> None:
    fault = session.faults.take(session.host.side, spec.name)
    status = ""
    try:
        _before(fault, running)
        try:
            if spec.name == discovery.NAME:
                discovery.run(_visible(session), running, bound.values)
            else:
                spec.run(running, bound.values)
        except Enough:
            pass
        except TerminatingError as error:
            raise running.failure(error.error) from None
        if running.selection is not None:
            running.selection.end()
        if fault is not None and fault.effect in ("cut-after", "hold", "drip"):
            raise _Struck(fault)
    except Failure as failure:
        status = failure.error.identifier
        raise
    except PipelineStopped:
        status = "stopped"
        raise
    except _Struck as struck:
        status = struck.fault.effect
        raise
    finally:
        writes = spec.writes and not bound.common.get("WhatIf", False)
        _log(session, spec.name, status or running.first_error or "ok", describe(bound), write=writes)


def _before(fault: Fault | None, running: RunningCmdlet) -> None:
    """What a fault does before the cmdlet runs."""
    if fault is None:
        return
    if fault.effect == "refuse":
        message = fault.message or "The operation was refused by a fault of the lab."
        raise running.failure(ErrorSpec(message, fault.code or "LabFault"))
    if fault.effect in ("stall", "delay"):
        running.wait(fault.seconds)
    if fault.effect in ("cut", "status"):
        raise _Struck(fault)


def _log(session: Session, name: str, status: str, detail: str, *, write: bool = False) -> None:
    session.requests.add(session.host.side, name, write=write, account=session.user, status=status, detail=detail)
