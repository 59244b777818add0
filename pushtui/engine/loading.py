"""Loads what the connections talk with, in the order in which a check needs it on the wire.

While the first answers are on their way the rest is loaded, by one thread: two that import at once share one
interpreter, and both come late.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
from collections.abc import Iterable

_EXCHANGE = "pushtui.exchange.shell"
CLIENTS = (
    _EXCHANGE,
    "pushtui.entra.graph",
    "httpx",
    # What the clients themselves load with their first request, when everything else begins as well.
    "httpcore",
    "anyio._backends._asyncio",
    "msal",
    "msal_extensions",
    "jwt",
    "cryptography.hazmat.backends.openssl.backend",
    "kiota_http.httpx_request_adapter",
    "kiota_serialization_json.json_parse_node_factory",
)
_OFTEN = 20_000
"""Objects that are made until garbage is looked for. Python's 700 are few: of a flood of lines, each of which stays, a
fifth of the time would go into looking at them again and again."""


def start() -> None:
    """Collect no garbage until all is loaded: there is none, and looking for it takes a tenth of the start."""
    gc.disable()


def load(names: Iterable[str]) -> None:
    """Import these modules, then collect garbage again."""
    try:
        for name in names:
            _import(name)
    finally:
        gc.freeze()  # what was loaded stays: no collection, at which the screen stands still, has to look at it
        gc.set_threshold(_OFTEN)
        gc.enable()


def let_exchange_go_first() -> None:
    """Return once what Exchange is talked to with is loaded: a check waits for Exchange longer than for the tenant."""
    _import(_EXCHANGE)


def _import(name: str) -> None:
    """What is not installed is reported where it is used, and a warning is an error to whoever asked for that."""
    with contextlib.suppress(ImportError, Warning):
        importlib.import_module(name)
