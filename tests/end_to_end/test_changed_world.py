"""The plan that was confirmed is the plan that runs: what changed in between stops, and nothing else is done for it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONSENTS = ("--accept", "service-principal-key", "--accept", "replace-certificate")


def confirm(lab: Any, state: Path, meanwhile: Callable[[], None]) -> dict[str, Any]:
    """Run ``pushtui apply`` in a terminal, do something while it asks for the confirmation, and say yes."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment = kept | {"XDG_STATE_HOME": str(state / "state"), "XDG_CONFIG_HOME": str(state / "config")}
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "pushtui", "-p", str(lab.profile), "apply", "--json", *CONSENTS]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=slave, stdout=subprocess.PIPE, stderr=slave, start_new_session=True
    ) as process:
        os.close(slave)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(master, 65536)
        meanwhile()
        os.write(master, b"y\n")
        try:
            while os.read(master, 65536):
                pass
        except OSError:  # Linux says so when the terminal's last user has gone
            pass
        os.close(master)
        assert process.stdout is not None
        document: dict[str, Any] = json.loads(process.stdout.read())
    return document


def test_what_was_changed_after_the_plan_is_not_done_and_holds_back_the_rest(
    start_lab: Callable[[str], Any], pushtui: Callable[..., Any], tmp_path: Path
) -> None:
    lab = start_lab("done")
    lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"enabled": False}}})
    ended = confirm(
        lab, tmp_path, lambda: lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"remove": True}}})
    )
    assert lab.writes() == []
    assert lab.state()["organization"]["auth_servers"] == []
    steps = {step["id"]: step for step in ended["steps"]}
    assert "run.plan-changed" in {finding["code"] for finding in steps["auth-server"]["findings"]}
    assert steps["push-proxy"]["status"] in {"ok", "blocked"}
    assert steps["verification"]["status"] == "blocked"
    again = pushtui("-p", lab.profile, "apply", "--yes", *CONSENTS, "--json")
    assert again.code == 0, again.errors
    assert "New-AuthServer" in lab.writes()
