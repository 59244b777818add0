"""What goes out: only what Exchange's no-language mode takes, and nothing that could mean more than it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pushtui.procedure import chain, questions
from pushtui.procedure.model import ExchangeRead, Facts, FileRead, GraphRead, Inputs, Query, WindowsRead


def rounds(world: Any) -> list[set[Query]]:
    """The queries as they are asked, round by round."""
    result: list[set[Query]] = []
    while True:
        facts = Facts(world.inputs, world.now, dict(world.answers), {}, world.memory)
        new = {query for step in chain.STEPS for query in step.queries(facts)} - world.answers.keys()
        if not new:
            return result
        result.append(new)
        world.answers |= {query: world.ask(query) for query in new}


def test_no_more_rounds_than_real_dependencies(kit: Any) -> None:
    asked = rounds(kit.World(shows_push_apps=True))
    assert len(asked) == 2
    first, second = asked
    assert questions.SERVERS in first
    assert questions.ORGANIZATION in second, "Graph needs the tenant that discovery finds"
    assert questions.server_store(kit.EX03) in second
    assert questions.PUSH_PROXY in second


def test_the_organizations_reads_of_a_round_are_told_apart_by_their_cmdlet(kit: Any) -> None:
    for asked in rounds(kit.World(shows_push_apps=True)):
        names = Counter(query.cmdlet.name for query in asked if isinstance(query, ExchangeRead) and not query.server)
        assert set(names.values()) <= {1}, names


def test_every_question_only_looks_and_names_plain_properties(kit: Any) -> None:
    for query in set().union(*rounds(kit.World(shows_push_apps=True))):
        match query:
            case ExchangeRead(cmdlet) | WindowsRead(cmdlet):
                assert cmdlet.reads
                assert cmdlet.select
                assert all(name.isidentifier() for name in cmdlet.select)
                assert all(value not in ("", None, ()) for _, value in cmdlet.parameters), "an empty identity is all"
            case GraphRead(request):
                assert request.reads


def test_what_concerns_a_server_names_it(kit: Any) -> None:
    for query in set().union(*rounds(kit.World())):
        if isinstance(query, ExchangeRead) and query.server:
            assert query.server in [value for _, value in query.cmdlet.parameters]


def test_the_keys_are_read_from_a_single_object(world: Any) -> None:
    request = questions.service_principal(world.facts()).request
    assert request.text == (
        "GET /servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')"
        "?$select=id,appId,displayName,accountEnabled,keyCredentials"
    )


def test_another_service_principal_is_a_value(world: Any) -> None:
    world.inputs = replace(world.inputs, service_principal="abc")
    assert "appId='abc'" in questions.service_principal(world.facts()).request.path


def test_get_push_notification_app_is_only_asked_where_the_session_has_it(kit: Any) -> None:
    assert questions.PUSH_PROXY not in set().union(*rounds(kit.World(shows_push_apps=False)))


def test_nothing_is_asked_of_the_cloud_for_a_domain_that_is_none() -> None:
    facts = Facts(Inputs("not a domain", "", ""), datetime(2026, 1, 1, tzinfo=UTC))
    asked = {query for step in chain.STEPS for query in step.queries(facts)}
    assert not [query for query in asked if isinstance(query, GraphRead)]
    assert not [query for query in asked if isinstance(query, FileRead)]
    assert questions.discovery(facts) not in asked


def test_an_edge_server_and_exchange_2010_are_not_asked_for_certificates(kit: Any) -> None:
    world = kit.World()
    world.servers[1] = kit.server_object("ex02", ServerRole="Edge", IsEdgeServer=True, IsMailboxServer=False)
    world.servers[2] = kit.server_object("ex03", AdminDisplayVersion="Version 14.3 (Build 123.4)")
    asked = set().union(*rounds(world))
    assert questions.server_store(kit.EX01) in asked
    assert questions.server_store(kit.EX02) not in asked
    assert questions.server_store(kit.EX03) not in asked


def test_the_windows_endpoint_is_only_asked_where_it_is_enabled(world: Any) -> None:
    world.inputs = replace(world.inputs, windows_endpoint=False)
    assert not [query for query in set().union(*rounds(world)) if isinstance(query, WindowsRead)]
