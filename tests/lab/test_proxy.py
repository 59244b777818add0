"""The CONNECT proxy knows four names on one port, and nothing else in the world."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from pushtui.lab.internet import Internet
from pushtui.lab.loop import LoopThread
from pushtui.lab.proxy import ConnectProxy
from pushtui.lab.requests import RequestLog


class Rig:
    """The proxy before a server that answers every line in capitals."""

    def __init__(self) -> None:
        self.log = RequestLog()
        self.loop = LoopThread("test-proxy")
        self.loop.run(self._start())

    async def _start(self) -> None:
        async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                writer.write(line.upper())
            writer.close()

        self.server = await asyncio.start_server(shout, "127.0.0.1", 0)
        self.proxy = ConnectProxy({"graph.microsoft.com"}, self.server.sockets[0].getsockname()[1], self.log)
        await self.proxy.start()

    async def _stop(self) -> None:
        await self.proxy.stop()
        self.server.close()

    def stop(self) -> None:
        self.loop.run(self._stop())
        self.loop.stop()

    def ask(self, line: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=10)
        connection.sendall(f"{line}\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n".encode())
        return connection


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.stop()


def test_a_known_name_is_carried_both_ways(rig: Rig) -> None:
    with rig.ask("CONNECT Graph.Microsoft.com:443 HTTP/1.1") as connection, connection.makefile("rb") as answers:
        assert answers.readline() == b"HTTP/1.1 200 Connection established\r\n"
        assert answers.readline() == b"\r\n"
        connection.sendall(b"hello\n")
        assert answers.readline() == b"HELLO\n"
        connection.shutdown(socket.SHUT_WR)
        assert answers.read() == b""
    assert [(entry.side, entry.status) for entry in rig.log.entries()] == [("proxy", "200")]


@pytest.mark.parametrize(
    "line",
    [
        "CONNECT example.com:443 HTTP/1.1",
        "CONNECT graph.microsoft.com:80 HTTP/1.1",
        "CONNECT graph.microsoft.com.example.com:443 HTTP/1.1",
        "CONNECT 127.0.0.1:443 HTTP/1.1",
        "CONNECT [::1]:443 HTTP/1.1",
        "GET http://graph.microsoft.com/ HTTP/1.1",
        "nonsense",
    ],
)
def test_everything_else_is_refused(rig: Rig, line: str) -> None:
    with rig.ask(line) as connection, connection.makefile("rb") as answers:
        assert answers.readline() == b"HTTP/1.1 403 Forbidden\r\n"
    assert [entry.status for entry in rig.log.entries()] == ["403"]


def test_an_open_tunnel_does_not_hold_up_the_end() -> None:
    rig = Rig()
    with rig.ask("CONNECT graph.microsoft.com:443 HTTP/1.1") as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        rig.stop()
        while connection.recv(100):
            pass


def test_a_client_that_goes_away_in_the_middle_is_forgotten(rig: Rig) -> None:
    with socket.create_connection(("127.0.0.1", rig.proxy.port), timeout=10) as connection:
        connection.sendall(b"CONNECT graph.micro")
    with rig.ask("CONNECT graph.microsoft.com:443 HTTP/1.1") as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_the_internet_of_an_exchange_server_ignores_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    with Internet("http://127.0.0.1:1234", "ca.pem").session() as session:
        settings = session.merge_environment_settings("https://graph.microsoft.com/", {}, None, None, None)
    assert settings["proxies"]["https"] == "http://127.0.0.1:1234"
    assert settings["verify"] == "ca.pem"
