"""`make` on a machine that lacks something says what, in one sentence, and leaves nothing half-made."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        (None, "pushtui needs Python 3.11 or newer, and {python} is not there"),
        ("exit 1", "pushtui needs Python 3.11 or newer: name one with PYTHON=…"),
        ('case "$*" in *version_info*) exit 0;; esac; mkdir -p .venv; exit 1', "install its venv package"),
    ],
    ids=["none", "too old", "without venv"],
)
@pytest.mark.parametrize("target", ["run", "test"])
def test_what_is_missing_is_one_sentence(tmp_path: Path, target: str, python: str | None, sentence: str) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "tests").mkdir()
    program = tmp_path / "python"
    if python is not None:
        program.write_text(f"#!/bin/sh\n{python}\n")
        program.chmod(0o755)
    done = subprocess.run(
        ["make", "--no-print-directory", target, f"PYTHON={program}"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode != 0
    (said,) = done.stdout.splitlines()
    assert sentence.format(python=program) in said
    assert [line for line in done.stderr.splitlines() if not line.startswith("make: ***")] == []
    assert not (tmp_path / ".venv").exists()
