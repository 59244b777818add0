"""The facts of a session, gathered as far as the steps ask, and the reports made from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Protocol

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.values import replace
from pushtui.engine.events import ChangeName, Counted, StepChanged, StepReport
from pushtui.engine.log import Log
from pushtui.engine.sources import Answers
from pushtui.procedure import chain
from pushtui.procedure.model import (
    Answer,
    ExchangeRead,
    Facts,
    Finding,
    GraphRead,
    Inputs,
    Memory,
    Query,
    Severity,
    Status,
    StepId,
    WindowsRead,
)

SLICE = 0.1
"""Seconds between two looks at the cancellation."""
REST = 3.0
"""Answers are collected for so many times as long as it took to evaluate the last ones: with a hundred servers that is
80 ms, and one evaluation for each of them would be most of the work."""
LONGEST_REST = 0.3

_OF_ITS_OWN = frozenset({Status.OK, Status.ATTENTION, Status.FAILED, Status.SKIPPED})
"""What a step comes out as by its own answers. Anything else an earlier link may still turn into something else."""

_WAITS_FOR: Mapping[StepId, frozenset[StepId]] = {
    StepId.TENANT: frozenset(),
    StepId.SERVERS: frozenset(),
    StepId.CERTIFICATE: frozenset({StepId.TENANT, StepId.SERVERS}),
    StepId.AUTH_SERVER: frozenset({StepId.TENANT, StepId.SERVERS}),
    StepId.SERVICE_PRINCIPAL: frozenset({StepId.TENANT, StepId.SERVERS, StepId.CERTIFICATE}),
    StepId.PUSH_PROXY: frozenset({StepId.TENANT, StepId.SERVERS}),
    StepId.VERIFICATION: frozenset(StepId) - {StepId.VERIFICATION},
}
"""The links that a step takes its values from, or that hold back everything when they are broken. Not the certificate
for most: a server that is slow to say whether it holds it should hold up nothing else."""


class Asks(Protocol):
    """Whoever answers queries; see `pushtui.engine.sources.Sources`."""

    def ask(self, queries: Iterable[Query], cancellation: Cancellation) -> list[Future[Answers]]: ...


class Survey:
    """What is known, and what it means. Used by one thread at a time; `reports` may be read by any."""

    def __init__(
        self,
        inputs: Inputs,
        sources: Asks,
        log: Log,
        clock: Clock,
        course: chain.Course = chain.TRUST,
        *,
        announce: bool = True,
    ) -> None:
        self.course = course
        self.inputs = inputs
        self.answers: dict[Query, Answer] = {}
        self.trials: dict[str, Answer] = {}
        self.memory = Memory()
        self.reports: Mapping[StepId, StepReport] = {step: StepReport(step, Status.UNKNOWN) for step in StepId}
        self.phases: dict[StepId, Status] = {}
        """What a step is being put through, shown in place of its status."""
        self.stops: dict[StepId, Finding] = {}
        """Why a run stopped at a step: counts as a finding of it, and holds back what comes after."""
        self.results: dict[StepId, dict[ChangeName, str]] = {}
        self._announce = announce
        self._sources = sources
        self._log = log
        self._clock = clock
        self._times: dict[StepId, tuple[datetime, float]] = {}

    def facts(self) -> Facts:
        """Everything known now."""
        return Facts(self.inputs, self._clock.now(), self.answers, self.trials, self.memory)

    def forget(self, steps: Collection[StepId]) -> None:
        """Drop the answers that these steps asked for, so that they are asked again."""
        for query in self._asked_by(steps):  # all of them first: what one step asks depends on answers to another
            self.answers.pop(query, None)
        for step in steps:
            self._times.pop(step, None)
            self.stops.pop(step, None)
            self.results.pop(step, None)

    def gather(self, steps: Collection[StepId], cancellation: Cancellation) -> None:
        """Ask until the steps ask nothing new, and report each step again as its answers come.

        What does not depend on a slow answer never waits for it. Raises `Cancelled`.
        """
        inbox: SimpleQueue[Future[Answers]] = SimpleQueue()
        pending: set[Query] = set()
        asked = 0
        began = self._clock.monotonic()
        under_way = 0
        while True:
            started = time.perf_counter()
            facts = self.facts()
            wanted = self._wanted(steps, facts)
            new = [query for query in wanted if query not in self.answers and query not in pending]
            if new:
                pending.update(new)
                asked += len(new)
                self._log.expect({subject(query): tuple(wanted[query]) for query in new})
                for future in self._sources.ask(new, cancellation):
                    under_way += 1
                    future.add_done_callback(inbox.put)
            if asked:
                self._log.event(Counted("reads", asked - len(pending), asked))
            through = pending.isdisjoint(wanted)
            self.publish(steps, began, through=through)
            if through:
                return
            rest = min(REST * (time.perf_counter() - started), LONGEST_REST)
            arrived = _arrivals(inbox, cancellation, under_way, rest)
            under_way -= len(arrived)
            for future in arrived:
                answers = future.result()
                self.answers.update(answers)
                pending.difference_update(answers)

    def _wanted(self, steps: Collection[StepId], facts: Facts) -> dict[Query, list[StepId]]:
        """What is asked for now, and by which steps."""
        wanted: dict[Query, list[StepId]] = {}
        for step in steps:
            for query in self.course.step(step).queries(facts):
                askers = wanted.setdefault(query, [])
                if step not in askers:
                    askers.append(step)
        return wanted

    def read_again(self, queries: Iterable[Query], steps: Collection[StepId], cancellation: Cancellation) -> None:
        """Ask these once more, then whatever the steps ask because of it."""
        for query in queries:
            self.answers.pop(query, None)
        outstanding = [query for query in queries if query not in self._asked_by(steps)]
        inbox: SimpleQueue[Future[Answers]] = SimpleQueue()
        futures = self._sources.ask(outstanding, cancellation) if outstanding else []
        for future in futures:
            future.add_done_callback(inbox.put)
        self.gather(steps, cancellation)
        left = len(futures)
        while left:
            for future in _arrivals(inbox, cancellation):
                self.answers.update(future.result())
                left -= 1

    def _asked_by(self, steps: Collection[StepId]) -> set[Query]:
        facts = self.facts()
        return {query for step in steps for query in self.course.step(step).queries(facts)}

    def complete(self, step: StepId) -> bool:
        """Whether everything that the step's status waits for was answered, one way or another."""
        return self._answered(step, chain.awaited)

    def decided(self, step: StepId) -> bool:
        """Whether no answer that is still out can make the step hold back those after it."""
        return self._answered(step, chain.decides)

    def _answered(self, step: StepId, counts: Callable[[StepId, Query], bool]) -> bool:
        asked = self.course.step(step).queries(self.facts())
        return all(query in self.answers for query in asked if not self.course.linked or counts(step, query))

    def evaluate(self, *, so_far: bool = False) -> dict[StepId, chain.Report]:
        """Every step of the course as the facts show it; one at which a run stopped holds back those after it.

        So does a step that is not known yet, but `so_far`, for showing: it may well turn out to hold.
        """
        facts = self.facts()
        result: dict[StepId, chain.Report] = {}
        blockers: list[StepId] = []
        for step in self.course.steps:
            report = chain.report(step, facts, blockers)
            stop = self.stops.get(step.ID)
            if stop is not None:
                findings = (*report.findings, stop)
                report = chain.Report(chain.status_of(findings), findings, report.actions)
            unknown = so_far and not self.decided(step.ID)
            broken = stop is not None or (chain.holds_back(report.findings) and not unknown)
            if broken and self.course.linked:
                blockers.append(step.ID)
            result[step.ID] = report
        return chain.explained(result)

    def settled(self, step: StepId, status: Status) -> bool:
        """Whether no answer that is still out can change this: not its own, not an earlier link's on which it waits."""
        if not self.complete(step):
            return False
        waits_for = [each for each in self.course.order if each in _WAITS_FOR[step]] if self.course.linked else []
        return status in _OF_ITS_OWN or all(self.decided(earlier) for earlier in waits_for)

    def publish(self, steps: Iterable[StepId], began: float | None = None, *, through: bool = True) -> None:
        """Report the steps as they stand, those that changed. `through`: no answer is out any more."""
        evaluated = self.evaluate(so_far=True)
        for step in (each for each in steps if each in evaluated):
            status, findings, actions = evaluated[step]
            complete = self.complete(step) and (through or self.settled(step, status))
            if not complete:
                findings, actions = tuple(each for each in findings if each.severity is not Severity.BLOCKED), ()
            if complete and step not in self._times:
                seconds = self._clock.monotonic() - began if began is not None else 0.0
                self._times[step] = (self._clock.now(), seconds)
            at, seconds = self._times.get(step, (None, 0.0))
            shown = self.phases.get(step) or (status if complete else Status.CHECKING)
            results = dict(self.results.get(step, {}))
            self._tell(StepReport(step, shown, findings, actions, at, seconds, results))

    def set_status(self, steps: Iterable[StepId], status: Status) -> None:
        """Show these steps with this status, whatever is known of them."""
        for step in steps:
            self._tell(replace(self.reports[step], status=status))

    def _tell(self, report: StepReport) -> None:
        before = self.reports[report.id]
        if before == report:
            return
        self.reports = {**self.reports, report.id: report}
        if before.status is not report.status:
            self._log.line("pushtui", "info", f"{report.id.value}: {report.status.value}", report.id)
        if self._announce:
            self._log.event(StepChanged(report))


def subject(query: Query) -> object:
    """What a connection names when it speaks about a query."""
    match query:
        case ExchangeRead(cmdlet) | WindowsRead(cmdlet):
            return cmdlet
        case GraphRead(request):
            return request
    return query


def _arrivals(
    inbox: SimpleQueue[Future[Answers]], cancellation: Cancellation, most: int = 0, rest: float = 0.0
) -> list[Future[Answers]]:
    """What has come in: at least one, and more within `rest` seconds, up to `most`. Raises `Cancelled`."""
    arrived: list[Future[Answers]] = []
    while not arrived:
        cancellation.check()
        with suppress(Empty):
            arrived.append(inbox.get(timeout=SLICE))
    until = time.monotonic() + rest
    with suppress(Empty):
        while len(arrived) < most and (left := until - time.monotonic()) > 0:
            arrived.append(inbox.get(timeout=left))
    while not inbox.empty():
        arrived.append(inbox.get())
    return arrived
