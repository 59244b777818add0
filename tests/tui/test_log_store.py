"""The store of log lines, views of it, and searching."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId
from pushtui.tui import log_store
from pushtui.tui.log_store import Filter, LogStore, LogView, find

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def entry(text: str, level: Level = Level.INFO, step: StepId | None = None) -> LogLine:
    return LogLine(NOW, "exchange", level, text, step)


def test_an_entry_with_line_breaks_takes_several_rows() -> None:
    store = LogStore()
    store.extend([entry("one\ntwo"), entry("three")])
    assert [(store.row(number).text, store.row(number).first) for number in range(3)] == [
        ("one", True),
        ("two", False),
        ("three", True),
    ]


def test_control_characters_are_made_visible_before_they_are_kept() -> None:
    store = LogStore()
    store.extend([entry("\x1b]0;title\x07")])
    assert store.row(0).text == "\\x1b]0;title\\x07"


def test_the_oldest_go_in_blocks_and_numbers_stay() -> None:
    store = LogStore(limit=10)
    store.extend(entry(str(number)) for number in range(10 + log_store._BLOCK + 1))
    assert store.end - store.start == 10
    assert store.row(store.start).text == str(store.start)


@given(st.lists(st.tuples(st.sampled_from(Level), st.integers(0, 2)), max_size=60), st.integers(1, 20))
def test_a_filtered_view_that_grows_is_the_same_as_one_made_anew(lines: list[tuple[Level, int]], size: int) -> None:
    steps = (None, StepId.TENANT, StepId.SERVERS)
    entries = [entry(str(number), level, steps[step]) for number, (level, step) in enumerate(lines)]
    rules = Filter(frozenset({Level.WARNING, Level.ERROR}), StepId.TENANT)
    store = LogStore(limit=30)
    view = LogView(store)
    view.set_filter(rules)
    for start in range(0, len(entries), size):
        store.extend(entries[start : start + size])
        view.update()
    expected = [each.text for each in entries if rules.passes(each)]
    assert [view.row(place).text for place in range(len(view))] == expected


def test_a_view_says_how_many_of_its_rows_went() -> None:
    store = LogStore(limit=10)
    view = LogView(store)
    store.extend([entry("early")])
    view.update()
    store.extend(entry(str(number)) for number in range(10 + log_store._BLOCK))
    assert view.update() == store.start > 0


def test_searching_goes_round_and_ignores_case() -> None:
    store = LogStore()
    store.extend([entry("Get-AuthConfig"), entry("nothing"), entry("get-authserver")])
    view = LogView(store)
    assert find(view, "GET-AUTH", 0, 1) == 2
    assert find(view, "GET-AUTH", 2, 1) == 0
    assert find(view, "GET-AUTH", 0, -1) == 2
    assert find(view, "absent", 0, 1) is None
    assert find(view, "", 0, 1) is None
