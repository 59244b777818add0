"""What the date of an answer says about the clock of whoever sent it."""

from __future__ import annotations

import pytest

from pushtui.base.clock import offset_of

DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
NOON = 1795348800.0
"""That moment, in seconds since the epoch."""


def test_a_date_that_agrees_is_off_by_the_fraction_that_it_leaves_out() -> None:
    assert offset_of(DATE, NOON) == pytest.approx(0.5)


def test_a_sender_that_is_ahead_is_told_from_one_that_is_behind() -> None:
    assert offset_of(DATE, NOON - 600) == pytest.approx(600.5)
    assert offset_of(DATE, NOON + 600) == pytest.approx(-599.5)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Sun, 99 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00"])
def test_a_date_that_is_none_says_nothing(date: str | None) -> None:
    assert offset_of(date, NOON) is None
