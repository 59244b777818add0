"""The scenario table: in each scenario, check finds exactly what is wrong, with the cause first, and changes nothing.

What is expected stands in `expected.toml`, beside this file and not in the scenarios. The probe, which really signs a
token that the tenant really verifies, is a judge that knows nothing of the findings: where it fails, check must have
said why, and where it succeeds, nothing that is called broken may be broken.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pushtui.lab.scenario import names
from pushtui.procedure import codes, explain
from pushtui.procedure.model import Finding, Severity, StepId

TABLE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))
ALWAYS: list[str] = TABLE.pop("always")["with"]
"""What every check without the probe says of this trust."""
KEYS = {"causes", "with", "without", "never", "probe", "not-yet", "too-much", "unseen"}


def test_every_scenario_is_in_the_table() -> None:
    assert sorted(TABLE) == sorted(names())


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_table_is_written_as_it_should_be(name: str) -> None:
    entry = TABLE[name]
    assert entry.keys() <= KEYS
    codes.known(f"verification.{entry['probe']}")
    never = entry.get("never", ())
    for line in (*_expected(entry), *entry.get("too-much", ()), *entry.get("not-yet", ()), *never):
        codes.known(line.split()[0])
    assert not set(never) & {line.split()[0] for line in _expected(entry)}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("name", sorted(TABLE))
def test_check_finds_exactly_what_is_wrong(name: str, rehearse: Any, record_property: Any) -> None:
    entry = TABLE[name]
    with rehearse(name) as rehearsal:
        before = rehearsal.truth()
        rehearsal.session.check()
        findings = [f for f in rehearsal.findings() if f.severity is not Severity.OK]
        rehearsal.session.check([StepId.VERIFICATION], probe=True)
        proven = {f.code: f for f in rehearsal.findings(StepId.VERIFICATION)}
        assert rehearsal.writes() == []
        assert rehearsal.truth() == before
    right, observed = Counter(_expected(entry)), Counter(map(_line, findings))
    lapses = [
        *(f"{line} is not named yet" for line in entry.get("not-yet", ())),
        *(f"{line} is said, and should not be" for line in entry.get("too-much", ())),
    ]
    record_property("scenario", (name, right.total(), observed.total(), (right & observed).total(), lapses))
    expected = right - Counter(entry.get("not-yet", ())) + Counter(_repeated(entry.get("too-much", ())))
    assert observed == expected, _difference(observed, expected)
    if not lapses:
        assert _causes(findings) == list(_repeated(entry.get("causes", ())))
    assert f"verification.{entry['probe']}" in proven
    if entry["probe"] != "succeeded":
        verdict = proven[f"verification.{entry['probe']}"]
        assert verdict.explained_by or entry.get("unseen"), "the probe fails, and nothing that was found explains it"


def _expected(entry: dict[str, Any]) -> Iterator[str]:
    yield from (line for line in ALWAYS if line not in entry.get("without", ()))
    yield from _repeated((*entry.get("causes", ()), *entry.get("with", ())))


def _repeated(lines: Iterable[str]) -> Iterator[str]:
    """Lines are ``code``, ``code server`` or ``code xN``: N times that code."""
    for line in lines:
        code, _, rest = line.partition(" ")
        yield from [code] * int(rest[1:]) if rest[:1] == "x" and rest[1:].isdecimal() else [line]


def _line(finding: Finding) -> str:
    """Servers are named; other subjects (thumbprints, paths) differ from run to run."""
    host, dot, domain = finding.subject.partition(".")
    return f"{finding.code} {host}" if dot and domain == "lab.example" else finding.code


def _causes(findings: Iterable[Finding]) -> list[str]:
    """What is to be repaired, in the order in which it is shown."""
    return [line for line in map(_line, explain.roots(findings)) if line not in ALWAYS]


def _difference(observed: Counter[str], expected: Counter[str]) -> str:
    missing, extra = expected - observed, observed - expected
    return f"missing: {sorted(missing.elements())}; extra: {sorted(extra.elements())}"
