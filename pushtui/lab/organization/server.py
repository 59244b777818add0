"""One server: what it is, its certificate store, its services and what they hold in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

from pushtui.base.values import frozen
from pushtui.lab.organization.certificate import StoredCertificate
from pushtui.lab.organization.directory import AuthConfig, AuthServer, PushProxy

CU3 = (15, 0, 775, 38)
"""Exchange 2013 CU3: the first with the push notification proxy."""
ROLE_BITS: Mapping[str, int] = MappingProxyType(
    {"Mailbox": 2, "ClientAccess": 4, "UnifiedMessaging": 16, "HubTransport": 32, "Edge": 64}
)
SERVICES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "IISAdmin": ("IIS Admin Service", "inetinfo"),
        "MSExchangeADTopology": (
            "Microsoft Exchange Active Directory Topology",
            "Microsoft.Exchange.Directory.TopologyService",
        ),
        "MSExchangeDelivery": ("Microsoft Exchange Mailbox Transport Delivery", "MSExchangeDelivery"),
        "MSExchangeEdgeSync": ("Microsoft Exchange EdgeSync", "Microsoft.Exchange.EdgeSyncSvc"),
        "MSExchangeFrontEndTransport": ("Microsoft Exchange Frontend Transport", "MSExchangeFrontendTransport"),
        "MSExchangeHM": ("Microsoft Exchange Health Manager", "MSExchangeHMHost"),
        "MSExchangeHMRecovery": ("Microsoft Exchange Health Manager Recovery", "MSExchangeHMRecovery"),
        "MSExchangeIS": ("Microsoft Exchange Information Store", "Microsoft.Exchange.Store.Service"),
        "MSExchangeMailboxAssistants": ("Microsoft Exchange Mailbox Assistants", "MSExchangeMailboxAssistants"),
        "MSExchangeMailboxReplication": ("Microsoft Exchange Mailbox Replication", "MSExchangeMailboxReplication"),
        "MSExchangeRepl": ("Microsoft Exchange Replication", "msexchangerepl"),
        "MSExchangeRPC": ("Microsoft Exchange RPC Client Access", "Microsoft.Exchange.RpcClientAccess.Service"),
        "MSExchangeServiceHost": ("Microsoft Exchange Service Host", "Microsoft.Exchange.ServiceHost"),
        "MSExchangeSubmission": ("Microsoft Exchange Mailbox Transport Submission", "MSExchangeSubmission"),
        "MSExchangeThrottling": ("Microsoft Exchange Throttling", "MSExchangeThrottling"),
        "MSExchangeTransport": ("Microsoft Exchange Transport", "MSExchangeTransport"),
        "MSExchangeTransportLogSearch": ("Microsoft Exchange Transport Log Search", "MSExchangeTransportLogSearch"),
        "W3SVC": ("World Wide Web Publishing Service", "svchost"),
        "WinRM": ("Windows Remote Management (WS-Management)", "svchost"),
    }
)
"""Service name → display name and process name."""
REQUIRED_SERVICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Mailbox Server Role": (
            "IISAdmin",
            "MSExchangeADTopology",
            "MSExchangeDelivery",
            "MSExchangeIS",
            "MSExchangeMailboxAssistants",
            "MSExchangeRepl",
            "MSExchangeRPC",
            "MSExchangeServiceHost",
            "MSExchangeSubmission",
            "MSExchangeThrottling",
            "MSExchangeTransportLogSearch",
            "W3Svc",
            "WinRM",
        ),
        "Client Access Server Role": (
            "IISAdmin",
            "MSExchangeADTopology",
            "MSExchangeMailboxReplication",
            "MSExchangeRPC",
            "MSExchangeServiceHost",
            "W3Svc",
            "WinRM",
        ),
        "Hub Transport Server Role": (
            "IISAdmin",
            "MSExchangeADTopology",
            "MSExchangeEdgeSync",
            "MSExchangeServiceHost",
            "MSExchangeTransport",
            "MSExchangeTransportLogSearch",
            "W3Svc",
            "WinRM",
        ),
    }
)
"""What Test-ServiceHealth looks at, by role, as recorded on 2016 and 2019 (W3Svc is how it spells W3SVC).

