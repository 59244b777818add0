"""What people read: everything that matters, nothing twice, never wider than a terminal."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet, GraphRequest, Later
from pushtui.engine.events import ChangeName, StepReport
from pushtui.engine.outcomes import outcome
from pushtui.engine.plan import Plan, make_plan
from pushtui.exchange.settings import ExchangeSettings
from pushtui.procedure import codes
from pushtui.procedure.model import (
    Ask,
    Change,
    Consent,
    ExchangeRead,
    ExchangeWrite,
    Failure,
    GraphWrite,
    Risk,
    Status,
    StepId,
    Trial,
    Wait,
)
from pushtui.profile import Profile
from pushtui.reporting import plain
from pushtui.reporting.document import document, overall

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
PROFILE = Profile(tenant_domain="fabrikam.com", exchange=ExchangeSettings(server="ex01.lab.example"), environment="lab")

LONG = base64.b64encode(bytes(range(256))).decode()

CREATE = Change(
    "auth-server.create",
    StepId.AUTH_SERVER,
    "MicrosoftSts",
    ExchangeWrite(Cmdlet.of("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl="https://acs.example/" + "x" * 90)),
    None,
    {"name": "MicrosoftSts"},
    Risk.REVERSIBLE,
    (),
    undo=ExchangeWrite(Cmdlet.of("Remove-AuthServer", Identity="MicrosoftSts")),
)
ADD = Change(
    "service-principal.add-key",
    StepId.SERVICE_PRINCIPAL,
    "app",
    GraphWrite(GraphRequest.of("PATCH", "/servicePrincipals/1", {"keyCredentials": [{"type": "X", "key": LONG}]})),
    {"keys": []},
    {"keys": [str(Later("thumbprint"))]},
    Risk.ORG_WIDE,
    (),
    consent=Consent.SERVICE_PRINCIPAL_KEY,
    arguments={"kept": "0"},
)
PROBE = Trial(
    "verification.probe",
    StepId.VERIFICATION,
    ExchangeRead(Cmdlet.of("Invoke-MonitoringProbe", Server="ex01.lab.example"), "ex01.lab.example"),
    arguments={"server": "ex01.lab.example"},
)
RESTART = Ask("verification.restart", StepId.VERIFICATION, "Restart-Service -Name 'MSExchangeHM'", "ex01.lab.example")
PAUSE = Wait("verification.wait", StepId.VERIFICATION, 120, arguments={"server": "ex01.lab.example"})


def reports(**changed: StepReport) -> dict[StepId, StepReport]:
    found = {step: StepReport(step, Status.OK, [outcome("run.no-effect", "x")][:0]) for step in StepId}
    return found | {report.id: report for report in changed.values()}


def needing_change() -> dict[StepId, StepReport]:
    missing = codes.finding("auth-server.missing", "MicrosoftSts", expected="https://acs.example", realm="t")
    return reports(
        one=StepReport(StepId.AUTH_SERVER, Status.CHANGE_NEEDED, [missing], [CREATE], NOW),
        two=StepReport(StepId.SERVICE_PRINCIPAL, Status.CHANGE_NEEDED, [], [ADD], NOW),
        three=StepReport(StepId.VERIFICATION, Status.CHANGE_NEEDED, [], [RESTART, PAUSE, PROBE], NOW),
    )


def narrow(text: str) -> bool:
    return all(len(line) <= plain.WIDTH for line in text.splitlines())


def test_the_chain_is_a_line_a_step_with_symbol_and_word() -> None:
    text = plain.chain(needing_change(), list(StepId))
    lines = text.splitlines()
    assert lines[0].startswith("1 ✓ Tenant")
    assert any(line.startswith("4 → Auth server") and "change needed" in line for line in lines)
    assert narrow(text)


def test_a_finding_is_not_said_twice_but_its_remedy_is_said() -> None:
    text = " ".join(plain.chain(needing_change(), [StepId.AUTH_SERVER]).split())
    assert text.count("There is no auth server for this tenant") == 1
    assert "> Applying creates it with https://acs.example" in text


def test_the_plan_shows_command_before_after_risk_undo_and_the_consent() -> None:
    plan = make_plan(needing_change(), list(StepId))
    text = plain.plan_text(plan)
    flat = " ".join(text.split())
    assert "1. Create the auth server MicrosoftSts" in flat
    assert "New-AuthServer -Name 'MicrosoftSts'" in flat
    assert 'before: (none); after: {"name": "MicrosoftSts"}' in flat
    assert "undo: Remove-AuthServer -Identity 'MicrosoftSts'" in flat
    assert "(known after apply)" in flat
    assert "concerns the whole organization" in flat
    assert "you do this on ex01.lab.example: Restart-Service" in flat
    assert "up to 120 s" in flat
    assert "--accept service-principal-key" in flat
    assert "CVE-2025-53786" in flat
    assert "target: Microsoft Graph, v1.0; object: app" in flat
    assert '{"type": "X", "key": "' in flat, "the body is part of the request"
    assert LONG not in flat, "but for the middle of a certificate"
    assert hashlib.sha1(base64.b64decode(LONG)).hexdigest().upper() in flat
    assert narrow(text)


def test_a_plan_without_actions_says_so() -> None:
    assert plain.plan_text(Plan()) == "Nothing needs to be done.\n"


def test_what_was_done_is_said_in_words() -> None:
    report = StepReport(
        StepId.AUTH_SERVER,
        Status.OK,
        [],
        [],
        NOW,
        results={ChangeName("auth-server.create", "MicrosoftSts"): "already"},
    )
    assert "auth-server.create (MicrosoftSts): held already" in plain.chain(
        {StepId.AUTH_SERVER: report}, [StepId.AUTH_SERVER]
    )


def test_the_headline_tells_the_lab_from_the_real_thing() -> None:
    assert plain.headline(PROFILE) == "fabrikam.com · ex01.lab.example · lab\n"
    assert plain.headline(Profile()) == "? · ? · production\n"


@given(text=st.text(max_size=200))
def test_whatever_a_server_says_nothing_gets_wider_or_acts(text: str) -> None:
    failure = Failure("x", text, "exchange", text, text, text)
    finding = codes.finding("servers.unreadable", text, failure=failure)
    shown = plain.chain({StepId.SERVERS: StepReport(StepId.SERVERS, Status.FAILED, [finding])}, [StepId.SERVERS])
    assert narrow(shown)
    assert "\x1b" not in shown
    assert "\r" not in shown


# --- the document ----------------------------------------------------------------------------------------------------


def parsed(found: dict[StepId, StepReport], **options: Any) -> dict[str, Any]:
    text = document("apply", PROFILE, found, list(StepId), started=NOW, finished=NOW + timedelta(seconds=2), **options)
    value: dict[str, Any] = json.loads(text)
    return value


def test_after_an_apply_the_document_has_what_was_planned_and_what_came_of_it() -> None:
    plan = make_plan(needing_change(), list(StepId))
    done = reports(
        one=StepReport(
            StepId.AUTH_SERVER, Status.OK, results={ChangeName("auth-server.create", "MicrosoftSts"): "done"}
        )
    )
    (change,) = parsed(done, plan=plan)["steps"][3]["changes"]
    assert (change["id"], change["result"]) == ("auth-server.create", "done")
    assert change["undo"] == "Remove-AuthServer -Identity 'MicrosoftSts'"
    assert parsed(done)["steps"][3]["changes"] == []


def test_the_document_knows_no_language_but_in_titles_and_remedies() -> None:
    value = parsed(needing_change())
    assert value["started"] == "2026-11-22T05:30:00.000+00:00"
    entry = value["steps"][3]
    assert entry["status"] == "change-needed"
    assert entry["findings"][0]["severity"] == "change"
    assert entry["changes"][0]["before"] is None
    assert entry["changes"][0]["risk"] == "reversible"


def test_a_failure_is_in_what_was_observed() -> None:
    failure = Failure("file.not-written", "The file cannot be written", "local", "/x", "No space left")
    finding = outcome("run.change-failed", "certificate.export", failure=failure)
    value = parsed(reports(one=StepReport(StepId.CERTIFICATE, Status.FAILED, [finding])))
    assert value["steps"][2]["findings"][0]["observed"] == "The file cannot be written (/x). No space left"
    assert value["status"] == "failed"


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([Status.OK, Status.SKIPPED], Status.OK),
        ([Status.OK, Status.WAITING, Status.CHANGE_NEEDED], Status.CHANGE_NEEDED),
        ([Status.BLOCKED, Status.ATTENTION], Status.ATTENTION),
        ([Status.ATTENTION, Status.FAILED], Status.FAILED),
        ([Status.FAILED, Status.CANCELLED], Status.CANCELLED),
    ],
)
def test_the_gravest_step_names_the_whole(statuses: list[Status], whole: Status) -> None:
    assert overall([StepReport(StepId.TENANT, status) for status in statuses]) is whole
