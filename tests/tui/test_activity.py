"""What happens now, in as much room as there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pushtui.engine.events import Counted, ServiceBusy, SignInCode, StepChanged, StepReport, WaitStarted
from pushtui.procedure.model import Status, StepId, Wait
from pushtui.tui.activity import activity, bar_of
from pushtui.tui.state import State
from pushtui.tui.symbols import ASCII, UNICODE, plain


@pytest.fixture
def applying(make: Any) -> State:
    """Something is being applied since a minute and a half."""
    state = State()
    state.begin("apply", tuple(StepId), make.now - timedelta(seconds=90))
    return state


def test_a_wait_is_told_with_what_it_is_for_how_far_it_is_and_what_ends_it(applying: State, make: Any) -> None:
    wait = Wait("verification.wait", StepId.VERIFICATION, 120.0, arguments={"server": "ex01"})
    applying.take(WaitStarted(wait, make.now + timedelta(seconds=120)), make.now)
    now = activity(applying, make.now + timedelta(seconds=30))
    told = {room: now.line(room, UNICODE) for room in (110, 66, 46, 39, 30, 20)}
    assert told == {
        110: f"Wait until MSExchangeHM on ex01 has loaded its probes {'█' * 6}{'░' * 18} 1:30 left of 2:00, s skips",
        66: "Probes are loading █████░░░░░░░░░░░░░░░ 1:30 left of 2:00, s skips",
        46: "Probes are loading ███░░░░░░░░░░ 1:30, s skips",
        39: "Probes are loading █░░░░░ 1:30, s skips",
        30: "Probes are loading 1:30",
        20: "Probes are loading",
    }
    assert now.line(46, ASCII) == "Probes are loading ###---------- 1:30, s skips"
    assert now.line(46, plain(UNICODE)) == "Probes are loading 1:30 left of 2:00, s skips"


def test_what_has_parts_is_told_by_how_many_are_through(applying: State, make: Any) -> None:
    applying.take(Counted("reads", 20, 60), make.now)
    assert activity(applying, make.now).figures == "20 of 60 reads, 1:30"
    applying.take(Counted("changes", 2, 7), make.now)
    step = StepReport(StepId.AUTH_SERVER, Status.APPLYING, actions=make.actions()[:1])
    applying.take(StepChanged(step), make.now)
    now = activity(applying, make.now)
    assert now.line(100, UNICODE) == "Create the auth server MicrosoftSts ██████░░░░░░░░░░░░░░░░░░ 2 of 7 changes, 1:30"
    assert now.line(40, UNICODE) == "Applying ██░░░░░░░░ 2 of 7 changes, 1:30"
    assert now.line(30, UNICODE) == "Applying ███░░░░░░░░ 2/7, 1:30"
    applying.end("", cancelled=False, now=make.now)
    applying.begin("check", tuple(StepId), make.now)
    assert activity(applying, make.now).share is None, "nothing of the operation before is left"


def test_a_busy_cloud_and_a_code_are_told_by_how_long_they_last(applying: State, make: Any) -> None:
    later = make.now + timedelta(seconds=45)
    applying.take(ServiceBusy(make.now + timedelta(seconds=30)), make.now)
    applying.take(ServiceBusy(make.now + timedelta(seconds=60)), make.now + timedelta(seconds=10))
    assert activity(applying, later).share == 0.75
    applying.take(SignInCode("https://login.example", "ABC", make.now + timedelta(minutes=15)), make.now)
    assert activity(applying, later).line(50, UNICODE).startswith("Sign-in: press o ░░░░░░░░░")
    assert activity(applying, make.now + timedelta(hours=1)).share == 1


@pytest.mark.parametrize(("share", "bar"), [(0.0, "░░░░"), (0.26, "█░░░"), (0.99, "███░"), (1.0, "████")])
def test_a_bar_is_full_only_when_all_is_through(share: float, bar: str) -> None:
    assert bar_of(share, 4, UNICODE) == bar


def test_words_of_any_width_fit_or_are_told_alone(applying: State, make: Any) -> None:
    now = replace(activity(applying, make.now), title="", words="名前", share=0.5, figures="", brief="")
    assert now.line(11, UNICODE) == "名前 ███░░░"
    assert now.line(10, UNICODE) == "名前"