MSExchangeHM is none of them. Unified Messaging, the fourth role of 2013 and 2016, is left out.
"""
HEALTH_SETS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "PushNotifications.Protocol": ("PushNotificationsDeliveryMonitor", "None", ""),
        "OAuth": ("OAuthMonitor", "None", ""),
        "OWA.Protocol": ("OwaSelfTestMonitor", "OwaProxy", "W3SVC"),
        "ServiceHost": ("ServiceHostMonitor", "None", "MSExchangeServiceHost"),
        "HubTransport": ("HubTransportMonitor", "HubTransport", "MSExchangeTransport"),
        "Store": ("StoreServiceMonitor", "None", "MSExchangeIS"),
    }
)
"""Health set → a monitor of it, its server component, and the service whose stop makes it unhealthy.

The push probe is not among them: it runs only when invoked, so it leaves no history here.
"""
HEALTH_MANAGER = "MSExchangeHM"
SERVICE_HOST = "MSExchangeServiceHost"
COMPONENTS = (
    "ServerWideOffline",
    "HubTransport",
    "FrontendTransport",
    "Monitoring",
    "RecoveryActionsEnabled",
    "AutoDiscoverProxy",
    "ActiveSyncProxy",
    "EcpProxy",
    "EwsProxy",
    "ImapProxy",
    "OabProxy",
    "OwaProxy",
    "PopProxy",
    "PushNotificationsProxy",
    "RpsProxy",
    "RwsProxy",
    "RpcProxy",
    "XropProxy",
    "HttpProxyAvailabilityGroup",
    "ForwardSyncDaemon",
    "ProvisioningRps",
    "MapiProxy",
    "EdgeTransport",
    "HighAvailability",
    "SharedCache",
)


@dataclass(slots=True)
class Service:
    """A Windows service and the process behind it."""

    name: str
    started: datetime
    process_id: int
    running: bool = True

    @property
    def display_name(self) -> str:
        return SERVICES[self.name][0]

    @property
    def process(self) -> str:
        return SERVICES[self.name][1]


@frozen
class LoadedSettings:
    """What MSExchangeHM read at its last start, and goes on using until the next one."""

    auth_config: AuthConfig
    auth_servers: tuple[AuthServer, ...]
    push_proxy: PushProxy


@dataclass(eq=False)
class Server:
    """A server of the organization."""

    name: str
    domain: str
    version: tuple[int, int, int, int]
    roles: frozenset[str]
    site: str
    edition: str
    created: datetime
    changed: datetime
    reachable: bool = True
    internet: bool = True
    """Whether it gets out to the cloud."""
    web_proxy: str = ""
    """InternetWebProxy: it is shown, and changes nothing about `internet`."""
    clock_offset: timedelta = timedelta(0)
    """How far its clock is ahead of the right time."""
    unhealthy: frozenset[str] = frozenset()
    """Health sets in alarm although their services run."""
    store: dict[str, StoredCertificate] = field(default_factory=dict)
    """Thumbprint → certificate: this server's LocalMachine\\My."""
    internal_transport: str = ""
    """Thumbprint of the default SMTP certificate."""
    services: dict[str, Service] = field(default_factory=dict)
    components: dict[str, str] = field(default_factory=dict)
    loaded: LoadedSettings | None = None
    health_manager_ready: datetime | None = None
    guid: UUID = field(default_factory=uuid4)

    @property
    def fqdn(self) -> str:
        return f"{self.name}.{self.domain}"

    @property
    def version_text(self) -> str:
        major, minor, build, revision = self.version
        return f"Version {major}.{minor} (Build {build}.{revision})"

    @property
    def is_edge(self) -> bool:
        return "Edge" in self.roles

    @property
    def is_mailbox(self) -> bool:
        return "Mailbox" in self.roles

    @property
    def is_e15(self) -> bool:
        return self.version[0] >= 15

    @property
    def has_push_proxy(self) -> bool:
        """Whether the version knows the push notification proxy."""
        return self.version >= CU3

    @property
    def manages_certificates(self) -> bool:
        """Whether the organization's certificate tasks and AuthAdmin reach it: Exchange 2013 or later, and no Edge."""
        return self.is_e15 and not self.is_edge

    @property
    def offers_powershell(self) -> bool:
        """Whether its two remote PowerShell endpoints answer. An Edge server's are outside the organization."""
        return self.reachable and self.manages_certificates

    def runs(self, service: str) -> bool:
        """Whether the Windows service runs."""
        found = self.services.get(service)
        return found is not None and found.running

    @property
    def roles_text(self) -> str:
        return ", ".join(role for role in ROLE_BITS if role in self.roles)

    def answers_to(self, identity: str) -> bool:
        """Whether the identity (name, FQDN, GUID or distinguished name) means this server."""
        wanted = identity.lower()
        return wanted in {self.name.lower(), self.fqdn.lower(), str(self.guid)} or wanted.startswith(
            f"cn={self.name.lower()},"
        )
