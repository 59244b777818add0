"""Which finding is but a consequence of which: so that a root cause is shown first, and what follows from it under it.

A rule names a cause, its effects, and when one explains the other (most only on the same server). What is explained by
two findings of which one explains the other hangs on the nearer one alone. A finding that is explained by nothing is a
root: that is what to repair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from pushtui.base.values import frozen, replace
from pushtui.procedure import questions
from pushtui.procedure.codes import known
from pushtui.procedure.model import Cause, Finding, Severity, StepId

When: TypeAlias = Callable[[Finding, Finding], bool]
"""Whether the first explains the second."""


def always(cause: Finding, effect: Finding) -> bool:
    return True


def same_subject(cause: Finding, effect: Finding) -> bool:
    """Both are about the same server, or certificate."""
    return cause.subject.lower() == effect.subject.lower()


def _service(name: str, when: When) -> When:
    return lambda cause, effect: cause.arguments.get("service") == name and when(cause, effect)


def _listed(cause: Finding, effect: Finding) -> bool:
    """The effect is about one of the servers that the cause lists."""
    return effect.subject in cause.arguments.get("servers", "").split(", ")


def _their_own(cause: Finding, effect: Finding) -> bool:
    """The domain, not the service principal, is what could not be read."""
    return cause.code != "tenant.unreadable" or "." in cause.subject


@frozen
class Rule:
    cause: str
    effects: tuple[str, ...]
    when: When = always


_UNUSABLE = (
    "certificate.none",
    "certificate.missing-everywhere",
    "certificate.expired",
    "certificate.key-too-small",
    "certificate.key-not-rsa",
    "certificate.key-missing-everywhere",
    "certificate.refused-by-exchange",
)
_FOLLOWS_FROM_UNUSABLE = (
    "certificate.replacing",
    "certificate.hybrid",
    "certificate.signing-affected",
    "certificate.raw-only",
    "certificate.file-missing",
    "certificate.file-differs",
    "certificate.file-replaced",
    "service-principal.key-missing",
    "service-principal.key-expired",
    "service-principal.certificate-unknown",
    "verification.authentication",
)
_NO_TENANT = ("tenant.domain-missing", "tenant.domain-malformed", "tenant.not-found", "tenant.unreadable")
_OF_THE_ACCOUNT = (".access-denied", ".missing-role", ".quota", ".denied")
"""Endings of failure codes that say what our account may not do, wherever it tries."""
_WRONG_DOMAIN = ("tenant.not-found", "tenant.application-unknown")
_NO_TOKEN = (
    "certificate.not-yet-valid",
    "auth-server.missing",
    "auth-server.other-realm",
    "auth-server.name-taken",
    "auth-server.url-differs",
    "auth-server.disabled",
    "auth-server.wrong-cloud",
    "auth-server.endpoint-differs",
    "auth-server.issuer-differs",
    "service-principal.missing",
    "service-principal.disabled",
    "service-principal.key-missing",
    "service-principal.key-expired",
    "service-principal.key-not-yet-valid",
)
_NOT_TAKEN = (
    "tenant.not-found",
    "tenant.domain-absent",
    "tenant.domain-unverified",
    "tenant.plan-disabled",
    "tenant.plan-missing",
    "push-proxy.organization-differs",
)
"""Why Exchange Online takes no notification although the token is good. Whether the probe calls that a refused token is
not verified against a real server."""
_NOT_HERE = ("certificate.not-on-server", "certificate.missing-on-server")
_NO_PROBE = ("verification.not-answered", "verification.no-result", "verification.restart-unknown")
_VERDICTS = (
    "verification.proxy-not-configured",
    "verification.network",
    "verification.authentication",
    "verification.unexplained",
    "verification.unfinished",
    "verification.no-result",
)

RULES: tuple[Rule, ...] = (
    # --- the tenant
    *(
        Rule(code, ("auth-server.tenant-unknown", "service-principal.tenant-unknown"), _their_own)
        for code in _NO_TENANT
    ),
    Rule("tenant.plan-missing", ("tenant.service-principal-missing",)),
    Rule("tenant.plan-disabled", ("tenant.service-principal-missing",)),
    Rule("tenant.service-principal-missing", ("service-principal.missing",)),
    Rule("tenant.application-unknown", ("service-principal.unreadable",)),
    Rule(
        "tenant.no-shared-domain",
        ("auth-server.other-realm", "auth-server.other-tenant", "push-proxy.organization-differs"),
    ),
    *(Rule(code, ("auth-server.other-realm", "push-proxy.organization-differs")) for code in _WRONG_DOMAIN),
    Rule("tenant.clock-skew", ("certificate.not-yet-valid", "service-principal.key-not-yet-valid")),
    # --- one server
    Rule("servers.unreachable", ("certificate.server-unreadable", *_NO_PROBE), same_subject),
    Rule("servers.unreachable", ("certificate.not-found-yet", "certificate.creation-unclear")),
    Rule(
        "servers.service-stopped",
        ("servers.health-manager-silent", "servers.unhealthy", *_NO_PROBE),
        _service(questions.HEALTH_MANAGER_SERVICE, same_subject),
    ),
    Rule(
        "servers.service-stopped",
        (*_NOT_HERE, "certificate.next-missing-on-server"),
        _service(questions.SERVICE_HOST, same_subject),
    ),
    Rule("servers.service-stopped", ("certificate.next-overdue",), _service(questions.SERVICE_HOST, always)),
    Rule("servers.health-manager-silent", _NO_PROBE, same_subject),
    Rule("servers.component-inactive", ("servers.unhealthy", "verification.component-inactive"), same_subject),
    Rule("servers.clock-skew", ("certificate.not-yet-valid",)),
    Rule("servers.clock-skew", ("verification.authentication",), same_subject),
    Rule("servers.web-proxy-missing", ("verification.network",), same_subject),
    # --- the certificate
    *(Rule(code, _FOLLOWS_FROM_UNUSABLE) for code in _UNUSABLE),
    *(Rule(code, ("service-principal.expired-key",), same_subject) for code in _UNUSABLE),
    Rule("certificate.not-yet-valid", ("service-principal.key-not-yet-valid",), same_subject),
    Rule("certificate.server-unreadable", ("certificate.not-found-yet", "certificate.creation-unclear")),
    Rule("certificate.not-exportable", (*_NOT_HERE, "certificate.site-without", "certificate.no-private-key")),
    Rule("certificate.site-without", _NOT_HERE, _listed),
    *(
        Rule(code, ("service-principal.certificate-unknown",))
        for code in ("certificate.unreadable", "certificate.not-found-yet")
    ),
    *(
        Rule(code, ("service-principal.next-key-missing",), same_subject)
        for code in ("certificate.next-missing-everywhere", "certificate.next-unusable")
    ),
    *(
        Rule(code, ("verification.authentication",), same_subject)
        for code in (*_NOT_HERE, "certificate.no-private-key", "certificate.server-unreadable")
    ),
    # --- the tokens
    Rule("auth-server.other-tenant", ("auth-server.missing",)),
    Rule("service-principal.wrong-certificate", ("service-principal.key-missing",)),
    Rule("service-principal.wrong-usage", ("service-principal.key-missing",)),
    *(Rule(code, ("verification.authentication",)) for code in _NO_TOKEN),
    *(
        Rule(code, ("verification.network",))
        for code in ("auth-server.wrong-cloud", "auth-server.url-differs", "auth-server.endpoint-differs")
    ),
    *(Rule(code, ("verification.authentication", "verification.unexplained")) for code in _NOT_TAKEN),
    # --- the proxy and the probe
    *(
        Rule(code, ("verification.proxy-not-configured",))
        for code in (
            "push-proxy.disabled",
            "push-proxy.organization-differs",
            "push-proxy.uri-differs",
            "push-proxy.refuted",
            "push-proxy.unknown",
        )
    ),
    Rule("push-proxy.uri-differs", ("verification.network",)),
    Rule("push-proxy.invalid", ("verification.proxy-not-configured",)),
    *(Rule(code, ("verification.detail", "verification.warning")) for code in _VERDICTS),
)

_GRAVITY = tuple(Severity)
_ORDER = tuple(StepId)
_Key: TypeAlias = tuple[str, str]


def explained(reports: Mapping[StepId, Sequence[Finding]]) -> dict[StepId, tuple[Finding, ...]]:
    """The findings of all steps, each with what explains it."""
    everything = [finding for findings in reports.values() for finding in findings]
    causes = _nearest(_direct(everything, reports))
    return {
        step: tuple(
            replace(finding, explained_by=tuple(Cause(*cause) for cause in causes[_key(finding)]))
            if causes.get(_key(finding))
            else finding
            for finding in findings
        )
        for step, findings in reports.items()
    }


def roots(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is to be repaired: the findings from a warning up that nothing explains; the gravest and most telling first.

    `findings` are those of all steps, as :func:`explained` gave them.
    """
    known_ones = list(findings)
    following = {_key(item): len(consequences(item, known_ones)) for item in known_ones}
    chosen = [item for item in known_ones if not item.explained_by and _GRAVITY.index(item.severity) >= _WARNING]
    idle = {Severity.SKIPPED, Severity.BLOCKED}
    return tuple(
        sorted(
            (item for item in chosen if item.severity not in idle),
            key=lambda item: (-_GRAVITY.index(item.severity), -following[_key(item)]),
        )
    )


