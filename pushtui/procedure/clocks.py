"""Clocks: ours, each Exchange server's, the tenant's. What is on the wire anyway tells most of them apart.

Every answer over HTTP is dated: the Exchange server's clock is that of the web server that we talk to, or of several
where a name stands for several. The others are asked by way of one that answers: a process says what time it has.
Tokens and Kerberos bear five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Answer, ExchangeRead, Facts, Finding
from pushtui.procedure.reading import read
from pushtui.procedure.records import ProcessInfoRecord

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


def exchange(facts: Facts, fqdns: Sequence[str]) -> Iterable[Finding]:
    """Every Exchange server against the tenant; against this machine where the tenant does not tell.

    `fqdns` are those of the organization's servers: a front end calls itself by its short name.
    """
    theirs = _tenant(facts)
    told = _processes(facts, fqdns)
    dated = {name: offset for name, offset in _front_ends(facts, fqdns).items() if name in fqdns or not told}
    for name, (ours, unsure) in {**told, **dated}.items():
        offset = ours - (theirs or 0.0)
        if abs(offset) - unsure > BORNE:
            yield finding(
                "servers.clock-skew",
                name,
                observed=f"{offset:.0f}",
                minutes=_minutes(offset),
                against="here" if theirs is None else "tenant",
            )


def _processes(facts: Facts, fqdns: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Servers by what a process of theirs said: how many seconds ahead of ours, and how long its answer took."""
    offsets: dict[str, tuple[float, float]] = {}
    for fqdn in fqdns:
        answer = facts.answers.get(questions.process_info(fqdn))
        record = read(facts, questions.process_info(fqdn), ProcessInfoRecord.from_properties).first
        if answer is not None and record is not None:
            offsets[fqdn] = (record.current_time - answer.at).total_seconds(), answer.seconds
    return offsets


def _front_ends(facts: Facts, fqdns: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Each web server that answered, by the date of its answer, which was on its way for no time worth a word."""
    offsets: dict[str, tuple[float, float]] = {}
    for query, answer in facts.answers.items():
        if not isinstance(query, ExchangeRead) or answer.clock_offset is None or answer.failure is not None:
            continue
        if answer.front_end or not query.server:  # else the answer's source is the server that it is about
            offsets.setdefault(_name(answer, fqdns), (answer.clock_offset, 0.0))
    return offsets


def _name(answer: Answer, fqdns: Sequence[str]) -> str:
    """Its FQDN; where it does not say who it is, or says what no server is called, what we connected to."""
    for said in (answer.front_end, answer.source):
        host = said.lower().partition(".")[0]
        known = next((fqdn for fqdn in fqdns if host and fqdn.lower().partition(".")[0] == host), "")
        if known:
            return known
    return answer.source


def _tenant(facts: Facts) -> float | None:
    answer = facts.answers.get(questions.discovery(facts))
    return answer.clock_offset if answer is not None else None


def _minutes(seconds: float) -> str:
    return f"{abs(seconds) / 60:.0f}"
