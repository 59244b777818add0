"""Rows 4 to 7: what a check and an apply cost on a line of 50 ms, in round trips that could not be avoided."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from pushtui.engine.session import Session
from pushtui.procedure import chain
from pushtui.procedure.model import Answer, Consent, Facts, Query, StepId
from pushtui.profile import load
from tests.benchmarks.figures import RUNS, Figure, medians
from tests.benchmarks.labs import Lab, far_profile, running_lab
from tests.benchmarks.terminal import PYTHON, ROOT, clear_environment

ROUND_TRIP = 0.05
CHANGES = 3
"""What `pushtui check` ends with on `done`, where the certificate was not exported yet."""
PER_ROUND = 2 * ROUND_TRIP
"""A round of reads is a command and its answer."""


class Nobody:
    """Whoever would be asked for something; a lab's ready profile names everything."""

    def secret(self, *_arguments: Any) -> Any:
        raise AssertionError("nothing should be asked for")

    password = passphrase = address = secret


@contextmanager
def session(profile: Path) -> Iterator[Session]:
    """A session that nobody watches."""
    opened = Session(load(profile), Nobody(), lambda _event: None)  # type: ignore[arg-type]  # never asked
    try:
        yield opened
    finally:
        opened.close()
        opened.join(5.0)


def figures(folder: Path) -> list[Figure]:
    """All of them."""
    os.environ.update({name: str(folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")})
    return [_warm_check(folder), _cold_check(folder), *_large_checks(folder), _apply(folder)]


def timed(do: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def rounds(known: Session) -> int:
    """How many rounds of reads a check needs, of which each waits for the answers of the one before."""
    survey = known._trust
    facts: dict[Query, Answer] = {}
    count = 0
    while True:
        asked = Facts(survey.inputs, survey.facts().now, facts, {}, survey.memory)
        new = {query for step in chain.STEPS for query in step.queries(asked)} - facts.keys()
        if not new:
            return count
        count += 1
        facts.update({query: survey.answers[query] for query in new})


def _warm_check(folder: Path) -> Figure:
    """A check with its connections open, against as many rounds as depend on each other and the lab's own time."""
    with (
        running_lab("done") as lab,
        far_profile(lab, ROUND_TRIP, folder) as far,
        far_profile(lab, 0.0, folder) as near,
        session(far) as over_there,
        session(near) as here,
    ):
        over_there.check()
        here.check()
        needed = rounds(over_there) * PER_ROUND * 1000
        ours, own = medians(lambda: timed(over_there.check), lambda: timed(here.check))
    return Figure("4", "full check, connections open", ours, "ms", 1.5, needed + own)


def _cold_check(folder: Path) -> Figure:
    """A check as a process of its own, against the procedure's reads with stock clients, as one too."""
    environment = clear_environment(folder)
    with running_lab("done") as lab, far_profile(lab, ROUND_TRIP, folder) as far:
        servers = list(lab.line["exchange"]["servers"])

        def run(*arguments: str) -> float:
            def process() -> None:
                done = subprocess.run(
                    [PYTHON, "-m", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
                )
                assert done.returncode in (0, CHANGES), done.stderr

            return timed(process)

        ours, by_hand = medians(
            lambda: run("pushtui", "-p", str(far), "check"),
            lambda: run("tests.benchmarks.by_hand", str(far), *servers),
        )
    return Figure("5", "full check, cold start", ours, "ms", 0.35, by_hand)


def _large_checks(folder: Path) -> list[Figure]:
    """Checks of many servers, against that of one and the lab's own time for the rest."""
    far_times, near_times = {}, {}
    for count in (1, 30, 100):
        with (
            running_lab(_scenario(folder, count)) as lab,
            far_profile(lab, ROUND_TRIP, folder) as far,
            far_profile(lab, 0.0, folder) as near,
        ):
            far_times[count], near_times[count] = medians(lambda: _fresh_check(far), lambda: _fresh_check(near))
    return [
        Figure(
            "6",
            f"check of {count} servers",
            far_times[count],
            "ms",
            goal,
            far_times[1] + max(0.0, near_times[count] - near_times[1]),
        )
        for count, goal in ((30, 2.0), (100, 4.0))
    ]


def _fresh_check(profile: Path) -> float:
    with session(profile) as opened:
        return timed(opened.check)


def _scenario(folder: Path, count: int) -> Path:
    servers = "".join(f'[[organization.servers]]\nname = "ex{number:03}"\n' for number in range(1, count + 1))
    path = folder / f"servers-{count}.toml"
    path.write_text(f'title = "{count} servers"\n{servers}[tenant]\nname = "Fabrikam"\n')
    return path


def _apply(folder: Path) -> Figure:
    """An apply with nothing to wait for, against a pair of round trips for each write and for the reads after it."""
    far_times, near_times, writes = [], [], 0
    scenario = _ready_at_once(folder)
    for _ in range(RUNS):
        with running_lab(scenario) as lab, far_profile(lab, ROUND_TRIP, folder) as far:
            far_times.append(_applied(far))
            writes = _writes(lab)
        with running_lab(scenario) as lab, far_profile(lab, 0.0, folder) as near:
            near_times.append(_applied(near))
    needed = 2 * PER_ROUND * writes * 1000 + statistics.median(near_times)
    return Figure("7", "apply on fresh", statistics.median(far_times), "ms", 1.5, needed)


def _ready_at_once(folder: Path) -> Path:
    """`fresh`, with a health manager that answers as soon as it was restarted."""
    fresh = tomlkit.parse((ROOT / "pushtui/lab/scenarios/fresh.toml").read_text())
    fresh["organization"]["hm_start_seconds"] = 0.0  # type: ignore[index]  # a table, as the file shows
    path = folder / "ready.toml"
    path.write_text(tomlkit.dumps(fresh))
    return path


def _applied(profile: Path) -> float:
    with session(profile) as opened:
        plan = opened.plan()
        taken = timed(lambda: opened.apply(plan, frozenset({Consent.SERVICE_PRINCIPAL_KEY})))
        assert opened.reports[StepId.VERIFICATION].status.value == "ok", opened.reports[StepId.VERIFICATION]
        return taken


def _writes(lab: Lab) -> int:
    return sum(1 for entry in lab.ask("requests") if entry["write"])
