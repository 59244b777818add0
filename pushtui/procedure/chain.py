"""The seven steps in their order, and what an earlier broken link means for the later ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pushtui.base.commands import Later
from pushtui.base.values import frozen, replace
from pushtui.procedure import (
    auth_server,
    certificate,
    explain,
    push_proxy,
    questions,
    servers,
    service_principal,
    tenant,
    verification,
)
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.evidence import evidence
from pushtui.procedure.model import (
    Action,
    Change,
    ExchangeWrite,
    Facts,
    FileRemove,
    FileWrite,
    Finding,
    GraphWrite,
    Query,
    Severity,
    Status,
    Step,
    StepId,
    Trial,
    WindowsWrite,
)


@frozen
class Course:
    """Steps that are looked at and done as one, in their order."""

    name: str
    steps: tuple[Step, ...]
    linked: bool = True
    """Whether a step builds on those before it: then a broken one holds back those after it."""

    @property
    def order(self) -> tuple[StepId, ...]:
        return tuple(step.ID for step in self.steps)

    def step(self, step: StepId) -> Step:
        """The step of that id. Raises `KeyError` where the course does not have it."""
        return {each.ID: each for each in self.steps}[step]

    def needed(self, steps: Collection[StepId]) -> tuple[StepId, ...]:
        """These steps and those before them, in order: what must be read before anything of theirs is changed."""
        order = self.order
        if not self.linked:
            return tuple(step for step in order if step in steps)
        wanted = [order.index(step) for step in steps if step in order]
        return order[: max(wanted) + 1] if wanted else ()


STEPS: tuple[Step, ...] = (tenant, servers, certificate, auth_server, service_principal, push_proxy, verification)
TRUST = Course("trust", STEPS)
"""The procedure itself; what keeps it up beside it is in `pushtui.procedure.courses`."""

_ASIDE: Mapping[StepId, Collection[Query]] = {
    StepId.TENANT: tenant.ASIDE,
    StepId.SERVICE_PRINCIPAL: service_principal.ASIDE,
}
"""What a step asks only to say more: no answer to it can change the step's status."""

_GRAVITY = tuple(Severity)
_STATUS: Mapping[Severity, Status] = {
    Severity.OK: Status.OK,
    Severity.NOTE: Status.OK,
    Severity.WARNING: Status.OK,
    Severity.SKIPPED: Status.SKIPPED,
    Severity.UNKNOWN: Status.UNKNOWN,
    Severity.WAITING: Status.WAITING,
    Severity.CHANGE: Status.CHANGE_NEEDED,
    Severity.BLOCKED: Status.BLOCKED,
    Severity.ATTENTION: Status.ATTENTION,
    Severity.FAILURE: Status.FAILED,
}


class Report(NamedTuple):
    """A step as the facts show it."""

    status: Status
    findings: tuple[Finding, ...]
    actions: tuple[Action, ...]


def status_of(findings: Sequence[Finding]) -> Status:
    """The gravest finding decides; without any, nothing is known."""
    if not findings:
        return Status.UNKNOWN
    return _STATUS[max((item.severity for item in findings), key=_GRAVITY.index)]


def awaited(step: StepId, query: Query) -> bool:
    """Whether the step's status waits for this answer."""
    return query not in _ASIDE.get(step, ())


def decides(step: StepId, query: Query) -> bool:
    """Whether this answer can make the step hold back those after it. What one server says of itself cannot."""
    return awaited(step, query) and (step is not StepId.SERVERS or query == questions.SERVERS)


def report(step: Step, facts: Facts, blocked_by: Collection[StepId] = ()) -> Report:
    """A step, with its changes held back where an earlier link is broken; everything that can be known is shown."""
    findings = tuple(replace(item, evidence=evidence(item, facts)) for item in step.findings(facts))
    actions = tuple(step.actions(facts))
    kept = tuple(action for action in actions if isinstance(action, Trial) and action.query is not None)
    if blocked_by and kept != actions:
        findings += (finding(f"{step.ID}.blocked", by=", ".join(blocked_by)),)
        actions = kept
    return Report(status_of(findings), findings, actions)


def reports(facts: Facts) -> dict[StepId, Report]:
    """All seven. A step that is not known yet holds back the changes of those after it, too."""
    result: dict[StepId, Report] = {}
    blockers: list[StepId] = []
    for step in STEPS:
        result[step.ID] = report(step, facts, blockers)
        if holds_back(result[step.ID].findings):
            blockers.append(step.ID)
    return explained(result)


def explained(reports: Mapping[StepId, Report]) -> dict[StepId, Report]:
    """The same reports, each finding with the others that explain it."""
    findings = explain.explained({step: report.findings for step, report in reports.items()})
    return {step: report._replace(findings=findings[step]) for step, report in reports.items()}


def holds_back(findings: Sequence[Finding]) -> bool:
    """Whether a step with these findings keeps the later ones from changing anything."""
    return not findings or blocks(findings)


def needed(steps: Iterable[StepId]) -> tuple[StepId, ...]:
    """These steps of the procedure and the links before them."""
    return TRUST.needed(tuple(steps))


def sendable(change: Change) -> bool:
    """Whether every value of the command is known: what is only known after apply cannot be sent."""
    match change.command:
        case ExchangeWrite(cmdlet) | WindowsWrite(cmdlet):
            values = [value for _, value in cmdlet.parameters]
            return not any(isinstance(item, Later) for value in values for item in _flat(value))
        case GraphWrite(request):
            return bool(request.body) or request.method == "DELETE"
        case FileWrite(_, content):
            return content is not None
        case FileRemove():
            return True


def _flat(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)
