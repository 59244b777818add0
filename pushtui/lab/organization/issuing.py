"""The certificates of a scenario, with real keys, and the stores that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pushtui.base.words import _
from pushtui.lab.keys import NewKey
from pushtui.lab.organization.certificate import Certificate, StoredCertificate, self_signed
from pushtui.lab.organization.checks import known, wrong
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.tables import CertificateTable, OrganizationTable


def issue(scenario: OrganizationTable, now: datetime, new_key: NewKey) -> dict[str, Certificate]:
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
            sha1=entry.signature == "sha1",
        )
    except ValueError as error:
        raise wrong(_("certificate “{id}”: {error}").format(id=entry.id, error=error)) from None
    return made if entry.private_key else replace(made, key=None)


def place(entry: CertificateTable, certificate: Certificate, servers: Sequence[Server]) -> None:
    """Into the stores of the servers that have it."""
    names = {server.name for server in servers}
    wanted = names if "*" in entry.servers else known(entry.servers, names, "server")
    keyless = known(entry.without_key, names, "server")
    for server in servers:
        if server.name in wanted and (server.manages_certificates or "*" not in entry.servers):
            held = replace(certificate, key=None) if server.name in keyless else certificate
            server.store[certificate.thumbprint] = StoredCertificate(held, set(entry.services))


def give_own_certificates(server: Server, own: Certificate, web_management: Certificate) -> None:
    """What Setup and Windows made on it; the first is its default SMTP certificate."""
    server.store[own.thumbprint] = StoredCertificate(own, {"IMAP", "POP", "IIS", "SMTP"})
    server.store[web_management.thumbprint] = StoredCertificate(web_management)
    server.internal_transport = own.thumbprint
