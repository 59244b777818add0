"""Whatever ends the program, no shell of it stays behind on the servers."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)

ROOT = Path(__file__).parents[2]
NONE: dict[str, dict[str, int]] = {"exchange": {}, "windows": {}}
EIGHT_SERVERS = 'title = "Eight servers"\n[organization]\n' + "".join(
    f'[[organization.servers]]\nname = "ex0{number}"\n' for number in range(1, 9)
)


@pytest.fixture(scope="module")
def lab(start_shared_lab: Callable[..., Any]) -> Any:
    return start_shared_lab("done")


@pytest.fixture
def begin(lab: Any, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the program on the lab, which answers one of its reads very late; returns when it has shells open."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, terminal: int | None = None) -> subprocess.Popen[bytes]:
        lab.ask("clear", {})
        lab.ask("faults", {"match": "Get-AuthConfig", "effect": "delay", "seconds": 120})
        stream = subprocess.DEVNULL if terminal is None else terminal
        process = subprocess.Popen(
            [sys.executable, "-m", "pushtui", "-p", str(lab.profile), *arguments],
            cwd=ROOT,
            env=os.environ | {"XDG_STATE_HOME": str(tmp_path), "TERM": "xterm-256color"},
            stdin=stream,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def _reading(lab: Any) -> bool:
    """Whether the late read is under way."""
    return any(entry["name"] == "wsman:Command" for entry in lab.ask("requests"))


def test_after_a_check_and_after_a_failure(lab: Any, pushtui: Any) -> None:
    lab.ask("clear", {})
    assert pushtui("-p", lab.profile, "check").code == 3
    assert lab.state()["shells"] == NONE
    lab.ask("faults", {"match": "Get-ExchangeServer", "effect": "cut", "times": 9})
    assert pushtui("-p", lab.profile, "check").code == 1
    lab.ask("clear", {})
    assert lab.state()["shells"] == NONE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_after_a_signal_in_the_middle(lab: Any, begin: Any, eventually: Any, number: signal.Signals) -> None:
    process = begin("check")
    eventually(lambda: _reading(lab))
    assert lab.state()["shells"] != NONE
    process.send_signal(number)
    assert process.wait(30) == 130
    assert lab.state()["shells"] == NONE


def test_after_the_terminal_is_closed(lab: Any, begin: Any, eventually: Any) -> None:
    master, slave = pty.openpty()
    process = begin(terminal=slave)
    os.close(slave)
    eventually(lambda: _pressed(master, b"R") and _reading(lab))
    assert lab.state()["shells"] != NONE
    os.close(master)
    process.send_signal(signal.SIGHUP)
    process.wait(30)
    assert lab.state()["shells"] == NONE


def _pressed(master: int, key: bytes) -> bool:
    """Press a key, and take what the program has painted so that it never has to wait for us."""
    os.set_blocking(master, False)
    try:
        while os.read(master, 65536):
            pass
    except BlockingIOError:
        pass
    os.write(master, key)
    return True


def test_many_servers_take_few_shells(start_lab: Any, pushtui: Any, tmp_path: Path) -> None:
    """One for the organization and four for single servers, of the 18 that Exchange grants a user."""
    scenario = tmp_path / "eight.toml"
    scenario.write_text(EIGHT_SERVERS)
    lab = start_lab(str(scenario))
    checked = pushtui("-p", lab.profile, "check", "--json")
    assert checked.statuses["servers"] == "ok", checked.errors
    names = [entry["name"] for entry in lab.ask("requests") if entry["side"] == "exchange"]
    assert names.count("Get-ExchangeCertificate") >= 8
    assert names.count("wsman:Create") <= 5


@pytest.mark.parametrize("shells", [1, 3])
def test_a_server_that_grants_few_shells_is_read_with_those(
    start_lab: Any, pushtui: Any, tmp_path: Path, shells: int
) -> None:
    """Somebody lowered the quota, or other sessions of the account use it up: the check takes longer, and works."""
    scenario = tmp_path / "eight.toml"
    scenario.write_text(EIGHT_SERVERS.replace("[organization]\n", f"[organization]\nshells = {shells}\n"))
    lab = start_lab(str(scenario))
    checked = pushtui("-p", lab.profile, "check", "--json")
    assert (checked.statuses["servers"], checked.statuses["certificate"]) == ("ok", "change-needed"), checked.errors
    assert "127.0.0.1 grants no more sessions: 1 at a time go on" in checked.errors or shells > 1
    names = [entry["name"] for entry in lab.ask("requests") if entry["side"] == "exchange"]
    assert names.count("Get-ExchangeCertificate") >= 8
    assert lab.state()["shells"] == NONE
