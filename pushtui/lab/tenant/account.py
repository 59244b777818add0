"""Who the current request turned out to come from, for the request log."""

from __future__ import annotations

from contextvars import ContextVar

ACCOUNT: ContextVar[str] = ContextVar("account", default="")
"""Set by the handler that establishes the identity; the server empties it before every request."""
