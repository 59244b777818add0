"""The reference of the flood: Textual's `Log`, fed in batches by one timer, with nothing made of the lines."""

from __future__ import annotations

import sys
import threading
from collections import deque
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Log

from tests.benchmarks.stage import LINE, THREADS


class Reference(App[None]):
    BINDINGS: ClassVar = [("C", "pour", "pour")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._lines: deque[str] = deque()

    def compose(self) -> ComposeResult:
        yield Log()

    def on_mount(self) -> None:
        self.set_interval(1 / 10, self._drain)
        self.query_one(Log).write_line("Ready")

    def _drain(self) -> None:
        if self._lines:
            batch = [self._lines.popleft() for _ in range(len(self._lines))]
            self.query_one(Log).write_lines(batch)

    def action_pour(self) -> None:
        def pour(first: int) -> None:
            self._lines.extend(LINE.format(number=number) for number in range(first, self._count, THREADS))

        def flood() -> None:
            threads = [threading.Thread(target=pour, args=(first,), daemon=True) for first in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._lines.append("the last line")

        threading.Thread(target=flood, daemon=True).start()


if __name__ == "__main__":
    Reference(int(sys.argv[1])).run(mouse=False)
