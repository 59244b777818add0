"""What is configured in the Exchange organization: servers, AuthConfig, auth servers, partner applications, push proxy.

The numbers of the enumerations are those of Exchange 2013 CU23. No recording of a real Get-AuthServer and of a real
Enable-PushNotificationProxy exists: their property names come from the documentation, not verified against a server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self, TypeAlias

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.model import Properties
from pushtui.procedure.records.values import (
    as_text,
    enumeration,
    flag,
    flags,
    moment,
    optional_flag,
    present,
    required_text,
    text,
    texts,
)

Version: TypeAlias = tuple[int, int, int, int]

SERVER_ROLES = {
    1: "Cafe",
    2: "Mailbox",
    4: "ClientAccess",
    16: "UnifiedMessaging",
    32: "HubTransport",
    64: "Edge",
    16384: "FrontendTransport",
}
EDITIONS = {
    0: "Unknown",
    1: "Standard",
    2: "StandardEvaluation",
    3: "Enterprise",
    4: "EnterpriseEvaluation",
    5: "Coexistence",
    6: "CoexistenceEvaluation",
}
AUTH_SERVER_TYPES = {0: "Unknown", 1: "MicrosoftACS", 2: "Facebook", 3: "LinkedIn", 4: "ADFS", 5: "AzureAD"}
ACCEPTED_DOMAIN_TYPES = {0: "Authoritative", 1: "ExternalRelay", 2: "InternalRelay"}

_VERSION = re.compile(r"(\d+)\.(\d+)\D+(\d+)\.(\d+)")
_STORED_BUILD = 30000
"""Active Directory keeps the build number with 30000 added; older tools show it so."""


def version_of(name: str, value: Any) -> Version:
    """Four numbers from ``Version 15.0 (Build 1497.2)``, ``15.0.1497.2`` or an object with the parts.

    Only the numbers are looked at: the words around them are in the server's language.
    """
    if isinstance(value, Mapping) and {"Major", "Minor", "Build", "Revision"} <= value.keys():
        parts = [value["Major"], value["Minor"], value["Build"], value["Revision"]]
        if all(isinstance(part, int) for part in parts):
            return parts[0], parts[1], parts[2], parts[3]
    words = as_text(name, value)
    match = _VERSION.search(words)
    if match is None:
        raise ValueError(_("{name} is no version: {value!r}").format(name=name, value=words))
    major, minor, build, revision = (int(part) for part in match.groups())
    return major, minor, build - _STORED_BUILD if build >= _STORED_BUILD else build, revision


@frozen
class ServerRecord:
    """``Get-ExchangeServer``."""

    name: str
    fqdn: str
    version: Version
    """`AdminDisplayVersion`: the cumulative update, never the security update."""
    roles: frozenset[str]
    edition: str
    site: str
    """The name of the Active Directory site, without the path before it."""
    is_edge: bool
    is_mailbox: bool
    is_client_access: bool
    web_proxy: str
    """`InternetWebProxy`: by what it reaches the internet; empty: directly, or not at all."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        name = required_text(properties, "Name")
        roles = flags("ServerRole", present(properties, "ServerRole"), SERVER_ROLES)
        return cls(
            name=name,
            fqdn=text(properties, "Fqdn") or name,
            version=version_of("AdminDisplayVersion", present(properties, "AdminDisplayVersion")),
            roles=roles,
            edition=enumeration(properties, "Edition", EDITIONS),
            site=text(properties, "Site").rpartition("/")[2],
            is_edge=flag(properties, "IsEdgeServer", "Edge" in roles),
            is_mailbox=flag(properties, "IsMailboxServer", "Mailbox" in roles),
            is_client_access=flag(properties, "IsClientAccessServer", "ClientAccess" in roles),
            web_proxy=text(properties, "InternetWebProxy"),
        )


@frozen
class AuthConfigRecord:
    """``Get-AuthConfig``. Thumbprints are upper-case hex, empty where none is set."""

    current_certificate_thumbprint: str
    previous_certificate_thumbprint: str
    next_certificate_thumbprint: str
    next_certificate_effective_date: datetime | None
    service_name: str
    realm: str
    name: str
    when_changed_utc: datetime | None

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        current = as_text("CurrentCertificateThumbprint", present(properties, "CurrentCertificateThumbprint"))
        return cls(
            current_certificate_thumbprint=_thumbprint(current),
            previous_certificate_thumbprint=_thumbprint(text(properties, "PreviousCertificateThumbprint")),
            next_certificate_thumbprint=_thumbprint(text(properties, "NextCertificateThumbprint")),
            next_certificate_effective_date=moment(properties, "NextCertificateEffectiveDate"),
            service_name=text(properties, "ServiceName"),
            realm=text(properties, "Realm"),
            name=text(properties, "Name"),
            when_changed_utc=moment(properties, "WhenChangedUTC"),
        )


