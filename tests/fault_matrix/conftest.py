"""What the fault matrix is made of: scenarios × operations × calls × faults, over the processes that run the tests."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.keys import KeyPairs

ROOT = Path(__file__).parents[2]
WORKBENCH = Path(__file__).with_name("workbench.py")
FAULTS = ("refused", "answer-lost", "cut", "stalled", "error", "killed-before", "killed-after")
FAULTS_OF = {"apply": FAULTS, "undo": FAULTS, "take-back": FAULTS[-2:]}
"""`take-back`: an apply that was killed, and undone instead of gone on with."""

WEEK = 7
"""Days within which every call of the first scenario is struck."""

Case = dict[str, Any]


Work = Callable[[list[Case]], Iterator[dict[str, Any]]]


@pytest.fixture(scope="session")
def bench(key_pairs: KeyPairs) -> Iterator[Work]:
    """What the workbench answers to orders, one after the other; one for all that a process of the tests orders."""
    process = subprocess.Popen(
        [sys.executable, str(WORKBENCH), str(key_pairs.folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None

    def work(orders: list[Case]) -> Iterator[dict[str, Any]]:
        stdin.write(json.dumps(orders) + "\n")
        stdin.flush()
        for _order in orders:
            yield json.loads(stdout.readline())

    with process:
        yield work


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, bench: Work) -> Callable[[str, str], dict[str, Any]]:
    """The calls of an undisturbed operation and the state that it leaves; counted once for all processes of the tests.

    What takes back a killed apply is struck where the apply is.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    def counted(scenario: str, operation: str) -> dict[str, Any]:
        operation = "apply" if operation == "take-back" else operation
        file = folder / f"undisturbed-{scenario}-{operation}.json"
        with open(file.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not file.exists():
                (run,) = bench([{"scenario": scenario, "operation": operation}])
                file.write_text(json.dumps(run))
        run_: dict[str, Any] = json.loads(file.read_text())
        return run_

    return counted


@pytest.fixture(scope="session")
def every_fault() -> Callable[[str, str, Mapping[str, Any]], list[Case]]:
    """The whole matrix of an operation on a scenario."""
    return lambda scenario, operation, run: [
        {"scenario": scenario, "operation": operation, **call, "fault": fault}
        for call in run["calls"]
        for fault in FAULTS_OF[operation]
    ]


@pytest.fixture(scope="session")
def faults_of_today(
    undisturbed: Callable[[str, str], dict[str, Any]],
) -> Callable[[str, str, Mapping[str, Any]], list[Case]]:
    """Some calls of every kind (the same cmdlet, the same WSMan operation), each with one fault.

    On `fresh` of each kind a seventh, one at least: every call comes up within a week, and with every fault within
    seven weeks. On the other scenarios one call of each kind that `fresh` has not; where the keys of others lie in the
    tenant, of each kind that Graph is asked, too.
    """
    week, weekday = divmod(datetime.datetime.now(datetime.UTC).toordinal(), WEEK)

    def cases(scenario: str, operation: str, run: Mapping[str, Any]) -> list[Case]:
        kinds: dict[tuple[str, str], list[Case]] = {}
        for call in run["calls"]:
            kinds.setdefault(_kind(call), []).append(call)
        if scenario == "fresh":
            struck = [each[weekday % min(len(each), WEEK) :: WEEK] for each in kinds.values()]
        else:
            usual = {_kind(call) for call in undisturbed("fresh", operation)["calls"]}
            if scenario == "other-keys":
                usual = {kind for kind in usual if kind[0] != "graph"}
            struck = [[each[(week + weekday) % len(each)]] for kind, each in kinds.items() if kind not in usual]
        faults = FAULTS_OF[operation]
        return [
            {"scenario": scenario, "operation": operation, **call, "fault": faults[turn % len(faults)]}
            for kind, calls in enumerate(struck)
            for turn, call in enumerate(calls, week + weekday + kind)
        ]

    return cases


def _kind(call: Case) -> tuple[str, str]:
    return call["side"], call["name"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many converged, over all processes of the tests."""
    tried = converged = 0
    for reports in terminalreporter.stats.values():
        for report in reports:
            properties = dict(getattr(report, "user_properties", ()))
            if getattr(report, "when", "") == "call" and "matrix" in properties:
                good, all_ = properties["matrix"]
                tried, converged = tried + all_, converged + good
    if tried:
        terminalreporter.write_line(f"fault matrix: {converged} of {tried} converged")
