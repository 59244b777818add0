"""The one table of keys: nothing in it twice, and nothing that a person could not find out about."""

from __future__ import annotations

from collections import Counter

from pushtui.tui.actions import actions


def test_no_key_means_two_things_in_one_place() -> None:
    pressed = Counter((action.where, key) for action in actions() for key in action.keys.split(","))
    assert [place for place, times in pressed.items() if times > 1] == []


def test_nothing_is_listed_twice() -> None:
    listed = Counter((action.where, action.name) for action in actions())
    assert [place for place, times in listed.items() if times > 1] == []
    offered = Counter(action.description for action in actions() if action.palette)
    assert [sentence for sentence, times in offered.items() if times > 1] == []


def test_what_the_key_bar_or_the_palette_offers_is_explained() -> None:
    assert [action.name for action in actions() if (action.bar or action.palette) and not action.description] == []
