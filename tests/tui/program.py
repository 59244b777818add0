"""A program for the tests of processes: the application on a scripted session that tells a file what happens to it.

Run as ``python program.py FOLDER MODE``; modes: ``plain``, ``stuck`` (the session never closes), ``broken`` (a key
ends in a defect).
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from pushtui.engine.events import RunEnded, StepChanged, StepReport
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure.model import Status, StepId
from pushtui.profile import Profile
from pushtui.tui.app import PushtuiApp

FOLDER, MODE = Path(sys.argv[1]), sys.argv[2]


def tell(word: str) -> None:
    (FOLDER / word).write_text(word)


class Session:
    """Checks until it is cancelled."""

    def __init__(self, profile: Profile, prompts: Any, emit: Any) -> None:
        self.emit = emit
        self.reports = {step: StepReport(step, Status.UNKNOWN) for step in StepId}
        self.log_path = FOLDER / "log"
        self.overwrite_certificate_file = False
        self._cancelled = threading.Event()

    def check(self, steps: Any = tuple(StepId), *, probe: bool = False) -> None:
        self.emit(StepChanged(StepReport(StepId.TENANT, Status.CHECKING)))
        tell("checking")
        self._cancelled.wait(60)
        tell("ended")
        self.emit(RunEnded("check", cancelled=True))

    def cancel(self) -> None:
        tell("cancelled")
        self._cancelled.set()

    def close(self) -> None:
        if MODE == "stuck":
            threading.Event().wait(60)
        tell("closed")


def broken(*_arguments: Any) -> None:
    password = "hunter2"  # noqa: F841  # what must not be on the crash screen
    raise RuntimeError("a defect")


def main() -> int:
    profile = Profile(
        tenant_domain="fabrikam.com",
        certificate_path="~/auth.cer",
        exchange=ExchangeSettings(server="ex01.lab.example"),
        path=FOLDER / "profile.toml",
    )
    app = PushtuiApp(profile, Session)  # type: ignore[arg-type]  # it has what these tests need
    if MODE == "broken":
        app.open_help = broken  # type: ignore[method-assign]  # the defect
    result = app.run(mouse=False)
    return app.return_code or 0 if result is None else result


if __name__ == "__main__":
    sys.exit(main())
