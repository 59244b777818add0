"""Scenarios are read strictly, by name or by path."""

from __future__ import annotations

from pathlib import Path

import pytest

from pushtui.base.errors import UsageError
from pushtui.lab.scenario import load, names


def write(folder: Path, text: str) -> str:
    path = folder / "scenario.toml"
    path.write_text(text)
    return str(path)


def test_shipped_scenarios_are_known_by_name_and_say_what_they_are() -> None:
    assert {"fresh", "expired-certificate", "done", "old-cu", "other-keys"} <= set(names())
    for name in names():
        scenario = load(name)
        assert scenario.title
        assert not scenario.base or scenario.base in names()


def test_an_empty_file_has_sensible_defaults(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, ""))
    assert scenario.mail.recipients == ("device@lab.example",)
    assert scenario.verification.wait_seconds == 0
    assert scenario.faults == ()


def test_faults_are_read(tmp_path: Path) -> None:
    text = '[[faults]]\nmatch = "PATCH"\neffect = "status"\nstatus = 429\nheaders = { Retry-After = "3" }\n'
    fault = load(write(tmp_path, text)).faults[0]
    assert (fault.match, fault.status, fault.headers) == ("PATCH", 429, {"Retry-After": "3"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("titel = 'x'", "Did you mean “title”"),
        ("[mail]\nstartls = true", "Did you mean “starttls”"),
        ("[verification]\nwait_seconds = 'long'", "wait_seconds"),
        ("[[faults]]\neffect = 'cut'", "lacks"),
        ("[[faults]]\nmatch = 'x'\neffect = 'boom'", "expected one of"),
        ("[tenant]\nname = 5", "name"),
        ("[tenant.user]\nroles = ['King']", "King"),
        ("[[tenant.keys]]\nsubjct = 'CN=x'", "Did you mean “subject”"),
        ("tenant = 3", "tenant"),
        ("not toml", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        load(write(tmp_path, text))
    assert sentence in str(raised.value)


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load(str(tmp_path / "none.toml"))
    assert "No such file" in str(raised.value)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError) as raised:
        load(str(binary))
    assert "UTF-8" in str(raised.value)
    with pytest.raises(UsageError) as raised:
        load(str(tmp_path))
    assert "cannot be read" in str(raised.value)
