"""What runs and what was tried: server components, services, processes, the probe.

No recording of a real Invoke-MonitoringProbe exists: its property names come from the documentation, the numbers of
its ResultType are unknown, and neither is verified against a real server.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Self

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.model import Properties
from pushtui.procedure.records.values import (
    as_text,
    enumeration,
    moment,
    optional_flag,
    present,
    required_text,
    text,
    texts,
)

COMPONENT_STATES = {0: "Inactive", 1: "Active", 3: "Draining"}
SERVICE_STATES = {
    1: "Stopped",
    2: "StartPending",
    3: "StopPending",
    4: "Running",
    5: "ContinuePending",
    6: "PausePending",
    7: "Paused",
}
"""System.ServiceProcess.ServiceControllerStatus."""


@frozen
class ProcessInfoRecord:
    """``Get-ExchangeDiagnosticInfo`` of a process: of its XML, the time that its server has."""

    current_time: datetime

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        found = re.search(r"<currentTime>([^<]{1,40})</currentTime>", required_text(properties, "Result"))
        time = moment({"currentTime": found.group(1)}, "currentTime") if found else None
        if time is None:
            raise ValueError(_("Result has no currentTime"))
        return cls(time)


@frozen
class ComponentStateRecord:
    """``Get-ServerComponentState``."""

    server_fqdn: str
    component: str
    state: str
    """`Active`, `Inactive` or `Draining`."""
    server_offline: bool
    """Whether ServerWideOffline is what takes it out of service."""
    requesters: tuple[str, ...]
    """Who wants it out of service: `Maintenance`, `HealthApi`, … Each has to take that back itself."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "State")
        stated = (*texts(properties, "LocalStates"), *texts(properties, "RemoteStates"))
        return cls(
            server_fqdn=text(properties, "ServerFqdn"),
            component=required_text(properties, "Component"),
            state=enumeration(properties, "State", COMPONENT_STATES),
            server_offline=bool(optional_flag(properties, "ServerWideOfflineIsOffline")),
            requesters=tuple(dict.fromkeys(name for name, active in map(_requester, stated) if name and not active)),
        )


_REQUEST = re.compile(r"Request[eo]r:\s*([^;]*?)\s*;\s*State:\s*([^;]*?)\s*(?:;|$)", re.IGNORECASE)


def _requester(words: str) -> tuple[str, bool]:
    """Who asked for a state, and whether it is Active: ``Requestor:Functional; State:Active; Timestamp:…``."""
    match = _REQUEST.search(words)
    return (match.group(1), match.group(2).lower() == "active") if match else ("", True)


@frozen
class ProbeResultRecord:
    """``Invoke-MonitoringProbe``."""

    result_type: str
    """`Succeeded`, `Failed`, `TimedOut`, `Poisoned`, `Rejected` or `Abandoned`."""
    server: str
    monitor_identity: str
    error: str
    exception: str
    state_attribute1: str
    """Where it failed: `PushNotifications`, `Networking`, `Authentication` or `Unknown`."""
    state_attribute2: str
    """The text that goes with it."""
    failure_context: str
    execution_start_time: datetime | None
    execution_end_time: datetime | None
    request_id: str

    @property
    def succeeded(self) -> bool:
        return self.result_type.lower() == "succeeded"

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(
            result_type=required_text(properties, "ResultType"),
            server=text(properties, "Server"),
            monitor_identity=text(properties, "MonitorIdentity"),
            error=text(properties, "Error"),
            exception=text(properties, "Exception"),
            state_attribute1=text(properties, "StateAttribute1"),
            state_attribute2=text(properties, "StateAttribute2"),
            failure_context=text(properties, "FailureContext"),
            execution_start_time=moment(properties, "ExecutionStartTime"),
            execution_end_time=moment(properties, "ExecutionEndTime"),
            request_id=text(properties, "RequestId"),
        )


@frozen
class ServiceRecord:
    """``Get-Service``."""

    name: str
    display_name: str
    status: str
    """`Running`, `Stopped`, …"""

    @property
    def running(self) -> bool:
        return self.status.lower() == "running"

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "Status")
        name = required_text(properties, "Name")
        return cls(
            name=name,
            display_name=text(properties, "DisplayName") or name,
            status=enumeration(properties, "Status", SERVICE_STATES),
        )


@frozen
class ServiceHealthRecord:
    """``Test-ServiceHealth``: the services that one role of a server requires."""

    role: str
    running: tuple[str, ...]
    not_running: tuple[str, ...]

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "ServicesNotRunning")
        return cls(
            role=text(properties, "Role"),
            running=texts(properties, "ServicesRunning"),
            not_running=texts(properties, "ServicesNotRunning"),
        )


@frozen
class MonitorRecord:
    """``Get-ServerHealth``: one monitor."""

    name: str
    health_set: str
    target: str
    alert_value: str
    """`Healthy`, `Degraded`, `Unhealthy`, `Repairing`, `Disabled`, `Unavailable`, `UnInitialized`."""

    @property
    def alarming(self) -> bool:
        """Whether Managed Availability sees something wrong (a disabled or new monitor sees nothing)."""
        return self.alert_value.lower() in {"degraded", "unhealthy", "repairing"}

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(
            name=required_text(properties, "Name"),
            health_set=text(properties, "HealthSetName"),
            target=text(properties, "TargetResource"),
            alert_value=required_text(properties, "AlertValue"),
        )


@frozen
class ProcessRecord:
    """``Get-Process``."""

    name: str
    id: int
    start_time: datetime | None
    """None where the account may not see it."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        number = as_text("Id", present(properties, "Id"))
        try:
            identifier = int(number)
        except ValueError:
            raise ValueError(_("Id is no process number: {value!r}").format(value=number)) from None
        return cls(
            name=text(properties, "ProcessName") or required_text(properties, "Name"),
            id=identifier,
            start_time=moment(properties, "StartTime"),
        )
