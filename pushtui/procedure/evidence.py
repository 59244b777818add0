"""What a finding rests on: which reads, who answered them, and when.

A finding's own values say what was seen; this says where it comes from. The reads are found by its code: by the longest
beginning that the table knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pushtui.base.values import replace
from pushtui.procedure import questions, servers
from pushtui.procedure.model import (
    Answer,
    Discovery,
    Evidence,
    ExchangeRead,
    Facts,
    FileRead,
    Finding,
    GraphRead,
    Query,
    WindowsRead,
)

Source = Callable[[Facts, Finding], Iterable[Query]]


def _of(*queries: Query) -> Source:
    return lambda facts, finding: queries


def _stores(facts: Facts, finding: Finding) -> Iterable[Query]:
    """Every store that was read."""
    return (questions.server_store(server.fqdn) for server in servers.taking_part(facts))


def _unread(facts: Facts, finding: Finding) -> Iterable[Query]:
    """The reads of that cmdlet which failed."""
    for query, answer in facts.answers.items():
        if isinstance(query, ExchangeRead) and query.cmdlet.name == finding.subject and answer.failure is not None:
            yield query


_SOURCES: Mapping[str, Source] = {
    "discovery": lambda facts, finding: (questions.discovery(facts),),
    "organization": _of(questions.ORGANIZATION),
    "domains": _of(questions.DOMAINS),
    "principal": lambda facts, finding: (questions.service_principal(facts),),
    "overrides": _of(questions.SETTING_OVERRIDES),
    "applications": _of(questions.HYBRID_APPLICATIONS, questions.ORGANIZATION_CONFIG),
    "accepted": _of(questions.ACCEPTED_DOMAINS),
    "servers": _of(questions.SERVERS),
    "config": _of(questions.AUTH_CONFIG),
    "executing": _of(questions.EXECUTING_STORE),
    "hybrid": _of(questions.HYBRID),
    "auth-servers": _of(questions.AUTH_SERVERS),
    "partner": _of(questions.PARTNER_APPLICATIONS),
    "proxy": _of(questions.SHOWS_PUSH_APPS, questions.PUSH_PROXY),
    "file": lambda facts, finding: (questions.certificate_file(facts),),
    "stores": _stores,
    "store": lambda facts, finding: (questions.server_store(finding.subject),),
    "component": lambda facts, finding: (questions.component_state(finding.subject),),
    "services": lambda facts, finding: (
        questions.service_health(finding.subject),
        questions.services(finding.subject),
    ),
    "clock": lambda facts, finding: (questions.process_info(finding.subject),),
    "health": lambda facts, finding: (questions.server_health(finding.subject),),
    "processes": lambda facts, finding: (questions.health_manager(finding.subject),),
    "unread": _unread,
}

_RESTS_ON: Mapping[str, str] = {
    "tenant.": "discovery",
    "tenant.domain-missing": "profile",
    "tenant.domain-malformed": "profile",
    "tenant.mismatch": "discovery+organization",
    "tenant.application-unknown": "discovery+organization",
    "tenant.organization": "organization",
    "tenant.plan-": "organization",
    "tenant.domain-verified": "domains",
    "tenant.domain-unverified": "domains",
    "tenant.domain-absent": "domains",
    "tenant.domains-shared": "accepted+domains",
    "tenant.no-shared-domain": "accepted+domains",
    "tenant.domain-not-accepted": "accepted",
    "tenant.accepted-domains-unreadable": "accepted",
    "tenant.service-principal": "principal",
    "tenant.unreadable": "discovery+organization+domains+principal",
    "servers.": "servers",
    "servers.unreachable": "store+component+services+health",
    "servers.service-stopped": "services+health",
    "servers.health-manager-silent": "health+services",
    "servers.component-inactive": "component",
    "servers.unhealthy": "health",
    "servers.clock-skew": "servers+clock+discovery",
    "servers.state-unreadable": "unread",
    "certificate.": "config+stores",
    "certificate.unreadable": "config+servers",
    "certificate.server-unreadable": "store",
    "certificate.on-server": "config+store",
    "certificate.not-on-server": "config+store",
    "certificate.missing-on-server": "config+store",
    "certificate.no-private-key": "config+store",
    "certificate.next-missing-on-server": "config+store",
    "certificate.raw-only": "store",
    "certificate.smtp-": "store",
    "certificate.none": "config",
    "certificate.hybrid": "hybrid",
    "certificate.signing-affected": "config+servers",
    "certificate.executing-server-unknown": "executing",
    "certificate.made-elsewhere": "executing+stores",
    "certificate.creation-unclear": "executing+stores+journal",
    "certificate.restarts-follow": "journal",
    "certificate.path-missing": "profile",
    "certificate.file-": "file+config",
    "auth-server.": "auth-servers",
    "auth-server.tenant-unknown": "discovery",
    "auth-server.missing": "auth-servers+discovery",
    "auth-server.other-": "auth-servers+discovery",
    "auth-server.partner-": "partner",
    "auth-server.hybrid": "hybrid",
    "service-principal.": "principal",
    "service-principal.tenant-unknown": "discovery",
    "service-principal.certificate-unknown": "config",
    "service-principal.key-": "principal+config",
    "service-principal.next-": "principal+config",
    "service-principal.previous-key": "principal+config",
    "service-principal.former-key": "principal+config+stores",
    "service-principal.unattributed-key": "principal+config",
    "service-principal.wrong-certificate": "principal+config+stores",
    "service-principal.not-visible": "principal+journal",
    "service-principal.key-vanished": "principal+journal",
    "service-principal.dedicated-": "applications",
    "service-principal.dedicated-unused": "applications+auth-servers",
    "service-principal.dedicated-enabled": "overrides+auth-servers",
    "service-principal.dedicated-override-alone": "overrides+auth-servers",
    "service-principal.dedicated-not-enabled": "overrides+auth-servers",
    "service-principal.dedicated-overrides-unreadable": "overrides",
    "push-proxy.": "proxy+journal",
    "push-proxy.proven": "trial",
    "push-proxy.refuted": "trial",
    "push-proxy.not-readable": "proxy",
    "push-proxy.other-domain": "proxy+domains",
    "verification.": "trial",
    "verification.not-asked": "",
    "verification.unreadable": "servers",
    "verification.no-server": "servers",
    "verification.server": "servers+executing",
    "verification.component-inactive": "component",
    "verification.restart-": "processes+config+auth-servers",
    "verification.not-run": "",
    "verification.outdated": "trial+journal",
    "verification.mail-": "mail",
    "verification.mail-not-sent": "",
    "verification.mail-look": "",
    "verification.apps-stopped": "",
    "keys.": "principal+config",
    "keys.none": "principal",
    "renewal.": "config+stores+principal",
    "undo.": "journal",
}
"""Beginning of a code → what it rests on: names of `_SOURCES`, `profile`, `journal`, `trial`, `mail`, joined by +."""

_PROBE, _MAIL = "verification.probe", "verification.mail"
_KEYS = sorted(_RESTS_ON, key=len, reverse=True)


def evidence(finding: Finding, facts: Facts) -> tuple[Evidence, ...]:
    """What the finding rests on, as far as it was answered; empty for what rests on nothing but itself."""
    if finding.code.endswith(".blocked"):
        return ()  # the findings that explain it say it all
    key = next((key for key in _KEYS if finding.code.startswith(key)), "")
    names = filter(None, _RESTS_ON.get(key, "").split("+"))
    result = [item for name in names for item in _items(name, facts, finding)]
    return tuple(dict.fromkeys(result))


def _items(name: str, facts: Facts, finding: Finding) -> Iterable[Evidence]:
    match name:
        case "profile":
            yield Evidence("profile", "profile")
        case "journal":
            if facts.memory.last_change_at is not None or facts.memory.sent:
                yield Evidence("journal", "journal", facts.memory.last_change_at)
        case "trial" | "mail":
            trial = facts.trials.get(_PROBE if name == "trial" else _MAIL)
            if trial is not None:
                yield Evidence("Invoke-MonitoringProbe" if name == "trial" else "SMTP", trial.source, trial.at)
        case _:
            for query in _SOURCES[name](facts, finding):
                answer = facts.answers.get(query)
                if answer is not None:
                    yield _read(query, answer)


def _read(query: Query, answer: Answer) -> Evidence:
    """The read, without the properties that it asked for."""
    match query:
        case ExchangeRead(cmdlet) | WindowsRead(cmdlet):
            said = tuple((name, value) for name, value in cmdlet.parameters if name != "ErrorAction")
            text = replace(cmdlet, parameters=said, select=()).text
        case GraphRead(request):
            text = f"{request.method} {request.path}"
        case Discovery(domain):
            text = f"openid-configuration {domain}"
        case FileRead(path):
            text = path
    return Evidence(text, answer.source, answer.at)
