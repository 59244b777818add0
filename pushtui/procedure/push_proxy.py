"""Step 6: the push proxy is enabled, for a domain of the tenant, towards this cloud.

Whether any role grants Get-PushNotificationApp is not established, so the session is asked first. Without it the
state is what Enable-PushNotificationProxy answered when we last sent it, or what a successful probe proves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pushtui.base.commands import Cmdlet, Json, Value
from pushtui.base.values import frozen
from pushtui.procedure import questions
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import Action, Change, ExchangeWrite, Facts, Failure, Finding, Query, Risk, StepId
from pushtui.procedure.reading import Reading, complete, read, records
from pushtui.procedure.records import DomainRecord, ProbeResultRecord, PushProxyRecord
from pushtui.procedure.tenant import is_domain, tenant_id

ID = StepId.PUSH_PROXY

NAME = "OnPrem-Proxy"
PROBE = "verification.probe"


@frozen
class Known:
    """What is known of the proxy, and from where."""

    record: PushProxyRecord
    source: str
    """`read` or `remembered`."""
    at: datetime | None


def queries(facts: Facts) -> Iterable[Query]:
    """How the proxy is; and, where it is for another domain than the profile's, which domains the tenant has."""
    yield from _reads(facts)
    known = state(facts)
    if known is not None and not _is_tenant_domain(known.record, facts) and is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
        if tenant_id(facts):
            yield questions.DOMAINS


def _reads(facts: Facts) -> Iterable[Query]:
    """What tells how the proxy is."""
    yield questions.SHOWS_PUSH_APPS
    if _readable(facts):
        yield questions.PUSH_PROXY


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, queries(facts)):
        return ()
    asked = facts.answers[questions.SHOWS_PUSH_APPS]
    if asked.failure is not None and not _is_unknown_command(asked.failure):
        return (finding("push-proxy.unreadable", "Get-Command", failure=asked.failure),)
    if _readable(facts):
        reading = _reading(facts)
        if reading.first is None:
            return (reading.problem("push-proxy.unreadable", "Get-PushNotificationApp"),)
    known = state(facts)
    refuted = _refuted(facts, known)
    if refuted is not None:
        return (refuted, _not_readable(known.at if known else None))
    if known is not None:
        notes = [] if known.source == "read" else [_not_readable(known.at)]
        return (*_judge(facts, known), *notes)
    if _probe_succeeded(facts):
        return (finding("push-proxy.proven", NAME), _not_readable(None))
    return (finding("push-proxy.unknown", NAME), _not_readable(None))


def actions(facts: Facts) -> Sequence[Action]:
    found = findings(facts)
    right = {"push-proxy.enabled", "push-proxy.proven"} & {item.code for item in found}
    if not found or blocks(found) or right:
        return ()
    return (_enable(facts, state(facts)),)


def state(facts: Facts) -> Known | None:
    """The proxy as it was read, else as we remember it; None where neither is possible."""
    if _readable(facts):
        reading = _reading(facts)
        at = facts.answers[questions.PUSH_PROXY].at if questions.PUSH_PROXY in facts.answers else None
        return Known(reading.first, "read", at) if reading.first is not None else None
    if facts.memory.push_proxy is None:
        return None
    try:
        return Known(PushProxyRecord.from_properties(facts.memory.push_proxy), "remembered", facts.memory.push_proxy_at)
    except ValueError:
        return None


def _readable(facts: Facts) -> bool:
    answer = facts.answers.get(questions.SHOWS_PUSH_APPS)
    return answer is not None and answer.failure is None and bool(answer.objects)


def _reading(facts: Facts) -> Reading[PushProxyRecord]:
    """OnPrem-Proxy among the push notification apps."""
    reading = read(facts, questions.PUSH_PROXY, PushProxyRecord.from_properties)
    named = tuple(item for item in reading.items if item.name.lower() == NAME.lower())
    return reading if reading.failed else Reading(named)


def _is_unknown_command(failure: Failure) -> bool:
    """Whether the session does not have the cmdlet: PowerShell's own name for that."""
    words = f"{failure.code} {failure.identifier}".lower().replace("-", "")
    return "commandnotfound" in words


def _not_readable(at: datetime | None) -> Finding:
    return finding("push-proxy.not-readable", "Get-PushNotificationApp", at=at.isoformat() if at else "")


