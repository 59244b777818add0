"""The tool that makes the catalogues, as the tests use it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def catalogue() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue", Path(__file__).parents[2] / "tools" / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
