"""Taking back as a course of steps: the chain's seven in reverse, each with what the run did to it.

What a run did last is taken back first. No step holds back another: a proxy that cannot be reached is no reason to
leave a key where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pushtui.procedure.chain import Course
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Facts, Finding, Query, StepId
from pushtui.procedure.reading import complete
from pushtui.procedure.undoing import auth_server, certificate, push_proxy, service_principal
from pushtui.procedure.undoing.deeds import Deed, Verdict, settled

Asks = Callable[[Facts, Sequence[Deed]], Iterable[Query]]
Judges = Callable[[Facts, Sequence[Deed]], Verdict]

_RULES: dict[StepId, tuple[frozenset[str], Asks, Judges]] = {
    StepId.PUSH_PROXY: (push_proxy.KNOWN, push_proxy.queries, push_proxy.verdict),
    StepId.SERVICE_PRINCIPAL: (service_principal.KNOWN, service_principal.queries, service_principal.verdict),
    StepId.AUTH_SERVER: (auth_server.KNOWN, auth_server.queries, auth_server.verdict),
    StepId.CERTIFICATE: (certificate.KNOWN, certificate.queries, certificate.verdict),
}
RESTART = "verification.restart"


@dataclass(frozen=True, slots=True)
class Backwards:
    """One step of the way back."""

    ID: StepId
    deeds: tuple[Deed, ...] = ()
    """What the run did to this step, in the order in which it did it."""

    def queries(self, facts: Facts) -> Iterable[Query]:
        known = self._known()
        return tuple(_RULES[self.ID][1](facts, known)) if known else ()

    def findings(self, facts: Facts) -> Sequence[Finding]:
        if not complete(facts, self.queries(facts)):
            return ()
        if not self.deeds:
            return (finding("undo.nothing"),)
        return (*self._verdict(facts).findings, *self._beyond())

    def actions(self, facts: Facts) -> Sequence[Action]:
        return self._verdict(facts).actions if complete(facts, self.queries(facts)) else ()

    def _known(self) -> tuple[Deed, ...]:
        """Those that a rule of this step takes back."""
        rule = _RULES.get(self.ID)
        return tuple(deed for deed in self.deeds if rule is not None and deed.id in rule[0])

    def _verdict(self, facts: Facts) -> Verdict:
        known = self._known()
        return _RULES[self.ID][2](facts, known) if known else Verdict()

    def _beyond(self) -> Iterable[Finding]:
        """What no rule takes back."""
        known = self._known()
        for deed in self.deeds:
            if deed in known:
                continue
            if deed.id == RESTART:
                yield finding("undo.restart", deed.target)
            else:
                yield finding("undo.unknown-change", deed.id)


def course(deeds: Iterable[Deed]) -> Course:
    """The way back from what these did, which are in the order in which they were done."""
    done = settled(deeds)
    steps = tuple(Backwards(step, tuple(deed for deed in done if deed.step is step)) for step in reversed(StepId))
    return Course("undo", steps, linked=False)
