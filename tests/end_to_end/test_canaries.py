"""No credential, code or token is in anything that the program leaves behind, however loud it is or however it ends."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import tomlkit
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

ROOT = Path(__file__).parents[2]
PASSPHRASE = "open sesame canary"  # made up
NONE: dict[str, dict[str, int]] = {"exchange": {}, "windows": {}}
"""The shells that are left behind."""
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")


@pytest.fixture
def hidden(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Path:
    """Where the credentials are: all that is not searched. The program is loud and watched from now on."""
    folder = tmp_path_factory.mktemp("hidden")
    shutil.copy(Path(__file__).with_name("loud.py"), folder / "sitecustomize.py")
    environment |= {
        "PYTHONPATH": f"{folder}:{ROOT}",
        "PYTHONASYNCIODEBUG": "1",
        "CANARIES": str(folder / "canaries"),
        "CRASH_WHEN": str(folder),
    }
    return folder


def write_profile(folder: Path, lab: Any, method: str) -> Path:
    """The lab's ready profile, with another sign-in and an Exchange password that is typed."""
    table = tomlkit.parse(lab.profile.read_text()).unwrap()
    del table["exchange"]["password_file"], table["windows"]["password_file"]
    entra: dict[str, Any] = {"method": method, "client_id": table["entra"]["client_id"]}
    if method == "certificate":
        entra["certificate_file"] = str(folder / "application.pfx")
        write_pfx(folder / "application.pfx", Path(lab.line["entra"]["certificate_file"]).read_bytes())
    if method == "secret":
        secret = folder / "client-secret"
        secret.write_text(lab.line["entra"]["client_secret"])
        secret.chmod(0o600)
        entra["secret_command"] = ["cat", str(secret)]
    table["entra"] = entra
    table["certificate_path"] = str(folder / "auth.cer")
    (folder / "profile.toml").write_text(tomlkit.dumps(table))
    return folder / "profile.toml"


def write_pfx(path: Path, pem: bytes) -> None:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, RSAPrivateKey)
    certificate = x509.load_pem_x509_certificate(pem)
    encryption = BestAvailableEncryption(PASSPHRASE.encode())
    path.touch(0o600)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"pushtui", key, certificate, None, encryption))


def noted(hidden: Path) -> list[str]:
    return [json.loads(line) for line in (hidden / "canaries").read_text().splitlines()]


def forms(secret: str, user: str) -> set[str]:
    """How a secret could turn up."""
    plain = {secret, f"{user}:{secret}", f"\0{user}\0{secret}"}
    encoded = {base64.b64encode(each.encode()).decode().rstrip("=") for each in plain}
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], *encoded}


def leaks(hidden: Path, searched: Path, user: str, *shown: str) -> list[tuple[str, str]]:
    """Which secret is where; texts are searched with and without what a terminal makes of them."""
    places = {str(file): file.read_bytes().decode("latin-1") for file in searched.rglob("*") if file.is_file()}
    assert any(name.endswith(".log") for name in places), "the program kept a log"
    for number, text in enumerate(shown):
        places[f"shown {number}"] = text
        places[f"shown {number}, in one line"] = re.sub(r"\s+", "", ESCAPES.sub("", text))
    secrets = {secret for secret in noted(hidden) if not secret.startswith("crashed ")}
    wanted = {form for secret in secrets for form in forms(secret, user) if len(form) >= 8}
    assert secrets
    return [(name, form[:12]) for name, text in places.items() for form in wanted if form in text]


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("doctor", "--json"),
    ("check", "--probe"),
    ("plan",),
    ("keys",),
    ("renew", "--yes"),
    ("runs",),
    ("runs", "show", "1"),
    ("report",),
    ("script",),
    ("undo", "--yes"),
)
"""What is run after an apply, so that everything was run once."""
CONSENTS = ("--yes", "--accept", "service-principal-key", "--accept", "replace-certificate")


def answers(lab: Any) -> dict[str, str]:
    return {"Exchange server": lab.line["exchange"]["password"], "Passphrase": PASSPHRASE}


