"""Rows 8 to 12, 14 and 16: what the screen does while something happens, and what that costs the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.figures import Figure, median, medians, percentile
from tests.benchmarks.keys import CANCEL, CHECK, HELP
from tests.benchmarks.labs import running_lab
from tests.benchmarks.terminal import PYTHON, Terminal, clear_environment

LINES = 100_000
PRESSES = 120
CURSOR = "▌".encode()
"""What marks the chosen step: painted by no line of a log."""
IDLE_SECONDS, COUNTED_SECONDS = 60.0, 20.0


def stage(mode: str, *numbers: int) -> tuple[str, ...]:
    """The application on a session that makes work of a kind."""
    return (PYTHON, "-m", "tests.benchmarks.stage", mode, *map(str, numbers))


def figures(folder: Path) -> list[Figure]:
    """All of them."""
    return [
        *_flood(folder),
        *_keys(folder),
        *_quiet(folder),
        *_bytes(folder),
        *_kept_lines(folder),
        *_ends(folder),
    ]


def _flood(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def flood(command: tuple[str, ...], key: str) -> float:
        with Terminal(command, environment, (120, 40)) as program:
            program.wait_for("Ready")
            program.settle()
            pressed = program.press(key)
            return (program.wait_for("the last line") - pressed) * 1000

    ours, log = medians(
        lambda: flood(stage("flood", LINES), CHECK),
        lambda: flood((PYTHON, "-m", "tests.benchmarks.reference_log", str(LINES)), "C"),
    )
    return [Figure("8", f"{LINES:,} log lines at once", ours, "ms", 1.0, log)]


def _keys(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def slowest(command: tuple[str, ...], rate: float | None = None) -> float:
        with Terminal(command, environment, (80, 24), rate) as program:
            program.wait_for("Trust chain")
            program.settle()
            program.press(CHECK)
            program.pump(1.0)
            taken = [_answer(program, "jk"[press % 2]) for press in range(PRESSES)]
            return percentile(taken, 0.99) * 1000

    ssh = {"SSH_CONNECTION": "127.0.0.1 1 127.0.0.1 22"}
    idle = median(lambda: slowest(stage("idle")))
    flooded = median(lambda: slowest(stage("stream", 2_000)))
    parsing = median(lambda: slowest(stage("xml")))
    environment = {**environment, **ssh}
    narrow = median(lambda: slowest(stage("stream", 500), rate=100_000))
    return [
        Figure("9", "key to repaint, p99: idle", idle, "ms", 100),
        Figure("9", "key to repaint, p99: 2,000 lines/s", flooded, "ms", 100),
        Figure("9", "key to repaint, p99: a worker parses XML", parsing, "ms", 100),
        Figure("9", "key to repaint, p99: a line of 100 KB/s", narrow, "ms", 150),
    ]


def _answer(program: Terminal, key: str) -> float:
    """Seconds from the key to the block of bytes in which the chosen step has moved."""
    seen = len(program.painted)
    pressed = program.press(key)
    found: list[float] = []

    def moved() -> bool:
        nonlocal seen
        for at, block in program.painted[seen:]:
            if CURSOR in block:
                found.append(at)
                return True
        seen = len(program.painted)
        return False

    program.until(moved)
    program.pump(0.02)
    return found[0] - pressed


def _quiet(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)
    with Terminal(stage("idle"), environment) as program:
        program.wait_for("Ready")
        program.settle(1.5)
        before = program.bytes
        program.pump(IDLE_SECONDS)
        idle = program.bytes - before
    with Terminal(stage("countdown"), environment) as program:
        program.wait_for("Ready")
        program.press(CHECK)
        program.pump(3.0)
        before = program.bytes
        program.pump(COUNTED_SECONDS)
        counted = (program.bytes - before) / COUNTED_SECONDS
    return [
        Figure("11", f"idle for {IDLE_SECONDS:.0f} s", idle, "B", 0),
        Figure("11", "while a step runs with a countdown", counted, "B/s", 150),
    ]


def _bytes(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)
    sixteen = {**environment, "TERM": "xterm", "COLORTERM": ""}

    def first(size: tuple[int, int], environment: dict[str, str]) -> Terminal:
        program = Terminal(stage("idle"), environment, size)
        program.wait_for("Ready")
        program.settle(1.0)
        return program

    with first((80, 24), environment) as program:
        start = program.bytes
        focus = program.cost("\t")
        modal = program.cost(HELP)
    with first((80, 24), sixteen) as program:
        few = program.bytes
    with first((120, 40), environment) as program:
        wide = program.bytes
    status = _one_status(environment)
    return [
        Figure("12", "first frame, 80×24, true colour", start, "B", 15_000),
        Figure("12", "first frame, 80×24, 16 colours", few, "B", 10_000),
        Figure("12", "first frame, 120×40, true colour", wide, "B", 28_000),
        Figure("12", "one status change", status, "B", 120),
        Figure("12", "a focus move", focus, "B", 1_200),
        Figure("12", "a modal opens", modal, "B", 16_000),
    ]


def _one_status(environment: dict[str, str]) -> int:
    """A status that changes by itself: a second that passed with it would be painted in the same frame."""
    with Terminal(stage("status"), environment) as program:
        program.wait_for("Ready")
        program.settle()
        program.press(CHECK)
        program.wait_for("checking")
        seen = len(program.painted)
        changed: list[int] = []

        def turned() -> bool:
            nonlocal seen
            changed.extend(len(block) for _at, block in program.painted[seen:] if b"not checked" in block)
            seen = len(program.painted)
            return bool(changed)

        program.until(turned)
        return changed[0]


def _kept_lines(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def after(lines: int) -> float:
        with Terminal(stage("flood", lines), environment, (120, 40)) as program:
            program.wait_for("Ready")
            program.rest()  # the clients are loaded then: they would be taken for lines
            program.press(CHECK)
            program.wait_for("the last line")
            program.rest()
            return program.memory()

    # Less often than the rest: lines weigh the same each time, and a million of them take theirs.
    hundred, two_hundred, million = medians(
        lambda: after(LINES), lambda: after(2 * LINES), lambda: after(10 * LINES), runs=3
    )
    return [
        Figure("14", f"memory for {LINES:,} further kept lines", two_hundred - hundred, "MB", 60),
        Figure("14", f"memory after {10 * LINES:,} lines, {2 * LINES:,} kept", million, "MB", 1.1, hundred),
    ]


def _ends(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def blocked(act: Callable[[Terminal], float]) -> float:
        with running_lab("fresh") as lab:
            command = (PYTHON, "-m", "pushtui", "-p", str(lab.profile))
            lab.ask("faults", [{"match": "wsman:Receive", "effect": "stall", "seconds": 600, "times": 9}])
            with Terminal(command, environment, (120, 40)) as program:
                program.wait_for("Trust chain")
                program.press(CHECK)
                program.until(lambda: any(entry["name"] == "wsman:Receive" for entry in lab.ask("requests")))
                program.settle()
                return act(program) * 1000

    def leave(program: Terminal) -> float:
        pressed = program.press("\x11\x11")
        return program.wait(30.0) - pressed

    def cancel(program: Terminal) -> float:
        pressed = program.press(CANCEL)
        return program.wait_for("Cancelled") - pressed

    return [
        Figure("16", "quit while a remote call blocks", median(lambda: blocked(leave)), "ms", 1000),
        Figure("16", "cancel of a step", median(lambda: blocked(cancel)), "ms", 1000),
    ]
