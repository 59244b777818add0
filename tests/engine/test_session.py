"""What a session leaves behind, hides and survives."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pushtui.base.errors import Cancelled, PushtuiError, Side, SignInRefused, UsageError
from pushtui.engine.events import LogLine
from pushtui.procedure.model import Consent, Status, StepId


def test_making_one_opens_nothing_and_shows_all_seven_steps(desk: Any, ports: Any, state: Path) -> None:
    assert [report.status for report in desk.session.reports.values()] == [Status.UNKNOWN] * 7
    assert list(desk.session.reports) == list(StepId)
    assert ports.opened == []
    assert not state.exists()
    assert desk.session.log_path.parent == state / "log"


def test_each_line_is_in_the_private_log_file_before_anybody_hears_of_it(desk: Any) -> None:
    missing: list[str] = []

    def look(event: Any) -> None:
        if isinstance(event, LogLine) and event.text not in desk.session.log_path.read_text():
            missing.append(event.text)

    desk.react = look
    desk.session.check()
    assert desk.lines
    assert missing == []
    assert stat.S_IMODE(desk.session.log_path.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.session.log_path.parent.stat().st_mode) == 0o700


def test_a_secret_that_comes_back_from_a_server_is_masked_everywhere(desk: Any, ports: Any, state: Path) -> None:
    def echo(text: str) -> None:
        if text.startswith("New-AuthServer"):
            raise PushtuiError("x", "the password correct horse battery is wrong\x1b[31m", side=Side.EXCHANGE)

    plan = desk.session.plan()
    ports.before = echo
    desk.session._log.line("exchange", "error", "correct horse battery\x1b[31m")
    desk.session.apply(plan, frozenset(Consent))
    written = "".join(path.read_text() for path in state.rglob("*") if path.is_file())
    assert "correct horse" not in written
    assert "correct horse" not in "".join(desk.lines)
    assert "***" in written
    assert "\x1b" not in written + "".join(desk.lines)


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(desk: Any, state: Path) -> None:
    state.parent.mkdir(parents=True)
    state.write_text("in the way")
    with pytest.raises(PushtuiError):  # the journal's folder is no folder either, but reading goes on
        desk.session.apply(desk.session.plan(), frozenset())
    assert sum("log file cannot be written" in line for line in desk.lines) == 1
    assert desk.statuses["servers"] == "ok"


def test_a_second_operation_at_the_same_time_is_refused(desk: Any, ports: Any, until: Any) -> None:
    hang = threading.Event()
    ports.before = lambda text: hang.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: bool(ports.pipelines))
    with pytest.raises(UsageError, match="still running"):
        desk.session.plan()
    hang.set()
    running.result(20)


def test_closing_ends_what_runs_and_lets_go_of_every_connection(desk: Any, ports: Any, until: Any) -> None:
    hang = threading.Event()
    ports.before = lambda text: text.startswith("Get-ExchangeServer") and hang.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: bool(ports.pipelines))
    desk.session.close()
    with pytest.raises(Cancelled):
        running.result(20)
    assert ports.closed >= 1
    assert not hang.is_set()
    hang.set()
    with pytest.raises(Cancelled):
        desk.session.check()
    desk.session.close()


def test_closing_does_not_wait_for_a_question_that_nobody_answers(
    make_desk: Callable[..., Any], profile: Any, until: Any
) -> None:
    desk = make_desk({"exchange": replace(profile.exchange, password_file="")})
    asked, go_on = threading.Event(), threading.Event()

    def never(account: str, purpose: str) -> None:
        asked.set()
        go_on.wait(20)

    desk.secret = never
    running = desk.in_background(desk.session.check)
    assert asked.wait(20)
    desk.session.close()
    with pytest.raises(Cancelled):
        running.result(20)
    go_on.set()


def test_a_defect_is_one_sentence_and_no_value_reaches_the_log(desk: Any, ports: Any) -> None:
    def broken(text: str) -> None:
        raise RuntimeError("correct horse battery")

    ports.before = broken
    with pytest.raises(PushtuiError) as caught:
        desk.session.check()
    assert caught.value.code == "internal"
    assert "RuntimeError" in str(caught.value)
    log = desk.session.log_path.read_text()
    assert "conftest.py" in log
    assert "correct horse" not in log
    assert set(desk.statuses.values()) <= {"failed", "skipped", "ok", "change-needed", "unknown", "blocked"}
    assert desk.ended[-1].error == str(caught.value)


def test_a_read_only_profile_cannot_be_made_writable(make_desk: Callable[..., Any]) -> None:
    assert make_desk({"read_only": True}, read_only=False).session.read_only
    assert make_desk(read_only=True).session.read_only
    assert not make_desk().session.read_only


def test_a_missing_server_is_named_and_nothing_is_opened(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    desk = make_desk({"exchange": replace(profile.exchange, server="")})
    desk.session.check()
    failure = desk.session.reports[StepId.SERVERS].findings[0].failure
    assert failure is not None
    assert "name of an Exchange server" in failure.what
    assert ports.opened == []


@pytest.mark.parametrize("domain", ["", "fabrikam", "https://fabrikam.com", "a b.com"])
def test_a_bad_domain_is_never_sent_anywhere(make_desk: Callable[..., Any], ports: Any, domain: str) -> None:
    asked: list[str] = []
    ports.before = asked.append
    desk = make_desk({"tenant_domain": domain})
    desk.session.check()
    assert desk.statuses["tenant"] == "failed"
    assert not [text for text in asked if text.startswith(("discover", "GET"))]
    assert desk.statuses["servers"] == "ok"


def test_a_certificate_path_that_is_no_path_is_never_opened(make_desk: Callable[..., Any], tmp_path: Path) -> None:
    desk = make_desk({"certificate_path": "~no-such-user-here/auth.cer"})
    desk.session.check()
    assert desk.statuses["certificate"] == "failed"
    finding = next(f for f in desk.session.reports[StepId.CERTIFICATE].findings if f.failure)
    assert finding.failure is not None
    assert "does not know" in finding.failure.what


def test_what_an_earlier_session_did_is_remembered(make_desk: Callable[..., Any], ports: Any) -> None:
    first = make_desk()
    first.session.apply(first.session.plan(), frozenset(Consent))
    second = make_desk()
    second.session.check()
    assert second.statuses["push-proxy"] == "ok"
    assert second.codes("push-proxy") == {"push-proxy.enabled", "push-proxy.not-readable"}


def test_a_refused_sign_in_to_the_tenant_leaves_the_other_side_alone(desk: Any, ports: Any) -> None:
    def refuse(text: str) -> None:
        if text.startswith("GET"):
            raise SignInRefused("entra.sign-in-refused", "Wrong secret", side=Side.ENTRA)

    ports.before = refuse
    desk.session.check()
    assert desk.statuses["tenant"] == desk.statuses["service-principal"] == "failed"
    assert desk.statuses["servers"] == "ok"
