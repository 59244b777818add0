"""Text from outside cannot act on the terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.text import clean, clean_line


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("safe\u202etxt.exe", "safe\\u202etxt.exe"),
        ("one\r\ntwo\tthree", "one\ntwo\tthree"),
        ("\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("Grüße, 你好", "Grüße, 你好"),
    ],
)
def test_control_characters_are_spelled_out(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_acts_is_left_and_cleaning_again_changes_nothing(raw: str) -> None:
    text = clean(raw)
    acting = [c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    assert acting == []
    assert clean(text) == text


@given(st.text(max_size=200))
def test_a_line_is_one_line(raw: str) -> None:
    assert len(clean_line(raw).splitlines()) <= 1
