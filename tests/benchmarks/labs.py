"""Labs as processes of their own, and a far line to them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from tests.benchmarks.terminal import PYTHON, ROOT


@dataclass(frozen=True)
class Lab:
    """A running lab and what it said when it was ready."""

    line: dict[str, Any]

    @property
    def profile(self) -> Path:
        return Path(self.line["profile"])

    def ask(self, path: str, body: object = None) -> Any:
        """GET, or POST of JSON, below the control URL."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.line['control']}/{path}", data)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running_lab(scenario: str | Path) -> Iterator[Lab]:
    """A lab, from its line until the end of the block."""
    command = [PYTHON, "-m", "pushtui", "lab", "--serve", "--scenario", str(scenario)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with closing(process.stdin):
            yield Lab(json.loads(process.stdout.readline()))


class FarLine:
    """Carries TCP to ports of this machine as a line of `round_trip` seconds would: a connection costs one more."""

    def __init__(self, round_trip: float) -> None:
        self._one_way = round_trip / 2
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def to(self, port: int) -> int:
        """The near end of a line to this port."""

        async def listen() -> int:
            server = await asyncio.start_server(lambda near, back: self._carry(port, near, back), "127.0.0.1", 0)
            near: int = server.sockets[0].getsockname()[1]
            return near

        return asyncio.run_coroutine_threadsafe(listen(), self._loop).result()

    async def _carry(self, port: int, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        opened = time.monotonic() + 2 * self._one_way
        with suppress(asyncio.CancelledError):
            far, on = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(self._pipe(near, on, opened), self._pipe(far, back, 0.0), return_exceptions=True)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, opened: float) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def take() -> None:
            block = b"?"
            while block:
                block = await source.read(65536)
                await under_way.put((max(time.monotonic(), opened) + self._one_way, block))

        async def give() -> None:
            while True:
                due, block = await under_way.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not block:
                    sink.close()
                    return
                sink.write(block)
                await sink.drain()

        await asyncio.gather(take(), give(), return_exceptions=True)

    def close(self) -> None:
        """Cut every line."""

        async def cut() -> None:
            under_way = asyncio.all_tasks() - {asyncio.current_task()}
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextmanager
def far_profile(lab: Lab, round_trip: float, folder: Path) -> Iterator[Path]:
    """The lab's ready profile, at the end of a far line; without a wait before the probe."""
    line = FarLine(round_trip)
    profile = tomllib.loads(lab.profile.read_text())
    profile["exchange"]["port"] = line.to(profile["exchange"]["port"])
    proxy, _, port = profile["network"]["proxy"].rpartition(":")
    profile["network"]["proxy"] = f"{proxy}:{line.to(int(port))}"
    ends = profile["windows"]["connect_to"]
    profile["windows"]["connect_to"] = {
        name: f"127.0.0.1:{line.to(int(end.rpartition(':')[2]))}" for name, end in ends.items()
    }
    profile["verification"] = {"wait_seconds": 0.0}
    path = folder / f"far-{round_trip * 1000:.0f}.toml"
    path.write_text(tomlkit.dumps(profile))
    try:
        yield path
    finally:
        line.close()
