"""What every screen looks like in every state, at three sizes, cell by cell: pictures beside this file.

``make snapshots`` takes them anew, for somebody to look at before they are kept. They are drawn by a module of ours:
pytest-textual-snapshot wants a pytest older than this one, and its pictures would take some ten megabytes.
"""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from pushtui.tui import screens
from tests.tui.cells import faint
from tests.tui.gallery import SCENES
from tests.tui.pictures import picture

SIZES = ((80, 24), (120, 40), (200, 60))
FOLDER = Path(__file__).with_name("snapshots")
TAKING = bool(os.environ.get("PUSHTUI_TAKE_SNAPSHOTS"))
STILL = 5
"""Looks in a row that find the same, after which a picture is taken."""


def name(scene: str, size: tuple[int, int]) -> str:
    """The name of a picture's file."""
    return f"{scene}-{size[0]}x{size[1]}.svg"


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log shows the time of the place."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_there_is_a_picture_of_every_scene_and_no_other() -> None:
    wanted = {name(scene, size) for scene in SCENES for size in SIZES}
    found = {path.name for path in FOLDER.glob("*")}
    for gone in found - wanted if TAKING else ():
        (FOLDER / gone).unlink()
    assert TAKING or found == wanted, "make snapshots"


@pytest.mark.skipif(TAKING, reason="they are being taken")
def test_there_is_a_picture_of_every_screen() -> None:
    modules = [
        importlib.import_module(each.name) for each in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}.")
    ]
    classes = {each for module in modules for each in vars(module).values() if isinstance(each, type) and is_ours(each)}
    bases = {base for each in classes for base in each.__bases__}
    shown = {found[1] for path in FOLDER.glob("*") if (found := re.search("<title>(.*)</title>", path.read_text()))}
    assert {each.__name__ for each in classes - bases} - shown == set()


def is_ours(each: type) -> bool:
    """Whether it is a screen of this program."""
    return issubclass(each, Screen) and each.__module__.startswith(screens.__name__)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_it_looks_as_it_did(drive: Any, make: Any, tmp_path: Path, scene: str, size: tuple[int, int]) -> None:
    it_is, file = SCENES[scene], FOLDER / name(scene, size)
    async with drive(size=size, prepare=lambda session: it_is.prepare(session, make), **it_is.options) as it:
        await it_is.act(it)
        if TAKING:
            file.write_text(await _still(it))
            return
        assert not faint(it.app.screen)
        kept = file.read_text()
        try:
            await it.until(lambda: _seen(it) == kept, seconds=5)
        except AssertionError:
            seen = _seen(it)
            (tmp_path / file.name).write_text(seen)
            changes = difflib.unified_diff(kept.splitlines(), seen.splitlines(), "kept", "seen", lineterm="", n=0)
            pytest.fail("\n".join([f"It is in {tmp_path / file.name}; make snapshots keeps it.", *changes]))


def _seen(it: Any) -> str:
    return picture(type(it.app.screen).__name__, it.app.screen._compositor.render_strips())


async def _still(it: Any) -> str:
    """What the screen shows once it stands still."""
    looks = [""]
    while len(looks) < STILL or len(set(looks[-STILL:])) > 1:
        await it.pilot.pause(0.1)
        looks.append(_seen(it))
    return looks[-1]
