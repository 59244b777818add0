"""The real program and the real lab, each a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import load
from tests.keys import KeyPairs
from tests.nursery import Nursery

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Lab:
    """A running lab: what it printed, and its true state over the control endpoint."""

    line: dict[str, Any]

    @property
    def profile(self) -> Path:
        return Path(self.line["profile"])

    @property
    def exported_certificate(self) -> Path:
        """The certificate path of the ready profile."""
        return Path(tomllib.loads(self.profile.read_text())["certificate_path"])

    def ask(self, path: str, body: object = None) -> Any:
        """GET, or POST of JSON, below the control URL."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.line['control'].rstrip('/')}/{path}", data)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.ask("state")
        return state

    def writes(self) -> list[str]:
        """Every request so far that asked either organization for a change."""
        return [entry["name"] for entry in self.ask("requests") if entry["write"]]


def _labs(key_pairs: KeyPairs) -> Iterator[Callable[..., Lab]]:
    """Starts labs, `start("fresh")`, that end with the fixture; with options as a process of its own, as people do."""
    with ExitStack() as stack:

        def start(scenario: str, *options: str) -> Lab:
            if options:
                return Lab(json.loads(stack.enter_context(_lab_process(scenario, *options))))
            running = Laboratory(load(scenario), new_key=key_pairs.of_a_lab())
            stack.callback(running.stop)
            return Lab(running.line())

        yield start


@contextmanager
def _lab_process(scenario: str, *options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "pushtui", "lab", "--serve", "--scenario", scenario, *options]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline()
        process.stdin.close()
        process.wait(30)


start_lab = pytest.fixture(_labs, name="start_lab")
start_shared_lab = pytest.fixture(_labs, name="start_shared_lab", scope="module")


@pytest.fixture(scope="module")
def finished_lab(start_shared_lab: Callable[..., Lab]) -> Lab:
    """One lab for all tests of a module, in which everything is done already."""
    return start_shared_lab("done")


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.output)
        return document

    @property
    def statuses(self) -> dict[str, str]:
        """Step → status, from ``--json``."""
        return {step["id"]: step["status"] for step in self.document["steps"]}

    def codes(self, step: str) -> list[str]:
        """The finding codes of one step, from ``--json``."""
        return [f["code"] for entry in self.document["steps"] if entry["id"] == step for f in entry["findings"]]


Run = Callable[..., Outcome]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """What ``pushtui`` is run with: folders of its own, and no proxy of the machine."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    folders = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "TMPDIR": "tmp"}
    (tmp_path / "tmp").mkdir()
    return kept | {name: str(tmp_path / folder) for name, folder in folders.items()}


@pytest.fixture
def pushtui(environment: dict[str, str], nursery: Nursery) -> Run:
    """Runs ``pushtui ARGUMENTS`` with folders of its own and without a terminal; more environment may be given."""
    own = environment

    def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Outcome:
        done = nursery.run(list(map(str, arguments)), own | dict(environment or {}))
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


class Person:
    """Somebody at a terminal, with a browser: enters device codes, pastes addresses, types what is asked for."""

    SECONDS = 60.0
    CODE = re.compile(r"open (https://\S+) and type (\S+) before")
    ADDRESS = re.compile(r"in a browser on any machine:\s+(https://\S+)\s")
    PASTE = "Paste that address (it is not shown): "

    def __init__(self, lab: Lab, environment: dict[str, str]) -> None:
        self._lab = lab
        self._environment = environment
        self.seen = ""
        """What the terminal showed."""
        self.pasted: list[str] = []
        self.codes: list[str] = []

    def visit(self, url: str) -> str:
        """Open the sign-in page, approve, and stop where the browser is sent to localhost."""
        with requests.Session() as browser:
            browser.trust_env = False
            browser.proxies = {"https": self._lab.line["proxy"]} if "microsoftonline" in url else {}
            browser.verify = self._lab.line["ca_file"]
            code = re.search(r"approve (\S+)", browser.get(url, allow_redirects=False).text)
            assert code, "the page shows a code to approve"
            self._lab.ask("approve", {"code": code[1]})
            return browser.get(url, allow_redirects=False).headers["Location"]

    def run(self, *arguments: str | Path, answers: dict[str, str] | None = None) -> Outcome:
        """Run ``pushtui ARGUMENTS``; `answers` are prompts, by a part of them, and what is typed."""
        waiting = dict(answers or {})

        def answer(seen: str) -> str:
            return "".join(f"{waiting.pop(prompt)}\n" for prompt in [each for each in waiting if each in seen])

        return self.converse(*arguments, answer=answer)

    def converse(self, *arguments: str | Path, answer: Callable[[str], str]) -> Outcome:
        """Run ``pushtui ARGUMENTS``; `answer` is given what the terminal showed so far and says what is typed next."""
        master, slave = pty.openpty()
        modes = termios.tcgetattr(slave)
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "pushtui", *map(str, arguments)],
            cwd=ROOT, env=self._environment, stdin=slave, stderr=slave, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        output = ""
        end = time.monotonic() + self.SECONDS
        with process, _ended(process):
            while process.poll() is None or select.select([master, process.stdout], [], [], 0)[0]:
                assert time.monotonic() < end, self.seen
                ready = select.select([master, process.stdout], [], [], 0.1)[0]
                if master in ready:
                    self.seen += os.read(master, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
                    self._react(master)
                    if typed := answer(self.seen):
                        os.write(master, typed.encode())
                if process.stdout in ready:
                    output += (block := os.read(process.stdout.fileno(), 65536).decode())
                    if not block and process.poll() is not None and master not in ready:
                        break
        assert termios.tcgetattr(slave) == modes, "the terminal is as it was"
        os.close(slave)
        os.close(master)
        return Outcome(process.returncode, output, self.seen)

    def watch(self, *arguments: str | Path, act: Callable[[str], bytes]) -> Outcome:
        """Run the screen; `act` is given what came so far and says what is typed next."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "pushtui", *map(str, arguments)],
            cwd=ROOT, env=self._environment, stdin=slave, stdout=slave, stderr=slave,
        )  # fmt: skip
        end = time.monotonic() + self.SECONDS
        with process, _ended(process):
            while process.poll() is None or select.select([master], [], [], 0)[0]:
                assert time.monotonic() < end, self.seen
                if select.select([master], [], [], 0.1)[0]:
                    self.seen += os.read(master, 65536).decode("utf-8", "replace")
                    if keys := act(self.seen):
                        os.write(master, keys)
        os.close(slave)
        os.close(master)
        return Outcome(process.returncode, "", self.seen)

    def _react(self, master: int) -> None:
        for _url, code in self.CODE.findall(self.seen)[len(self.codes) :]:
            self.codes.append(code)
            self._lab.ask("approve", {"code": code})
        if self.seen.count(self.PASTE) > len(self.pasted):
            self.pasted.append(self.visit(self.ADDRESS.findall(self.seen)[-1]))
            os.write(master, f"{self.pasted[-1]}\n".encode())


@contextmanager
def _ended(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Whatever happens, the program is over."""
    try:
        yield
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(_child_of(process.pid), signal.SIGKILL)
            process.kill()


def _child_of(pid: int) -> int:
    """The program that setsid started; setsid itself where there is none."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


@pytest.fixture
def person(environment: dict[str, str]) -> Callable[[Lab], Person]:
    """Somebody who works with a lab."""
    return lambda lab: Person(lab, environment)
