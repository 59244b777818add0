"""From the scenario's [organization] table to a living organization with real keys."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from pushtui.base.clock import Clock, SystemClock
from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.base.words import _
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.acs import fetch_metadata
from pushtui.lab.organization.certificate import Certificate, NewKey, StoredCertificate, new_rsa_key, self_signed
from pushtui.lab.organization.clock import LabClock
from pushtui.lab.organization.directory import (
    AcceptedDomain,
    AuthConfig,
    AuthServer,
    HybridConfiguration,
    PartnerApplication,
    PushProxy,
)
from pushtui.lab.organization.errors import Refused
from pushtui.lab.organization.roles import ROLE_GROUPS
from pushtui.lab.organization.server import COMPONENTS, ROLE_BITS, SERVICES, Server, Service
from pushtui.lab.organization.state import Internet, OrganizationState, Timing
from pushtui.lab.organization.tables import (
    AccountTable,
    AuthServerTable,
    CertificateTable,
    OrganizationTable,
    ServerTable,
)

WHERE = "[organization]"


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
    certificates = _certificates(scenario, now, new_key)
    for entry in scenario.certificates:
        _place(entry, certificates[entry.id], servers)
    for server in servers:
        _give_own_certificates(server, certificates[server.name], certificates[f"WMSvc-{server.name}"])
    organization = OrganizationState(
        name=scenario.name,
        domain=scenario.domain,
        clock=lab_clock,
        internet=internet,
        accounts=_accounts(scenario, accounts),
        servers=servers,
        auth_config=_auth_config(scenario, certificates, now, created, changed),
        push_proxy=PushProxy(
            name="OnPrem-Proxy",
            created=created,
            changed=changed,
            enabled=scenario.push_proxy.enabled,
            organization=scenario.push_proxy.organization,
            uri=scenario.push_proxy.uri,
        ),
        auth_servers=[_auth_server(entry, internet, created, changed) for entry in scenario.auth_servers],
        partner_applications=[
            PartnerApplication(
                name=p.name,
                application=p.application,
                enabled=p.enabled,
                realm=p.realm,
                linked_account=f"{scenario.domain}/Users/{p.name}-ApplicationAccount"
                if p.name == "Exchange Online"
                else "",
                created=created,
                changed=changed,
            )
            for p in scenario.partner_applications
        ],
        accepted_domains=[
            AcceptedDomain(name=d.name, default=d.default, type=d.type, created=created, changed=changed)
            for d in scenario.accepted_domains
        ],
        hybrid=_hybrid(scenario, created, changed),
        timing=Timing(
            scenario.hm_start_seconds,
            scenario.distribution_seconds,
            scenario.site_distribution_seconds,
            scenario.rollover_seconds,
        ),
        show_push_notification_app=scenario.show_push_notification_app,
        shells=scenario.shells,
        executing_server=scenario.executing_server,
        utc_offset=timedelta(hours=scenario.utc_offset_hours),
        new_key=new_key,
        process_ids=process_ids,
    )
    for server in servers:
        server.loaded = organization.settings()
        server.health_manager_ready = started
    executing = organization.find_server(scenario.executing_server)
    if scenario.executing_server and (executing is None or not executing.manages_certificates):
        raise wrong(_("“{name}” is no server that runs cmdlets").format(name=scenario.executing_server))
    return organization


def wrong(text: str) -> UsageError:
    """A scenario that cannot be."""
    return UsageError("lab.scenario", f"{WHERE}: {text}")


def version_of(text: str) -> tuple[int, int, int, int]:
    """``15.2.1748.10`` as numbers."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)\.(\d+)", text)
    if not match:
        raise wrong(_("“{text}” is no version such as 15.2.1748.10").format(text=text))
    major, minor, build_number, revision = (int(part) for part in match.groups())
    return major, minor, build_number, revision


def known(names: Iterable[str], choices: Iterable[str], what: str) -> frozenset[str]:
    """The names, if all are known."""
    found, allowed = frozenset(names), frozenset(choices)
    if found - allowed:
        raise wrong(
            _("unknown {what} “{name}”; known: {known}").format(
                what=what, name=min(found - allowed), known=", ".join(sorted(allowed))
            )
        )
    return found


