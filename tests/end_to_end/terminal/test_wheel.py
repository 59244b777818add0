"""A wheel installed somewhere else starts and looks the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
UNWANTED = ("PYTHON", "PUSHTUI", "LC_", "COLUMNS", "LINES")
"""What must not come along: a runner of tests in parallel, for one, says how wide its own terminal is."""
PROFILE = 'schema = 1\ntenant_domain = "fabrikam.com"\n[exchange]\nserver = "ex01.corp.fabrikam.com"\n'


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel installed and the dependencies of this environment, and nothing of this tree."""
    pytest.importorskip("pip")
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(UNWANTED)}
    given = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor", "TMPDIR": str(folder)}
    places = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE", "CACHE")}
    return kept | given | places


def _run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = _environment(python.parent)
    return subprocess.run(
        [str(python), *arguments], cwd=python.parent, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_the_styles_and_the_scenarios(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    styles = {f"pushtui/{path.relative_to(ROOT)}" for path in (ROOT / "styles").rglob("*.tcss")}
    scenarios = {str(path.relative_to(ROOT)) for path in (ROOT / "pushtui/lab/scenarios").rglob("*.toml")}
    assert styles
    assert scenarios
    assert (styles | scenarios) - set(names) == set()


def test_the_installed_program_is_the_wheels_own(installed: Path) -> None:
    where = _run(installed, "-c", "import pushtui; print(pushtui.__file__)").stdout.strip()
    assert Path(where).is_relative_to(installed.parents[1])
    assert _run(installed, "-m", "pushtui", "--version").stdout.startswith("pushtui ")
    assert _run(installed.with_name("pushtui"), "--version").stdout.startswith("pushtui ")


def test_the_installed_program_brings_its_lab(installed: Path) -> None:
    pytest.importorskip("psrpcore")
    pytest.importorskip("aiohttp")
    pytest.importorskip("aiosmtpd")
    # Standard input is at its end: the lab says its line and ends.
    lab = _run(installed, "-m", "pushtui", "lab", "--serve", "--scenario", "done")
    assert (lab.returncode, lab.stderr) == (0, "")
    assert json.loads(lab.stdout)["schema"] == 1


def _seen(cell: Any) -> Any:
    """What can be seen of a cell: the ink of a blank cannot, and depends on what was painted before."""
    blank = cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
    return cell._replace(fg="default", bold=False, italics=False) if blank else cell


def test_the_installed_program_looks_the_same(
    installed: Path, terminal: Callable[..., Any], until: Callable[..., str], tmp_path: Path
) -> None:
    """Every cell of the first screen and of a step, beside the chain and alone: letter, colours and weight."""
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILE)
    environment = _environment(tmp_path)

    def start(python: Path, more: dict[str, str]) -> Any:
        command = [str(python), "-P", "-m", "pushtui", "-p", str(profile)]
        return terminal("pty", command, environment | more, 120, 40)

    here, there = start(Path(sys.executable), {"PYTHONPATH": str(ROOT)}), start(installed, {})

    def differing() -> list[Any]:
        pairs = [pair for rows in zip(here.cells(), there.cells(), strict=True) for pair in zip(*rows, strict=True)]
        return [(place, *pair) for place, pair in enumerate(pairs) if _seen(pair[0]) != _seen(pair[1])]

    def both(met: Callable[[str], bool]) -> None:
        """Wait until both show it and not one cell differs."""
        until(here, met)
        until(there, met)
        try:
            until(there, lambda text: here.screen() and not differing())
        except AssertionError:
            pytest.fail(f"Cells that differ, counted by rows of 120: {differing()[:5]}")

    def press(key: str) -> None:
        here.press(key)
        there.press(key)

    both(lambda text: "Trust chain" in text and "Ready" in text)
    press("4")
    both(lambda text: "── 4 " in text)
    colours = {colour for row in there.cells() for cell in row for colour in (cell.fg, cell.bg)}
    assert len(colours) > 4
    press("z")
    both(lambda text: "── 4 " in text and "Trust chain" not in text)
