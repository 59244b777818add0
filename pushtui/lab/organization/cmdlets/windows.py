"""Get-Service, Restart-Service and Get-Process, as plain Windows PowerShell sends and refuses them."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pushtui.lab.organization.server import Server, Service
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.remoting.cmdlet import (
    CmdletSpec,
    EnumValue,
    ErrorSpec,
    Invocation,
    MultiValued,
    Parameter,
    RemoteObject,
)

_SERVICE_TYPES = (
    "System.ServiceProcess.ServiceController",
    "System.ComponentModel.Component",
    "System.MarshalByRefObject",
    "System.Object",
)
_PROCESS_TYPES = (
    "System.Diagnostics.Process",
    "System.ComponentModel.Component",
    "System.MarshalByRefObject",
    "System.Object",
)
_COMMANDS = "Microsoft.PowerShell.Commands"
_NAME = Parameter("Name", "strings", position=0, aliases=("ServiceName",), sets=frozenset({"Default"}))


def cmdlets(organization: OrganizationState, server: Server) -> tuple[CmdletSpec, ...]:
    """Those of one server: here the ordinary session always runs where it is connected to."""

    def bound(
        run: Callable[[OrganizationState, Server, Invocation, Mapping[str, Any]], None],
    ) -> Callable[[Invocation, Mapping[str, Any]], None]:
        return lambda invocation, parameters: run(organization, server, invocation, parameters)

    return (
        CmdletSpec(
            "Get-Service",
            bound(_get_service),
            (_NAME, Parameter("DisplayName", "strings", mandatory=True, sets=frozenset({"DisplayName"}))),
            "Default",
        ),
        CmdletSpec(
            "Restart-Service",
            bound(_restart_service),
            (
                Parameter("Name", "strings", mandatory=True, position=0, aliases=("ServiceName",)),
                Parameter("Force", "switch"),
                Parameter("PassThru", "switch"),
            ),
            confirms="supports",
            writes=True,
        ),
        CmdletSpec(
            "Get-Process",
            bound(_get_process),
            (
                Parameter("Name", "strings", position=0, aliases=("ProcessName",), sets=frozenset({"Name"})),
                Parameter("Id", "int", mandatory=True, aliases=("PID",), sets=frozenset({"Id"})),
            ),
            "Name",
        ),
    )


def _matching(
    invocation: Invocation, services: Sequence[Service], patterns: Sequence[str], command: str, *, by: str = "name"
) -> Iterator[Service]:
    """The services that the patterns name; one without wildcards must exist."""
    for pattern in patterns:
        found = [s for s in services if fnmatch.fnmatchcase(getattr(s, by).lower(), pattern.lower())]
        if not found and not any(wildcard in pattern for wildcard in "*?["):
            what = "service name" if by == "name" else "display name"
            invocation.error(
                ErrorSpec(
                    f"Cannot find any service with {what} '{pattern}'.",
                    f"NoServiceFoundForGiven{'Name' if by == 'name' else 'DisplayName'},{_COMMANDS}.{command}",
                    "ObjectNotFound",
                    f"{_COMMANDS}.ServiceCommandException",
                    pattern,
                )
            )
        yield from found


def _get_service(
    organization: OrganizationState, server: Server, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    with organization.current():
        services = sorted(server.services.values(), key=lambda service: service.name.lower())
    patterns = parameters.get("Name") or parameters.get("DisplayName") or ["*"]
    by = "display_name" if parameters.get("DisplayName") else "name"
    for service in _matching(invocation, services, patterns, "GetServiceCommand", by=by):
        invocation.output(_service_object(service))


def _service_object(service: Service) -> RemoteObject:
    """Enumerations go out as objects here, lists as arrays."""
    none = MultiValued((), "System.ServiceProcess.ServiceController")
    return RemoteObject(
        _SERVICE_TYPES,
        {
            "Name": service.name,
            "CanPauseAndContinue": False,
            "CanShutdown": service.running,
            "CanStop": service.running,
            "DisplayName": service.display_name,
            "DependentServices": none,
            "MachineName": ".",
            "ServiceName": service.name,
            "ServicesDependedOn": none,
            "ServiceHandle": None,
            "Status": EnumValue(
                "System.ServiceProcess.ServiceControllerStatus",
                *(("Running", 4) if service.running else ("Stopped", 1)),
            ),
            "ServiceType": EnumValue("System.ServiceProcess.ServiceType", "Win32OwnProcess", 16),
            "StartType": EnumValue("System.ServiceProcess.ServiceStartMode", "Automatic", 2),
            "Site": None,
            "Container": None,
        },
        "System.ServiceProcess.ServiceController",
    )


def _restart_service(
    organization: OrganizationState, server: Server, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    with organization.current():
        services = list(server.services.values())
    for service in _matching(invocation, services, parameters["Name"], "RestartServiceCommand"):
        if not invocation.should_process(f"{service.display_name} ({service.name})", "Restart-Service"):
            continue
        with organization.current():
            organization.restart(server, service.name)
            answer = _service_object(service)
        if parameters.get("PassThru"):
            invocation.output(answer)


def _get_process(
    organization: OrganizationState, server: Server, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    with organization.current():
        running = sorted((s for s in server.services.values() if s.running), key=lambda s: (s.process.lower(), s.name))
        answers = [(service, _process_object(organization, server, service)) for service in running]
    if parameters.get("Id") is not None:
        chosen = [answer for service, answer in answers if service.process_id == parameters["Id"]]
        if not chosen:
            _no_process(invocation, "process identifier", str(parameters["Id"]), "NoProcessFoundForGivenId")
        for answer in chosen:
            invocation.output(answer)
        return
    for pattern in parameters.get("Name") or ["*"]:
        chosen = [a for service, a in answers if fnmatch.fnmatchcase(service.process.lower(), pattern.lower())]
        if not chosen and not any(wildcard in pattern for wildcard in "*?["):
            _no_process(invocation, "name", pattern, "NoProcessFoundForGivenName")
        for answer in chosen:
            invocation.output(answer)


def _no_process(invocation: Invocation, what: str, value: str, identifier: str) -> None:
    invocation.error(
        ErrorSpec(
            f'Cannot find a process with the {what} "{value}". Verify the process name and call the cmdlet again.'
            if what == "name"
            else f"Cannot find a process with the {what} {value}.",
            f"{identifier},{_COMMANDS}.GetProcessCommand",
            "ObjectNotFound",
            f"{_COMMANDS}.ProcessCommandException",
            value,
        )
    )


def _process_object(organization: OrganizationState, server: Server, service: Service) -> RemoteObject:
    return RemoteObject(
        _PROCESS_TYPES,
        {
            "Name": service.process,
            "HandleCount": 1200,
            "Handles": 1200,
            "Id": service.process_id,
            "MachineName": ".",
            "PriorityClass": EnumValue("System.Diagnostics.ProcessPriorityClass", "Normal", 32),
            "ProcessName": service.process,
            "HasExited": False,
            "Responding": True,
            "SessionId": 0,
            "StartTime": organization.local(service.started + server.clock_offset),
            "WorkingSet64": 104_857_600,
        },
        f"System.Diagnostics.Process ({service.process})",
    )
