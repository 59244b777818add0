"""A working day on a jump host: SSH to it, pushtui in tmux there, detached, its connection lost, and found again."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
DETACH = ("\x02", "d")
"""tmux's prefix, as it is without any settings, and its key."""

PATIENT = """
base = "fresh"
[organization]
hm_start_seconds = 0
[verification]
wait_seconds = 900
[[faults]]
match = "New-AuthServer"
effect = "delay"
seconds = 1
"""
"""The countdown before the probe is longer than any test: it ends when somebody who is logged in again says so."""

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


def status(text: str, step: int) -> str:
    """What the chain says of a step."""
    found = re.search(rf"^[ ▌]{step}  \S [A-Z][A-Za-z ]+?  +([a-z ]+?)  ", text, re.MULTILINE)
    return found[1] if found else ""


class JumpHost:
    """Logs in over SSH, and goes to tmux there."""

    def __init__(self, terminal: Callable[..., Any], environment: dict[str, str], socket: str) -> None:
        self._terminal = terminal
        self._environment = environment
        self._tmux = ["tmux", "-L", socket, "-f", "/dev/null"]

    def log_in(self, width: int, height: int, *words: str) -> Any:
        """A terminal with SSH in it, and tmux in that."""
        return self._terminal("ssh", [*self._tmux, *words], self._environment, width, height)

    def tmux(self, *words: str) -> str:
        """What tmux says, asked on the far machine itself."""
        return subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=False).stdout

    def shows(self, text: str) -> bool:
        """Whether a terminal shows what tmux has for it, row by row: nothing is missing, and nothing of before is left.

        The last row is tmux's own.
        """
        rows = [row.rstrip() for row in text.splitlines()[:-1]]
        return rows == [row.rstrip() for row in self.tmux("capture-pane", "-p").splitlines()]


@pytest.fixture
def jump_host(terminal: Callable[..., Any], tmp_path: Path) -> Iterator[JumpHost]:
    """A machine with tmux, whose server ends with the test."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    host = JumpHost(terminal, environment, f"pushtui-{os.getpid()}-{tmp_path.name}")
    yield host
    host.tmux("kill-server")


def test_a_run_in_tmux_outlives_the_connection_that_began_it(
    jump_host: JumpHost,
    until: Callable[..., str],
    eventually: Callable[..., Any],
    start_lab: Callable[..., Any],
    tmp_path: Path,
) -> None:
    scenario = tmp_path / "patient.toml"
    scenario.write_text(PATIENT)
    lab = start_lab(str(scenario))
    command = shlex.join([sys.executable, "-m", "pushtui", "-p", str(lab.profile)])

    screen = jump_host.log_in(200, 60, "new-session", f"{command}; echo EXIT $?; exec cat")
    until(screen, lambda text: "Trust chain" in text and "Ready" in text)
    screen.press("R")
    until(screen, lambda text: "Ready" not in text)  # tmux takes for pasted what comes faster than anybody types
    screen.press(*DETACH)
    assert "[detached" in until(screen, lambda text: "EXIT 0" in text)

    screen = jump_host.log_in(80, 24, "attach")
    until(screen, lambda text: "need changes" in text and jump_host.shows(text))
    screen.press("A")
    until(screen, lambda text: "Plan:" in text)
    screen.press("y")
    until(screen, lambda text: "To agree, type the tenant domain" in text)
    screen.press(*"fabrikam.com", "enter")
    until(screen, lambda text: status(text, 4) == "applying")
    screen.lose()
    eventually(lambda: not jump_host.tmux("list-clients"))

    screen = jump_host.log_in(120, 40, "attach")
    found = until(screen, lambda text: status(text, 7) == "waiting" and jump_host.shows(text))
    assert [status(found, step) for step in range(1, 7)] == ["ok"] * 6
    state = lab.state()
    key = hashlib.sha256(lab.exported_certificate.read_bytes()).hexdigest()
    assert [each["name"] for each in state["organization"]["auth_servers"]] == ["MicrosoftSts"]
    assert [each["sha256"] for each in state["tenant"]["service_principal"]["keys"]] == [key]
    assert state["organization"]["push_proxy"]["organization"] == "fabrikam.com"
    assert state["tenant"]["notifications"] == [], "the probe waits for the countdown"

    screen.press("s")
    ended = until(screen, lambda text: "All steps ok" in text and jump_host.shows(text))
    assert [status(ended, step) for step in range(1, 8)] == ["ok"] * 7
    assert lab.state()["tenant"]["notifications"] != []
    sent = Counter((entry["name"], entry["detail"]) for entry in lab.ask("requests") if entry["write"])
    assert set(sent.values()) == {1}, "no write was sent a second time"
    screen.press("q")
    assert "EXIT 0" in until(screen, lambda text: "EXIT" in text)
