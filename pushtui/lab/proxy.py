"""A CONNECT proxy that knows four names: a production profile reaches the lab through it, and nothing else.

RFC 9110 9.3.6. It terminates no TLS: the lab's own certificate carries the production names.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection

from pushtui.lab.requests import RequestLog

_REQUEST_LINE = re.compile(r"CONNECT \[?([^\s\]]+?)\]?:(\d{1,5}) HTTP/1\.[01]")
_HEADER_LIMIT = 100


class ConnectProxy:
    """Maps ``name:443`` to one local TLS port; everything else is refused with 403."""

    def __init__(self, names: Collection[str], target_port: int, requests: RequestLog) -> None:
        self._names = frozenset(names)
        self._target_port = target_port
        self._requests = requests
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the proxy has not been started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Listen no longer, and cut the tunnels that are open."""
        if self._server is not None:
            self._server.close()
        for writer in self._open.values():
            writer.transport.abort()
        if self._open:
            await asyncio.wait(list(self._open), timeout=5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        if task is not None:
            self._open[task] = writer
            task.add_done_callback(lambda done: self._open.pop(done, None))
        try:
            line = await self._head(reader)
            found = _REQUEST_LINE.fullmatch(line)
            allowed = found is not None and found[1].lower() in self._names and found[2] == "443"
            self._requests.add("proxy", line, write=False, status="200" if allowed else "403")
            if allowed:
                await self._tunnel(reader, writer)
            else:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> str:
        """The request line without its query; the header lines are read and dropped."""
        line = (await reader.readuntil(b"\n")).decode("latin-1").strip()
        for _ in range(_HEADER_LIMIT):
            if (await reader.readuntil(b"\n")).strip() == b"":
                break
        return line

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))
        finally:
            far_writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes until one side ends, then end the other."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
