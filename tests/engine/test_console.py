"""The console beside its parser: completion, rows, and one session that asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import ReadOnlyRefused
from pushtui.engine.console.answer import rows
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.console.completion import complete, insert

KNOWN = Catalogue(
    ("Get-AuthConfig", "Get-AuthServer", "Get-ExchangeServer", "Test-OAuthConnectivity"),
    {"get-authserver": ("Verbose", "Identity", "DomainController"), "get-exchangeserver": ()},
    {"get-authserver": ("Name", "Realm")},
)


@pytest.mark.parametrize(
    ("typed", "candidates", "result"),
    [
        ("Get-A", ("Get-AuthConfig", "Get-AuthServer"), "Get-Auth"),
        ("get-auths", ("Get-AuthServer",), "Get-AuthServer "),
        ("t", ("Test-OAuthConnectivity",), "Test-OAuthConnectivity "),
        ("Get-AuthServer -", ("-DomainController", "-Identity", "-Verbose"), "Get-AuthServer -"),
        ("Get-AuthServer -i", ("-Identity",), "Get-AuthServer -Identity "),
        ("Get-AuthServer -Identity x -", ("-DomainController", "-Verbose"), "Get-AuthServer -Identity x -"),
        ("Get-AuthServer | sel", ("Select-Object",), "Get-AuthServer | Select-Object "),
        ("Get-AuthServer | Select-Object R", ("Realm",), "Get-AuthServer | Select-Object Realm "),
        ("Get-AuthServer | Select-Object Name,r", ("Realm",), "Get-AuthServer | Select-Object Name,Realm "),
        ("Get-AuthServer x", (), "Get-AuthServer x"),
    ],
)
def test_tab_completes(typed: str, candidates: tuple[str, ...], result: str) -> None:
    completion = complete(typed, len(typed), KNOWN)
    assert completion.candidates == candidates
    assert completion.wants == ""
    assert insert(typed, len(typed), completion) == (result, len(result))


def test_what_is_not_known_is_asked_for() -> None:
    assert complete("", 0, Catalogue()).wants == "*"
    assert complete("Get-X -", 7, KNOWN).wants == "get-x"
    assert complete("Get-X ", 6, KNOWN).wants == ""


@given(st.text(max_size=40), st.integers(0, 40))
def test_completion_only_adds(typed: str, cursor: int) -> None:
    cursor = min(cursor, len(typed))
    completion = complete(typed, cursor, KNOWN)
    text, place = insert(typed, cursor, completion)
    assert text.endswith(typed[cursor:])
    assert len(text) >= len(typed)
    assert place <= len(text)


def test_several_small_objects_are_a_table() -> None:
    found = rows([{"Name": "EX01", "Site": "Main"}, {"Name": "E2", "Site": None}], 80)
    assert found == ["Name  Site", "----  ----", "EX01  Main", "E2"]


def test_one_object_or_a_wide_one_is_a_list() -> None:
    assert rows([{"Name": "EX01", "Roles": ["Mailbox", "Edge"]}], 80) == ["Name  : EX01", "Roles : {Mailbox, Edge}"]
    assert rows([{"Name": "x" * 30}, {"Name": "y"}], 20) == [f"Name : {'x' * 30}", "", "Name : y"]
    assert rows([{"Name": "x" * 30}, {"Name": "y"}], 25)[2:] == ["x" * 24 + "…", "y"]
    assert rows([], 80) == ["(no object)"]
    assert rows([{"@text": "just text"}], 80) == ["just text"]


@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=10) | st.none() | st.booleans(), max_size=3)))
def test_every_row_is_one_line_that_acts_on_nothing(objects: list[dict[str, Any]]) -> None:
    for row in rows(objects, 60):
        assert "\n" not in row
        assert "\x1b" not in row


# --- the session -----------------------------------------------------------------------------------------------------


def test_an_answer_is_told_as_rows_and_not_object_by_object(desk: Any) -> None:
    assert desk.session.ask(Cmdlet.of("Get-ExchangeServer", ("Name", "Fqdn"))) == 3
    text = "\n".join(desk.lines)
    assert "EX01" in text
    assert "Get-ExchangeServer | Select-Object Name,Fqdn" in text
    assert not any(line.startswith("Name: ") for line in desk.lines)
    assert desk.ended[-1].operation == "console"


def test_what_writes_is_refused_here_too(desk: Any) -> None:
    with pytest.raises(ReadOnlyRefused):
        desk.session.ask(Cmdlet.of("Set-AuthConfig", Realm="x"))
    with pytest.raises(ReadOnlyRefused):
        desk.session.ask(Cmdlet.of("Invoke-MonitoringProbe", Identity="x"))
    assert desk.ports.writes == []
    assert desk.ports.pipelines == []


def test_an_answer_teaches_the_names_of_its_properties(desk: Any) -> None:
    desk.session.ask(Cmdlet.of("Get-AuthConfig"))
    assert "CurrentCertificateThumbprint" in desk.session.catalogue.properties["get-authconfig"]


def test_cmdlets_are_learned_from_get_command(desk: Any, world: Any) -> None:
    world.shows_push_apps = True
    assert desk.session.learn("*").names == ("Get-PushNotificationApp",)
    assert desk.session.learn("Get-PushNotificationApp").parameters == {"get-pushnotificationapp": ()}
