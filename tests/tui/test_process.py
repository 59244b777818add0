"""The life of the process in a real terminal: quitting, signals, crashes, Ctrl-Z."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("program.py")
ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60.0
QUIET = 0.6
"""Seconds without a byte after which a terminal is at rest: less than the second that a clock on the screen takes."""


def until(met: Callable[[], object], what: str) -> None:
    """Wait for something, at most the deadline."""
    end = time.monotonic() + DEADLINE
    while not met():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)


def environment(folder: Path) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }


class Running:
    """The program in a terminal of its own."""

    def __init__(self, folder: Path, mode: str, width: int, height: int) -> None:
        self.folder = folder
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder), mode],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(folder),
            start_new_session=True,
        )
        os.close(slave)
        self._output = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self._output += data

    @property
    def output(self) -> str:
        return self._output.decode(errors="replace")

    @property
    def written(self) -> int:
        return len(self._output)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until_output(self, words: str) -> None:
        until(lambda: words in self.output, f"“{words}” on the screen")

    def cost(self, keys: str, shows: str) -> int:
        """Bytes written from these keys on until the words are shown and nothing more comes for a while."""
        before = len(self._output)
        self.type(keys)
        until(
            lambda: len(self._output) > before and shows in self._output[before:].decode(errors="replace"),
            f"“{shows}” on the screen",
        )
        return self.at_rest() - before

    def at_rest(self) -> int:
        """Bytes written when nothing has come for a while."""
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET:
            if len(self._output) != seen:
                seen, since = len(self._output), time.monotonic()
            assert seen < 1_000_000, "it paints without end"
            time.sleep(0.02)
        return seen

    def until_told(self, word: str) -> None:
        until((self.folder / word).exists, word)

    def told(self, word: str) -> bool:
        return (self.folder / word).exists()

    def code(self) -> int:
        return self.process.wait(DEADLINE)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(DEADLINE)
        os.close(self._master)


@contextmanager
def running(folder: Path, mode: str = "plain", width: int = 80, height: int = 24) -> Iterator[Running]:
    program = Running(folder, mode, width, height)
    try:
        program.until_output("Trust chain")
        yield program
    finally:
        program.end()


def test_q_ends_the_program(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.type("q")
        assert program.code() == 0


def test_quitting_while_something_runs_asks_then_cancels_and_closes(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.type("R")
        program.until_told("checking")
        program.type("q")
        program.until_output("Quit?")
        assert program.process.poll() is None
        program.type("y")
        assert program.code() == 130
        assert program.told("cancelled")
        assert program.told("closed")


def test_quitting_never_waits_for_a_session_that_does_not_close(tmp_path: Path) -> None:
    with running(tmp_path, "stuck") as program:
        program.type("R")
        program.until_told("checking")
        program.type("\x11")
        program.until_output("Quit?")
        program.type("\x11")
        assert program.code() == 130
        assert not program.told("closed")


def test_sigterm_cancels_closes_and_restores_the_terminal(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.type("R")
        program.until_told("checking")
        program.process.send_signal(signal.SIGTERM)
        assert program.code() == 143
        assert program.told("cancelled")
        assert program.told("closed")
        until(lambda: "\x1b[?1049l" in program.output, "the normal screen")


def test_a_lost_terminal_lets_the_work_end_and_then_ends(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.type("R")
        program.until_told("checking")
        program.process.send_signal(signal.SIGHUP)
        assert program.code() == 129
        assert all(program.told(word) for word in ("cancelled", "ended", "closed"))


def test_a_crash_is_one_sentence_and_no_value_is_told(tmp_path: Path) -> None:
    with running(tmp_path, "broken") as program:
        program.type("?")
        assert program.code() == 1
        until(lambda: "An internal error: RuntimeError" in program.output, "the sentence")
        assert "Traceback" not in program.output
        assert "a defect" not in program.output
        assert "hunter2" not in program.output


@pytest.mark.parametrize(
    ("width", "height", "start", "focus", "opened"), [(80, 24, 5_000, 900, 6_000), (120, 40, 10_000, 900, 12_000)]
)
def test_a_slow_line_is_not_flooded(
    tmp_path: Path, width: int, height: int, start: int, focus: int, opened: int
) -> None:
    with running(tmp_path, width=width, height=height) as program:
        program.until_output("Ready")
        drawn = program.at_rest()
        assert drawn <= start
        assert program.cost("\t", "") <= focus
        assert program.cost("?", "PgUp") <= opened
        program.cost("\x1b", "Tenant domain")
        idle = program.at_rest()
        time.sleep(2.1)  # two seconds of its clock
        assert program.at_rest() == idle, "an idle screen writes nothing"


def test_a_status_that_changes_and_a_second_that_passes_cost_little(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.until_output("Ready")
        program.at_rest()
        assert program.cost("R", "checking") <= 500, "a row, the activity, and the keys that cannot be used now"
        for _second in range(2):
            before = program.at_rest()
            until(lambda before=before: program.written > before, "the next second")  # type: ignore[misc]  # bound on purpose
            assert program.at_rest() - before <= 200, "at most two seconds of 100 bytes on a busy machine"


def test_the_mouse_is_taken_and_given_back_by_a_key(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.until_output("Ready")
        assert "\x1b[?1000h" not in program.output, "the terminal's own selection works from the start"
        program.type("%")
        program.until_output("\x1b[?1000h")
        program.type("%")
        program.until_output("\x1b[?1000l")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_suspend_and_resume_paint_the_screen_again(tmp_path: Path) -> None:
    def tmux(*words: str) -> str:
        command = ["tmux", "-L", f"pushtui-{tmp_path.name}-{os.getpid()}", "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def shown(words: str) -> Callable[[], bool]:
        return lambda: words in tmux("capture-pane", "-p")

    variables = " ".join(f"{name}='{value}'" for name, value in environment(tmp_path).items() if name != "TERM")
    tmux("new-session", "-d", "-x", "80", "-y", "24", "env PS1='ready$ ' bash --norc --noprofile")
    try:
        until(shown("ready$"), "the shell")
        tmux("send-keys", "-l", f"{variables} {sys.executable} {PROGRAM} {tmp_path} plain")
        tmux("send-keys", "Enter")
        until(shown("Trust chain"), "the first screen")
        tmux("send-keys", "C-z")
        until(shown("Stopped"), "the shell's word")
        tmux("send-keys", "-l", "fg")
        tmux("send-keys", "Enter")
        until(shown("Trust chain"), "the screen after fg")
        tmux("send-keys", "q")
        until(lambda: not shown("Trust chain")(), "the end")
    finally:
        tmux("kill-server")


def test_a_terminal_that_goes_away_without_a_signal_ends_the_program(tmp_path: Path) -> None:
    """A pty that is nobody's controlling terminal sends no SIGHUP; reading on would find the end again and again."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(tmp_path), "plain"],
        stdin=slave, stdout=slave, stderr=slave, env=environment(tmp_path), start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    assert os.read(master, 1)
    shown = b""
    while b"Trust chain" not in shown:
        shown += os.read(master, 65536)
    os.close(master)
    assert process.wait(DEADLINE) == 129
