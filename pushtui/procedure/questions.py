"""Everything that the steps ask, word for word.

Only commands, parameters and plain property names: nothing else passes Exchange's no-language mode. No identity is
ever empty (an empty one would answer all objects), and whatever concerns one server says so with ``-Server``, because
the server that executes need not be the one connected to. The organization's reads go out as one pipeline and are
told apart by their cmdlet, so no two of them share a name.
"""

from __future__ import annotations

from pushtui.base.commands import Cmdlet, GraphRequest
from pushtui.procedure.model import Discovery, ExchangeRead, Facts, FileRead, GraphRead, WindowsRead

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
"""The application id of Exchange Online: of the shared service principal, and of the partner application."""

HEALTH_MANAGER_SERVICE = "MSExchangeHM"
SERVICE_HOST = "MSExchangeServiceHost"
"""Its AuthAdmin servicelet distributes the Auth certificate, about every twelve hours."""
COMPONENT = "PushNotificationsProxy"
HEALTH_SET = "PushNotifications.Protocol"
HEALTH_MANAGER_PROCESSES = ("MSExchangeHMWorker", "MSExchangeHMHost")
PROBE_IDENTITY = "PushNotifications.Proxy\\PushNotificationsEnterpriseConnectivityProbe"

SERVERS = ExchangeRead(
    Cmdlet.of(
        "Get-ExchangeServer",
        (
            "Name",
            "Fqdn",
            "AdminDisplayVersion",
            "ServerRole",
            "Edition",
            "Site",
            "IsEdgeServer",
            "IsMailboxServer",
            "IsClientAccessServer",
            "InternetWebProxy",
        ),
    )
)

AUTH_CONFIG = ExchangeRead(
    Cmdlet.of(
        "Get-AuthConfig",
        (
            "Name",
            "CurrentCertificateThumbprint",
            "PreviousCertificateThumbprint",
            "NextCertificateThumbprint",
            "NextCertificateEffectiveDate",
            "ServiceName",
            "Realm",
            "WhenChangedUTC",
        ),
    )
)

EXECUTING_STORE = ExchangeRead(Cmdlet.of("Get-ExchangeCertificate", ("Identity", "Thumbprint")))
"""The certificates of the server on which the session executes: it is named in their ``Server\\Thumbprint`` identity.

Source: Get-ExchangeCertificate, "default: the executing server"; not verified against a real server.
"""

HYBRID = ExchangeRead(Cmdlet.of("Get-HybridConfiguration", ("Name", "Domains", "WhenChangedUTC")))

AUTH_SERVERS = ExchangeRead(
    Cmdlet.of(
        "Get-AuthServer",
        (
            "Name",
            "Identity",
            "Type",
            "Enabled",
            "Realm",
            "IssuerIdentifier",
            "TokenIssuingEndpoint",
            "AuthMetadataUrl",
            "ApplicationIdentifier",
            "WhenChangedUTC",
        ),
    )
)

PARTNER_APPLICATIONS = ExchangeRead(
    Cmdlet.of(
        "Get-PartnerApplication", ("Name", "Identity", "Enabled", "ApplicationIdentifier", "Realm", "UseAuthServer")
    )
)

SHOWS_PUSH_APPS = ExchangeRead(Cmdlet.of("Get-Command", ("Name",), Name="Get-PushNotificationApp"))
"""Whether the session has the cmdlet at all: it exists in Exchange, but no role is documented to grant it."""

ACCEPTED_DOMAINS = ExchangeRead(Cmdlet.of("Get-AcceptedDomain", ("Name", "DomainName", "DomainType", "Default")))

ORGANIZATION_CONFIG = ExchangeRead(Cmdlet.of("Get-OrganizationConfig", ("Name", "Guid")))
"""The organization's GUID: the dedicated hybrid application is named after it."""

SETTING_OVERRIDES = ExchangeRead(
    Cmdlet.of("Get-SettingOverride", ("Name", "ComponentName", "SectionName", "Parameters", "Server"))
)
"""What administrators took over from the product's own settings: one of them turns the dedicated hybrid application on
(CSS-Exchange, ConfigureExchangeHybridApplication)."""

PUSH_PROXY = ExchangeRead(
    Cmdlet.of(
        "Get-PushNotificationApp",
        ("Name", "Identity", "DisplayName", "Enabled", "Organization", "Uri", "IsValid", "WhenChangedUTC"),
        Identity="OnPrem-Proxy",
    )
)

ORGANIZATION = GraphRead(GraphRequest.of("GET", "/organization", select="id,displayName,verifiedDomains,assignedPlans"))
DOMAINS = GraphRead(GraphRequest.of("GET", "/domains"))

DEDICATED_APPLICATION = "ExchangeServerApp-"
"""How the dedicated hybrid application's name begins; the organization's GUID follows (CSS-Exchange,
ConfigureExchangeHybridApplication). One with a name of its own is only known by its auth server."""

