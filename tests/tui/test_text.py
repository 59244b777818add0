"""Small pure parts: wrapping, fitting, ages, symbols."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from pushtui.procedure.model import Status
from pushtui.reporting import sentences
from pushtui.tui.paragraphs import Columns, Paragraph, text, wrap
from pushtui.tui.symbols import ASCII, STATUS_WIDTH, UNICODE, Symbols
from pushtui.tui.times import age, countdown, duration, whole
from pushtui.tui.widgets.inked import changed_cells, fitted

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=120)


@given(WORDS, st.integers(4, 60))
def test_wrapped_text_fits_its_width_and_loses_no_word(words: str, width: int) -> None:
    lines = wrap([(words, "plain")], width)
    joined = ["".join(piece for piece, _ink in line) for line in lines]
    assert all(cell_len(line) <= width for line in joined)
    assert "".join("".join(joined).split()) == "".join(words.replace("\t", " ").split())


@given(WORDS, st.integers(1, 40), st.booleans())
def test_a_column_is_exactly_as_wide_as_it_should_be(words: str, width: int, right: bool) -> None:
    assert cell_len(fitted(words, width, right=right)) == width


def test_text_that_is_cut_says_so() -> None:
    assert fitted("certificate", 6) == "certi…"


def test_lines_of_a_paragraph_hang_beside_its_lead() -> None:
    lines = Paragraph(text("one two three"), lead=(("> ", "muted"),)).lines(10)
    assert ["".join(piece for piece, _ink in line) for line in lines] == ["> one two", "  three"]


def test_columns_stand_side_by_side() -> None:
    lines = Columns((text("before"), text("one two three four")), (8, 0), gap=1).lines(18)
    shown = ["".join(piece for piece, _ink in line).rstrip() for line in lines]
    assert shown == ["before   one two", "         three", "         four"]


def test_what_could_act_on_a_terminal_is_spelled_out() -> None:
    assert text("a\x1b[2Jb\u202ec")[0][0] == "a\\x1b[2Jb\\u202ec"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "now"), (59, "now"), (60, "1 min"), (7200, "2 h"), (3 * 86400, "3 d")]
)
def test_an_age_is_one_number_and_a_unit(seconds: int, expected: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert age(now - timedelta(seconds=seconds), now) == expected


@given(st.floats(0, 86_000))
def test_times_fit_their_column(seconds: float) -> None:
    assert len(duration(seconds)) <= 8
    assert len(whole(seconds)) <= 8


@pytest.mark.parametrize(("seconds", "expected"), [(-5, "0:00"), (92, "1:32"), (3723, "1:02:03")])
def test_a_countdown_never_goes_below_nothing(seconds: int, expected: str) -> None:
    assert countdown(seconds) == expected


@pytest.mark.parametrize("symbols", [UNICODE, ASCII])
def test_symbols_that_replace_each_other_are_one_cell_wide_and_differ(symbols: Symbols) -> None:
    for table in (symbols.status, symbols.severity):
        assert {cell_len(symbol) for symbol in table.values()} == {1}
    assert len(set(symbols.status.values())) == len(Status)


def test_the_ascii_set_is_ascii() -> None:
    everything = [*ASCII.status.values(), *ASCII.severity.values(), *ASCII.level.values(), ASCII.arrow, ASCII.both]
    assert all(symbol.isascii() for symbol in everything)


def test_every_status_has_a_word_that_fits() -> None:
    assert all(0 < cell_len(sentences.status_word(status)) <= STATUS_WIDTH for status in Status)


@given(st.text(alphabet="ab 日本é\u0301", max_size=20), st.text(alphabet="ab 日本é\u0301", max_size=20))
def test_a_line_painted_where_it_changed_is_the_line_painted_whole(old: str, new: str) -> None:
    before, after = (Strip([Segment(fitted(words, 24))]) for words in (old, new))
    shown = before
    for start, end in changed_cells(before, after):
        shown = Strip.join([shown.crop(0, start), after.crop(start, end), shown.crop(end, 24)])
    assert shown.text == after.text
