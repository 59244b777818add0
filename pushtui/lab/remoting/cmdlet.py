"""The border between the simulated PowerShell and the cmdlets that run in it.

A server is a :class:`PowerShellHost`; a cmdlet is a :class:`CmdletSpec` whose `run` is handed an :class:`Invocation`
and its bound parameters. Binding, ``Select-Object``, streams, prompts and the no-language rules belong to the
runspace; the cmdlets know only this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pushtui.base.values import frozen

ParameterType = Literal["string", "strings", "bool", "switch", "int", "datetime", "bytes", "securestring", "any"]


@frozen
class Parameter:
    """A parameter as its cmdlet declares it."""

    name: str
    type: ParameterType = "string"
    mandatory: bool = False
    position: int | None = None
    sets: frozenset[str] = frozenset()
    """Parameter sets it belongs to; empty: all."""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """The values of the enumeration that the parameter takes; empty: any."""


@frozen
class CmdletSpec:
    """A cmdlet: what it takes and what it does."""

    name: str
    run: Callable[[Invocation, Mapping[str, Any]], None]
    parameters: tuple[Parameter, ...] = ()
    default_set: str = ""
    confirms: Literal["never", "supports", "asks"] = "never"
    """`supports`: has -WhatIf and -Confirm; `asks`: also asks by itself unless ``-Confirm:$false``."""
    writes: bool = False
    """Whether it changes anything: what the request log calls a write."""


@frozen
class MultiValued:
    """A multi-valued property: goes out as a typed list. `element` is the .NET name of the items' type."""

    items: tuple[Any, ...]
    element: str = "System.String, mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"


@frozen
class EnumValue:
    """An enumeration as plain Windows PowerShell serialises it (Exchange flattens its own to strings)."""

    type: str
    label: str
    value: int


@frozen
class RemoteObject:
    """An object for the output stream.

    `properties` is what goes over the wire: str, bool, int, bytes, datetime, UUID, None, `MultiValued`, `EnumValue`
    or a nested `RemoteObject`. `server_side` are properties that only ``Select-Object`` on the server can see (a
    certificate goes out as `RawData` alone).
    """

    types: tuple[str, ...]
    properties: Mapping[
        str, str | bool | int | float | bytes | datetime | UUID | MultiValued | EnumValue | RemoteObject | None
    ]
    text: str = ""
    server_side: Mapping[str, Any] = field(default_factory=dict)


@frozen
class ErrorSpec:
    """An error record. `category` is the name of a ``System.Management.Automation.ErrorCategory``."""

    message: str
    identifier: str
    """FullyQualifiedErrorId; Exchange's decoration (server, request id, failure category) is added by the runspace."""
    category: str = "InvalidOperation"
    exception: str = "System.InvalidOperationException"
    target: str = ""
    failure_category: str = ""
    """Exchange's ``FailureCategory``, e.g. ``Cmdlet-ManagementObjectNotFoundException``."""


class TerminatingError(Exception):
    """Ends the cmdlet (ThrowTerminatingError)."""

    def __init__(self, error: ErrorSpec) -> None:
        super().__init__(error.message)
        self.error = error


class Invocation(Protocol):
    """What a running cmdlet can do. Every method raises when the pipeline is stopped."""

    @property
    def server(self) -> str:
        """FQDN of the server that executes, which need not be the one connected to."""

    @property
    def user(self) -> str: ...

    @property
    def parameter_set(self) -> str: ...

    def output(self, item: RemoteObject | str | int | bool) -> None: ...

    def error(self, error: ErrorSpec) -> None:
        """A non-terminating error (WriteError)."""

    def warning(self, message: str) -> None: ...

    def verbose(self, message: str) -> None: ...

    def progress(self, activity: str, status: str, percent: int) -> None: ...

    def should_process(self, target: str, action: str) -> bool:
        """-WhatIf and -Confirm: False means leave it; raises where it must ask and the client has no host."""

    def should_continue(self, question: str) -> bool:
        """A question of the cmdlet's own, which only -Force silences; raises where the client has no host."""

    def wait(self, seconds: float) -> None: ...


class PowerShellHost(Protocol):
    """One configuration on one server: who may connect, and which cmdlets they see."""

    @property
    def fqdn(self) -> str: ...

    @property
    def side(self) -> Literal["exchange", "windows"]: ...

    @property
    def configuration(self) -> str:
        """``Microsoft.Exchange`` or ``Microsoft.PowerShell``."""

    @property
    def executing_server(self) -> str:
        """FQDN of the server on which a new session's cmdlets run."""

    @property
    def no_language(self) -> bool: ...

    def check_password(self, user: str, password: str) -> bool: ...

    def accounts(self) -> Sequence[tuple[str, str]]:
        """User principal names and passwords, for the NTLM and Kerberos back ends."""

    def forbids(self, user: str) -> str:
        """Why this account, whose password was right, may open no session here; empty: it may."""

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        """Lower-case name → cmdlet: only those that the account's roles grant."""
