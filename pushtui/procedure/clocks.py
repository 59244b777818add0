"""Three clocks: ours, the Exchange server's that answers, the tenant's. What is on the wire anyway tells them apart.

Every answer over HTTP is dated. The Exchange server's clock is that of the web server that we talk to: the others' are
not on the wire. Tokens and Kerberos bear five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable

from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Finding

NOTED = 60.0
"""Seconds between this machine and the tenant from which on it is worth a word."""
BORNE = 300.0
"""Seconds that Kerberos (RFC 4120 1.6) and Entra, for the times in a token, bear."""


def tenant(facts: Facts) -> Iterable[Finding]:
    """This machine against the tenant."""
    offset = _tenant(facts)
    if offset is not None and abs(offset) > NOTED:
        domain = facts.inputs.tenant_domain.strip().lower()
        yield finding("tenant.clock-skew", domain, observed=f"{offset:.0f}", minutes=_minutes(offset))


def exchange(facts: Facts) -> Iterable[Finding]:
    """The Exchange server that answers, against the tenant; against this machine where the tenant does not tell."""
    answer = facts.answers.get(questions.SERVERS)
    ours = answer.clock_offset if answer is not None else None
    if answer is None or ours is None:
        return
    theirs = _tenant(facts)
    offset = ours - (theirs or 0.0)
    if abs(offset) > BORNE:
        yield finding(
            "servers.clock-skew",
            answer.source,
            observed=f"{offset:.0f}",
            minutes=_minutes(offset),
            against="here" if theirs is None else "tenant",
        )


def _tenant(facts: Facts) -> float | None:
    answer = facts.answers.get(questions.discovery(facts))
    return answer.clock_offset if answer is not None else None


def _minutes(seconds: float) -> str:
    return f"{abs(seconds) / 60:.0f}"
