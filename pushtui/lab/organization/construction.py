"""From the scenario's [organization] table to a living organization with real keys."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pushtui.base.clock import Clock, SystemClock
from pushtui.base.tables import read_table
from pushtui.base.values import replace
from pushtui.base.words import _
from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.acs import fetch_metadata
from pushtui.lab.organization.certificate import Certificate
from pushtui.lab.organization.checks import WHERE, known, version_of, wrong
from pushtui.lab.organization.clock import LabClock
from pushtui.lab.organization.directory import (
    ACS,
    AcceptedDomain,
    AuthConfig,
    AuthServer,
    HybridConfiguration,
    PartnerApplication,
    PushProxy,
    SettingOverride,
)
from pushtui.lab.organization.errors import Refused
from pushtui.lab.organization.issuing import give_own_certificates, issue, place
from pushtui.lab.organization.roles import ROLE_GROUPS
from pushtui.lab.organization.server import (
    COMPONENTS,
    HEALTH_SETS,
    ROLE_BITS,
    SERVICES,
    LoadedSettings,
    Server,
    Service,
)
from pushtui.lab.organization.state import Internet, OrganizationState, Timing
from pushtui.lab.organization.tables import AccountTable, AuthServerTable, OrganizationTable, ServerTable


def build_state(
    table: Mapping[str, Any],
    internet: Internet,
    accounts: Sequence[Account],
    *,
    clock: Clock | None = None,
    new_key: NewKey = new_rsa_key,
) -> OrganizationState:
    """The state that the table describes; `UsageError` where the table is wrong."""
    scenario = read_table(OrganizationTable, table, WHERE)
    lab_clock = LabClock(clock or SystemClock())
    now = lab_clock.now()
    created = (now - timedelta(days=420)).replace(microsecond=0)
    changed = (now - timedelta(days=400)).replace(microsecond=0)
    process_ids = itertools.count(4096, 4)
    started = now - timedelta(days=scenario.uptime_days)
    servers = [_server(entry, scenario, created, changed, started, process_ids) for entry in scenario.servers]
    certificates = issue(scenario, now, new_key)
    for entry in scenario.certificates:
        place(entry, certificates[entry.id], servers)
    for server in servers:
        give_own_certificates(server, certificates[server.name], certificates[f"WMSvc-{server.name}"])
    organization = OrganizationState(
        name=scenario.name,
        guid=_guid(scenario.guid),
        domain=scenario.domain,
        clock=lab_clock,
        internet=internet,
        accounts=_accounts(scenario, accounts),
        servers=servers,
        auth_config=_auth_config(scenario, certificates, now, created),
        named_certificates={entry.id: certificates[entry.id] for entry in scenario.certificates},
        push_proxy=PushProxy(
            name="OnPrem-Proxy",
            created=created,
            changed=changed,
            enabled=scenario.push_proxy.enabled,
            organization=scenario.push_proxy.organization,
            uri=scenario.push_proxy.uri,
        ),
        auth_servers=[_auth_server(entry, internet, created, changed) for entry in scenario.auth_servers],
        partner_applications=_partner_applications(scenario, created, changed),
        accepted_domains=[
            AcceptedDomain(name=d.name, default=d.default, type=d.type, created=created, changed=changed)
            for d in scenario.accepted_domains
        ],
        hybrid=_hybrid(scenario, created, changed),
        setting_overrides=_setting_overrides(scenario, created, changed),
        timing=Timing(
            scenario.hm_start_seconds,
            scenario.distribution_seconds,
            scenario.site_distribution_seconds,
            scenario.rollover_seconds,
            scenario.rpc_seconds,
        ),
        show_push_notification_app=scenario.show_push_notification_app,
        shells=scenario.shells,
        executing_server=scenario.executing_server,
        utc_offset=timedelta(hours=scenario.utc_offset_hours),
        new_key=new_key,
        process_ids=process_ids,
    )
    organization.distribution.resume(organization)
    for server in servers:
        server.loaded = _loaded(organization, started)
        server.health_manager_ready = started
    executing = organization.find_server(scenario.executing_server)
    if scenario.executing_server and (executing is None or not executing.manages_certificates):
        raise wrong(_("“{name}” is no server that runs cmdlets").format(name=scenario.executing_server))
    return organization


def _guid(text: str) -> UUID:
    try:
        return UUID(text) if text else uuid4()
    except ValueError:
        raise wrong(_("“{text}” is no GUID").format(text=text)) from None


def _loaded(organization: OrganizationState, started: datetime) -> LoadedSettings:
    """What a health manager that started then goes by: where AuthConfig was changed later, as it was before."""
    settings, config = organization.settings(), organization.auth_config
    if config.changed <= started:
        return settings
    return replace(settings, auth_config=replace(config, current=config.previous or config.current))


def _accounts(scenario: OrganizationTable, accounts: Sequence[Account]) -> Sequence[Account]:
    """The accounts as given; with what [organization.account] says, where it says anything."""
    table = scenario.account
    known(table.role_groups, ROLE_GROUPS, "role group")
    if table == AccountTable():
        return tuple(accounts)
    values = {field.name: getattr(table, field.name) for field in fields(table)}
    values["without"] = frozenset(name.lower() for name in table.without)
    return tuple(replace(account, **values) for account in accounts)


def _server(
    entry: ServerTable,
    scenario: OrganizationTable,
    created: datetime,
    changed: datetime,
    started: datetime,
    process_ids: Iterable[int],
) -> Server:
    stopped = known(entry.stopped_services, SERVICES, "service")
    inactive = known(entry.inactive_components, COMPONENTS, "component")
    unhealthy = known(entry.unhealthy, HEALTH_SETS, "health set")
    pids = iter(process_ids)
    return Server(
        name=entry.name,
        domain=scenario.domain,
        version=version_of(entry.version),
        roles=known(entry.roles, ROLE_BITS, "role"),
        site=entry.site,
        edition=entry.edition,
        created=created,
        changed=changed,
        reachable=entry.reachable,
        internet=entry.internet,
        web_proxy=entry.web_proxy,
        clock_offset=timedelta(seconds=entry.clock_seconds),
        unhealthy=unhealthy,
        services={
            name: Service(name, started + timedelta(seconds=7 * place), next(pids), name not in stopped)
            for place, name in enumerate(SERVICES)
        },
        components=dict.fromkeys(inactive, "Inactive"),
    )


def _auth_config(
    scenario: OrganizationTable,
    certificates: Mapping[str, Certificate],
    now: datetime,
    created: datetime,
) -> AuthConfig:
    def thumbprint(name: str) -> str:
        if name in certificates:
            return certificates[name].thumbprint
        if not re.fullmatch(r"(?:[0-9A-Fa-f]{40})?", name):
            raise wrong(_("auth_config names the certificate “{name}”, which is not described").format(name=name))
        return name.upper()

    entry = scenario.auth_config
    return AuthConfig(
        name="Auth Configuration",
        created=created,
        changed=now + timedelta(days=entry.changed_days),
        current=thumbprint(entry.current),
        previous=thumbprint(entry.previous),
        next=thumbprint(entry.next),
        next_effective=now + timedelta(days=entry.next_effective_days) if entry.next else None,
        realm=entry.realm,
        service_name=entry.service_name,
    )


ISSUERS = {"MicrosoftACS": ACS, "AzureAD": "https://sts.windows.net/{realm}/", "ADFS": "https://adfs.example/{realm}"}
TOKEN_ENDPOINTS = {
    "MicrosoftACS": "https://accounts.accesscontrol.windows.net/{realm}/tokens/OAuth/2",
    "AzureAD": "https://login.windows.net/common/oauth2/token",
    "ADFS": "https://adfs.example/adfs/oauth2/token",
}
"""The first two are those of the Hybrid Configuration Wizard's auth servers (as Microsoft's HealthChecker has them)."""


def _auth_server(entry: AuthServerTable, internet: Internet, created: datetime, changed: datetime) -> AuthServer:
    plain = AuthServer(
        name=entry.name,
        created=created,
        changed=changed,
        type=entry.type,
        issuer=ISSUERS[entry.type].format(realm=entry.realm),
        realm=entry.realm,
        token_endpoint=entry.token_endpoint or (TOKEN_ENDPOINTS[entry.type].format(realm=entry.realm)),
        authorization_endpoint="https://login.windows.net/common/oauth2/authorize" if entry.type == "AzureAD" else "",
        metadata_url=entry.metadata_url,
        enabled=entry.enabled,
        application=entry.application,
        domains=entry.domains,
        default_authorization_endpoint=entry.default_authorization_endpoint,
    )
    if entry.realm:
        return plain
    if entry.type != "MicrosoftACS":
        raise wrong(_("auth server “{name}” of type {type} needs a realm").format(name=entry.name, type=entry.type))
    try:
        metadata = fetch_metadata(internet, entry.metadata_url)
    except Refused as refusal:
        raise wrong(_("auth server “{name}”: {error}").format(name=entry.name, error=refusal.message)) from None
    return replace(
        plain,
        issuer=metadata.issuer,
        realm=metadata.realm,
        token_endpoint=metadata.token_endpoint,
        authorization_endpoint=metadata.authorization_endpoint,
        certificates=metadata.certificates,
    )


def _partner_applications(
    scenario: OrganizationTable, created: datetime, changed: datetime
) -> list[PartnerApplication]:
    """Setup gives the account alone to Exchange Online."""
    account = f"{scenario.domain}/Users/Exchange Online-ApplicationAccount"
    return [
        PartnerApplication(
            name=entry.name,
            application=entry.application,
            enabled=entry.enabled,
            realm=entry.realm,
            linked_account=account if entry.name == "Exchange Online" else "",
            created=created,
            changed=changed,
        )
        for entry in scenario.partner_applications
    ]


def _setting_overrides(scenario: OrganizationTable, created: datetime, changed: datetime) -> list[SettingOverride]:
    return [
        SettingOverride(
            name=entry.name,
            component=entry.component,
            section=entry.section,
            parameters=entry.parameters,
            server=entry.server,
            reason=entry.reason,
            created=created,
            changed=changed,
        )
        for entry in scenario.setting_overrides
    ]


def _hybrid(scenario: OrganizationTable, created: datetime, changed: datetime) -> HybridConfiguration | None:
    entry = scenario.hybrid
    if entry is None:
        return None
    return HybridConfiguration(
        name="Hybrid Configuration",
        created=created,
        changed=changed,
        domains=entry.domains,
        features=entry.features,
        servers=entry.servers,
    )
