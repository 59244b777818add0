"""Every code has its sentence, filled with what the finding knows, on one line, whatever came from outside."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet
from pushtui.engine.events import StepReport
from pushtui.engine.outcomes import RUN_FINDINGS
from pushtui.procedure import codes, diagnosis_codes, undo_codes, upkeep_codes
from pushtui.procedure.model import (
    Change,
    Consent,
    ExchangeWrite,
    Failure,
    Finding,
    Risk,
    Severity,
    Status,
    StepId,
    Trial,
    Wait,
)
from pushtui.reporting import sentences, step_lines, texts_all, texts_brief

TABLES = {**codes.FINDINGS, **diagnosis_codes.FINDINGS, **undo_codes.FINDINGS, **upkeep_codes.FINDINGS}
KNOWN = {
    **{code: entry.severity for code, entry in TABLES.items()},
    **{c: e[0] for c, e in RUN_FINDINGS.items()},
}
MEANINGS = {
    **{code: entry.meaning for code, entry in TABLES.items()},
    **{c: e[1] for c, e in RUN_FINDINGS.items()},
}
NEEDS_A_PERSON = {Severity.CHANGE, Severity.ATTENTION, Severity.FAILURE, Severity.BLOCKED, Severity.WAITING}


def test_no_code_is_without_a_sentence_and_no_sentence_without_a_code() -> None:
    assert set(texts_all.FINDINGS) == set(KNOWN)
    tables = (codes.ACTIONS, diagnosis_codes.ACTIONS, undo_codes.ACTIONS, upkeep_codes.ACTIONS)
    assert set(texts_all.ACTIONS) == set().union(*tables)


IN_THE_CHAIN = {*codes.FINDINGS, *diagnosis_codes.FINDINGS, *RUN_FINDINGS}
"""What a row of the chain can show; the rest is only ever shown in full."""


def test_every_code_of_the_chain_has_its_brief_words() -> None:
    assert set(texts_brief.TEXTS) == IN_THE_CHAIN


@pytest.mark.parametrize("code", sorted(IN_THE_CHAIN))
def test_the_brief_words_fit_beside_a_step_at_80_columns(code: str) -> None:
    day = "2031-11-22T08:49:00+00:00"
    arguments = {"keys": "12", "days": "59", "minutes": "1440", "not_after": day, "end": day}
    observed = {"servers.current": "Exchange Server 2016 CU23 Nov25SU"}.get(code, day)
    finding = Finding(code, KNOWN[code], "Fabrikam", "x", observed, arguments)
    step = StepId(code.split(".")[0]) if not code.startswith("run.") else StepId.TENANT
    text = step_lines.brief(StepReport(step, Status.FAILED, (finding,)))
    assert 0 < len(text) <= 25, text
    assert "?" not in text


def test_after_the_test_message_the_four_things_of_the_procedure_are_named() -> None:
    text = sentences.finding_text(codes.finding("verification.mail-look"))
    for word in ("account is set up", "in the background", "in the inbox", "icon shows how many messages are unseen"):
        assert word in text
    stopped = sentences.finding_text(codes.finding("verification.apps-stopped"))
    assert "stopped working on 15 May 2018" in stopped
    assert "no badge can appear" in stopped


def test_servers_are_counted_briefly() -> None:
    def brief(*versions: str) -> str:
        found = [codes.finding("servers.current", "x", observed=version) for version in versions]
        return step_lines.brief(StepReport(StepId.SERVERS, Status.OK, found))

    assert brief("Exchange Server 2019 CU15") == "one server, 2019 CU15"
    assert brief(*["Exchange Server 2019 CU15"] * 3) == "3 servers, 2019 CU15"
    assert brief("Exchange Server 2019 CU15", "Exchange Server 2016 CU23") == "2 servers, 2 versions"


def test_several_of_the_same_gravity_are_counted_in_brief() -> None:
    found = [codes.finding("certificate.missing-on-server", name) for name in ("ex01", "ex02", "ex03")]
    assert step_lines.brief(StepReport(StepId.CERTIFICATE, Status.ATTENTION, found)) == "missing on a server (+2)"


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_a_sentence_only_names_what_its_finding_has(code: str) -> None:
    text, remedy = texts_all.FINDINGS[code]
    asked = {name for _, name, _, _ in string.Formatter().parse(text + remedy) if name}
    offered = set(re.findall(r"\{(\w+)\}", MEANINGS[code])) | {"subject", "expected", "observed"}
    offered |= set(re.findall(r"\{(\w+)[,:} ]", MEANINGS[code]))
    assert asked <= offered | {"organization", "by"}, asked - offered


@pytest.mark.parametrize("code", sorted(code for code, severity in KNOWN.items() if severity in NEEDS_A_PERSON))
def test_what_is_wrong_comes_with_what_to_do(code: str) -> None:
    if code in {"verification.no-server", "certificate.file-replaced"}:
        return
    assert sentences.remedy(Finding(code, KNOWN[code], "x", "y", "z"))


@given(
    code=st.sampled_from(sorted(KNOWN)),
    text=st.text(max_size=60),
    arguments=st.dictionaries(st.sampled_from(["by", "keys", "end", "detail", "reason"]), st.text(max_size=20)),
)
def test_whatever_a_server_says_stays_on_one_line_and_obeys_nothing(
    code: str, text: str, arguments: dict[str, str]
) -> None:
    failure = Failure("x", text, "exchange", text, text, text)
    finding = Finding(code, KNOWN[code], text, text, text, arguments, failure)
    for shown in (sentences.finding_text(finding), sentences.remedy(finding)):
        assert "\n" not in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_times_are_shown_as_people_write_them_in_utc() -> None:
    finding = Finding("certificate.expired", Severity.CHANGE, "AB12", "", "2026-03-01T01:30:00+02:00")
    assert sentences.finding_text(finding) == "The Auth certificate AB12 expired on 2026-02-28 23:30 UTC"


def test_a_failure_says_what_where_and_why() -> None:
    failure = Failure("exchange.unreachable", "No answer.", "exchange", "ex01:443", "Nothing listens there", "Look")
    finding = Finding("servers.unreadable", Severity.FAILURE, "Get-ExchangeServer", failure=failure)
    assert sentences.finding_text(finding).endswith("could not be read: No answer (ex01:443). Nothing listens there")
    assert sentences.remedy(finding) == "Look"


def test_a_summary_is_the_gravest_finding_and_how_many_more() -> None:
    old = [
        codes.finding("servers.too-old", name, expected="CU3", observed="CU2", build="15.0.712.24")
        for name in ("ex01", "ex02")
    ]
    report = StepReport(StepId.SERVERS, Status.ATTENTION, [codes.finding("servers.edge", "edge"), *old])
    assert step_lines.summary(report).startswith("ex01 runs CU2")
    assert step_lines.summary(report).endswith("(and 1 more)")


def test_a_good_step_says_what_is_good() -> None:
    findings = [
        codes.finding("tenant.found", "fabrikam.com", observed="t-id"),
        codes.finding("tenant.organization", "Fabrikam", observed="t-id"),
        codes.finding("tenant.plan-warning", "fabrikam.com", observed="Warning"),
    ]
    assert step_lines.summary(StepReport(StepId.TENANT, Status.OK, findings)) == "Fabrikam, tenant t-id"
    servers = [codes.finding("servers.current", f"ex0{n}", observed="2013 CU23") for n in range(3)]
    assert step_lines.summary(StepReport(StepId.SERVERS, Status.OK, servers)) == "3 servers: 2013 CU23"


def test_a_step_that_was_never_checked_says_so() -> None:
    assert step_lines.summary(StepReport(StepId.TENANT, Status.UNKNOWN)) == "Not checked yet"
    assert step_lines.summary(StepReport(StepId.TENANT, Status.CHECKING)) == "Checking"


@pytest.mark.parametrize("status", list(Status))
def test_every_status_and_every_step_has_its_words(status: Status) -> None:
    assert sentences.status_word(status)
    for step in StepId:
        assert sentences.title(step)
        assert step_lines.summary(StepReport(step, status))


def test_actions_name_their_object() -> None:
    change = Change(
        "push-proxy.enable",
        StepId.PUSH_PROXY,
        "OnPrem-Proxy",
        ExchangeWrite(Cmdlet.of("Enable-PushNotificationProxy")),
        None,
        None,
        Risk.REVERSIBLE,
        (),
        arguments={"organization": "fabrikam.com", "uri": "u"},
    )
    assert sentences.action_title(change) == "Enable the push proxy for fabrikam.com"
    assert sentences.action_title(Trial("verification.mail", StepId.VERIFICATION, None)) == "Send the test message"
    wait = Wait("certificate.distribution", StepId.CERTIFICATE, 60, arguments={"servers": "ex02, ex03"})
    assert "ex02, ex03" in sentences.action_title(wait)


def test_the_notices_are_honest() -> None:
    text = " ".join(sentences.notices())
    for word in ("2018", "CVE-2025-53786", "out of support", "EWS", "hybrid"):
        assert word in text
    assert {sentences.consent_text(consent) for consent in Consent}


@pytest.mark.parametrize(("seconds", "told"), [("-1500", "25 minutes behind"), ("1500", "25 minutes ahead")])
def test_a_wrong_clock_is_said_to_be_ahead_or_behind(seconds: str, told: str) -> None:
    finding = Finding("servers.clock-skew", Severity.ATTENTION, "ex02", observed=seconds, arguments={"minutes": "25"})
    assert sentences.finding_text(finding) == f"The clock of ex02 is {told}"


def test_a_certificate_that_ends_soon_is_told_by_its_step_though_that_is_ok() -> None:
    current = Finding("certificate.current", Severity.OK, "A1", observed="2026-12-21T09:36:00+00:00")
    soon = Finding("certificate.expires-soon", Severity.WARNING, "A1", arguments={"days": "20"})
    report = StepReport(StepId.CERTIFICATE, Status.OK, (current, soon))
    assert step_lines.brief(report) == "ends in 20 days"
