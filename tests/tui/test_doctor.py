"""The doctor on the screen: rows as they come in, and what to try next."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.engine.doctor.rows import DoctorRow, Outcome, Test, Verdict, ok, skipped
from pushtui.procedure.model import Failure
from pushtui.tui.copies import as_text
from pushtui.tui.screens.doctor import DoctorScreen
from pushtui.tui.terminal import Terminal

REFUSED = Failure("exchange.refused", "Nothing answers on port 81", "exchange", "ex01", "", "Use port 80")
ROWS = [
    DoctorRow("graph", "", Test.ANSWER, "https://graph.example/v1.0", ok("answer.graph"), 0.2),
    DoctorRow("exchange", "", Test.NAME, "ex01", ok("name.resolved", addresses="192.0.2.7"), 0.1),
    DoctorRow("exchange", "", Test.TCP, "ex01:81", Outcome(Verdict.FAILED, "exchange.refused", {}, REFUSED), 1.5),
    DoctorRow("exchange", "", Test.TLS, "ex01:81", skipped("skipped.earlier", test="tcp"), 0.0),
]


def sick(session: Any) -> None:
    session.examined = ROWS


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_d_shows_what_failed_and_what_to_try(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size, prepare=sick) as it:
        await it.press("d")
        await it.until_text("1 failed")
        for words in ("Doctor", "192.0.2.7", "Nothing answers on port 81", "Use port 80", "Microsoft Graph"):
            assert words in it.text
        assert it.text.index("192.0.2.7") < it.text.index("Microsoft Graph")
        assert it.session.calls == [("doctor",)]
        await it.press("escape")
        assert "The doctor found 1 failures" in it.text or "Trust chain" in it.text


async def test_rows_are_there_before_the_end_and_closing_ends_the_tests(drive: Any) -> None:
    def held(session: Any) -> None:
        sick(session)
        session.gate.clear()

    async with drive(prepare=held) as it:
        await it.press("d")
        await it.until_text("192.0.2.7")
        await it.until_text("Testing")
        await it.press("escape")
        await it.until_idle()
        assert it.session.cancelled.is_set()
        assert not isinstance(it.app.screen, DoctorScreen)


async def test_what_was_found_is_shown_again_and_r_tests_anew(drive: Any) -> None:
    async with drive(prepare=sick) as it:
        await it.press("d")
        await it.until_text("1 failed")
        await it.press("escape", "d")
        await it.until_text("1 failed")
        assert it.session.calls == [("doctor",)]
        await it.press("r")
        await it.until(lambda: it.session.calls == [("doctor",)] * 2)
        await it.until_text("2 ok")


async def test_what_kept_it_from_going_on_is_told(drive: Any) -> None:
    def broken(session: Any) -> None:
        sick(session)
        session.during = lambda _session: {}["hunter2"]

    async with drive(prepare=broken) as it:
        await it.press("d")
        await it.until_text("An internal error: KeyError")
        assert "hunter2" not in it.text
        await it.until_idle()
        it.session.during = lambda _session: None
        await it.press("r")
        await it.until_text("1 failed")
        assert "An internal error" not in it.text


async def test_nothing_is_tested_while_a_check_runs(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.sessions and it.session.entered.is_set())
        await it.press("d")
        assert not isinstance(it.app.screen, DoctorScreen)
        assert "x cancels it" in it.text


async def test_the_help_names_the_doctor(drive: Any) -> None:
    async with drive(size=(120, 60)) as it:
        await it.press("question_mark")
        await it.until_text("Help")
        assert "Test every leg of the way" in as_text(it.app.screen.blocks())


async def test_a_terminal_without_unicode_gets_none(drive: Any) -> None:
    terminal = Terminal(unicode=False, own_colours=False, frames=50, usable=True)
    async with drive(prepare=sick, terminal=terminal) as it:
        await it.press("d")
        await it.until_text("1 failed")
        assert it.text.isascii()
