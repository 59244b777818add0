"""Starts the application on the real engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pushtui.base.errors import UsageError
from pushtui.base.words import _
from pushtui.profile import Profile
from pushtui.settings.reading import Gathered
from pushtui.tui import keymap
from pushtui.tui.app import PushtuiApp
from pushtui.tui.terminal import Terminal

if TYPE_CHECKING:
    from pushtui.tui.session import PromptsLike, SessionFactory, SessionLike


def session_factory(*, read_only: bool, history: int = 0) -> SessionFactory:
    """Makes real sessions, which keep so many lines of the console's `history`.

    The engine is imported when the first one is made, on a worker thread.
    """

    calls: list[Any] = []

    def make(profile: Profile, prompts: PromptsLike, emit: Callable[[Any], None]) -> SessionLike:
        from pushtui.engine.calls import Calls
        from pushtui.engine.session import Session

        if not calls:
            calls.append(Calls())  # one for all sessions: the log shows lines of earlier ones, too
        return Session(profile, prompts, emit, read_only=read_only, calls=calls[0], history=history)

    return make


def run(
    profile: Profile,
    gathered: Gathered,
    *,
    read_only: bool = False,
    lab: Callable[[], Path] | None = None,
    welcome: bool = False,
) -> int:
    """Show the application until the person leaves; returns the exit code.

    `lab` starts the lab and tells where its profile is; with `welcome` the person is asked where to begin.
    Raises `UsageError` without a terminal, and for keys that the settings give to nothing or twice.
    """
    terminal = Terminal.of(os.environ)
    if not terminal.usable or not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "terminal.unusable",
            _("The terminal application needs a terminal that can move its cursor"),
            remedy=_("Use pushtui check, plan or apply here"),
        )
    for problem in keymap.problems(gathered) if gathered.settings.keys else ():
        raise problem
    sys.setswitchinterval(0.001)
    app = PushtuiApp(
        profile,
        session_factory(read_only=read_only, history=gathered.settings.console_history),
        read_only=read_only,
        terminal=terminal,
        settings=gathered.settings,
        lab=lab,
        welcome=welcome,
    )
    result = app.run(mouse=gathered.settings.mouse)
    return app.return_code or 0 if result is None else result
