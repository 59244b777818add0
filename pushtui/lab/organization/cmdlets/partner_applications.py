"""Get-PartnerApplication and Set-PartnerApplication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.base.values import replace
from pushtui.lab.organization.directory import PartnerApplication
from pushtui.lab.organization.errors import TASKS, Refused, invalid_argument, not_found
from pushtui.lab.organization.objects import AD_CONFIGURATION, directory_object
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, task
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Get-PartnerApplication",
            f"{TASKS}.GetPartnerApplication",
            _get,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
        task(
            organization,
            "Set-PartnerApplication",
            f"{TASKS}.SetPartnerApplication",
            _set,
            (
                Parameter("Identity", mandatory=True, position=0),
                Parameter("Enabled", "bool"),
                Parameter("ApplicationIdentifier"),
                Parameter("Realm"),
                Parameter("AcceptSecurityIdentifierInformation", "bool"),
                Parameter("Name"),
                DOMAIN_CONTROLLER,
            ),
            confirms="supports",
            writes=True,
        ),
    )


def _found(organization: OrganizationState, identity: str) -> PartnerApplication:
    wanted = identity.lower()
    for application in organization.partner_applications:
        if wanted in {application.name.lower(), str(application.guid)}:
            return application
    raise not_found(identity, organization.domain_controller)


def partner_application_object(organization: OrganizationState, application: PartnerApplication) -> RemoteObject:
    """The properties of the recorded ones."""
    act_as = None if application.act_as is None else MultiValued(application.act_as)
    return directory_object(
        organization,
        application,
        ("Microsoft.Exchange.Data.Directory.SystemConfiguration.PartnerApplication", *AD_CONFIGURATION),
        {
            "Enabled": application.enabled,
            "ApplicationIdentifier": application.application,
            "CertificateStrings": MultiValued(()),
            "AuthMetadataUrl": "",
            "Realm": application.realm,
            "UseAuthServer": application.use_auth_server,
            "AcceptSecurityIdentifierInformation": application.accept_security_identifier,
            "LinkedAccount": application.linked_account or None,
            "DeploymentId": application.deployment_id,
            "IssuerIdentifier": application.issuer,
            "AccountType": "OrganizationalAccount",
            "AppOnlyPermissions": None,
            "ActAsPermissions": act_as,
        },
        parents=f"CN=Partner Applications,CN=Auth Configuration,{organization.container}",
        schema="ms-Exch-Auth-Partner-Application",
        classes=("top", "msExchAuthPartnerApplication"),
    )


def _get(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    identity = parameters.get("Identity")
    with organization.current():
        found = [_found(organization, identity)] if identity else list(organization.partner_applications)
        answers = [partner_application_object(organization, application) for application in found]
    for answer in answers:
        invocation.output(answer)


_FIELDS = {
    "Enabled": "enabled",
    "ApplicationIdentifier": "application",
    "Realm": "realm",
    "AcceptSecurityIdentifierInformation": "accept_security_identifier",
    "Name": "name",
}


def _set(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        before = _found(organization, str(parameters["Identity"]))
    changes: dict[str, Any] = {
        field: parameters[name] if parameters[name] is not None else ""
        for name, field in _FIELDS.items()
        if name in parameters
    }
    for field in ("application", "name"):
        if field in changes and not str(changes[field]).strip():
            raise invalid_argument(f"The {field} of a partner application can't be empty.", before.name)
    if not invocation.should_process(before.name, "Setting a partner application"):
        return
    with organization.current() as now:
        if before not in organization.partner_applications:
            raise Refused("The object has been changed by someone else since it was read. Try again.")  # not verified
        after = replace(before, **changes)
        if after != before:
            position = organization.partner_applications.index(before)
            organization.partner_applications[position] = replace(after, changed=now)
