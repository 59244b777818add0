"""New-ExchangeCertificate: a self-signed certificate in the store of one server.

Certificate requests (-GenerateRequest) are not simulated. Defaults are the documentation's, but -Services, where
Exchange 2013 CU23 was observed to take SMTP alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pushtui.lab.organization.certificate import Certificate, StoredCertificate, self_signed
from pushtui.lab.organization.cmdlets.certificates import (
    SERVICE_CHOICES,
    assign_services,
    certificate_object,
    overwrite_question,
    services_of,
)
from pushtui.lab.organization.errors import TASKS, invalid_argument
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, target_server, task
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, Parameter

_NAME = "New-ExchangeCertificate"
_KEY_SIZES = (1024, 2048, 4096)
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_LIFETIME = timedelta(days=1826)


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            _NAME,
            f"{TASKS}.NewExchangeCertificate",
            _new,
            (
                Parameter("Server"),
                Parameter("SubjectName"),
                Parameter("DomainName", "strings"),
                Parameter("FriendlyName"),
                Parameter("Services", "strings", choices=SERVICE_CHOICES),
                Parameter("KeySize", "int"),
                Parameter("PrivateKeyExportable", "bool"),
                Parameter("SubjectKeyIdentifier"),
                Parameter("Force", "switch"),
                DOMAIN_CONTROLLER,
            ),
            confirms="supports",
            writes=True,
        ),
    )


def _new(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    services = services_of(parameters["Services"]) if parameters.get("Services") else {"SMTP"}
    with organization.current():
        server = target_server(organization, invocation, parameters.get("Server"))
    _check(parameters)
    if not invocation.should_process(server.fqdn, "Creating a self-signed certificate"):
        return
    certificate = _make(organization, server, parameters)
    with organization.current():
        stored = StoredCertificate(certificate)
        server.store[certificate.thumbprint] = stored
        assign_services(server, stored, services)
    # The certificate exists by now: declining the question, or being unable to ask it, leaves it in the store.
    if "SMTP" in services:
        _become_default(organization, invocation, server, certificate, force=bool(parameters.get("Force")))
    with organization.current():
        answer = certificate_object(organization, server, stored)
    invocation.output(answer)


def _become_default(
    organization: OrganizationState, invocation: Invocation, server: Server, certificate: Certificate, *, force: bool
) -> None:
    if server.internal_transport and not force:
        question = overwrite_question(server, certificate.thumbprint)
        if not invocation.should_continue(question):
            return
    with organization.current():
        server.internal_transport = certificate.thumbprint


def _check(parameters: Mapping[str, Any]) -> None:
    """Refusals that need no key; not verified: their wording."""
    if len(parameters.get("FriendlyName") or "") >= 64:
        raise invalid_argument("The friendly name must be shorter than 64 characters.", parameters["FriendlyName"])
    if parameters.get("KeySize", 2048) not in _KEY_SIZES:
        raise invalid_argument(f"The key size {parameters['KeySize']} isn't one of 1024, 2048 and 4096.")
    for domain in parameters.get("DomainName") or ():
        if not _DOMAIN.fullmatch(domain):
            raise invalid_argument(f"'{domain}' isn't a valid domain name.", str(domain))


def _make(organization: OrganizationState, server: Server, parameters: Mapping[str, Any]) -> Certificate:
    given = parameters.get("DomainName")
    domains = tuple(given or ()) if "DomainName" in parameters else (server.name, server.fqdn)
    subject = parameters.get("SubjectName") or f"CN={_default_name(server, domains)}"
    try:
        identifier = bytes.fromhex(parameters.get("SubjectKeyIdentifier") or "")
    except ValueError:
        text = str(parameters["SubjectKeyIdentifier"])
        raise invalid_argument(f"The subject key identifier '{text}' isn't hexadecimal.", text) from None
    now = organization.time_on(server)
    try:
        return self_signed(
            str(subject),
            now,
            now + _LIFETIME,
            key=organization.new_key(parameters.get("KeySize", 2048)),
            friendly_name=parameters.get("FriendlyName") or "Microsoft Exchange",
            domains=domains,
            exportable=bool(parameters.get("PrivateKeyExportable", False)),
            subject_key_identifier=identifier or None,
        )
    except ValueError:
        raise invalid_argument(f"The subject name '{subject}' isn't valid.", str(subject)) from None


def _default_name(server: Server, domains: tuple[str, ...]) -> str:
    """The first domain that fits into a common name."""
    return next((domain for domain in domains if len(domain) <= 64), server.name)
