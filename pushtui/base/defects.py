"""A defect of ours: one sentence for whoever meets it, and where it happened for whoever repairs it.

What an exception says and the variables of its frames may be a credential, so no value is shown or written anywhere.
"""

from __future__ import annotations

import os
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path

from pushtui.base.errors import FileProblem, PushtuiError
from pushtui.base.files import open_private, private_folder, state_folder
from pushtui.base.words import _


def places(error: BaseException) -> list[str]:
    """Where it happened, a line a frame: the file, the line and the function."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def sentence(error: BaseException, log: Path | None) -> PushtuiError:
    """What is said of it; `log` is the file that holds its places, None where there could be none."""
    remedy = _("Please report it; where it happened is in the log {path}").format(path=log) if log else ""
    what = _("An internal error: {kind}").format(kind=type(error).__name__)
    return PushtuiError("internal", what, remedy=remedy or _("Please report it"))


def kept(error: BaseException) -> PushtuiError:
    """What is said of one that no session has in its log: its places go to a private file of their own."""
    now = datetime.now(UTC)
    path = state_folder() / "log" / f"{now:%Y%m%dT%H%M%S%fZ}-{os.getpid()}.log"
    start = (f"{now:%Y-%m-%dT%H:%M:%S.%fZ}", "pushtui", "output", "-")  # as in the log of a session
    lines = [" ".join((*start, place)) + "\n" for place in places(error)]
    try:
        private_folder(path.parent)
        handle = open_private(path)
        try:
            os.write(handle, "".join(lines).encode())
        finally:
            os.close(handle)
    except (OSError, FileProblem):
        return sentence(error, None)
    return sentence(error, path)


def hold_back() -> None:
    """Let no thread print one with its values, as Python does by itself."""

    def keep(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            kept(arguments.exc_value)

    threading.excepthook = keep
