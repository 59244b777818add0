"""What the fault matrix is made of: scenarios × operations × calls × faults, over the processes that run the tests."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.keys import KeyPairs

ROOT = Path(__file__).parents[2]
WORKBENCH = Path(__file__).with_name("workbench.py")
FAULTS = ("refused", "answer-lost", "cut", "stalled", "error", "killed-before", "killed-after")
FAULTS_OF = {"apply": FAULTS, "undo": FAULTS, "take-back": FAULTS[-2:]}
"""`take-back`: an apply that was killed, and undone instead of gone on with."""

REPETITIVE = {"expired-certificate": "fresh"}
"""Scenarios in which every server's store is read before and after each change of the certificate; and the one that has
all calls but theirs."""

Case = dict[str, Any]


def work(orders: list[Case], key_pairs: KeyPairs) -> Iterator[dict[str, Any]]:
    """What the workbench answers to these orders, one after the other."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(WORKBENCH), str(key_pairs.folder)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write("".join(json.dumps(order) + "\n" for order in orders))
        process.stdin.close()
        for line in process.stdout:
            yield json.loads(line)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, key_pairs: KeyPairs) -> Callable[[str, str], dict[str, Any]]:
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
                (run,) = work([{"scenario": scenario, "operation": operation}], key_pairs)
                file.write_text(json.dumps(run))
        run_: dict[str, Any] = json.loads(file.read_text())
        return run_

    return counted


@pytest.fixture(scope="session")
def bench(key_pairs: KeyPairs) -> Callable[[list[Case]], Iterator[dict[str, Any]]]:
    return partial(work, key_pairs=key_pairs)


@pytest.fixture(scope="session")
def every_fault() -> Callable[[str, str, Mapping[str, Any]], list[Case]]:
    """The whole matrix of an operation on a scenario."""
    return lambda scenario, operation, run: [
        {"scenario": scenario, "operation": operation, **call, "fault": fault}
        for call in run["calls"]
        for fault in FAULTS_OF[operation]
    ]


@pytest.fixture(scope="session")
def one_fault_each(
    undisturbed: Callable[[str, str], dict[str, Any]],
) -> Callable[[str, str, Mapping[str, Any]], list[Case]]:
    """Every call once, each day with another fault.

    On a scenario whose calls are mostly repetitions, only what is not asked on the other one is struck, and of each
    kind (the same cmdlet, the same WSMan operation) one: which of them it is changes by the day, too.
    """
    day = datetime.datetime.now(datetime.UTC).toordinal()

    def cases(scenario: str, operation: str, run: Mapping[str, Any]) -> list[Case]:
        calls, faults = run["calls"], FAULTS_OF[operation]
        if scenario in REPETITIVE:
            elsewhere = {_kind(call) for call in undisturbed(REPETITIVE[scenario], operation)["calls"]}
            kinds: dict[tuple[str, str], list[Case]] = {}
            for call in calls:
                if _kind(call) not in elsewhere:
                    kinds.setdefault(_kind(call), []).append(call)
            calls = [each[day % len(each)] for each in kinds.values()]
        return [
            {"scenario": scenario, "operation": operation, **call, "fault": faults[(day + place) % len(faults)]}
            for place, call in enumerate(calls)
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
