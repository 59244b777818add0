"""Get-ServerHealth, Test-ServiceHealth, Get-ExchangeDiagnosticInfo and Test-OAuthConnectivity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pushtui.lab.organization.acs import is_web_address
from pushtui.lab.organization.errors import invalid_argument, not_found, unreachable
from pushtui.lab.organization.server import HEALTH_MANAGER, HEALTH_SETS, REQUIRED_SERVICES, SERVICES, Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import executing_server, target_server, task
from pushtui.lab.organization.tokens import Failed, access_token, send, signing_certificate
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject

TOPOLOGY_SERVICE = "Microsoft.Exchange.Directory.TopologyService"


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Get-ServerHealth",
            "Microsoft.Exchange.Management.Monitoring.GetServerHealth",
            _get_server_health,
            (
                Parameter("Identity", mandatory=True, position=0, aliases=("Server",)),
                Parameter("HealthSet"),
                Parameter("HaImpactingOnly", "switch"),
            ),
        ),
        task(
            organization,
            "Test-ServiceHealth",
            "Microsoft.Exchange.Monitoring.TestServiceHealth",
            _test_service_health,
            (
                Parameter("Server", position=0),
                Parameter("ActiveDirectoryTimeout", "int"),
                Parameter("MonitoringContext", "bool"),
                Parameter("DomainController"),
            ),
            confirms="supports",
        ),
        task(
            organization,
            "Get-ExchangeDiagnosticInfo",
            "Microsoft.Exchange.Management.Powershell.Support.GetExchangeDiagnosticInfo",
            _get_diagnostic_info,
            (
                Parameter("Server"),
                Parameter("Process"),
                Parameter("Component"),
                Parameter("Argument"),
                Parameter("Unlimited", "switch"),
            ),
        ),
        task(
            organization,
            "Test-OAuthConnectivity",
            "Microsoft.Exchange.Management.Tasks.TestOAuthConnectivity",
            _test_oauth,
            (
                Parameter("Service", mandatory=True, choices=("EWS", "AutoD", "Generic")),
                Parameter("TargetUri", mandatory=True),
                Parameter("Mailbox", position=0),
                Parameter("AppOnly", "switch"),
                Parameter("ReloadConfig", "switch"),
                Parameter("UseCachedToken", "switch"),
            ),
        ),
    )


def _get_server_health(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    wanted = str(parameters.get("HealthSet") or "").lower()
    with organization.current() as now:
        here = executing_server(organization, invocation)
        server = organization.find_server(str(parameters["Identity"]))
        if server is None:
            raise not_found(str(parameters["Identity"]), organization.domain_controller)
        if (server is not here and not server.reachable) or not server.manages_certificates:
            raise unreachable(server.fqdn)
        if not server.services[HEALTH_MANAGER].running:
            raise unreachable(server.fqdn)
        names = [name for name in HEALTH_SETS if not wanted or name.lower() == wanted]
        if parameters.get("HaImpactingOnly"):
            names = [name for name in names if name == "Store"]
        changed = now - timedelta(minutes=30)
        answers = [_health(organization, server, name, changed) for name in names]
    for answer in answers:
        invocation.output(answer)


def _health(organization: OrganizationState, server: Server, health_set: str, changed: Any) -> RemoteObject:
    """Property names from the cmdlet's documentation; not verified against a real server."""
    monitor, component, service = HEALTH_SETS[health_set]
    healthy = health_set not in server.unhealthy and (service not in SERVICES or server.runs(service))
    type_name = "Microsoft.Exchange.Monitoring.MonitorHealthEntry"
    return RemoteObject(
        (type_name, "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"),
        {
            "Server": server.fqdn,
            "CurrentHealthSetState": "NotApplicable" if component == "None" else "Online",
            "Name": monitor,
            "TargetResource": "",
            "HealthSetName": health_set,
            "HealthGroupName": "ServiceComponents",
            "AlertValue": "Healthy" if healthy else "Unhealthy",
            "FirstAlertObservedTime": organization.local(changed),
            "Description": "",
            "IsHaImpacting": health_set == "Store",
            "DefinitionCreatedTime": organization.local(server.services[HEALTH_MANAGER].started),
            "ServerComponentName": component,
            "LastTransitionTime": organization.local(changed),
            "LastExecutionTime": organization.local(changed),
            "LastExecutionResult": "Succeeded",
            "IsStale": False,
            "Error": "",
            "Exception": "",
            "IsNotified": False,
            "Identity": f"{health_set}\\{monitor}\\",
            "IsValid": True,
            "ObjectState": "New",
        },
        type_name,
    )


