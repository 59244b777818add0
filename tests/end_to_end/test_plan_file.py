"""`plan --out` and `apply FILE`; and what is not as it was when the plan was made is shown again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CONSENTS = ("--accept", "service-principal-key", "--accept", "replace-certificate")


def test_what_was_reviewed_is_done_and_nothing_else(start_lab: Any, pushtui: Any, tmp_path: Path) -> None:
    lab, file = start_lab("other-keys"), tmp_path / "plan.json"
    planned = pushtui("-p", lab.profile, "--read-only", "plan", "--out", file, "--json")
    assert planned.code == 3, planned.errors
    assert "pushtui apply" in planned.errors
    assert lab.writes() == []
    for refused in (("apply", file, "--step", "tenant"), ("apply", tmp_path / "absent.json"), ("apply", file)):
        assert pushtui("-p", lab.profile, *refused).code in {1, 2}
    assert pushtui("-p", lab.profile, "--read-only", "apply", file, "--yes").code == 2
    assert pushtui("-p", lab.profile, "apply", file, "--yes").code == 4, "consents are asked for then"
    assert lab.writes() == []
    applied = pushtui("-p", lab.profile, "apply", file, "--yes", *CONSENTS, "--json")
    assert applied.code == 0, applied.errors
    assert set(applied.statuses.values()) == {"ok"}
    written = lab.writes()
    shown = {change["command"].split()[0] for step in planned.document["steps"] for change in step["changes"]}
    assert {name.split()[0] for name in written} == shown - {"write"}
    assert pushtui("-p", lab.profile, "apply", file, "--yes", *CONSENTS).code == 0
    assert lab.writes() == written, "it holds already"
    first = json.loads(pushtui("-p", lab.profile, "runs", "--json").output)["runs"][0]
    report = pushtui("-p", lab.profile, "runs", "show", first["id"]).output
    assert json.loads(file.read_text())["sha256"] in report


@pytest.mark.thorough
def test_what_changed_since_the_review_is_not_done_and_is_shown_again(
    start_lab: Any, pushtui: Any, tmp_path: Path
) -> None:
    lab, file = start_lab("done"), tmp_path / "plan.json"
    lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"enabled": False}}})
    assert pushtui("-p", lab.profile, "plan", "--out", file).code == 3
    lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"remove": True}}})
    applied = pushtui("-p", lab.profile, "apply", file, "--yes", *CONSENTS, "--json")
    assert applied.code == 4, applied.errors
    assert "run.plan-changed" in applied.codes("auth-server")
    assert "New-AuthServer" in applied.errors, "what would be done now is shown"
    assert lab.writes() == []


@pytest.mark.thorough
def test_a_plan_for_another_organization_is_refused(start_lab: Any, pushtui: Any, tmp_path: Path) -> None:
    lab, file = start_lab("fresh"), tmp_path / "plan.json"
    assert pushtui("-p", lab.profile, "plan", "--out", file).code == 3
    other = tmp_path / "other.toml"
    other.write_text(lab.profile.read_text().replace("fabrikam.com", "contoso.com"))
    other.chmod(0o600)
    refused = pushtui("-p", other, "apply", file, "--yes", *CONSENTS)
    assert refused.code == 2
    assert "another organization or profile" in " ".join(refused.errors.split())
    assert lab.writes() == []


@pytest.mark.thorough
def test_undo_clean_up_and_renewal_can_be_reviewed_as_well(start_lab: Any, pushtui: Any, tmp_path: Path) -> None:
    lab, file = start_lab("other-keys"), tmp_path / "plan.json"
    kept = pushtui("-p", lab.profile, "keys", "remove", "--expired", "--out", file)
    assert kept.code == 3, kept.errors
    assert lab.writes() == []
    assert pushtui("-p", lab.profile, "apply", file, "--yes", "--json").code == 0
    assert len(lab.writes()) == 1
    keys = lab.state()["tenant"]["service_principal"]["keys"]
    assert pushtui("-p", lab.profile, "apply", "--yes", *CONSENTS).code == 0
    assert pushtui("-p", lab.profile, "undo", "--out", file).code == 3
    undone = pushtui("-p", lab.profile, "apply", file, "--yes", "--json")
    assert undone.code == 0, undone.errors
    assert [key["sha256"] for key in lab.state()["tenant"]["service_principal"]["keys"]] == [
        key["sha256"] for key in keys
    ]


def test_a_person_is_shown_the_new_plan_and_asked_anew(start_lab: Any, person: Any) -> None:
    lab = start_lab("done")
    lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"enabled": False}}})
    somebody = person(lab)
    asked: list[str] = []

    def answer(seen: str) -> str:
        """The world changes while the first plan is read; both plans are agreed to."""
        if seen.count("[y/N]") > len(asked):
            asked.append(seen)
            if len(asked) == 1:
                lab.ask("organization", {"auth_servers": {"MicrosoftSts": {"remove": True}}})
            return "y\n"
        return ""

    done = somebody.converse("-p", lab.profile, "apply", *CONSENTS, answer=answer)
    assert done.code == 0, done.errors
    assert len(asked) == 2
    assert "not as it was when the plan was made" in " ".join(asked[1].split())
    assert lab.writes()[0] == "New-AuthServer"
