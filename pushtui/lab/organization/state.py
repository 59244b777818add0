"""The one truth of the organization: everything the cmdlets read and change is here."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.certificate import Certificate, StoredCertificate
from pushtui.lab.organization.clock import LabClock
from pushtui.lab.organization.directory import (
    AcceptedDomain,
    AuthConfig,
    AuthServer,
    HybridConfiguration,
    PartnerApplication,
    PushProxy,
    SettingOverride,
)
from pushtui.lab.organization.distribution import Distribution
from pushtui.lab.organization.server import HEALTH_MANAGER, SERVICE_HOST, LoadedSettings, Server

if TYPE_CHECKING:
    import requests


class Internet(Protocol):
    """What an Exchange server's outbound HTTPS is."""

    def session(self) -> requests.Session:
        """A new session through the lab's proxy that trusts the lab's authority."""


@dataclass(slots=True)
class Timing:
    """How long things take here; all in seconds."""

    hm_start: float = 2.0
    """From a restart of MSExchangeHM until probes are answered."""
    distribution: float = 3.0
    """From naming a certificate in AuthConfig until AuthAdmin has brought it to the servers of the same site."""
    site_distribution: float = 6.0
    """The same for the servers of other sites."""
    rollover: float = 12 * 3600.0
    """From the next certificate's effective date until AuthAdmin publishes it (it runs about every 12 hours)."""
    rpc: float = 0.0
    """How long a server that cannot be reached is tried."""


@dataclass(eq=False)
class OrganizationState:
    """The organization. Hold :meth:`current` while reading or changing it."""

    name: str
    domain: str
    clock: LabClock
    internet: Internet
    accounts: Sequence[Account]
    servers: list[Server]
    auth_config: AuthConfig
    push_proxy: PushProxy
    auth_servers: list[AuthServer] = field(default_factory=list)
    partner_applications: list[PartnerApplication] = field(default_factory=list)
    accepted_domains: list[AcceptedDomain] = field(default_factory=list)
    hybrid: HybridConfiguration | None = None
    setting_overrides: list[SettingOverride] = field(default_factory=list)
    guid: UUID = field(default_factory=uuid4)
    named_certificates: Mapping[str, Certificate] = field(default_factory=dict)
    """What the scenario calls them."""
    timing: Timing = field(default_factory=Timing)
    show_push_notification_app: bool = False
    shells: int = 18
    """Open sessions that one account may have on one server."""
    executing_server: str = ""
    """Name of the server on which every session runs; empty: the one connected to."""
    utc_offset: timedelta = timedelta(0)
    new_key: NewKey = new_rsa_key
    lock: threading.RLock = field(default_factory=threading.RLock)
    distribution: Distribution = field(default_factory=Distribution)
    process_ids: Iterator[int] = field(default_factory=lambda: itertools.count(4096, 4))

    @contextmanager
    def current(self) -> Iterator[datetime]:
        """The time, with the state locked and everything that was due by then done."""
        with self.lock:
            now = self.clock.now()
            self.distribution.settle(self, now)
            yield now

    @property
    def domain_controller(self) -> str:
        return f"dc01.{self.domain}"

    @property
    def domain_dn(self) -> str:
        return ",".join(f"DC={label}" for label in self.domain.split("."))

    @property
    def container(self) -> str:
        """Distinguished name of the Exchange organization."""
        return f"CN={self.name},CN=Microsoft Exchange,CN=Services,CN=Configuration,{self.domain_dn}"

    @property
    def schema_version(self) -> tuple[int, ...]:
        """The newest server's version: what the directory's schema was prepared for."""
        return max((server.version for server in self.servers), default=(15, 0, 0, 0))

    def local(self, moment: datetime) -> datetime:
        """The moment in the servers' time zone."""
        return moment.astimezone(timezone(self.utc_offset))

    def time_on(self, server: Server) -> datetime:
        """What that server's clock says, in UTC."""
        return self.clock.now() + server.clock_offset

    def find_server(self, identity: str) -> Server | None:
        """The server that a -Server or -Identity means."""
        return next((server for server in self.servers if server.answers_to(identity)), None)

    def find_auth_server(self, identity: str) -> AuthServer | None:
        wanted = identity.lower()
        return next((a for a in self.auth_servers if wanted in {a.name.lower(), str(a.guid)}), None)

    def replace_auth_server(self, old: AuthServer, new: AuthServer) -> None:
        self.auth_servers[self.auth_servers.index(old)] = new

    def settings(self) -> LoadedSettings:
        """What a service would read from the directory now."""
        return LoadedSettings(self.auth_config, tuple(self.auth_servers), self.push_proxy)

    def set_auth_config(self, new: AuthConfig, from_server: Server, *, immediate: bool = True) -> None:
        """Store AuthConfig; a new current or next certificate starts on its way to the servers that lack it."""
        old = self.auth_config
        named = {new.current if new.current != old.current else "", new.next if new.next != old.next else ""} - {""}
        self.auth_config = new
        for thumbprint in named:
            self.distribution.schedule(self, thumbprint, from_server, self.clock.now(), immediate=immediate)

    def restart(self, server: Server, service_name: str) -> None:
        """Restart a Windows service, with what that means for Exchange."""
        now = self.clock.now()
        service = server.services[service_name]
        service.started = now
        service.process_id = next(self.process_ids)
        service.running = True
        if service_name == HEALTH_MANAGER:
            server.loaded = self.settings()
            server.health_manager_ready = now + timedelta(seconds=self.timing.hm_start)
        elif service_name == SERVICE_HOST:
            self.distribution.servicelet_started(self, server, now)

    def current_certificate(self) -> Certificate | None:
        """The certificate that AuthConfig names, from whichever server has it."""
        stored: StoredCertificate | None = next(
            (s.store[self.auth_config.current] for s in self.servers if self.auth_config.current in s.store), None
        )
        return stored.certificate if stored else None

    def current_certificate_der(self) -> bytes | None:
        """Its DER; None where no server has the certificate that AuthConfig names."""
        certificate = self.current_certificate()
        return certificate.der if certificate else None

    def advance(self, seconds: float) -> None:
        """Let time pass in the organization (the tenant's clock is not moved)."""
        self.clock.advance(seconds)
