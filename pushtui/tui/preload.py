"""Loads what the first operation will need, once the first frame is on the screen."""

from __future__ import annotations

import contextlib
import gc
import importlib
import threading
from collections.abc import Callable

_LATER = (
    *(f"pushtui.tui.screens.{name}" for name in ("plan", "reading", "questions", "sign_in", "doctor")),
    "pushtui.tui.copies",
    "pushtui.engine.plan",
    "pushtui.engine.console.completion",
    "cryptography.x509",
    "pypsrp.powershell",
    "pypsrp.wsman",
    "msal",
    "msgraph_core",
    "msgraph.generated.models.o_data_errors.o_data_error",
    "pushtui.engine.session",
    "pushtui.exchange.worker",
    "pushtui.exchange.shell",
    "pushtui.entra.graph",
    "pushtui.mail.message",
    # What the clients themselves load with their first request, when everything else begins as well.
    "cryptography.hazmat.backends.openssl.backend",
    "httpcore",
    "anyio._backends._asyncio",
    "msal_extensions",
    "jwt",
)


def start() -> None:
    """Collect no garbage until all is loaded: there is none, and looking for it takes a tenth of the start."""
    gc.disable()


def preload(then: Callable[[], object]) -> None:
    """Import the heavy parts on a thread of their own, then call `then` on it, which may need them.

    What is not installed is reported where it is used.
    """
    threading.Thread(target=_import_all, args=(then,), name="pushtui-preload", daemon=True).start()


def _import_all(then: Callable[[], object]) -> None:
    try:
        for name in _LATER:
            with contextlib.suppress(ImportError, Warning):  # a warning is an error to whoever asked for that
                importlib.import_module(name)
    finally:
        gc.freeze()  # what was loaded stays: no collection, at which the screen stands still, has to look at it
        gc.enable()
    then()
