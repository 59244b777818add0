"""A whole step in one line: the finding that decides, or that tells most where nothing has to be done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Finding, Severity, Status, StepId
from pushtui.reporting.filling import fill, parts_of, version
from pushtui.reporting.sentences import finding_text, status_word

_TELLING = {
    StepId.TENANT: ("tenant.organization", "tenant.found"),
    StepId.CERTIFICATE: (
        "certificate.next-overdue",
        "certificate.expires-soon",
        "certificate.current",
        "renewal.under-way",
        "renewal.not-due",
    ),
    StepId.AUTH_SERVER: ("auth-server.present",),
    StepId.SERVICE_PRINCIPAL: ("service-principal.key-present", "keys.removed", "keys.current"),
    StepId.PUSH_PROXY: ("push-proxy.enabled", "push-proxy.proven"),
    StepId.VERIFICATION: ("verification.succeeded",),
}
"""What a step that is ok says in one line, the first that is there."""

_CLOCK = r" \d\d:\d\d UTC$"
"""What a point in time is more than its day."""
_GRAVITY = tuple(Severity)
"""Least grave first."""


def state(report: StepReport) -> str:
    """The status in a word or two; of a step that nobody looked at, that."""
    unknown = report.status is Status.UNKNOWN and not report.findings
    return _("not checked") if unknown else status_word(report.status)


def summary(report: StepReport) -> str:
    """A step in one line."""
    if report.status is Status.CHECKING:
        return _("Checking")
    if not report.findings:
        return _("Not checked yet") if report.status is Status.UNKNOWN else status_word(report.status).capitalize()
    if report.id is StepId.SERVERS and report.status is Status.OK:
        return _servers(report.findings)
    same = _deciding(report)
    text = finding_text(same[0])
    return text if len(same) == 1 else _("{text} (and {count} more)").format(text=text, count=len(same) - 1)


def brief(report: StepReport) -> str:
    """A step in at most 25 cells, but for names that are longer."""
    if report.status is Status.CHECKING or not report.findings:
        return summary(report)
    if report.id is StepId.SERVERS and report.status is Status.OK:
        return _servers_brief(report.findings)
    from pushtui.reporting import texts_brief  # the start tells of no finding

    same = _deciding(report)
    parts = {name: re.sub(_CLOCK, "", value) for name, value in parts_of(same[0]).items()}
    text = fill(texts_brief.TEXTS.get(same[0].code, ""), parts) or summary(report)
    return text if len(same) == 1 else _("{text} (+{count})").format(text=text, count=len(same) - 1)


def _deciding(report: StepReport) -> Sequence[Finding]:
    """The gravest findings; the one that tells most where nothing has to be done."""
    gravest = max((finding.severity for finding in report.findings), key=_GRAVITY.index)
    if gravest in {Severity.OK, Severity.NOTE, Severity.WARNING}:
        return [_telling(report)]
    return [finding for finding in report.findings if finding.severity is gravest]


def _telling(report: StepReport) -> Finding:
    for code in _TELLING.get(report.id, ()):
        for finding in report.findings:
            if finding.code == code:
                return finding
    return report.findings[0]


def _servers(findings: Sequence[Finding]) -> str:
    current = [finding for finding in findings if finding.code == "servers.current"]
    versions = sorted({clean_line(finding.observed) for finding in current})
    if len(current) == 1:
        return finding_text(current[0])
    return _("{count} servers: {versions}").format(count=len(current), versions=", ".join(versions))


def _servers_brief(findings: Sequence[Finding]) -> str:
    """How many, and which version without the product's name."""
    versions = [version(finding) for finding in findings if finding.code == "servers.current"]
    if len(versions) == 1:
        return _("one server, {version}").format(version=versions[0])
    different = set(versions)
    if len(different) == 1:
        return _("{count} servers, {version}").format(count=len(versions), version=versions[0])
    return _("{count} servers, {versions} versions").format(count=len(versions), versions=len(different))