def _thumbprint(value: str) -> str:
    return "".join(value.split()).upper()


@frozen
class AuthServerRecord:
    """``Get-AuthServer`` and the output of ``New-AuthServer``."""

    name: str
    type: str
    """`MicrosoftACS`, `AzureAD`, `ADFS`, `Facebook`, `LinkedIn` or `Unknown`."""
    enabled: bool
    realm: str
    issuer_identifier: str
    token_issuing_endpoint: str
    authorization_endpoint: str
    auth_metadata_url: str
    application_identifier: str
    domain_name: tuple[str, ...]
    is_default_authorization_endpoint: bool | None
    identity: str
    when_changed_utc: datetime | None

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        name = required_text(properties, "Name")
        return cls(
            name=name,
            type=enumeration(properties, "Type", AUTH_SERVER_TYPES),
            enabled=flag(properties, "Enabled"),
            realm=text(properties, "Realm"),
            issuer_identifier=text(properties, "IssuerIdentifier"),
            token_issuing_endpoint=text(properties, "TokenIssuingEndpoint"),
            authorization_endpoint=text(properties, "AuthorizationEndpoint"),
            auth_metadata_url=text(properties, "AuthMetadataUrl"),
            application_identifier=text(properties, "ApplicationIdentifier"),
            domain_name=texts(properties, "DomainName"),
            is_default_authorization_endpoint=optional_flag(properties, "IsDefaultAuthorizationEndpoint"),
            identity=text(properties, "Identity") or name,
            when_changed_utc=moment(properties, "WhenChangedUTC"),
        )


@frozen
class PartnerApplicationRecord:
    """``Get-PartnerApplication``."""

    name: str
    enabled: bool
    application_identifier: str
    realm: str
    auth_metadata_url: str
    issuer_identifier: str
    use_auth_server: bool | None
    linked_account: str
    identity: str

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        name = required_text(properties, "Name")
        return cls(
            name=name,
            enabled=flag(properties, "Enabled"),
            application_identifier=text(properties, "ApplicationIdentifier"),
            realm=text(properties, "Realm"),
            auth_metadata_url=text(properties, "AuthMetadataUrl"),
            issuer_identifier=text(properties, "IssuerIdentifier"),
            use_auth_server=optional_flag(properties, "UseAuthServer"),
            linked_account=text(properties, "LinkedAccount"),
            identity=text(properties, "Identity") or name,
        )


@frozen
class PushProxyRecord:
    """The object ``OnPrem-Proxy``: what ``Enable-PushNotificationProxy`` and ``Get-PushNotificationApp`` answer."""

    name: str
    display_name: str
    enabled: bool
    organization: str
    uri: str
    is_valid: bool | None
    when_changed_utc: datetime | None

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "Enabled")
        return cls(
            name=text(properties, "Name") or text(properties, "Identity"),
            display_name=text(properties, "DisplayName"),
            enabled=flag(properties, "Enabled"),
            organization=text(properties, "Organization"),
            uri=text(properties, "Uri"),
            is_valid=optional_flag(properties, "IsValid"),
            when_changed_utc=moment(properties, "WhenChangedUTC"),
        )


@frozen
class AcceptedDomainRecord:
    """``Get-AcceptedDomain``."""

    name: str
    domain_name: str
    """Lower case; a leading ``*.`` covers the sub-domains."""
    domain_type: str
    default: bool

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        domain = required_text(properties, "DomainName").lower()
        return cls(
            name=text(properties, "Name") or domain,
            domain_name=domain,
            domain_type=enumeration(properties, "DomainType", ACCEPTED_DOMAIN_TYPES),
            default=flag(properties, "Default"),
        )


@frozen
class OrganizationConfigRecord:
    """``Get-OrganizationConfig``; of its many properties, only what names the organization."""

    name: str
    guid: str
    """Lower case."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(name=text(properties, "Name"), guid=required_text(properties, "Guid").lower())


@frozen
class SettingOverrideRecord:
    """``Get-SettingOverride``: a setting that an administrator took over from the product's own."""

    name: str
    component: str
    section: str
    parameters: tuple[str, ...]
    """Such as ``Enabled=true``."""
    servers: tuple[str, ...]
    """Where it holds; empty: in the whole organization."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(
            name=required_text(properties, "Name"),
            component=text(properties, "ComponentName"),
            section=text(properties, "SectionName"),
            parameters=texts(properties, "Parameters"),
            servers=texts(properties, "Server"),
        )


@frozen
class HybridRecord:
    """``Get-HybridConfiguration``: it is there only where the Hybrid Configuration Wizard ran."""

    name: str
    domains: tuple[str, ...]

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(name=text(properties, "Name") or "Hybrid Configuration", domains=texts(properties, "Domains"))