def _get_diagnostic_info(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    """The recorded answer of a process, without components; of others than this one the lab has none."""
    process = str(parameters.get("Process") or "")
    with organization.current():
        server = target_server(organization, invocation, parameters.get("Server"))
        if process.lower() != TOPOLOGY_SERVICE.lower():
            raise invalid_argument(f"The process '{process}' isn't running on server {server.fqdn}.")
        now, started = organization.time_on(server), server.services[HEALTH_MANAGER].started + server.clock_offset
    facts = {
        "id": "4564",
        "serverName": server.name.upper(),
        "startTime": _ticks(started),
        "currentTime": _ticks(now),
        "lifetime": str(now - started),
        "threadCount": "19",
        "handleCount": "968",
        "workingSet": "63.48 MB (66,560,000 bytes)",
        "fastTrainExchangeVersion": ".".join(map(str, server.version)),
    }
    lines = "".join(f"    <{name}>{value}</{name}>\r\n" for name, value in facts.items())
    result = f"<Diagnostics>\r\n  <ProcessInfo>\r\n{lines}  </ProcessInfo>\r\n</Diagnostics>"
    type_name = "Microsoft.Exchange.Management.Powershell.Support.ExchangeDiagnosticInfoResult"
    invocation.output(
        RemoteObject(
            (type_name, "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"),
            {"Result": result, "Identity": None, "IsValid": True, "ObjectState": "New"},
            result,
        )
    )


def _ticks(moment: datetime) -> str:
    """In UTC to a ten-millionth of a second, as .NET writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def _test_service_health(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    """One object a role, as recorded on 2016 and 2019. For a 2013 Client Access server the documentation calls the
    answer unexpected; here it is that role's own (not verified against a real server)."""
    with organization.current():
        server = target_server(organization, invocation, parameters.get("Server"))
        running = {name.lower() for name in SERVICES if server.runs(name)}
    roles = REQUIRED_SERVICES if server.is_mailbox else ("Client Access Server Role",)
    for role in roles:
        required = REQUIRED_SERVICES[role]
        stopped = tuple(name for name in required if name.lower() not in running)
        type_name = "Microsoft.Exchange.Monitoring.ExchangeServicesStatus"
        invocation.output(
            RemoteObject(
                (type_name, "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"),
                {
                    "Role": role,
                    "RequiredServicesRunning": not stopped,
                    "ServicesNotRunning": MultiValued(stopped),
                    "ServicesRunning": MultiValued(tuple(name for name in required if name not in stopped)),
                    "Identity": None,
                    "IsValid": True,
                    "ObjectState": "New",
                },
                type_name,
            )
        )


def _test_oauth(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    """Takes the settings as they are now, on the executing server; really asks for a token, then calls the target."""
    target = str(parameters["TargetUri"] or "")
    if not is_web_address(target):
        raise invalid_argument(f"'{target}' isn't an absolute URI.", target)
    if not parameters.get("Mailbox") and not parameters.get("AppOnly"):
        raise invalid_argument("Specify a mailbox, or test the application alone with -AppOnly.")  # not verified
    result, detail = "Success", ""
    try:
        with organization.current():
            server = executing_server(organization, invocation)
            settings = organization.settings()
            certificate = signing_certificate(organization, server, settings.auth_config.current)
        token = access_token(
            organization, server, settings.auth_servers, certificate, settings.auth_config.service_name
        )
        response = send(organization, server, "GET", target, headers={"Authorization": f"Bearer {token}"})
        detail = f"The remote server answered ({response.status_code})."
        if response.status_code >= 400:
            reason = "Unauthorized" if response.status_code == 401 else response.reason
            result, detail = "Error", f"The remote server returned an error: ({response.status_code}) {reason}."
    except Failed as failed:
        result, detail = "Error", failed.text
    service = str(parameters["Service"])
    type_name = "Microsoft.Exchange.Security.OAuth.ValidationResultNode"
    invocation.output(
        RemoteObject(
            (type_name, "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"),
            {
                "Task": f"Checking {service} API Call Under Oauth",
                "Detail": detail,
                "ResultType": result,
                "Identity": type_name,
                "IsValid": True,
                "ObjectState": "New",
            },
            type_name,
        )
    )
