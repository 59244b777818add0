"""A program in a terminal: what it paints is noted with its time and can be looked at through an emulator."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pyte

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
PATIENCE = 60.0
"""Seconds that something is waited for before the benchmark gives up."""
_AT_REST = 0.05
"""Seconds of the processor's time that a program takes in a second in which it only keeps its clocks."""

# pyte prints private sequences that it does not know, as the question for synchronized output.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[\x20-\x2f]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")


class _Screen(pyte.Screen):
    def report_device_status(self, *_arguments: object, **_more: object) -> None: ...

    def set_margins(self, *arguments: int, **more: object) -> None:
        more.pop("private", None)
        super().set_margins(*arguments, **more)


def clear_environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment of a plain terminal, with folders of its own and no proxy of the machine."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL"}}
    own = {name: str(folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    return {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", **kept, **own, **more}


class Terminal:
    """Runs a program on a pseudo-terminal of `size` (columns, rows); read at most `rate` bytes a second where given."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
        rate: float | None = None,
    ) -> None:
        self.size = size
        self._rate, self._allowance, self._looked = rate, 0.0, time.monotonic()
        self.painted: list[tuple[float, bytes]] = []
        """What was painted, and when (`time.monotonic`)."""
        self.code: int | None = None
        self._window = struct.pack("HHHH", size[1], size[0], 0, 0)
        self.started = time.monotonic()
        self.pid, self._pty = pty.fork()
        if not self.pid:
            with suppress(BaseException):
                fcntl.ioctl(0, termios.TIOCSWINSZ, self._window)
                os.chdir(ROOT)
                os.execve(command[0], list(command), dict(environment))
            os._exit(127)

    # --- what it paints ----------------------------------------------------------------------------------------------

    @property
    def bytes(self) -> int:
        """How many were painted so far."""
        return sum(len(block) for _, block in self.painted)

    def pump(self, seconds: float) -> None:
        """Take in what it paints, for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._take(left):
            pass

    def until(self, happened: Callable[[], object]) -> None:
        """Take in what it paints until something is so. Raises `TimeoutError`."""
        end = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > end or not self._take(0.05):
                raise TimeoutError(self.text())

    def wait_for(self, words: str) -> float:
        """Take in what it paints until these words are on the screen; when that was (`time.monotonic`)."""
        screen, stream = self._emulator()
        seen = 0

        def shown() -> bool:
            nonlocal seen
            for _at, block in self.painted[seen:]:
                stream.feed(_UNKNOWN_TO_PYTE.sub(b"", block))
                seen += 1
                if any(words in line for line in screen.display):
                    return True
            return False

        self.until(shown)
        return self.painted[seen - 1][0]

    def settle(self, quiet: float = 0.4) -> None:
        """Take in what it paints until it has been quiet for so long."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            before = len(self.painted)
            self.pump(quiet)
            if len(self.painted) == before:
                return

    def rest(self, seconds: float = 1.0) -> None:
        """Take in what it paints until it has done nothing for so long: what loads behind the screen is there then."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            before = self.worked()
            self.pump(seconds)
            if self.worked() - before <= _AT_REST:
                return

    def text(self) -> str:
        """The screen as it stands."""
        screen, stream = self._emulator()
        for _at, block in self.painted:
            stream.feed(_UNKNOWN_TO_PYTE.sub(b"", block))
        return "\n".join(line.rstrip() for line in screen.display)

    def _emulator(self) -> tuple[_Screen, pyte.ByteStream]:
        screen = _Screen(*self.size)
        return screen, pyte.ByteStream(screen)

    def _take(self, seconds: float) -> bool:
        """Read once; False when the program has let go of the terminal."""
        most = 65536
        if self._rate is not None:
            now = time.monotonic()
            self._allowance = min(self._allowance + (now - self._looked) * self._rate, self._rate / 20)
            self._looked = now
            if self._allowance < 1:
                time.sleep(0.002)
                return True
            most = int(self._allowance)
        if not select.select([self._pty], [], [], max(0.0, seconds))[0]:
            return True
        try:
            block = os.read(self._pty, most)
        except OSError:
            block = b""
        if block:
            self._allowance -= len(block)
            self.painted.append((time.monotonic(), block))
        return bool(block)

    # --- what is done to it ------------------------------------------------------------------------------------------

    def press(self, keys: str) -> float:
        """Type; the time at which that was (`time.monotonic`)."""
        at = time.monotonic()
        os.write(self._pty, keys.encode())
        return at

    def cost(self, keys: str, quiet: float = 0.5) -> int:
        """How many bytes are painted because of these keys."""
        before = self.bytes
        self.press(keys)
        self.settle(quiet)
        return self.bytes - before

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def worked(self) -> float:
        """Seconds that the processor has worked for it."""
        _process, _, fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")
        user, system = map(int, fields.split()[11:13])
        return (user + system) / os.sysconf("SC_CLK_TCK")

    def wait(self, seconds: float) -> float:
        """Wait for its end; when that was (`time.monotonic`). Raises `TimeoutError`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._take(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
                return time.monotonic()
        raise TimeoutError(self.text())

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._pty)
