"""The real program on the lab, in a real terminal, by keys alone: from the first screen to seven times ``ok``."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTING = 90.0
"""Seconds that the lab, or an operation on it, may take on a busy machine."""

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


class Terminal(Protocol):
    """A terminal with the program in it."""

    def screen(self) -> str: ...

    def press(self, *keys: str) -> None: ...

    def close(self) -> None: ...


class Tmux:
    """A terminal in tmux, on a server of its own."""

    NAMES = {"enter": "Enter", "escape": "Escape", "pagedown": "PageDown"}  # noqa: RUF012  # a constant

    def __init__(self, command: list[str], environment: dict[str, str], width: int, height: int, socket: str) -> None:
        self._tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
        self._environment = environment
        line = f"{shlex.join(command)}; echo EXIT $?; exec cat"
        self._run("new-session", "-d", "-x", str(width), "-y", str(height), line)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words], capture_output=True, text=True, check=True, env=self._environment, timeout=30
        )
        return done.stdout

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        for key in keys:
            name = self.NAMES.get(key)
            self._run("send-keys", *([name] if name else ["-l", key]))

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=30)


class Pty:
    """A terminal of our own: a pty, and pyte for what would be on its screen."""

    BYTES = {"enter": b"\r", "escape": b"\x1b", "pagedown": b"\x1b[6~"}  # noqa: RUF012  # a constant
    UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*[ -/]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")

    def __init__(self, command: list[str], environment: dict[str, str], width: int, height: int) -> None:
        import pyte

        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def screen(self) -> str:
        while select.select([self._master], [], [], 0)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            if not data:
                return "\n".join(self._screen.display) + f"\nEXIT {self._process.wait(30)}"
            self._stream.feed(self.UNKNOWN.sub(b"", data))
        return "\n".join(self._screen.display)

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self._master, self.BYTES.get(key) or key.encode())

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._master)


@pytest.fixture(params=["tmux", "pty"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """``start("fresh", 80, 24)``: the program on a scenario, in a terminal of that size."""
    if request.param == "tmux" and shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    if request.param == "pty":
        pytest.importorskip("pyte")
    opened: list[Terminal] = []

    def begin(scenario: str, width: int, height: int) -> Terminal:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        command = [sys.executable, "-m", "pushtui", "lab", "--scenario", scenario]
        socket = f"pushtui-{os.getpid()}-{tmp_path.name}"
        terminal: Terminal
        if request.param == "tmux":
            terminal = Tmux(command, environment, width, height, socket)
        else:
            terminal = Pty(command, environment, width, height)
        opened.append(terminal)
        return terminal

    yield begin
    for terminal in opened:
        terminal.close()


def until(terminal: Terminal, met: Callable[[str], object]) -> str:
    """Wait until the screen shows something; the screen then."""
    end = time.monotonic() + STARTING
    while not met(text := terminal.screen()):
        assert "EXIT" not in text, text
        assert time.monotonic() < end, text
        time.sleep(0.1)
    return text


def rows(text: str) -> list[str]:
    """The seven rows of the chain."""
    return [line for line in text.splitlines() if re.match(r"^[ ▌][1-7]  \S ", line)]


def test_all_seven_steps_end_ok_on_a_fresh_organization_by_keys_alone(start: Callable[..., Terminal]) -> None:
    terminal = start("fresh", 80, 24)
    first = until(terminal, lambda text: "Trust chain" in text and "Ready" in text)
    assert "LAB" in first
    assert "fabrikam.com" in first
    assert len(rows(first)) == 7

    terminal.press("c")
    checked = until(terminal, lambda text: "changes needed" in text)
    assert sum("change needed" in row for row in rows(checked)) >= 3

    terminal.press("A")
    until(terminal, lambda text: "Plan:" in text)
    terminal.press("y")
    until(terminal, lambda text: "To agree, type the tenant domain" in text)
    terminal.press(*"fabrikam.com", "enter")
    done = until(terminal, lambda text: "All steps ok" in text)
    assert [" ok " in row for row in rows(done)] == [True] * 7, done

    terminal.press("7", "enter")
    until(terminal, lambda text: "Succeeded" in text)
    terminal.press("escape")
    until(terminal, lambda text: "Trust chain" in text)
    terminal.press("q")
    assert "EXIT 0" in until_exit(terminal)


def until_exit(terminal: Terminal) -> str:
    """Wait for the program's end; what is on the screen then."""
    end = time.monotonic() + STARTING
    while "EXIT" not in (text := terminal.screen()):
        assert time.monotonic() < end, text
        time.sleep(0.1)
    return text
