"""A defect is one sentence, and neither it nor the file that it names tells what the exception says."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pushtui import cli
from pushtui.base import defects

SECRET = "correct horse battery"  # made up


def broken(*_arguments: Any) -> int:
    password = SECRET  # noqa: F841  # in the frame, as it would be
    raise RuntimeError(SECRET)


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """The logs that there are."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    return lambda: list((tmp_path / "pushtui" / "log").glob("*.log"))


def test_a_command_that_meets_one_says_so_and_where_to_look(
    logs: Callable[[], list[Path]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_dispatch", broken)
    assert cli.main(["runs"]) == 1
    (log,) = logs()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        f"pushtui: An internal error: RuntimeError. Please report it; where it happened is in the log {log}.\n"
    )
    assert f"{__file__}:{broken.__code__.co_firstlineno + 2} broken" in log.read_text()
    assert SECRET not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_where_no_file_can_be_written_the_sentence_is_all_there_is(tmp_path: Path, logs: object) -> None:
    (tmp_path / "pushtui").write_text("in the way")
    assert str(defects.kept(RuntimeError(SECRET))) == "An internal error: RuntimeError. Please report it."


def test_a_thread_that_dies_of_one_shows_nothing(
    logs: Callable[[], list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    defects.hold_back()
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    assert "broken" in logs()[0].read_text()
    assert capsys.readouterr() == ("", "")