def consequences(cause: Finding, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What hangs on this finding directly."""
    named = Cause(cause.code, cause.subject)
    return tuple(item for item in findings if named in item.explained_by)


_WARNING = _GRAVITY.index(Severity.WARNING)


def _key(finding: Finding) -> _Key:
    return finding.code, finding.subject


def _direct(findings: Sequence[Finding], reports: Mapping[StepId, Sequence[Finding]]) -> dict[_Key, list[_Key]]:
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    result: dict[_Key, list[_Key]] = {}

    def add(cause: Finding, effect: Finding) -> None:
        causes = result.setdefault(_key(effect), [])
        if _key(cause) not in causes and _key(cause) != _key(effect):
            causes.append(_key(cause))

    for rule in RULES:
        for cause in by_code.get(rule.cause, ()):
            for code in rule.effects:
                for effect in by_code.get(code, ()):
                    if rule.when(cause, effect):
                        add(cause, effect)
    for cause, effect in (*_of_one_failure(findings), *_blocked(reports)):
        add(cause, effect)
    return result


def _of_one_failure(findings: Sequence[Finding]) -> Iterable[tuple[Finding, Finding]]:
    """What could not be found out for the very same reason: an Exchange that does not answer is one cause, not five."""
    first: dict[object, Finding] = {}
    for finding in findings:
        failure = finding.failure
        if failure is None or finding.severity is not Severity.FAILURE:
            continue
        if failure.code.endswith(_OF_THE_ACCOUNT):
            reason: object = failure.code
        elif _holds_back(finding):
            reason = failure.code, failure.what, failure.where
        else:
            continue  # two servers that do not answer in time are two causes, however alike
        cause = first.setdefault(reason, finding)
        if cause is not finding:
            yield cause, finding


def _blocked(reports: Mapping[StepId, Sequence[Finding]]) -> Iterable[tuple[Finding, Finding]]:
    """What holds back a step: the grave findings of the links before it that it names."""
    for step, findings in reports.items():
        for effect in findings:
            if effect.code == f"{step}.blocked":
                for by in effect.arguments.get("by", "").split(", "):
                    for cause in reports.get(StepId(by), ()) if by in _ORDER else ():
                        if _holds_back(cause):
                            yield cause, effect


def _holds_back(finding: Finding) -> bool:
    try:
        return known(finding.code).blocks
    except KeyError:  # the run itself stopped there
        return finding.severity in {Severity.ATTENTION, Severity.FAILURE}


def _nearest(direct: Mapping[_Key, Sequence[_Key]]) -> dict[_Key, list[_Key]]:
    """Without the causes that already explain another cause of the same."""
    result: dict[_Key, list[_Key]] = {}
    for effect, causes in direct.items():
        farther = {ancestor for cause in causes for ancestor in _ancestors(cause, direct)}
        result[effect] = [cause for cause in causes if cause not in farther]
    return result


def _ancestors(key: _Key, direct: Mapping[_Key, Sequence[_Key]]) -> set[_Key]:
    seen: set[_Key] = set()
    waiting = list(direct.get(key, ()))
    while waiting:
        cause = waiting.pop()
        if cause not in seen:
            seen.add(cause)
            waiting.extend(direct.get(cause, ()))
    return seen
