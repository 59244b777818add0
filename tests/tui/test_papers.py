"""Reports and scripts from the screen: kept in a private file, or copied."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.files import state_folder
from pushtui.engine.plan import Plan


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("TMUX", raising=False)


def papers() -> list[Path]:
    return sorted((state_folder() / "papers").glob("*"))


@pytest.mark.parametrize(
    ("key", "suffix", "start"), [("m", ".md", "# Trust"), ("h", ".html", "<!DOCTYPE"), ("j", ".json", "{")]
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_report_is_kept_where_the_screen_says(
    drive: Any, size: tuple[int, int], key: str, suffix: str, start: str
) -> None:
    async with drive(size=size) as it:
        await it.press("R")
        await it.until_text("All steps ok")
        await it.press("w")
        await it.until_text("Write it down")
        await it.press(key)
        await it.until_text("read the file")
        (path,) = papers()
        assert path.name.startswith("fabrikam.com-")
        assert path.suffix == suffix
        assert path.read_text().startswith(start)
        assert path.stat().st_mode & 0o077 == 0
        assert path.name in it.text.replace("\n", "").replace("│", "").replace(" ", "")
        await it.press("escape")
        await it.until_text("Trust chain")


async def test_a_report_before_any_check_says_what_it_is_worth(drive: Any) -> None:
    async with drive() as it:
        await it.press("w")
        await it.until_text("Nothing was checked yet")
        await it.press("j")
        await it.until(papers)
        assert json.loads(papers()[0].read_text())["status"] == "unknown"


async def test_a_script_reads_afresh_and_is_a_plan(drive: Any) -> None:
    def prepare(session: Any) -> None:
        session.scripted_plan = Plan()

    async with drive(prepare=prepare) as it:
        await it.press("w", "s")
        await it.until(papers)
        assert [call[0] for call in it.session.calls] == ["plan"]
        assert papers()[0].read_text().startswith("\ufeff#Requires -Version 5.1")
        assert papers()[0].suffix == ".ps1"


async def test_nothing_is_written_where_the_folder_cannot_be(drive: Any, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    async with drive() as it:
        await it.press("w", "m")
        await it.until_text("cannot be made")
        assert os.listdir(tmp_path).count("state") == 1


async def test_nothing_is_written_while_something_runs(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.sessions and it.session.entered.is_set())
        await it.press("w")
        assert "x cancels it" in it.text
