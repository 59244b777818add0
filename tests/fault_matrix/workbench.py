"""Labs whose requests can be struck by a fault or by the death of the client, and clients that are real processes.

A script of its own, so that the labs are not in the process of the tests. Reads lists of cases, one a line, and answers
each case with a line. Both are JSON.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
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
from typing import Any

from pushtui.lab.faults import Fault, Faults
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import VerificationTable, load
from tests.keys import KeyPairs
from tests.nursery import Client, Nursery

COMMANDS = {
    "apply": ("apply", "--yes", "--accept", "service-principal-key", "--accept", "replace-certificate"),
    "undo": ("undo", "--yes", "--accept", "replace-certificate"),
}
COURSES = {"apply": ((), "apply", "apply"), "undo": (("apply",), "undo", "undo"), "take-back": ((), "apply", "undo")}
"""What is run for a case: what goes before it, what is struck, and what has to come out right after that."""
SIDE_BY_SIDE = 4
"""Labs at a time: what stalls costs time, not work."""
LIMIT = 2.0
"""The profile's time limits, in seconds, for a client whose call will stall."""
STALL = 3.0
PATIENCE = 120.0
"""Seconds after which a client counts as hanging; far from what any case takes."""
HANGING = -999
"""Its exit code then."""
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


# --- labs ------------------------------------------------------------------------------------------------------------


class Trap:
    """Counts the calls, and strikes one of them."""

    def __init__(self) -> None:
        trap = self

        class Watched(Faults):
            def take(self, side: str, name: str) -> Fault | None:
                return trap.take(side, name)

        self.faults = Watched()
        self.calls: list[tuple[str, str]] = []
        self.struck = False
        self._lock = threading.Lock()
        self._case: dict[str, Any] | None = None
        self._client: Client | None = None
        self._ready = threading.Event()

    def set(self, case: dict[str, Any]) -> None:
        """Strike the call that the case names; the client is told afterwards."""
        self.calls.clear()
        self._ready.clear()
        self._case = case

    def aim(self, client: Client) -> None:
        self._client = client
        self._ready.set()

    def clear(self) -> None:
        with self._lock:
            self._case = None
            self.calls.clear()

    def take(self, side: str, name: str) -> Fault | None:
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
            assert self._client is not None
            self._client.kill()
            self._client.wait(PATIENCE)
        return Fault(match="", **EFFECTS[case["fault"]])


class Bench:
    """One lab, the profile that goes with it, and a state folder that outlives the clients."""

    def __init__(self, scenario: str, clients: Nursery, key_pairs: KeyPairs, folder: Path) -> None:
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
        self.trap = Trap()
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
        with open(os.devnull) as nothing, open(self._folder / "output", "ab") as output:
            streams = [nothing.fileno(), output.fileno(), output.fileno()]
            client = self._clients.start(["-p", str(profile), *COMMANDS[command]], environment, *streams)
        self.trap.aim(client)
        try:
            code = client.wait(PATIENCE)
        except TimeoutError:
            client.kill()
            code = HANGING
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
def bench(scenario: str, clients: Nursery, key_pairs: KeyPairs) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="pushtui-matrix-", ignore_cleanup_errors=True) as folder:
        made = Bench(scenario, clients, key_pairs, Path(folder))
        try:
            yield made
        finally:
            made.lab.stop()


# --- what is asked of the workbench ----------------------------------------------------------------------------------


def count(scenario: str, operation: str, clients: Nursery, key_pairs: KeyPairs) -> dict[str, Any]:
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


def run_case(case: dict[str, Any], clients: Nursery, key_pairs: KeyPairs) -> dict[str, Any]:
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
    clients = Nursery()
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
    clients.close()


if __name__ == "__main__":
    main()
