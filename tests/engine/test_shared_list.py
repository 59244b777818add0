"""The list of keys that others write, too: whatever they do and whenever, no key of theirs is lost by us.

Graph knows no precondition for a PATCH of the list, so what happens between the last read and the PATCH itself, a
round trip, can be seen by nobody; every other moment is here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pushtui.engine.journal import entries
from pushtui.procedure.model import Consent

KEY = frozenset({Consent.SERVICE_PRINCIPAL_KEY})
OTHERS = ("alpha", "beta", "gamma", "delta")
MOMENTS = ("after the plan", "before the first change", "right after our PATCH", "after the run")

moves = st.lists(
    st.tuples(st.sampled_from(MOMENTS), st.sampled_from(["add", "remove"]), st.sampled_from(OTHERS)), max_size=5
)


class Others:
    """Another administrator, and the truth about whose keys should be there."""

    def __init__(self, world: Any, kit: Any, there: set[str]) -> None:
        self._world, self._kit = world, kit
        self.there = set(there)
        world.principal["keyCredentials"] = [self._object(name) for name in sorted(there)]

    def _object(self, name: str) -> Any:
        return self._kit.key_object(self._kit.make_der(f"{name}.example"), name)

    def move(self, action: str, name: str) -> bool:
        """Do it; whether it changed anything."""
        if (name in self.there) is (action == "add"):
            return False
        keys = self._world.principal["keyCredentials"]
        if action == "add":
            self.there.add(name)
            keys.append(self._object(name))
        else:
            self.there.discard(name)
            keys.remove(next(key for key in keys if key["key"] == self._object(name)["key"]))
        return True

    def lost(self) -> set[str]:
        held = {key["key"] for key in self._world.principal["keyCredentials"]}
        return {name for name in self.there if self._object(name)["key"] not in held}

    def resurrected(self) -> set[str]:
        held = {key["key"] for key in self._world.principal["keyCredentials"]}
        return {name for name in set(OTHERS) - self.there if self._object(name)["key"] in held}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=st.sets(st.sampled_from(OTHERS)), moves=moves, again=st.booleans())
def test_no_key_of_others_is_lost_and_the_journal_says_that_the_list_changed(
    make_desk: Callable[..., Any],
    ports: Any,
    kit: Any,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
    moves: list[tuple[str, str, str]],
    again: bool,
) -> None:
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    ports.world = kit.World(now=ports.clock.now())
    others = Others(ports.world, kit, there)

    def act(moment: str) -> None:
        for when, action, name in moves:
            if when == moment:
                others.move(action, name)

    desk = make_desk({"certificate_path": str(folder / "auth.cer")})
    plan = desk.session.plan()
    planned = set(others.there)
    act("after the plan")
    done: list[str] = []

    def before(text: str) -> None:
        if text.startswith("New-AuthServer") and not done:
            done.append(text)
            act("before the first change")

    ports.before = before
    ports.after = lambda text: act("right after our PATCH") if text.startswith("PATCH") else None
    desk.session.apply(plan, KEY)
    act("after the run")
    if again:
        desk.session.apply(desk.session.plan(), KEY)
    assert others.lost() == set()
    assert others.resurrected() == set()
    ours = base64.b64encode(Path(folder / "auth.cer").read_bytes()).decode()
    assert [key["key"] for key in ports.world.principal["keyCredentials"]].count(ours) == 1
    log = [entry for path in sorted(folder.rglob("*.jsonl")) for entry in entries(path)]
    intent = next(entry for entry in log if entry["kind"] == "intent" and entry["change"].endswith("add-key"))
    names = {kit.thumb(kit.make_der(f"{name}.example")): name for name in OTHERS}
    found = {names[thumbprint] for thumbprint in intent["before"]["keys"]}
    noted = any(entry["kind"] == "meanwhile" for entry in log)
    assert noted or found == planned
    assert moves or not noted
