"""Taking back as a course of steps: the chain's seven in reverse, each with what the run did to it.

What a run did last is taken back first. No step holds back another: a proxy that cannot be reached is no reason to
leave a key where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pushtui.base.values import frozen
from pushtui.procedure.chain import Course
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Facts, Finding, Query, StepId
from pushtui.procedure.reading import complete
from pushtui.procedure.undoing import auth_server, certificate, partner_application, push_proxy, service_principal
from pushtui.procedure.undoing.deeds import Deed, Verdict, settled

Asks = Callable[[Facts, Sequence[Deed]], Iterable[Query]]
Judges = Callable[[Facts, Sequence[Deed]], Verdict]

_RULES: dict[StepId, tuple[tuple[frozenset[str], Asks, Judges], ...]] = {
    StepId.PUSH_PROXY: ((push_proxy.KNOWN, push_proxy.queries, push_proxy.verdict),),
    StepId.SERVICE_PRINCIPAL: ((service_principal.KNOWN, service_principal.queries, service_principal.verdict),),
    StepId.AUTH_SERVER: (
        (partner_application.KNOWN, partner_application.queries, partner_application.verdict),
        (auth_server.KNOWN, auth_server.queries, auth_server.verdict),
    ),
    StepId.CERTIFICATE: ((certificate.KNOWN, certificate.queries, certificate.verdict),),
}
"""Of each step: the ids of changes that a rule takes back, what it asks, and what it concludes; what comes first is
taken back first."""
RESTARTS = frozenset({"verification.restart", "certificate.restart-host"})


@frozen
class Backwards:
    """One step of the way back."""

    ID: StepId
    deeds: tuple[Deed, ...] = ()
    """What the run did to this step, in the order in which it did it."""
    stays: tuple[str, ...] = ()
    """What the run did to after that and is not taken back, by its objects."""

    def queries(self, facts: Facts) -> Iterable[Query]:
        asked = (query for known, asks, _judge in self._rules() for query in asks(facts, known))
        return tuple(dict.fromkeys(asked))

    def findings(self, facts: Facts) -> Sequence[Finding]:
        if not complete(facts, self.queries(facts)):
            return ()
        if not self.deeds:
            return (finding("undo.nothing"),)
        verdict = self._verdict(facts)
        rested = (finding("undo.rested-on", observed=", ".join(self.stays)),) if self.stays and verdict.actions else ()
        return (*verdict.findings, *self._beyond(), *rested)

    def actions(self, facts: Facts) -> Sequence[Action]:
        return self._verdict(facts).actions if complete(facts, self.queries(facts)) else ()

    def _rules(self) -> Iterable[tuple[tuple[Deed, ...], Asks, Judges]]:
        """The rules of this step that have something to take back, each with what that is."""
        for ids, asks, judge in _RULES.get(self.ID, ()):
            known = tuple(deed for deed in self.deeds if deed.id in ids)
            if known:
                yield known, asks, judge

    def _verdict(self, facts: Facts) -> Verdict:
        return sum((judge(facts, known) for known, _asks, judge in self._rules()), Verdict())

    def _beyond(self) -> Iterable[Finding]:
        """What no rule takes back."""
        known = {id(deed) for deeds, _asks, _judge in self._rules() for deed in deeds}
        for deed in self.deeds:
            if id(deed) in known:
                continue
            if deed.id in RESTARTS:
                yield finding("undo.restart", deed.target)
            else:
                yield finding("undo.unknown-change", deed.id)


def course(deeds: Iterable[Deed]) -> Course:
    """The way back from what these did, which are in the order in which they were done."""
    done = settled(deeds)
    steps = tuple(Backwards(step, tuple(deed for deed in done if deed.step is step)) for step in reversed(StepId))
    return Course("undo", steps, linked=False)


def course_of_one(deeds: Iterable[Deed], chosen: Deed) -> Course:
    """The way back from one of these alone; what the run did after it stays, and may rest on it."""
    done = settled(deeds)
    place = next(at for at, deed in enumerate(done) if deed.thing == chosen.thing)
    later = dict.fromkeys(deed.target for deed in done[place + 1 :] if deed.id not in RESTARTS)
    one = Backwards(chosen.step, (done[place],), tuple(later))
    return Course(
        "undo", tuple(one if step is chosen.step else Backwards(step) for step in reversed(StepId)), linked=False
    )
