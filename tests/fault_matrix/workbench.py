"""Labs whose requests can be struck by a fault or by the death of the client, and clients that are real processes.

A script of its own: it has to fork clients while it still has a single thread. The program is imported once, and each
client is a fork of that (a fraction of a start). Reads lists of cases, one a line, and answers each case with a line.
Both are JSON.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import importlib
import json
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.keys import KeyPairs

COMMANDS = {
    "apply": ("apply", "--yes", "--accept", "service-principal-key", "--accept", "replace-certificate"),
    "undo": ("undo", "--yes", "--accept", "replace-certificate"),
}
COURSES = {"apply": ((), "apply", "apply"), "undo": (("apply",), "undo", "undo"), "take-back": ((), "apply", "undo")}
"""What is run for a case: what goes before it, what is struck, and what has to come out right after that."""
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
SIDE_BY_SIDE = 4
"""Labs at a time: what stalls costs time, not work."""
LIMIT = 2.0
"""The profile's time limits, in seconds, for a client whose call will stall."""
STALL = 3.0
PATIENCE = 120.0
"""Seconds after which a client counts as hanging; far from what any case takes."""
EFFECTS = {
    "refused": {"effect": "refuse"},
    "answer-lost": {"effect": "cut-after"},
    "cut": {"effect": "cut"},
    "stalled": {"effect": "stall", "seconds": STALL},
    "error": {"effect": "status", "status": 500},
    "killed-before": {"effect": "cut"},
    "killed-after": {"effect": "cut-after"},
}
OWN_SIDES = frozenset({"exchange", "windows", "entra", "graph", "mail"})
"""What pushtui itself asks; `acs` and `push` are asked by the Exchange servers."""
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


# --- clients ---------------------------------------------------------------------------------------------------------


def nursery(channel: socket.socket) -> None:
    """Fork a client for each request on the channel, and tell when it has ended. Single-threaded for ever."""
    for name in PRELOADED:
        importlib.import_module(name)
    assert threading.active_count() == 1
    gc.freeze()  # what all clients share is neither looked through nor copied by any of them
    data = b""
    alive: dict[int, int] = {}
    channel.setblocking(False)
    while True:
        with suppress(BlockingIOError):
            received = channel.recv(65536)
            if not received:
                break
            data += received
        *lines, data = data.split(b"\n")
        for line in lines:
            request = json.loads(line)
            child = os.fork()
            if child == 0:
                _be_client(request, channel)
            alive[child] = request["id"]
            _tell(channel, {"id": request["id"], "pid": child})
        for child in list(alive):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                _tell(channel, {"id": alive.pop(child), "code": os.waitstatus_to_exitcode(status)})
        time.sleep(0.005)
    os._exit(0)


def _tell(channel: socket.socket, message: dict[str, Any]) -> None:
    channel.setblocking(True)
    channel.sendall(json.dumps(message).encode() + b"\n")
    channel.setblocking(False)


def _be_client(request: dict[str, Any], channel: socket.socket) -> None:
    channel.close()
    os.setsid()
    os.environ.clear()
    os.environ.update(request["environment"])
    quiet = os.open(os.devnull, os.O_RDONLY)
    out = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in ((0, quiet), (1, out), (2, out)):
        os.dup2(source, target)
    code = 70
    try:
        from pushtui.cli import main

        code = main(request["arguments"])
        sys.stdout.flush()
    finally:
        os._exit(code)


