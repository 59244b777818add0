"""What the lab was asked: one entry a request, so that a test can prove what was sent, and what was not."""

from __future__ import annotations

import threading
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pushtui.base.values import frozen


@frozen
class Request:
    """One request as the lab understood it."""

    side: str
    """`exchange`, `windows`, `entra`, `graph`, `acs`, `push`, `mail`, `proxy` (a CONNECT)."""
    name: str
    """The cmdlet, the WSMan operation, or method and path."""
    write: bool
    """Whether it asks for a change of the organization or of the tenant."""
    account: str = ""
    status: str = ""
    """`ok`, an HTTP status, or an error's identifier."""
    detail: str = ""
    at: datetime | None = None


class RequestLog:
    """An append-only list, safe between threads."""

    def __init__(self) -> None:
        self._entries: list[Request] = []
        self._lock = threading.Lock()

    def add(
        self, side: str, name: str, *, write: bool, account: str = "", status: str = "ok", detail: str = ""
    ) -> None:
        with self._lock:
            self._entries.append(Request(side, name, write, account, status, detail, datetime.now(UTC)))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def entries(self) -> list[Request]:
        with self._lock:
            return list(self._entries)

    def snapshot(self) -> list[dict[str, Any]]:
        """The entries as JSON values."""
        return [asdict(entry) | {"at": entry.at.isoformat() if entry.at else None} for entry in self.entries()]
