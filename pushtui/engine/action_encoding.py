"""Tasks, actions and findings as JSON values and back, for a journal, and for a plan that is kept in a file.

What is only asked again in its turn – the reads of a change, of a wait – is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pushtui.base.commands import Json
from pushtui.engine.encoding import cmdlet_from_json, cmdlet_to_json, from_json, to_json
from pushtui.engine.task import Task
from pushtui.procedure.model import (
    Action,
    Ask,
    Change,
    Consent,
    ExchangeRead,
    Failure,
    Finding,
    Risk,
    Severity,
    StepId,
    Trial,
    Wait,
)


def task_to(task: Task) -> dict[str, Json]:
    """:func:`task_from` is the way back."""
    return {
        "course": task.course,
        "undoes": task.undoes,
        "steps": [step.value for step in task.steps],
        "removed_keys": [*sorted(task.removed_keys)],
        "within_days": task.within_days,
        "change": task.change,
    }


def task_from(value: Mapping[str, Any]) -> Task:
    """The task. Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    days = value["within_days"]
    return Task(
        str(value["course"]),
        str(value["undoes"]),
        tuple(StepId(step) for step in value["steps"]),
        frozenset(str(key) for key in value["removed_keys"]),
        None if days is None else float(days),
        int(value["change"]),
    )


def action_to(action: Action) -> dict[str, Json]:
    """:func:`action_from` is the way back."""
    common: dict[str, Json] = {"id": action.id, "step": action.step.value, "arguments": dict(action.arguments)}
    match action:
        case Change():
            volatile: list[Json] = [*sorted(action.volatile)]
            return {
                "kind": "change",
                **common,
                "target": action.target,
                "command": to_json(action.command),
                "before": action.before,
                "after": action.after,
                "risk": action.risk.value,
                "undo": None if action.undo is None else to_json(action.undo),
                "consent": None if action.consent is None else action.consent.value,
                "backup": action.backup,
                "pinned": action.pinned,
                "volatile": volatile,
            }
        case Wait():
            return {"kind": "wait", **common, "seconds": action.seconds, "pauses": action.pauses}
        case Ask():
            return {"kind": "ask", **common, "command": action.command, "where": action.where}
        case Trial(query=query):
            asked: Json = None if query is None else {"server": query.server, **cmdlet_to_json(query.cmdlet)}
            return {"kind": "trial", **common, "query": asked, "timeout": action.timeout}


def action_from(value: Mapping[str, Any]) -> Action:
    """The action. Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    name, step, arguments = str(value["id"]), StepId(value["step"]), _texts(value["arguments"])
    match value["kind"]:
        case "change":
            return Change(
                id=name,
                step=step,
                target=str(value["target"]),
                command=from_json(value["command"]),
                before=value["before"],
                after=value["after"],
                risk=Risk(value["risk"]),
                reads=(),
                undo=None if value["undo"] is None else from_json(value["undo"]),
                consent=None if value["consent"] is None else Consent(value["consent"]),
                backup=bool(value["backup"]),
                pinned=bool(value["pinned"]),
                volatile=frozenset(str(each) for each in value["volatile"]),
                arguments=arguments,
            )
        case "wait":
            return Wait(name, step, float(value["seconds"]), pauses=bool(value["pauses"]), arguments=arguments)
        case "ask":
            return Ask(name, step, str(value["command"]), str(value["where"]), arguments)
        case "trial":
            asked = value["query"]
            query = None if asked is None else ExchangeRead(cmdlet_from_json(asked), str(asked["server"]))
            return Trial(name, step, query, float(value["timeout"]), arguments)
    raise ValueError("not an action")


def finding_to(finding: Finding) -> dict[str, Json]:
    """A finding that a plan shows; :func:`finding_from` is the way back."""
    failure = finding.failure
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "expected": finding.expected,
        "observed": finding.observed,
        "arguments": dict(finding.arguments),
        "failure": None
        if failure is None
        else {name: getattr(failure, name) for name in ("code", "what", "side", "where", "cause", "remedy")},
    }


def finding_from(value: Mapping[str, Any]) -> Finding:
    """The finding. Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    failure = value["failure"]
    return Finding(
        str(value["code"]),
        Severity(value["severity"]),
        str(value["subject"]),
        str(value["expected"]),
        str(value["observed"]),
        _texts(value["arguments"]),
        None if failure is None else Failure(**_texts(failure)),
    )


def _texts(value: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()}
