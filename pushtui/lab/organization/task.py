"""What the cmdlets have in common: how one becomes a `CmdletSpec`, and how it finds the server it is meant for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from pushtui.lab.organization.errors import Refused, not_found, unreachable
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.remoting.cmdlet import CmdletSpec, Invocation, Parameter

Run: TypeAlias = Callable[[OrganizationState, Invocation, Mapping[str, Any]], None]

DOMAIN_CONTROLLER = Parameter("DomainController")
"""Accepted by nearly every task; this organization has one domain controller."""


def task(
    organization: OrganizationState,
    name: str,
    class_name: str,
    run: Run,
    parameters: tuple[Parameter, ...] = (),
    *,
    default_set: str = "",
    confirms: Literal["never", "supports", "asks"] = "never",
    writes: bool = False,
) -> CmdletSpec:
    """The cmdlet; what `run` raises as `Refused` becomes a record in the error stream."""

    def call(invocation: Invocation, bound: Mapping[str, Any]) -> None:
        try:
            run(organization, invocation, bound)
        except Refused as refusal:
            if refusal.no_answer:
                invocation.wait(organization.timing.rpc)
            invocation.error(refusal.spec(class_name))

    return CmdletSpec(name, call, parameters, default_set, confirms, writes)


def executing_server(organization: OrganizationState, invocation: Invocation) -> Server:
    """The server that runs the cmdlet."""
    server = organization.find_server(invocation.server)
    if server is None:
        raise not_found(invocation.server, organization.domain_controller)
    return server


def target_server(organization: OrganizationState, invocation: Invocation, identity: str | None) -> Server:
    """The server that -Server names, reached by RPC; the executing one without it."""
    here = executing_server(organization, invocation)
    if not identity:
        return here
    server = organization.find_server(identity)
    if server is None:
        raise not_found(identity, organization.domain_controller)
    if server is not here and not (server.reachable and server.manages_certificates):
        raise unreachable(server.fqdn)
    return server


def thumbprint_of(text: str) -> str:
    """A thumbprint as Exchange stores it: in capitals, without what is no hexadecimal digit (blanks, colons)."""
    return "".join(letter for letter in text.upper() if letter in "0123456789ABCDEF")
