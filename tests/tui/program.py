"""A program for the tests of processes: the application on a scripted session that tells a file what happens to it.

Run as ``python program.py FOLDER MODE``; modes: ``plain``, ``stuck`` (the session never closes), ``broken`` (a key
ends in a defect), ``shown`` (what should be on the screen is told again and again, names are in several scripts).
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pushtui.engine.events import Level, LogLine, RunEnded, StepChanged, StepReport
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
        if MODE == "shown":
            for number in range(30):
                text = f"Name: 名前{number} שלום e\u0301 {'long ' * 40}end"
                self.emit(LogLine(datetime.now(UTC), "exchange", Level.OUTPUT, text, StepId.TENANT))
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


def tell_screen(app: PushtuiApp) -> None:
    """Write down what should be on the screen."""
    if app.screen_stack and app.screen.is_running:
        rows = (strip.text.rstrip() for strip in app.screen._compositor.render_strips())
        (FOLDER / "screen.part").write_text("\n".join(rows))
        (FOLDER / "screen.part").replace(FOLDER / "screen")


class Telling(PushtuiApp):
    """Tells what should be on the screen."""

    def on_mount(self) -> None:  # beside the one of the application
        self.set_interval(0.1, lambda: tell_screen(self))


def broken(*_arguments: Any) -> None:
    password = "hunter2"  # noqa: F841  # what must not be on the crash screen
    raise RuntimeError("a defect")


def main() -> int:
    profile = Profile(
        tenant_domain="fabrikam.com",
        certificate_path="~/証明書/שלום.cer" if MODE == "shown" else "~/auth.cer",
        exchange=ExchangeSettings(server="ex01.lab.example"),
        path=FOLDER / "profile.toml",
    )
    app = (Telling if MODE == "shown" else PushtuiApp)(profile, Session)  # type: ignore[arg-type]  # it has what these tests need
    if MODE == "broken":
        app.open_help = broken  # type: ignore[method-assign]  # the defect
    result = app.run(mouse=False)
    return app.return_code or 0 if result is None else result


if __name__ == "__main__":
    sys.exit(main())
