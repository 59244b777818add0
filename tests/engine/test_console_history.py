"""What was typed before: the last lines, private, and nothing that looks like a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret
from pushtui.engine.console.history import NAME, History


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "organization"


def test_the_last_lines_are_there_again_the_newest_last(folder: Path) -> None:
    history = History(folder, Redactor(), 3)
    assert history.lines() == ()
    for line in ("Get-A", "Get-B", "Get-C", "Get-A", "Get-D"):
        history.keep(line)
    assert History(folder, Redactor(), 3).lines() == ("Get-C", "Get-A", "Get-D")
    assert History(folder, Redactor(), 2).lines() == ("Get-A", "Get-D")
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_two_sessions_lose_nothing_of_each_other(folder: Path) -> None:
    one, other = (History(folder, Redactor(), 9) for _ in range(2))
    one.keep("Get-A")
    other.keep("Get-B")
    one.keep("Get-C")
    assert other.lines() == ("Get-A", "Get-B", "Get-C")


@pytest.mark.parametrize(
    "line",
    [
        "Test-X -Password hunter22",
        "Test-X -MailboxCredential x",
        "Get-X -Name 'hunter22'",
        "Get-X -AccessToken abc",
        " ",
    ],
)
def test_what_may_be_a_secret_is_not_kept(folder: Path, line: str) -> None:
    redactor = Redactor()
    redactor.add(Secret("hunter22"))
    History(folder, redactor, 9).keep(line)
    assert not folder.exists()


def test_with_none_nothing_is_written_or_read(folder: Path) -> None:
    History(folder, Redactor(), 9).keep("Get-A")
    assert History(folder, Redactor(), 0).lines() == ()
    (folder / NAME).unlink()
    History(folder, Redactor(), 0).keep("Get-B")
    assert not (folder / NAME).exists()


def test_a_file_that_is_no_text_is_harmless(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(b"Get-A\x1b[31m\n\xff\xfe\n\n" + b"x" * 10)
    lines = History(folder, Redactor(), 9).lines()
    assert lines[0] == "Get-A\\x1b[31m"
    assert not any("\x1b" in line for line in lines)
    (folder / NAME).unlink()
    (folder / NAME).mkdir()
    assert History(folder, Redactor(), 9).lines() == ()
    History(folder, Redactor(), 9).keep("Get-B")
