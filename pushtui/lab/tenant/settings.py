"""The [tenant] table of a scenario: the starting state of the simulated tenant."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pushtui.base.values import frozen


@frozen
class DomainSettings:
    """A domain of the tenant, beside its initial one."""

    name: str
    verified: bool = True
    default: bool = False


@frozen
class PlanSettings:
    """An entry of the organization's assignedPlans."""

    service: str = "exchange"
    status: Literal["Enabled", "Warning", "Suspended", "Deleted", "LockedOut"] = "Enabled"
    plan_id: str = "efb87545-963c-4e0d-99df-69c6916d9eb0"
    """EXCHANGE_S_ENTERPRISE, Exchange Online (Plan 2)."""


@frozen
class KeySettings:
    """A key of the Exchange Online service principal: a certificate made at start, or one from elsewhere."""

    subject: str = "CN=Someone else"
    not_before_days: int = -30
    """Days from now; negative: in the past."""
    not_after_days: int = 700
    display_name: str = ""
    """Empty: the certificate's subject."""
    from_organization: str = ""
    """Id of a certificate of the organization to take instead of a new one; `current`: the one in AuthConfig."""
    der: str = ""
    """Base64 of a certificate to take instead of a new one."""
    starts_days: int | None = None
    ends_days: int | None = None
    """Dates of the key that are not its certificate's, in days from now."""
    count: int = 1
    """So many of them."""


@frozen
class OtherTenantSettings:
    """A directory beside this one: that of a domain which belongs to somebody else. Nothing in it can be seen."""

    domain: str
    tenant_id: str = "9e7d6c5b-4a39-4828-9716-050403020100"


@frozen
class HybridApplicationSettings:
    """The dedicated hybrid application, ``ExchangeServerApp-`` and the organization's GUID."""

    app_id: str = "6f1d7f0e-2a53-4c58-8b0c-9d3b1a5c7e42"
    keys: tuple[KeySettings, ...] = (KeySettings(from_organization="current"),)
    """keyCredentials of the application; its service principal has none."""


@frozen
class UserSettings:
    """The administrator who approves sign-ins."""

    name: str = "admin@fabrikam.com"
    display_name: str = "Fabrikam Administrator"
    roles: tuple[str, ...] = ("Global Administrator",)
    """Directory roles by their English names."""
    enabled: bool = True
    """A disabled account gets no tokens any more, whatever it was given before."""


@frozen
class ApplicationSettings:
    """The app registration that pushtui signs in with: it has a certificate and a secret."""

    public_client: bool = True
    """“Allow public client flows”: without it, device code ends in AADSTS7000218."""
    application_permissions: tuple[str, ...] = (
        "Application.ReadWrite.All",
        "Organization.Read.All",
        "Domain.Read.All",
    )
    delegated_permissions: tuple[str, ...] = (
        "Application.Read.All",
        "Application.ReadWrite.All",
        "Organization.Read.All",
        "Domain.Read.All",
        "User.Read",
    )
    enabled: bool = True
    """“Enabled for users to sign-in”, which goes for sign-ins of the application itself, too."""
    consented: bool = True
    secret_days: int = 180
    """Days until the client secret ends; negative: it has ended."""
    certificate_days: int = 365
    """Days until the registered certificate ends; negative: it has ended."""


@frozen
class SignInSettings:
    """How sign-ins by a person go."""

    auto_approve: bool = False
    """Device codes and authorization requests are approved as soon as they are made."""
    interval: int = 1
    """Seconds between two polls for a device code (Entra: 5)."""
    code_seconds: int = 900
    """How long a device code lives."""
    token_seconds: int = 3599
    """How long an access token lives."""
    conditional_access: Literal["none", "block-device-code", "require-mfa"] = "none"


@frozen
class TenantSettings:
    """The tenant as it is when the lab starts."""

    name: str = "Fabrikam"
    tenant_id: str = ""
    """Empty: a random one."""
    initial_domain: str = "fabrikam.onmicrosoft.com"
    domains: tuple[DomainSettings, ...] = (DomainSettings("fabrikam.com", default=True),)
    plans: tuple[PlanSettings, ...] = (PlanSettings(),)
    service_principal: bool = True
    """Whether Office 365 Exchange Online has a service principal in the tenant."""
    keys: tuple[KeySettings, ...] = ()
    """keyCredentials of that service principal."""
    strict_first_party: bool = True
    """A PATCH of that service principal is refused when it repeats more than key, type and usage of a kept key."""
    refuse_new_keys: bool = False
    """Adding keys to that service principal is refused, as a tenant policy or a later Microsoft decision would."""
    read_lag_seconds: float = 0.0
    """How long reads, and the token service, still see the state before a change."""
    key_reads_per_minute: int = 150
    """Reads of ``$select=keyCredentials`` that Graph grants in a minute before it answers 429."""
    page_size: int = 100
    others: tuple[OtherTenantSettings, ...] = ()
    hybrid_application: HybridApplicationSettings | None = None
    user: UserSettings = field(default_factory=UserSettings)
    application: ApplicationSettings = field(default_factory=ApplicationSettings)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
