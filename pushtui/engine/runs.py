"""The runs of an organization, as their journals have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pushtui.base.commands import Json
from pushtui.base.errors import UsageError
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.action_encoding import task_from
from pushtui.engine.agreement import Progress
from pushtui.engine.encoding import from_json
from pushtui.engine.journal import entries, holder, journals
from pushtui.engine.task import Task
from pushtui.procedure.model import Command, StepId


@frozen
class Sent:
    """A change that a run set out to make: its intent, and its result where that was kept."""

    id: str
    step: str
    target: str
    risk: str
    consent: str
    text: str
    """The command as people type it."""
    undo_text: str
    before: Json
    after: Json
    account: str
    at: datetime
    arguments: Mapping[str, str]
    command: Command | None
    undo: Command | None
    backup: Mapping[str, Any]
    result: str = ""
    """`done`, `failed` or `unknown`; empty while in flight, and for ever where the run was killed then."""
    finished: datetime | None = None
    failure: str = ""
    objects: tuple[Any, ...] = ()
    read: datetime | None = None
    """When the value before was read."""

    @property
    def effective(self) -> bool:
        """Whether it may have changed something: not refused."""
        return self.result != "failed"


@frozen
class Run:
    """One run."""

    id: str
    path: Path
    started: datetime
    header: Mapping[str, Any]
    changes: tuple[Sent, ...] = ()
    others: tuple[Mapping[str, Any], ...] = ()
    """Waits, asks, trials, and what was noticed, as they stand in the journal."""
    resumes: str = ""
    """The interrupted run that this one went on with."""
    ended: datetime | None = None
    cancelled: bool = False
    statuses: Mapping[str, str] = field(default_factory=dict)
    end: Mapping[str, Any] = field(default_factory=dict)
    """The last entry, as it stands in the journal."""

    @property
    def operation(self) -> str:
        """What it was for: the name of its course."""
        return str(self.header.get("course") or "trust")

    @property
    def undoes(self) -> str:
        """The run that this one takes back; empty for any other."""
        return str(self.header.get("undoes") or "")

    @property
    def task(self) -> Task:
        """What it was for, so that it can be planned again. A journal of an earlier version names only the course."""
        kept = self.header.get("task")
        try:
            return task_from(kept) if isinstance(kept, dict) else Task(self.operation, self.undoes)
        except (KeyError, TypeError, ValueError):
            return Task(self.operation, self.undoes)

    @property
    def steps(self) -> tuple[StepId, ...]:
        """The steps that it was asked to do; all of them where the journal does not say."""
        asked = self.header.get("steps")
        known = tuple(step for step in StepId if isinstance(asked, list) and step.value in asked)
        return known or tuple(StepId)

    @property
    def who(self) -> Mapping[str, Any]:
        """The local user: `user`, `sudo_user`, `ssh_client`."""
        who = self.header.get("who")
        return who if isinstance(who, dict) else {}

    @property
    def in_flight(self) -> tuple[Sent, ...]:
        """Changes whose outcome nobody noted."""
        return tuple(change for change in self.changes if not change.result)

    @property
    def unfinished(self) -> bool:
        """Whether it came to no end of its own, or left behind a change of which nobody knows what became."""
        unsettled = self.cancelled and any(change.result == "unknown" for change in self.changes)
        return self.ended is None or bool(self.in_flight) or unsettled

    @property
    def changed(self) -> bool:
        """Whether it may have changed anything."""
        return any(change.effective for change in self.changes)


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Every run of the organization, oldest first; a journal without a readable first line is passed over."""
    found = (read_run(path) for path in journals(folder))
    return tuple(run for run in found if run is not None)


