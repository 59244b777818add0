"""What was typed into the console before, kept beside the journals of the organization it was typed for.

Only lines that read can get here, and the log has them anyway. A line that looks as if it held a secret is not kept.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from pushtui.base.errors import FileProblem
from pushtui.base.files import private_folder, write_atomically
from pushtui.base.redaction import Redactor
from pushtui.base.text import clean_line

NAME = "console-history"
_LIMIT = 256 * 1024
"""Bytes of the file that are read."""
_CONFIDENTIAL = re.compile(r"-\w*(?:password|passphrase|credential|secret|token)", re.IGNORECASE)


class History:
    """The last lines, in a file of mode 0600. For worker threads: it reads and writes files."""

    def __init__(self, folder: Path, redactor: Redactor, most: int) -> None:
        self._path = folder / NAME
        self._redactor = redactor
        self._most = most
        """How many lines are kept; 0: none, and nothing is read."""

    def lines(self) -> tuple[str, ...]:
        """Oldest first; none where there is no file, or one that cannot be read."""
        if not self._most:
            return ()
        try:
            with self._path.open("rb") as file:
                text = file.read(_LIMIT).decode(errors="replace")
        except OSError:
            return ()
        return tuple(filter(None, map(clean_line, text.split("\n"))))[-self._most :]

    def keep(self, typed: str) -> None:
        """Add a line; one that was there is the newest now. Where it cannot be written, the line is not remembered."""
        line = clean_line(typed)
        if not self._most or not line or _CONFIDENTIAL.search(line) or self._redactor.redact(line) != line:
            return
        kept = [*(each for each in self.lines() if each != line), line][-self._most :]
        with suppress(FileProblem):
            private_folder(self._path.parent)
            write_atomically(self._path, "".join(f"{each}\n" for each in kept).encode())
