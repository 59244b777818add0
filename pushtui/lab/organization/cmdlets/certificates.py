"""Get-, Enable- and Remove-ExchangeCertificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pushtui.lab.organization.certificate import SERVICES, StoredCertificate
from pushtui.lab.organization.errors import TASKS, Refused, invalid_argument
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, target_server, task, thumbprint_of
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject

CERTIFICATE_TYPES = (
    f"{TASKS}.ExchangeCertificate",
    "System.Security.Cryptography.X509Certificates.X509Certificate2",
    "System.Security.Cryptography.X509Certificates.X509Certificate",
    "System.Object",
)
SERVICE_CHOICES = ("None", *SERVICES)
"""The values of -Services."""
_IDENTITY = Parameter("Identity", sets=frozenset({"Identity"}))
_THUMBPRINT = Parameter("Thumbprint", position=0, mandatory=True, sets=frozenset({"Thumbprint"}))


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    mandatory_identity = Parameter("Identity", mandatory=True, sets=frozenset({"Identity"}))
    server = Parameter("Server", sets=frozenset({"Thumbprint"}))
    return (
        task(
            organization,
            "Get-ExchangeCertificate",
            f"{TASKS}.GetExchangeCertificate",
            _get,
            (
                Parameter("Thumbprint", position=0, sets=frozenset({"Thumbprint"})),
                _IDENTITY,
                Parameter("Server", sets=frozenset({"Thumbprint"})),
                Parameter("DomainName", "strings"),
                DOMAIN_CONTROLLER,
            ),
            default_set="Thumbprint",
        ),
        task(
            organization,
            "Enable-ExchangeCertificate",
            f"{TASKS}.EnableExchangeCertificate",
            _enable,
            (
                _THUMBPRINT,
                mandatory_identity,
                server,
                Parameter("Services", "strings", mandatory=True, choices=SERVICE_CHOICES),
                Parameter("DoNotRequireSsl", "switch"),
                Parameter("NetworkServiceAllowed", "switch"),
                Parameter("Force", "switch"),
                DOMAIN_CONTROLLER,
            ),
            default_set="Thumbprint",
            confirms="supports",
            writes=True,
        ),
        task(
            organization,
            "Remove-ExchangeCertificate",
            f"{TASKS}.RemoveExchangeCertificate",
            _remove,
            (_THUMBPRINT, mandatory_identity, server, DOMAIN_CONTROLLER),
            default_set="Thumbprint",
            confirms="asks",
            writes=True,
        ),
    )


def certificate_object(organization: OrganizationState, server: Server, stored: StoredCertificate) -> RemoteObject:
    """Over the wire a certificate is its DER and nothing else; ``Select-Object`` on the server sees the rest."""
    certificate = stored.certificate
    now = organization.time_on(server)
    local = organization.local
    seen: dict[str, Any] = {
        "AccessRules": None,
        "CertificateDomains": MultiValued(certificate.domains),
        "CertificateRequest": None,
        "DnsNameList": MultiValued(certificate.domains),
        "FriendlyName": certificate.friendly_name,
        "HasPrivateKey": certificate.key is not None,
        "Identity": f"{server.fqdn}\\{certificate.thumbprint}",
        "IISServices": MultiValued(()),
        "IsSelfSigned": certificate.parsed.subject == certificate.parsed.issuer,
        "Issuer": certificate.issuer,
        "KeyIdentifier": certificate.subject_key_identifier,
        "NotAfter": local(certificate.not_after),
        "NotBefore": local(certificate.not_before),
        "PrivateKeyExportable": certificate.exportable and certificate.key is not None,
        "PublicKeySize": certificate.key_size,
        "RootCAType": "None",
        "SerialNumber": f"{certificate.parsed.serial_number:032X}",
        "Services": stored.services_text,
        "ServicesStringForm": _letters(stored),
        "Status": certificate.status(now),
        "Subject": certificate.subject,
        "SubjectKeyIdentifier": certificate.subject_key_identifier,
        "Thumbprint": certificate.thumbprint,
        "Version": 3,
    }
    return RemoteObject(CERTIFICATE_TYPES, {"RawData": certificate.der}, _text(stored), seen)


def _letters(stored: StoredCertificate) -> str:
    """``IP.WSFC``: a place for each service, a dot where it is not used."""
    pairs = zip(SERVICES, "IPUWSFC", strict=True)
    return "".join(letter if name in stored.services else "." for name, letter in pairs)


def _text(stored: StoredCertificate) -> str:
    certificate = stored.certificate
    parts = {
        "Subject": certificate.subject,
        "Issuer": certificate.issuer,
        "Serial Number": f"{certificate.parsed.serial_number:032X}",
        "Not Before": f"{certificate.not_before:%m/%d/%Y %H:%M:%S}",
        "Not After": f"{certificate.not_after:%m/%d/%Y %H:%M:%S}",
        "Thumbprint": certificate.thumbprint,
    }
    return "\r\n".join(f"[{name}]\r\n  {value}\r\n" for name, value in parts.items())


def services_of(values: Sequence[str]) -> set[str]:
    """The services that -Services names; the binder knows the enumeration."""
    return set(values) - {"None"}


def locate(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> tuple[Server, str]:
    """The server and the thumbprint that -Server with -Thumbprint, or -Identity ``Server\\Thumbprint``, mean."""
    if parameters.get("Identity"):
        name, backslash, text = str(parameters["Identity"]).rpartition("\\")
        if backslash and not name:
            raise invalid_argument(f"The certificate identity '{parameters['Identity']}' isn't valid.")  # not verified
        return target_server(organization, invocation, name), thumbprint_of(text)
    return (
        target_server(organization, invocation, parameters.get("Server")),
        thumbprint_of(parameters.get("Thumbprint") or ""),
    )


def stored_certificate(server: Server, thumbprint: str) -> StoredCertificate:
    """From the server's store; an InvalidOperationException where it is not there, which tells it from unreachable."""
    stored = server.store.get(thumbprint)
    if stored is None:
        raise Refused(f"The certificate with thumbprint {thumbprint} was not found.", target=thumbprint)
    return stored