def _accounts(scenario: OrganizationTable, accounts: Sequence[Account]) -> Sequence[Account]:
    """The accounts as given; with what [organization.account] says, where it says anything."""
    table = scenario.account
    known(table.role_groups, ROLE_GROUPS, "role group")
    if table == AccountTable():
        return tuple(accounts)
    values = {field.name: getattr(table, field.name) for field in fields(table)}
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
        services={
            name: Service(name, started + timedelta(seconds=7 * place), next(pids), name not in stopped)
            for place, name in enumerate(SERVICES)
        },
        components=dict.fromkeys(inactive, "Inactive"),
    )


def _certificates(scenario: OrganizationTable, now: datetime, new_key: NewKey) -> dict[str, Certificate]:
    """Every certificate of the scenario and the two of each server's own, made side by side: keys take time."""
    tables = {entry.id: entry for entry in scenario.certificates}
    if len(tables) != len(scenario.certificates):
        raise wrong(_("two certificates have the same id"))
    for server in scenario.servers:
        fqdn = f"{server.name}.{scenario.domain}"
        tables[server.name] = CertificateTable(
            server.name, f"CN={server.name}", "Microsoft Exchange", domains=(server.name, fqdn)
        )
        tables[f"WMSvc-{server.name}"] = CertificateTable("", f"CN=WMSvc-{server.name}", "WMSVC", exportable=False)
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(new_key, (entry.key_size for entry in tables.values())))
    return {name: _certificate(entry, now, key) for (name, entry), key in zip(tables.items(), keys, strict=True)}


def _certificate(entry: CertificateTable, now: datetime, key: Any) -> Certificate:
    try:
        made = self_signed(
            entry.subject,
            now + timedelta(days=entry.not_before_days),
            now + timedelta(days=entry.not_after_days),
            key=key,
            friendly_name=entry.friendly_name,
            domains=entry.domains,
            exportable=entry.exportable,
            subject_key_identifier=bytes.fromhex(entry.subject_key_identifier) or None,
            trouble="" if entry.status == "Valid" else entry.status,
        )
    except ValueError as error:
        raise wrong(_("certificate “{id}”: {error}").format(id=entry.id, error=error)) from None
    return made if entry.private_key else replace(made, key=None)


def _place(entry: CertificateTable, certificate: Certificate, servers: Sequence[Server]) -> None:
    names = {server.name for server in servers}
    wanted = names if "*" in entry.servers else known(entry.servers, names, "server")
    for server in servers:
        if server.name in wanted and (server.manages_certificates or "*" not in entry.servers):
            server.store[certificate.thumbprint] = StoredCertificate(certificate, set(entry.services))


def _give_own_certificates(server: Server, own: Certificate, web_management: Certificate) -> None:
    """What Setup and Windows made on it; the first is its default SMTP certificate."""
    server.store[own.thumbprint] = StoredCertificate(own, {"IMAP", "POP", "IIS", "SMTP"})
    server.store[web_management.thumbprint] = StoredCertificate(web_management)
    server.internal_transport = own.thumbprint


def _auth_config(
    scenario: OrganizationTable,
    certificates: Mapping[str, Certificate],
    now: datetime,
    created: datetime,
    changed: datetime,
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
        changed=changed,
        current=thumbprint(entry.current),
        previous=thumbprint(entry.previous),
        next=thumbprint(entry.next),
        next_effective=now + timedelta(days=entry.next_effective_days) if entry.next else None,
        realm=entry.realm,
    )


def _auth_server(entry: AuthServerTable, internet: Internet, created: datetime, changed: datetime) -> AuthServer:
    plain = AuthServer(
        name=entry.name,
        created=created,
        changed=changed,
        type=entry.type,
        realm=entry.realm,
        token_endpoint=entry.token_endpoint
        or (f"https://accounts.accesscontrol.windows.net/{entry.realm}/tokens/OAuth/2" if entry.realm else ""),
        metadata_url=entry.metadata_url,
        enabled=entry.enabled,
    )
    if entry.realm:
        return plain
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
