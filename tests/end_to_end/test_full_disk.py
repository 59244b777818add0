"""A disk that is full, or a state folder that cannot be written, stops a run before its first change; also for root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")
NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
"""Mounts of its own, which end with the program."""
OBEYING_MODES = """\
import ctypes, os, sys
for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: what lets root write and read whatever the mode says
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, capability, 0, 0, 0):
        sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
PAGE = 4096


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    command = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def apply_on_a_small_disk(lab: Any, environment: dict[str, str], free: int, kept: Path) -> Any:
    """`apply` with a state folder that has room for so many pages; the journals are copied away at the end."""
    state = Path(environment["XDG_STATE_HOME"])
    state.mkdir()
    script = (
        'mount -t tmpfs -o size=65536,mode=700 tmpfs "$1" && head -c $((65536 - $2 * 4096)) /dev/zero > "$1/ballast";'
        ' shift 2; kept=$1; shift; "$@"; code=$?; find "$XDG_STATE_HOME" -name "*.jsonl" -exec cp {} "$kept" ";";'
        " exit $code"
    )
    kept.mkdir()
    program = [sys.executable, "-m", "pushtui", "-p", str(lab.profile), "apply", *CONSENTS]
    command = [*NAMESPACE, "sh", "-c", script, "sh", str(state), str(free), str(kept), *program]
    return run(command, environment)


def intents(kept: Path) -> list[str]:
    lines = [line for path in kept.iterdir() for line in path.read_text().splitlines()]
    return [entry["change"] for entry in map(json.loads, lines) if entry["kind"] == "intent"]


@pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")
def test_a_full_disk_stops_the_run_before_the_first_change(
    start_lab: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    lab = start_lab("fresh")
    done = apply_on_a_small_disk(lab, environment, 0, tmp_path / "kept")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert lab.writes() == []
    assert not lab.exported_certificate.exists()


@pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")
def test_a_disk_that_fills_up_on_the_way_stops_before_what_could_not_be_kept(
    start_lab: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    lab, kept = start_lab("fresh"), tmp_path / "kept"
    done = apply_on_a_small_disk(lab, environment, 7, kept)
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stdout + done.stderr
    changes = {"New-AuthServer": "auth-server.create", "Enable-PushNotificationProxy": "push-proxy.enable",
               "PATCH": "service-principal.add-key", "Restart-Service": "verification.restart"}  # fmt: skip
    sent = {changes[name.split()[0]] for name in lab.writes()}
    assert sent <= set(intents(kept)), "nothing is sent that is not on the disk"
    assert sent < set(changes.values())


def test_a_read_only_state_folder_stops_the_run_before_the_first_change(
    start_lab: Any, environment: dict[str, str]
) -> None:
    lab, state = start_lab("fresh"), Path(environment["XDG_STATE_HOME"])
    state.mkdir()
    state.chmod(0o500)
    program = ["-m", "pushtui", "-p", str(lab.profile), "apply", *CONSENTS]
    done = run([sys.executable, "-c", OBEYING_MODES, *program], environment)
    if done.returncode == 77:
        pytest.skip("root keeps its power to write everywhere here")
    assert done.returncode == 1, done.stderr
    assert "Permission denied" in done.stderr
    assert "The folder cannot be made" in done.stderr
    assert lab.writes() == []
    assert not lab.exported_certificate.exists()
