"""`pushtui` as a process for each run, without a start for each: forks of a process that has imported everything.

A run here is what ``python -m pushtui ARGUMENTS`` is, to the end of the interpreter: its own process, session, standard
streams, environment and exit code, killed by a signal or ended by itself. What it has not is a start. Tests of how the
program starts, of a terminal, or of another locale begin the program itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PRELOADED = (
    "pushtui.cli",
    "pushtui.commands.start",
    "pushtui.exchange.connection",
    "pushtui.exchange.shell",
    "pushtui.exchange.worker",
    "pushtui.entra.graph",
    "pushtui.entra.signin",
    "pushtui.entra.tokens",
    "pushtui.entra.wire",
    "pushtui.mail.message",
    "anyio._backends._asyncio",
    "cryptography.hazmat.backends.openssl.backend",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "httpcore",
    "jwt",
    "kiota_authentication_azure.azure_identity_authentication_provider",
    "kiota_http.httpx_request_adapter",
    "kiota_serialization_form.form_parse_node_factory",
    "kiota_serialization_form.form_serialization_writer_factory",
    "kiota_serialization_json.json_parse_node_factory",
    "kiota_serialization_json.json_serialization_writer_factory",
    "kiota_serialization_multipart.multipart_serialization_writer_factory",
    "kiota_serialization_text.text_parse_node_factory",
    "kiota_serialization_text.text_serialization_writer_factory",
    "msal",
    "msal_extensions",
    "msgraph.generated.models.o_data_errors.o_data_error",
    "msgraph_core",
)
"""Everything that a client imports: a process that was forked does not have to."""
AT_THE_START = ("PYTHON", "LC_", "LANG=")
"""How variables begin that Python reads when it starts: for runs here they are as the tests' own."""
LONGEST = 1 << 17
"""Bytes of a request: the arguments and the environment."""


class Client:
    """A run of the program."""

    def __init__(self, report: socket.socket) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._code: int | None = None
        self.pid = int(report.recv(64))

    def wait(self, seconds: float) -> int:
        """The exit code, negative for a signal; from any thread. Raises `TimeoutError` where it goes on."""
        with self._lock:
            if self._code is None:
                self._report.settimeout(seconds)
                self._code = int(self._report.recv(64))
                self._report.close()
            return self._code

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """The process that is forked. Whatever still runs when it is closed is killed."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C is for the tests, which then close it
        )
        theirs.close()

    def close(self) -> None:
        self._channel.close()
        self._process.wait(60)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], *streams: int) -> Client:
        """Begin a run with these open files as its standard input, output and error; from any thread."""
        for name in os.environ.keys() | environment.keys():
            if f"{name}=".startswith(AT_THE_START) and os.environ.get(name) != environment.get(name):
                raise ValueError(f"{name} matters when Python starts: start the program itself")
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        request = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        assert len(request) <= LONGEST
        with theirs:
            socket.send_fds(self._channel, [request], [theirs.fileno(), *streams])
        return Client(ours)

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """A run to its end, with nothing to read and no terminal."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, open(os.devnull) as nothing:
            client = self.start(arguments, environment, nothing.fileno(), output.fileno(), errors.fileno())
            try:
                code = client.wait(seconds)
            finally:
                client.kill()
            said = []
            for file in (output, errors):
                file.seek(0)
                said.append(file.read().decode().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(["pushtui", *arguments], code, *said)


# --- the process -----------------------------------------------------------------------------------------------------


def serve(channel: socket.socket) -> list[str] | None:
    """Fork for each request: the arguments, in each fork; none in the process itself, after the last."""
    alive: dict[int, tuple[int, socket.socket]] = {}
    waiting = selectors.DefaultSelector()
    waiting.register(channel, selectors.EVENT_READ)
    while True:
        for key, _events in waiting.select():
            if key.fileobj is not channel:
                waiting.unregister(key.fd)
                _end(*alive.pop(key.fd))
                os.close(key.fd)
                continue
            request, files, _flags, _address = socket.recv_fds(channel, LONGEST, 4)
            if not request:
                for pid, report in alive.values():
                    os.kill(pid, signal.SIGKILL)
                    _end(pid, report)
                return None
            report = socket.socket(fileno=files[0])
            pid = os.fork()
            if pid == 0:
                for each in (waiting, channel, report, *(other for _pid, other in alive.values())):
                    each.close()
                for number in alive:
                    os.close(number)
                return _become(json.loads(request), files[1:])
            for number in files[1:]:
                os.close(number)
            child = os.pidfd_open(pid)
            alive[child] = pid, report
            waiting.register(child, selectors.EVENT_READ)
            report.send(str(pid).encode())


def _end(pid: int, report: socket.socket) -> None:
    """Tell the exit code to who waits for it, if anybody still does."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with report, suppress(BrokenPipeError):
        report.send(str(code).encode())


def _become(request: dict[str, Any], streams: list[int]) -> list[str]:
    """Take the surroundings of the run over; its arguments."""
    os.setsid()
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    for target, source in enumerate(streams):
        os.dup2(source, target)
        os.close(source)
    arguments: list[str] = request["arguments"]
    sys.argv[1:] = arguments
    return arguments


def main() -> int:
    for name in PRELOADED:
        importlib.import_module(name)
    assert len(os.listdir("/proc/self/task")) == 1, "of several threads a fork has one"
    assert tempfile.tempdir is None, "each run looks for its own"
    gc.collect()
    gc.freeze()  # what all clients share is neither looked through nor copied by any of them
    arguments = serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is None:
        return 0
    from pushtui.cli import main as pushtui

    return pushtui(arguments)


if __name__ == "__main__":
    sys.exit(main())
