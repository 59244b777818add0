"""Get-AuthConfig and Set-AuthConfig: which certificate signs the organization's tokens.

The rules are those observed on Exchange 2013 CU23; texts that are not Exchange's own say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pushtui.base.values import frozen, replace
from pushtui.lab.organization.certificate import StoredCertificate
from pushtui.lab.organization.directory import AuthConfig
from pushtui.lab.organization.errors import TASKS, Refused, invalid_argument
from pushtui.lab.organization.objects import AD_CONFIGURATION, directory_object
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, executing_server, task, thumbprint_of
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, Parameter, RemoteObject

CURRENT, NEW, PUBLISH, SETTINGS = (
    "CurrentCertificateParameter",
    "NewCertificateParameter",
    "PublishAuthCertificateParameter",
    "AuthConfigSettings",
)
_LATE = timedelta(minutes=5)
"""How far in the past an effective date may lie."""
_NOTICE = timedelta(hours=48)
"""The time that a new certificate is expected to need until every server has it."""


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    current, new, publish, settings = (frozenset({name}) for name in (CURRENT, NEW, PUBLISH, SETTINGS))
    return (
        task(organization, "Get-AuthConfig", f"{TASKS}.GetAuthConfig", _get, (DOMAIN_CONTROLLER,)),
        task(
            organization,
            "Set-AuthConfig",
            f"{TASKS}.SetAuthConfig",
            _set,
            (
                Parameter("CertificateThumbprint", sets=current),
                Parameter("SkipImmediateCertificateDeployment", "switch", sets=current),
                Parameter("NewCertificateThumbprint", sets=new),
                Parameter("NewCertificateEffectiveDate", "datetime", sets=new),
                Parameter("PublishCertificate", "switch", sets=publish),
                Parameter("ClearPreviousCertificate", "switch", sets=publish),
                Parameter("Realm", sets=settings),
                Parameter("ServiceName", sets=settings),
                Parameter("Force", "switch", sets=current | new | publish),
                DOMAIN_CONTROLLER,
            ),
            default_set=SETTINGS,
            confirms="supports",
            writes=True,
        ),
    )


def _get(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        answer = auth_config_object(organization)
    invocation.output(answer)


def auth_config_object(organization: OrganizationState) -> RemoteObject:
    """The recorded properties; 2016 and later add DeploymentId and IssuerIdentifier."""
    config = organization.auth_config
    effective = config.next_effective
    newer = {"DeploymentId": "", "IssuerIdentifier": ""} if organization.schema_version >= (15, 1) else {}
    return directory_object(
        organization,
        config,
        ("Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthConfig", *AD_CONFIGURATION),
        {
            "CurrentCertificateThumbprint": config.current,
            "PreviousCertificateThumbprint": config.previous,
            "NextCertificateThumbprint": config.next,
            "NextCertificateEffectiveDate": organization.local(effective) if effective else None,
            "ServiceName": config.service_name,
            "Realm": config.realm,
            **newer,
        },
        parents=organization.container,
        schema="ms-Exch-Auth-Auth-Config",
        classes=("top", "container", "msExchContainer", "msExchAuthAuthConfig"),
    )


@frozen
class _Change:
    """What a Set-AuthConfig comes to: the new settings, and what to say and ask first."""

    new: AuthConfig
    warnings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


_Rule = Callable[[OrganizationState, Server, Mapping[str, Any], datetime], _Change]


def _set(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    rule = _RULES[_parameter_set(invocation, parameters)]
    with organization.current() as now:
        server = executing_server(organization, invocation)
        before = organization.auth_config
        change = rule(organization, server, parameters, now + server.clock_offset)
    for warning in change.warnings:
        invocation.warning(warning)
    if change.new == before:
        return
    if not invocation.should_process("Auth Configuration", "Setting the authorization configuration"):
        return
    for question in () if parameters.get("Force") else change.questions:
        if not invocation.should_continue(question):
            return
    with organization.current() as now:
        if organization.auth_config != before:
            raise Refused("The object has been changed by someone else since it was read. Try again.")  # not verified
        new = replace(rule(organization, server, parameters, now + server.clock_offset).new, changed=now)
        immediate = not parameters.get("SkipImmediateCertificateDeployment")
        organization.set_auth_config(new, server, immediate=immediate)


def _parameter_set(invocation: Invocation, parameters: Mapping[str, Any]) -> str:
    """The one that the binder found; -Force alone fits three of them and means none."""
    named = invocation.parameter_set
    if named in _RULES and (named == SETTINGS or set(parameters) - {"Force", "DomainController"}):
        return named
    raise invalid_argument("Specify which certificate or setting of the authorization configuration to change.")


def _certificate(
    server: Server, thumbprint: str, now: datetime, *, force: bool, until: datetime | None = None
) -> StoredCertificate:
    """The certificate, if it may sign the organization's tokens; not verified: the wording of the refusals."""
    stored = server.store.get(thumbprint)
    if stored is None:
        raise Refused(
            f"The certificate with thumbprint {thumbprint} was not found in the certificate store of the local "
            f"computer ({server.fqdn}).",
            target=thumbprint,
        )
    certificate = stored.certificate
    if certificate.key is None:
        raise invalid_argument(f"The certificate with thumbprint {thumbprint} has no private key.", thumbprint)
    if now > certificate.not_after:
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} has expired on {certificate.not_after:%Y-%m-%d %H:%M}Z.",
            thumbprint,
        )
    if now < certificate.not_before:
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} is not valid before "
            f"{certificate.not_before:%Y-%m-%d %H:%M}Z.",
            thumbprint,
        )
    if certificate.status(now) != "Valid":
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} is not valid ({certificate.status(now)}).", thumbprint
        )
    if until is not None and until >= certificate.not_after:
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} expires before the effective date.", thumbprint
        )
    if not certificate.exportable and not force:
        raise invalid_argument(
            f"The private key of the certificate with thumbprint {thumbprint} isn't exportable, so it can't be "
            "deployed to the other servers.",
            thumbprint,
        )
    return stored