def _get(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        server, thumbprint = locate(organization, invocation, parameters)
        named = parameters.get("Thumbprint") or parameters.get("Identity")
        found = [stored_certificate(server, thumbprint)] if named else list(server.store.values())
        wanted = {domain.lower() for domain in parameters.get("DomainName") or ()}
        if wanted:
            found = [s for s in found if wanted & {domain.lower() for domain in s.certificate.domains}]
        answers = [certificate_object(organization, server, stored) for stored in found]
    for answer in answers:
        invocation.output(answer)


def overwrite_question(server: Server, new: str) -> str:
    """The wording is close to Exchange's; not verified against a real server."""
    return (
        "Overwrite the existing default SMTP certificate?\r\n"
        f"Current certificate: '{server.internal_transport}'\r\nReplace it with certificate: '{new}'"
    )


def assign_services(server: Server, stored: StoredCertificate, services: set[str]) -> None:
    """Services are only ever added; IIS serves one certificate, so it leaves the one it had."""
    if "IIS" in services:
        for other in server.store.values():
            other.services.discard("IIS")
    stored.services |= services


def _enable(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    services = services_of(parameters["Services"])
    with organization.current() as now:
        server, thumbprint = locate(organization, invocation, parameters)
        stored = stored_certificate(server, thumbprint)
        status = stored.certificate.status(now + server.clock_offset) if stored.certificate.key else "PrivateKeyMissing"
    if status != "Valid":
        raise Refused(
            f"The certificate with thumbprint {thumbprint} was found but is not valid for use with Exchange Server "
            f"(reason: {status}).",
            target=thumbprint,
        )
    if "Federation" in services:
        raise invalid_argument(  # not verified; the documentation says only not to
            "Federation can't be assigned by this task. Create or modify a federation trust instead.", thumbprint
        )
    if not invocation.should_process(server.fqdn, f"Enabling certificate {thumbprint} for services"):
        return
    replaces = "SMTP" in services and server.internal_transport not in ("", thumbprint)
    overwrite = not replaces or bool(parameters.get("Force"))
    if not overwrite:
        overwrite = invocation.should_continue(overwrite_question(server, thumbprint))
    with organization.current():
        assign_services(server, stored, services)
        if "SMTP" in services and overwrite:
            server.internal_transport = thumbprint


def _remove(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    with organization.current():
        server, thumbprint = locate(organization, invocation, parameters)
        _refuse_removal(organization, server, thumbprint)
    if not invocation.should_process(server.fqdn, f"Removing certificate {thumbprint} from the certificate store"):
        return
    with organization.current():
        _refuse_removal(organization, server, thumbprint)
        del server.store[thumbprint]


def _refuse_removal(organization: OrganizationState, server: Server, thumbprint: str) -> None:
    stored_certificate(server, thumbprint)
    if thumbprint == server.internal_transport:
        raise Refused(
            "The internal transport certificate cannot be removed because that would cause the Microsoft Exchange "
            "Transport service to stop. To replace the internal transport certificate, create a new certificate. The "
            "new certificate will automatically become the internal transport certificate. You can then remove the "
            "existing certificate.",
            target=thumbprint,
        )
    if thumbprint in organization.auth_config.thumbprints:
        raise Refused(  # not verified
            f"The certificate with thumbprint {thumbprint} is named by the authorization configuration and can't be "
            "removed.",
            target=thumbprint,
        )
