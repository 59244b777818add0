"""The one table of keys: nothing in it twice, and nothing that a person could not find out about."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from textual.dom import DOMNode
from textual.events import Key
from textual.keys import _character_to_key

import pushtui.tui
import pushtui.tui.screens
import pushtui.tui.widgets
from pushtui.settings.model import Settings
from pushtui.tui.action import Where
from pushtui.tui.actions import actions, bar
from pushtui.tui.keymap import OVER
from pushtui.tui.screens.help import HelpScreen
from pushtui.tui.screens.panes import ALONE
from pushtui.tui.symbols import UNICODE
from tests.catalogue import messages

SWALLOWED = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+p", "f1", "f10", "f11", "f12"}
"""tmux's and screen's prefixes, flow control, job control, Docker's detaching, and what terminals keep for menus."""


def test_no_key_means_two_things_in_one_place() -> None:
    pressed = Counter((action.where, key) for action in actions() for key in action.keys.split(","))
    assert [place for place, times in pressed.items() if times > 1] == []


def test_nothing_is_listed_twice() -> None:
    listed = Counter((action.where, action.name) for action in actions())
    assert [place for place, times in listed.items() if times > 1] == []
    assert [name for name, times in Counter(action.id for action in actions()).items() if times > 1] == []
    offered = Counter(action.description for action in actions() if action.palette)
    assert [sentence for sentence, times in offered.items() if times > 1] == []


def test_what_the_key_bar_or_the_palette_offers_is_explained() -> None:
    assert [action.name for action in actions() if (action.bar or action.palette) and not action.description] == []


def test_no_key_that_something_else_takes_is_the_only_one() -> None:
    suspending = {"main.suspend"}  # that is what Ctrl+Z is for
    only = [each.id for each in actions() if set(each.keys.split(",")) <= SWALLOWED and each.id not in suspending]
    assert only == []
    assert [each.id for each in actions() if "alt+" in each.keys] == []


def _classes() -> list[type[DOMNode]]:
    """Every screen and widget of ours."""
    found = []
    for package in (pushtui.tui.screens, pushtui.tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            loaded = importlib.import_module(module.name)
            found += [
                each
                for each in vars(loaded).values()
                if isinstance(each, type) and issubclass(each, DOMNode) and each.__module__ == module.name
            ]
    return found


def test_every_key_of_a_screen_or_a_pane_is_in_the_table() -> None:
    ids = {action.id for action in actions()}
    escaped = [
        (each.__name__, binding.key)
        for each in _classes()
        for binding in each.__dict__.get("BINDINGS", ())
        if binding.id not in ids and not binding.key.isdigit() and binding.action != "restore"
    ]
    assert escaped == [], "a digit is explained by its list, and what a field does with Esc by the field's own line"


def test_the_help_names_every_action_with_its_keys() -> None:
    from pushtui.procedure.model import StepId
    from pushtui.tui.copies import as_text

    text = as_text(HelpScreen("main", StepId.TENANT, UNICODE, None).blocks(), 200)
    for action in actions():
        if action.description:
            assert any(
                line.startswith(action.display) and line.endswith(action.description) for line in text.splitlines()
            ), action.id


@pytest.mark.parametrize("where", get_args(Where))
def test_the_key_bar_shows_what_the_table_says(where: Any) -> None:
    table = {action.display.partition(" ")[0]: action.label for action in actions() if action.where == where}
    shown = bar(where)
    assert all(table[key] == label for key, label, _can in shown)
    assert len({key for key, _label, _can in shown}) == len(shown)


def test_every_place_says_whose_keys_count_in_it() -> None:
    assert set(OVER) == set(get_args(Where))
    assert all(places[0] == place for place, places in OVER.items())


KEY_NAMES = re.compile(
    r"\b(?:Esc|Enter|Tab|PgUp|PgDn|Space|Home|F\d+|(?:Ctrl|Shift|Alt)\+\w+|press \w)\b|^[A-Z?] [a-z]+s\b(?! and)"
)
FIXED = {"Edit the field; Enter keeps, Esc restores", "Ctrl+P"}
"""What is typed into takes these as everywhere; the palette of a Textual application is always on this one."""


def test_no_sentence_names_a_key_that_can_be_another() -> None:
    assert [text for text in messages() if KEY_NAMES.search(text) and text not in FIXED] == []


def test_no_key_bar_names_a_key_of_its_own() -> None:
    """What a key bar shows comes out of the table: no key is written down beside its label."""
    found = []
    for path in sorted(Path(pushtui.tui.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str() as key), ast.Call(func=ast.Name(id="_")), _]):
                    found.append((path.name, key))
    assert found == []


@pytest.mark.parametrize(("keys", "typed"), [("/Rapx", "Rapx"), ("Lg/AyU", "AyU")])
async def test_keys_that_arrive_at_once_go_where_the_one_before_leads(drive: Any, keys: str, typed: str) -> None:
    """As they do over a slow line: what is typed after the key that opens a search is searched for, and no command."""
    async with drive(size=(120, 40)) as it:
        await it.press("L")
        for key in keys:
            it.app.post_message(Key(_character_to_key(key), key))
        await it.until(lambda: it.app.main.find.value == typed)
        assert it.sessions == [] or it.session.calls == []


@pytest.mark.parametrize(("key", "letter", "selected"), [("alt+j", "j", 1), ("alt+shift+g", "G", 6)])
async def test_esc_and_a_letter_that_come_as_one_key_are_two(drive: Any, key: str, letter: str, selected: int) -> None:
    """As tmux sends them with its default settings, when the letter follows within half a second."""
    async with drive(size=(120, 40)) as it:
        await it.press("z")
        await it.until(lambda: "-zoom-detail" in it.app.main.classes)
        it.app.post_message(Key(key, letter))
        await it.until(lambda: not it.app.main.classes & ALONE)
        await it.until(lambda: it.app.main.steps.selected == selected)


async def test_a_letter_with_alt_that_is_bound_or_typed_is_what_it_is(drive: Any) -> None:
    settings = Settings(keys={"main.help": "alt+h"})
    async with drive(size=(120, 40), settings=settings) as it:
        it.app.post_message(Key("alt+h", "h"))
        await it.until(lambda: isinstance(it.app.screen, HelpScreen))
        await it.press("escape", "L", "slash")
        it.app.post_message(Key("alt+b", "b"))
        await it.press("x")
        await it.until(lambda: it.app.main.find.value == "bx")


async def test_a_key_whose_receiver_goes_away_holds_up_no_other(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        for key in ("question_mark", "escape", "question_mark", "escape", "3"):
            it.app.post_message(Key(key, None))
        await it.until(lambda: it.app.main.steps.selected == 2)