HYBRID_APPLICATIONS = GraphRead(
    GraphRequest.of(
        "GET",
        "/applications",
        filter=f"startswith(displayName,'{DEDICATED_APPLICATION}')",
        select="id,appId,displayName,keyCredentials",
    )
)
"""A list: keys come without their value, so they are compared by thumbprint."""


def server_store(fqdn: str) -> ExchangeRead:
    """The certificates of one server. Over remoting an ExchangeCertificate carries only RawData unless selected.

    It goes first among the server's reads and ends them where it fails: of a server that is gone, the time-out of one
    is enough. (That ``-ErrorAction Stop`` ends a batch is read from PowerShell's source, not verified on Exchange.)
    """
    return ExchangeRead(
        Cmdlet.of(
            "Get-ExchangeCertificate",
            (
                "Thumbprint",
                "Services",
                "Status",
                "HasPrivateKey",
                "PrivateKeyExportable",
                "FriendlyName",
                "RootCAType",
                "Identity",
                "RawData",
            ),
            Server=fqdn,
            ErrorAction="Stop",
        ),
        server=fqdn,
    )


def component_state(fqdn: str) -> ExchangeRead:
    """Whether the server's push proxy is taken out of service."""
    return ExchangeRead(
        Cmdlet.of(
            "Get-ServerComponentState",
            ("ServerFqdn", "Component", "State", "ServerWideOfflineIsOffline", "LocalStates", "RemoteStates"),
            Identity=fqdn,
            Component=COMPONENT,
        ),
        server=fqdn,
    )


def service_health(fqdn: str) -> ExchangeRead:
    """Which of the services that the server's roles require run, one object a role.

    MSExchangeServiceHost is one of them, MSExchangeHM is not (outputs that people published, 2013 to 2019).
    """
    return ExchangeRead(
        Cmdlet.of(
            "Test-ServiceHealth",
            ("Role", "RequiredServicesRunning", "ServicesRunning", "ServicesNotRunning"),
            Server=fqdn,
        ),
        server=fqdn,
    )


def server_health(fqdn: str) -> ExchangeRead:
    """The monitors of the push notifications' health set. The server's health manager answers: silence tells, too."""
    return ExchangeRead(
        Cmdlet.of(
            "Get-ServerHealth",
            ("Server", "Name", "HealthSetName", "TargetResource", "AlertValue", "LastTransitionTime"),
            Identity=fqdn,
            HealthSet=HEALTH_SET,
        ),
        server=fqdn,
    )


def process_info(fqdn: str) -> ExchangeRead:
    """What a process that every server has says of itself, the time among it: the server's own clock.

    Its ``Result`` is XML; the recorded one (CSS-Exchange, 2019) has ``<currentTime>`` in UTC. Which roles grant the
    cmdlet, and that it answers the same without a component, is not verified against a real server.
    """
    return ExchangeRead(
        Cmdlet.of(
            "Get-ExchangeDiagnosticInfo",
            ("Result",),
            Server=fqdn,
            Process="Microsoft.Exchange.Directory.TopologyService",
        ),
        server=fqdn,
    )


def services(fqdn: str) -> WindowsRead:
    """The two services that this trust needs, for where the health manager does not answer."""
    names = (HEALTH_MANAGER_SERVICE, SERVICE_HOST)
    return WindowsRead(Cmdlet.of("Get-Service", ("Name", "DisplayName", "Status"), Name=names), fqdn)


def probe(fqdn: str) -> ExchangeRead:
    """The probe, with the columns that say why it failed (the printed procedure leaves StateAttribute1 and 2 out)."""
    return ExchangeRead(
        Cmdlet.of(
            "Invoke-MonitoringProbe",
            (
                "ResultType",
                "Error",
                "Exception",
                "StateAttribute1",
                "StateAttribute2",
                "FailureContext",
                "Server",
                "MonitorIdentity",
                "RequestId",
                "ExecutionStartTime",
                "ExecutionEndTime",
            ),
            Identity=PROBE_IDENTITY,
            Server=fqdn,
        ),
        server=fqdn,
    )


def health_manager(fqdn: str) -> WindowsRead:
    """The processes of the health manager, for when they started."""
    return WindowsRead(Cmdlet.of("Get-Process", ("Name", "Id", "StartTime"), Name=HEALTH_MANAGER_PROCESSES), fqdn)


def discovery(facts: Facts) -> Discovery:
    """The OpenID configuration of the tenant domain."""
    return Discovery(facts.inputs.tenant_domain.strip().lower())


def service_principal(facts: Facts) -> GraphRead:
    """The service principal and its keys: a single object with ``$select``, or Graph leaves the keys' values out."""
    return GraphRead(
        GraphRequest.of(
            "GET",
            f"/servicePrincipals(appId='{facts.inputs.service_principal}')",
            select="id,appId,displayName,accountEnabled,keyCredentials",
        )
    )


def certificate_file(facts: Facts) -> FileRead:
    """The certificate path."""
    return FileRead(facts.inputs.certificate_path)
