"""What holds for all tests: how much hypothesis tries, and that nobody's own folders and language matter."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

_COMMON = settings(
    deadline=None,  # time is never asserted: the machine may have other things to do
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.register_profile("quick", _COMMON, max_examples=40, derandomize=True, database=None)
settings.register_profile("thorough", _COMMON, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Profiles, journals and logs of whatever a test starts without folders of its own stay out of the real ones."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("PUSHTUI_LANGUAGE", "en")
        yield


THOROUGH = frozenset(
    {
        "test_canaries", "test_changed_world", "test_cost", "test_leaving", "test_lost_answers", "test_sign_in",
        "test_sign_in_matrix", "test_undo", "test_upkeep",
    }
)  # fmt: skip
"""End-to-end modules that start a lab for nearly every test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs on many labs are for ``make thorough``."""
    for item in items:
        if item.path.parent.name == "end_to_end" and item.path.stem in THOROUGH:
            item.add_marker("thorough")
