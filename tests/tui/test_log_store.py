"""The store of log lines, views of it, and searching."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.text import clean
from pushtui.engine.events import Level, LogLine
from pushtui.procedure.model import StepId
from pushtui.tui import log_blocks, log_store
from pushtui.tui.log_store import Filter, Lines, LogStore, LogView
from pushtui.tui.search import Search

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def entry(text: str, level: Level = Level.INFO, step: StepId | None = None) -> LogLine:
    return LogLine(NOW, "exchange", level, text, step)


def test_a_line_break_is_made_visible_as_what_else_could_act() -> None:
    store = LogStore()
    store.extend([entry("one\ntwo"), entry("three")])
    assert store.texts(0, 2) == [store.line(number).text for number in range(2)] == ["one\\x0atwo", "three"]


def test_control_characters_are_made_visible_before_they_are_kept() -> None:
    store = LogStore()
    store.extend([entry("\x1b]0;title\x07")])
    assert store.line(0).text == "\\x1b]0;title\\x07"


def test_the_oldest_go_in_blocks_and_numbers_stay() -> None:
    store = LogStore(limit=10)
    store.extend(entry(str(number)) for number in range(21))
    assert store.end - store.start == 10
    assert store.line(store.start).text == str(store.start)


LINES = st.builds(
    LogLine,
    st.integers(0, 2**49).map(lambda microseconds: NOW + timedelta(microseconds=microseconds)),
    st.sampled_from(("exchange", "graph")),
    st.sampled_from(Level),
    st.text(st.sampled_from("ab\n\r\t\x1bé漢\u202e"), max_size=6),
    st.none() | st.sampled_from(StepId),
    st.lists(st.sampled_from(StepId), max_size=2).map(tuple),
    st.integers(0, 2**40),
)


@given(st.lists(st.lists(LINES, max_size=9), max_size=9), st.integers(3, 40))
def test_what_was_put_away_is_what_came(batches: list[list[LogLine]], limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LINES", "_NEWEST", "_OPENED"):
            patch.setattr(log_store, name, 3)
        patch.setattr(log_blocks, "LINES", 3)
        store, expected = LogStore(limit), list[LogLine]()
        for batch in batches:
            store.extend(batch)
            expected += [each._replace(text=clean(each.text).expandtabs(4).replace("\n", "\\x0a")) for each in batch]
            before = store.as_now()
            store.put_away()
            for each in (before, store):
                assert_holds(each, expected, limit)


def assert_holds(store: LogStore, expected: list[LogLine], limit: int) -> None:
    """The store has the last of these lines, however it is asked."""
    problems = Filter(frozenset({Level.ERROR, Level.WARNING}))
    kept = range(store.start, store.end)
    assert store.end == len(expected)
    assert len(kept) >= min(limit, len(expected))
    assert [store.line(number) for number in kept] == expected[store.start :]
    assert store.texts(store.start + 1, store.end) == [line.text for line in expected[store.start + 1 :]]
    passing = [number for number in kept if problems.passes(expected[number])]
    assert list(store.matching(store.start, store.end, problems.passes)) == passing
    assert [line.text for line in Lines(store, passing)] == [expected[number].text for number in passing]


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
    assert [view.text(place) for place in range(len(view))] == expected


def test_a_view_says_how_many_of_its_rows_went() -> None:
    store = LogStore(limit=10)
    view = LogView(store)
    store.extend([entry("early")])
    view.update()
    store.extend(entry(str(number)) for number in range(20))
    assert view.update() == store.start > 0


def test_searching_goes_round_and_ignores_case() -> None:
    store = LogStore()
    store.extend([entry("Get-AuthConfig"), entry("nothing"), entry("get-authserver")])
    view = LogView(store)
    for counted in (False, True):
        search = Search("GET-AUTH")
        if counted:
            assert search.advance(view)
            assert (search.count(), search.rank(2), search.rank(1)) == (2, 2, 0)
        assert search.find(view, 0, 1) == 2
        assert search.find(view, 2, 1) == 0
        assert search.find(view, 0, -1) == 2
        assert search.find(view, 3, -1) == 2
        assert search.find(view, -1, 1) == 0
    for needle in ("absent", ""):
        assert Search(needle).find(view, 0, 1) is None


@given(st.lists(st.booleans(), max_size=80), st.integers(1, 9), st.integers(1, 9), st.integers(5, 40))
def test_hits_counted_in_slices_are_those_that_are_there(holds: list[bool], batch: int, most: int, limit: int) -> None:
    store = LogStore(limit)
    view, search = LogView(store), Search("hit")
    for start in range(0, len(holds), batch):
        store.extend(entry("a hit" if each else "none") for each in holds[start : start + batch])
        view.update()
        search.advance(view, most)
    while not search.advance(view, most):
        pass
    there = [view.number(place) for place in range(len(view)) if "hit" in view.text(place)]
    assert search.count() == len(there)
    assert [search.rank(number) for number in there] == list(range(1, len(there) + 1))


@given(st.lists(st.tuples(st.sampled_from(("exchange", "graph", "pushtui", "mail")), st.booleans()), max_size=40))
def test_sides_steps_and_levels_are_combined(lines: list[tuple[str, bool]]) -> None:
    store = LogStore()
    for source, command in lines:
        level = Level.COMMAND if command else Level.OUTPUT
        store.extend([LogLine(NOW, source, level, "x", StepId.TENANT, (StepId.SERVERS,))])
    view = LogView(store)
    view.set_filter(Filter(frozenset({Level.COMMAND}), StepId.SERVERS, "exchange"))
    assert len(view) == sum(command and source in {"exchange", "mail"} for source, command in lines)
    view.set_filter(Filter(step=StepId.PUSH_PROXY))
    assert len(view) == 0
