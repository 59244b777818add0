"""Enable-PushNotificationProxy, Disable-PushNotificationProxy and Get-PushNotificationApp.

The first two act on the canned object OnPrem-Proxy; their output is shaped after the procedure's printed one. The third
exists in the binaries without any documentation: its properties are not verified against a real server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.base.values import replace
from pushtui.lab.organization.acs import is_web_address
from pushtui.lab.organization.directory import PushProxy
from pushtui.lab.organization.errors import invalid_argument, not_found
from pushtui.lab.organization.objects import AD_PRESENTATION, directory_object
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, task
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, Parameter, RemoteObject

_NAMESPACE = "Microsoft.Exchange.Management.PushNotifications"


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Enable-PushNotificationProxy",
            f"{_NAMESPACE}.EnablePushNotificationProxy",
            _enable,
            (Parameter("Uri"), Parameter("Organization"), DOMAIN_CONTROLLER),
            confirms="supports",
            writes=True,
        ),
        task(
            organization,
            "Disable-PushNotificationProxy",
            f"{_NAMESPACE}.DisablePushNotificationProxy",
            _disable,
            (DOMAIN_CONTROLLER,),
            confirms="asks",
            writes=True,
        ),
        task(
            organization,
            "Get-PushNotificationApp",
            f"{_NAMESPACE}.GetPushNotificationApp",
            _get,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
    )


def proxy_object(organization: OrganizationState, proxy: PushProxy, type_name: str, **more: Any) -> RemoteObject:
    return directory_object(
        organization,
        proxy,
        (f"{_NAMESPACE}.{type_name}", *AD_PRESENTATION),
        {
            "DisplayName": proxy.display_name,
            **more,
            "Enabled": proxy.enabled,
            "Organization": proxy.organization,
            "Uri": proxy.uri,
        },
        parents=f"CN=Push Notifications Settings,{organization.container}",
        schema="ms-Exch-Push-Notifications-App",
        classes=("top", "msExchPushNotificationsApp"),
    )


def _presentation(organization: OrganizationState, proxy: PushProxy) -> RemoteObject:
    return proxy_object(organization, proxy, "PushNotificationProxyPresentationObject")


def _enabled(proxy: PushProxy, parameters: Mapping[str, Any]) -> PushProxy:
    """What is not given stays as it is stored; the result must be complete. Not verified: the wording."""
    organization = str(parameters["Organization"] or "") if "Organization" in parameters else proxy.organization
    uri = str(parameters["Uri"] or "") if "Uri" in parameters else proxy.uri
    if not organization.strip():
        raise invalid_argument("The organization of the push notification proxy can't be empty.", proxy.name)
    if not is_web_address(uri):
        raise invalid_argument(f"'{uri}' isn't an absolute URI for the push notification proxy.", proxy.name)
    return replace(proxy, enabled=True, organization=organization, uri=uri)


def _enable(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        _enabled(organization.push_proxy, parameters)
    if not invocation.should_process(organization.push_proxy.name, "Enabling the push notification proxy"):
        return
    with organization.current():
        answer = _store(organization, _enabled(organization.push_proxy, parameters))
    invocation.output(answer)


def _disable(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    if not invocation.should_process(organization.push_proxy.name, "Disabling the push notification proxy"):
        return
    with organization.current():
        answer = _store(organization, replace(organization.push_proxy, enabled=False))
    invocation.output(answer)


def _store(organization: OrganizationState, proxy: PushProxy) -> RemoteObject:
    if proxy != organization.push_proxy:
        organization.push_proxy = replace(proxy, changed=organization.clock.now())
    return _presentation(organization, organization.push_proxy)


def _get(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    identity = parameters.get("Identity")
    with organization.current():
        proxy = organization.push_proxy
        if identity and str(identity).lower() not in {proxy.name.lower(), str(proxy.guid)}:
            raise not_found(str(identity), organization.domain_controller)
        answer = proxy_object(organization, proxy, "PushNotificationApp", Platform="Proxy")
    invocation.output(answer)
