"""Step 1: the domain is verified in a directory that has Exchange Online and the service principal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pushtui.procedure import clocks, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Facts, Failure, Finding, Query, StepId
from pushtui.procedure.reading import complete, is_absence, read
from pushtui.procedure.records import AcceptedDomainRecord, DomainRecord, ServicePrincipalRecord, TenantRecord

ID = StepId.TENANT

ASIDE: frozenset[Query] = frozenset({questions.ACCEPTED_DOMAINS})
"""Asked only to say more: whether this is the tenant of the organization."""

_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")


_APPLICATION_UNKNOWN = "AADSTS700016"
"""Entra's error for an application that a directory has no service principal of."""


def is_domain(text: str) -> bool:
    """Whether this reads as a DNS domain of two labels or more."""
    return _DOMAIN.fullmatch(text.strip().lower()) is not None


def tenant_id(facts: Facts) -> str:
    """The tenant id (lower case) that discovery gave for the domain; empty while it is not known."""
    answer = facts.answers.get(questions.discovery(facts))
    if answer is None or answer.failure is not None or not answer.objects:
        return ""
    return str(answer.objects[0].get("tenant_id") or "").lower()


def queries(facts: Facts) -> Iterable[Query]:
    """Discovery needs no sign-in; Graph is asked once a directory is known."""
    if not is_domain(facts.inputs.tenant_domain):
        return
    yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.ORGANIZATION
        yield questions.DOMAINS
        yield questions.service_principal(facts)
    yield questions.ACCEPTED_DOMAINS


def findings(facts: Facts) -> Sequence[Finding]:
    domain = facts.inputs.tenant_domain.strip().lower()
    if not domain:
        return (finding("tenant.domain-missing"),)
    if not is_domain(domain):
        return (finding("tenant.domain-malformed", domain, observed=facts.inputs.tenant_domain),)
    if not complete(facts, (query for query in queries(facts) if query not in ASIDE)):
        return ()
    directory = tenant_id(facts)
    if not directory:
        failure = facts.answers[questions.discovery(facts)].failure
        code = "tenant.not-found" if is_absence(failure) else "tenant.unreadable"
        return (finding(code, domain, failure=failure),)
    stranger = _unknown_application(facts)
    if stranger is not None:
        return (
            finding("tenant.found", domain, observed=directory),
            finding("tenant.application-unknown", domain, observed=directory, failure=stranger),
            *clocks.tenant(facts),
        )
    return (
        finding("tenant.found", domain, observed=directory),
        *_organization(facts, domain, directory),
        *_domain(facts, domain),
        *_service_principal(facts),
        *_shared(facts, domain),
        *clocks.tenant(facts),
    )


def actions(facts: Facts) -> Sequence[Action]:
    """None: enrolling is a person's decision."""
    return ()


def _unknown_application(facts: Facts) -> Failure | None:
    """Why nothing can be read there, where the directory does not even know who asks: it is somebody else's."""
    failure = facts.answers[questions.ORGANIZATION].failure
    return failure if failure is not None and failure.identifier == _APPLICATION_UNKNOWN else None


def _organization(facts: Facts, domain: str, directory: str) -> Iterable[Finding]:
    reading = read(facts, questions.ORGANIZATION, TenantRecord.from_properties)
    record = reading.first
    if record is None:
        yield reading.problem("tenant.unreadable", "/organization")
        return
    if record.id.lower() != directory:
        yield finding(
            "tenant.mismatch",
            domain,
            expected=directory,
            observed=record.id.lower(),
            organization=record.display_name,
        )
        return
    yield finding("tenant.organization", record.display_name, observed=directory)
    yield _plan(record, domain)


def _plan(record: TenantRecord, domain: str) -> Finding:
    """Capability status of a plan: Enabled, Warning (grace period), Suspended, Deleted, LockedOut."""
    states = {status for service, status in record.assigned_plans if service.lower() == "exchange"}
    known = {state.lower() for state in states}
    text = ", ".join(sorted(states))
    if "enabled" in known:
        return finding("tenant.plan-enabled", domain, observed="Enabled")
    if "warning" in known:
        return finding("tenant.plan-warning", domain, expected="Enabled", observed=text)
    if known:
        return finding("tenant.plan-disabled", domain, expected="Enabled", observed=text)
    return finding("tenant.plan-missing", domain)


def _domain(facts: Facts, domain: str) -> Iterable[Finding]:
    reading = read(facts, questions.DOMAINS, DomainRecord.from_properties)
    if reading.failed:
        yield reading.problem("tenant.unreadable", "/domains")
        return
    match = next((item for item in reading.items if item.id == domain), None)
    if match is None:
        verified = ", ".join(item.id for item in reading.items if item.is_verified)
        yield finding("tenant.domain-absent", domain, verified=verified)
    else:
        yield finding("tenant.domain-verified" if match.is_verified else "tenant.domain-unverified", domain)


def _shared(facts: Facts, domain: str) -> Iterable[Finding]:
    """Whether the tenant and the organization have a domain in common, as two that belong together do."""
    if questions.ACCEPTED_DOMAINS not in facts.answers:
        return
    reading = read(facts, questions.ACCEPTED_DOMAINS, AcceptedDomainRecord.from_properties)
    if reading.failed:
        yield reading.problem("tenant.accepted-domains-unreadable", "Get-AcceptedDomain")
        return
    accepted = [item.domain_name for item in reading.items]
    known = read(facts, questions.DOMAINS, DomainRecord.from_properties)
    verified = [item.id for item in known.items if item.is_verified]
    shared = [name for name in accepted if _covers(name, verified)]
    if accepted and verified and not shared:
        yield finding("tenant.no-shared-domain", domain, expected=", ".join(accepted), observed=", ".join(verified))
        return
    if shared:
        yield finding("tenant.domains-shared", domain, observed=", ".join(shared))
    if accepted and not any(_covers(name, [domain]) for name in accepted):
        yield finding("tenant.domain-not-accepted", domain, observed=", ".join(accepted))


def _covers(accepted: str, domains: Iterable[str]) -> bool:
    """Whether an accepted domain is one of these; ``*.`` stands for all below it."""
    if accepted.startswith("*."):
        return any(domain == accepted[2:] or domain.endswith(accepted[1:]) for domain in domains)
    return accepted in domains


def _service_principal(facts: Facts) -> Iterable[Finding]:
    app = facts.inputs.service_principal
    reading = read(facts, questions.service_principal(facts), ServicePrincipalRecord.from_properties)
    record = reading.first
    if record is not None:
        yield finding("tenant.service-principal", record.display_name or app, observed=record.id)
    elif reading.failed and not is_absence(reading.failure):
        yield reading.problem("tenant.unreadable", app)
    else:
        yield finding("tenant.service-principal-missing", app)
