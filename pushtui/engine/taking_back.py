"""Which run is taken back, or which one change of it, and what was done in it."""

from __future__ import annotations

from collections.abc import Iterable

from pushtui.base.errors import UsageError
from pushtui.base.words import _
from pushtui.engine.runs import Run, Sent, find_run
from pushtui.engine.task import Task
from pushtui.procedure.chain import Course
from pushtui.procedure.model import StepId
from pushtui.procedure.undoing import course, course_of_one
from pushtui.procedure.undoing.deeds import Deed


def task_of(runs: Iterable[Run], run_id: str = "", steps: Iterable[StepId] = StepId, change: int = 0) -> Task:
    """The task that takes back a run, by default the last one that changed anything; of it these steps, or one change.

    The run of an undo stands for what it takes back. Raises `UsageError` where there is no such run or change.
    """
    known = tuple(runs)
    run = find_run(known, run_id) if run_id else to_take_back(known)
    if change:
        sent = numbered(run, change)
        return Task("undo", run.id, (StepId(sent.step),), change=change)
    if run.undoes:
        run = find_run(known, run.undoes)
    chosen = set(steps)
    return Task("undo", run.id, tuple(step for step in StepId if step in chosen))


def to_take_back(runs: Iterable[Run]) -> Run:
    """The last run that changed something and did not itself take something back. Raises `UsageError`."""
    found = [run for run in runs if run.changed and not run.undoes]
    if not found:
        raise UsageError("runs.none", _("No run here has changed anything that could be taken back"))
    return found[-1]


def numbered(run: Run, change: int) -> Sent:
    """The change of this number, from 1, as `runs show` has them. Raises `UsageError` where it cannot be taken back."""
    remedy = _("pushtui runs show {run} numbers its changes").format(run=run.id)
    if run.undoes:
        what = _("The run {run} took something back; name a change of the run {undone}")
        raise UsageError("runs.undo", what.format(run=run.id, undone=run.undoes), remedy=remedy)
    if not 0 < change <= len(run.changes):
        what = _("The run {run} has no change {number}")
        raise UsageError("runs.unknown-change", what.format(run=run.id, number=change), remedy=remedy)
    sent = run.changes[change - 1]
    if not sent.effective or sent.step not in set(StepId):
        what = _("Change {number} of the run {run} was not made, so there is nothing to take back")
        raise UsageError("runs.not-made", what.format(run=run.id, number=change), remedy=remedy)
    return sent


def way_back(runs: Iterable[Run], task: Task) -> Course:
    """The course of a task that takes something back. Raises `UsageError` for a run or change that is not there."""
    known = tuple(runs)
    run = find_run(known, task.undoes)
    done = _deeds(known, run)
    return course_of_one(done, _deed(numbered(run, task.change))) if task.change else course(done)


def _deeds(runs: Iterable[Run], run: Run) -> tuple[Deed, ...]:
    """What a run did, and before it the interrupted ones that it went on with, in the order in which it was done."""
    known = {each.id: each for each in runs}
    family, seen = [run], {run.id}
    while (earlier := known.get(family[0].resumes)) is not None and earlier.id not in seen:
        family.insert(0, earlier)
        seen.add(earlier.id)
    steps = set(StepId)
    return tuple(
        _deed(change)
        for each in family
        if not each.undoes
        for change in each.changes
        if change.effective and change.step in steps
    )


def _deed(change: Sent) -> Deed:
    return Deed(
        change.id,
        StepId(change.step),
        change.target,
        change.before,
        change.after,
        change.command,
        change.undo,
        change.arguments,
    )
