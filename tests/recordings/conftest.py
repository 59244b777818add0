"""Objects recorded from real Exchange servers: looked for beside the repository, never part of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pushtui.exchange.clixml import load

Objects = list[dict[str, Any]]


def _folder() -> Path | None:
    named = os.environ.get("PUSHTUI_RECORDINGS")
    candidates = [Path(named)] if named else [up / "shared" / "recordings" for up in Path(__file__).resolve().parents]
    return next((folder for folder in candidates if folder.is_dir()), None)


@pytest.fixture
def recordings() -> Path:
    folder = _folder()
    if folder is None:
        pytest.skip("no recordings of real servers here (PUSHTUI_RECORDINGS)")
    return folder


@pytest.fixture
def recorded(recordings: Path) -> Callable[[str], Objects]:
    """The objects of one recording, by the name of its file without the suffix."""

    def read(name: str) -> Objects:
        path = recordings / f"{name}.xml"
        if not path.exists():
            pytest.skip(f"the recording {name} is not here")
        return load(path)

    return read
