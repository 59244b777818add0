"""What may be the true cause of what is seen in the links: each finding comes about, and only where it should."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pushtui.procedure import chain, diagnosis_codes, questions, servers
from pushtui.procedure.model import Finding, Memory, Status, StepId

Change = Callable[[Any, Any], None]
"""What is changed about a world where everything is as it should be; it is handed the world and the kit."""

EX02 = "ex02.lab.example"
GUID = "0a1b2c3d-0000-0000-0000-000000000001"


def attributes(**changed: Any) -> Change:
    def change(world: Any, kit: Any) -> None:
        for name, value in changed.items():
            setattr(world, name, value(kit) if callable(value) else value)

    return change


def failing(query: Any) -> Change:
    def change(world: Any, kit: Any) -> None:
        world.failures[query] = kit.failed("exchange.cmdlet-error")

    return change


def beside(name: str, **changed: Any) -> Change:
    """Another auth server beside ours."""

    def change(world: Any, kit: Any) -> None:
        values = {key: value(kit) if callable(value) else value for key, value in changed.items()}
        world.auth_servers.append(kit.auth_server(name, **values))

    return change


def ours(name: str = "ACS - 1", **changed: Any) -> Change:
    """Our own auth server, otherwise."""

    def change(world: Any, kit: Any) -> None:
        values = {key: value(kit) if callable(value) else value for key, value in changed.items()}
        world.auth_servers = [kit.auth_server(name, **values)]

    return change


def missing(*servers: str, hours: float = 24 * 30, sites: tuple[str, ...] = ()) -> Change:
    """The certificate is not on these servers, so many hours after it was assigned."""

    def change(world: Any, kit: Any) -> None:
        for server in servers:
            world.stores[server] = []
        world.config["WhenChangedUTC"] = kit.NOW - timedelta(hours=hours)
        for server, site in zip(world.servers, sites, strict=False):
            server["Site"] = f"lab.example/Configuration/Sites/{site}"

    return change


def staged(
    days: float = 10, *, on: tuple[str, ...] = ("ex01", "ex02", "ex03"), key: bool = False, **der: Any
) -> Change:
    """A next certificate, effective in so many days."""

    def change(world: Any, kit: Any) -> None:
        made = kit.make_der("next", **{name: value(kit) for name, value in der.items()})
        for name in on:
            world.stores[f"{name}.lab.example"].append(kit.Stored(made))
        world.config["NextCertificateThumbprint"] = kit.thumb(made)
        world.config["NextCertificateEffectiveDate"] = kit.NOW + days * kit.DAY
        if key:
            world.principal["keyCredentials"].append(kit.key_object(made, "next"))

    return change


def imported(on: tuple[str, ...] = ("ex01", "ex02", "ex03"), *, days: float = -1, **changed: Any) -> Change:
    """Another certificate of the same name, made so many days from now, that AuthConfig does not name."""

    def change(world: Any, kit: Any) -> None:
        made = kit.make_der("Auth", kit.NOW + days * kit.DAY, kit.NOW + 1000 * kit.DAY)
        for name in on:
            world.stores[f"{name}.lab.example"].append(kit.Stored(made, **changed))

    return change


def stored(**changed: Any) -> Change:
    """The copies of the certificate on all servers, otherwise."""

    def change(world: Any, kit: Any) -> None:
        for store in world.stores.values():
            for item in store:
                for name, value in changed.items():
                    setattr(item, name, value)

    return change


def key(**changed: Any) -> Change:
    """Our key, otherwise."""

    def change(world: Any, kit: Any) -> None:
        values = {name: value(kit) if callable(value) else value for name, value in changed.items()}
        world.principal["keyCredentials"][0].update(values)

    return change


def another_key(der: Callable[[Any], bytes], *, stored: bool = False, alone: bool = False) -> Change:
    """A key of another certificate; `stored`: that is in our stores; `alone`: and ours is not there."""

    def change(world: Any, kit: Any) -> None:
        keys = world.principal["keyCredentials"]
        keys[:] = [*([] if alone else keys), kit.key_object(der(kit))]
        if stored:
            world.stores[kit.EX01].append(kit.Stored(der(kit)))

    return change


def application(*, holds: bool = True, used: bool = True, guid: str = GUID, **changed: Any) -> Change:
    """A dedicated hybrid application."""

    def change(world: Any, kit: Any) -> None:
        values = {name: value(kit) if callable(value) else value for name, value in changed.items()}
        own = kit.key_object(kit.make_der(), "ours", key=None, **values)
        world.applications = [
            {
                "id": "app-1",
                "appId": "AAAA0000-0000-0000-0000-000000000001",
                "displayName": f"ExchangeServerApp-{guid}",
                "keyCredentials": [own] if holds else [],
            }
        ]
        if used:
            world.auth_servers.append(
                kit.auth_server("EvoSts - 1", type="AzureAD", application="aaaa0000-0000-0000-0000-000000000001")
            )

    return change


def override(parameter: str = "Enabled=true", **changed: Any) -> Change:
    """A setting override as ConfigureExchangeHybridApplication makes it."""

    def change(world: Any, kit: Any) -> None:
        world.overrides.append(
            {
                "Name": "EnableExchangeHybrid3PAppFeature",
                "ComponentName": "Global",
                "SectionName": "ExchangeOnpremAsThirdPartyAppId",
                "Parameters": [parameter],
                "Server": None,
            }
            | changed
        )

    return change


def both(*changes: Change) -> Change:
    def change(world: Any, kit: Any) -> None:
        for each in changes:
            each(world, kit)

    return change


def expired(world: Any, kit: Any) -> None:
    """The current certificate has expired; its key in the tenant with it."""
    der = kit.make_der(end=kit.NOW - kit.DAY)
    for server in world.stores:
        world.stores[server] = [kit.Stored(der)]
    world.config["CurrentCertificateThumbprint"] = kit.thumb(der)
    world.principal["keyCredentials"] = [kit.key_object(der, "ours")]


def previous(der: Callable[[Any], bytes]) -> Change:
    def change(world: Any, kit: Any) -> None:
        made = der(kit)
        world.config["PreviousCertificateThumbprint"] = kit.thumb(made)
        world.stores[kit.EX01].append(kit.Stored(made))

    return change


FORMER = lambda kit: kit.make_der("former")  # noqa: E731

CASES: dict[str, Change] = {
    "tenant.domains-shared": attributes(),
    "tenant.application-unknown": lambda world, kit: world.failures.update(
        {questions.ORGANIZATION: kit.failed("entra.application-refused", "AADSTS700016")}
    ),
    "tenant.no-shared-domain": attributes(accepted=["contoso.com"]),
    "tenant.domain-not-accepted": both(
        attributes(accepted=["lab.example", "contoso.com"]),
        lambda world, kit: world.domains.append({"id": "contoso.com", "isVerified": True}),
    ),
    "tenant.accepted-domains-unreadable": failing(questions.ACCEPTED_DOMAINS),
    "tenant.clock-skew": attributes(clocks={"tenant": -200.0, "exchange": -200.0}),
    "servers.in-service": attributes(),
    "servers.unreachable": attributes(unreachable={EX02}),
    "servers.service-stopped": attributes(stopped={EX02: {"MSExchangeServiceHost"}}),
    "servers.health-manager-silent": both(
        attributes(stopped={EX02: {"MSExchangeHM"}}),
        lambda world, kit: setattr(world, "inputs", replace(world.inputs, windows_endpoint=False)),
    ),
    "servers.component-inactive": attributes(component="Inactive", requesters=["Maintenance"]),
    "servers.unhealthy": attributes(alerts={EX02: "Unhealthy"}),
    "servers.clock-skew": attributes(clocks={"tenant": 1.0, EX02: 700.0}),
    "servers.web-proxy-missing": lambda world, kit: [
        server.update(InternetWebProxy="http://proxy:8080/") for server in world.servers[1:]
    ],
    "servers.state-unreadable": failing(questions.service_health(EX02)),
    "certificate.not-exportable": stored(exportable=False),
    "certificate.site-without": missing(EX02, "ex03.lab.example", sites=("Main", "Branch", "Branch")),
    "certificate.namesakes": lambda world, kit: world.stores[kit.EX01].append(
        kit.Stored(kit.make_der(end=kit.NOW - 9 * kit.DAY))
    ),
    "certificate.raw-only": lambda world, kit: setattr(
        world.stores[EX02][0],
        "object",
        lambda server: {"RawData": kit.make_der(), "Thumbprint": None, "Services": None},
    ),
    "certificate.signing-affected": expired,
    "certificate.unassigned": both(expired, imported()),
    "certificate.next-missing-on-server": staged(on=("ex01", "ex02")),
    "certificate.next-missing-everywhere": staged(on=()),
    "certificate.next-unusable": staged(end=lambda kit: kit.NOW + 5 * kit.DAY),
    "certificate.next-overdue": staged(days=-3),
    "certificate.previous-unusable": previous(lambda kit: kit.make_der("old", end=kit.NOW - kit.DAY)),
    "auth-server.hybrid": attributes(hybrid=True),
    "auth-server.same-tenant": beside("EvoSts - 1", type="AzureAD"),
    "auth-server.duplicate": beside("ACS - 2"),
    "auth-server.other-tenant": beside("ACS - 2", realm=lambda kit: kit.OTHER_TENANT, url=lambda kit: kit.OTHER_URL),
    "auth-server.sibling-disabled": beside("EvoSts - 1", type="AzureAD", enabled=False),
    "auth-server.wrong-cloud": ours(
        url=lambda kit: f"https://login.microsoftonline.us/{kit.TENANT}/metadata/json/1",
        endpoint=lambda kit: f"https://login.microsoftonline.us/{kit.TENANT}/tokens/OAuth/2",
    ),
    "auth-server.endpoint-differs": ours(
        endpoint=lambda kit: f"https://accounts.accesscontrol.windows.net/{kit.OTHER_TENANT}/tokens/OAuth/2"
    ),
    "auth-server.issuer-differs": ours(issuer="00000003-0000-0000-c000-000000000000"),
    "auth-server.dedicated-application": application(),
    "auth-server.partner-missing": attributes(partners=[]),
    "auth-server.partner-differs": lambda world, kit: world.partners[0].update(Realm=kit.OTHER_TENANT),
    "auth-server.partner-unreadable": failing(questions.PARTNER_APPLICATIONS),
    "service-principal.disabled": lambda world, kit: world.principal.update(accountEnabled=False),
    "service-principal.key-ends-early": key(endDateTime=lambda kit: (kit.NOW + 30 * kit.DAY).isoformat()),
    "service-principal.key-not-yet-valid": key(startDateTime=lambda kit: (kit.NOW + kit.DAY).isoformat()),
    "service-principal.wrong-usage": key(usage="Sign"),
    "service-principal.next-key": staged(key=True),
    "service-principal.next-key-missing": staged(),
    "service-principal.previous-key": both(previous(FORMER), another_key(FORMER)),
    "service-principal.former-key": another_key(FORMER, stored=True),
    "service-principal.unattributed-key": failing(questions.AUTH_CONFIG),
    "service-principal.wrong-certificate": another_key(FORMER, stored=True, alone=True),
    "service-principal.dedicated-application": application(),
    "service-principal.dedicated-key-missing": application(holds=False),
    "service-principal.dedicated-key-expired": application(endDateTime=lambda kit: (kit.NOW - kit.DAY).isoformat()),
    "service-principal.dedicated-unused": application(used=False),
    "service-principal.dedicated-enabled": both(application(), override()),
    "service-principal.dedicated-override-alone": both(application(used=False), override()),
    "service-principal.dedicated-not-enabled": both(application(), override("Enabled=false")),
    "service-principal.dedicated-overrides-unreadable": both(application(), failing(questions.SETTING_OVERRIDES)),
    "service-principal.dedicated-unreadable": failing(questions.HYBRID_APPLICATIONS),
    "push-proxy.other-domain": lambda world, kit: (
        world.proxy.update(Organization="Fabrikam.onmicrosoft.com"),
        world.domains.append({"id": "fabrikam.onmicrosoft.com", "isVerified": True}),
    ),
    "push-proxy.invalid": lambda world, kit: world.proxy.update(IsValid=False),
}

HARMLESS = {"ok", "note", "warning"}


def broken(kit: Any, code: str) -> Any:
    world = kit.done()
    world.inputs = replace(world.inputs, probe=False)
    CASES[code](world, kit)
    return world


def named(world: Any, code: str) -> list[Finding]:
    return [item for item in world.findings() if item.code == code]


@pytest.mark.parametrize("code", diagnosis_codes.FINDINGS)
def test_every_code_comes_about(code: str, kit: Any) -> None:
    entry = diagnosis_codes.FINDINGS[code]
    world = broken(kit, code)
    found = named(world, code)
    assert found, f"{code} is not in {sorted(world.codes())}"
    assert {item.severity for item in found} == {entry.severity}
    promised = set(re.findall(r"\{(\w+)\}", entry.meaning)) - {"reason"}
    assert promised <= set(found[0].arguments), "the table promises arguments that are not there"


@pytest.mark.parametrize(
    "code", [code for code, entry in diagnosis_codes.FINDINGS.items() if entry.severity.value in HARMLESS]
)
def test_what_is_only_worth_a_word_leaves_every_step_ok(code: str, kit: Any) -> None:
    consequences = {
        "certificate.site-without",  # a server without the certificate
        "certificate.signing-affected",  # an expired certificate
        "certificate.unassigned",  # likewise
        "service-principal.unattributed-key",  # AuthConfig cannot be read
        "service-principal.wrong-usage",  # our key counts for nothing
        "service-principal.wrong-certificate",  # our key is not there
    }
    if code in consequences:
        return
    statuses = {step: report.status for step, report in broken(kit, code).reports().items()}
    assert set(statuses.values()) <= {Status.OK, Status.SKIPPED}, statuses


def test_a_healthy_organization_has_nothing_to_be_said_of_but_what_holds(kit: Any) -> None:
    world = kit.done()
    known = {"tenant.domains-shared", "servers.in-service"}
    assert world.codes() & diagnosis_codes.FINDINGS.keys() == known


def test_no_word_of_the_table_is_unused() -> None:
    folder = Path(chain.__file__).parent
    used = {
        word
        for path in folder.glob("*.py")
        if path.name not in {"diagnosis_codes.py", "evidence.py", "explain.py"}
        for word in re.findall(rf'"((?:{"|".join(StepId)})\.[a-z0-9-]+)"', path.read_text())
    }
    assert diagnosis_codes.FINDINGS.keys() | diagnosis_codes.ACTIONS.keys() <= used


# --- tenant ----------------------------------------------------------------------------------------------------------


def test_an_application_that_the_directory_does_not_know_is_one_finding_and_the_cause(kit: Any) -> None:
    world = broken(kit, "tenant.application-unknown")
    refused = world.failures[questions.ORGANIZATION]
    world.failures |= dict.fromkeys((questions.DOMAINS, questions.service_principal(world.facts())), refused)
    assert [item.code for item in world.findings() if item.code == "tenant.unreadable"] == []
    (unread,) = named(world, "service-principal.unreadable")
    assert [cause.code for cause in unread.explained_by] == ["tenant.application-unknown"]


def test_a_site_of_one_server_is_not_said_to_lack_what_its_server_lacks(kit: Any) -> None:
    world = kit.done()
    missing(EX02, sites=("Main", "Branch", "Main"))(world, kit)
    assert named(world, "certificate.missing-on-server")
    assert named(world, "certificate.site-without") == []


def test_an_account_that_may_open_no_more_sessions_is_no_fault_of_the_servers(kit: Any) -> None:
    world = kit.done()
    world.failures |= dict.fromkeys(
        (
            read
            for server in (kit.EX01, EX02, kit.EX03)
            for read in (questions.server_store(server), questions.server_health(server))
        ),
        kit.failed("exchange.quota"),
    )
    assert named(world, "servers.unreachable") == []


# --- servers ---------------------------------------------------------------------------------------------------------


def test_an_unreachable_server_is_one_finding_and_holds_nothing_back(kit: Any) -> None:
    world = broken(kit, "servers.unreachable")
    found = [item.code for item in world.findings() if item.subject == EX02]
    assert [code for code in found if code.startswith("servers.")] == [
        "servers.current", "servers.out-of-support", "servers.unreachable"
    ]  # fmt: skip
    assert not [code for code in world.codes() if code.endswith(".blocked")]
    [serving] = named(world, "servers.in-service")
    assert serving.observed == "2"


def test_the_windows_endpoint_is_asked_of_services_only_where_the_health_manager_is_silent(kit: Any) -> None:
    world = kit.done()
    world.fresh()
    assert not [query for query in world.answers if query == questions.services(EX02)]
    world.stopped = {EX02: {"MSExchangeHM"}}
    [stopped] = named(world, "servers.service-stopped")
    assert (stopped.subject, stopped.arguments["service"]) == (EX02, "MSExchangeHM")
    assert questions.services(EX02) in world.answers
    assert questions.services(kit.EX01) not in world.answers
    assert not named(world, "servers.health-manager-silent"), "what is known for certain needs no guess"


def test_a_health_manager_that_runs_and_is_silent_is_said_to_be_silent(kit: Any) -> None:
    world = kit.done()
    world.failures[questions.server_health(EX02)] = kit.failed("exchange.cmdlet-error")
    assert [item.subject for item in named(world, "servers.health-manager-silent")] == [EX02]
    assert not named(world, "servers.service-stopped")


def test_what_the_account_may_not_ask_is_no_fault_of_the_servers(kit: Any) -> None:
    world = kit.done()
    for name in (kit.EX01, EX02, kit.EX03):
        for query in (questions.service_health(name), questions.server_health(name)):
            world.failures[query] = kit.failed("exchange.access-denied", "CommandNotAvailable")
    assert {item.subject: item.observed for item in named(world, "servers.state-unreadable")} == {
        "Test-ServiceHealth": "3",
        "Get-ServerHealth": "3",
    }
    assert not world.codes() & {"servers.unreachable", "servers.health-manager-silent", "servers.in-service"}


def test_a_server_wide_maintenance_is_called_so(kit: Any) -> None:
    world = kit.done()
    world.component, world.offline, world.requesters = "Inactive", True, ["Maintenance", "HealthApi"]
    [first, *_] = named(world, "servers.component-inactive")
    assert first.arguments == {"component": "ServerWideOffline", "requesters": "Maintenance, HealthApi"}


def test_clocks_that_are_wrong_together_are_no_fault_of_exchange(kit: Any) -> None:
    world = kit.done()
    world.clocks = {"tenant": 900.0, "exchange": 890.0}
    assert named(world, "tenant.clock-skew")
    assert not named(world, "servers.clock-skew")
    world.clocks = {EX02: 900.0}
    [found] = named(world, "servers.clock-skew")
    assert (found.observed, found.arguments) == ("900", {"minutes": "15", "against": "here"})


@pytest.mark.parametrize(("called", "name"), [("EX02", EX02), ("ex02.lab.example", EX02), ("balancer", "model")])
def test_a_wrong_clock_is_that_of_the_server_which_says_that_it_answers(kit: Any, called: str, name: str) -> None:
    world = kit.done()
    world.clocks, world.front_end = {"tenant": 0.0, "exchange": 900.0}, called
    world.failures = {questions.process_info(server["Fqdn"]): kit.failed() for server in world.servers}
    assert [item.subject for item in named(world, "servers.clock-skew")] == [name]


def test_what_took_long_to_answer_tells_the_time_that_much_less_well(kit: Any) -> None:
    world = kit.done()
    world.clocks = {"tenant": 0.0, EX02: -310.0}
    assert [item.subject for item in named(world, "servers.clock-skew")] == [EX02]
    facts, asked = world.facts(), questions.process_info(EX02)
    late = replace(facts.answers[asked], seconds=20.0)
    slow = replace(facts, answers={**facts.answers, asked: late})
    assert "servers.clock-skew" not in {item.code for item in servers.findings(slow)}


# --- certificate -----------------------------------------------------------------------------------------------------


def test_a_missing_certificate_names_who_could_give_it(kit: Any) -> None:
    world = kit.done()
    missing(EX02, sites=("Main", "Branch", "Branch"))(world, kit)
    [found] = named(world, "certificate.missing-on-server")
    assert found.arguments["holder"] == kit.EX03, "one of the same site, where there is one"
    assert found.arguments["site"] == "Branch"
    world.stores[kit.EX03][0].exportable = False
    [found] = named(world, "certificate.missing-on-server")
    assert found.arguments["holder"] == kit.EX01, "but one that can export it"


def test_a_site_that_cannot_be_read_is_not_said_to_lack_it(kit: Any) -> None:
    world = broken(kit, "certificate.site-without")
    assert [item.subject for item in named(world, "certificate.site-without")] == ["Branch"]
    world.unreachable = {EX02}
    assert not named(world, "certificate.site-without")


@pytest.mark.parametrize("windows", [True, False])
def test_exchange_is_given_another_chance_before_a_person_moves_the_certificate(kit: Any, windows: bool) -> None:
    world = kit.done()
    world.inputs = replace(world.inputs, windows_endpoint=windows, probe=False)
    missing(EX02, kit.EX03)(world, kit)
    actions = world.actions(StepId.CERTIFICATE)
    assert [item.id for item in actions] == ["certificate.restart-host"] * 2 + ["certificate.distribution"]
    assert [getattr(item, "target", "") or item.where for item in actions[:2]] == [EX02, kit.EX03]
    assert actions[0].arguments["thumbprint"] == kit.thumb(kit.make_der())
    world.apply()
    assert set(world.codes()) & {"certificate.missing-on-server", "certificate.not-on-server"} == set()


def test_where_exchange_does_not_bring_it_a_person_is_left_with_it(kit: Any) -> None:
    world = kit.done()
    missing(EX02)(world, kit)
    world.distribute = lambda: None
    world.apply()
    assert world.log.count("certificate.restart-host") == 1
    assert [item.subject for item in named(world, "certificate.missing-on-server")] == [EX02]
    assert "certificate.restart-host" not in [item.id for item in world.actions(StepId.CERTIFICATE)]


def test_a_certificate_on_its_way_is_not_missed_yet(kit: Any) -> None:
    world = kit.done()
    missing(EX02, hours=2, sites=("Main", "Branch", "Main"))(world, kit)
    staged(on=("ex01",))(world, kit)
    assert not world.codes() & {"certificate.site-without", "certificate.next-missing-on-server"}


def test_a_next_certificate_that_begins_on_its_day_is_as_it_should_be(kit: Any) -> None:
    world = kit.done()
    staged(start=lambda kit: kit.NOW + 5 * kit.DAY, key=True)(world, kit)
    assert not world.codes() & {"certificate.next-unusable", "certificate.next-missing-everywhere"}
    world = kit.done()
    staged(days=2, start=lambda kit: kit.NOW + 5 * kit.DAY)(world, kit)
    assert named(world, "certificate.next-unusable")[0].observed == "certificate.not-yet-valid"


def test_a_certificate_that_was_imported_is_taken_and_none_is_made(kit: Any) -> None:
    world = broken(kit, "certificate.unassigned")
    world.file["content"] = world.stores[EX02][0].der  # the expired one, which nobody keeps as the previous one
    [found] = named(world, "certificate.unassigned")
    world.apply()
    assert named(world, "certificate.file-agrees")
    assert world.log[:2] == ["certificate.stage", "certificate.publish"]
    assert world.config["CurrentCertificateThumbprint"] == found.subject
    assert "certificate.create" not in world.log


@pytest.mark.parametrize(
    "change",
    [
        imported(("ex01", "ex02")),
        imported(private_key=False),
        imported(exportable=False),
        imported(status="Revoked"),
        imported(days=2),
        imported(days=-2000),
        both(imported(), lambda world, kit: world.unreachable.add(EX02)),
        both(
            imported(),
            lambda world, kit: world.config.update(PreviousCertificateThumbprint=world.stores[EX02][-1].thumbprint),
        ),
    ],
    ids=["not everywhere", "no key", "not exportable", "revoked", "not begun", "older", "not all read", "the previous"],
)
def test_what_was_imported_otherwise_does_not_take_the_place(change: Change, kit: Any) -> None:
    world = kit.done()
    both(expired, change)(world, kit)
    assert named(world, "certificate.expired")
    assert not named(world, "certificate.unassigned")


# --- auth server -----------------------------------------------------------------------------------------------------


def test_a_disabled_partner_application_is_enabled_and_can_be_taken_back(kit: Any) -> None:
    world = kit.done()
    world.partners[0]["Enabled"] = False
    [change] = world.actions(StepId.AUTH_SERVER)
    assert change.command.text == "Set-PartnerApplication -Identity 'Exchange Online' -Enabled:$true -Confirm:$false"
    assert change.undo.text == "Set-PartnerApplication -Identity 'Exchange Online' -Enabled:$false -Confirm:$false"
    world.memory = Memory()
    world.apply()
    assert world.partners[0]["Enabled"]
    assert not named(world, "auth-server.partner-disabled")


@pytest.mark.parametrize(
    "path", ["/tokens/OAuth/1", "/tokens/OAuth/2", "/99999999-2222-3333-4444-555555555555/tokens/OAuth/2"]
)
def test_a_token_endpoint_that_is_not_this_tenants_own_is_told(kit: Any, path: str) -> None:
    world = kit.done()
    ours(endpoint=f"https://accounts.accesscontrol.windows.net{path}")(world, kit)
    [found] = named(world, "auth-server.endpoint-differs")
    assert found.expected == f"https://accounts.accesscontrol.windows.net/{kit.TENANT}/tokens/OAuth/2"
    assert world.reports()[StepId.AUTH_SERVER].status is Status.ATTENTION


def test_another_enabled_application_of_exchange_online_is_enough(kit: Any) -> None:
    world = kit.done()
    world.partners = [
        {"Name": "Exchange Online", "Enabled": False, "ApplicationIdentifier": kit.APP},
        {"Name": "Second", "Enabled": True, "ApplicationIdentifier": kit.APP},
    ]
    assert not named(world, "auth-server.partner-disabled")


def test_a_url_that_is_set_anyway_says_all_there_is_to_say(kit: Any) -> None:
    world = kit.done()
    ours("MicrosoftSts", url="https://old.example/1", endpoint="https://old.example/tokens")(world, kit)
    assert named(world, "auth-server.url-differs")
    assert not named(world, "auth-server.endpoint-differs")


# --- service principal -----------------------------------------------------------------------------------------------


def test_a_dedicated_application_of_another_organization_is_not_ours(kit: Any) -> None:
    world = kit.done()
    application(guid="99999999-0000-0000-0000-000000000001", used=False)(world, kit)
    assert not [code for code in world.codes() if "dedicated" in code]
    world.failures[questions.ORGANIZATION_CONFIG] = kit.failed()
    assert named(world, "service-principal.dedicated-application"), "whose it is could not be found out"


@pytest.mark.parametrize(
    "change",
    [
        override(SectionName="RouteThroughMSGraph", ComponentName="SettingOverride"),
        override("Enabled=false"),
        failing(questions.SETTING_OVERRIDES),
        both(override(), failing(questions.AUTH_SERVERS)),
    ],
)
def test_only_the_override_of_the_dedicated_application_and_only_one_that_enables_it_wants_one(
    change: Any, kit: Any
) -> None:
    world = kit.done()
    change(world, kit)
    assert not [code for code in world.codes() if "dedicated" in code]


def test_an_auth_server_that_names_the_shared_application_names_no_dedicated_one(kit: Any) -> None:
    world = kit.done()
    world.auth_servers.append(kit.auth_server("EvoSts - 1", type="AzureAD", application=kit.APP))
    assert not [code for code in world.codes() if "dedicated" in code]


def test_a_disabled_service_principal_holds_everything_back(kit: Any) -> None:
    world = broken(kit, "service-principal.disabled")
    world.principal["keyCredentials"] = []
    assert world.reports()[StepId.SERVICE_PRINCIPAL].status is Status.ATTENTION
    assert world.actions(StepId.SERVICE_PRINCIPAL) == []


def test_a_staged_certificate_that_takes_over_now_is_the_one_that_counts(kit: Any) -> None:
    world = kit.done()
    expired(world, kit)
    staged(key=True)(world, kit)
    assert named(world, "service-principal.key-present")
    assert not world.codes() & {"service-principal.next-key-missing", "certificate.next-overdue"}
