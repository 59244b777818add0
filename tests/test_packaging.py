"""A wheel installed somewhere else starts and looks the same."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel unpacked and the dependencies of this environment, and nothing of this tree."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def _run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(python), *arguments], cwd=python.parent, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_the_styles_and_the_scenarios(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    styles = {f"pushtui/styles/{path.name}" for path in (ROOT / "styles").glob("*.tcss")}
    scenarios = {f"pushtui/lab/scenarios/{path.name}" for path in (ROOT / "pushtui/lab/scenarios").glob("*.toml")}
    assert styles
    assert scenarios
    assert (styles | scenarios) - set(names) == set()


def test_the_installed_program_is_the_wheels_own(installed: Path) -> None:
    where = _run(installed, "-c", "import pushtui; print(pushtui.__file__)").stdout.strip()
    assert Path(where).is_relative_to(installed.parents[1])
    assert _run(installed, "-m", "pushtui", "--version").stdout.startswith("pushtui ")
