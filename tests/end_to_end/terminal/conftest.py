"""Real terminals: tmux, a pty of our own with an emulator, and the same at the far end of an SSH session."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import socket
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pytest

PATIENCE = 90.0
"""Seconds that the lab, or an operation on it, may take on a busy machine."""


class Screen(Protocol):
    """A terminal with a program in it."""

    def screen(self) -> str: ...

    def press(self, *keys: str) -> None: ...

    def close(self) -> None: ...


class Tmux:
    """A terminal in tmux, on a server of its own."""

    NAMES = {"enter": "Enter", "escape": "Escape"}  # noqa: RUF012  # a constant

    def __init__(self, command: list[str], environment: dict[str, str], width: int, height: int, socket: str) -> None:
        self._tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
        self._environment = environment
        line = f"{shlex.join(command)}; echo EXIT $?; exec cat"
        self._run("new-session", "-d", "-x", str(width), "-y", str(height), line)

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words], capture_output=True, text=True, check=True, env=self._environment, timeout=PATIENCE
        )
        return done.stdout

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        for key in keys:
            name = self.NAMES.get(key)
            self._run("send-keys", *([name] if name else ["-l", key]))

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=PATIENCE)


class Pty:
    """A terminal of our own: a pty, and pyte for what would be on its screen."""

    BYTES = {"enter": b"\r", "escape": b"\x1b"}  # noqa: RUF012  # a constant
    UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*[ -/]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")
    """Private modes and titles, which pyte would print."""
    BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?$")
    """A sequence whose end the next block brings."""

    def __init__(self, command: list[str], environment: dict[str, str], width: int, height: int) -> None:
        import pyte

        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self.received = self._begun = b""
        """Everything that the program sent; what of it is not on the screen yet."""
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
                return "\n".join(self._screen.display) + f"\nEXIT {self._process.wait(PATIENCE)}"
            self.received += data
            data = self._begun + data
            unfinished = self.BEGUN.search(data)
            end = unfinished.start() if unfinished else len(data)
            self._begun = data[end:]
            self._stream.feed(self.UNKNOWN.sub(b"", data[:end]))
        return "\n".join(self._screen.display)

    def cells(self) -> list[list[Any]]:
        """What is on the screen, with colours and weights."""
        buffer = self._screen.buffer
        return [[buffer[y][x] for x in range(self._screen.columns)] for y in range(self._screen.lines)]

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self._master, self.BYTES.get(key) or key.encode())

    def lose(self) -> None:
        """The program that has the terminal ends without a word, as an SSH client does whose machine is gone."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        os.close(self._master)


class Secure:
    """An SSH server on loopback, for our own account alone; each connection has an sshd of its own, as with inetd."""

    def __init__(self, folder: Path) -> None:
        server = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if server is None or not shutil.which("ssh") or not shutil.which("ssh-keygen"):
            pytest.skip("sshd or ssh is not installed")
        if os.geteuid() == 0 and not Path("/run/sshd").is_dir():
            pytest.skip("/run/sshd is not there, which sshd wants of root")
        for name in ("host", "user"):
            made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(made, check=True, capture_output=True)
        settings = {
            "HostKey": folder / "host", "AuthorizedKeysFile": folder / "user.pub", "PidFile": "none", "UsePAM": "no",
            "StrictModes": "no", "PermitRootLogin": "yes", "PasswordAuthentication": "no", "LogLevel": "ERROR",
        }  # fmt: skip
        (folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        self._server = [server, "-i", "-f", str(folder / "sshd_config")]
        self._sessions: list[subprocess.Popen[bytes]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        self._command = [
            "ssh", "-F", "none", "-tt", "-i", str(folder / "user"), "-p", str(self._listener.getsockname()[1]),
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=no",
            "-o", "UserKnownHostsFile=/dev/null", "127.0.0.1",
        ]  # fmt: skip
        tried = subprocess.run([*self._command, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if tried.returncode:
            self.close()
            pytest.skip(f"this account cannot sign in over SSH: {tried.stderr.decode('utf-8', 'replace').strip()}")

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                connection, _address = self._listener.accept()
                with connection:
                    begun = subprocess.Popen(
                        self._server, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL
                    )
                self._sessions.append(begun)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)
        for session in self._sessions:
            session.terminate()
            session.wait(PATIENCE)

    def command(self, command: list[str], environment: dict[str, str]) -> list[str]:
        """The same command at the far end; TERM travels with the terminal."""
        given = [f"{name}={value}" for name, value in environment.items() if name != "TERM"]
        return [*self._command, shlex.join(["exec", "env", *given, *command])]


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``terminal("pty", command, environment, 80, 24)``: a program in a terminal of that kind and size."""
    opened: list[Screen] = []
    servers: list[Secure] = []

    def begin(kind: str, command: list[str], environment: dict[str, str], width: int, height: int) -> Screen:
        if kind == "tmux":
            if shutil.which("tmux") is None:
                pytest.skip("tmux is not installed")
            opened.append(Tmux(command, environment, width, height, f"pushtui-{os.getpid()}-{tmp_path.name}"))
            return opened[-1]
        pytest.importorskip("pyte")
        if kind == "ssh":
            if not servers:
                folder = tmp_path / "ssh"
                folder.mkdir()
                servers.append(Secure(folder))
            command = servers[0].command(command, environment)
        opened.append(Pty(command, environment, width, height))
        return opened[-1]

    yield begin
    for each in [*opened, *servers]:
        each.close()


@pytest.fixture(scope="session")
def until() -> Callable[[Screen, Callable[[str], object]], str]:
    """``until(terminal, met)``: waits until the screen shows something; the screen then."""

    def wait(terminal: Screen, met: Callable[[str], object]) -> str:
        end = time.monotonic() + PATIENCE
        while not met(text := terminal.screen()):
            assert "EXIT" not in text, text
            assert time.monotonic() < end, text
            time.sleep(0.1)
        return text

    return wait
