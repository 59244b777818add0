"""`pushtui doctor` as an administrator runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit


def test_the_doctor_finds_the_lab_well_and_touches_nothing(
    start_lab: Callable[[str], Any], pushtui: Any, tmp_path: Path
) -> None:
    lab = start_lab("fresh")
    before = lab.state()
    done = pushtui("doctor", "-p", lab.profile)
    assert done.code == 0, done.output
    assert "0 failed" in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    for leg in ("Profile", "Exchange", "Windows", "Proxy", "Sign-in host", "Microsoft Graph", "Metadata", "Mail"):
        assert leg in done.output

    table = tomlkit.parse(lab.profile.read_text())
    table["exchange"]["password_file"] = str(_private(tmp_path / "password", "wrong"))  # type: ignore[index]
    broken = _private(tmp_path / "broken.toml", tomlkit.dumps(table))
    failed = pushtui("doctor", "-p", broken, "--json")
    assert failed.code == 1
    assert failed.document["status"] == "failed"
    bad = [entry for entry in failed.document["rows"] if entry["result"] == "failed"]
    assert {(entry["leg"], entry["code"]) for entry in bad} == {("exchange", "exchange.sign-in-refused")}
    assert all(entry["remedy"] for entry in bad)

    assert lab.writes() == []
    assert _steady(lab.state()) == _steady(before)


def test_a_profile_that_is_not_there_is_wrong_usage(pushtui: Any, tmp_path: Path) -> None:
    assert pushtui("doctor", "-p", tmp_path / "absent.toml").code == 2


def _private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def _steady(state: dict[str, Any]) -> dict[str, Any]:
    """Without what runs by itself."""
    return {name: state[name] for name in ("mail",)} | {
        "auth_config": state["organization"].get("auth_config"),
        "auth_servers": state["organization"].get("auth_servers"),
        "push_proxy": state["organization"].get("push_proxy"),
        "principal": state["tenant"].get("service_principal"),
    }
