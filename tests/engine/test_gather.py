"""Reading both sides: as few round trips as possible, nothing waits for what it does not need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pushtui.base.errors import Cancelled, RequestRefused, Side, SignInRefused
from pushtui.base.secret import Secret
from pushtui.engine.events import Counted
from pushtui.procedure.model import StepId

ORGANIZATION = {
    "Get-ExchangeServer",
    "Get-AuthConfig",
    "Get-ExchangeCertificate",
    "Get-HybridConfiguration",
    "Get-AuthServer",
    "Get-PartnerApplication",
    "Get-Command",
    "Get-AcceptedDomain",
    "Get-OrganizationConfig",
    "Get-SettingOverride",
}
OF_A_SERVER = (
    "Get-ExchangeCertificate",
    "Get-ServerComponentState",
    "Test-ServiceHealth",
    "Get-ServerHealth",
    "Get-ExchangeDiagnosticInfo",
)


def test_a_check_says_of_every_link_what_is_so_and_changes_nothing(desk: Any, ports: Any) -> None:
    desk.session.check()
    assert desk.statuses == {
        "tenant": "ok",
        "servers": "ok",
        "certificate": "change-needed",
        "auth-server": "change-needed",
        "service-principal": "change-needed",
        "push-proxy": "unknown",
        "verification": "skipped",
    }
    assert ports.writes == []
    assert [(event.operation, event.error) for event in desk.ended] == [("check", "")]
    counts = [event for event in desk.events if isinstance(event, Counted)]
    assert counts[0].done == 0 < counts[0].total
    assert counts[-1].done == counts[-1].total == len(desk.session.snapshot().facts.answers)
    assert [each.done for each in counts] == sorted(each.done for each in counts)


def test_the_organizations_reads_are_one_pipeline_and_each_server_has_one_of_its_own(desk: Any, ports: Any) -> None:
    desk.session.check()
    first, *rest = ports.pipelines
    assert set(first[1]) == ORGANIZATION
    assert sorted(names for _, names in rest) == [OF_A_SERVER] * 3
    assert all(worker != first[0] for worker, _ in rest)


@pytest.mark.parametrize("granted", [1, 2])
def test_where_no_more_sessions_are_granted_those_that_there_are_read_everything(
    desk: Any, ports: Any, monkeypatch: pytest.MonkeyPatch, granted: int
) -> None:
    worker = type(ports.exchange(desk.session.profile, None, False, None))
    submit, open_ones, lock = worker.submit, set[int](), threading.Lock()

    def strict(self: Any, cmdlets: Any, cancellation: Any, timeout: float) -> Any:
        with lock:
            if self._number in open_ones or len(open_ones) < granted:
                open_ones.add(self._number)
                return submit(self, cmdlets, cancellation, timeout)

        def refuse() -> None:
            raise RequestRefused("exchange.quota", "No more sessions", side=Side.EXCHANGE)

        return desk.in_background(refuse)

    monkeypatch.setattr(worker, "submit", strict)
    desk.session.check()
    assert {number for number, _names in ports.pipelines} == open_ones
    assert [names[0] for _number, names in ports.pipelines].count("Get-ExchangeCertificate") == 3
    assert desk.statuses["certificate"] == "change-needed"
    assert "ex01.lab.example grants no more sessions: 1 at a time go on" in desk.lines
    desk.session.check()
    assert desk.statuses["certificate"] == "change-needed", "and once more, with all of them tried again"


def test_a_server_that_does_not_answer_holds_up_only_what_needs_it(desk: Any, ports: Any, until: Any) -> None:
    answer = threading.Event()
    ports.before = lambda text: "-Server 'ex02" in text and answer.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: desk.statuses["push-proxy"] == "unknown" and desk.statuses["tenant"] == "ok")
    until(lambda: desk.statuses["auth-server"] == "change-needed")
    until(lambda: len(ports.pipelines) == 4)
    assert desk.statuses["certificate"] == "checking"
    answer.set()
    running.result(20)
    assert desk.statuses["certificate"] == "change-needed"


def test_a_step_is_reported_as_soon_as_its_own_answers_are_there(desk: Any, ports: Any, until: Any) -> None:
    answer = threading.Event()
    ports.before = lambda text: ("discover" in text) and answer.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: desk.statuses["servers"] == "ok")
    assert desk.statuses["tenant"] == "checking"
    answer.set()
    running.result(20)
    assert desk.statuses["tenant"] == "ok"
    assert "blocked" not in desk.seen("auth-server")


@pytest.mark.parametrize("slow", ["discover", "Get-ExchangeServer", "-Server 'ex02"])
def test_a_status_is_not_shown_before_what_it_depends_on_is_known(desk: Any, ports: Any, until: Any, slow: str) -> None:
    answer = threading.Event()
    ports.before = lambda text: slow in text and answer.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: "ok" in desk.statuses.values() or slow == "Get-ExchangeServer")
    answer.set()
    running.result(20)
    for step, last in desk.statuses.items():
        assert [word for word in desk.seen(step) if word not in {"unknown", "checking"}] in ([last], []), step


def test_one_read_that_fails_is_a_finding_of_the_steps_that_need_it(desk: Any, ports: Any, kit: Any) -> None:
    ports.world.failures = {kit.questions.AUTH_SERVERS: kit.failed("exchange.cmdlet-error", "Boom")}
    desk.session.check()
    assert desk.statuses["auth-server"] == "failed"
    assert desk.statuses["certificate"] == "change-needed"
    assert desk.statuses["tenant"] == "ok"


def test_checking_one_step_reads_the_links_before_it_once_and_itself_anew(desk: Any, ports: Any) -> None:
    desk.session.check([StepId.AUTH_SERVER])
    assert desk.statuses["auth-server"] == "change-needed"
    assert desk.statuses["push-proxy"] == "unknown"
    before = len(ports.pipelines)
    desk.session.check([StepId.AUTH_SERVER])
    own = {"Get-AuthServer", "Get-PartnerApplication", "Get-HybridConfiguration"}
    assert [set(names) for _, names in ports.pipelines[before:]] == [own]


def test_a_second_check_asks_everything_again(desk: Any, ports: Any) -> None:
    desk.session.check()
    first = sorted(ports.pipelines)
    ports.pipelines.clear()
    desk.session.check()
    assert sorted(names for _, names in ports.pipelines) == sorted(names for _, names in first)


def test_the_probe_runs_only_where_it_is_asked_for_and_restarts_nothing(desk: Any, ports: Any) -> None:
    desk.session.check(probe=True)
    assert "verification.proxy-not-configured" in desk.codes("verification")
    assert ports.writes == []
    assert ports.mails == 0


def test_several_statements_refused_at_once_are_asked_one_by_one(desk: Any, ports: Any) -> None:
    refused: list[int] = []
    submit = type(ports.exchange(desk.session.profile, None, False, None)).submit

    def strict(self: Any, cmdlets: Any, cancellation: Any, timeout: float) -> Any:
        if len(cmdlets) > 1:
            refused.append(len(cmdlets))

            def fail() -> None:
                raise RequestRefused("exchange.refused", "Only one statement", side=Side.EXCHANGE)

            return desk.in_background(fail)
        return submit(self, cmdlets, cancellation, timeout)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(ports.exchange(desk.session.profile, None, False, None)), "submit", strict)
        desk.session.check()
    assert refused == [len(ORGANIZATION)]
    assert desk.statuses["certificate"] == "change-needed"


def test_a_cancelled_check_ends_at_once_and_leaves_no_step_looking_busy(desk: Any, ports: Any, until: Any) -> None:
    hang = threading.Event()
    ports.before = lambda text: hang.wait(20)
    running = desk.in_background(desk.session.check)
    until(lambda: bool(ports.pipelines))
    desk.session.cancel()
    with pytest.raises(Cancelled):
        running.result(20)
    hang.set()
    assert desk.statuses["servers"] == "cancelled"
    assert desk.ended[-1].cancelled
    desk.session.check()
    assert desk.statuses["servers"] == "ok"


# --- credentials -----------------------------------------------------------------------------------------------------


def test_a_password_that_no_file_names_is_asked_for_once_and_serves_every_connection(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    from dataclasses import replace

    desk = make_desk({"exchange": replace(profile.exchange, password_file="")})
    desk.answers = [Secret("typed by hand")]
    desk.session.check(probe=True)
    desk.session.check(probe=True)
    assert [account for account, _ in desk.asked] == ["admin@lab.example"]
    assert {password for _, password in ports.opened} == {"typed by hand"}
    assert {side for side, _ in ports.opened} == {"exchange", "windows"}


def test_a_declined_password_is_one_clear_failure_and_nothing_is_opened(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    from dataclasses import replace

    desk = make_desk({"exchange": replace(profile.exchange, password_file="")})
    desk.session.check()
    finding = desk.session.reports[StepId.SERVERS].findings[0]
    assert finding.failure is not None
    assert finding.failure.code == "exchange.no-password"
    assert ports.opened == []
    assert desk.statuses["tenant"] == "ok"


def test_a_refused_sign_in_is_tried_once_and_the_password_is_asked_for_again_next_time(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    from dataclasses import replace

    tries: list[str] = []

    def refuse(text: str) -> None:
        if text.startswith("Get-"):
            tries.append(text)
            raise SignInRefused("exchange.sign-in-refused", "Wrong password", side=Side.EXCHANGE)

    ports.before = refuse
    desk = make_desk({"exchange": replace(profile.exchange, password_file="")})
    desk.answers = [Secret("wrong one"), Secret("right one")]
    desk.session.check()
    assert len(tries) == 1
    assert desk.statuses["servers"] == desk.statuses["push-proxy"] == "failed"
    ports.before = lambda text: None
    desk.session.check()
    assert desk.statuses["servers"] == "ok"
    assert len(desk.asked) == 2


def test_a_password_file_that_others_can_read_is_refused_by_name(
    make_desk: Callable[..., Any], ports: Any, profile: Any
) -> None:
    from pathlib import Path

    Path(profile.exchange.password_file).chmod(0o644)
    desk = make_desk()
    desk.session.check()
    failure = desk.session.reports[StepId.SERVERS].findings[0].failure
    assert failure is not None
    assert (failure.code, failure.where) == ("file.others-read", profile.exchange.password_file)
    assert "chmod 600" in failure.remedy
    assert ports.opened == []
