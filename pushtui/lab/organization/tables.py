"""The scenario's [organization] table: what can be said there, and what holds where nothing is said.

Days are counted from the start of the lab, so that a scenario never ages. Absent tables mean an organization as Setup
leaves it: three servers with Setup's own valid Auth certificate on each, assigned; no auth server; push proxy off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pushtui.base.values import frozen
from pushtui.lab.organization.directory import AUTH_CERTIFICATE, EXCHANGE_ONLINE, PUSH_URI

SITE = "Default-First-Site-Name"


@frozen
class ServerTable:
    """[[organization.servers]]"""

    name: str
    version: str = "15.2.1748.10"
    """As Get-ExchangeServer shows it: the cumulative update's build, not the security update's."""
    roles: tuple[str, ...] = ("Mailbox",)
    """Mailbox, ClientAccess, UnifiedMessaging, HubTransport, Edge."""
    site: str = SITE
    edition: str = "Standard"
    reachable: bool = True
    internet: bool = True
    """Whether it gets out to the cloud: to the token service, the metadata and the push endpoint."""
    web_proxy: str = ""
    """InternetWebProxy, as Set-ExchangeServer left it: shown, no more."""
    clock_seconds: float = 0.0
    """How far its clock is ahead of the right time; negative: behind."""
    stopped_services: tuple[str, ...] = ()
    inactive_components: tuple[str, ...] = ()
    """ServerWideOffline means maintenance: all others but Monitoring and RecoveryActionsEnabled are inactive then."""
    unhealthy: tuple[str, ...] = ()
    """Health sets that are in alarm although their services run."""


@frozen
class CertificateTable:
    """[[organization.certificates]]: one certificate (and its key), and the servers that have it."""

    id: str
    """What `auth_config`, the keys of the tenant and the profile's certificate file call it."""
    subject: str = f"CN={AUTH_CERTIFICATE}"
    friendly_name: str = AUTH_CERTIFICATE
    servers: tuple[str, ...] = ("*",)
    """Names of those that have it; ``*``: every one that takes part."""
    without_key: tuple[str, ...] = ()
    """Those of them that have it without its private key."""
    not_before_days: float = -400.0
    not_after_days: float = 1425.0
    key_size: int = 2048
    signature: Literal["sha256", "sha1"] = "sha256"
    exportable: bool = True
    private_key: bool = True
    services: tuple[str, ...] = ("SMTP",)
    domains: tuple[str, ...] = ()
    subject_key_identifier: str = ""
    status: Literal["Valid", "Invalid", "Revoked", "RevocationCheckFailure", "Untrusted", "Unknown"] = "Valid"


@frozen
class AuthConfigTable:
    """[organization.auth_config]: ids of certificates, or 40 hexadecimal digits of one that nobody has."""

    current: str = "auth-certificate"
    previous: str = ""
    next: str = ""
    next_effective_days: float = 30.0
    changed_days: float = -400.0
    """When it was last changed. A server that lacks a certificate gets it the distribution time after that; where the
    time has passed long ago, at the next run of its servicelet (`rollover_seconds` from now) or at its restart."""
    realm: str = ""
    service_name: str = EXCHANGE_ONLINE


@frozen
class AuthServerTable:
    """[[organization.auth_servers]]: without a realm it is made as New-AuthServer does, from the metadata URL."""

    name: str = "MicrosoftSts"
    metadata_url: str = "https://accounts.accesscontrol.windows.net/metadata/json/1/?realm=fabrikam.com"
    realm: str = ""
    token_endpoint: str = ""
    type: Literal["MicrosoftACS", "AzureAD", "ADFS"] = "MicrosoftACS"
    enabled: bool = True
    application: str = ""
    """ApplicationIdentifier: the dedicated hybrid application, where one is used."""
    domains: tuple[str, ...] = ()
    default_authorization_endpoint: bool = False


@frozen
class PushProxyTable:
    """[organization.push_proxy]"""

    enabled: bool = False
    organization: str = ""
    uri: str = PUSH_URI


@frozen
class PartnerApplicationTable:
    """[[organization.partner_applications]]"""

    name: str
    application: str
    enabled: bool = True
    realm: str = ""


@frozen
class AcceptedDomainTable:
    """[[organization.accepted_domains]]"""

    name: str
    default: bool = False
    type: Literal["Authoritative", "InternalRelay", "ExternalRelay"] = "Authoritative"


@frozen
class HybridTable:
    """[organization.hybrid]: there only where the Hybrid Configuration Wizard ran."""

    domains: tuple[str, ...] = ("fabrikam.com",)
    features: tuple[str, ...] = ("FreeBusy", "MoveMailbox", "Mailtips", "MessageTracking", "OwaRedirection")
    servers: tuple[str, ...] = ()


