"""Snapshots of sessions, made from the model of the two organizations."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pushtui.engine.events import StepReport
from pushtui.engine.snapshot import Snapshot
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure import chain
from pushtui.profile import Profile

_SPEC = importlib.util.spec_from_file_location(
    "model_for_reporting", Path(__file__).parent.parent / "procedure" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
model = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = model  # dataclasses look their module up
_SPEC.loader.exec_module(model)

PROFILE = Profile(tenant_domain="fabrikam.com", exchange=ExchangeSettings(server="ex01.lab.example"), environment="lab")


@pytest.fixture(scope="session")
def kit() -> Any:
    """What a world is made of; see tests/procedure/conftest.py."""
    return model.Kit


@pytest.fixture
def world() -> Any:
    """An organization as Setup leaves it, and a tenant that knows nothing of it."""
    return model.World()


@pytest.fixture
def snapshot_of() -> Callable[..., Snapshot]:
    """What a session would know of a world after a check."""

    def make(world: Any, **profile: Any) -> Snapshot:
        facts = world.fresh()
        reports = {
            step: StepReport(step, each.status, each.findings, each.actions, world.now)
            for step, each in chain.reports(facts).items()
        }
        return Snapshot(replace(PROFILE, **profile), facts, reports, {"exchange": "admin@lab.example"}, "1.2.3")

    return make
