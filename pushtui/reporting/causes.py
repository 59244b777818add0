"""A step's findings as a tree: what is a cause first, and what follows from it under it. Pure, and without words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pushtui.base.values import frozen
from pushtui.engine.events import StepReport
from pushtui.procedure import explain
from pushtui.procedure.model import Cause, Finding, Severity, Status, StepId

_GRAVITY = tuple(Severity)


@frozen
class Branch:
    """A finding, and the findings of the same step that it explains."""

    finding: Finding
    elsewhere: tuple[Finding, ...]
    """What explains it in another step."""
    under: tuple[Branch, ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Branch]]:
        """This and all under it, each with how deep it lies."""
        yield depth, self
        for branch in self.under:
            yield from branch.walk(depth + 1)


def branches(report: StepReport, reports: Mapping[StepId, StepReport]) -> tuple[Branch, ...]:
    """The step's findings; those that explain anything at all come first, else in their order.

    A finding is shown once, under the first of its causes that the step has.
    """
    everything = _by_name(finding for each in reports.values() for finding in each.findings)
    own = _by_name(report.findings)
    telling = {cause for each in reports.values() for finding in each.findings for cause in finding.explained_by}
    children: dict[Cause, list[Finding]] = {}
    tops: list[Finding] = []
    for finding in report.findings:
        parent = next((cause for cause in finding.explained_by if cause in own), None)
        if parent is None:
            tops.append(finding)
        else:
            children.setdefault(parent, []).append(finding)

    def grow(finding: Finding) -> Branch:
        under = children.pop(_name(finding), ())  # the first of two of one name takes them
        elsewhere = tuple(everything[each] for each in finding.explained_by if each not in own and each in everything)
        return Branch(finding, elsewhere, tuple(grow(each) for each in under))

    return tuple(grow(finding) for finding in sorted(tops, key=lambda each: _name(each) not in telling))


def gravest_first(tops: Iterable[Branch]) -> list[Branch]:
    """By the gravest in the tree: a cause that is only worth a warning stands where its consequence would."""
    return sorted(tops, key=lambda top: -max(_GRAVITY.index(branch.finding.severity) for _depth, branch in top.walk()))


def roots(reports: Mapping[StepId, StepReport], steps: Sequence[StepId]) -> tuple[tuple[Finding, int], ...]:
    """What is to be repaired in those of these steps that are not ok, each with how many findings follow from it."""
    findings = [finding for step in steps for finding in reports[step].findings]
    fine = {Status.OK, Status.SKIPPED, Status.CHECKING}
    broken = {finding for step in steps if reports[step].status not in fine for finding in _names(reports[step])}
    return tuple((root, _following(root, findings)) for root in explain.roots(findings) if _name(root) in broken)


def _following(root: Finding, findings: Sequence[Finding]) -> int:
    """Everything that hangs on it, however far."""
    seen: set[Cause] = set()
    waiting = [root]
    while waiting:
        for effect in explain.consequences(waiting.pop(), findings):
            if _name(effect) not in seen:
                seen.add(_name(effect))
                waiting.append(effect)
    return len(seen)


def _names(report: StepReport) -> Iterable[Cause]:
    return (_name(finding) for finding in report.findings)


def _name(finding: Finding) -> Cause:
    return Cause(finding.code, finding.subject)


def _by_name(findings: Iterable[Finding]) -> dict[Cause, Finding]:
    result: dict[Cause, Finding] = {}
    for finding in findings:
        result.setdefault(_name(finding), finding)
    return result
