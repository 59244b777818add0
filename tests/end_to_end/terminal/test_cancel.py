"""A cancel while a server holds its answer back: the screen is free at once, and what the call did is read again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
TWO_LINKS_MISSING = 'title = "Two links are missing"\nbase = "auth-server/missing"\ntenant.keys = []\n'

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


def row(text: str, step: str) -> str:
    """A step's row of the chain."""
    return next((line for line in text.splitlines() if f" {step} " in line[:24]), "")


def test_the_screen_is_free_while_the_answer_is_still_held_and_nothing_is_sent_twice(
    start_lab: Callable[..., Any],
    terminal: Callable[..., Any],
    until: Callable[..., str],
    eventually: Callable[[Callable[[], Any]], Any],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(TWO_LINKS_MISSING)
    lab = start_lab(str(scenario))
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    screen = terminal("pty", [sys.executable, "-m", "pushtui", "-p", str(lab.profile)], environment, 80, 24)
    until(screen, lambda text: "Trust chain" in text and "Ready" in text)

    def cancelled(call: str, step: str) -> None:
        """Cancel while the answer to `call`, which has taken effect, is held; use the screen; then let go of it."""
        assert eventually(lambda: lab.state()["held"]) == [call]
        screen.press("x")
        until(screen, lambda text: "Cancelled" in text and " cancelled " in row(text, step))
        screen.press("?")
        until(screen, lambda text: "╭─ Help" in text)
        screen.press("escape")
        until(screen, lambda text: "Trust chain" in text)
        assert lab.state()["held"] == [call], "all that was while it was held"
        lab.ask("release", {})
        assert lab.state()["held"] == []

    exchange, graph = "New-AuthServer", "PATCH /v1.0/servicePrincipals"
    lab.ask("faults", [{"match": call, "effect": "hold"} for call in (exchange, graph)])
    screen.press("4", "a")
    until(screen, lambda text: "Plan: one change" in text)
    screen.press("y")
    cancelled(exchange, "Auth server")

    screen.press("5", "a")
    until(screen, lambda text: "Plan: one change" in text and "Service principal" in text)
    screen.press("y")
    until(screen, lambda text: "To agree, type the tenant domain" in text)
    screen.press(*"fabrikam.com", "enter")
    cancelled(graph, "Service principal")

    screen.press("a")
    read = until(screen, lambda text: "Nothing has to be changed" in text)
    assert [" ok " in row(read, step) for step in ("Auth server", "Service principal")] == [True, True], read
    assert lab.writes().count(exchange) == 1
    assert sum(name.startswith(graph) for name in lab.writes()) == 1
