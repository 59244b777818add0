"""What the outcome of the probe, and of the test message, means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pushtui.procedure.codes import finding
from pushtui.procedure.model import Answer, Finding
from pushtui.procedure.reading import records
from pushtui.procedure.records import ProbeResultRecord

_CATEGORIES: Mapping[str, str] = {
    "pushnotifications": "verification.proxy-not-configured",
    "networking": "verification.network",
    "authentication": "verification.authentication",
}
"""StateAttribute1 → what it means (observed on 2013 CU23); anything else is shown unexplained."""


def probe(trial: Answer, server: str) -> Iterable[Finding]:
    """The verdict, then everything that the probe said."""
    reading = records(trial, ProbeResultRecord.from_properties)
    result = reading.first
    if result is not None:
        yield _verdict(result, trial, server)
        details = {
            "Error": result.error,
            "Exception": result.exception,
            "StateAttribute1": result.state_attribute1,
            "StateAttribute2": result.state_attribute2,
        }
        for name, text in details.items():
            if text:
                yield finding("verification.detail", name, observed=text)
    elif reading.failed:
        yield reading.problem("verification.not-answered", server)
    else:
        yield finding("verification.no-result", server, expected="Succeeded", observed=" ".join(trial.warnings))
    for warning in trial.warnings:
        yield finding("verification.warning", server, observed=warning)


def mail(trial: Answer | None) -> Iterable[Finding]:
    """The test message: that a server took it says nothing about the device, so what to look at is said."""
    if trial is None:
        yield finding("verification.mail-not-sent")
    elif trial.failure is not None:
        yield finding("verification.mail-refused", failure=trial.failure)
    else:
        answer = trial.objects[0] if trial.objects else {}
        yield finding(
            "verification.mail-accepted",
            observed=str(answer.get("reply") or ""),
            message_id=str(answer.get("message_id") or ""),
        )
        yield finding("verification.mail-look")


def _verdict(result: ProbeResultRecord, trial: Answer, server: str) -> Finding:
    kind = result.result_type
    if result.succeeded:
        return finding("verification.succeeded", server, expected="Succeeded", observed=kind, at=trial.at.isoformat())
    category, detail = result.state_attribute1, result.state_attribute2 or result.error or result.exception
    if kind.lower() != "failed" and category.lower() not in _CATEGORIES:
        return finding("verification.unfinished", server, expected="Succeeded", observed=kind)
    code = _CATEGORIES.get(category.lower(), "verification.unexplained")
    return finding(code, server, expected="Succeeded", observed=kind, category=category, detail=detail)
