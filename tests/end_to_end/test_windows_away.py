"""Where Windows remoting is missing or refused, verification waits for a person and says what to type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomlkit

COMMAND = "Restart-Service -Name 'MSExchangeHM'"


def closed(table: Any, lab: Any) -> None:
    table["windows"]["connect_to"] = dict.fromkeys(table["windows"]["connect_to"], "127.0.0.1:1")


def refused(table: Any, lab: Any) -> None:
    lab.ask("organization", {"account": {"local_admin": False}})


def unused(table: Any, lab: Any) -> None:
    table["windows"]["enabled"] = False


@pytest.mark.parametrize("away", [closed, refused, unused])
def test_verification_is_a_matter_of_a_person_who_is_told_what_to_type(
    start_lab: Any, pushtui: Any, person: Any, tmp_path: Path, away: Any
) -> None:
    lab = start_lab("done")
    table = tomlkit.parse(lab.profile.read_text()).unwrap()
    table["certificate_path"] = str(tmp_path / "auth.cer")
    away(table, lab)
    profile = tmp_path / "profile.toml"
    profile.write_text(tomlkit.dumps(table))
    command = ("-p", profile, "apply", "--step", "verification", "--yes", "--json")

    alone = pushtui(*command)
    assert (alone.code, alone.statuses["verification"]) == (4, "attention"), alone.errors
    assert COMMAND in alone.errors

    together = person(lab).run(*command, answers={"Is it done?": "y"})
    assert (together.code, together.statuses["verification"]) == (0, "ok"), together.errors
    assert f"To be done by you, on ex01.lab.example: {COMMAND}" in together.errors
    assert not [entry for entry in lab.ask("requests") if entry["name"] == "Restart-Service"]