def read_run(path: Path) -> Run | None:
    """One journal; None where it is none."""
    lines = iter(entries(path))
    header = next(lines, None)
    at = _time(header) if header is not None else None
    if header is None or at is None or header["kind"] != "run":
        return None
    rest = tuple(lines)
    end = next((entry for entry in rest if entry["kind"] == "end"), {})
    statuses = end.get("statuses")
    return Run(
        id=str(header.get("run") or path.stem),
        path=path,
        started=at,
        header=header,
        changes=tuple(_changes(rest)),
        others=tuple(entry for entry in rest if entry["kind"] in {"done", "trial", "meanwhile", "found"}),
        resumes=next((str(entry.get("resumes")) for entry in rest if entry["kind"] == "resumes"), ""),
        ended=_time(end),
        cancelled=end.get("cancelled") is True,
        statuses=statuses if isinstance(statuses, dict) else {},
        end=end,
    )


def interrupted(folder: Path) -> Run | None:
    """The last run, where it came to no end and nobody is at it any more. A later run has looked after it."""
    if holder(folder) is not None:
        return None
    last = last_run(folder)
    return last if last is not None and last.unfinished else None


def last_run(folder: Path) -> Run | None:
    """The newest run, whether it has ended or not."""
    return next((run for path in reversed(journals(folder)) if (run := read_run(path)) is not None), None)


NUMBERS = 4
"""What has so many digits is no place in the list any more: it begins an id."""


def find_run(runs: Iterable[Run], run_id: str) -> Run:
    """The run of this id, whose id begins so, or of this place in the list, from 1. Raises `UsageError`."""
    known = tuple(runs)
    if run_id.isdecimal() and len(run_id) < NUMBERS and 0 < int(run_id) <= len(known):
        return known[int(run_id) - 1]
    found = [run for run in known if run.id == run_id] or [run for run in known if run.id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    what = _("There is no run {run} here") if not found else _("Several runs begin with {run}")
    raise UsageError("runs.unknown", what.format(run=run_id), remedy=_("pushtui runs lists them"))


def progress_of(runs: Iterable[Run], digest: str) -> Progress:
    """What the runs of the plan in the file with this digest have sent; nothing for a plan that was in none."""
    progress = Progress()
    for change in (each for run in runs if digest and run.header.get("reviewed") == digest for each in run.changes):
        if change.result == "done":
            progress.take(change.target, change.after)
        elif change.effective:
            progress.take(change.target, change.after, change.before)
    return progress


def _changes(lines: Iterable[Mapping[str, Any]]) -> Iterator[Sent]:
    """Each intent with the result that follows it."""
    found: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for entry in lines:
        if entry["kind"] == "intent":
            found.append((entry, {}))
        elif entry["kind"] == "result":
            for place in reversed(range(len(found))):
                intent, result = found[place]
                if intent.get("change") == entry.get("change") and not result:
                    found[place] = (intent, entry)
                    break
    for intent, result in found:
        at = _time(intent)
        if at is not None and isinstance(intent.get("change"), str):
            yield _sent(intent, result, at)


def _sent(intent: Mapping[str, Any], result: Mapping[str, Any], at: datetime) -> Sent:
    arguments, backup, objects = intent.get("arguments"), intent.get("backup"), result.get("objects")
    return Sent(
        id=intent["change"],
        step=str(intent.get("step") or ""),
        target=str(intent.get("target") or ""),
        risk=str(intent.get("risk") or ""),
        consent=str(intent.get("consent") or ""),
        text=_text(intent.get("command")),
        undo_text=_text(intent.get("undo")),
        before=intent.get("before"),
        after=intent.get("after"),
        account=str(intent.get("account") or ""),
        at=at,
        arguments={str(k): str(v) for k, v in arguments.items()} if isinstance(arguments, dict) else {},
        command=_command(intent.get("command")),
        undo=_command(intent.get("undo")),
        backup=backup if isinstance(backup, dict) else {},
        result=str(result.get("result") or ""),
        finished=_time(result),
        read=_time(intent, "read"),
        failure=str(result.get("failure") or ""),
        objects=tuple(objects) if isinstance(objects, list) else (),
    )


def _command(value: object) -> Command | None:
    if not isinstance(value, dict):
        return None
    try:
        return from_json(value)
    except ValueError:
        return None


def _text(value: object) -> str:
    return str(value.get("text") or "") if isinstance(value, dict) else ""


def _time(entry: Mapping[str, Any], name: str = "at") -> datetime | None:
    value = entry.get(name)
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
