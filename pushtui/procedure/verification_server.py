"""Which server the probe runs on. The probe lives in the health manager of servers with the Mailbox role."""

from __future__ import annotations

from pushtui.base.values import frozen
from pushtui.procedure import builds, servers
from pushtui.procedure.certificate_state import executing_server, same_host
from pushtui.procedure.model import Facts
from pushtui.procedure.records import ServerRecord


@frozen
class Choice:
    """The server, or the name of the wanted one that will not do."""

    server: ServerRecord | None
    why: str = ""
    """`chosen`, `connected`, `site` or `first`."""
    wanted: str = ""


def choose(facts: Facts) -> Choice | None:
    """The profile's choice; else the server that we talk to; else one of its site; else the first. None: no server."""
    everyone = servers.all_servers(facts)
    able = [server for server in everyone if suits(server)]
    wanted = facts.inputs.verification_server.strip()
    if wanted:
        return Choice(next((it for it in able if same_host(it.fqdn, wanted)), None), "chosen", wanted)
    if not able:
        return None
    # The profile may name an address or an alias; the server that executes is the next best.
    for name in (facts.inputs.exchange_server, executing_server(facts)):
        connected = next((it for it in everyone if same_host(it.fqdn, name)), None)
        if connected is None:
            continue
        if connected in able:
            return Choice(connected, "connected")
        near = next((it for it in able if it.site and it.site.lower() == connected.site.lower()), None)
        if near is not None:
            return Choice(near, "site")
    return Choice(able[0], "first")


def suits(server: ServerRecord) -> bool:
    """Whether a server can run the probe."""
    return server.is_mailbox and not server.is_edge and not builds.is_legacy(server.version)
