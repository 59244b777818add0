"""What the organization keeps in Active Directory, as values: each write makes a new one.

Being frozen, they can be kept by a service that goes on working with what it read at its start.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from uuid import UUID, uuid4

from pushtui.base.values import frozen

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
ACS = "00000001-0000-0000-c000-000000000000"
AUTH_CERTIFICATE = "Microsoft Exchange Server Auth Certificate"
PUSH_URI = "https://outlook.office365.com/PushNotifications"


@frozen(kw_only=True)
class Entry:
    """An object of the directory: its name, its GUID, and when it was made and last changed."""

    name: str
    created: datetime
    changed: datetime
    guid: UUID = field(default_factory=uuid4)


@frozen(kw_only=True)
class AuthConfig(Entry):
    """The organization's token issuer settings: thumbprints in upper case, empty where there is none."""

    current: str = ""
    previous: str = ""
    next: str = ""
    next_effective: datetime | None = None
    service_name: str = EXCHANGE_ONLINE
    realm: str = ""

    @property
    def thumbprints(self) -> tuple[str, ...]:
        """The certificates that it names."""
        return tuple(thumbprint for thumbprint in (self.current, self.previous, self.next) if thumbprint)


@frozen(kw_only=True)
class AuthServer(Entry):
    """A trusted token service, as its metadata described it when it was made or last refreshed."""

    type: str = "MicrosoftACS"
    issuer: str = ACS
    realm: str = ""
    token_endpoint: str = ""
    authorization_endpoint: str = ""
    metadata_url: str = ""
    certificates: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    application: str = ""
    enabled: bool = True
    default_authorization_endpoint: bool = False


@frozen(kw_only=True)
class PartnerApplication(Entry):
    """An application whose tokens the organization accepts."""

    application: str
    enabled: bool = True
    realm: str = ""
    use_auth_server: bool = True
    accept_security_identifier: bool = False
    linked_account: str = ""
    act_as: tuple[str, ...] | None = None
    deployment_id: str | None = ""
    issuer: str | None = ""


@frozen(kw_only=True)
class PushProxy(Entry):
    """The canned object OnPrem-Proxy."""

    display_name: str = "On Premises Proxy app"
    enabled: bool = False
    organization: str = ""
    uri: str = ""


@frozen(kw_only=True)
class AcceptedDomain(Entry):
    """A domain that the organization receives mail for."""

    default: bool = False
    type: str = "Authoritative"


@frozen(kw_only=True)
class SettingOverride(Entry):
    """A setting that an administrator took over from the product's own."""

    component: str
    section: str
    parameters: tuple[str, ...] = ()
    server: str = ""
    reason: str = ""


@frozen(kw_only=True)
class HybridConfiguration(Entry):
    """What the Hybrid Configuration Wizard left."""

    domains: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
