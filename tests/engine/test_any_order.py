"""Apply, undo, clean-up and renewal in any order, with another administrator at work at any moment: no key of theirs is
lost, but in one case that the journal shows.

Graph has no precondition for a PATCH of the list: what others write between our last read and our write is overwritten,
and nothing shows it to anybody. Then the journal has when the list was read, what was in it, when ours was sent, and
all of what was sent; the key that is gone came in between.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pushtui.base.errors import UsageError
from pushtui.engine.journal import entries
from pushtui.engine.task import Task
from pushtui.procedure.model import Consent

ALL = frozenset(Consent)
OTHERS = ("alpha", "beta", "gamma", "delta")
MOMENTS = ("after the plan", "between our read and our write", "right after our write", "afterwards")

EXAMPLES = 300 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 12

moves = st.lists(
    st.tuples(st.sampled_from(MOMENTS), st.sampled_from(["add", "remove"]), st.sampled_from(OTHERS)), max_size=3
)
operations = st.sampled_from(["apply", "undo", "clean up", "renew"])


class Administrator:
    """Somebody else: what they hold to be true, and when they did what."""

    def __init__(self, ports: Any, kit: Any, names: set[str]) -> None:
        self._ports, self._kit = ports, kit
        self.there = set(names)
        self.added: dict[str, datetime] = {}
        ports.world.principal["keyCredentials"] += [self.object(name) for name in sorted(names)]

    def object(self, name: str) -> Any:
        return self._kit.key_object(self._kit.make_der(f"{name}.example"), name)

    def thumbprint(self, name: str) -> str:
        return str(self._kit.thumb(self._kit.make_der(f"{name}.example")))

    def move(self, action: str, name: str) -> None:
        keys = self._ports.world.principal["keyCredentials"]
        held = [key for key in keys if key["key"] == self.object(name)["key"]]
        if action == "add":
            self.there.add(name)
            if not held:
                keys.append(self.object(name))
                self.added[name] = self._ports.clock.now()
        else:
            self.there.discard(name)
            keys[:] = [key for key in keys if key not in held]

    def lost(self) -> set[str]:
        held = {key["key"] for key in self._ports.world.principal["keyCredentials"]}
        return {name for name in self.there if self.object(name)["key"] not in held}


def lists_sent(folder: Path) -> Iterator[tuple[dict[str, Any], datetime, datetime, set[str]]]:
    """Each list of keys that was sent: its intent, when it was read and answered, and the keys in it, by thumbprint."""
    for path in sorted(folder.rglob("*.jsonl")):
        log = list(entries(path))
        for place, entry in enumerate(log):
            if entry["kind"] != "intent" or entry["command"].get("to") != "graph":
                continue
            answered = next((it for it in log[place:] if it["kind"] == "result"), entry)
            body = json.loads(entry["command"]["body"])["keyCredentials"]
            sent = {hashlib.sha1(base64.b64decode(key["key"])).hexdigest().upper() for key in body}
            yield entry, datetime.fromisoformat(entry["read"]), datetime.fromisoformat(answered["at"]), sent


def shown(administrator: Administrator, name: str, folder: Path) -> bool:
    """Whether the journal shows how a key was lost: it came after the list was read and before ours was answered."""
    thumbprint, came = administrator.thumbprint(name), administrator.added.get(name)
    return came is not None and any(
        read <= came <= answered and thumbprint not in entry["before"]["keys"] and thumbprint not in sent
        for entry, read, answered, sent in lists_sent(folder)
    )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.sets(st.sampled_from(OTHERS)),
    course=st.lists(st.tuples(operations, moves, st.sets(st.sampled_from(OTHERS), max_size=2)), min_size=1, max_size=4),
)
@example(there={"alpha"}, course=[("apply", [(MOMENTS[1], "add", "beta")], set())])
@example(there={"alpha", "beta"}, course=[("clean up", [(MOMENTS[1], "add", "gamma")], {"alpha"}), ("undo", [], set())])
@example(there={"alpha"}, course=[("renew", [(MOMENTS[0], "add", "beta")], set())] * 3 + [("undo", [], set())])
def test_no_foreign_key_is_lost_without_the_journal_showing_it(
    make_desk: Callable[..., Any],
    ports: Any,
    kit: Any,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    there: set[str],
    course: list[tuple[str, list[tuple[str, str, str]], set[str]]],
) -> None:
    folder = tmp_path_factory.mktemp("run")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    now = ports.clock.now()
    der = kit.make_der("old", now - 1000 * kit.DAY, now + 45 * kit.DAY)
    ports.world = kit.World(
        now=now,
        stores={name: [kit.Stored(der)] for name in (kit.EX01, kit.EX02, kit.EX03)},
        config={"CurrentCertificateThumbprint": kit.thumb(der)},
    )
    administrator = Administrator(ports, kit, there)
    session = make_desk({"certificate_path": str(folder / "auth.cer")}).session
    session.overwrite_certificate_file = True

    def planned(operation: str, chosen: set[str]) -> Any:
        match operation:
            case "apply":
                return session.plan()
            case "undo":
                return session.plan_undo()
            case "renew":
                return session.plan_task(Task("renewal"))
        wanted = {administrator.thumbprint(name) for name in chosen}
        keys = frozenset(key.sha256 for key in session.read_keys() if key.thumbprint in wanted)
        return session.plan_task(Task("keys", removed_keys=keys))

    excused: set[str] = set()
    for operation, theirs, chosen in course:
        pending = list(theirs)

        def act(moment: str, pending: list[tuple[str, str, str]] = pending) -> None:
            for move in [each for each in pending if each[0] == moment]:
                pending.remove(move)
                administrator.move(*move[1:])

        try:
            plan = planned(operation, chosen)
        except UsageError:
            continue  # there is nothing to take back
        act("after the plan")
        ports.before = lambda text, act=act: act("between our read and our write") if text.startswith("PATCH") else None
        ports.after = lambda text, act=act: act("right after our write") if text.startswith("PATCH") else None
        session.apply(plan, ALL)
        ports.before = ports.after = lambda text: None
        act("afterwards")
        if operation == "clean up":
            taken = [it["arguments"]["thumbprints"] for it, *_ in lists_sent(folder) if it["change"] == "keys.remove"]
            removed = {name for name in chosen if any(administrator.thumbprint(name) in each for each in taken)}
            administrator.there -= removed & administrator.lost()  # that was asked for
        for name in administrator.lost() - excused:
            assert shown(administrator, name, folder), (operation, name)
        excused |= administrator.lost()
        keys = [key["key"] for key in ports.world.principal["keyCredentials"]]
        assert len(keys) == len(set(keys)), "no key is there twice"
        ports.clock.pass_(days=3.2)
