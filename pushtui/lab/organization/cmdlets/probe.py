"""Invoke-MonitoringProbe: MSExchangeHM on the target server runs a probe, with the settings it loaded at its start.

What is known of the push probe was observed on Exchange 2013 CU23: trouble on the way is a WARNING without an object,
its failure categories are in StateAttribute1. Texts and the type's name are not verified against a real server.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from pushtui.lab.organization.errors import invalid_argument, not_found
from pushtui.lab.organization.server import HEALTH_MANAGER, LoadedSettings, Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import executing_server, task
from pushtui.lab.organization.tokens import Failed, access_token, json_object, send, signing_certificate
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, Parameter, RemoteObject

HEALTH_SET = "PushNotifications.Proxy"
PROBE = "PushNotificationsEnterpriseConnectivityProbe"
_TYPES = (
    "Microsoft.Exchange.Monitoring.MonitoringProbeResult",
    "Microsoft.Exchange.Data.ConfigurableObject",
    "System.Object",
)
_NUMBERS = frozenset({*range(6, 11), *range(16, 21)})
"""StateAttributes that are numbers; the others are text."""


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Invoke-MonitoringProbe",
            "Microsoft.Exchange.Management.Monitoring.InvokeMonitoringProbe",
            _invoke,
            (
                Parameter("Identity", mandatory=True, position=0),
                Parameter("Server", mandatory=True),
                Parameter("Account"),
                Parameter("Password"),
                Parameter("Endpoint"),
                Parameter("SecondaryAccount"),
                Parameter("SecondaryPassword"),
                Parameter("SecondaryEndpoint"),
                Parameter("TimeOutSeconds"),
                Parameter("PropertyOverride"),
                Parameter("ItemTargetExtension"),
            ),
        ),
    )


def _invoke(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    identity = str(parameters["Identity"] or "")
    health_set, backslash, probe = identity.partition("\\")
    if not backslash or not health_set or not probe:
        raise invalid_argument(f"The monitoring item identity '{identity}' must be HealthSet\\Probe.", identity)
    with organization.current() as now:
        here = executing_server(organization, invocation)
        server = organization.find_server(str(parameters["Server"] or ""))
        if server is None:
            raise not_found(str(parameters["Server"]), organization.domain_controller)
        known = server.is_mailbox and server.has_push_proxy
        trouble = _trouble(server, here, now)
        loaded = server.loaded
    if server is not here and not server.reachable:
        invocation.wait(organization.timing.rpc)
    if trouble or loaded is None:
        invocation.warning(trouble or "The health manager has loaded nothing.")
        return
    if not known or (health_set.lower(), probe.partition("\\")[0].lower()) != (HEALTH_SET.lower(), PROBE.lower()):
        raise invalid_argument(f"The monitoring item '{identity}' wasn't found on server {server.fqdn}.", identity)
    failure: Failed | None = None
    try:
        _push(organization, server, loaded)
    except Failed as failed:
        failure = failed
    invocation.output(_result(organization, server, now, failure))


def _trouble(server: Server, here: Server, now: datetime) -> str:
    """Why the health manager gives no answer; empty where it does."""
    if (server is not here and not server.reachable) or not server.manages_certificates:
        return f"The RPC to server {server.fqdn} failed: the RPC server is unavailable."
    service = server.services[HEALTH_MANAGER]
    if not service.running:
        return f"The RPC to the Health Manager worker on {server.fqdn} failed: the service isn't running."
    if server.health_manager_ready is None or now < server.health_manager_ready:
        return f"The Health Manager worker on {server.fqdn} isn't ready yet. Try again later."
    return ""


def _push(organization: OrganizationState, server: Server, loaded: LoadedSettings) -> None:
    """Send a test notification the way the push proxy does; raises `Failed`."""
    proxy = loaded.push_proxy
    if not proxy.enabled:
        raise Failed("PushNotifications", "The push notification proxy isn't enabled.")
    if not proxy.organization:
        raise Failed("PushNotifications", "The push notification proxy has no organization.")
    if not proxy.uri:
        raise Failed("PushNotifications", "The push notification proxy has no URI.")
    with organization.current():
        certificate = signing_certificate(organization, server, loaded.auth_config.current)
    token = access_token(organization, server, loaded.auth_servers, certificate, loaded.auth_config.service_name)
    response = send(
        organization,
        server,
        "POST",
        proxy.uri,
        headers={"Authorization": f"Bearer {token}"},
        json={"organization": proxy.organization, "notifications": [{"appId": "MonitoringProbe", "badge": 1}]},
    )
    if response.status_code in (200, 202):
        return
    text = f"({response.status_code}) {_refusal(json_object(response))}".strip()
    raise Failed("Authentication" if response.status_code in (401, 403) else "Unknown", text)


def _refusal(answer: dict[str, Any]) -> str:
    """The text of a JSON error: ``{"error": "…"}``, or an object with code and message."""
    error = answer.get("error", "")
    if isinstance(error, dict):
        return f"{error.get('code', '')}: {error.get('message', '')}"
    return f"{error}: {answer.get('error_description') or answer.get('message') or ''}".strip(": ")


def _result(organization: OrganizationState, server: Server, started: datetime, failure: Failed | None) -> RemoteObject:
    started += server.clock_offset
    ended = max(started, organization.time_on(server))
    text = failure.text if failure else ""
    request = uuid4()
    exception = f"Microsoft.Exchange.PushNotifications.PushNotificationsProbeException: {text}" if failure else ""
    attributes: dict[str, Any] = {
        f"StateAttribute{number}": 0.0 if number in _NUMBERS else "" for number in range(1, 26)
    }
    if failure:
        attributes |= {"StateAttribute1": failure.category, "StateAttribute2": text}
    identity = f"{HEALTH_SET}\\{PROBE}"
    return RemoteObject(
        _TYPES,
        {
            "Server": server.fqdn,
            "MonitorIdentity": identity,
            "RequestId": request,
            "ExecutionStartTime": started.astimezone(UTC),
            "ExecutionEndTime": ended.astimezone(UTC),
            "Error": text,
            "Exception": exception,
            "PoisonedCount": 0,
            "ExecutionId": 0,
            "SampleValue": round((ended - started).total_seconds() * 1000, 3),
            "ExecutionContext": "",
            "FailureContext": "",
            "ExtensionXml": "",
            "ResultType": "Failed" if failure else "Succeeded",
            "RetryCount": 0,
            "ResultName": f"{request.hex}-{PROBE}",
            "IsNotified": False,
            "ResultId": int(request.hex[:7], 16),
            "ServiceName": "InvokeNow",
            **attributes,
            "Identity": identity,
            "IsValid": True,
            "ObjectState": "New",
        },
        _TYPES[0],
    )
