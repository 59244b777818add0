"""The first two links: they change nothing, and say what a person must do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pushtui.procedure import questions, tenant
from pushtui.procedure.model import Status, StepId


@pytest.mark.parametrize("text", ["fabrikam.com", " Fabrikam.COM ", "a.b-c.co.uk", "xn--bcher-kva.example"])
def test_these_are_domains(text: str) -> None:
    assert tenant.is_domain(text)


@pytest.mark.parametrize(
    "text",
    ["", "fabrikam", "fabrikam.", ".com", "a..com", "-a.com", "a-.com", "a b.com", "a@b.com", "https://a.com", "a.c/",
     "a" * 64 + ".com", ("a" * 60 + ".") * 5 + "com", "a.com\n", "a.123", "bücher.example"],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert not tenant.is_domain(text) or text.strip() != text


def test_the_domain_is_asked_for_as_dns_has_it(world: Any) -> None:
    world.inputs = replace(world.inputs, tenant_domain=" Fabrikam.COM ")
    assert questions.discovery(world.facts()).domain == "fabrikam.com"
    assert world.reports()[StepId.TENANT].status is Status.OK


def test_an_unknown_domain_needs_a_person_and_nothing_is_changed(world: Any, kit: Any) -> None:
    world.failures[questions.discovery(world.facts())] = kit.failed("entra.tenant-not-found")
    reports = world.apply()
    assert reports[StepId.TENANT].status is Status.ATTENTION
    assert world.log == []


def test_a_cloud_that_does_not_answer_is_not_a_tenant_that_does_not_exist(world: Any, kit: Any) -> None:
    world.failures[questions.discovery(world.facts())] = kit.failed("entra.unreachable")
    reports = world.apply()
    assert reports[StepId.TENANT].status is Status.FAILED
    assert world.log == []


def test_all_that_is_missing_is_said_at_once(world: Any) -> None:
    world.domains = [{"id": "fabrikam.com", "isVerified": False}]
    world.organization["assignedPlans"] = [{"service": "SharePoint", "capabilityStatus": "Enabled"}]
    world.principal = None
    assert {
        "tenant.domain-unverified",
        "tenant.plan-missing",
        "tenant.service-principal-missing",
    } <= world.codes()


def test_the_tenant_id_is_shown_and_both_sources_agree_whatever_the_case(world: Any, kit: Any) -> None:
    world.organization["id"] = kit.TENANT.upper()
    world.tenant = kit.TENANT.upper()
    [found] = [item for item in world.findings() if item.code == "tenant.found"]
    assert found.observed == kit.TENANT
    assert world.reports()[StepId.TENANT].status is Status.OK


def test_an_organization_of_edge_servers_alone_has_no_server(world: Any, kit: Any) -> None:
    world.servers = [kit.server_object("edge", ServerRole="Edge", IsEdgeServer=True, IsMailboxServer=False)]
    report = world.reports()[StepId.SERVERS]
    assert report.status is Status.FAILED
    assert {item.code for item in report.findings} >= {"servers.edge", "servers.none"}


def test_one_strange_server_hides_no_other(world: Any, kit: Any) -> None:
    world.servers[0] = kit.server_object("ex01", AdminDisplayVersion="?")
    rows = {item.subject: item.code for item in world.reports()[StepId.SERVERS].findings if "support" not in item.code}
    assert rows.pop("") == "servers.in-service"
    assert rows == {kit.EX01: "servers.unreadable", kit.EX02: "servers.current", kit.EX03: "servers.current"}
