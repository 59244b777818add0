"""Copying to the clipboard of the machine where the person sits: through tmux, or by the terminal itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from typing import Any

from textual.app import App

from pushtui.base.credentials import VARIABLES

_SECONDS = 2.0


def copy_out(app: App[Any], text: str) -> None:
    """Hand `text` over and return at once; nothing tells whether the terminal took it. Never for a credential."""
    if os.environ.get("TMUX"):
        app.run_worker(_through_tmux(app, text), name="copy", exit_on_error=False)
    else:
        app.copy_to_clipboard(text)  # OSC 52


async def _through_tmux(app: App[Any], text: str) -> None:
    """tmux sets its own buffer and, with ``-w``, the clipboard of the terminal outside; it may ignore an OSC 52."""
    if not await asyncio.to_thread(_load_buffer, text):
        app.copy_to_clipboard(text)


def _load_buffer(text: str) -> bool:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            ["tmux", "load-buffer", "-w", "-"],  # noqa: S607  # the tmux that this terminal is in
            input=text.encode(),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
        return done.returncode == 0
    return False