class Clients:
    """The nursery as the threads of the workbench see it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        if os.fork() == 0:
            self._channel.close()
            nursery(theirs)
        theirs.close()
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._pids: dict[int, int] = {}
        self._codes: dict[int, int] = {}
        self._last = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, arguments: list[str], output: Path, environment: dict[str, str]) -> int:
        """Begin a client; its number, once it has a process."""
        with self._lock:
            self._last += 1
            number = self._last
            request = {"id": number, "arguments": arguments, "output": str(output), "environment": environment}
            self._channel.sendall(json.dumps(request).encode() + b"\n")
        with self._changed:
            self._changed.wait_for(lambda: number in self._pids)
        return number

    def kill(self, number: int) -> None:
        """SIGKILL, and wait until the process is gone."""
        with suppress(ProcessLookupError):
            os.kill(self._pids[number], signal.SIGKILL)
        self.wait(number)

    def wait(self, number: int) -> int:
        """The exit code, negative for a signal."""
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._codes, PATIENCE):
                os.kill(self._pids[number], signal.SIGKILL)
                return -999
            return self._codes[number]

    def _listen(self) -> None:
        for line in self._channel.makefile("r"):
            message = json.loads(line)
            with self._changed:
                if "pid" in message:
                    self._pids[message["id"]] = message["pid"]
                else:
                    self._codes[message["id"]] = message["code"]
                self._changed.notify_all()


# --- labs ------------------------------------------------------------------------------------------------------------


class Trap:
    """Counts the calls, and strikes one of them."""

    def __init__(self, clients: Clients) -> None:
        from pushtui.lab.faults import Fault, Faults

        trap = self

        class Watched(Faults):
            def take(self, side: str, name: str) -> Fault | None:
                return trap.take(side, name)

        self.faults = Watched()
        self.calls: list[tuple[str, str]] = []
        self.struck = False
        self._fault_of = Fault
        self._clients = clients
        self._lock = threading.Lock()
        self._case: dict[str, Any] | None = None
        self._client = 0
        self._ready = threading.Event()

    def set(self, case: dict[str, Any]) -> None:
        """Strike the call that the case names; the client is told afterwards."""
        self.calls.clear()
        self._ready.clear()
        self._case = case

    def aim(self, client: int) -> None:
        self._client = client
        self._ready.set()

    def clear(self) -> None:
        with self._lock:
            self._case = None
            self.calls.clear()

    def take(self, side: str, name: str) -> Any:
        call = (side, _IDENTIFIER.sub("*", name))
        with self._lock:
            self.calls.append(call)
            case = self._case
            if case is None or call != (case["side"], case["name"]):
                return None
            if self.calls.count(call) <= case["nth"]:
                return None
            self._case, self.struck = None, True
        if case["fault"].startswith("killed"):
            self._ready.wait(PATIENCE)
            self._clients.kill(self._client)
        return self._fault_of(match="", **EFFECTS[case["fault"]])


class Bench:
    """One lab, the profile that goes with it, and a state folder that outlives the clients."""

    def __init__(self, scenario: str, clients: Clients, key_pairs: KeyPairs, folder: Path) -> None:
        from pushtui.lab.laboratory import Laboratory
        from pushtui.lab.scenario import VerificationTable, load

        table = load(scenario)
        quick = {"hm_start_seconds": 0.05, "distribution_seconds": 0.0, "site_distribution_seconds": 0.0}
        table = dataclasses.replace(
            table,
            organization={**table.organization, **quick},
            verification=dataclasses.replace(table.verification, wait_seconds=0.2),
        )
        assert isinstance(table.verification, VerificationTable)
        self.calls: list[tuple[str, str]] = []
        self._clients = clients
        self._folder = folder
        self.trap = Trap(clients)
        self.lab = Laboratory(table, faults=self.trap.faults, new_key=key_pairs.of_a_lab())
        self.profile = Path(self.lab.line()["profile"])
        self.before = self.lab.state()
        self.trap.clear()

    def run(self, command: str, case: dict[str, Any] | None = None) -> int:
        """Run `pushtui apply` or `pushtui undo`, struck or not; the exit code."""
        profile = self.profile
        if case is not None:
            self.trap.set(case)
            if case["fault"] == "stalled":
                profile = self._impatient()
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        environment = kept | {
            "XDG_STATE_HOME": str(self._folder / "state"),
            "XDG_CONFIG_HOME": str(self._folder / "config"),
        }
        client = self._clients.start(["-p", str(profile), *COMMANDS[command]], self._folder / "output", environment)
        self.trap.aim(client)
        code = self._clients.wait(client)
        self.calls = list(self.trap.calls)
        self.trap.clear()
        return code

    def _impatient(self) -> Path:
        """The profile with short time limits."""
        lines = []
        for line in self.profile.read_text().splitlines():
            lines.append(line)
            if line in {"[exchange]", "[windows]", "[entra]", "[mail]"}:
                lines.append(f"timeout = {LIMIT}")
        path = self.profile.with_name("impatient.toml")
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        return path

    def shape(self) -> dict[str, Any]:
        """The true state, without what differs between two labs: certificates by what they were before."""
        state, names = self.lab.state(), self._names()
        organization, tenant = state["organization"], state["tenant"]
        file = Path(tomllib.loads(self.profile.read_text())["certificate_path"])
        identity = _IDENTIFIER.sub("*", json.dumps(organization["auth_servers"], sort_keys=True))
        return {
            "certificates": {
                server["name"]: sorted(f"{names(c['sha256'])} {c['services']}" for c in server["certificates"])
                for server in organization["servers"]
            },
            "auth_config": {key: names(organization["auth_config"][key]) for key in ("current", "previous", "next")},
            "auth_servers": json.loads(identity),
            "push_proxy": organization["push_proxy"],
            "on their way": organization["distribution"],
            "keys": sorted(names(key["sha256"]) for key in tenant["service_principal"]["keys"]),
            "file": names(hashlib.sha256(file.read_bytes()).hexdigest()) if file.exists() else "",
        }

    def _names(self) -> Any:
        """Certificates by a name that is the same in every lab: those that were there by their place, then new ones."""
        labels: dict[str, str] = {"": ""}
        for prefix, state in (("old", self.before), ("new", self.lab.state())):
            found = [c for server in state["organization"]["servers"] for c in server["certificates"]]
            for certificate in found:
                label = labels.setdefault(certificate["sha256"], f"{prefix} {len(labels)}")
                labels.setdefault(certificate["thumbprint"], label)
            for number, key in enumerate(state["tenant"]["service_principal"]["keys"]):
                labels.setdefault(key["sha256"], f"{prefix} key {number}")
        return lambda value: labels.get(value, "unknown") if value else ""

    def journal_faults(self) -> list[str]:
        """What is wrong with the journals: a line that is no JSON and not the torn last one, or the wrong mode."""
        wrong = []
        for path in (self._folder / "state").rglob("*.jsonl"):
            if path.stat().st_mode & 0o077:
                wrong.append(f"{path.name}: readable by others")
            lines = path.read_bytes().split(b"\n")
            for number, line in enumerate(lines[:-1]):
                try:
                    json.loads(line)
                except ValueError:
                    wrong.append(f"{path.name}: line {number + 1} is no JSON")
        return wrong

    def journaled(self) -> bool:
        """Whether any change was on record before it was sent."""
        return any((self._folder / "state").rglob("*.jsonl"))

    def said(self) -> str:
        with suppress(OSError):
            return (self._folder / "output").read_text(errors="replace")
        return ""


@contextmanager
def bench(scenario: str, clients: Clients, key_pairs: KeyPairs) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="pushtui-matrix-", ignore_cleanup_errors=True) as folder:
        made = Bench(scenario, clients, key_pairs, Path(folder))
        try:
            yield made
        finally:
            made.lab.stop()


# --- what is asked of the workbench ----------------------------------------------------------------------------------


def count(scenario: str, operation: str, clients: Clients, key_pairs: KeyPairs) -> dict[str, Any]:
    """An undisturbed run: its calls in order, and the state that it leaves."""
    earlier, command, _after = COURSES[operation]
    with bench(scenario, clients, key_pairs) as made:
        codes = [made.run(name) for name in (*earlier, command)]
        seen: Counter[tuple[str, str]] = Counter()
        calls = []
        for side, name in made.calls:
            if side in OWN_SIDES:
                calls.append({"side": side, "name": name, "nth": seen[side, name]})
                seen[side, name] += 1
        logged = [[entry["side"], _IDENTIFIER.sub("*", entry["name"])] for entry in made.lab.requests()]
        return {"codes": codes, "calls": calls, "logged": logged, "shape": made.shape(), "output": made.said()[-3000:]}


def run_case(case: dict[str, Any], clients: Clients, key_pairs: KeyPairs) -> dict[str, Any]:
    """A struck run, and one more; how it ended."""
    began = time.monotonic()
    earlier, struck, after = COURSES[case["operation"]]
    with bench(case["scenario"], clients, key_pairs) as made:
        before = made.shape()
        codes = [made.run(name) for name in earlier]
        codes.append(made.run(struck, case))
        was_struck = made.trap.struck
        codes.append(made.run(after))
        result = {
            "case": case,
            "struck": was_struck,
            "codes": codes,
            "before": before,
            "shape": made.shape(),
            "journal": made.journal_faults(),
            "journaled": made.journaled(),
            "seconds": round(time.monotonic() - began, 1),
        }
        if codes[-1]:
            result["output"] = made.said()[-6000:]
        return result


def main() -> None:
    warnings.simplefilter("ignore")
    clients = Clients()
    from tests.keys import KeyPairs  # not before the clients were forked off

    key_pairs = KeyPairs(Path(sys.argv[1]))

    def work(case: dict[str, Any]) -> str:
        try:
            if "fault" in case:
                result = run_case(case, clients, key_pairs)
            else:
                result = count(case["scenario"], case["operation"], clients, key_pairs)
        except Exception as error:
            result = {"case": case, "broken": repr(error)}
        return json.dumps(result)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for line in sys.stdin:
            for answer in pool.map(work, json.loads(line)):
                sys.stdout.write(answer + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
