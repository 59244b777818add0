"""Records the real program in a terminal of its own, as an asciicast (version 2) that any player shows.

Format: https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

PATIENCE = 60.0
FRAME = 0.03
"""Seconds within which all that the program writes is one event."""
IDLE = 1.2
"""Seconds that nothing happens for at most, however long the machine took; a pause that is asked for is kept."""
ASIDE = re.compile(r"\x1b\[\?[0-9;]*\$p|\x1b\[[<>=?][0-9;]*u|\x1b\[\?(?:100\d|101\d|2004|2031|2048)[hl]")
"""Questions to the terminal, and how it is to send keys and the mouse: a player would answer into the shell."""
UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*[ -/]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)")
"""Private modes and titles, which pyte would print."""


class Recording:
    """A program that is driven by keys, and everything that it writes, with when."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], width: int, height: int) -> None:
        self._size = width, height
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._events: list[tuple[float, str]] = []
        self._at = self._pause = 0.0
        self._last = time.monotonic()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self._process = subprocess.Popen(  # noqa: S603  # the program itself
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(environment), start_new_session=True
        )
        os.close(slave)

    def until(self, words: str) -> None:
        """Record until the words are on the screen."""
        self._record(lambda: words in self._shown(), f"“{words}” did not appear")

    def wait(self, seconds: float) -> None:
        """Let whoever looks read: what happens meanwhile is recorded, and the recording goes on no sooner."""
        end = time.monotonic() + seconds
        self._record(lambda: time.monotonic() >= end)
        self._pause += seconds

    def press(self, keys: str, between: float = 0.12) -> None:
        """Type, one key after the other."""
        for key in keys:
            os.write(self._master, key.encode())
            self.wait(between)

    def end(self) -> None:
        """Record to the end of the program."""
        self._record(lambda: self._process.poll() is not None, "it did not end")
        os.close(self._master)

    def _shown(self) -> str:
        return "\n".join(self._screen.display)

    def _record(self, met: Callable[[], bool], lacking: str = "") -> None:
        end = time.monotonic() + PATIENCE
        while not met():
            if time.monotonic() > end:
                self._process.kill()
                raise TimeoutError(f"{lacking}:\n{self._shown()}")
            if select.select([self._master], [], [], FRAME)[0]:
                self._take()

    def _take(self) -> None:
        """Note what the program wrote, as one event for all that comes within a frame."""
        now, block = time.monotonic(), b""
        while select.select([self._master], [], [], FRAME)[0] and time.monotonic() < now + FRAME:
            try:
                read = os.read(self._master, 65536)
            except OSError:  # the program ended
                break
            block += read
        self._stream.feed(UNKNOWN.sub(b"", block))
        self._at += min(now - self._last, max(IDLE, self._pause))
        self._last, self._pause = now, 0.0
        if text := ASIDE.sub("", self._decoder.decode(block)):
            self._events.append((round(self._at, 3), text))

    def keep(self, path: Path, title: str) -> None:
        """Write the asciicast."""
        width, height = self._size
        head = {"version": 2, "width": width, "height": height, "title": title, "env": {"TERM": "xterm-256color"}}
        lines = [json.dumps(head), *(json.dumps([at, "o", text], ensure_ascii=False) for at, text in self._events)]
        path.write_text("\n".join(lines) + "\n")
