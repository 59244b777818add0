"""Get-OrganizationConfig and Get-SettingOverride: settings of the organization as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pushtui.lab.organization.directory import SettingOverride
from pushtui.lab.organization.errors import TASKS, not_found
from pushtui.lab.organization.objects import AD_CONFIGURATION, AD_PRESENTATION, directory_object, whens
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, task
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Get-OrganizationConfig",
            f"{TASKS}.GetOrganizationConfig",
            _get_organization_config,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
        task(
            organization,
            "Get-SettingOverride",
            f"{TASKS}.GetSettingOverride",
            _get_setting_override,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
    )


def _get_organization_config(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    """The recorded object has 130 properties; here are those that name the organization and concern OAuth."""
    with organization.current():
        created = min(server.created for server in organization.servers)
        properties: dict[str, Any] = {
            "OrganizationId": "",
            "Name": organization.name,
            "Identity": organization.name,
            "Guid": organization.guid,
            "ObjectVersion": 16763,
            "OAuth2ClientProfileEnabled": False,
            "HybridConfigurationStatus": "Unknown",
            "LegacyExchangeDN": f"/o={organization.name}",
            "DisplayName": "",
            "IsMixedMode": False,
            "AdminDisplayVersion": "0.20 (15.1.0.0)",
            "ExchangeVersion": "0.20 (15.0.0.0)",
            "DistinguishedName": organization.container,
            "ObjectCategory": f"{organization.domain}/Configuration/Schema/ms-Exch-Organization-Container",
            "ObjectClass": MultiValued(("top", "container", "msExchOrganizationContainer")),
            **whens(organization, created, created),
            "Id": organization.name,
            "OriginatingServer": organization.domain_controller,
            "IsValid": True,
            "ObjectState": "Changed",
        }
    types = ("Microsoft.Exchange.Data.Directory.Management.OrganizationConfig", *AD_PRESENTATION)
    invocation.output(RemoteObject(types, properties, organization.name))


def _get_setting_override(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    identity = str(parameters.get("Identity") or "")
    with organization.current():
        found = [o for o in organization.setting_overrides if not identity or _is_named(o, identity)]
        if identity and not found:
            raise not_found(identity, organization.domain_controller)
        answers = [_setting_override(organization, override) for override in found]
    for answer in answers:
        invocation.output(answer)


def _is_named(override: SettingOverride, identity: str) -> bool:
    return identity.lower() in {override.name.lower(), str(override.guid)}


def _setting_override(organization: OrganizationState, override: SettingOverride) -> RemoteObject:
    """The recorded properties. Server is null for the whole organization, a list of names otherwise (the latter not
    verified against a real server)."""
    modified_by = f"{organization.domain}/Users/Administrator"
    return directory_object(
        organization,
        override,
        (
            "Microsoft.Exchange.Data.Directory.SystemConfiguration.ConfigurationSettings.SettingOverride",
            *AD_CONFIGURATION,
        ),
        {
            "ComponentName": override.component,
            "SectionName": override.section,
            "AppId": "EXO",
            "FlightName": None,
            "ModifiedBy": modified_by,
            "Reason": override.reason,
            "MinVersion": None,
            "MaxVersion": None,
            "FixVersion": None,
            "Server": MultiValued((override.server,)) if override.server else None,
            "IsFlight": False,
            "Parameters": MultiValued(override.parameters),
            "Status": "Accepted",
            "XmlRaw": _xml(override, modified_by),
        },
        parents=f"CN=Setting Overrides,CN=Global Settings,{organization.container}",
        schema="ms-Exch-Config-Settings",
        classes=("top", "msExchConfigSettings"),
    )


def _xml(override: SettingOverride, modified_by: str) -> str:
    """How the override is stored."""
    parameters = "".join(f"<P>{escape(parameter)}</P>" for parameter in override.parameters)
    return (
        f"<S CN={quoteattr(override.component)} SN={quoteattr(override.section)} MB={quoteattr(modified_by)} "
        f"R={quoteattr(override.reason)}><Ps>{parameters}</Ps></S>"
    )
