"""The lab as a real child process, and an environment that must not matter to it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

START_SECONDS = 60.0


@dataclass
class LabProcess:
    """``python -m pushtui.lab`` with its line, already read."""

    process: subprocess.Popen[bytes]
    temporary: Path
    line: dict[str, Any]
    session: requests.Session = field(default_factory=requests.Session)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        self.session.trust_env = False
        answer = self.session.request(method, f"{self.line['control']}/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def outside(self, *, proxied: bool = True) -> requests.Session:
        """A session that trusts the lab, through its proxy or directly."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.line["ca_file"]
        if proxied:
            session.proxies = {"https": self.line["proxy"]}
        return session

    def end(self, *, by: str = "stdin") -> tuple[int, bytes, bytes]:
        """Stop it and wait: the exit code, and what it wrote after its line."""
        if by == "stdin" and self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        elif by != "stdin":
            self.process.send_signal(getattr(signal, by))
        code = self.process.wait(30)
        return code, self.process.stdout.read(), self.process.stderr.read()  # type: ignore[union-attr]

    def dispose(self) -> None:
        self.session.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed:
                stream.close()


LabStarter = Callable[..., LabProcess]


def start(temporary: Path, scenario: str) -> LabProcess:
    environment = dict(os.environ) | {
        "TMPDIR": str(temporary),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "REQUESTS_CA_BUNDLE": str(temporary / "no-such-file"),
        "NO_PROXY": "*",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "pushtui.lab", "--scenario", scenario],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    lab = LabProcess(process, temporary, {})
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    text = process.stdout.readline() if ready else b""
    if not text:
        process.kill()
        message = process.stderr.read().decode() if process.stderr else ""
        lab.dispose()
        raise AssertionError(f"the lab did not start: {message}")
    lab.line = json.loads(text)
    return lab


@pytest.fixture
def start_lab(tmp_path: Path) -> Iterator[LabStarter]:
    """Start a lab with a scenario; it is ended with the test."""
    started: list[LabProcess] = []

    def begin(scenario: str = "fresh") -> LabProcess:
        temporary = tmp_path / f"tmp{len(started)}"
        temporary.mkdir()
        started.append(start(temporary, scenario))
        return started[-1]

    yield begin
    for lab in started:
        lab.dispose()


@pytest.fixture(scope="module")
def running_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    """One lab for the tests of a module that only look, or put back what they change."""
    lab = start(tmp_path_factory.mktemp("lab"), "fresh")
    yield lab
    lab.dispose()
