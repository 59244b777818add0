"""The findings of a run itself: why it stopped at a step. The steps' own findings are in `pushtui.procedure.codes`."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.procedure.model import Failure, Finding, Severity

RUN_FINDINGS: Mapping[str, tuple[Severity, str]] = {
    "run.change-failed": (Severity.FAILURE, "a change was refused or not made; subject: its id; failure set"),
    "run.answer-lost": (
        Severity.FAILURE,
        "a change was sent, its answer was lost, and reads do not show it; subject: its id; failure set",
    ),
    "run.no-effect": (Severity.FAILURE, "a change was made and reads still ask for it; subject: its id"),
    "run.value-unknown": (Severity.FAILURE, "a value that the change needs never came to be known; subject: its id"),
    "run.plan-changed": (
        Severity.ATTENTION,
        "what is needed now is not what was confirmed: plan again; subject: the change's id; observed: what differs",
    ),
    "run.consent-missing": (Severity.ATTENTION, "the change wants a consent of its own; subject: its id; {consent}"),
    "run.declined": (Severity.ATTENTION, "a person was asked to act and did not; subject: the ask's id; {command}"),
    "run.not-kept": (Severity.FAILURE, "the journal or the backup could not be kept, so nothing was sent; failure set"),
}


def outcome(
    code: str, subject: str, *, observed: str = "", failure: Failure | None = None, **arguments: str
) -> Finding:
    """A finding of the run. Raises `KeyError` for a code that is not in the table."""
    return Finding(code, RUN_FINDINGS[code][0], subject, "", observed, arguments, failure)
