"""The program in terminals of many sizes and kinds: what arrives on the screen is what it meant, cell by cell."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from pathlib import Path

import pytest

pyte = pytest.importorskip("pyte")

PROGRAM = Path(__file__).with_name("program.py")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*[ -/]*[a-zA-Z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\\\)")
"""Private modes and titles, which pyte would print."""
BEGUN = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?$")
TRUE, MANY = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, {"TERM": "xterm-256color"}
COLOURLESS = frozenset({"no-color-80x24", "vt100-200x60"})
COLOUR = re.compile(r"\x1b\[(?:\d*;)*(?:3\d|4\d|9[0-7]|10[0-7])(?:;\d*)*m")
"""Whatever sets a colour, or says anything of one (ECMA-48, 8.3.117; the bright ones are aixterm's)."""
KINDS = {
    "true-80x24": ((80, 24), TRUE),
    "true-120x40": ((120, 40), TRUE),
    "true-200x60": ((200, 60), TRUE),
    "256-80x24": ((80, 24), MANY),
    "16-120x40": ((120, 40), {"TERM": "xterm"}),
    "no-color-80x24": ((80, 24), TRUE | {"NO_COLOR": "1"}),
    "screen-80x24": ((80, 24), {"TERM": "screen"}),
    "tmux-120x40": ((120, 40), {"TERM": "tmux-256color"}),
    "linux-80x24": ((80, 24), {"TERM": "linux", "NO_COLOR": ""}),
    "vt100-200x60": ((200, 60), {"TERM": "vt100"}),
    "ascii-120x40": ((120, 40), MANY | {"PUSHTUI_ASCII": "1"}),
    "small-60x15": ((60, 15), TRUE),
}


class Emulated:
    """The program in a terminal of our own, with an emulator for its screen."""

    def __init__(self, folder: Path, size: tuple[int, int], terminal: dict[str, str]) -> None:
        self._folder = folder
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self.received = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder), "shown"],
            stdin=slave, stdout=slave, stderr=slave, env=environment | terminal, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def shown(self) -> str:
        while select.select([self._master], [], [], 0)[0]:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                break
            self.received += data
            data, self._rest = self._rest + data, b""
            if begun := BEGUN.search(data):
                data, self._rest = data[: begun.start()], data[begun.start() :]
            self._stream.feed(UNKNOWN.sub(b"", data))
        return unicodedata.normalize("NFC", "\n".join(row.rstrip() for row in self._screen.display))

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until_as_meant(self, words: str) -> str:
        """Wait until the words are there and the screen is what the program says that it is."""
        end, meant = time.monotonic() + PATIENCE, self._folder / "screen"
        while True:
            text = self.shown()
            if meant.exists() and words in text and text == unicodedata.normalize("NFC", meant.read_text()):
                return text
            assert "Traceback" not in text
            assert time.monotonic() < end, f"on the screen:\n{text}\nmeant:\n{meant.read_text()}"
            time.sleep(0.05)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_is_what_was_meant(tmp_path: Path, kind: str) -> None:
    size, terminal = KINDS[kind]
    it = Emulated(tmp_path, size, terminal)
    try:
        first = it.until_as_meant("Ready")
        assert "Trust chain" in first
        assert ("needs 80×24" in first) is (size[1] < 20)
        it.type("R")
        it.until_as_meant("checking")
        it.type("L")
        it.until_as_meant("f follow")
        it.type("kkmk")
        it.until_as_meant("2 lines marked")
        it.type("w")
        it.until_as_meant("wrapped")
        it.type("?")
        it.until_as_meant("Help")
        it.type("\x1b")
        it.until_as_meant("f follow")
        sent = it.received.decode(errors="replace")
        assert bool(COLOUR.search(sent)) is (kind not in COLOURLESS)
        if terminal["TERM"] not in {"xterm-256color", "tmux-256color"}:
            assert not re.search(r"[;\[][34]8;(2;|5;(1[7-9]|[2-9]\d|1\d\d|2[0-2]\d|23[01])[;m])", sent), (
                "sixteen colours, or black and greys, and no more"
            )
        if terminal["TERM"] in {"linux", "vt100"} or "PUSHTUI_ASCII" in terminal:
            assert first.replace("証明書", "").replace("שלום", "").isascii()
    finally:
        it.end()
