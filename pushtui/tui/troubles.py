"""What can be wrong with a step, for the help."""

from __future__ import annotations

import re

from pushtui.base.words import _
from pushtui.procedure import codes, diagnosis_codes
from pushtui.procedure.model import Severity, StepId
from pushtui.reporting.texts_all import FINDINGS

_VALUE = re.compile(r"\{[^{}]*\}")
_GRAVE = frozenset({Severity.CHANGE, Severity.ATTENTION, Severity.FAILURE})


def troubles(step: StepId) -> tuple[tuple[str, str], ...]:
    """The codes of what can be wrong with a step, each with what it says; values that are not known yet read as …"""
    return tuple(
        (code, _VALUE.sub("…", _(FINDINGS[code][0])))
        for code, meaning in {**codes.FINDINGS, **diagnosis_codes.FINDINGS}.items()
        if code.startswith(f"{step.value}.") and meaning.severity in _GRAVE and code in FINDINGS
    )
