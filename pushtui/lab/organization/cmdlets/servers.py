"""Get-ExchangeServer, Get-ServerComponentState, Get-AcceptedDomain, Get-HybridConfiguration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.lab.organization.directory import AcceptedDomain, HybridConfiguration
from pushtui.lab.organization.errors import TASKS, invalid_argument, not_found, unreachable
from pushtui.lab.organization.objects import AD_CONFIGURATION, AD_PRESENTATION, directory_object, whens
from pushtui.lab.organization.server import COMPONENTS, Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.task import DOMAIN_CONTROLLER, task
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, MultiValued, Parameter, RemoteObject

_NETWORK_ADDRESS = (
    "Microsoft.Exchange.Data.NetworkAddress, Microsoft.Exchange.Data, "
    "Version=15.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
)
_PROTOCOLS = ("ncacn_vns_spp", "netbios", "ncacn_np", "ncacn_spx")


def cmdlets(organization: OrganizationState) -> tuple[CmdletSpec, ...]:
    return (
        task(
            organization,
            "Get-ExchangeServer",
            f"{TASKS}.GetExchangeServer",
            _get_server,
            (
                Parameter("Identity", position=0, sets=frozenset({"Identity"})),
                Parameter("Domain", sets=frozenset({"Domain"})),
                Parameter("Status", "switch"),
                DOMAIN_CONTROLLER,
            ),
            default_set="Identity",
        ),
        task(
            organization,
            "Get-ServerComponentState",
            "Microsoft.Exchange.Management.SystemConfigurationTasks.GetServerComponentState",
            _get_component_state,
            (
                Parameter("Identity", mandatory=True, position=0),
                Parameter("Component"),
                DOMAIN_CONTROLLER,
            ),
        ),
        task(
            organization,
            "Get-AcceptedDomain",
            f"{TASKS}.GetAcceptedDomain",
            _get_accepted_domain,
            (Parameter("Identity", position=0), DOMAIN_CONTROLLER),
        ),
        task(
            organization,
            "Get-HybridConfiguration",
            "Microsoft.Exchange.Management.Hybrid.GetHybridConfiguration",
            _get_hybrid_configuration,
            (DOMAIN_CONTROLLER,),
        ),
    )


def _get_server(organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    identity, domain = parameters.get("Identity"), parameters.get("Domain")
    with organization.current():
        found = [server for server in organization.servers if not identity or server.answers_to(identity)]
        if domain:
            found = [server for server in found if server.domain.lower() == domain.lower()]
        if identity and not found:
            raise not_found(identity, organization.domain_controller)
        answers = [_server_object(organization, server) for server in found]
    for answer in answers:
        invocation.output(answer)


def _server_object(organization: OrganizationState, server: Server) -> RemoteObject:
    """The properties of the recorded ones; the four about mitigations and the proxy by-pass came with 2019 and 2016."""
    newer = {"MitigationsEnabled": True} if server.version >= (15, 1) else {}
    name = server.name.upper()
    group = f"CN=Exchange Administrative Group (FYDIBOHF23SPDLT),CN=Administrative Groups,{organization.container}"
    addresses = (*(f"{protocol}:{name}" for protocol in _PROTOCOLS), f"ncacn_ip_tcp:{server.fqdn}", f"ncalrpc:{name}")
    trial = server.edition.endswith("Evaluation")
    properties: dict[str, Any] = {
        "Name": name,
        "DataPath": f"C:\\Program Files\\Microsoft\\Exchange Server\\V{server.version[0]}\\Mailbox",
        "Domain": server.domain,
        "Edition": server.edition,
        "ExchangeLegacyDN": f"/o={organization.name}/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
        f"/cn=Configuration/cn=Servers/cn={name}",
        "ExchangeLegacyServerRole": 0,
        "Fqdn": server.fqdn,
        "CustomerFeedbackEnabled": None,
        "InternetWebProxy": server.web_proxy or None,
        "IsHubTransportServer": server.is_mailbox,
        "IsClientAccessServer": "ClientAccess" in server.roles or (server.is_mailbox and server.version >= (15, 1)),
        "IsExchange2007OrLater": True,
        "IsEdgeServer": server.is_edge,
        "IsMailboxServer": server.is_mailbox,
        "IsE14OrLater": True,
        "IsE15OrLater": server.is_e15,
        "IsProvisionedServer": False,
        "IsUnifiedMessagingServer": server.is_mailbox and server.version < (15, 2),
        "IsFrontendTransportServer": server.is_e15 and not server.is_edge,
        "NetworkAddress": MultiValued(addresses, _NETWORK_ADDRESS),
        "OrganizationalUnit": f"{server.domain}/{name}",
        "AdminDisplayVersion": server.version_text,
        "Site": f"{organization.domain}/Configuration/Sites/{server.site}",
        "ServerRole": server.roles_text,
        "ErrorReportingEnabled": None,
        **newer,
        "StaticDomainControllers": MultiValued(()),
        "StaticGlobalCatalogs": MultiValued(()),
        "StaticConfigDomainController": "",
        "StaticExcludedDomainControllers": MultiValued(()),
        "MonitoringGroup": "",
        "CurrentDomainControllers": MultiValued(()),
        "CurrentGlobalCatalogs": MultiValued(()),
        "CurrentConfigDomainController": "",
        "ProductID": "",
        "IsExchangeTrialEdition": trial,
        "IsExpiredExchangeTrialEdition": trial,
        "MailboxProvisioningAttributes": None,
        "RemainingTrialPeriod": "00:00:00",
        "Identity": name,
        "IsValid": True,
        "ExchangeVersion": "0.1 (8.0.535.0)",
        "DistinguishedName": f"CN={name},CN=Servers,{group}",
        "Guid": server.guid,
        "ObjectCategory": f"{organization.domain}/Configuration/Schema/ms-Exch-Exchange-Server",
        "ObjectClass": MultiValued(("top", "server", "msExchExchangeServer")),
        **whens(organization, server.created, server.changed),
        "OrganizationId": "",
        "Id": name,
        "OriginatingServer": organization.domain_controller,
        "ObjectState": "Unchanged",
    }
    return RemoteObject(
        ("Microsoft.Exchange.Data.Directory.Management.ExchangeServer", *AD_PRESENTATION), properties, name
    )


def _get_component_state(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    wanted = parameters.get("Component")
    with organization.current():
        server = organization.find_server(parameters["Identity"])
        if server is None:
            raise not_found(parameters["Identity"], organization.domain_controller)
        if not server.reachable:
            raise unreachable(server.fqdn)
        names = [name for name in COMPONENTS if not wanted or name.lower() == wanted.lower()]
        if not names:
            raise invalid_argument(f"Component '{wanted}' isn't valid.", str(wanted))  # not verified
        states = {name: _component_state(server, name) for name in names}
        offline = server.components.get("ServerWideOffline") == "Inactive"
    type_name = "Microsoft.Exchange.Data.Directory.Management.ServerComponentStatePresentationObject"
    for name, state in states.items():
        invocation.output(
            RemoteObject(
                (type_name, "Microsoft.Exchange.Data.ConfigurableObject", "System.Object"),
                {
                    "ServerFqdn": server.fqdn,
                    "Component": name,
                    "State": state,
                    "ServerWideOfflineIsOffline": offline,
                    "RemoteStates": MultiValued(()),
                    "LocalStates": MultiValued(()),
                    "Identity": server.name.upper(),
                    "IsValid": True,
                    "ObjectState": "New",
                },
                type_name,
            )
        )


def _component_state(server: Server, name: str) -> str:
    """ServerWideOffline overrules every component but Monitoring and RecoveryActionsEnabled."""
    if (
        name not in ("Monitoring", "RecoveryActionsEnabled")
        and server.components.get("ServerWideOffline") == "Inactive"
    ):
        return "Inactive"
    return server.components.get(name, "Active")


def _get_accepted_domain(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    identity = parameters.get("Identity")
    with organization.current():
        domains = [d for d in organization.accepted_domains if not identity or d.name.lower() == identity.lower()]
        if identity and not domains:
            raise not_found(identity, organization.domain_controller)
        answers = [_domain_object(organization, domain) for domain in domains]
    for answer in answers:
        invocation.output(answer)


def _domain_object(organization: OrganizationState, domain: AcceptedDomain) -> RemoteObject:
    """The properties of a recorded one."""
    return directory_object(
        organization,
        domain,
        ("Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain", *AD_CONFIGURATION),
        {
            "DomainName": domain.name,
            "CatchAllRecipientID": None,
            "DomainType": domain.type,
            "MatchSubDomains": False,
            "AddressBookEnabled": True,
            "Default": domain.default,
            "EmailOnly": False,
            "ExternallyManaged": False,
            "AuthenticationType": None,
            "LiveIdInstanceType": None,
            "PendingRemoval": False,
            "PendingCompletion": False,
            "FederatedOrganizationLink": None,
            "MailFlowPartner": None,
            "OutboundOnly": False,
            "PendingFederatedAccountNamespace": False,
            "PendingFederatedDomain": False,
            "IsCoexistenceDomain": domain.name.lower().endswith(".mail.onmicrosoft.com"),
            "PerimeterDuplicateDetected": False,
            "IsDefaultFederatedDomain": False,
            "EnableNego2Authentication": False,
            "InitialDomain": False,
        },
        parents=f"CN=Accepted Domains,CN=Transport Settings,{organization.container}",
        schema="ms-Exch-Accepted-Domain",
        classes=("top", "msExchAcceptedDomain"),
    )


def _get_hybrid_configuration(
    organization: OrganizationState, invocation: Invocation, parameters: Mapping[str, Any]
) -> None:
    """Nothing where the wizard never ran."""
    with organization.current():
        found = organization.hybrid
        answer = _hybrid_object(organization, found) if found else None
    if answer:
        invocation.output(answer)


def _hybrid_object(organization: OrganizationState, hybrid: HybridConfiguration) -> RemoteObject:
    """The properties of a recorded one."""
    servers = MultiValued(hybrid.servers)
    return directory_object(
        organization,
        hybrid,
        ("Microsoft.Exchange.Data.Directory.SystemConfiguration.HybridConfiguration", *AD_CONFIGURATION),
        {
            "ClientAccessServers": MultiValued(()),
            "EdgeTransportServers": MultiValued(()),
            "ReceivingTransportServers": servers,
            "SendingTransportServers": servers,
            "OnPremisesSmartHost": "",
            "Domains": MultiValued(hybrid.domains),
            "Features": MultiValued(hybrid.features),
            "ExternalIPAddresses": MultiValued(()),
            "TlsCertificateName": "",
            "ServiceInstance": 0,
        },
        parents=f"CN=Hybrid Configuration,{organization.container}",
        schema="ms-Exch-Coexistence-Relationship",
        classes=("top", "msExchCoexistenceRelationship"),
    )
