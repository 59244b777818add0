"""Row 10: how long the screen stands still at the longest, while the program is busy elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.figures import RUNS, Figure, median
from tests.benchmarks.keys import APPLY_ALL, CHECK
from tests.benchmarks.labs import running_lab
from tests.benchmarks.terminal import PYTHON, Terminal, clear_environment

LIMIT = 50.0
IDLE = 3.0


def figures(folder: Path) -> list[Figure]:
    """The longest stall of each phase, and of a screen at rest beside them."""
    runs = [_stalls(folder) for _ in range(RUNS)]

    def longest(phase: str) -> float:
        taken = iter(run[phase] for run in runs)
        return median(lambda: next(taken))

    return [Figure("10", f"longest stall: {phase}", longest(phase), "ms", LIMIT) for phase in runs[0]]


def _stalls(folder: Path) -> dict[str, float]:
    late = folder / "late"
    with running_lab("fresh") as lab:
        command = (PYTHON, "-m", "tests.benchmarks.heartbeat", str(late), str(lab.profile))
        with Terminal(command, clear_environment(folder), (120, 40)) as program:
            phases: dict[str, tuple[float, float]] = {}

            def phase(name: str, do: Callable[[], object]) -> None:
                began = time.monotonic()
                do()
                phases[name] = (began, time.monotonic())

            program.wait_for("Trust chain")  # before its first frame there is no screen that could stand still
            phase("start-up imports", lambda: program.pump(IDLE))
            phase("idle", lambda: program.pump(IDLE))
            phase("sign-in and check", lambda: (program.press(CHECK), program.wait_for("need changes")))
            phase("apply", lambda: _apply(program))
            program.press("q")
            program.wait(30.0)
    beats = [tuple(map(float, line.split())) for line in late.read_text().splitlines()]
    return {
        name: 1000 * max((delay for due, delay in beats if began <= due <= ended), default=0.0)
        for name, (began, ended) in phases.items()
    }


def _apply(program: Terminal) -> None:
    """As a person does it: the plan, its key, the consent's words."""
    program.press(APPLY_ALL)
    program.wait_for("MicrosoftSts")
    program.settle()
    program.press("y")
    program.settle()
    program.press("fabrikam.com\r")
    program.wait_for("probe succeeded")
    program.until(lambda: "Applying" not in program.text())
