"""The organization as the rest of the lab sees it: endpoints to serve, a state to look at and to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pushtui.lab.organization.hosts import ExchangeHost, WindowsHost
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.snapshot import change, snapshot
from pushtui.lab.organization.state import OrganizationState


class Organization:
    """A living organization."""

    def __init__(self, state: OrganizationState) -> None:
        self.state = state

    @property
    def servers(self) -> Sequence[Server]:
        """All of them; serve endpoints for those that `offers_powershell`, and look again after a change."""
        return tuple(self.state.servers)

    def exchange_host(self, server: str) -> ExchangeHost:
        """The Exchange configuration of the server with that name; `KeyError` where there is none."""
        return ExchangeHost(self.state, self.server(server))

    def windows_host(self, server: str) -> WindowsHost:
        """The ordinary PowerShell configuration of that server; `KeyError` where there is none."""
        return WindowsHost(self.state, self.server(server))

    def server(self, name: str) -> Server:
        """The server with that name; `KeyError` where there is none."""
        server = self.state.find_server(name)
        if server is None:
            raise KeyError(name)
        return server

    def snapshot(self) -> dict[str, Any]:
        """The true state as JSON values."""
        return snapshot(self.state)

    def change(self, patch: Mapping[str, Any]) -> None:
        """A test's change behind everybody's back (`OrganizationChange`); `UsageError` where it cannot be."""
        change(self.state, patch)

    def advance(self, seconds: float) -> None:
        """Let time pass in the organization; the tenant's clock is not moved."""
        self.state.advance(seconds)

    def certificates(self) -> dict[str, bytes]:
        """The certificates of the scenario (DER) by what it calls them; `current` is the one that AuthConfig names."""
        named = {name: certificate.der for name, certificate in self.state.named_certificates.items()}
        current = self.current_certificate_der()
        return named | ({"current": current} if current else {})

    def current_certificate_der(self) -> bytes | None:
        """The certificate that AuthConfig names; None where no server has it."""
        return self.state.current_certificate_der()
