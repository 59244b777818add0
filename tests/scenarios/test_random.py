"""Organizations and tenants in any state: check never crashes and never writes, and after apply all is well or a
person knows what to do.

A few states are tried by `make test`, always the same; `make thorough` tries many others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from pushtui.lab.scenario import Scenario, load
from pushtui.procedure import codes
from pushtui.procedure.model import Severity, Status, StepId

TENANT = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"
OTHER = "9e7d6c5b-4a39-4828-9716-050403020100"
ACS = "https://accounts.accesscontrol.windows.net"
NOBODYS = "0123456789abcdef0123456789abcdef01234567"
CERTIFICATES = ("auth-certificate", "second", "third")
COMPONENTS = ("PushNotificationsProxy", "ServerWideOffline")
SERVICES = ("MSExchangeHM", "MSExchangeServiceHost")
Table = dict[str, Any]


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """The usual value three times in four."""
    return st.sampled_from([usual] * 3 * len(others) + list(others))


def some(*choices: Any, most: int = 2) -> st.SearchStrategy[list[Any]]:
    """Mostly none of them."""
    return st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(choices), unique=True, max_size=most))


@st.composite
def servers(draw: st.DrawFn) -> list[Table]:
    """One to four; the first is the one that we talk to."""
    result = []
    for number in range(draw(st.integers(1, 4))):
        first = number == 0
        result.append(
            {
                "name": f"ex0{number + 1}",
                "version": draw(mostly("15.2.2562.17", "15.2.1748.10", "15.1.2507.6", "15.0.1497.2")),
                "roles": draw(mostly(["Mailbox"], ["Mailbox", "ClientAccess"], *([] if first else [["Edge"]]))),
                "site": draw(mostly("Default-First-Site-Name", "Branch")),
                "reachable": first or draw(mostly(True, False)),
                "internet": draw(mostly(True, False)),
                "web_proxy": draw(mostly("", "http://proxy.lab.example:8080/")),
                "clock_seconds": draw(mostly(0.0, 1200.0, -7200.0)),
                "stopped_services": draw(some(*SERVICES)),
                "inactive_components": draw(some(*COMPONENTS)),
                "unhealthy": draw(some("PushNotifications.Protocol", "ServiceHost")),
            }
        )
    if draw(mostly(False, True)):
        version = draw(st.sampled_from(["14.3.123.4", "15.0.712.24"]))
        result.append({"name": "old01", "version": version, "roles": ["Mailbox", "ClientAccess"]})
    return result


@st.composite
def certificates(draw: st.DrawFn, names: list[str]) -> list[Table]:
    """One to three of the same name."""
    result = []
    for identifier in CERTIFICATES[: draw(st.integers(1, 3))]:
        holders = draw(mostly(["*"], [names[0]], names[1:] or ["*"]))
        result.append(
            {
                "id": identifier,
                "servers": holders,
                "without_key": draw(some(*names, most=1)),
                "not_before_days": draw(mostly(-400.0, -1800.0, 5.0)),
                "not_after_days": draw(mostly(1425.0, 30.0, 400.0)),
                "key_size": draw(mostly(2048, 2048, 1024)),
                "signature": draw(mostly("sha256", "sha1")),
                "exportable": draw(mostly(True, False)),
                "private_key": draw(mostly(True, False)),
                "status": draw(mostly("Valid", "Revoked")),
            }
        )
        if draw(mostly(False, True)):
            result[-1] |= {"not_before_days": -1830.0, "not_after_days": -4.0}
    return result


AUTH_SERVERS = (
    {"name": "MicrosoftSts", "metadata_url": f"{ACS}/{TENANT}/metadata/json/1"},
    {"name": "ACS - 1", "metadata_url": f"{ACS}/fabrikam.com/metadata/json/1"},
    {"name": "MicrosoftSts", "realm": OTHER, "metadata_url": f"{ACS}/{OTHER}/metadata/json/1"},
    {"name": "ACS - 2", "realm": OTHER, "metadata_url": f"{ACS}/{OTHER}/metadata/json/1"},
    {"name": "EvoSts - 1", "type": "AzureAD", "realm": TENANT, "metadata_url": "https://login.windows.net/x"},
    {
        "name": "EvoSts - 2",
        "type": "AzureAD",
        "realm": TENANT,
        "metadata_url": "https://login.windows.net/x",
        "application": "6f1d7f0e-2a53-4c58-8b0c-9d3b1a5c7e42",
    },
    {"name": "MicrosoftSts", "type": "AzureAD", "realm": TENANT, "metadata_url": "https://login.windows.net/x"},
    {"name": "ACS - 3", "realm": TENANT, "token_endpoint": "https://accounts.example/tokens", "metadata_url": ""},
)


@st.composite
def auth_servers(draw: st.DrawFn) -> list[Table]:
    chosen = draw(st.lists(mostly(*AUTH_SERVERS[:1], *AUTH_SERVERS), max_size=3, unique_by=lambda s: s["name"]))
    return [{**server, "enabled": draw(mostly(True, False))} for server in chosen]


DEDICATED = {"name": "Dedicated", "component": "Global", "section": "ExchangeOnpremAsThirdPartyAppId"}


@st.composite
def organizations(draw: st.DrawFn) -> Table:
    machines = draw(servers())
    holders = [server["name"] for server in machines if server["roles"] != ["Edge"] and server["name"] != "old01"]
    made = draw(certificates(holders))
    named = [certificate["id"] for certificate in made]
    return {
        "servers": machines,
        "certificates": made,
        "auth_config": {
            "current": draw(mostly(named[0], "", NOBODYS)),
            "previous": draw(mostly("", named[-1], NOBODYS)),
            "next": draw(mostly("", *named[1:], NOBODYS)),
            "next_effective_days": draw(st.sampled_from([20.0, 0.5, -0.2, -3.0])),
            "changed_days": draw(mostly(-400.0, -1.0, -0.01)),
        },
        "auth_servers": draw(auth_servers()),
        "push_proxy": {
            "enabled": draw(mostly(True, False)),
            "organization": draw(mostly("fabrikam.com", "", "contoso.com", "fabrikam.onmicrosoft.com")),
            "uri": draw(mostly("https://outlook.office365.com/PushNotifications", "", "https://outlook.office.com/x")),
        },
        "show_push_notification_app": draw(st.booleans()),
        "accepted_domains": [{"name": draw(mostly("fabrikam.com", "lab.example")), "default": True}],
        **draw(mostly({}, {"hybrid": {"domains": ["fabrikam.com"]}})),
        **draw(mostly({}, {"setting_overrides": [DEDICATED]})),
        "partner_applications": draw(
            mostly(
                [{"name": "Exchange Online", "application": "00000002-0000-0ff1-ce00-000000000000"}],
                [{"name": "Exchange Online", "application": "00000002-0000-0ff1-ce00-000000000000", "enabled": False}],
                [],
            )
        ),
        "account": {
            "role_groups": [draw(mostly("Organization Management", "View-Only Organization Management"))],
            "without": draw(some("Get-AuthServer", "Get-ServerHealth", "Get-AcceptedDomain", "Set-AuthConfig")),
        },
        "uptime_days": draw(st.sampled_from([12.0, 0.1])),
        "site_distribution_seconds": draw(st.sampled_from([0.0, 86400.0])),
    }


@st.composite
def tenants(draw: st.DrawFn, named: list[str]) -> Table:
    ours = st.fixed_dictionaries({"from_organization": st.sampled_from(named)}, optional={"ends_days": mostly(90, -5)})
    foreign = st.just({"subject": "CN=Another Exchange organization"})
    keys = draw(st.lists(st.one_of(ours, ours, foreign), max_size=3))
    return {
        "tenant_id": TENANT,
        "domains": [{"name": "fabrikam.com", "default": True, "verified": draw(mostly(True, False))}],
        "plans": [{"status": draw(mostly("Enabled", "Suspended", "Warning"))}],
        "service_principal": draw(mostly(True, False)),
        "keys": keys,
        "others": [{"domain": "contoso.com"}],
        **draw(mostly({}, {"hybrid_application": {"keys": []}})),
    }


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    organization = draw(organizations())
    named = [certificate["id"] for certificate in organization["certificates"]]
    tenant = draw(tenants(named))
    if not tenant["domains"][0]["verified"]:  # whose metadata is not there cannot have been fetched
        organization["auth_servers"] = [s for s in organization["auth_servers"] if "fabrikam" not in s["metadata_url"]]
    note(f"organization = {organization}")
    note(f"tenant = {tenant}")
    base = load("fresh")
    place = draw(mostly("", "auth-certificate", "text", "folder"))
    return Scenario(
        organization=organization,
        tenant=tenant,
        mail=base.mail,
        profile=type(base.profile)(certificate_file=place, windows=draw(mostly(True, False))),
    )


FEW = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],  # each example takes seconds: what is found here is made smaller in the other one
    suppress_health_check=list(HealthCheck),
)
MANY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
"""`thorough`: a quarter of an hour."""
UNSETTLED = {Status.CHECKING, Status.APPLYING}
PERSONS = {Severity.ATTENTION, Severity.FAILURE, Severity.WAITING, Severity.UNKNOWN}


def look_and_repair(rehearse: Any, scenario: Scenario) -> None:
    with rehearse(scenario) as rehearsal:
        before = rehearsal.truth()
        rehearsal.session.check()
        assert rehearsal.writes() == []
        assert rehearsal.truth() == before
        assert_makes_sense(rehearsal)
        rehearsal.apply()
        said = [f for f in rehearsal.findings() if f.severity in PERSONS]  # what was refused is known to this run alone
        rehearsal.session.check()
        assert_makes_sense(rehearsal)
        said += [f for f in rehearsal.findings() if f.severity in PERSONS]
        event(f"after apply: {'a person must act' if said else 'all is well'}")
        if not said:
            statuses = {step: report.status for step, report in rehearsal.session.reports.items()}
            assert set(statuses.values()) <= {Status.OK, Status.SKIPPED}, statuses


def assert_makes_sense(rehearsal: Any) -> None:
    """Every step has come to a conclusion, in words that exist."""
    for step in StepId:
        report = rehearsal.session.reports[step]
        assert report.status not in UNSETTLED
        assert report.findings, step
        for finding in report.findings:
            assert codes.known(finding.code).severity is finding.severity
    assert rehearsal.text()


@FEW
@given(scenario=scenarios())
def test_a_few_states(rehearse: Any, scenario: Scenario) -> None:
    look_and_repair(rehearse, scenario)


@pytest.mark.thorough
@MANY
@given(scenario=scenarios())
def test_many_states(rehearse: Any, scenario: Scenario) -> None:
    look_and_repair(rehearse, scenario)


def test_the_states_are_as_different_as_they_should_be() -> None:
    """Both kinds come up: organizations in which nothing is to be done, and such in which much is."""
    drawn: list[Mapping[str, Any]] = []

    @settings(max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(organizations())
    def draw_them(table: Table) -> None:
        drawn.append(table)

    draw_them()
    assert {len(table["servers"]) for table in drawn} >= {1, 2, 3, 4}
    assert {table["auth_config"]["current"] for table in drawn} == {"auth-certificate", "", NOBODYS}
    assert any(not server["reachable"] for table in drawn for server in table["servers"] if "reachable" in server)
