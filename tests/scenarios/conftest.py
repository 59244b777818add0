"""A scenario running in this process, and a session that looks at it over the real protocols."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from pushtui.base.secret import Secret
from pushtui.engine.events import AskStarted, Event, WaitStarted
from pushtui.engine.session import Session
from pushtui.lab.laboratory import Laboratory
from pushtui.lab.scenario import Scenario, load
from pushtui.procedure.model import Consent, Finding, StepId
from pushtui.profile import load as load_profile
from pushtui.reporting import plain
from tests.keys import KeyPairs

QUICK = {"rpc_seconds": 0.05, "hm_start_seconds": 0.05, "distribution_seconds": 0.0}


class Nobody:
    """No person is there."""

    def secret(self, account: str, purpose: str) -> Secret | None:
        return None

    def browser(self, url: str, problem: str) -> Secret | None:
        return None


class Rehearsal:
    """A lab and a session on it. Waits are cut short, and what a person is asked for is not done."""

    def __init__(self, scenario: Scenario, new_key: Callable[[int], rsa.RSAPrivateKey]) -> None:
        self.lab = Laboratory(scenario, new_key=new_key)
        self.session = Session(load_profile(Path(self.lab.line()["profile"])), Nobody(), self._react)

    def _react(self, event: Event) -> None:
        match event:
            case WaitStarted(wait=wait):
                self.session.skip(wait.id)
            case AskStarted(ask=ask):
                self.session.answer(ask.id, False)
            case _:
                pass

    def close(self) -> None:
        self.session.close()
        self.lab.stop()

    def apply(self) -> None:
        """Plan, agree to everything, and do it as far as it can be done."""
        plan = self.session.plan()
        if plan.actions:
            self.session.apply(plan, frozenset(Consent))

    def text(self) -> str:
        """What people are shown."""
        return plain.chain(self.session.reports, tuple(StepId))

    def findings(self, *steps: StepId) -> list[Finding]:
        """What the last look found, in the order in which it is shown."""
        return [f for step in steps or tuple(StepId) for f in self.session.reports[step].findings]

    def writes(self) -> list[str]:
        return [entry["name"] for entry in self.lab.requests() if entry["write"]]

    def truth(self) -> dict[str, Any]:
        """The state of both organizations, without what passes by itself."""
        state = self.lab.state()
        del state["organization"]["now"], state["shells"], state["tenant"]["notifications"]
        return state


Rehearse = Callable[..., Any]


@pytest.fixture
def rehearse(key_pairs: KeyPairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rehearse:
    """``with rehearse("fresh") as r``: a scenario by name or as an object, with short waits and no memory of others."""
    folders = itertools.count()

    @contextmanager
    def begin(scenario: str | Scenario) -> Iterator[Rehearsal]:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"state{next(folders)}"))
        table = load(scenario) if isinstance(scenario, str) else scenario
        table = dataclasses.replace(
            table,
            organization={**table.organization, **QUICK},
            verification=dataclasses.replace(table.verification, wait_seconds=0.1),
        )
        with ExitStack() as stack:
            rehearsal = Rehearsal(table, key_pairs.of_a_lab())
            stack.callback(rehearsal.close)
            yield rehearsal

    return begin
