"""Step 2: every Exchange server is 2013 CU3 or later, answers, and is in service.

The versions decide about the rest of the chain. What one server's own answers add concerns that server alone, so
nothing waits for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import builds, clocks, questions, server_state
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Answer, Facts, Finding, Properties, Query, StepId
from pushtui.procedure.reading import Unreadable, complete, each
from pushtui.procedure.records import ServerRecord
from pushtui.procedure.server_state import ServerState

ID = StepId.SERVERS


def queries(facts: Facts) -> Iterable[Query]:
    yield questions.SERVERS
    for server in taking_part(facts):
        yield from server_state.queries(facts, server)


def all_servers(facts: Facts) -> tuple[ServerRecord, ...]:
    """Every server that was answered and understood."""
    return tuple(record for record in _read(facts) if isinstance(record, ServerRecord))


def taking_part(facts: Facts) -> tuple[ServerRecord, ...]:
    """The servers that hold the Auth certificate: neither Edge nor 2010, and with a role of its own."""
    return tuple(
        server
        for server in all_servers(facts)
        if not server.is_edge
        and not builds.is_legacy(server.version)
        and (server.is_mailbox or server.is_client_access)
    )


def findings(facts: Facts) -> Sequence[Finding]:
    """The versions as soon as they are known; what each server says of itself as it comes in."""
    answer = facts.answers.get(questions.SERVERS)
    if answer is None:
        return ()
    if answer.failure is not None:
        return (finding("servers.unreadable", "Get-ExchangeServer", failure=answer.failure),)
    result = [item for record in _read(facts) for item in _judge(record, facts)]
    if not any(item.code in {"servers.current", "servers.too-old", "servers.unreadable"} for item in result):
        result.append(finding("servers.none"))
    states = [server_state.state(facts, server) for server in taking_part(facts)]
    for state in states:
        result += _state(state, facts)
    result += _unread(states, facts)
    result += _ways_out(taking_part(facts))
    result += clocks.exchange(facts, [server.fqdn for server in all_servers(facts)])
    serving = sum(state.in_service for state in states)
    if serving and complete(facts, queries(facts)):
        result.append(finding("servers.in-service", observed=serving))
    return result


def actions(facts: Facts) -> Sequence[Action]:
    """None: updating a server is no remote command."""
    return ()


def _read(facts: Facts) -> tuple[ServerRecord | Unreadable, ...]:
    answer = facts.answers.get(questions.SERVERS)
    if answer is None or answer.failure is not None:
        return ()
    return each(answer, ServerRecord.from_properties)


def _name(properties: Properties) -> str:
    return str(properties.get("Fqdn") or properties.get("Name") or "?")


def _judge(record: ServerRecord | Unreadable, facts: Facts) -> Iterable[Finding]:
    if isinstance(record, Unreadable):
        yield finding("servers.unreadable", _name(record.properties), reason=record.reason)
        return
    version = record.version
    name, build = builds.name(version), builds.number(version)
    if record.is_edge:
        yield finding("servers.edge", record.fqdn, observed=name, build=build)
        return
    expected = builds.name(builds.GATE)
    if builds.is_legacy(version):
        yield finding("servers.legacy", record.fqdn, expected=expected, observed=name, build=build)
    elif not builds.can_proxy(version):
        yield finding("servers.too-old", record.fqdn, expected=expected, observed=name, build=build)
    else:
        yield finding("servers.current", record.fqdn, expected=expected, observed=name, build=build)
    ended = builds.support_ended(version, facts.now.date())
    if ended is not None:
        yield finding("servers.out-of-support", record.fqdn, observed=builds.product(version), since=ended.isoformat())


def _state(state: ServerState, facts: Facts) -> Iterable[Finding]:
    """What is wrong with one server, as far as it has answered."""
    fqdn, services = state.server.fqdn, state.services
    failure = state.unreachable
    if failure is not None:
        yield finding("servers.unreachable", fqdn, failure=failure, site=state.server.site)
        return
    for service, status in services.items():
        if status != server_state.RUNNING:
            yield finding(
                "servers.service-stopped", fqdn, expected=server_state.RUNNING, observed=status, service=service
            )
    if state.silence is not None and services.get(questions.HEALTH_MANAGER_SERVICE, "") in {"", server_state.RUNNING}:
        asking = facts.inputs.windows_endpoint and questions.services(fqdn) not in facts.answers
        if not asking:
            yield finding("servers.health-manager-silent", fqdn, failure=state.silence)
    component = state.component
    if component is not None and component.state.lower() != "active":
        yield finding(
            "servers.component-inactive",
            fqdn,
            expected="Active",
            observed=component.state,
            component="ServerWideOffline" if component.server_offline else component.component,
            requesters=", ".join(component.requesters),
        )
    for monitor in state.monitors:
        if monitor.alarming:
            yield finding(
                "servers.unhealthy", fqdn, expected="Healthy", observed=monitor.alert_value, monitor=monitor.name
            )


def _ways_out(taking_part: Sequence[ServerRecord]) -> Iterable[Finding]:
    """Servers without the web proxy that others of their site have: they may not get out at all.

    Whether a server does get out nothing that can be read tells: only the probe does.
    """
    for site in sorted({server.site for server in taking_part}):
        members = [server for server in taking_part if server.site == site]
        proxies = sorted({server.web_proxy for server in members if server.web_proxy})
        for server in members:
            if proxies and not server.web_proxy:
                yield finding("servers.web-proxy-missing", server.fqdn, expected=", ".join(proxies), site=site)


def _unread(states: Sequence[ServerState], facts: Facts) -> Iterable[Finding]:
    """What could not be asked of servers that do answer: one finding a cmdlet, however many servers there are."""
    failed: dict[str, list[Answer]] = {}
    for state in states:
        if state.unreachable is not None:
            continue
        clock = questions.process_info(state.server.fqdn)
        asked = {**state.answers, **({clock: facts.answers[clock]} if clock in facts.answers else {})}
        for query, answer in asked.items():
            silent = state.silence is not None and query == questions.server_health(state.server.fqdn)
            store = query == questions.server_store(state.server.fqdn)  # the certificate step says so
            if answer.failure is not None and not silent and not store:
                failed.setdefault(query.cmdlet.name, []).append(answer)
    for cmdlet, answers in failed.items():
        yield finding("servers.state-unreadable", cmdlet, observed=len(answers), failure=answers[0].failure)
