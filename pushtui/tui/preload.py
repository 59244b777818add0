"""Loads what the first operation will need, once the first frame is on the screen."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pushtui.engine.loading import CLIENTS, load

_LATER = (
    *(f"pushtui.tui.screens.{name}" for name in ("plan", "reading", "questions", "sign_in", "doctor")),
    "pushtui.tui.widgets.console",
    "pushtui.tui.widgets.editor",
    "pushtui.tui.copies",
    "pushtui.reporting.texts_all",
    "pushtui.reporting.texts_brief",
    "pushtui.reporting.texts_commands",
    "pushtui.reporting.texts_why",
    "pushtui.engine.plan",
    "pushtui.engine.console.completion",
    "pushtui.engine.session",
    *CLIENTS,
)


def preload(then: Callable[[], object]) -> None:
    """Import the heavy parts on a thread of their own, then call `then` on it, which may need them."""
    threading.Thread(target=_load_all, args=(then,), name="pushtui-preload", daemon=True).start()


def _load_all(then: Callable[[], object]) -> None:
    load(_LATER)
    then()
