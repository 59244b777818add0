"""The steps over objects recorded from real Exchange servers, on the day of the recording."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from pushtui.procedure import certificate, questions, servers
from pushtui.procedure.model import Answer, Facts, FileWrite, Finding, Inputs, Query

Recorded = Callable[[str], list[dict[str, Any]]]


def facts(now: datetime, recorded: Recorded, prefix: str) -> Facts:
    """What the recorded organization would have answered; each server shows the one recorded store."""
    answers: dict[Query, Answer] = {}

    def answer(query: Query, objects: list[dict[str, Any]]) -> None:
        answers[query] = Answer(tuple(objects), now, "recording")

    answer(questions.SERVERS, recorded(f"{prefix}-GetExchangeServer"))
    answer(questions.AUTH_CONFIG, recorded(f"{prefix}-GetAuthConfig"))
    answer(questions.HYBRID, [])
    store = recorded(f"{prefix}-GetExchangeCertificate")
    known = Facts(Inputs("fabrikam.com", "/exports/auth.cer", ""), now, answers)
    names = [server.fqdn for server in servers.taking_part(known)]
    answer(questions.EXECUTING_STORE, [{"Identity": f"{names[0]}\\0000"}])
    components = [item for item in recorded("E19-GetServerComponentState") if item["Component"] == questions.COMPONENT]
    running = {"Role": "Mailbox Server Role", "ServicesRunning": [questions.SERVICE_HOST], "ServicesNotRunning": []}
    for name in names:
        answer(questions.server_store(name), store)
        answer(questions.component_state(name), components)
        answer(questions.service_health(name), [running])
        answer(questions.server_health(name), [])
        # As recorded but for the time, which is that of the recording.
        time = f"{now:%Y-%m-%dT%H:%M:%S}.3287595Z"
        lines = f"\r\n    <id>4564</id>\r\n    <currentTime>{time}</currentTime>\r\n"
        answer(questions.process_info(name), [{"Result": f"<Diagnostics>\r\n  <ProcessInfo>{lines}</ProcessInfo>"}])
    answer(questions.certificate_file(known), [{"kind": "absent"}])
    return Facts(known.inputs, now, answers)


def codes(found: list[Finding]) -> set[str]:
    return {item.code for item in found}


@pytest.mark.parametrize(
    ("prefix", "version"),
    [("E15", "Exchange Server 2013 CU23"), ("E19", "Exchange Server 2019 CU11"), ("MEAC", "Exchange Server 2016 CU23")],
)
def test_the_recorded_servers_are_current(recorded: Recorded, prefix: str, version: str) -> None:
    known = facts(datetime(2022, 6, 1, tzinfo=UTC), recorded, prefix)
    found = list(servers.findings(known))
    assert codes(found) == {"servers.current", "servers.in-service"}
    found.pop()
    assert {item.observed for item in found} == {version}


def test_exchange_2013_is_out_of_support_today(recorded: Recorded) -> None:
    found = list(servers.findings(facts(datetime(2026, 11, 22, tzinfo=UTC), recorded, "E15")))
    [ended] = [item for item in found if item.code == "servers.out-of-support"]
    assert ended.arguments["since"] == "2023-04-11"


@pytest.mark.parametrize(("prefix", "start"), [("E15", "AF776F9F"), ("E19", "C3EDCF18"), ("MEAC", "E1BDF9AE")])
def test_the_recorded_auth_certificate_is_kept_and_exported(recorded: Recorded, prefix: str, start: str) -> None:
    now = datetime(2023, 1, 15, tzinfo=UTC)
    known = facts(now, recorded, prefix)
    found = list(certificate.findings(known))
    [current] = [item for item in found if item.code == "certificate.current"]
    assert current.subject.startswith(start)
    assert ("certificate.sha1" in codes(found)) is (prefix != "MEAC")
    [export] = certificate.actions(known)
    assert export.id == "certificate.export"
    assert export.arguments["thumbprint"].startswith(start)  # type: ignore[union-attr]
    assert isinstance(export.command, FileWrite)  # type: ignore[union-attr]


def test_the_recorded_next_certificate_is_mentioned(recorded: Recorded) -> None:
    found = list(certificate.findings(facts(datetime(2023, 1, 15, tzinfo=UTC), recorded, "MEAC")))
    [staged] = [item for item in found if item.code == "certificate.next-staged"]
    assert staged.subject.startswith("BC6BF924")
    assert staged.observed == "2023-02-03T14:16:02+00:00"


def test_once_it_has_expired_the_staged_one_is_published(recorded: Recorded) -> None:
    known = facts(datetime(2027, 12, 31, tzinfo=UTC), recorded, "MEAC")
    assert [item.id for item in certificate.actions(known)][:1] == ["certificate.publish"]


def test_today_the_certificate_of_exchange_2013_has_expired(recorded: Recorded) -> None:
    known = facts(datetime(2026, 11, 22, tzinfo=UTC), recorded, "E15")
    assert "certificate.expired" in codes(list(certificate.findings(known)))
    assert next(item.id for item in certificate.actions(known)) == "certificate.create"


def test_a_store_without_the_auth_certificate_calls_for_a_new_one(recorded: Recorded) -> None:
    known = facts(datetime(2023, 1, 15, tzinfo=UTC), recorded, "MEAC")
    broken = Answer(tuple(recorded("MEAC-GetExchangeCertificateBroken")), known.now, "recording")
    stores = {
        query: broken if query in {questions.server_store(item.fqdn) for item in servers.taking_part(known)} else answer
        for query, answer in known.answers.items()
    }
    found = list(certificate.findings(Facts(known.inputs, known.now, stores)))
    assert "certificate.missing-everywhere" in codes(found)


@pytest.mark.parametrize(
    ("prefix", "day", "expected"),
    [
        ("E15", datetime(2022, 6, 1, tzinfo=UTC), {"certificate.current", "certificate.sha1"}),
        ("E15", datetime(2026, 4, 20, tzinfo=UTC), {
            "servers.out-of-support", "certificate.current", "certificate.sha1", "certificate.expires-soon"
        }),
        ("E15", datetime(2026, 11, 22, tzinfo=UTC), {
            "servers.out-of-support", "certificate.expired", "certificate.replacing"
        }),
        ("E19", datetime(2022, 6, 1, tzinfo=UTC), {"certificate.current", "certificate.sha1"}),
        ("E19", datetime(2024, 12, 1, tzinfo=UTC), {"certificate.expired", "certificate.replacing"}),
        ("MEAC", datetime(2023, 1, 15, tzinfo=UTC), {
            "certificate.current", "certificate.next-staged", "certificate.namesakes"
        }),
        ("MEAC", datetime(2023, 2, 10, tzinfo=UTC), {
            "certificate.current", "certificate.next-staged", "certificate.namesakes", "certificate.next-overdue"
        }),
        ("MEAC", datetime(2027, 12, 31, tzinfo=UTC), {
            "servers.out-of-support", "certificate.expired", "certificate.replacing", "certificate.signing-affected",
            "certificate.namesakes",
        }),
    ],
)  # fmt: skip
def test_each_recorded_organization_gets_the_findings_that_a_person_would_give(
    recorded: Recorded, prefix: str, day: datetime, expected: set[str]
) -> None:
    known = facts(day, recorded, prefix)
    always = {"servers.current", "servers.in-service", "certificate.file-missing"}
    if "certificate.current" in expected:
        always.add("certificate.on-server")
    assert codes([*servers.findings(known), *certificate.findings(known)]) == expected | always
