"""Step 2: every Exchange server is 2013 CU3 or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import builds, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Facts, Finding, Properties, Query, StepId
from pushtui.procedure.reading import Unreadable, each
from pushtui.procedure.records import ServerRecord

ID = StepId.SERVERS


def queries(facts: Facts) -> Iterable[Query]:
    yield questions.SERVERS


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
    answer = facts.answers.get(questions.SERVERS)
    if answer is None:
        return ()
    if answer.failure is not None:
        return (finding("servers.unreadable", "Get-ExchangeServer", failure=answer.failure),)
    result = [item for record in _read(facts) for item in _judge(record, facts)]
    if not any(item.code in {"servers.current", "servers.too-old", "servers.unreadable"} for item in result):
        result.append(finding("servers.none"))
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
