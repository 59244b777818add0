"""The TCP connections behind an HTTP session: closed for certain, and ended from another thread where one hangs.

requests offers neither: a response that nobody read keeps its connection open until it is collected, and a body that
trickles in byte by byte never runs into a time-out.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any
from weakref import WeakSet


class Sockets:
    """The connections that watched sessions have made."""

    def __init__(self) -> None:
        self._connections: list[Any] = []
        self._managers: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()

    def watch(self, session: Any) -> None:
        """Learn of every connection that this `requests.Session` makes from now on."""
        for adapter in session.adapters.values():
            self._watch_manager(adapter.poolmanager)
            adapter.proxy_manager_for = _then(adapter.proxy_manager_for, self._watch_manager)

    def close(self) -> None:
        """Close them all; by the thread that uses them."""
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            with suppress(Exception):
                connection.close()

    def abort(self) -> None:
        """End them all, from any thread: whoever waits for one of them gets an error at once."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            open_socket = getattr(connection, "sock", None)
            if isinstance(open_socket, socket.socket):
                with suppress(OSError):
                    # Below TLS: its own shutdown takes the state away from the thread that is reading.
                    socket.socket.shutdown(open_socket, socket.SHUT_RDWR)

    def _watch_manager(self, manager: Any) -> None:
        if manager in self._managers:
            return
        self._managers.add(manager)
        manager.pool_classes_by_scheme = {
            scheme: _then(pool_class, self._watch_pool) for scheme, pool_class in manager.pool_classes_by_scheme.items()
        }

    def _watch_pool(self, pool: Any) -> None:
        pool.ConnectionCls = _then(pool.ConnectionCls, self._add)

    def _add(self, connection: Any) -> None:
        with self._lock:
            self._connections.append(connection)


def _then(make: Callable[..., Any], after: Callable[[Any], None]) -> Callable[..., Any]:
    """Like `make`, and tells `after` what it made."""

    @wraps(make)
    def made(*arguments: Any, **options: Any) -> Any:
        item = make(*arguments, **options)
        after(item)
        return item

    return made