def _assign(organization: OrganizationState, server: Server, parameters: Mapping[str, Any], now: datetime) -> _Change:
    """-CertificateThumbprint: the emergency swap, at once."""
    config = organization.auth_config
    thumbprint = thumbprint_of(parameters.get("CertificateThumbprint") or "")
    if not thumbprint:
        raise invalid_argument("The certificate thumbprint is empty.")
    if thumbprint == config.next:
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} is already the next certificate. Publish it instead.",
            thumbprint,
        )
    _certificate(server, thumbprint, now, force=bool(parameters.get("Force")))
    if thumbprint == config.current:
        return _Change(config)
    question = (
        "Replacing the current certificate at once can interrupt server-to-server authentication until every server "
        "and every partner has the new one. Continue?"
    )
    return _Change(replace(config, current=thumbprint, previous=config.current), questions=(question,))


def _stage(organization: OrganizationState, server: Server, parameters: Mapping[str, Any], now: datetime) -> _Change:
    """-NewCertificateThumbprint with its effective date; an empty thumbprint takes the next certificate back."""
    config = organization.auth_config
    if "NewCertificateThumbprint" not in parameters:
        raise invalid_argument("The thumbprint of the new certificate is missing.")
    thumbprint = thumbprint_of(parameters["NewCertificateThumbprint"] or "")
    if not thumbprint:
        questions = ("The next certificate will be removed. Continue?",) if config.next else ()
        return _Change(replace(config, next="", next_effective=None), questions=questions)
    if parameters.get("NewCertificateEffectiveDate") is None:
        raise invalid_argument("The effective date of the new certificate is missing.", thumbprint)
    effective = _in_utc(organization, parameters["NewCertificateEffectiveDate"])
    if effective < now - _LATE:
        raise invalid_argument(
            "The new certificate effective date is invalid. The effective date must be greater than the current time.",
            thumbprint,
        )
    if thumbprint == config.current:
        raise invalid_argument(
            f"The certificate with thumbprint {thumbprint} is already the current certificate.", thumbprint
        )
    _certificate(server, thumbprint, now, force=bool(parameters.get("Force")), until=effective)
    warnings: list[str] = []
    concerns: list[str] = []
    if thumbprint == config.previous:
        warnings.append(f"The certificate with thumbprint {thumbprint} is the previous certificate.")
    if effective < now + _NOTICE:
        concerns.append(
            "The effective date is less than 48 hours ahead; the certificate may not have reached every server by "
            "then. Continue?"
        )
    if config.next and config.next != thumbprint:
        concerns.append(f"Another certificate ({config.next}) is already the next one and will be replaced. Continue?")
    return _Change(replace(config, next=thumbprint, next_effective=effective), tuple(warnings), tuple(concerns))


def _publish(organization: OrganizationState, server: Server, parameters: Mapping[str, Any], now: datetime) -> _Change:
    """-PublishCertificate rolls over to the next certificate; -ClearPreviousCertificate forgets the previous one."""
    config = organization.auth_config
    clear = bool(parameters.get("ClearPreviousCertificate"))
    if not parameters.get("PublishCertificate"):
        return _Change(replace(config, previous="") if clear else config)
    if not config.next:
        raise Refused("There is no next certificate to publish.")
    _certificate(server, config.next, now, force=bool(parameters.get("Force")))
    early = config.next_effective is not None and config.next_effective > now
    questions = ("The effective date of the next certificate has not been reached. Publish it now?",) if early else ()
    previous = "" if clear else config.current
    new = replace(config, current=config.next, previous=previous, next="", next_effective=None)
    return _Change(new, questions=questions)


def _settings(organization: OrganizationState, server: Server, parameters: Mapping[str, Any], now: datetime) -> _Change:
    config = organization.auth_config
    if "Realm" in parameters:
        config = replace(config, realm=parameters["Realm"] or "")
    if "ServiceName" in parameters:
        if not parameters["ServiceName"]:
            raise invalid_argument("The service name can't be empty.")
        config = replace(config, service_name=parameters["ServiceName"])
    return _Change(config)


_RULES: dict[str, _Rule] = {CURRENT: _assign, NEW: _stage, PUBLISH: _publish, SETTINGS: _settings}


def _in_utc(organization: OrganizationState, moment: datetime) -> datetime:
    """A date without an offset is in the server's own time."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=organization.local(datetime.now(UTC)).tzinfo)
    return moment.astimezone(UTC)
