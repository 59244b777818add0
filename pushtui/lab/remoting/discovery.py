"""``Get-Command``, and the metadata message that a client may send in its place: what a session can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from psrpcore import types as ps

from pushtui.lab.remoting.cmdlet import CmdletSpec, EnumValue, Parameter, RemoteObject
from pushtui.lab.remoting.errors import command_not_found, suffix_of
from pushtui.lab.remoting.invocation import RunningCmdlet

NAME: Final = "Get-Command"
ALWAYS_THERE: Final = (
    "Exit-PSSession",
    NAME,
    "Get-FormatData",
    "Get-Help",
    "Measure-Object",
    "Out-Default",
    "Select-Object",
)
"""What a restricted session has besides its own cmdlets (CreateRestricted with RemoteServer); the lab simulates the
second and the last."""
COMMON: Final = (
    "Verbose",
    "Debug",
    "ErrorAction",
    "WarningAction",
    "ErrorVariable",
    "WarningVariable",
    "OutVariable",
    "OutBuffer",
)
"""Parameters that every cmdlet has (about_CommonParameters)."""
SPEC: Final = CmdletSpec(
    NAME,
    lambda invocation, parameters: None,
    (
        Parameter("Name", "strings", position=0),
        Parameter("Module", "strings"),
        Parameter("CommandType", "strings", choices=("Alias", "Function", "Cmdlet", "All"), aliases=("Type",)),
        Parameter("ListImported", "switch"),
    ),
)


def run(visible: Mapping[str, CmdletSpec], running: RunningCmdlet, values: Mapping[str, Any]) -> None:
    """Writes the cmdlets that match; a name without wildcards that is not there is an error."""
    for pattern in values.get("Name") or ("*",):
        found = list(_matching(visible, pattern))
        if not found and not set(pattern) & set("*?["):
            running.complain(command_not_found(pattern, "," + suffix_of(NAME, proxied=False)), NAME)
        for spec in found:
            running.output(_command(spec))


def _matching(visible: Mapping[str, CmdletSpec], pattern: str) -> Iterator[CmdletSpec]:
    for name in sorted(visible):
        if fnmatchcase(name, pattern.lower()):
            yield visible[name]


def _command(spec: CmdletSpec) -> RemoteObject:
    verb, _, noun = spec.name.partition("-")
    return RemoteObject(
        ("System.Management.Automation.CmdletInfo", "System.Management.Automation.CommandInfo"),
        {
            "Verb": verb,
            "Noun": noun,
            "Name": spec.name,
            "CommandType": EnumValue("System.Management.Automation.CommandTypes", "Cmdlet", 8),
            "ModuleName": "",
            "Definition": spec.name,
            "DefaultParameterSet": spec.default_set or None,
        },
        spec.name,
        server_side={"Parameters": dict.fromkeys(_parameters(spec), "System.Management.Automation.ParameterMetadata")},
    )


def _parameters(spec: CmdletSpec) -> Iterator[str]:
    """What the dictionary ``Parameters`` has for keys. Seen over remoting its values are no more than their type."""
    yield from (parameter.name for parameter in spec.parameters)
    if spec.confirms != "never":
        yield from ("WhatIf", "Confirm")
    yield from COMMON


def metadata(visible: Mapping[str, CmdletSpec], request: Any) -> Iterator[Any]:
    """The answer to GET_COMMAND_METADATA (MS-PSRP 2.2.3.22): a count, then a custom object for each command."""
    patterns = [str(pattern) for pattern in request.name or ["*"]]
    found = {spec.name: spec for pattern in patterns for spec in _matching(visible, pattern)}
    yield ps.CommandMetadataCount(Count=len(found))
    for name in found:
        entry = ps.PSObject()
        entry.PSObject.type_names = [
            "Selected.System.Management.Automation.CmdletInfo",
            "System.Management.Automation.PSCustomObject",
            "System.Object",
        ]
        entry.PSObject.extended_properties = [
            ps.PSNoteProperty(key, value)
            for key, value in (
                ("Name", name),
                ("Namespace", ""),
                ("HelpUri", ""),
                ("CommandType", ps.CommandTypes.Cmdlet),
                ("ResolvedCommandName", None),
                ("OutputType", ps.PSList()),
                ("Parameters", ps.PSDict()),
            )
        ]
        yield entry
