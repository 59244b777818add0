"""Where the chain breaks: for a link that does not hold, the two values that do not fit together."""

from __future__ import annotations

import re

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.events import StepReport
from pushtui.procedure.model import Cause, Finding, Severity, Status
from pushtui.reporting import sentences

BROKEN = frozenset({Status.FAILED, Status.ATTENTION, Status.CHANGE_NEEDED, Status.BLOCKED})
"""The statuses of a link that does not hold."""
_WRONG = frozenset({Severity.FAILURE, Severity.ATTENTION, Severity.CHANGE})
_MOST = 3
_IDENTIFIER = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def breaks(report: StepReport, differs: str = "≠", ellipsis: str = "…") -> list[str]:
    """``realm 1111… ≠ tenant 2222…``, or the sentence where there are no two values; nothing for a link that holds.

    Consequences are left out, but for those of something in the same link that breaks nothing by itself. `differs` and
    `ellipsis` are the characters to draw with.
    """
    if report.status not in BROKEN:
        return []
    mild = {Cause(item.code, item.subject) for item in report.findings if item.severity not in _WRONG}
    wrong = [item for item in report.findings if item.severity in _WRONG and mild.issuperset(item.explained_by)]
    return list(dict.fromkeys(_said(finding, differs, ellipsis) for finding in wrong[:_MOST]))


def _said(finding: Finding, differs: str, ellipsis: str) -> str:
    expected, observed = (_short(value, ellipsis) for value in (finding.expected, finding.observed))
    names = _names().get(finding.code)
    if names and expected:
        left, right = names
        found = f"{left} {observed}" if observed else _("no {name}").format(name=left)
        return f"{found} {differs} {right} {expected}"
    if expected and observed:
        words = _("{subject}: {observed} {sign} {expected}")
        return words.format(subject=clean_line(finding.subject), observed=observed, sign=differs, expected=expected)
    return sentences.finding_text(finding)


def _names() -> dict[str, tuple[str, str]]:
    """Code → what the observed and the expected value are."""
    return {
        "tenant.mismatch": (_("signed in to"), _("tenant")),
        "auth-server.other-realm": (_("realm"), _("tenant")),
        "auth-server.url-differs": (_("metadata"), _("expected")),
        "service-principal.key-missing": (_("key in the tenant"), _("certificate")),
        "certificate.file-differs": (_("certificate in the file"), _("AuthConfig")),
        "certificate.file-missing": (_("certificate file"), _("certificate")),
        "push-proxy.organization-differs": (_("proxy for"), _("tenant domain")),
        "push-proxy.uri-differs": (_("proxy sends to"), _("cloud")),
        "servers.too-old": (_("version"), _("at least")),
    }


def _short(value: str, ellipsis: str) -> str:
    """An identifier by its beginning; anything else as it is."""
    line = clean_line(value)
    return f"{line[:8]}{ellipsis}" if _IDENTIFIER.fullmatch(line) else line
