"""The document that ``--json`` prints: schema 1, stable words, no language but in titles and remedies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pushtui.base.commands import Json
from pushtui.engine.encoding import to_json
from pushtui.engine.events import ChangeName, StepReport
from pushtui.engine.plan import Plan
from pushtui.procedure.model import Change, Finding, Status, StepId
from pushtui.profile import Profile
from pushtui.reporting import sentences, step_lines

SCHEMA = 1

_ORDER = (
    Status.CANCELLED,
    Status.FAILED,
    Status.ATTENTION,
    Status.BLOCKED,
    Status.CHANGE_NEEDED,
    Status.WAITING,
    Status.UNKNOWN,
)
"""What the whole is called: the first of these that a step is; `ok` where none is."""


def overall(reports: Sequence[StepReport]) -> Status:
    """The status of several steps as one."""
    present = {report.status for report in reports}
    return next((status for status in _ORDER if status in present), Status.OK)


def document(
    command: str,
    profile: Profile,
    reports: Mapping[StepId, StepReport],
    steps: Sequence[StepId],
    *,
    started: datetime,
    finished: datetime,
    plan: Plan | None = None,
    more: Mapping[str, Json] | None = None,
) -> str:
    """The document as JSON text, with a line feed at its end. `plan` is what was confirmed, after an apply.

    `more` is what a command has to say beside the steps.
    """
    chosen = [reports[step] for step in steps]
    value: dict[str, Json] = {
        "schema": SCHEMA,
        "command": command,
        "profile": str(profile.path),
        "started": _time(started),
        "finished": _time(finished),
        "status": overall(chosen).value,
        "steps": [_step(report, plan) for report in chosen],
        **(more or {}),
    }
    return json.dumps(value, indent=2) + "\n"


def _step(report: StepReport, plan: Plan | None) -> Json:
    planned = [change for change in plan.changes if change.step is report.id] if plan else []
    known = {ChangeName.of(change) for change in planned}
    left = [action for action in report.actions if isinstance(action, Change) and ChangeName.of(action) not in known]
    return {
        "id": report.id.value,
        "status": report.status.value,
        "summary": step_lines.summary(report),
        "findings": [_finding(finding) for finding in report.findings],
        "changes": [_change(change, report.results.get(ChangeName.of(change))) for change in (*planned, *left)],
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "expected": finding.expected,
        "observed": _observed(finding),
        "remedy": sentences.remedy(finding),
        "remedied_by": sentences.remedied_by(finding),
        "commands": [{"where": where, "lines": list(lines)} for where, lines in sentences.commands(finding)],
        "why": sentences.why(finding),
        "arguments": dict(finding.arguments),
        "evidence": [
            {"read": item.read, "source": item.source, "at": _time(item.at) if item.at else None}
            for item in finding.evidence
        ],
        "explained_by": [{"code": cause.code, "subject": cause.subject} for cause in finding.explained_by],
    }


def _observed(finding: Finding) -> str:
    """What was seen; where it could not be found out, why."""
    why = sentences.failure_text(finding.failure) if finding.failure else ""
    return ": ".join(filter(None, (finding.observed, why)))


def _change(change: Change, result: str | None) -> Json:
    return {
        "id": change.id,
        "target": change.target,
        "title": sentences.action_title(change),
        "command": change.command.text,
        "request": to_json(change.command),
        "before": change.before,
        "after": change.after,
        "risk": change.risk.value,
        "undo": change.undo.text if change.undo else None,
        "undo_request": to_json(change.undo) if change.undo else None,
        "result": result,
    }


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")
