"""The application with a heart that is listened to. Run as ``python -m tests.benchmarks.heartbeat FILE PROFILE``.

Every beat that came late is a line of the file: when it was due (`time.monotonic`) and by how many seconds it was late.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from pushtui.engine import loading
from pushtui.profile import load
from pushtui.tui.app import PushtuiApp
from pushtui.tui.launch import session_factory

LATE = Path(sys.argv[1])
BEAT = 0.002
NOTED = 0.005
"""Seconds that a beat may be late without being noted."""


class Listened(PushtuiApp):
    """Beats on the loop that paints the screen."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.late: list[str] = []

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._beat(), name="heart")

    async def _beat(self) -> None:
        while True:
            due = time.monotonic() + BEAT
            await asyncio.sleep(BEAT)
            delay = time.monotonic() - due
            if delay > NOTED:
                self.late.append(f"{due} {delay}\n")


def main() -> None:
    loading.start()  # as pushtui.cli does
    sys.setswitchinterval(0.001)  # as pushtui.tui.launch does
    app = Listened(load(Path(sys.argv[2])), session_factory(read_only=False))
    app.run(mouse=False)
    LATE.write_text("".join(app.late))


if __name__ == "__main__":
    main()
