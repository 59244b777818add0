"""Copying: by which way a text leaves, that the file always has it, and what a person is told."""

from __future__ import annotations

import base64
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pushtui.tui import clipboard
from pushtui.tui.clipboard import Copied, Way, copy, osc52, through_screen, through_tmux

OSC = "\x1b]52;c;aGVsbG8=\x07"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("TMUX", raising=False)
    return tmp_path / "state" / "pushtui"


@pytest.fixture
def tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``tmux("load-buffer -w -")``: a tmux that knows these calls only, and keeps what it is handed."""

    def install(*calls: str) -> Path:
        program, buffer = tmp_path / "tmux", tmp_path / "buffer"
        cases = "".join(f'"{call}") cat > {buffer};;\n' for call in calls)
        program.write_text(f'#!/bin/sh\nenv > {tmp_path}/environment\ncase "$*" in\n{cases}*) exit 1;;\nesac\n')
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return buffer

    return install


async def copied(text: str = "hello", **environment: str) -> tuple[Copied, str]:
    written: list[str] = []
    return await copy(text, written.append, environment), "".join(written)


async def test_a_terminal_is_asked_by_osc_52_and_the_file_is_private(state: Path) -> None:
    outcome, written = await copied(TERM="xterm-256color")
    assert written == OSC
    assert outcome == Copied(Way.TERMINAL, state / "copied.txt")
    assert (state / "copied.txt").read_text() == "hello"
    assert (state / "copied.txt").stat().st_mode & 0o777 == 0o600
    assert "if the terminal allows it" in outcome.sentence


async def test_in_tmux_the_tmux_program_is_handed_the_text_and_no_secret(
    state: Path, tmux: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PUSHTUI_EXCHANGE_PASSWORD", "tiger")
    buffer = tmux("load-buffer -w -")
    outcome, written = await copied(TMUX="/tmp/tmux-0/default,1,0", TERM="tmux-256color")
    assert (outcome.way, written, buffer.read_text()) == (Way.TMUX, "", "hello")
    assert "tiger" not in (tmp_path / "environment").read_text()
    assert "through tmux" in outcome.sentence


async def test_an_old_tmux_keeps_it_in_its_buffer_and_that_is_said(tmux: Any) -> None:
    buffer = tmux("load-buffer -")
    outcome, written = await copied(TMUX="/tmp/tmux-0/default,1,0")
    assert (outcome.way, written, buffer.read_text()) == (Way.TMUX_BUFFER, "", "hello")
    assert "prefix ]" in outcome.sentence


async def test_a_tmux_out_of_reach_gets_it_in_both_forms_that_it_may_let_through(tmux: Any) -> None:
    tmux()
    _outcome, written = await copied(TMUX="/tmp/tmux-0/default,1,0")
    assert written == OSC + through_tmux(OSC)
    _outcome, written = await copied(TERM="tmux-256color", SSH_CONNECTION="x")
    assert written == OSC + through_tmux(OSC), "a tmux on the machine that the person came from"
    assert through_tmux(OSC) == "\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x07\x1b\\"


async def test_gnu_screen_passes_it_on_in_parts() -> None:
    text = "x" * 1000
    _outcome, written = await copied(text, STY="1.pts", TERM="screen")
    assert written == through_screen(osc52(text))
    parts = re.findall(r"\x1bP(.*?)\x1b\\", written, re.DOTALL)
    assert "".join(parts) == osc52(text)
    assert max(map(len, parts)) <= 240


async def test_what_no_terminal_takes_is_in_the_file_and_that_is_said(state: Path) -> None:
    long, written = await copied("x" * 60_000, TERM="xterm")
    assert (long.way, written) == (Way.NONE, "")
    assert (state / "copied.txt").read_text() == "x" * 60_000
    assert "Too long for a terminal, but in" in long.sentence
    console, written = await copied(TERM="linux")
    assert (console.way, written) == (Way.NONE, "")
    assert "copied.txt" in console.sentence


async def test_a_file_that_cannot_be_written_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "blocked"))
    outcome, _written = await copied(TERM="xterm")
    assert outcome == Copied(Way.TERMINAL, None)
    assert "also in" not in outcome.sentence
    nowhere, _written = await copied(TERM="linux")
    assert "Not copied" in nowhere.sentence


def test_the_home_folder_is_written_as_people_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert clipboard.shown(tmp_path / ".local" / "x") == "~/.local/x"
    assert clipboard.shown(Path("/var/x")) == "/var/x"


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_a_real_tmux_with_its_defaults_hands_it_on_to_the_terminal_outside(tmp_path: Path) -> None:
    """A tmux in a terminal of ours, which has to get an OSC 52 although set-clipboard is as tmux comes."""
    socket = f"pushtui-copy-{os.getpid()}"
    done, program = tmp_path / "done", tmp_path / "program.py"
    program.write_text(
        "import asyncio, pathlib, sys, time\nfrom pushtui.tui import clipboard\n"
        "outcome = asyncio.run(clipboard.copy('hello', sys.stdout.write))\n"
        f"pathlib.Path({str(done)!r}).write_text(outcome.way.value)\ntime.sleep(60)\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    shell = f"env PYTHONPATH={root} XDG_STATE_HOME={tmp_path} {sys.executable} {program}"
    master, slave = pty.openpty()
    client = subprocess.Popen(
        ["setsid", "--ctty", "--wait", "tmux", "-L", socket, "-f", "/dev/null", "new-session", shell],
        stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    seen, end = b"", time.monotonic() + 60
    wanted = base64.b64encode(b"hello")
    try:
        while wanted not in seen:
            assert time.monotonic() < end, seen[-2000:]
            if select.select([master], [], [], 0.1)[0]:
                seen += os.read(master, 65536)
        assert re.search(rb"\x1b\]52;c?;" + wanted, seen)
        while not done.exists():
            assert time.monotonic() < end
            select.select([], [], [], 0.02)
        assert done.read_text() == "tmux"
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], check=False, capture_output=True)
        client.wait(30)
        os.close(master)
