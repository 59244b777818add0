"""The plan as a PowerShell script: it parses, every value in it is one literal, and it does what the plan does."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import literal
from pushtui.base.errors import UsageError
from pushtui.engine.plan import Plan, make_plan
from pushtui.engine.snapshot import Snapshot
from pushtui.entra.settings import CloudSettings
from pushtui.procedure.model import Change, ExchangeWrite, Status
from pushtui.reporting.powershell import BYTE_ORDER_MARK, comment, string
from pushtui.reporting.script import script

_SPEC = importlib.util.spec_from_file_location("grammar", Path(__file__).parent / "powershell_grammar.py")
assert _SPEC is not None
assert _SPEC.loader is not None
grammar = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(grammar)

NASTY = st.text(
    st.sampled_from("'\"`$(){}[]@#;|&<>,%\u2018\u2019\u201a\u201b\u201c\u201d\u201e \nabc-")
    | st.characters(codec="utf-8"),
    max_size=24,
)


def plan_of(snapshot: Snapshot) -> Plan:
    return make_plan(snapshot.reports, tuple(snapshot.reports))


def written(snapshot: Snapshot) -> str:
    return script(plan_of(snapshot), snapshot)


def expired(kit: Any) -> Any:
    return kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))


def weak(kit: Any) -> Any:
    """A certificate that signs and must be replaced all the same."""
    return kit.with_current(kit.make_der(kind="1024"))


def other_tenant(kit: Any) -> Any:
    world = kit.World()
    world.auth_servers = [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)]
    return world


def by_hand(kit: Any) -> Any:
    world = kit.World()
    world.inputs = replace(world.inputs, windows_endpoint=False)
    return world


def no_certificate(kit: Any) -> Any:
    return kit.World(stores={name: [] for name in (kit.EX01, kit.EX02, kit.EX03)})


WORLDS = {
    "as Setup leaves it": lambda kit: kit.World(),
    "done": lambda kit: kit.done(),
    "expired": expired,
    "weak": weak,
    "none": no_certificate,
    "other tenant": other_tenant,
    "by hand": by_hand,
}


# --- values ----------------------------------------------------------------------------------------------------------


@given(NASTY)
def test_any_value_stays_one_string_literal(value: str) -> None:
    line = f"Get-Thing -Name {literal(value)} -Last"
    assert grammar.problems(line) == []
    for root in grammar.readings(line):
        strings = [node for node in grammar.nodes(root) if node.type == "string_literal"]
        assert len(strings) == 1
        parameters = [node.text for node in grammar.nodes(root) if node.type == "command_parameter"]
        assert parameters == [b"-Name", b"-Last"]


@given(NASTY)
def test_a_literal_means_the_value(value: str) -> None:
    """PowerShell ends a single-quoted string at any single quote that is not doubled, and drops the first of two."""
    text = literal(value)
    assert text[0] == text[-1] == "'"
    assert re.sub("['\u2018-\u201b](['\u2018-\u201b])", r"\1", text[1:-1]) == value
    assert re.fullmatch("([^'\u2018-\u201b]|['\u2018-\u201b]{2})*", text[1:-1])


@given(NASTY)
def test_a_comment_is_nothing_but_comment(value: str) -> None:
    lines = [*comment(value), "Get-Thing"]
    assert all(line.startswith("#") for line in lines[:-1])
    assert grammar.problems("\n".join(lines)) == []
    assert set(grammar.commands("\n".join(lines))) == {"Get-Thing"}


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a\x1b[31m", "a\u202eb", "a\u2028b"])
def test_what_a_reader_would_not_see_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="cannot be seen"):
        string(value)


# --- scripts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_every_script_parses(name: str, kit: Any, snapshot_of: Any) -> None:
    text = written(snapshot_of(WORLDS[name](kit)))
    assert grammar.problems(text) == []
    assert text.startswith(f"{BYTE_ORDER_MARK}#Requires -Version 5.1\n")


@pytest.mark.parametrize("name", WORLDS)
def test_every_change_of_the_plan_is_in_it_once_and_in_order(name: str, kit: Any, snapshot_of: Any) -> None:
    snapshot = snapshot_of(WORLDS[name](kit))
    text = written(snapshot).partition("# --- Part 1")[2]
    place = 0
    for change in (action for action in plan_of(snapshot).actions if isinstance(action, Change)):
        if isinstance(change.command, ExchangeWrite):
            place = text.index(change.command.cmdlet.name, place)
    writes = {
        change.command.cmdlet.name for change in plan_of(snapshot).changes if isinstance(change.command, ExchangeWrite)
    }
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    verbs = ("New-ExchangeCertificate", "Set-", "Remove-", "Enable-", "Disable-", "New-AuthServer")
    assert {word for word in grammar.commands(code) if word.startswith(verbs)} == writes


def test_what_the_printed_procedure_gets_wrong_is_right_here(kit: Any, snapshot_of: Any) -> None:
    text = written(snapshot_of(kit.World()))
    assert "Update-Mg" not in text
    assert "Add-MgServicePrincipalKey" not in text
    assert "endDateTime =" not in text, "no date is sent"
    assert "-cnotcontains" in text, "base64 has capital letters"
    assert f"$Thumbprint = '{kit.thumb(kit.make_der())}'" in text
    assert "New-ExchangeCertificate" not in text, "a good certificate stays"
    assert "$results.Count -eq 0" in text, "silence is no success"
    assert f"-ComputerName '{kit.EX01}'" in text, "the server that is probed is the one that is restarted"


def test_what_wants_a_consent_asks_for_the_domain(kit: Any, snapshot_of: Any) -> None:
    text = written(snapshot_of(weak(kit)))
    assert text.count("Confirm-Consent -Text") == len(
        [change for change in plan_of(snapshot_of(weak(kit))).changes if change.consent]
    )
    assert "GetHostName() -ne 'ex01'" in text, "on the server that has the certificate"


def test_a_blocked_plan_says_what_is_missing(kit: Any, snapshot_of: Any) -> None:
    world = kit.World()
    world.domains = [{"id": "fabrikam.com", "isVerified": False}]
    snapshot = snapshot_of(world)
    assert snapshot.reports["tenant"].status is Status.ATTENTION
    text = written(snapshot)
    assert "Not in this script" in text
    assert grammar.problems(text) == []


@pytest.mark.parametrize("cloud", ["global", "gcc-high", "dod", "china"])
def test_the_cloud_is_named(cloud: Any, kit: Any, snapshot_of: Any) -> None:
    text = written(snapshot_of(kit.World(), cloud=CloudSettings(name=cloud)))
    assert grammar.problems(text) == []
    assert ("-Environment 'Global'" in text) == (cloud == "global")


def test_a_name_with_quotes_is_data(kit: Any, snapshot_of: Any) -> None:
    name = "it\u2019s; $(Remove-Item x) `n 'ours'"
    world = kit.World()
    world.auth_servers = [kit.auth_server(name, enabled=False)]
    text = written(snapshot_of(world))
    assert grammar.problems(text) == []
    assert "Remove-Item" not in grammar.commands(text)
    assert "Set-AuthServer" in grammar.commands(text)
