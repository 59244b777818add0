"""The endpoints of the organization's servers, as they start, restart and go away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final, Literal, TypeAlias, get_args

from pushtui.base.errors import UsageError
from pushtui.lab.faults import Faults
from pushtui.lab.kerberos import KerberosService
from pushtui.lab.organization.organization import Organization
from pushtui.lab.pki import Authority, TlsIdentity
from pushtui.lab.remoting.endpoint import Endpoint, Limits
from pushtui.lab.requests import RequestLog

Kind: TypeAlias = Literal["exchange", "exchange-kerberos", "windows", "windows-https"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Endpoints:
    """What each server that can be reached listens on, each on a port of its own.

    Exchange over https takes Basic, and with a KDC over http Kerberos, as real front ends do on ports 443 and 80;
    Windows takes Negotiate over http (5985) and https (5986).
    """

    def __init__(
        self,
        organization: Organization,
        authority: Authority,
        requests: RequestLog,
        faults: Faults,
        kerberos: KerberosService | None,
    ) -> None:
        self._organization = organization
        self._authority = authority
        self._requests = requests
        self._faults = faults
        self._kerberos = kerberos
        self._identities: dict[str, TlsIdentity] = {}
        self._running: dict[tuple[Kind, str], Endpoint] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start them all. Raises `UsageError` where no server can be reached."""
        with self._lock:
            for fqdn in self._reachable():
                self._identities[fqdn] = self._authority.issue([fqdn, "127.0.0.1", "localhost"])
                for kind in KINDS:
                    if kind != "exchange-kerberos" or self._kerberos is not None:
                        self._launch(kind, fqdn)
        if not self._running:
            raise UsageError("lab.no-server", "The scenario has no reachable Exchange server")

    def stop(self) -> None:
        """End them all, side by side: each waits for its listener to notice. Idempotent."""
        with self._lock:
            if self._running:
                with ThreadPoolExecutor(len(self._running)) as pool:
                    wait([pool.submit(endpoint.stop) for endpoint in self._running.values()])
            self._running.clear()

    def restart(self, fqdn: str) -> None:
        """End a server's endpoints with their shells, and start them on the same ports."""
        with self._lock:
            mine = [(kind, endpoint) for (kind, server), endpoint in self._running.items() if server == fqdn]
            if not mine:
                raise UsageError("lab.unknown-server", f"No endpoint of {fqdn} is running")
            for _kind, endpoint in mine:
                endpoint.stop()
            for kind, endpoint in mine:
                self._launch(kind, fqdn, endpoint.port)

    def withdraw(self) -> None:
        """A server that can no longer be reached stops listening (and stays away)."""
        with self._lock:
            reachable = set(self._reachable())
            for (_kind, fqdn), endpoint in self._running.items():
                if fqdn not in reachable:
                    endpoint.stop()

    def ports(self, kind: Kind) -> dict[str, int]:
        """Server → port."""
        with self._lock:
            return {fqdn: endpoint.port for (each, fqdn), endpoint in self._running.items() if each == kind}

    def urls(self, kind: Kind) -> dict[str, str]:
        """Server → URL."""
        with self._lock:
            return {fqdn: endpoint.url for (each, fqdn), endpoint in self._running.items() if each == kind}

    def shells(self) -> dict[str, dict[str, int]]:
        """Side → user → open shells."""
        with self._lock:
            endpoints = list(self._running.values())
        counts: dict[str, dict[str, int]] = {"exchange": {}, "windows": {}}
        for endpoint in endpoints:
            users = counts[endpoint.host.side]
            for user, shells in endpoint.shells.by_user().items():
                users[user] = users.get(user, 0) + shells
        return counts

    def _reachable(self) -> Iterator[str]:
        return (server.fqdn for server in self._organization.servers if server.offers_powershell)

    def _launch(self, kind: Kind, fqdn: str, port: int = 0) -> None:
        on_exchange = kind in ("exchange", "exchange-kerberos")
        server = self._organization.server(fqdn)
        endpoint = Endpoint(
            self._organization.exchange_host(fqdn) if on_exchange else self._organization.windows_host(fqdn),
            tls=self._identities[fqdn] if kind in ("exchange", "windows-https") else None,
            schemes=("Basic",) if kind == "exchange" else ("Negotiate",),
            path="/PowerShell" if on_exchange else "/wsman",
            requests=self._requests,
            faults=self._faults,
            limits=Limits(shells=self._organization.state.shells) if on_exchange else Limits(),
            kerberos=self._kerberos,
            port=port,
            clock=lambda: self._organization.state.time_on(server).timestamp(),
        )
        self._running[kind, fqdn] = endpoint
        endpoint.start()
