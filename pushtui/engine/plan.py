"""What a run would do: the ordered actions of the steps, and what stands in the way of some."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from pushtui.base.values import frozen
from pushtui.engine.agreement import Progress, difference
from pushtui.engine.events import StepReport
from pushtui.engine.task import PROCEDURE, Task
from pushtui.procedure.model import Action, Change, Consent, Finding, Status, StepId, Wait
from pushtui.procedure.undo_codes import LOST

_IN_THE_WAY = {Status.BLOCKED, Status.ATTENTION, Status.FAILED, Status.CANCELLED}


@frozen
class Plan:
    """The actions in the order in which they will be done. Values may be ``(known after apply)``."""

    steps: tuple[StepId, ...] = ()
    """The steps that were asked for."""
    actions: tuple[Action, ...] = ()
    needed_consents: frozenset[Consent] = frozenset()
    blocked: Mapping[StepId, str] = field(default_factory=dict)
    """Steps that cannot be planned, each with the code of the finding that says why."""
    task: Task = PROCEDURE
    lost: tuple[Finding, ...] = ()
    """What taking back does not bring back, or not as it was."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The writes among the actions."""
        return tuple(action for action in self.actions if isinstance(action, Change))

    @property
    def now(self) -> tuple[Action, ...]:
        """The actions that a run of today comes to: those before the first wait that it does not sit out."""
        return actions_now(self.actions)

    def objection(self, change: Change, progress: Progress) -> str:
        """Why this change, computed anew, is none of those that were confirmed; empty where it is one."""
        planned = [each for each in self.changes if (each.id, each.step) == (change.id, change.step)]
        found = [difference(each, change, progress) for each in planned]
        return change.target if not found else "" if "" in found else found[-1]


def actions_now(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Those before the first wait that pauses the run."""
    return tuple(itertools.takewhile(lambda action: not (isinstance(action, Wait) and action.pauses), actions))


def consents_of(actions: Sequence[Action]) -> frozenset[Consent]:
    """What a run of today needs consents for."""
    return frozenset(
        action.consent for action in actions_now(actions) if isinstance(action, Change) and action.consent is not None
    )


def make_plan(
    reports: Mapping[StepId, StepReport],
    steps: Collection[StepId],
    task: Task = PROCEDURE,
    order: Sequence[StepId] = tuple(StepId),
) -> Plan:
    """The plan of the steps as they stand, in this order. A consent is needed for what is done before a pause."""
    chosen = tuple(step for step in order if step in steps)
    actions = tuple(action for step in chosen for action in reports[step].actions)
    return Plan(
        steps=chosen,
        actions=actions,
        needed_consents=consents_of(actions),
        blocked={step: _why(reports[step]) for step in chosen if reports[step].status in _IN_THE_WAY},
        task=task,
        lost=tuple(finding for step in chosen for finding in reports[step].findings if finding.code in LOST),
    )


def _why(report: StepReport) -> str:
    """The finding that made the status; the status' own word where there is none."""
    wanted = {Status.BLOCKED: "BLOCKED", Status.ATTENTION: "ATTENTION", Status.FAILED: "FAILURE"}.get(report.status)
    codes = [finding.code for finding in report.findings if finding.severity.name == wanted]
    return codes[0] if codes else report.status.value
