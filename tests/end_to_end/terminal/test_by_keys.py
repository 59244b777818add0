"""The real program on the lab, in real terminals, by keys alone: from the first screen to seven times ``ok``."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("psrpcore", "aiohttp", "aiosmtpd")), reason="the lab is not installed"
)


def rows(text: str) -> list[str]:
    """The seven rows of the chain."""
    return [line for line in text.splitlines() if re.match(r"^[ ▌][1-7]  \S ", line)]


@pytest.mark.parametrize(
    ("kind", "term", "width", "height"),
    [
        pytest.param(
            "tmux", "screen-256color", 80, 24, marks=pytest.mark.thorough
        ),  # test_lost_connection is in tmux, too
        ("pty", "xterm", 120, 40),
    ],
)
def test_all_seven_steps_end_ok_on_a_fresh_organization_by_keys_alone(
    terminal: Callable[..., Any],
    until: Callable[..., str],
    tmp_path: Path,
    kind: str,
    term: str,
    width: int,
    height: int,
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": term,
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    command = [sys.executable, "-m", "pushtui", "lab", "--scenario", "fresh"]
    screen = terminal(kind, command, environment, width, height)
    first = until(screen, lambda text: "Trust chain" in text and "Ready" in text)
    assert "LAB" in first
    assert "fabrikam.com" in first
    assert len(rows(first)) == 7

    screen.press("R")
    checked = until(screen, lambda text: "need changes" in text)
    assert sum("change needed" in row for row in rows(checked)) >= 3

    screen.press("A")
    until(screen, lambda text: "Plan:" in text)
    screen.press("y")
    until(screen, lambda text: "To agree, type the tenant domain" in text)
    screen.press(*"fabrikam.com", "enter")
    done = until(screen, lambda text: "All steps ok" in text)
    assert [" ok " in row for row in rows(done)] == [True] * 7, done

    screen.press("7", "enter")
    opened = until(screen, lambda text: "answered Succeeded" in text and "four things" in text)
    if "Trust chain" not in opened:  # a step takes the place of the chain where there is no room for both
        screen.press("escape")
        until(screen, lambda text: "Trust chain" in text)
    screen.press("q")
    assert "EXIT 0" in until(screen, lambda text: "EXIT" in text)
    if term == "xterm":
        colours = set(re.findall(rb"[34]8;[25];", screen.received))
        assert colours == set(), "a terminal of 16 colours gets no others"
        assert re.search(rb"\x1b\[(?:\d+;)*3[0-7][;m]", screen.received), "it does get those"
