"""Key clean-up and renewal without a screen, on the lab: what is sent, and what the lab then truly holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")
LATER = """\
import os, sys
from datetime import timedelta
from pushtui.base.clock import SystemClock
from pushtui.cli import main

today = SystemClock.now
SystemClock.now = lambda self: today(self) + timedelta(hours=float(os.environ["HOURS_LATER"]))
sys.exit(main())
"""


def _subjects(lab: Any) -> dict[str, str]:
    """Thumbprint → display name of the keys that the service principal truly holds."""
    return {key["thumbprint"]: key["display_name"] for key in lab.state()["tenant"]["service_principal"]["keys"]}


def test_the_expired_key_goes_and_the_foreign_one_stays(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("other-keys")
    listed = pushtui("-p", lab.profile, "keys", "--json")
    assert listed.code == 0
    keys = listed.document["keys"]
    assert [(key["expired"], key["owner"]) for key in keys] == [(False, "none"), (True, "none")]
    for word in (keys[0]["sha256"], keys[1]["thumbprint"], "EXPIRED", "not of this organization"):
        assert word in pushtui("-p", lab.profile, "keys", "list").output
    assert pushtui("-p", lab.profile, "keys", "remove").code == 2
    assert pushtui("-p", lab.profile, "keys", "remove", "AB" * 20, "--yes").code == 2
    assert pushtui("-p", lab.profile, "keys", "remove", "--expired").code == 2, "nobody is there to confirm it"
    assert lab.writes() == []
    removed = pushtui("-p", lab.profile, "keys", "remove", "--expired", "--yes", "--json")
    assert removed.code == 0, removed.errors
    assert set(_subjects(lab)) == {keys[0]["thumbprint"]}
    written = lab.writes()
    assert len(written) == 1
    assert pushtui("-p", lab.profile, "keys", "remove", "--expired", "--yes").code == 0
    assert lab.writes() == written


def test_the_key_that_is_signed_with_goes_only_with_its_consent(start_lab: Any, pushtui: Any) -> None:
    lab = start_lab("done")
    ours = ("keys", "remove", "--all-of-this-organization", "--yes", "--json")
    refused = pushtui("-p", lab.profile, *ours)
    assert refused.code == 4
    assert "--accept break-trust" in refused.errors
    assert lab.writes() == []
    assert pushtui("-p", lab.profile, *ours, "--accept", "break-trust").code == 0
    assert _subjects(lab) == {}


def test_a_renewal_is_played_over_days_and_left_in_between(start_lab: Any, tmp_path: Path) -> None:
    lab = start_lab("near-expiry")
    hours = 0.0

    def pushtui(*arguments: str) -> subprocess.CompletedProcess[str]:
        """The program at the lab's time."""
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        folders = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        return subprocess.run(
            [sys.executable, "-c", LATER, "-p", str(lab.profile), *arguments],
            cwd=ROOT, env={**kept, **folders, "HOURS_LATER": str(hours)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip

    def renewed(expected: int) -> None:
        """It comes to that; a person is told as well that the organization's clock has left the tenant's behind."""
        done = pushtui("renew", *CONSENTS)
        troubled = [line for line in done.stdout.splitlines() if line[1:4] in {" ! ", " ✗ "}]
        assert done.returncode == (4 if troubled else expected), done.stdout + done.stderr
        assert all("The clock of" in line for line in troubled)
        assert bool(troubled) == (hours > 0)

    def let_pass(time: float) -> None:
        nonlocal hours
        hours += time
        lab.ask("organization", {"advance_seconds": time * 3600})

    def config() -> dict[str, Any]:
        found: dict[str, Any] = lab.state()["organization"]["auth_config"]
        return found

    old = config()["current"]
    assert "pushtui renew" in pushtui("check").stdout
    assert pushtui("renew", "--yes").returncode == 4
    assert lab.writes() == []
    first = pushtui("renew", *CONSENTS)
    assert first.returncode == 3, first.stderr
    assert "Run pushtui renew again after that" in first.stdout
    new = config()["next"]
    assert set(_subjects(lab)) >= {old, new}
    assert config()["current"] == old
    written = lab.writes()
    assert [name.split()[0] for name in written] == ["New-ExchangeCertificate", "Set-AuthConfig", "PATCH"]
    (tmp_path / "state").rename(tmp_path / "lost")
    renewed(3)  # where it stands is read off the world, not remembered
    let_pass(30)
    renewed(3)
    assert lab.writes() == written
    let_pass(43)
    renewed(3)
    assert (config()["current"], config()["previous"]) == (new, old)
    let_pass(49)
    renewed(0)
    assert (config()["current"], config()["previous"], config()["next"]) == (new, "", "")
    assert old not in _subjects(lab)
    assert "CN=Another Exchange organization" in _subjects(lab).values()
    written = lab.writes()
    renewed(0)
    assert lab.writes() == written
