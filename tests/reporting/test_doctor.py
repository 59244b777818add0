"""The doctor's words: nothing is left without any, and the table fits its columns."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import pushtui.engine.doctor
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.engine.doctor.rows import LEGS, DoctorRow, Outcome, Test, Verdict, failed, ok, skipped, warning
from pushtui.procedure.model import Failure
from pushtui.profile import Profile
from pushtui.reporting import doctor

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LONG = "a-very-long-name-of-a-server-in-a-deep-domain." * 4 + "example"


def row(outcome: Outcome, leg: str = "exchange", test: Test = Test.TCP, where: str = "ex01:443") -> DoctorRow:
    return DoctorRow(leg, "", test, where, outcome, 0.25)


FAILURE = Failure("exchange.refused", "Nothing answers", "exchange", "ex01", "It is stopped", "Use port 443")
ROWS = (
    row(ok("name.resolved", addresses="192.0.2.1, 192.0.2.2"), test=Test.NAME),
    row(Outcome(Verdict.FAILED, "exchange.refused", failure=FAILURE), where=LONG),
    row(skipped("skipped.earlier", test="tcp"), test=Test.TLS),
    row(warning("roles.reading-less", missing=LONG, first="Get-X", groups="G"), test=Test.READING),
    row(failed("clock.ahead", seconds="900", date="then"), leg="graph", test=Test.CLOCK),
)


def test_every_code_that_the_doctor_gives_has_its_words() -> None:
    folder = Path(pushtui.engine.doctor.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    codes = set(re.findall(r'\b(?:ok|warning|failed|skipped|make|_ok)\(\s*"([a-z.-]+)"', source))
    codes |= set(re.findall(r'_roles\([^,]+, "([a-z.-]+)"', source)) | set(re.findall(r'"(skipped\.[a-z-]+)"', source))
    assert {"tls.good", "roles.changing-missing", "skipped.no-proxy", "token.changing-missing"} <= codes
    assert codes - set(doctor._TEXTS) == set()
    assert {test for test in Test if not doctor.test_title(test)} == set()
    assert {leg for leg in LEGS if leg not in doctor._LEGS} == set()


def test_whatever_fails_has_a_next_thing_to_try() -> None:
    for code, (_detail, remedy) in doctor._TEXTS.items():
        if code.endswith(("-missing", "-soon", "ahead", "behind", "timeout", "incomplete")):
            assert remedy, code
    silent = Failure("exchange.odd", "Something odd", "exchange")
    assert doctor.remedy(row(Outcome(Verdict.FAILED, "exchange.odd", failure=silent)))
    assert doctor.remedy(ROWS[0]) == ""
    assert doctor.remedy(ROWS[1]) == "Use port 443"


def test_the_table_fits_eighty_columns_and_shows_every_row() -> None:
    table = doctor.table(ROWS)
    assert max(map(len, table.splitlines())) <= 80
    for words in ("Exchange", "Microsoft Graph", "✗ failed", "! warning", "- skipped", "✓ ok", "> Use port 443", "TCP"):
        assert words in table
    assert "1 ok, 1 to look at, 2 failed, 1 skipped. Nothing was changed." in table


def test_text_from_a_server_is_shown_not_obeyed() -> None:
    table = doctor.table([row(ok("identify.product", product="\x1b[2J\r\nIIS"), where="\x1b[31mex01")])
    assert "\x1b" not in table
    assert "\\x1b[2J" in table


def test_the_document_has_every_row_and_the_worst_of_them() -> None:
    document = json.loads(doctor.document(Profile(), ROWS, started=NOW, finished=NOW))
    assert (document["schema"], document["command"], document["status"]) == (1, "doctor", "failed")
    assert [entry["result"] for entry in document["rows"]] == ["ok", "failed", "skipped", "warning", "failed"]
    assert document["rows"][1] == {
        "leg": "exchange",
        "subject": "",
        "test": "tcp",
        "where": LONG,
        "result": "failed",
        "code": "exchange.refused",
        "detail": "Nothing answers (ex01). It is stopped",
        "remedy": "Use port 443",
        "seconds": 0.25,
    }


@pytest.mark.parametrize(("end", "status"), [(Cancelled(), "cancelled"), (PushtuiError("internal", "x"), "failed")])
def test_a_run_that_ended_early_says_so(end: PushtuiError, status: str) -> None:
    document = json.loads(doctor.document(Profile(), ROWS[:1], started=NOW, finished=NOW, end=end))
    assert document["status"] == status
