"""The whole chain over the model: from any state to `ok`, nothing lost on the way, nothing done twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet, GraphRequest, Later
from pushtui.procedure import chain, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import (
    Change,
    Consent,
    ExchangeWrite,
    FileWrite,
    GraphWrite,
    Risk,
    Severity,
    Status,
    StepId,
    Trial,
)

ALL_OK = dict.fromkeys(StepId, Status.OK)


def statuses(reports: dict[StepId, chain.Report]) -> dict[StepId, Status]:
    return {step: report.status for step, report in reports.items()}


def test_seven_steps_in_the_order_of_the_chain() -> None:
    assert [step.ID for step in chain.STEPS] == list(StepId)


def test_an_organization_as_setup_leaves_it_ends_ok_and_keeps_its_certificate(world: Any) -> None:
    before = dict(world.config)
    reports = world.apply()
    assert statuses(reports) == ALL_OK
    assert world.config == before
    assert world.log == [
        "certificate.export",
        "auth-server.create",
        "service-principal.add-key",
        "push-proxy.enable",
        "verification.restart",
    ]


def test_applying_again_sends_nothing(world: Any) -> None:
    world.apply()
    world.log.clear()
    world.now += timedelta(hours=1)
    assert statuses(world.apply()) == ALL_OK
    assert world.log == []


def test_an_expired_certificate_ends_with_one_new_one(kit: Any) -> None:
    old = kit.make_der(end=kit.NOW - kit.DAY)
    world = kit.with_current(old)
    plan = [action.id for action in world.actions(StepId.CERTIFICATE)]
    assert plan == [
        "certificate.create",
        "certificate.stage",
        "certificate.publish",
        "certificate.export",
        "certificate.distribution",
    ]
    assert statuses(world.apply()) == ALL_OK
    made = {item.thumbprint for store in world.stores.values() for item in store} - {kit.thumb(old)}
    assert made == {world.config["CurrentCertificateThumbprint"]}
    assert world.config["PreviousCertificateThumbprint"] == ""
    assert [item.services for item in world.stores[kit.EX01]] == ["None", "Federation"]


def test_everything_that_will_be_done_is_in_the_plan(kit: Any) -> None:
    world = kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))
    plan = [action.id for action in world.actions() if isinstance(action, Change)]
    world.apply()
    assert world.log == plan


def test_an_old_update_stops_before_anything_is_changed(world: Any, kit: Any) -> None:
    world.servers[1] = kit.server_object("ex02", AdminDisplayVersion="Version 15.0 (Build 712.24)")
    reports = world.apply()
    assert world.log == []
    assert reports[StepId.SERVERS].status is Status.ATTENTION
    assert reports[StepId.CERTIFICATE].status is Status.BLOCKED
    assert reports[StepId.SERVICE_PRINCIPAL].status is Status.BLOCKED
    assert "certificate.current" in {item.code for item in reports[StepId.CERTIFICATE].findings}


def test_a_step_that_needs_nothing_is_not_blocked_by_an_earlier_one(kit: Any) -> None:
    world = kit.done()
    world.servers[1] = kit.server_object("ex02", AdminDisplayVersion="Version 15.0 (Build 712.24)")
    reports = world.reports()
    assert reports[StepId.AUTH_SERVER].status is Status.OK
    assert reports[StepId.SERVICE_PRINCIPAL].status is Status.OK


def test_a_blocked_step_keeps_the_probe_which_changes_nothing(world: Any, kit: Any) -> None:
    world.servers[1] = kit.server_object("ex02", AdminDisplayVersion="Version 15.0 (Build 712.24)")
    [kept] = world.reports()[StepId.VERIFICATION].actions
    assert isinstance(kept, Trial)


def test_what_is_not_known_yet_holds_back_changes(world: Any) -> None:
    facts = world.fresh()
    answers = {query: answer for query, answer in facts.answers.items() if query != questions.SERVERS}
    reports = chain.reports(replace(facts, answers=answers))
    assert reports[StepId.SERVERS].status is Status.UNKNOWN
    assert reports[StepId.AUTH_SERVER].status is Status.BLOCKED
    assert reports[StepId.AUTH_SERVER].actions == ()


def test_a_server_that_does_not_answer_fails_its_own_row_only(world: Any, kit: Any) -> None:
    world.failures[questions.server_store(kit.EX03)] = kit.failed()
    reports = world.apply()
    assert reports[StepId.CERTIFICATE].status is Status.FAILED
    rows = {item.subject: item.code for item in reports[StepId.CERTIFICATE].findings}
    assert rows[kit.EX03] == "certificate.server-unreadable"
    assert rows[kit.EX02] == "certificate.on-server"
    assert reports[StepId.VERIFICATION].status is Status.OK


def test_the_gravest_finding_decides() -> None:
    assert chain.status_of([]) is Status.UNKNOWN
    assert chain.status_of([finding("servers.edge"), finding("servers.out-of-support")]) is Status.OK
    assert chain.status_of([finding("servers.too-old"), finding("certificate.none")]) is Status.ATTENTION
    assert chain.status_of([finding("servers.too-old"), finding("servers.unreadable")]) is Status.FAILED
    assert set(Severity) == set(chain._STATUS)


def test_the_links_before_a_step_are_needed_with_it() -> None:
    assert chain.needed([StepId.AUTH_SERVER]) == (
        StepId.TENANT,
        StepId.SERVERS,
        StepId.CERTIFICATE,
        StepId.AUTH_SERVER,
    )
    assert chain.needed([]) == ()


@pytest.mark.parametrize(
    ("command", "sendable"),
    [
        (ExchangeWrite(Cmdlet.of("Set-AuthConfig", CertificateThumbprint=Later("x"))), False),
        (ExchangeWrite(Cmdlet.of("Set-AuthConfig", CertificateThumbprint=("A", Later("x")))), False),
        (ExchangeWrite(Cmdlet.of("Set-AuthConfig", CertificateThumbprint="A")), True),
        (FileWrite("/x", None), False),
        (FileWrite("/x", b""), True),
        (GraphWrite(GraphRequest("PATCH", "/servicePrincipals/1")), False),
        (GraphWrite(GraphRequest("PATCH", "/servicePrincipals/1", body="{}")), True),
    ],
)
def test_a_value_that_is_not_known_yet_is_never_sent(command: Any, sendable: bool) -> None:
    change = Change("x.y", StepId.TENANT, "x", command, None, None, Risk.REVERSIBLE, ())
    assert chain.sendable(change) is sendable


def test_only_two_things_ask_for_a_consent_of_their_own(kit: Any) -> None:
    world = kit.with_current(kit.make_der(kind="1024"))
    consents = {action.id: action.consent for action in world.actions() if isinstance(action, Change)}
    replacing = {"certificate.create", "certificate.stage", "certificate.publish"}
    assert {name for name, consent in consents.items() if consent is Consent.REPLACE_CERTIFICATE} == replacing
    assert [name for name, consent in consents.items() if consent is Consent.SERVICE_PRINCIPAL_KEY] == [
        "service-principal.add-key"
    ]
    expired = kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))
    assert {item.consent for item in expired.actions(StepId.CERTIFICATE) if isinstance(item, Change)} == {None}


QUICK = [Phase.explicit, Phase.reuse, Phase.generate]
"""Without shrinking: one example is a whole run, and its state is small enough to be read."""

# --- any state -------------------------------------------------------------------------------------------------------

CERTIFICATES = ["valid", "expired", "small", "curve", "keyless", "nowhere", "none", "staged", "none-staged"]
AUTH_SERVERS = ["none", "right", "printed", "old-url", "disabled", "other", "wizard", "wizard-disabled", "wizard+other"]


def build(kit: Any, draw: Any) -> Any:
    """Any state that the program can be expected to put right by itself."""
    kind = draw(st.sampled_from(CERTIFICATES))
    der = {
        "expired": kit.make_der(end=kit.NOW - kit.DAY),
        "small": kit.make_der(kind="1024"),
        "curve": kit.make_der(kind="EC"),
        "staged": kit.make_der(end=kit.NOW - kit.DAY),
    }.get(kind, kit.make_der())
    world = kit.with_current(der, private_key=kind != "keyless", services="SMTP")
    if kind == "nowhere":
        world.config["CurrentCertificateThumbprint"] = "F" * 40
    if kind.startswith("none"):
        world.config["CurrentCertificateThumbprint"] = ""
    if kind.endswith("staged"):
        new = kit.make_der("next")
        world.stores[kit.EX01].append(kit.Stored(new))
        world.config |= {"NextCertificateThumbprint": kit.thumb(new), "NextCertificateEffectiveDate": kit.NOW + kit.DAY}
    world.auth_servers = {
        "right": [kit.auth_server()],
        "printed": [
            kit.auth_server(url="https://accounts.accesscontrol.windows.net/metadata/json/1/?realm=Fabrikam.com")
        ],
        "old-url": [kit.auth_server(url="https://old.example/metadata/json/1")],
        "disabled": [kit.auth_server(enabled=False)],
        "other": [kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)],
        "wizard": [kit.auth_server("ACS - 1")],
        "wizard-disabled": [kit.auth_server("ACS - 1", enabled=False)],
        "wizard+other": [kit.auth_server("ACS - 1"), kit.auth_server(realm=kit.OTHER_TENANT, url=kit.OTHER_URL)],
    }.get(draw(st.sampled_from(AUTH_SERVERS)), [])
    ends = draw(st.lists(st.sampled_from([-9, 5, 80]), unique=True))
    others = [kit.make_der("other", end=kit.NOW + days * kit.DAY) for days in ends]
    world.principal["keyCredentials"] = [kit.key_object(item) for item in others]
    world.visible_after = draw(st.integers(0, 3))
    world.proxy |= {
        "Enabled": draw(st.booleans()),
        "Organization": draw(st.sampled_from(["", "Fabrikam.com", "contoso.com"])),
        "Uri": draw(st.sampled_from([kit.PUSH_URI, "https://old.example/PushNotifications"])),
    }
    world.shows_push_apps = draw(st.booleans())
    world.inputs = replace(world.inputs, windows_endpoint=draw(st.booleans()), mail=draw(st.booleans()))
    world.executing = draw(st.sampled_from([kit.EX01, kit.EX01, kit.EX02])) if "staged" not in kind else kit.EX01
    world.lose = set(
        draw(st.lists(st.sampled_from(["certificate.create", "certificate.publish", "auth-server.create"])))
    )
    world._load()
    return world


@settings(phases=QUICK)
@given(data=st.data())
def test_any_state_ends_ok_and_a_second_pass_changes_nothing(kit: Any, data: Any) -> None:
    world = build(kit, data.draw)
    foreign = {item["key"] for item in world.principal["keyCredentials"]}
    wizards = [item for item in world.auth_servers if item["Name"].startswith("ACS")]
    known = {item.thumbprint for store in world.stores.values() for item in store}

    world.apply()
    world.now += timedelta(hours=1)
    reports = world.apply()

    assert statuses(reports) == ALL_OK, (world.log, world.codes())
    assert foreign <= {item["key"] for item in world.principal["keyCredentials"]}
    assert [item["Name"] for item in world.auth_servers if item["Name"].startswith("ACS")] == [
        item["Name"] for item in wizards
    ]
    made = {item.thumbprint for store in world.stores.values() for item in store} - known
    assert len(made) <= 1
    world.log.clear()
    world.now += timedelta(hours=1)
    world.apply()
    assert world.log == []


@settings(phases=QUICK)
@given(lost=st.booleans(), hidden=st.booleans(), days=st.integers(0, 3))
def test_a_lost_answer_never_leads_to_a_second_certificate(kit: Any, lost: bool, hidden: bool, days: int) -> None:
    world = kit.with_current(kit.make_der(end=kit.NOW - kit.DAY))
    world.lose = {"certificate.create"} if lost else set()
    store = questions.server_store(kit.EX01)
    if hidden:
        # The server answers nothing more after the write: neither the result nor the reads that should settle it.
        original = world.obey

        def obey(command: Any) -> Any:
            result = original(command)
            world.failures[store] = kit.failed()
            return result

        world.obey = obey
    world.apply()
    world.failures.clear()
    world.obey = type(world).obey.__get__(world)
    for _ in range(2):
        world.now += days * kit.DAY + timedelta(minutes=1)
        world.apply()
    old = kit.thumb(kit.make_der(end=kit.NOW - kit.DAY))
    assert len({item.thumbprint for store in world.stores.values() for item in store} - {old}) == 1
    assert world.log.count("certificate.create") == 1
    assert statuses(world.reports()) == ALL_OK
