"""Copying to where the person sits: through tmux, by the terminal itself, and always to a file.

Nothing tells whether a terminal took what it was handed: many do not, tmux drops it unless it is told otherwise, and a
serial console has no clipboard at all. So the same text is in a private file as well, and the person is told the way.
"""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path

from pushtui.base.credentials import VARIABLES
from pushtui.base.errors import FileProblem
from pushtui.base.files import private_folder, state_folder, write_atomically
from pushtui.base.values import frozen
from pushtui.base.words import _

FILE = "copied.txt"
LONGEST = 74_000
"""Base64 characters that terminals are known to take: xterm's and tmux's own buffers hold no more of an OSC 52."""
_SECONDS = 2.0
_SCREEN_PART = 240
"""Bytes of a DCS string that GNU screen passes on at once (its MAXSTR is 768 in the versions that are about)."""


class Way(Enum):
    """How a text left."""

    TMUX = "tmux"
    """tmux has it, and hands it on to the terminal outside."""
    TMUX_BUFFER = "tmux-buffer"
    """tmux has it in its buffer; it is too old to hand it on."""
    TERMINAL = "terminal"
    """The terminal was asked to take it (OSC 52)."""
    NONE = "none"
    """Only the file has it."""


@frozen
class Copied:
    """What came of copying."""

    way: Way
    file: Path | None
    """Where it also is; None where it could not be written."""
    too_long: bool = False

    @property
    def sentence(self) -> str:
        """What a person is told."""
        file = shown(self.file) if self.file else ""
        if self.way is Way.NONE:
            if not self.file:
                return _("Not copied: neither the terminal nor a file takes it")
            words = _("Too long for a terminal, but in {file}") if self.too_long else _("It is in {file}")
            return words.format(file=file)
        words = {
            Way.TMUX: _("Copied through tmux"),
            Way.TMUX_BUFFER: _("In tmux's buffer (prefix ] pastes)"),
            Way.TERMINAL: _("Copied, if the terminal allows it"),
        }[self.way]
        return _("{copied}; also in {file}").format(copied=words, file=file) if self.file else words


async def copy(text: str, write: Callable[[str], None], environment: Mapping[str, str] = os.environ) -> Copied:
    """Copy `text`; `write` sends a control sequence to the terminal. Never for a credential."""
    file = await asyncio.to_thread(_keep, text)
    if environment.get("TMUX"):
        way = await asyncio.to_thread(_through_tmux, text)
        if way is not None:
            return Copied(way, file)
    sequence = osc52(text)
    if not sequence or environment.get("TERM", "") == "linux":  # a console without a clipboard
        return Copied(Way.NONE, file, too_long=not sequence)
    write(_wrapped(sequence, environment))
    return Copied(Way.TERMINAL, file)


def osc52(text: str) -> str:
    """The control sequence that asks a terminal to take the text (xterm's “Manipulate Selection Data”); empty where it
    is longer than terminals take."""
    data = base64.b64encode(text.encode()).decode()
    return f"\x1b]52;c;{data}\x07" if len(data) <= LONGEST else ""


def _wrapped(sequence: str, environment: Mapping[str, str]) -> str:
    """The sequence as what stands between here and the terminal lets it through.

    Where a tmux cannot be asked (it runs on the machine that the person came from by SSH, or its socket is out of
    reach), it takes the sequence itself with ``set-clipboard on``, and a wrapped one with ``allow-passthrough on``.
    """
    if environment.get("STY"):
        return through_screen(sequence)
    if environment.get("TMUX") or environment.get("TERM", "").startswith("tmux"):
        return sequence + through_tmux(sequence)
    return sequence


def through_tmux(sequence: str) -> str:
    """The sequence wrapped for a tmux that lets such things pass."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def through_screen(sequence: str) -> str:
    """The sequence wrapped for GNU screen, which passes DCS strings on to its terminal, a part at a time."""
    parts = (sequence[start : start + _SCREEN_PART] for start in range(0, len(sequence), _SCREEN_PART))
    return "".join(f"\x1bP{part}\x1b\\" for part in parts)


def shown(path: Path) -> str:
    """The path as a person would type it."""
    home = str(Path.home())
    text = str(path)
    return f"~{text[len(home) :]}" if text.startswith(f"{home}/") else text


def _keep(text: str) -> Path | None:
    path = state_folder() / FILE
    try:
        private_folder(path.parent)
        write_atomically(path, text.encode())
    except (OSError, FileProblem):
        return None
    return path


def _through_tmux(text: str) -> Way | None:
    """tmux sets its own buffer and, with ``-w`` (since 3.2), the clipboard of the terminal outside; it ignores an
    OSC 52 of ours unless it is told otherwise."""
    if _tmux(text, "load-buffer", "-w", "-"):
        return Way.TMUX
    return Way.TMUX_BUFFER if _tmux(text, "load-buffer", "-") else None


def _tmux(text: str, *words: str) -> bool:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    try:
        done = subprocess.run(  # noqa: S603  # the tmux that this terminal is in; nothing of it is typed by anybody
            ["tmux", *words],  # noqa: S607
            input=text.encode(),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
