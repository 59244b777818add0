"""A run without a start is told from one with a start by nothing that it shows, and nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.nursery import ROOT, Nursery


@pytest.mark.parametrize("arguments", [["config", "--json"], ["check", "--step", "nothing"], ["check"], []])
def test_it_says_and_ends_as_what_was_started(nursery: Nursery, tmp_path: Path, arguments: list[str]) -> None:
    environment = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "PUSHTUI_SYMBOLS": "ascii", "COLUMNS": "70"}
    started = subprocess.run(
        [sys.executable, "-m", "pushtui", *arguments],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    done = nursery.run(arguments, environment)
    assert done.stdout + done.stderr
    assert (done.returncode, done.stdout, done.stderr) == (started.returncode, started.stdout, started.stderr)


def test_what_is_killed_or_still_runs_at_the_end_is_gone() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while os.write(writing, bytes(4096)):
            pass
    except BlockingIOError:
        os.set_blocking(writing, True)  # full: whoever writes now waits
    nursery = Nursery()
    try:
        killed, left = (nursery.start(["config", "--json"], os.environ, reading, writing, writing) for _turn in "12")
        killed.kill()
        assert killed.wait(60) == -signal.SIGKILL
        os.kill(left.pid, 0)  # it runs
    finally:
        nursery.close()
        os.close(reading)
        os.close(writing)
    assert left.wait(60) == -signal.SIGKILL


def test_what_python_reads_at_its_start_cannot_be_another(nursery: Nursery) -> None:
    with pytest.raises(ValueError, match="PYTHONUTF8"):
        nursery.run(["config"], os.environ | {"PYTHONUTF8": "0" if sys.flags.utf8_mode else "1"})
