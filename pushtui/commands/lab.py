"""The lab as a child process: started for one run of the application, and gone with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from pushtui.base.errors import PushtuiError
from pushtui.base.text import clean_line
from pushtui.base.words import _

FAREWELL = 5.0
"""Seconds that the lab is given to end by itself once its input is closed."""


def become_lab(arguments: Sequence[str]) -> int:
    """Replace this process by the lab; only comes back where that is not possible."""
    _refuse_without_parts()
    try:
        os.execve(sys.executable, _command(arguments), _environment())  # noqa: S606  # our own module, no shell
    except OSError as error:
        raise PushtuiError(
            "lab.not-started", _("The lab could not be started"), cause=clean_line(str(error.strerror))
        ) from None


def _command(arguments: Sequence[str]) -> list[str]:
    """The same Python, with this very `pushtui` and none that happens to lie in the current folder (``-P``)."""
    return [sys.executable, "-P", "-m", "pushtui.lab", *arguments]


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    path = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


def _refuse_without_parts() -> None:
    missing = [name for name in ("psrpcore", "aiohttp", "aiosmtpd") if find_spec(name) is None]
    if missing:
        raise PushtuiError(
            "lab.not-installed",
            _("The lab is not installed (missing: {names})").format(names=", ".join(missing)),
            remedy=_("Install it with: pip install 'pushtui[lab]'"),
        )


class Lab:
    """A running lab. Its input is a pipe of ours: however we end, the pipe closes, and the lab with it."""

    def __init__(self, scenario: str, *, kerberos: bool = False) -> None:
        """Start it and wait for its line. Raises `PushtuiError` with the lab's own sentence where it cannot start.

        This process is its client: what a client needs in its environment is put there.
        """
        _refuse_without_parts()
        self._process = subprocess.Popen(  # noqa: S603  # our own module, arguments as a list
            _command(["--scenario", scenario, *(["--kerberos"] if kerberos else [])]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(),
            start_new_session=True,  # a Ctrl-C in the terminal is ours, not the lab's
        )
        self._said: deque[str] = deque(maxlen=20)
        self._listener = threading.Thread(target=self._listen, name="pushtui-lab", daemon=True)
        self._listener.start()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            told = json.loads(line)
            self.profile = Path(told["profiles"]["kerberos" if kerberos else "basic"])
            os.environ.update(told["environment"])
        except (ValueError, KeyError, TypeError):
            self.close()
            reason = clean_line(self._said[-1]) if self._said else _("The lab could not be started")
            raise PushtuiError("lab.not-started", reason) from None

    def _listen(self) -> None:
        """Take what the lab says on standard error, so that it never has to wait for us."""
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            self._said.extend(stream)

    def close(self) -> None:
        """End it."""
        process = self._process
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        try:
            process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._listener.join(FAREWELL)

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