def test_a_whole_apply_leaves_no_secret(start_lab: Any, person: Any, hidden: Path, tmp_path: Path) -> None:
    lab = start_lab("fresh")
    somebody = person(lab)
    profile = write_profile(hidden, lab, "certificate")
    outcome = somebody.run("-p", profile, "apply", *CONSENTS, "--json", answers=answers(lab))
    assert set(outcome.statuses.values()) == {"ok"}, outcome.errors
    secrets = noted(hidden)
    assert {PASSPHRASE, lab.line["exchange"]["password"]} <= set(secrets)
    assert any(secret.startswith("eyJ") for secret in secrets), "a token"
    assert any(file.suffix == ".jsonl" for file in tmp_path.rglob("*")), "a journal"
    assert "DEBUG:" in outcome.errors, "it was loud"
    shown = [outcome.output, outcome.errors]
    for command in COMMANDS:
        outcome = person(lab).run("-p", profile, *command, answers=answers(lab))
        assert outcome.code in {0, 3, 4}, outcome.errors
        shown += [outcome.output, outcome.errors]
    assert leaks(hidden, tmp_path, lab.line["exchange"]["user"], *shown) == []


@pytest.mark.parametrize(
    ("layer", "method", "command"),
    [
        ("exchange", "secret", "check"),
        ("exchange library", "device-code", "check"),
        ("graph", "browser", "check"),
        ("sign-in", "device-code", "check"),
        ("sign-in", "certificate", "check"),
        ("engine", "browser", "check"),
        ("procedure", "secret", "check"),
        ("reporting", "secret", "check"),
        ("doctor", "secret", "doctor"),
        ("doctor test", "secret", "doctor"),
    ],
)
def test_a_crash_tells_no_secret(
    finished_lab: Any,
    person: Any,
    hidden: Path,
    tmp_path: Path,
    environment: dict[str, str],
    layer: str,
    method: str,
    command: str,
) -> None:
    environment["CRASH"] = layer
    somebody = person(finished_lab)
    profile = write_profile(hidden, finished_lab, method)
    outcome = somebody.run("-p", profile, command, "--json", answers=answers(finished_lab))
    assert outcome.code != 0
    assert f"crashed {layer}" in noted(hidden)
    assert "Traceback" not in outcome.output + outcome.errors
    assert finished_lab.state()["shells"] == NONE
    assert leaks(hidden, tmp_path, finished_lab.line["exchange"]["user"], outcome.output, outcome.errors) == []


@pytest.mark.parametrize("layer", ["mail", "windows", "journal"])
def test_a_crash_while_applying_tells_no_secret(
    finished_lab: Any, person: Any, hidden: Path, tmp_path: Path, environment: dict[str, str], layer: str
) -> None:
    environment["CRASH"] = layer
    profile = write_profile(hidden, finished_lab, "secret")
    command = ("apply", *CONSENTS, "--step", "verification", "--json")
    outcome = person(finished_lab).run("-p", profile, *command, answers=answers(finished_lab))
    assert f"crashed {layer}" in noted(hidden), outcome.errors
    assert "Traceback" not in outcome.output + outcome.errors
    assert finished_lab.state()["shells"] == NONE
    assert leaks(hidden, tmp_path, finished_lab.line["exchange"]["user"], outcome.output, outcome.errors) == []


@pytest.mark.parametrize("layer", ["tui", "reporting"])
def test_a_crash_of_the_screen_tells_no_secret(
    finished_lab: Any, person: Any, hidden: Path, tmp_path: Path, environment: dict[str, str], layer: str
) -> None:
    environment |= {"CRASH": layer, "CRASH_WHEN": str(hidden / "now"), "TERM": "xterm-256color", "LINES": "40"}
    somebody = person(finished_lab)
    profile = write_profile(hidden, finished_lab, "certificate")
    password = hidden / "password"
    password.touch(0o600)
    password.write_text(finished_lab.line["exchange"]["password"])
    table = tomlkit.parse(profile.read_text())
    table["exchange"]["password_file"] = str(password)  # type: ignore[index]  # a table
    profile.write_text(tomlkit.dumps(table))

    def act(seen: str) -> bytes:
        """By what is on the screen: check, type the passphrase, and crash as soon as it was used."""
        text = re.sub(r"\s+", "", ESCAPES.sub("", seen))
        if "Trustchain" in text and not acted:
            acted.append("check")
            return b"R"
        if "Keptinmemory" in text and len(acted) == 1:
            acted.append("passphrase")
            (hidden / "now").touch()
            return f"{PASSPHRASE}\r".encode()
        return b""

    acted: list[str] = []
    outcome = somebody.watch("-p", profile, act=act)
    assert f"crashed {layer}" in noted(hidden), outcome.errors
    assert "pushtui: An internal error: RuntimeError" in outcome.errors
    assert "Traceback" not in outcome.errors
    assert finished_lab.state()["shells"] == NONE
    assert leaks(hidden, tmp_path, finished_lab.line["exchange"]["user"], outcome.errors) == []
