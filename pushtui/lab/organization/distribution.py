"""AuthAdmin, the servicelet in MSExchangeServiceHost: brings the Auth certificate to every server, and rolls it over.

The delays are the lab's; that one reachable server with an exportable key is enough as a source, and that the servers
of the same site come first, is observed on Exchange 2013 CU23.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pushtui.base.values import replace
from pushtui.lab.organization.certificate import StoredCertificate
from pushtui.lab.organization.server import SERVICE_HOST, Server

if TYPE_CHECKING:
    from pushtui.lab.organization.state import OrganizationState


class Distribution:
    """What is on its way."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], datetime] = {}

    def schedule(
        self, organization: OrganizationState, thumbprint: str, origin: Server, now: datetime, *, immediate: bool
    ) -> None:
        """A certificate was named on `origin`; without `immediate` even its own site waits for the servicelet."""
        timing = organization.timing
        for server in organization.servers:
            if thumbprint in server.store or not server.manages_certificates:
                continue
            near = immediate and server.site == origin.site
            due = now + timedelta(seconds=timing.distribution if near else timing.site_distribution)
            self._due[server.name, thumbprint] = min(due, self._due.get((server.name, thumbprint), due))

    def resume(self, organization: OrganizationState) -> None:
        """What is on its way when the lab starts: to servers that lack a certificate which AuthConfig names.

        One that should have arrived long ago comes with the next run of the servicelet, if anything lets it.
        """
        config = organization.auth_config
        started, period = organization.clock.now(), timedelta(seconds=organization.timing.rollover)
        for thumbprint in filter(None, (config.current, config.next)):
            origin = next((server for server in organization.servers if thumbprint in server.store), None)
            if origin is None:
                continue
            self.schedule(organization, thumbprint, origin, config.changed, immediate=True)
            for key, due in self._due.items():
                if due + period < started and key[1] == thumbprint:
                    self._due[key] = started + period

    def servicelet_started(self, organization: OrganizationState, server: Server, now: datetime) -> None:
        """The servicelet looks at once for what its server lacks, and for a rollover whose time has come."""
        config = organization.auth_config
        for thumbprint in filter(None, (config.current, config.next)):
            if thumbprint not in server.store:
                self._due[server.name, thumbprint] = now + timedelta(seconds=organization.timing.distribution)
        if config.next_effective is not None and config.next_effective <= now:
            self._roll_over(organization, now)

    def pending(self) -> list[dict[str, str]]:
        """What is on its way, as JSON values."""
        return [
            {"server": server, "thumbprint": thumbprint, "due": due.isoformat()}
            for (server, thumbprint), due in sorted(self._due.items())
        ]

    def settle(self, organization: OrganizationState, now: datetime) -> None:
        """Do what is due; what cannot be done yet (server or source unreachable) stays on its way."""
        effective = organization.auth_config.next_effective
        if effective is not None and effective + timedelta(seconds=organization.timing.rollover) <= now:
            self._roll_over(organization, now)
        for (name, thumbprint), due in list(self._due.items()):
            server = organization.find_server(name)
            if server is None or thumbprint not in (organization.auth_config.current, organization.auth_config.next):
                del self._due[name, thumbprint]
                continue
            source = _source(organization, thumbprint)
            if due <= now and source is not None and server.reachable and server.runs(SERVICE_HOST):
                services = source.services & {"SMTP", "Federation"}
                server.store.setdefault(thumbprint, StoredCertificate(source.certificate, services))
                del self._due[name, thumbprint]

    def _roll_over(self, organization: OrganizationState, now: datetime) -> None:
        """Publish the next certificate; one that has expired meanwhile stays where it is."""
        config = organization.auth_config
        source = _source(organization, config.next)
        if not config.next or source is None or source.certificate.status(now) != "Valid":
            return
        if not any(server.reachable and server.runs(SERVICE_HOST) for server in organization.servers):
            return
        organization.auth_config = replace(
            config, current=config.next, previous=config.current, next="", next_effective=None, changed=now
        )


def _source(organization: OrganizationState, thumbprint: str) -> StoredCertificate | None:
    for server in organization.servers:
        stored = server.store.get(thumbprint)
        if stored and server.reachable and stored.certificate.exportable and stored.certificate.key:
            return stored
    return None
