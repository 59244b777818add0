"""What the doctor tells: one frozen row a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from pushtui.base.values import frozen
from pushtui.procedure.model import Failure

LEGS = ("profile", "exchange", "windows", "proxy", "login", "graph", "tenant", "metadata", "mail")
"""In the order in which they are shown."""


class Verdict(StrEnum):
    """What came of a test."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Test(StrEnum):
    """What was tested; stable words for JSON."""

    __test__ = False  # pytest would take the name for one of its own

    COMPLETE = "profile"
    FILES = "files"
    NAME = "name"
    PROXY = "proxy"
    TCP = "tcp"
    TLS = "tls"
    IDENTIFY = "identify"
    CLOCK = "clock"
    SIGN_IN = "sign-in"
    READING = "roles-reading"
    CHANGING = "roles-changing"
    DISCOVERY = "discovery"
    ANSWER = "answer"
    READ = "read"
    METADATA = "metadata"
    GREETING = "greeting"


@frozen
class Outcome:
    """A judgement: a stable code and its arguments; words are made where it is shown."""

    verdict: Verdict
    code: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    """The error of the border that the test ran into, which explains itself."""


@frozen
class DoctorRow:
    """One test of one leg, and what came of it."""

    leg: str
    """`profile`, `exchange`, `windows`, `proxy`, `login`, `graph`, `tenant`, `metadata` or `mail`."""
    subject: str
    """The server, where there is a leg for each of several; else empty."""
    test: Test
    where: str
    """Host, address, file or account that was tested."""
    outcome: Outcome
    seconds: float

    @property
    def verdict(self) -> Verdict:
        return self.outcome.verdict


def ok(code: str, **arguments: str) -> Outcome:
    return Outcome(Verdict.OK, code, arguments)


def warning(code: str, **arguments: str) -> Outcome:
    return Outcome(Verdict.WARNING, code, arguments)


def failed(code: str, **arguments: str) -> Outcome:
    return Outcome(Verdict.FAILED, code, arguments)


def skipped(code: str, **arguments: str) -> Outcome:
    return Outcome(Verdict.SKIPPED, code, arguments)


def ordered(rows: Sequence[DoctorRow]) -> tuple[DoctorRow, ...]:
    """The rows leg by leg, each leg in the order in which it was examined, servers apart."""
    subjects = list(dict.fromkeys(row.subject for row in rows))
    return tuple(sorted(rows, key=lambda row: (LEGS.index(row.leg), subjects.index(row.subject))))


def worst(rows: Sequence[DoctorRow]) -> Verdict:
    """What the whole comes to: skipped tests count for nothing."""
    found = {row.verdict for row in rows}
    return next((verdict for verdict in (Verdict.FAILED, Verdict.WARNING) if verdict in found), Verdict.OK)
