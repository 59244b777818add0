"""The record of a run as a report: complete, and harmless whatever came from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.errors import UsageError
from pushtui.engine.action_encoding import finding_to, task_to
from pushtui.engine.runs import Run, find_run, interrupted, read_run, read_runs
from pushtui.engine.taking_back import task_of, way_back
from pushtui.engine.task import Task
from pushtui.procedure.codes import finding
from pushtui.procedure.model import StepId
from pushtui.reporting import plain, runs
from pushtui.reporting.pages_html import page
from pushtui.reporting.pages_markdown import markdown

HOSTILE = "</td><script>alert(1)</script>|`*\x1b[31m\u202e"


def journal(folder: Path, name: str, *lines: dict[str, Any], end: bool = True, torn: str = "", **header: Any) -> Path:
    at = {"at": "2026-11-22T10:00:00+00:00"}
    first = {**at, "kind": "run", "schema": 1, "run": name, "course": "trust", "who": {"user": HOSTILE}, **header}
    last = [{**at, "kind": "end", "cancelled": False, "statuses": {"tenant": "ok"}}] if end else []
    text = "".join(json.dumps(line) + "\n" for line in (first, *({**at, **line} for line in lines), *last))
    path = folder / f"{name}.jsonl"
    path.write_text(text + torn)
    return path


def intent(change: str = "auth-server.create", **more: Any) -> dict[str, Any]:
    command = {"to": "exchange", "text": HOSTILE, "cmdlet": "New-AuthServer", "parameters": [], "select": []}
    entry = {"kind": "intent", "change": change, "step": "auth-server", "target": HOSTILE, "command": command}
    return entry | {"before": None, "after": {"name": HOSTILE}, "arguments": {}, "risk": "reversible"} | more


def result(change: str = "auth-server.create", outcome: str = "done") -> dict[str, Any]:
    return {"kind": "result", "change": change, "result": outcome, "objects": []}


def read(path: Path) -> Run:
    run = read_run(path)
    assert run is not None
    return run


def test_a_report_obeys_nothing_that_came_from_outside(tmp_path: Path) -> None:
    run = read(journal(tmp_path, "a", intent(), result()))
    html, text = page(runs.blocks(run)), markdown(runs.blocks(run))
    assert "<script>" not in html
    for shown in (html, text, runs.listing([run], busy=False)):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "http" not in html.replace("http-equiv", ""), "nothing is fetched"
    assert json.loads(runs.run_json(run))["run"]["changes"][0]["result"] == "done"


def test_an_auditor_reads_who_what_from_where_and_what_others_did(tmp_path: Path) -> None:
    people = {"user": "alice", "sudo_user": "bob", "ssh_client": "192.0.2.7", "host": "jump01"}
    asked = {"kind": "done", "change": "verification.restart", "what": "ask", "where": "ex01", "command": "Restart-It"}
    meanwhile = {
        "kind": "meanwhile", "change": "service-principal.add-key", "planned": {"keys": ["AA", "BB"]},
        "before": {"keys": ["AA", "CC"]},
    }  # fmt: skip
    vanished = finding_to(finding("service-principal.key-vanished", "DD", sent=3, observed=2))
    found = {"kind": "found", "step": "service-principal", "findings": [vanished, {"code": 1}, None]}
    header = {
        "tenant": "fabrikam.com", "tenant_id": "1111-2222", "consents": ["service-principal-key"], "exchange": "ex01",
        "accounts": {"exchange": "admin@corp", "entra": "app"}, "reviewed": "abc123",
    }  # fmt: skip
    sent = intent(read="2026-11-22T09:59:58+00:00", account="admin@corp")
    run = read(journal(tmp_path, "a", sent, result(), asked, meanwhile, found, **{**header, "who": people}))
    text = markdown(runs.blocks(run)).replace("\\", "")
    for words in (
        "alice (sudo by bob) from 192.0.2.7 on jump01", "fabrikam.com 1111-2222", "admin@corp, app", "ex01",
        "service-principal-key", "SHA-256 abc123", "2026-11-22 09:59:58 UTC", "2026-11-22 10:00:00 UTC",
        "added CC; removed BB", "this was done on ex01: Restart-It", "DD",
    ):  # fmt: skip
        assert words in text, words


def test_a_torn_last_line_takes_nothing_else_with_it(tmp_path: Path) -> None:
    journal(tmp_path, "a", intent(), end=False, torn='{"kind": "result", "cha')
    run = interrupted(tmp_path)
    assert run is not None
    assert [change.id for change in run.in_flight] == ["auth-server.create"]
    assert runs.outcome(run) == "interrupted"


def test_a_later_run_has_looked_after_an_interrupted_one(tmp_path: Path) -> None:
    journal(tmp_path, "a", intent(), end=False)
    journal(tmp_path, "b", {"kind": "resumes", "resumes": "a"})
    assert interrupted(tmp_path) is None
    known = read_runs(tmp_path)
    [auth_server] = [step for step in way_back(known, Task("undo", "b")).steps if step.ID is StepId.AUTH_SERVER]
    assert [deed.id for deed in auth_server.deeds] == ["auth-server.create"], "what it went on with is its own"


@pytest.mark.parametrize(
    ("header", "command"),
    [
        ({}, "pushtui apply"),
        ({"steps": ["certificate", "push-proxy"]}, "pushtui apply --step certificate --step push-proxy"),
        ({"course": "undo", "undoes": "x"}, "pushtui undo x"),
        ({"task": task_to(Task("undo", "x", change=2))}, "pushtui undo x --change 2"),
        ({"task": task_to(Task("renewal", within_days=90.0))}, "pushtui renew --within-days 90"),
        ({"task": task_to(Task("keys", removed_keys=frozenset({"BB", "AA"})))}, "pushtui keys remove AA BB"),
        ({"task": task_to(Task("keys")) | {"removed_keys": 5}, "course": "keys"}, "pushtui keys remove"),
    ],
)
def test_an_interrupted_run_is_gone_on_with_by_the_command_that_began_it(
    tmp_path: Path, header: dict[str, Any], command: str
) -> None:
    run = read(journal(tmp_path, "a", intent(), end=False, **header))
    assert plain.go_on_command(run) == command
    assert f"{command} goes on" in " ".join(plain.interrupted_text(run).split())


def test_what_was_refused_is_not_taken_back(tmp_path: Path) -> None:
    journal(tmp_path, "a", intent(), result(outcome="failed"))
    with pytest.raises(UsageError):
        task_of(read_runs(tmp_path))


def test_the_last_run_that_built_something_is_taken_back(tmp_path: Path) -> None:
    journal(tmp_path, "a", intent(), result())
    journal(tmp_path, "b")
    journal(tmp_path, "c", intent("undo.auth-server.remove"), result("undo.auth-server.remove"), undoes="a")
    assert task_of(read_runs(tmp_path)).undoes == "a"
    assert task_of(read_runs(tmp_path), "c").undoes == "a", "an undo stands for what it takes back"


def test_a_run_is_named_by_how_its_id_begins(tmp_path: Path) -> None:
    journal(tmp_path, "20261122a")
    journal(tmp_path, "20261122b")
    known = read_runs(tmp_path)
    assert find_run(known, "20261122b").id == "20261122b"
    assert find_run(known, "2").id == "20261122b", "its place in the list"
    for wrong in ("20261122", "x", "0", "3"):
        with pytest.raises(UsageError):
            find_run(known, wrong)
