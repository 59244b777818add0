"""What observations mean, without any of them being made."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pushtui.procedure
from pushtui.engine.doctor import judgement
from pushtui.engine.doctor.rows import Verdict
from pushtui.engine.doctor.wire import Presented, Reply
from pushtui.procedure.model import Failure

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
GROUPS = dict.fromkeys(judgement.CMDLETS, "Organization Management")


def reply(seconds: float, took: float = 0.2) -> Reply:
    """An answer of a server whose clock is ahead by so many seconds."""
    middle = NOW + timedelta(seconds=took / 2)
    date = (middle + timedelta(seconds=seconds)).replace(microsecond=0)
    return Reply(200, {"date": f"{date:%a, %d %b %Y %H:%M:%S} GMT"}, b"", NOW, NOW + timedelta(seconds=took))


@given(st.floats(-5000, 5000))
def test_a_clock_is_judged_by_how_far_it_is(seconds: float) -> None:
    outcome = judgement.clock(reply(seconds))
    off = abs(seconds)
    if off < 59:
        assert outcome.verdict is Verdict.OK
    elif 61 < off < 299:
        assert outcome.verdict is Verdict.WARNING
    elif off > 301:
        assert outcome.verdict is Verdict.FAILED
    if off > 61:
        assert outcome.code == ("clock.ahead" if seconds > 0 else "clock.behind")


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 22 Nov 2026 10:00:00 -0000", "\x1b[2J"])
def test_a_time_that_is_none_is_no_finding(date: str) -> None:
    assert judgement.clock(Reply(200, {"date": date}, b"", NOW, NOW)).verdict is Verdict.SKIPPED


def test_a_slow_answer_is_no_wrong_clock() -> None:
    assert judgement.clock(reply(0, took=40)).verdict is Verdict.OK


@pytest.mark.parametrize(("days", "verdict"), [(13, Verdict.WARNING), (15, Verdict.OK), (400, Verdict.OK)])
def test_a_certificate_is_told_before_it_ends(days: int, verdict: Verdict) -> None:
    seen = Presented("CN=a", "CN=b", ("a",), NOW - timedelta(days=1), NOW + timedelta(days=days), "TLSv1.3")
    assert judgement.certificate(seen, NOW).verdict is verdict


def test_a_refused_certificate_keeps_the_error_and_tells_what_was_presented() -> None:
    failure = Failure("exchange.tls-expired", "No secure connection", "exchange")
    seen = Presented("CN=a", "CN=b", ("a", "b", "c", "d", "e"), NOW, NOW)
    outcome = judgement.refused_certificate(failure, seen)
    assert (outcome.verdict, outcome.code, outcome.failure) == (Verdict.FAILED, "exchange.tls-expired", failure)
    assert outcome.arguments["names"] == "a, b, c, d"
    assert judgement.refused_certificate(failure, None).arguments == {}


def test_every_cmdlet_that_the_procedure_sends_is_looked_for() -> None:
    """But those that every session has, and those that go to Windows."""
    folder = Path(pushtui.procedure.__file__).parent
    verbs = "Get|Set|New|Enable|Disable|Remove|Invoke|Test|Restart"
    sent = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(rf'Cmdlet(?:\.of)?\(\s*"((?:{verbs})-\w+)"', path.read_text())
    }
    assert "Get-AuthConfig" in sent
    assert sent - {"Get-Command", "Get-Process", "Get-Service", "Restart-Service"} <= set(judgement.CMDLETS)


@given(st.sets(st.sampled_from(judgement.CMDLETS)))
def test_whatever_is_missing_is_named_and_nothing_else(missing: set[str]) -> None:
    present = [name.upper() for name in judgement.CMDLETS if name not in missing]  # names know no case
    reading = judgement.roles_for_reading(present, GROUPS)
    changing = judgement.roles_for_changing(present, GROUPS, read_only=False)
    assert (reading.verdict is Verdict.FAILED) == bool(missing & set(judgement.READING))
    assert (changing.verdict is Verdict.FAILED) == bool(missing & set(judgement.CHANGING))
    for name in judgement.CHANGING:
        assert (name in changing.arguments.get("missing", "")) == (name in missing)


def test_who_only_audits_need_not_be_able_to_change() -> None:
    assert judgement.roles_for_changing((), GROUPS, read_only=True).verdict is Verdict.WARNING
    nothing = frozenset({"User.Read"})
    assert judgement.permissions_for_changing(nothing, delegated=False, read_only=True).verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("granted", "reading", "changing"),
    [
        ({"Directory.Read.All"}, Verdict.OK, Verdict.FAILED),
        ({"Directory.ReadWrite.All"}, Verdict.OK, Verdict.OK),
        ({"Application.ReadWrite.All"}, Verdict.FAILED, Verdict.OK),
        (set(), Verdict.FAILED, Verdict.FAILED),
    ],
)
def test_permissions_of_a_token(granted: set[str], reading: Verdict, changing: Verdict) -> None:
    held = frozenset(granted)
    assert judgement.permissions_for_reading(held).verdict is reading
    assert judgement.permissions_for_changing(held, delegated=False, read_only=False).verdict is changing


def test_a_token_that_tells_nothing_is_no_failure() -> None:
    assert judgement.permissions_for_reading(None).verdict is Verdict.SKIPPED
    assert judgement.permissions_for_changing(None, delegated=False, read_only=False).verdict is Verdict.SKIPPED


def test_a_person_is_asked_for_the_permission_to_change_when_it_is_needed() -> None:
    outcome = judgement.permissions_for_changing(frozenset(), delegated=True, read_only=False)
    assert (outcome.verdict, outcome.code) == (Verdict.OK, "token.asked-later")
