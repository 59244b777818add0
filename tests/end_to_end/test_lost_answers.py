"""Answers that get lost and servers that restart while the program works: nothing is sent blindly a second time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)

ROOT = Path(__file__).parents[2]
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")


def test_every_write_happens_once_although_its_answer_is_lost(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("expired-certificate")
    before = {
        item["thumbprint"] for server in lab.state()["organization"]["servers"] for item in server["certificates"]
    }
    writes = ("New-ExchangeCertificate", "Set-AuthConfig", "(New|Set)-AuthServer")
    lab.ask("faults", [{"match": f"^{name}$", "effect": "cut-after"} for name in writes])
    applied = pushtui("-p", lab.profile, "apply", *CONSENTS, "--json")
    assert applied.code == 0, applied.errors
    assert applied.errors.count("The answer was lost, but the change is there") >= 3
    state = lab.state()
    after = {item["thumbprint"] for server in state["organization"]["servers"] for item in server["certificates"]}
    assert after - before == {state["organization"]["auth_config"]["current"]}, "one new certificate, and no second one"
    sent = Counter((entry["name"], entry["detail"]) for entry in lab.ask("requests") if entry["write"])
    assert {count for (name, _detail), count in sent.items() if "-" in name} == {1}


def test_a_check_goes_on_when_the_server_restarts(start_lab: Any, tmp_path: Path, eventually: Any) -> None:
    lab = start_lab("done")
    lab.ask("faults", {"match": "Get-AuthConfig", "effect": "delay", "seconds": 120})
    process = subprocess.Popen(
        [sys.executable, "-m", "pushtui", "-p", str(lab.profile), "check", "--json"],
        cwd=ROOT, env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    eventually(lambda: any(entry["name"] == "wsman:Command" for entry in lab.ask("requests")))
    lab.ask("restart", {"server": "ex01.lab.example"})
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 3, errors
    assert "asking again" in errors
    assert {step["id"]: step["status"] for step in json.loads(output)["steps"]}["auth-server"] == "ok"
    assert lab.state()["shells"] == {"exchange": {}, "windows": {}}
