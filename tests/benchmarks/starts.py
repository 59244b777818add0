"""Rows 1, 2, 3, 13 and 15: how long until something is there, and what it weighs."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.figures import Figure, median, medians
from tests.benchmarks.keys import CHECK, HELP
from tests.benchmarks.labs import running_lab
from tests.benchmarks.terminal import PYTHON, ROOT, Terminal, clear_environment

HELLO = (PYTHON, "-m", "tests.benchmarks.hello")
PROFILE = """schema = 1
tenant_domain = "fabrikam.com"
certificate_path = "~/auth.cer"
[exchange]
server = "ex01.lab.example"
user = "admin@lab.example"
"""
RUNS = 7


def figures(folder: Path) -> list[Figure]:
    """All of them; `folder` is for profiles and state."""
    return [*_frames(folder), *_commands(folder), *_memory(folder)]


def pushtui(folder: Path) -> tuple[str, ...]:
    """The application with a complete profile that nothing has to be asked for."""
    profile = folder / "profile.toml"
    profile.write_text(PROFILE)
    return (PYTHON, "-m", "pushtui", "-p", str(profile))


def _frames(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def first_frame(command: Sequence[str], words: str) -> float:
        with Terminal(command, environment) as program:
            return (program.wait_for(words) - program.started) * 1000

    def first_answer(command: Sequence[str], key: str, words: str) -> float:
        """The key is pressed at once, before anything is there to take it."""
        with Terminal(command, environment) as program:
            program.until(lambda: program.painted)
            program.press(key)
            return (program.wait_for(words) - program.started) * 1000

    ours = pushtui(folder)
    frame, hello_frame = medians(
        lambda: first_frame(ours, "Trust chain"), lambda: first_frame(HELLO, "Hello"), runs=RUNS
    )
    answer, hello_answer = medians(
        lambda: first_answer(ours, HELP, "PgUp"), lambda: first_answer(HELLO, " ", "Answered"), runs=RUNS
    )
    return [
        Figure("1", "first frame", frame, "ms", 1.25, hello_frame),
        Figure("2", "start to an answered key", answer, "ms", 1.3, hello_answer),
    ]


def _commands(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def run(*arguments: str) -> float:
        began = time.perf_counter()
        subprocess.run([PYTHON, *arguments], env=environment, cwd=ROOT, check=True, capture_output=True)
        return (time.perf_counter() - began) * 1000

    def lab() -> float:
        began = time.perf_counter()
        with running_lab("fresh"):
            return (time.perf_counter() - began) * 1000

    shown, nothing = medians(lambda: run("-m", "pushtui", "--help"), lambda: run("-c", "pass"), runs=RUNS)
    ready, imports = medians(lab, lambda: run("-c", "import aiohttp, psrpcore"))
    return [
        Figure("3", "pushtui --help", shown, "ms", 3, nothing),
        Figure("15", "lab ready to serve", ready, "ms", 3, imports),
    ]


def _memory(folder: Path) -> list[Figure]:
    environment = clear_environment(folder)

    def at_first_frame(command: Sequence[str], words: bytes) -> float:
        """As soon as the words have come: what is loaded after the first frame is under way then."""
        with Terminal(command, environment) as program:
            program.until(lambda: any(words in block for _at, block in program.painted))
            return program.memory()

    ours = pushtui(folder)
    hello = median(lambda: at_first_frame(HELLO, b"Hello"))
    first = median(lambda: at_first_frame(ours, b"Trust chain"))

    def after_a_check() -> float:
        with (
            running_lab("done") as lab,
            Terminal((PYTHON, "-m", "pushtui", "-p", str(lab.profile)), environment, (120, 40)) as program,
        ):
            program.wait_for("Trust chain")
            program.press(CHECK)
            program.wait_for("The probe was not asked for")
            program.rest()
            return program.memory()

    return [
        Figure("13", "memory at the first frame", first, "MB", 1.3, hello),
        Figure("13", "memory after a full check", median(after_a_check), "MB", 2.3, hello),
    ]
