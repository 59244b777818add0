"""Every action of the table is reached by keys alone, and does what it says.

One of its keys is pressed on each walk, another on the next; all of them must lead to it at that moment.
"""

from __future__ import annotations

from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from textual.keys import key_to_character

from pushtui.tui.actions import actions
from tests.tui import walks, walks_screens
from tests.tui.walks import Keys, Walk

STAGES = {**walks.STAGES, **walks_screens.STAGES}
KEYS = {action.id: action.keys.split(",") for action in actions()}


def test_every_action_is_walked_to() -> None:
    walked = {step.id for stage in STAGES.values() for step in stage.steps if isinstance(step, Walk)}
    assert set(KEYS) - walked == set(), "an action of the table that no walk reaches"
    assert walked - set(KEYS) == set(), "a walk to an action that the table no longer has"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of nobody's."""
    for name in ("CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


@pytest.mark.parametrize("name", STAGES)
async def test_keys_alone_do_all_that_the_table_says(drive: Any, make: Any, clipboard: list[str], name: str) -> None:
    stage = STAGES[name]
    pressed = {action: cycle(keys) for action, keys in KEYS.items()}
    async with drive(size=stage.size, prepare=partial(stage.prepare, make=make), **stage.options) as it:
        it.copied, it.layouts = clipboard, [0]
        it.app.main.screen_layout_refresh_signal.subscribe(it.app.main, lambda _screen: _count(it.layouts))
        for number, step in enumerate(stage.steps):
            if isinstance(step, Keys):
                await it.press(*step.keys)
                await _until(it, lambda step=step: step.until(it), f"step {number}, {step.keys}")
                continue
            clipboard.clear()
            it.layouts[0] = 0
            if it.sessions:
                it.session.calls.clear()
            assert not _as_meant(step, step.measure(it)), f"step {number}, {step.id}: it was so before"
            for key in KEYS[step.id]:
                what = f"step {number}, {step.id}: {key} does not lead to it"
                await _until(it, lambda key=key, meant=step.id: _led_to(it, key) == meant, what)
            await it.press(key := next(pressed[step.id]))
            what = f"step {number}, {step.id}: {key}, {step.measure(it)!r} instead of {step.after!r}"
            await _until(it, lambda step=step: _as_meant(step, step.measure(it)), what)


def _led_to(it: Any, key: str) -> str | None:
    """The id of the action that a key would be taken for now, by whatever has the focus."""
    bound, focused = it.app.screen.active_bindings.get(key), it.app.focused
    if bound is None or not bound.enabled:
        return None
    if bound.binding.action == "command_palette":
        return "main.palette"  # Textual's own way there, which stays whatever the settings say
    typed = focused is not None and focused.check_consume_key(key, key_to_character(key))
    return None if typed and not bound.binding.priority else bound.binding.id


async def _until(it: Any, met: Any, what: str) -> None:
    try:
        await it.until(met, seconds=20)
    except AssertionError as error:
        pytest.fail(f"{what} {error}")


def _as_meant(walk: Walk, value: Any) -> bool:
    return bool(walk.after(value)) if callable(walk.after) else bool(value == walk.after)


def _count(counted: list[int]) -> None:
    counted[0] += 1
