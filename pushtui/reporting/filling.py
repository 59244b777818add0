"""Templates of sentences, and what they are filled with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

from pushtui.base.commands import LATER
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.procedure.model import Finding

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)"


def version(finding: Finding) -> str:
    """The version that was observed, without the product's name."""
    return clean_line(finding.observed).removeprefix("Exchange Server ").removeprefix("Exchange ")


def observed_text(finding: Finding) -> str:
    """What was observed, as people say it."""
    from pushtui.reporting import texts_diagnosis  # the start tells of no finding

    observed = value_text(finding.observed)
    if finding.code.endswith("-unusable") and observed in texts_diagnosis.REASONS:
        return _(texts_diagnosis.REASONS[observed])
    if finding.code.endswith(".clock-skew"):
        words = _("{minutes} minutes behind") if observed.startswith("-") else _("{minutes} minutes ahead")
        return words.format(minutes=finding.arguments.get("minutes", "?"))
    return observed


def parts_of(finding: Finding) -> dict[str, str]:
    """What a finding's sentence is filled with, by the names in its template."""
    return {
        **{name: value_text(value) for name, value in finding.arguments.items()},
        "subject": value_text(finding.subject),
        "expected": value_text(finding.expected),
        "observed": observed_text(finding),
        "version": version(finding),
    }


def value_text(text: str) -> str:
    """A value on one line; a point in time as people write it, in UTC."""
    line = clean_line(known_later(text))
    if not re.fullmatch(_TIME, line):
        return line
    time = datetime.fromisoformat(line).astimezone(UTC)
    return f"{time:%Y-%m-%d}" if (time.hour, time.minute) == (0, 0) else f"{time:%Y-%m-%d %H:%M} UTC"


def known_later(text: str) -> str:
    """A value or a command, with what is not known yet in the language of whoever reads it."""
    return text.replace(LATER, _("(known after apply)"))


def fill(template: str, parts: Mapping[str, str]) -> str:
    """The translated template with its parts; what is not known reads as “?”."""
    known = {name: value for name, value in parts.items() if value}
    return _(template).format_map(defaultdict(lambda: "?", known)) if template else ""
