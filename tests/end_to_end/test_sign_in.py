"""Every way to sign in to the tenant, direct and through a proxy, with the real program at a real terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomlkit

ROOT = Path(__file__).parents[2]
STEPS = ("--step", "tenant", "--step", "service-principal")
METHODS = ("device-code", "browser", "certificate", "secret")


def write_profile(folder: Path, lab: Any, method: str, *, direct: bool = False, **entra: Any) -> Path:
    """A profile as an administrator writes it: through the proxy it has nothing that a production profile has not."""
    line, ready = lab.line, tomlkit.parse(lab.profile.read_text()).unwrap()
    secret = folder / "client-secret"
    secret.touch(0o600)
    secret.write_text(line["entra"]["client_secret"] + "\n")
    credentials = {
        "certificate": {"certificate_file": line["entra"]["certificate_file"]},
        "secret": {"secret_file": str(secret)},
    }.get(method, {})
    table = {
        "tenant_domain": ready["tenant_domain"],
        "certificate_path": ready["certificate_path"],
        "exchange": ready["exchange"],
        "entra": {"method": method, "client_id": line["entra"]["client_id"], **(credentials | entra)},
        "network": {"ca_file": line["ca_file"]},
        "windows": ready["windows"],
        "verification": ready["verification"],
    }
    if direct:
        table["cloud"] = {"login": line["entra"]["login"], "graph": line["entra"]["graph"]}
    path = folder / "profile.toml"
    path.write_text(tomlkit.dumps(table))
    return path


@pytest.mark.parametrize("way", ["direct", "proxy"])
@pytest.mark.parametrize("method", METHODS)
def test_every_way_to_sign_in(
    finished_lab: Any, person: Any, environment: dict[str, str], tmp_path: Path, method: str, way: str
) -> None:
    finished_lab.ask("clear", {})
    profile = write_profile(tmp_path, finished_lab, method, direct=way == "direct")
    if way == "proxy":
        environment["HTTPS_PROXY"] = finished_lab.line["proxy"]
        environment["NO_PROXY"] = "127.0.0.1"
    somebody = person(finished_lab)
    outcome = somebody.run("-p", profile, "check", *STEPS, "--json")
    assert outcome.statuses == dict.fromkeys(STEPS[1::2], "ok"), outcome.errors
    line = finished_lab.line["entra"]
    who = "admin@fabrikam.com" if method in {"device-code", "browser"} else f"app {line['client_id'][:8]}… ({method})"
    assert f"as {who}, tenant {line['tenant_id']}" in outcome.errors
    assert (len(somebody.codes), len(somebody.pasted)) == (method == "device-code", method == "browser")
    assert not any(pasted in somebody.seen for pasted in somebody.pasted)
    tunnels = [entry["name"] for entry in finished_lab.ask("requests") if entry["side"] == "proxy"]
    hosts = {name.split()[1] for name in tunnels}
    assert hosts == ({"login.microsoftonline.com:443", "graph.microsoft.com:443"} if way == "proxy" else set())
    assert finished_lab.writes() == []


def test_an_unmodified_production_profile_sets_everything_up_through_the_proxy(
    start_lab: Any, person: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    """Examined, applied and proven: only the proxy and the authority file tell the lab from Microsoft's hosts."""
    lab = start_lab("fresh")
    profile = write_profile(tmp_path, lab, "browser")
    assert not {"cloud", "environment"} & tomlkit.parse(profile.read_text()).keys()
    environment["HTTPS_PROXY"] = lab.line["proxy"]
    environment["NO_PROXY"] = "127.0.0.1"
    examined = person(lab).run("-p", profile, "doctor", "--json")
    rows = {(row["leg"], row["test"]): row["result"] for row in examined.document["rows"]}
    assert {rows[leg, "tls"] for leg in ("login", "graph", "metadata")} == {"ok"}, examined.errors
    consents = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")
    outcome = person(lab).run("-p", profile, "apply", *consents, "--json")
    assert (outcome.code, set(outcome.statuses.values())) == (0, {"ok"}), outcome.errors
    assert "verification" in outcome.statuses
    hosts = {entry["name"].split()[1] for entry in lab.ask("requests") if entry["side"] == "proxy"}
    assert {"login.microsoftonline.com:443", "graph.microsoft.com:443"} <= hosts
    state = lab.state()["organization"]
    assert state["push_proxy"]["uri"] == "https://outlook.office365.com/PushNotifications"


def test_a_browser_sign_in_without_a_person_says_what_to_use_instead(
    finished_lab: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    profile = write_profile(tmp_path, finished_lab, "browser", direct=True)
    done = subprocess.run(
        [sys.executable, "-m", "pushtui", "-p", str(profile), "check", "--step", "tenant"],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs a person at a terminal" in done.stderr


def test_a_missing_client_id_says_what_to_register(
    finished_lab: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    profile = write_profile(tmp_path, finished_lab, "browser", direct=True, client_id="")
    done = subprocess.run(
        [sys.executable, "-m", "pushtui", "-p", str(profile), "check", "--step", "tenant", "--json"],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "http://localhost" in done.stdout
    assert "client_id is missing" in done.stdout