@frozen
class AccountTable:
    """[organization.account]: what the administrator's account may do."""

    role_groups: tuple[str, ...] = ("Organization Management",)
    """Of those in `pushtui.lab.organization.roles`; without any, Exchange opens no session."""
    without: tuple[str, ...] = ()
    """Cmdlets that these do not grant after all, as a custom role makes it."""
    remote_powershell: bool = True
    """RemotePowerShellEnabled."""
    local_admin: bool = True
    """Whether Windows remoting lets it in."""


@frozen
class SettingOverrideTable:
    """[[organization.setting_overrides]]: what New-SettingOverride leaves."""

    name: str
    component: str
    section: str
    parameters: tuple[str, ...] = ("Enabled=true",)
    server: str = ""
    """Empty: the whole organization."""
    reason: str = "Enable dedicated Exchange hybrid app feature"


@frozen
class OrganizationTable:
    """[organization]"""

    name: str = "First Organization"
    guid: str = ""
    """Empty: a random one. The dedicated hybrid application is named after it."""
    domain: str = "lab.example"
    utc_offset_hours: float = 1.0
    executing_server: str = ""
    """Name of the server on which every Exchange session runs; empty: the one connected to."""
    show_push_notification_app: bool = False
    hm_start_seconds: float = 2.0
    distribution_seconds: float = 3.0
    site_distribution_seconds: float = 6.0
    rollover_seconds: float = 43200.0
    rpc_seconds: float = 0.0
    """How long a server that cannot be reached is tried before a cmdlet gives up."""
    uptime_days: float = 12.0
    """For how long the services have been running."""
    shells: int = 18
    """Open sessions that one account may have on one server (PowerShellMaxConcurrency)."""
    account: AccountTable = AccountTable()
    servers: tuple[ServerTable, ...] = (ServerTable("ex01"), ServerTable("ex02"), ServerTable("ex03"))
    certificates: tuple[CertificateTable, ...] = (CertificateTable("auth-certificate"),)
    auth_config: AuthConfigTable = AuthConfigTable()
    auth_servers: tuple[AuthServerTable, ...] = ()
    push_proxy: PushProxyTable = PushProxyTable()
    partner_applications: tuple[PartnerApplicationTable, ...] = (
        PartnerApplicationTable("Exchange Online", EXCHANGE_ONLINE),
        PartnerApplicationTable("Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
    )
    accepted_domains: tuple[AcceptedDomainTable, ...] = (
        AcceptedDomainTable("lab.example", default=True),
        AcceptedDomainTable("fabrikam.com"),
    )
    hybrid: HybridTable | None = None
    setting_overrides: tuple[SettingOverrideTable, ...] = ()


@frozen
class ServerChange:
    """What a test changes on a server behind everybody's back."""

    reachable: bool | None = None
    version: str | None = None
    site: str | None = None
    components: Mapping[str, str] | None = None
    stop_services: tuple[str, ...] = ()
    restart_services: tuple[str, ...] = ()
    remove_certificates: tuple[str, ...] = ()
    """Thumbprints."""


@frozen
class AuthConfigChange:
    """Thumbprints; nothing is checked, nothing is distributed."""

    current: str | None = None
    previous: str | None = None
    next: str | None = None
    next_effective_days: float | None = None
    realm: str | None = None


@frozen
class PushProxyChange:
    """Any of the three values."""

    enabled: bool | None = None
    organization: str | None = None
    uri: str | None = None


@frozen
class AuthServerChange:
    """Any of the values, or `remove`."""

    enabled: bool | None = None
    realm: str | None = None
    token_endpoint: str | None = None
    metadata_url: str | None = None
    remove: bool = False


@frozen
class AccountChange:
    """Any of the values of [organization.account]; sessions that are open keep what they have."""

    role_groups: tuple[str, ...] | None = None
    remote_powershell: bool | None = None
    local_admin: bool | None = None


@frozen
class OrganizationChange:
    """What the control endpoint takes; absent: unchanged."""

    account: AccountChange | None = None

    servers: Mapping[str, ServerChange] | None = None
    auth_config: AuthConfigChange | None = None
    push_proxy: PushProxyChange | None = None
    auth_servers: Mapping[str, AuthServerChange] | None = None
    partner_applications: Mapping[str, bool] | None = None
    """Name → enabled."""
    executing_server: str | None = None
    show_push_notification_app: bool | None = None
    hm_start_seconds: float | None = None
    distribution_seconds: float | None = None
    site_distribution_seconds: float | None = None
    advance_seconds: float | None = None
