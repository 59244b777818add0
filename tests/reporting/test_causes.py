"""Causes first, what follows under them; why it matters; and what a person can type, safely quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pushtui.engine.events import StepReport
from pushtui.procedure import codes, diagnosis_codes
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Cause, Finding, Severity, Status, StepId
from pushtui.reporting import causes, plain, sentences, texts_commands, texts_why

KNOWN = {**codes.FINDINGS, **diagnosis_codes.FINDINGS}
GRAVE = {Severity.CHANGE, Severity.ATTENTION, Severity.FAILURE, Severity.BLOCKED, Severity.WARNING, Severity.WAITING}
EX02 = "ex02.lab.example"


def under(item: Finding, *above: Finding) -> Finding:
    return replace(item, explained_by=tuple(Cause(each.code, each.subject) for each in above))


def report(step: StepId, *findings: Finding, status: Status = Status.ATTENTION) -> StepReport:
    return StepReport(step, status, findings)


expired = finding("certificate.expired", "AB", observed="2026-01-01")
replacing = under(finding("certificate.replacing", "AB"), expired)
agrees = finding("certificate.path-missing")
key = under(finding("service-principal.key-missing", "CD", keys=0), expired)


def test_a_cause_comes_first_and_what_it_explains_hangs_under_it() -> None:
    reports = {StepId.CERTIFICATE: report(StepId.CERTIFICATE, agrees, replacing, expired)}
    first, second = causes.branches(reports[StepId.CERTIFICATE], reports)
    assert (first.finding.code, [each.finding.code for each in first.under]) == (
        "certificate.expired",
        ["certificate.replacing"],
    )
    assert second.finding is agrees


def test_a_cause_in_another_step_is_named_where_it_is_felt() -> None:
    reports = {
        StepId.CERTIFICATE: report(StepId.CERTIFICATE, expired, replacing),
        StepId.SERVICE_PRINCIPAL: report(StepId.SERVICE_PRINCIPAL, key),
    }
    [branch] = causes.branches(reports[StepId.SERVICE_PRINCIPAL], reports)
    assert branch.elsewhere == (expired,)
    [(root, count)] = causes.roots(reports, tuple(reports))
    assert (root.code, count) == ("certificate.expired", 2)
    text = plain.chain(reports, tuple(reports))
    assert "because: The Auth certificate AB expired" in " ".join(text.split())
    assert "explains 2 more" in " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 80


def test_nothing_is_lost_or_said_twice_however_causes_are_named() -> None:
    """Two of one name, and two that name each other (which no rule makes): all are shown, once."""
    twice = finding("servers.unhealthy", EX02, observed="Unhealthy", monitor="A")
    other = replace(twice, arguments={"monitor": "B"})
    child = under(finding("verification.component-inactive", EX02), twice)
    tree = causes.branches(report(StepId.SERVERS, twice, other, child), {})
    shown = [branch.finding for top in tree for _depth, branch in top.walk()]
    assert sorted(shown, key=repr) == sorted([twice, other, child], key=repr)


@pytest.mark.parametrize("code", sorted(code for code, entry in KNOWN.items() if entry.severity in GRAVE))
def test_what_is_wrong_says_why_it_matters(code: str) -> None:
    item = Finding(code, KNOWN[code].severity, "x")
    assert sentences.why(item)
    assert "{" not in sentences.why(item)


def test_why_and_what_to_type_is_only_said_of_codes_that_exist() -> None:
    assert texts_why.TEXTS.keys() <= KNOWN.keys()
    assert texts_commands.COMMANDS.keys() <= KNOWN.keys()


def test_a_missing_certificate_says_how_a_person_moves_it() -> None:
    item = finding("certificate.missing-on-server", EX02, expected="AB", holder="ex01.lab.example", since="", site="")
    (host, restart), (shell, lines) = sentences.commands(item)
    assert (host, restart) == (EX02, ("Restart-Service -Name 'MSExchangeServiceHost'",))
    assert shell == ""
    assert lines[1].startswith("$file = Export-ExchangeCertificate -Server 'ex01.lab.example' -Thumbprint 'AB'")
    assert f"-Server '{EX02}'" in lines[2]
    assert "pushtui moves no private key" in sentences.remedy(item)
    alone = replace(item, arguments={})
    assert [where for where, _lines in sentences.commands(alone)] == [EX02], "nobody has it: there is nothing to move"


def test_each_requester_takes_back_its_own_request() -> None:
    item = finding(
        "servers.component-inactive", EX02, component="PushNotificationsProxy", requesters="Maintenance, HealthApi"
    )
    [(_where, lines)] = sentences.commands(item)
    assert [line.split("-Requester ")[1] for line in lines] == [
        "'Maintenance' -State 'Active'", "'HealthApi' -State 'Active'"
    ]  # fmt: skip


@pytest.mark.parametrize("hostile", ["'; Remove-Mailbox x; '", "\u2019; x \u2018", "a\nb", "$(x) `x"])
def test_no_value_from_outside_can_be_more_than_a_value(hostile: str) -> None:
    item = finding("auth-server.duplicate", hostile, expected="x", observed="y")
    [(_where, [line])] = sentences.commands(item)
    value = line.removeprefix("Remove-AuthServer -Identity ")
    assert value[0] == value[-1] == "'"
    inner = value[1:-1]
    for quote in "'\u2018\u2019\u201a\u201b":
        assert inner.replace(quote * 2, "").count(quote) == 0
    assert "\n" not in line


def test_a_long_command_is_continued_so_that_it_can_be_pasted() -> None:
    item = finding("certificate.no-private-key", EX02, expected="A" * 40, holder="ex01.lab.example")
    reports = {StepId.CERTIFICATE: report(StepId.CERTIFICATE, item)}
    lines = plain.details(reports[StepId.CERTIFICATE], "", reports)
    start = next(at for at, line in enumerate(lines) if "Export-ExchangeCertificate" in line)
    command = [lines[start].strip()]
    while command[-1].endswith(" `"):
        start += 1
        command[-1] = command[-1].removesuffix(" `")
        command.append(lines[start].strip())
    [(_where, whole)] = sentences.commands(item)
    assert " ".join(command) == whole[1]


def test_who_remedies_is_one_word() -> None:
    assert sentences.remedied_by(finding("certificate.expired", "AB")) == "pushtui"
    assert sentences.remedied_by(finding("certificate.not-on-server", EX02)) == "time"
    assert sentences.remedied_by(finding("servers.service-stopped", EX02, service="X")) == "command"
    assert sentences.remedied_by(finding("servers.too-old", EX02)) == "person"
    assert sentences.remedied_by(finding("servers.current", EX02)) == ""
