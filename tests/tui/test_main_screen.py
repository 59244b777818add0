"""The main screen, used as a person would: at every size, with keys only."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console
from textual.app import App
from textual.events import Key

from pushtui.base import words
from pushtui.engine.events import Ask, AskStarted, Level, ServiceBusy, StepReport, WaitStarted
from pushtui.procedure.model import Finding, Severity, Status, StepId, Wait
from pushtui.tui.documents import next_step
from pushtui.tui.state import outcome
from pushtui.tui.terminal import Terminal

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_screen_shows_the_whole_chain(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size) as it:
        text = it.text
        for words in ("LAB", "fabrikam.com", "~/auth.cer", "ex01.lab.example", "Trust chain", "Log", "R check"):
            assert words in text
        names = ("Tenant", "Servers", "certificate", "Auth server", "Service principal", "Push proxy", "Verification")
        rows = text.splitlines()
        places = [next(y for y, row in enumerate(rows) if row.startswith((f" {n} ", f"▌{n} "))) for n in range(1, 8)]
        assert places == sorted(places)
        for name, place in zip(names, places, strict=True):
            assert name.lower() in rows[place].lower()
            assert "not checked" in rows[place]


async def test_a_production_profile_says_so(drive: Any) -> None:
    async with drive(environment="production") as it:
        assert "PRODUCTION" in it.text
        assert " LAB " not in it.text


async def test_one_key_checks_everything(drive: Any) -> None:
    async with drive() as it:
        await it.press("R")
        await it.until_text("All steps ok")
        assert it.session.calls == [("check", tuple(StepId))]
        assert it.text.count(" ok ") >= 7
        assert "admin@lab.example @ ex01.lab.example" in it.text
        assert "app 5d1e2c40 (" in it.text
        assert "@ fabrikam.com" in it.text, "where matters more than as whom"
        assert "✓━✓━✓━✓━✓━✓━✓" in it.text


async def test_the_selected_step_is_checked_again_alone(drive: Any) -> None:
    async with drive() as it:
        await it.press("down", "down", "r")
        await it.until_idle()
        assert it.session.calls == [("check", (StepId.CERTIFICATE,))]


async def test_a_digit_selects_a_step(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        await it.press("5")
        await it.until_text("5 Service principal")
        await it.press("home")
        await it.until_text("1 Tenant")


@pytest.mark.parametrize("size", SIZES)
async def test_a_step_shows_what_was_expected_observed_and_what_to_do(
    drive: Any, make: Any, size: tuple[int, int]
) -> None:
    def prepare(session: Any) -> None:
        finding = Finding("auth-server.missing", Severity.CHANGE, expected="the right realm", observed="another realm")
        session.during = lambda each: session.outcomes.update(
            {StepId.AUTH_SERVER: _report(make, StepId.AUTH_SERVER, Status.CHANGE_NEEDED, finding, make.actions()[:1])}
        )

    async with drive(size=size, prepare=prepare) as it:
        await it.press("R")
        await it.until_idle()
        await it.press("4", "enter")
        await it.until_text("What applying would do")
        for words in (
            "There is no auth server",
            "Applying creates it",
            "the right realm",
            "another realm",
            "New-AuthServer -Name 'MicrosoftSts'",
        ):
            assert words in it.text
        detail = it.app.main.detail.plain
        assert "Remove-AuthServer -Identity 'MicrosoftSts'" in " ".join(detail.split())
        await it.press("escape")
        assert "Push proxy" in it.text


def _report(make: Any, step: StepId, status: Status, finding: Finding, actions: Any) -> Any:
    from pushtui.engine.events import StepReport

    return StepReport(step, status, (finding,), actions, make.now, 0.4)


async def test_a_changed_status_is_a_hundred_bytes(drive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")

    def display(_app: Any, _screen: Any, update: Any) -> None:
        sent.append(update.render_segments(terminal))

    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.text.count("checking") == len(StepId))
        with monkeypatch.context() as watched:
            watched.setattr(App, "_display", display)
            it.session.report(StepId.TENANT, Status.UNKNOWN)
            await it.until(lambda: any("not checked" in written for written in sent))
        assert len("".join(sent).encode()) <= 110


async def test_cancel_ends_what_runs_and_the_keys_say_when_there_is_nothing(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("x")
        assert "Nothing is running" in it.text
        await it.press("R")
        await it.until_text("Checking")
        await it.until(lambda: it.session.entered.is_set())
        await it.press("x")
        await it.until_idle()
        assert "cancelled" in it.text
        assert "Cancelled" in it.text


async def test_escape_cancels_a_check_but_not_an_apply(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        session.scripted_plan = make.plan(make.actions()[:1])

    async with drive(prepare=prepare) as it:
        await it.press("a")
        await it.until_text("Plan: one change")
        it.session.gate.clear()
        await it.press("y")
        await it.until_text("Applying")
        await it.press("escape")
        assert "x cancels" in it.text
        assert not it.session.cancelled.is_set()
        await it.press("x")
        await it.until_idle()
        await it.press("R")
        await it.until_text("Checking")
        await it.press("escape")
        await it.until_idle()
        assert it.session.cancelled.is_set()


async def test_nothing_is_started_twice(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R", "R", "r", "A")
        assert "Something is running" in it.text
        it.session.gate.set()
        await it.until_idle()
        assert len(it.session.calls) == 1


async def test_the_screen_answers_while_a_step_hangs(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.session.entered.is_set())
        await it.press("7")
        assert "▌7" in it.text
        await it.press("question_mark")
        assert "Help" in it.text


async def test_nothing_moves_when_a_status_changes(drive: Any) -> None:
    async with drive() as it:
        before = it.text.splitlines()
        await it.press("R")
        await it.until_text("All steps ok")
        after = it.text.splitlines()
        for name in ("Tenant", "Verification"):
            old = next(row for row in before if name in row and "not checked" in row)
            new = next(row for row in after if name in row and " ok " in row)
            assert before.index(old) == after.index(new)
            assert old.index(name) == new.index(name)
            assert old.index("not checked") == new.index("ok ")


async def test_a_countdown_is_shown_and_can_be_skipped(drive: Any, make: Any) -> None:
    from datetime import timedelta

    wait = Wait("verification.wait", StepId.VERIFICATION, 92.0)

    def prepare(session: Any) -> None:
        session.gate.clear()
        session.during = lambda each: each.emit(WaitStarted(wait, make.now + timedelta(seconds=92)))

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Probes are loading ░░░░░░░░░░░░░░░ 1:32, s skips")
        await it.press("s")
        assert ("skip", "verification.wait") in it.session.calls
        it.clock.advance(30)
        await it.until_text("Probes are loading ████░░░░░░░░░░░ 1:02, s skips")


async def test_something_to_do_by_hand_is_asked_copied_and_answered(drive: Any, clipboard: list[str]) -> None:
    ask = Ask("verification.restart", StepId.VERIFICATION, "Restart-Service MSExchangeHM", "ex02.lab.example")

    def prepare(session: Any) -> None:
        session.gate.clear()
        session.during = lambda each: each.emit(AskStarted(ask))

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Restart-Service MSExchangeHM")
        assert "ex02.lab.example" in it.text
        await it.press("escape")
        assert "Needs you" in it.text
        await it.press("o")
        await it.until_text("Restart-Service MSExchangeHM")
        await it.press("c")
        await it.until_text("Copied")
        assert clipboard == ["Restart-Service MSExchangeHM"]
        await it.press("d")
        assert ("answer", "verification.restart", True) in it.session.calls


async def test_a_busy_cloud_is_counted_down_and_can_be_cancelled(drive: Any, make: Any) -> None:
    def prepare(session: Any) -> None:
        session.gate.clear()
        session.during = lambda each: each.emit(ServiceBusy(make.now + timedelta(seconds=92)))

    async with drive(prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Cloud busy ░░░░░░░░░░░░░░░░░░░░░ 1:32, x cancels")
        it.clock.advance(30)
        await it.until_text("Cloud busy ██████░░░░░░░░░░░░░░░ 1:02, x cancels")
        it.clock.advance(63)
        await it.until_text("Checking 1:33")
        await it.press("x")
        await it.until_idle()
        assert it.session.cancelled.is_set()


async def test_signing_out_forgets_everything_and_closes_the_session(drive: Any) -> None:
    async with drive() as it:
        await it.press("R")
        await it.until_idle()
        assert "admin@lab.example @ ex01.lab.example" in it.text
        signed_in = it.session
        await it.press("O")
        await it.until(signed_in.closed.is_set)
        await it.until_text("Signed out")
        assert "admin@lab.example" not in it.text
        await it.press("R")
        await it.until_idle()
        assert it.session is not signed_in, "whoever goes on signs in anew"


async def test_nobody_signs_out_while_something_runs(drive: Any) -> None:
    async with drive(prepare=lambda session: session.gate.clear()) as it:
        await it.press("R")
        await it.until(lambda: it.sessions and it.session.entered.is_set())
        await it.press("O")
        await it.until_text("x cancels it")
        assert not it.session.closed.is_set()


async def test_the_log_shows_source_time_and_what_was_sent(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        await it.press("R")
        await it.until_idle()
        await it.until_text("Get-AuthConfig")
        row = next(row for row in it.text.splitlines() if "Get-AuthConfig" in row)
        assert "exchange" in row
        assert "command" in row


async def test_a_failure_is_one_sentence_in_the_bar(drive: Any) -> None:
    from pushtui.base.errors import Side, SignInRefused

    def fail(session: Any) -> None:
        raise SignInRefused("exchange.sign-in-refused", "The password was refused", side=Side.EXCHANGE)

    async with drive(size=(120, 40), prepare=lambda session: setattr(session, "during", fail)) as it:
        await it.press("R")
        await it.until_text("The password was refused.")
        assert not it.app.conductor.state.busy


async def test_a_long_failure_gives_the_line_of_the_two_sides_back_and_is_still_to_be_read(drive: Any) -> None:
    from pushtui.base.errors import Side, SignInRefused

    def fail(session: Any) -> None:
        cause, remedy = "The account may be locked after many attempts", "Ask who looks after it, then press R"
        raise SignInRefused("x", "The password was refused", side=Side.EXCHANGE, cause=cause, remedy=remedy)

    async with drive(prepare=lambda session: setattr(session, "during", fail)) as it:
        await it.press("R")
        await it.until_text("then press R")
        assert "fabrikam.com" not in it.text.splitlines()[1]
        it.clock.advance(30)
        it.app.main.tick()
        await it.until_text("o shows all")
        assert "The password was refused" in it.text.splitlines()[0]
        assert "fabrikam.com" in it.text.splitlines()[1]
        await it.press("o")
        await it.until_text("What came of it")
        assert "Ask who looks after it" in it.text


async def test_an_outcome_gives_the_line_of_the_two_sides_back_on_a_narrow_terminal(
    drive: Any, make: Any, english_again: None
) -> None:
    def prepare(session: Any) -> None:
        session.outcomes[StepId.TENANT] = StepReport(StepId.TENANT, Status.ATTENTION, (), (), make.now, 0.1)

    words.choose("it")
    async with drive(size=(60, 24), prepare=prepare) as it:
        await it.press("R")
        await it.until_text("Un passaggio richiede un")
        assert "fabrikam.com" not in it.text.splitlines()[1]
        it.clock.advance(30)
        it.app.main.tick()
        await it.until_text("Un passaggio richiede un intervento")
        assert "fabrikam.com" in it.text.splitlines()[1]
        await it.press("o")
        await it.until(lambda: type(it.app.screen).__name__ == "MessageScreen")


async def test_looking_at_what_runs_changed_leaves_the_last_outcome_in_the_bar(drive: Any) -> None:
    async with drive() as it:
        await it.press("R")
        await it.until_text("All steps ok")
        await it.press("C")
        await it.until_text("changed anything")
        await it.press("escape")
        await it.until_text("All steps ok")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({1: "attention", 2: "change-needed", 4: "change-needed"}, "One step needs you, 2 need changes"),
        ({1: "failed", 2: "attention", 3: "attention", 4: "change-needed"},
         "One step failed, 2 need you, one needs a change"),
        ({2: "change-needed"}, "One step needs a change"),
        ({2: "waiting"}, "One step still waits"),
    ],
)  # fmt: skip
def test_all_that_needs_somebody_is_told_where_there_is_room(status: dict[int, str], told: str) -> None:
    reports = {step: StepReport(step, Status(status.get(place, "ok"))) for place, step in enumerate(StepId)}
    assert outcome(reports)[2] == told


async def test_an_opened_step_has_the_keys_and_names_those_that_scroll(drive: Any) -> None:
    async with drive(size=(80, 24)) as it:
        for key in ("3", "enter"):  # as quickly as somebody types who knows the way
            it.app.post_message(Key(key, None))
        await it.until_text("PgUp PgDn scroll")
        assert it.app.focused is it.app.main.detail


async def test_a_defect_of_the_engine_leaves_the_screen_alive(drive: Any) -> None:
    def fail(session: Any) -> None:
        raise ValueError("hunter2")

    async with drive(size=(120, 40), prepare=lambda session: setattr(session, "during", fail)) as it:
        await it.press("R")
        await it.until_text("ValueError")
        assert "hunter2" not in it.text


async def test_help_lists_the_keys_and_what_the_step_is(drive: Any) -> None:
    async with drive(size=(120, 60)) as it:
        await it.press("4", "question_mark")
        for words in ("Auth server", "Check all steps", "Apply all steps", "change needed", "Search the log"):
            assert words in it.app.screen.query_one("#text").plain
        await it.press("escape")
        assert "Trust chain" in it.text


async def test_the_help_begins_with_the_pane_that_has_the_focus(drive: Any) -> None:
    async with drive(size=(120, 60)) as it:
        for keys, pane, key in (
            ((), "In the chain", "Select the next step"),
            (("enter",), "In a text", "Scroll a page down"),
            (("L",), "In the log", "Search the log"),
            (("slash",), "In the log", "Search the log"),
            (("escape", "greater_than_sign"), "In the console", "Complete what was typed"),
            (("escape", "escape", "e"), "In a field", "Edit the field"),
        ):
            await it.press(*keys, "f1")
            assert type(it.app.screen).__name__ == "HelpScreen", pane
            told = it.app.screen.query_one("#text").plain
            assert [row for row in told.splitlines() if row.strip() == pane] == [told.splitlines()[0]], "first, once"
            assert told.index(key) < told.index("Tenant\n")
            await it.press("escape")


def test_what_can_be_tried_from_here_is_not_left_to_a_person(make: Any) -> None:
    finding = Finding("certificate.missing-on-server", Severity.ATTENTION, "ex03")
    by_hand = StepReport(StepId.CERTIFICATE, Status.ATTENTION, (finding,))
    assert next_step(by_hand).startswith("Do what stands below")
    assert next_step(replace(by_hand, actions=make.actions()[:1])).startswith("a does what can be done from here")


async def test_the_palette_finds_an_action_by_its_name(drive: Any) -> None:
    async with drive() as it:
        await it.press("ctrl+p")
        await it.pilot.press(*"check all")
        await it.until_text("Check all steps")
        await it.press("enter")
        await it.until_text("All steps ok")


async def test_the_palette_says_in_the_persons_language_that_it_found_nothing(drive: Any) -> None:
    async with drive() as it:
        await it.press("ctrl+p", *"xyzzy")
        await it.until_text("No command has this in its name")


async def test_zoom_gives_the_log_the_whole_screen_and_back(drive: Any) -> None:
    async with drive() as it:
        await it.press("l", "z")
        assert "Trust chain" not in it.text
        await it.press("z")
        assert "Trust chain" in it.text


async def test_the_ascii_set_is_used_where_there_is_no_unicode(drive: Any) -> None:
    plain = Terminal(unicode=False, own_colours=False, frames=50, usable=True)
    async with drive(terminal=plain) as it:
        await it.press("R")
        await it.until_text("All steps ok")
        assert "+=+=+=+=+=+=+" in it.text
        assert it.text.isascii()
        await it.press("f1")
        assert "In the chain" in it.text
        assert it.text.isascii(), "its scroll bar and its quotation marks, too"
        await it.press("escape", "ctrl+p")
        await it.until_text("Check all steps")
        assert it.text.isascii()


@pytest.mark.parametrize("size", [(60, 16), (40, 12), (20, 5)])
async def test_a_small_terminal_still_works(drive: Any, size: tuple[int, int]) -> None:
    async with drive(size=size) as it:
        await it.press("R")
        await it.until_idle()
        await it.press("enter", "escape", "question_mark", "escape", "l")
        assert all(len(row) <= size[0] for row in it.text.splitlines())


async def test_a_resize_at_any_moment_keeps_the_chain(drive: Any) -> None:
    async with drive(size=(200, 60)) as it:
        await it.press("R")
        await it.until_idle()
        for size in [(80, 24), (120, 40), (60, 20), (200, 60), (80, 24)]:
            await it.pilot.resize_terminal(*size)
            await it.pilot.pause()
            assert "Verification" in it.text
            assert "✓━✓" in it.text


async def test_lines_that_the_screen_could_not_take_are_told(drive: Any) -> None:
    async with drive(size=(120, 40)) as it:
        it.app.conductor.bridge.on_news(None)
        bridge = it.app.conductor.bridge
        from pushtui.tui.bridge import LINES_HELD

        sample = it.app.conductor.clock.now()
        from pushtui.engine.events import LogLine

        for number in range(LINES_HELD + 10):
            bridge.emit(LogLine(sample, "exchange", Level.OUTPUT, str(number)))
        it.app.drain()
        await it.pilot.pause()
        assert "10 lines only in the log file" in it.text