def _probe_succeeded(facts: Facts) -> bool:
    """A probe succeeds only if the proxy is enabled and has an organization and a Uri."""
    trial = facts.trials.get(PROBE)
    changed = facts.memory.last_change_at
    if trial is None or (changed is not None and changed > trial.at):
        return False
    first = records(trial, ProbeResultRecord.from_properties).first
    return first is not None and first.succeeded


def _refuted(facts: Facts, known: Known | None) -> Finding | None:
    """A probe that calls the proxy unconfigured outweighs an older memory; what was read or just sent outweighs it."""
    trial = facts.trials.get(PROBE)
    if trial is None or "push-proxy.enable" in facts.memory.sent or (known is not None and known.source == "read"):
        return None
    if known is not None and known.at is not None and known.at > trial.at:
        return None
    first = records(trial, ProbeResultRecord.from_properties).first
    if first is None or first.succeeded or first.state_attribute1.lower() != "pushnotifications":
        return None
    return finding("push-proxy.refuted", NAME, observed=first.state_attribute2, at=trial.at.isoformat())


def _is_tenant_domain(record: PushProxyRecord, facts: Facts) -> bool:
    return record.organization.strip().lower() == facts.inputs.tenant_domain.strip().lower()


def _is_of_the_tenant(record: PushProxyRecord, facts: Facts) -> bool:
    """Whether it is for another verified domain of the tenant, which names it as well.

    Organization "specifies the domain name of the Microsoft 365 organization": the cmdlet's page has an initial domain
    for an example (contoso.onmicrosoft.com), the procedure a domain of one's own (Fabrikam.com). That Exchange Online
    takes any of them is concluded from that, not verified against a real server.
    """
    domains = read(facts, questions.DOMAINS, DomainRecord.from_properties).items
    return any(item.is_verified and item.id == record.organization.strip().lower() for item in domains)


def _judge(facts: Facts, known: Known) -> Iterable[Finding]:
    record, source = known.record, known.source
    domain, uri = facts.inputs.tenant_domain.strip().lower(), facts.inputs.cloud.push_uri
    result = []
    if not record.enabled:
        result.append(finding("push-proxy.disabled", NAME, expected="True", observed="False", source=source))
    other = not _is_tenant_domain(record, facts)
    notes = []
    if other and _is_of_the_tenant(record, facts):
        notes = [finding("push-proxy.other-domain", NAME, expected=domain, observed=record.organization)]
    elif other:
        result.append(
            finding(
                "push-proxy.organization-differs", NAME, expected=domain, observed=record.organization, source=source
            )
        )
    if uri and not _same_url(record.uri, uri):
        result.append(finding("push-proxy.uri-differs", NAME, expected=uri, observed=record.uri, source=source))
    invalid = [finding("push-proxy.invalid", NAME)] if record.is_valid is False else []
    if result:
        return (*invalid, *result)
    enabled = finding(
        "push-proxy.enabled", NAME, expected=domain, observed=record.organization, uri=record.uri, source=source
    )
    return (*invalid, enabled, *notes)


def _same_url(one: str, other: str) -> bool:
    return one.strip().rstrip("/").lower() == other.strip().rstrip("/").lower()


def _command(organization: str, uri: str) -> ExchangeWrite:
    """What is left out keeps its stored value, so both are always said."""
    parameters: list[tuple[str, Value]] = [("Organization", organization)]
    if uri:
        parameters.append(("Uri", uri))
    return ExchangeWrite(Cmdlet("Enable-PushNotificationProxy", (*parameters, ("Confirm", False))))


def _enable(facts: Facts, known: Known | None) -> Change:
    """Its output is the truth about the proxy; sending it again changes nothing."""
    domain, uri = facts.inputs.tenant_domain.strip().lower(), facts.inputs.cloud.push_uri
    record = known.record if known else None
    before: Json = None
    undo = ExchangeWrite(Cmdlet.of("Disable-PushNotificationProxy", Confirm=False))
    if record is not None:
        before = {"enabled": record.enabled, "organization": record.organization, "uri": record.uri}
        if record.enabled and record.organization:
            undo = _command(record.organization, record.uri)
    return Change(
        id="push-proxy.enable",
        step=ID,
        target=NAME,
        command=_command(domain, uri),
        before=before,
        after={"enabled": True, "organization": domain, "uri": uri},
        risk=Risk.REVERSIBLE,
        reads=tuple(_reads(facts)),
        undo=undo,
        arguments={"organization": domain, "uri": uri},
    )
