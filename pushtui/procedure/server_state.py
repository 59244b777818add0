"""Each server as its own answers show it: whether it can be reached, what runs on it, what is taken out of service.

All of a server's reads go out as one pipeline (`pushtui.procedure.questions.server_store` first), by way of the server
that we talk to. Over the Exchange endpoint nobody says whether MSExchangeHM runs: ``Test-ServiceHealth`` does not list
it. But ``Get-ServerHealth`` is answered by it, so its silence tells; the Windows endpoint, where it is enabled, is
asked only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pushtui.base.values import frozen
from pushtui.procedure import builds, questions
from pushtui.procedure.model import Answer, ExchangeRead, Facts, Failure, Query
from pushtui.procedure.reading import Reading, read
from pushtui.procedure.records import (
    ComponentStateRecord,
    MonitorRecord,
    ServerRecord,
    ServiceHealthRecord,
    ServiceRecord,
)

NEEDED = (questions.HEALTH_MANAGER_SERVICE, questions.SERVICE_HOST)
"""The services without which the probe, or the certificate's distribution, does not work."""
RUNNING, STOPPED = "Running", "Stopped"


@frozen
class ServerState:
    """What a server's answers say; what was not asked or not answered is None, or left out."""

    server: ServerRecord
    answers: Mapping[ExchangeRead, Answer]
    """Those that are there."""
    services: Mapping[str, str]
    """Of `NEEDED`: name → `Running`, `Stopped` or another state."""
    component: ComponentStateRecord | None
    monitors: tuple[MonitorRecord, ...]
    silence: Failure | None
    """Why its health manager did not answer, while the server itself does."""

    @property
    def unreachable(self) -> Failure | None:
        """Why nothing at all could be read from it, where that is so. What this account may not ask tells nothing."""
        telling = [answer.failure for answer in self.answers.values() if not is_denied(answer.failure)]
        return telling[0] if telling and all(telling) else None

    @property
    def in_service(self) -> bool:
        """Whether everything that was asked was answered, and well."""
        return (
            all(answer.failure is None for answer in self.answers.values())
            and all(self.services.get(name, RUNNING) == RUNNING for name in NEEDED)
            and self.component is not None
            and self.component.state.lower() == "active"
            and not any(monitor.alarming for monitor in self.monitors)
        )


def queries(facts: Facts, server: ServerRecord) -> Iterable[Query]:
    """What one server is asked, and its Windows endpoint where that can tell more."""
    yield from asked_of(server)
    yield questions.process_info(server.fqdn)
    if facts.inputs.windows_endpoint and state(facts, server).silence is not None:
        yield questions.services(server.fqdn)


def asked_of(server: ServerRecord) -> Iterable[ExchangeRead]:
    """One pipeline. A version without the push proxy knows neither its component nor its monitors, and
    ``Test-ServiceHealth`` does not support a Client Access server of 2013 (its documentation)."""
    yield questions.server_store(server.fqdn)
    if builds.can_proxy(server.version):
        yield questions.component_state(server.fqdn)
        if server.is_mailbox:
            yield questions.service_health(server.fqdn)
            yield questions.server_health(server.fqdn)


def state(facts: Facts, server: ServerRecord) -> ServerState:
    """The server as far as it is known."""
    fqdn = server.fqdn
    answers = {query: facts.answers[query] for query in asked_of(server) if query in facts.answers}
    monitors = read(facts, questions.server_health(fqdn), MonitorRecord.from_properties)
    return ServerState(
        server,
        answers,
        _services(facts, fqdn, monitors),
        read(facts, questions.component_state(fqdn), ComponentStateRecord.from_properties).first,
        monitors.items,
        _silence(answers, questions.server_health(fqdn)),
    )


def service_reads(facts: Facts, fqdn: str) -> tuple[Query, ...]:
    """Those that tell of the services of a server, as far as they were asked."""
    reads: tuple[Query, ...] = (
        questions.service_health(fqdn), questions.server_health(fqdn), questions.services(fqdn)
    )  # fmt: skip
    return tuple(query for query in reads if query in facts.answers)


def is_denied(failure: Failure | None) -> bool:
    """Whether this is about what our account may ask, or how much, and not about the server."""
    return failure is not None and failure.code.endswith((".access-denied", ".missing-role", ".quota"))


def _services(facts: Facts, fqdn: str, monitors: Reading[MonitorRecord]) -> dict[str, str]:
    """The states of the needed services, from whoever tells them best."""
    result: dict[str, str] = {}
    for role in read(facts, questions.service_health(fqdn), ServiceHealthRecord.from_properties).items:
        result.update({_name(name): RUNNING for name in role.running if _name(name)})
        result.update({_name(name): STOPPED for name in role.not_running if _name(name)})
    if questions.server_health(fqdn) in facts.answers and not monitors.failed:
        result[questions.HEALTH_MANAGER_SERVICE] = RUNNING
    answer = facts.answers.get(questions.services(fqdn))
    if answer is not None:
        for service in read(facts, questions.services(fqdn), ServiceRecord.from_properties).items:
            if _name(service.name):
                result[_name(service.name)] = service.status
    return result


def _name(service: str) -> str:
    """The needed service that is meant, in the case that we write; empty for any other."""
    return next((name for name in NEEDED if name.lower() == service.strip().lower()), "")


def _silence(answers: Mapping[ExchangeRead, Answer], asked: ExchangeRead) -> Failure | None:
    """Why the health manager did not answer; None where it did, or where nobody else on that server does either."""
    answer = answers.get(asked)
    if answer is None or answer.failure is None or is_denied(answer.failure):
        return None
    others = [other for query, other in answers.items() if query != asked and not is_denied(other.failure)]
    return answer.failure if any(other.failure is None for other in others) else None
