"""The true state as JSON, and a test's changes to it: what the control endpoint offers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from pushtui.base.tables import read_table
from pushtui.base.values import replace
from pushtui.lab.organization.certificate import StoredCertificate
from pushtui.lab.organization.checks import known, version_of, wrong
from pushtui.lab.organization.directory import AuthServer
from pushtui.lab.organization.roles import ROLE_GROUPS
from pushtui.lab.organization.server import COMPONENTS, SERVICES, Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.tables import OrganizationChange, ServerChange
from pushtui.lab.organization.task import thumbprint_of


def snapshot(organization: OrganizationState) -> dict[str, Any]:
    """Everything a test may want to know, as JSON values."""
    with organization.current() as now:
        config, proxy = organization.auth_config, organization.push_proxy
        return {
            "now": now.isoformat(),
            "name": organization.name,
            "servers": [_server(server, now) for server in organization.servers],
            "auth_config": {
                "current": config.current,
                "previous": config.previous,
                "next": config.next,
                "next_effective": _date(config.next_effective),
                "realm": config.realm,
                "service_name": config.service_name,
            },
            "auth_servers": [_auth_server(server) for server in organization.auth_servers],
            "partner_applications": [
                {"name": p.name, "application": p.application, "enabled": p.enabled, "realm": p.realm}
                for p in organization.partner_applications
            ],
            "push_proxy": {"enabled": proxy.enabled, "organization": proxy.organization, "uri": proxy.uri},
            "accepted_domains": [{"name": d.name, "default": d.default} for d in organization.accepted_domains],
            "hybrid": organization.hybrid is not None,
            "distribution": organization.distribution.pending(),
            "executing_server": organization.executing_server,
        }


def _server(server: Server, now: datetime) -> dict[str, Any]:
    return {
        "name": server.name,
        "fqdn": server.fqdn,
        "version": server.version_text,
        "roles": server.roles_text,
        "site": server.site,
        "reachable": server.reachable,
        "internal_transport": server.internal_transport,
        "certificates": [_certificate(stored, now) for stored in server.store.values()],
        "services": {
            service.name: {"running": service.running, "started": service.started.isoformat()}
            for service in server.services.values()
        },
        "inactive_components": sorted(name for name, state in server.components.items() if state != "Active"),
    }


def _certificate(stored: StoredCertificate, now: datetime) -> dict[str, Any]:
    certificate = stored.certificate
    return {
        "thumbprint": certificate.thumbprint,
        "sha256": hashlib.sha256(certificate.der).hexdigest(),
        "subject": certificate.subject,
        "subject_key_identifier": certificate.subject_key_identifier,
        "friendly_name": certificate.friendly_name,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "key_size": certificate.key_size,
        "status": certificate.status(now),
        "has_private_key": certificate.key is not None,
        "exportable": certificate.exportable,
        "services": stored.services_text,
    }


def _auth_server(server: AuthServer) -> dict[str, Any]:
    return {
        "name": server.name,
        "type": server.type,
        "issuer": server.issuer,
        "realm": server.realm,
        "token_endpoint": server.token_endpoint,
        "metadata_url": server.metadata_url,
        "enabled": server.enabled,
    }


def _date(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def change(organization: OrganizationState, patch: Mapping[str, Any]) -> None:
    """Apply a test's change (`OrganizationChange`); `UsageError` on anything unknown, before anything is changed."""
    wanted = read_table(OrganizationChange, patch, "the change of the organization")
    _check(organization, wanted)
    if wanted.advance_seconds is not None:
        organization.advance(wanted.advance_seconds)
    with organization.current() as now:
        for name, server_change in (wanted.servers or {}).items():
            _change_server(organization, name, server_change)
        if wanted.auth_config is not None:
            given = _given(wanted.auth_config)
            days = given.pop("next_effective_days", None)
            for key in {"current", "previous", "next"} & given.keys():
                given[key] = thumbprint_of(given[key])
            if days is not None:
                given["next_effective"] = now + timedelta(days=days)
            elif given.get("next") == "":
                given["next_effective"] = None
            organization.auth_config = replace(organization.auth_config, **given)
        if wanted.push_proxy is not None:
            organization.push_proxy = replace(organization.push_proxy, changed=now, **_given(wanted.push_proxy))
        _change_directory(organization, wanted, now)
        _change_settings(organization, wanted)


def _given(table: Any) -> dict[str, Any]:
    values = {field.name: getattr(table, field.name) for field in fields(table)}
    return {name: value for name, value in values.items() if value is not None}


def _check(organization: OrganizationState, wanted: OrganizationChange) -> None:
    names = [server.name for server in organization.servers]
    known(wanted.servers or (), names, "server")
    known(filter(None, [wanted.executing_server]), names, "server")
    known(wanted.auth_servers or (), [a.name for a in organization.auth_servers], "auth server")
    known(wanted.partner_applications or (), [p.name for p in organization.partner_applications], "partner application")
    if wanted.account is not None:
        known(wanted.account.role_groups or (), ROLE_GROUPS, "role group")
    for entry in (wanted.servers or {}).values():
        known((*entry.stop_services, *entry.restart_services), SERVICES, "service")
        known(entry.components or (), COMPONENTS, "component")
        known((entry.components or {}).values(), ("Active", "Inactive", "Draining"), "component state")
        if entry.version is not None:
            version_of(entry.version)


def _change_server(organization: OrganizationState, name: str, entry: ServerChange) -> None:
    server = organization.find_server(name)
    if server is None:
        raise wrong(name)
    server.reachable = server.reachable if entry.reachable is None else entry.reachable
    server.version = version_of(entry.version) if entry.version else server.version
    server.site = entry.site or server.site
    server.components.update(entry.components or {})
    for thumbprint in entry.remove_certificates:
        server.store.pop(thumbprint_of(thumbprint), None)
    for service in entry.stop_services:
        server.services[service].running = False
    for service in entry.restart_services:
        organization.restart(server, service)


def _change_directory(organization: OrganizationState, wanted: OrganizationChange, now: datetime) -> None:
    for name, entry in (wanted.auth_servers or {}).items():
        found = organization.find_auth_server(name)
        if found is None:
            continue
        given = _given(entry)
        if given.pop("remove"):
            organization.auth_servers.remove(found)
        else:
            organization.replace_auth_server(found, replace(found, changed=now, **given))
    enabled = wanted.partner_applications or {}
    organization.partner_applications = [
        replace(p, enabled=enabled[p.name], changed=now) if p.name in enabled else p
        for p in organization.partner_applications
    ]


def _change_settings(organization: OrganizationState, wanted: OrganizationChange) -> None:
    if wanted.account is not None:
        given = _given(wanted.account)
        organization.accounts = tuple(replace(account, **given) for account in organization.accounts)
    timing = organization.timing
    if wanted.hm_start_seconds is not None:
        timing.hm_start = wanted.hm_start_seconds
    if wanted.distribution_seconds is not None:
        timing.distribution = wanted.distribution_seconds
    if wanted.site_distribution_seconds is not None:
        timing.site_distribution = wanted.site_distribution_seconds
    if wanted.executing_server is not None:
        organization.executing_server = wanted.executing_server
    if wanted.show_push_notification_app is not None:
        organization.show_push_notification_app = wanted.show_push_notification_app
