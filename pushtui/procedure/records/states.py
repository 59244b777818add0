"""What runs and what was tried: server components, services, processes, the probe.

No recording of a real Invoke-MonitoringProbe exists: its property names come from the documentation, the numbers of
its ResultType are unknown, and neither is verified against a real server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pushtui.base.words import _
from pushtui.procedure.model import Properties
from pushtui.procedure.records.values import as_text, enumeration, moment, present, required_text, text

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


@dataclass(frozen=True, slots=True)
class ComponentStateRecord:
    """``Get-ServerComponentState``."""

    server_fqdn: str
    component: str
    state: str
    """`Active`, `Inactive` or `Draining`."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "State")
        return cls(
            server_fqdn=text(properties, "ServerFqdn"),
            component=required_text(properties, "Component"),
            state=enumeration(properties, "State", COMPONENT_STATES),
        )


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
