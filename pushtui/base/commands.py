"""What can be sent to the two organizations, as values that can be compared, shown and journaled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from pushtui.base.values import frozen

Method: TypeAlias = Literal["GET", "PATCH", "POST", "DELETE"]
Json: TypeAlias = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


LATER = "(known after apply)"
"""How a value that does not exist yet is written, in the plan's own language; people read it in theirs."""


@frozen
class Later:
    """A value that only exists once an earlier change was made, such as the thumbprint of a new certificate."""

    name: str

    def __str__(self) -> str:
        return LATER


Scalar: TypeAlias = str | bool | int | float | bytes | datetime | Later | None
Value: TypeAlias = Scalar | tuple[Scalar, ...]


@frozen
class Cmdlet:
    """One command of a remote PowerShell session: a name, parameters, and a plain ``| Select-Object A,B``.

    Nothing else passes Exchange's no-language mode: no script, no variable, no calculated property.
    """

    name: str
    parameters: tuple[tuple[str, Value], ...] = ()
    select: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, select: tuple[str, ...] = (), /, **parameters: Value) -> Cmdlet:
        """``Cmdlet.of("Get-AuthServer", Identity="MicrosoftSts")``; keyword order is kept."""
        return cls(name, tuple(parameters.items()), select)

    @property
    def reads(self) -> bool:
        """Whether this only looks. ``Invoke-MonitoringProbe`` and ``Test-OAuthConnectivity`` try, but store nothing."""
        verb = self.name.partition("-")[0].lower()
        return verb in {"get", "test", "measure", "select"} or self.name.lower() == "invoke-monitoringprobe"

    @property
    def text(self) -> str:
        """The command as an administrator would type it into the Exchange Management Shell."""
        words = [self.name]
        for name, value in self.parameters:
            words.append(f"-{name}:{literal(value)}" if isinstance(value, bool) else f"-{name} {literal(value)}")
        if self.select:
            words.append(f"| Select-Object {','.join(self.select)}")
        return " ".join(words)


@frozen
class GraphRequest:
    """One request to Microsoft Graph: the path below ``/v1.0``, e.g. ``/servicePrincipals(appId='…')``.

    `body` is JSON text, kept as text so that the value can be hashed; :meth:`of` makes it from objects.
    """

    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @classmethod
    def of(
        cls,
        method: Method,
        path: str,
        body: Mapping[str, Json] | None = None,
        /,
        **query: str,
    ) -> GraphRequest:
        """``GraphRequest.of("GET", "/organization", select="id")``: query names without their dollar sign."""
        import json  # the start does not need it

        text = "" if body is None else json.dumps(body, separators=(",", ":"))
        return cls(method, path, tuple((f"${name}", value) for name, value in query.items()), text)

    @property
    def reads(self) -> bool:
        """Whether this only looks."""
        return self.method == "GET"

    @property
    def text(self) -> str:
        """The request line, with the query as it is read, not as it is encoded."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}{'?' + query if query else ''}"


# PowerShell ends a single-quoted string at any of these (about_Quoting_Rules), and doubling escapes each.
_QUOTE = "(['\u2018\u2019\u201a\u201b])"


def literal(value: Value) -> str:
    """The value as PowerShell writes it."""
    match value:
        case bool():
            return "$true" if value else "$false"
        case None:
            return "$null"
        case int() | float() | Later():
            return str(value)
        case datetime():
            return f"'{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
        case tuple():
            return ",".join(literal(item) for item in value)
        case bytes():
            return f"([byte[]] of {len(value)} bytes)"
        case str():
            return "'" + re.sub(_QUOTE, r"\1\1", value) + "'"
