"""What a scenario can say of servers, certificates, settings and rights, and how it shows in the cmdlets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pushtui.base.errors import UsageError
from pushtui.procedure.records import ProcessInfoRecord

THREE = [{"name": "ex01"}, {"name": "ex02"}, {"name": "ex03", "site": "Branch"}]
PROBE = "PushNotifications.Proxy\\PushNotificationsEnterpriseConnectivityProbe"


def servers(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**server, **changes.get(server["name"], {})} for server in THREE]


# --- services and health


def test_service_health_by_role(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"servers": servers(ex02={"stopped_services": ["MSExchangeServiceHost", "W3SVC"]})}))
    found = {o.properties["Role"]: o.properties for o in shell.ok("Test-ServiceHealth", Server="ex02")}
    assert list(found) == ["Mailbox Server Role", "Client Access Server Role", "Hub Transport Server Role"]
    for properties in found.values():
        assert properties["RequiredServicesRunning"] is False
        assert properties["ServicesNotRunning"].items == ("MSExchangeServiceHost", "W3Svc")
        assert "MSExchangeServiceHost" not in properties["ServicesRunning"].items
    assert all(o.properties["RequiredServicesRunning"] for o in shell.ok("Test-ServiceHealth"))


def test_service_health_does_not_look_at_the_health_manager(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"servers": servers(ex01={"stopped_services": ["MSExchangeHM"]})}))
    assert all(o.properties["RequiredServicesRunning"] for o in shell.ok("Test-ServiceHealth"))
    assert shell.refused("Get-ServerHealth", Identity="ex01").category == "ResourceUnavailable"


def test_service_health_of_a_client_access_server_and_of_one_that_is_away(make: Any, open_shell: Any) -> None:
    table = {"servers": [{"name": "ex01"}, {"name": "cas01", "version": "15.0.1497.2", "roles": ["ClientAccess"]}]}
    shell = open_shell(make(table))
    assert [o.properties["Role"] for o in shell.ok("Test-ServiceHealth", Server="cas01")] == [
        "Client Access Server Role"
    ]
    away = open_shell(make({"servers": servers(ex02={"reachable": False})}))
    assert away.refused("Test-ServiceHealth", Server="ex02").failure_category == "Cmdlet-RpcException"


def test_a_health_set_in_alarm(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"servers": servers(ex02={"unhealthy": ["PushNotifications.Protocol"]})}))
    states = {
        o.properties["HealthSetName"]: o.properties["AlertValue"] for o in shell.ok("Get-ServerHealth", Identity="ex02")
    }
    assert states.pop("PushNotifications.Protocol") == "Unhealthy"
    assert set(states.values()) == {"Healthy"}


def test_a_process_says_what_time_its_server_has(make: Any, open_shell: Any) -> None:
    process = "Microsoft.Exchange.Directory.TopologyService"
    organization = make({"servers": servers(ex02={"clock_seconds": -3600}, ex03={"reachable": False})})
    shell = open_shell(organization)

    def time(server: str) -> datetime:
        told = ProcessInfoRecord.from_properties(
            shell.one("Get-ExchangeDiagnosticInfo", Server=server, Process=process)
        )
        return told.current_time

    assert -3602 < (time("ex02") - time("ex01")).total_seconds() < -3590
    assert shell.refused("Get-ExchangeDiagnosticInfo", Server="ex03", Process=process).category == "ResourceUnavailable"
    assert shell.refused("Get-ExchangeDiagnosticInfo", Process="notepad")


# --- reaching servers and the cloud


def test_a_server_that_is_away_takes_its_time(make: Any, open_shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = open_shell(make({"servers": servers(ex02={"reachable": False}), "rpc_seconds": 21.0}))
    waits: list[float] = []
    monkeypatch.setattr(shell, "wait", waits.append)
    assert shell.refused("Get-ExchangeCertificate", Server="ex02").category == "ResourceUnavailable"
    shell.ok("Invoke-MonitoringProbe", Identity=PROBE, Server="ex02")
    assert waits == [21.0, 21.0]
    shell.refused("Get-ExchangeCertificate", Server="ex01", Thumbprint="00")
    assert len(waits) == 2, "a certificate that is not there is known at once"


def test_a_server_without_a_way_out(make: Any, open_shell: Any, cloud: Any) -> None:
    table = {
        "servers": servers(ex01={"internet": False}),
        "auth_servers": [{"name": "MicrosoftSts", "metadata_url": cloud.metadata_url()}],
        "push_proxy": {"enabled": True, "organization": "fabrikam.com", "uri": cloud.push_uri},
    }
    organization = make(table, cloud)
    cloud.keys[next(iter(cloud.keys))].append(organization.current_certificate_der())
    shell = open_shell(organization)
    refused = shell.refused("New-AuthServer", Name="Other", AuthMetadataUrl=cloud.metadata_url("contoso.com"))
    assert refused.category == "ResourceUnavailable"
    assert shell.one("Invoke-MonitoringProbe", Identity=PROBE, Server="ex01")["StateAttribute1"] == "Networking"
    assert shell.one("Invoke-MonitoringProbe", Identity=PROBE, Server="ex02")["ResultType"] == "Succeeded"
    assert open_shell(organization, "ex02").ok(
        "New-AuthServer", Name="Other", AuthMetadataUrl=cloud.metadata_url("contoso.com")
    )


# --- clocks


def test_a_server_whose_clock_is_ahead(make: Any, open_shell: Any, clock: Any) -> None:
    organization = make({"servers": servers(ex01={"clock_seconds": 86400 * 3000}), "uptime_days": 1})
    shell = open_shell(organization)
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    assert shell.one("Get-ExchangeCertificate", Thumbprint=current, Server="ex01")["Status"] == "DateInvalid"
    assert shell.one("Get-ExchangeCertificate", Thumbprint=current, Server="ex02")["Status"] == "Valid"
    ahead = timedelta(days=3000)
    started = shell.one("Get-Process", Name=["MSExchangeHMHost"])["StartTime"]
    assert abs(started - (clock.now() + ahead - timedelta(days=1))) < timedelta(minutes=10)
    made = shell.one("New-ExchangeCertificate", Services=["Federation"], PrivateKeyExportable=True)
    assert made["NotBefore"] > clock.now() + ahead - timedelta(minutes=1)
    assert shell.one("Get-AuthConfig")["WhenChangedUTC"] < clock.now(), "domain controllers keep the right time"


def test_an_effective_date_is_judged_by_the_servers_own_clock(make: Any, open_shell: Any, clock: Any) -> None:
    table = {
        "servers": servers(ex02={"clock_seconds": 3600}),
        "certificates": [{"id": "auth-certificate"}, {"id": "next"}],
    }
    organization = make(table)
    thumbprint = organization.state.named_certificates["next"].thumbprint
    soon = clock.now() + timedelta(minutes=30)
    stage = {"NewCertificateThumbprint": thumbprint, "NewCertificateEffectiveDate": soon, "Force": True}
    assert "effective date" in open_shell(organization, "ex02").refused("Set-AuthConfig", **stage).message
    open_shell(organization, "ex01").ok("Set-AuthConfig", **stage)


# --- certificates


def test_a_certificate_without_its_key_on_one_server(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"servers": THREE, "certificates": [{"id": "auth-certificate", "without_key": ["ex02"]}]}))
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    has_key = {
        name: shell.one("Get-ExchangeCertificate", Thumbprint=current, Server=name)["HasPrivateKey"]
        for name in ("ex01", "ex02", "ex03")
    }
    assert has_key == {"ex01": True, "ex02": False, "ex03": True}


def test_a_certificate_signed_with_sha1(make: Any) -> None:
    organization = make({"certificates": [{"id": "auth-certificate", "signature": "sha1"}]})
    certificate = organization.state.current_certificate()
    assert certificate.parsed.signature_hash_algorithm.name == "sha1"
    assert certificate.key.public_key() == certificate.parsed.public_key()


def test_what_was_changed_just_now_is_on_its_way(make: Any) -> None:
    table = {
        "servers": THREE,
        "certificates": [{"id": "auth-certificate", "servers": ["ex01"]}],
        "auth_config": {"changed_days": -0.01},
        "distribution_seconds": 3.0,
        "site_distribution_seconds": 86400.0,
    }
    organization = make(table)
    assert holders(organization) == ["ex01", "ex02"]
    organization.advance(86400)
    assert holders(organization) == ["ex01", "ex02", "ex03"]


def test_what_is_missing_since_long_ago_comes_with_the_next_run_of_the_servicelet(make: Any, open_shell: Any) -> None:
    table = {"servers": THREE, "certificates": [{"id": "auth-certificate", "servers": ["ex01"]}]}
    organization = make(table)
    assert holders(organization) == ["ex01"]
    open_shell(organization, "ex02").ok("Restart-Service", Name=["MSExchangeServiceHost"])
    organization.advance(5)
    assert holders(organization) == ["ex01", "ex02"], "a restart runs it at once"
    organization.advance(12 * 3600)
    assert holders(organization) == ["ex01", "ex02", "ex03"]


@pytest.mark.parametrize("table", [{"exportable": False}, {"without_key": ["ex01"]}])
def test_a_key_that_cannot_leave_its_server_reaches_no_other(make: Any, table: dict[str, Any]) -> None:
    certificate = {"id": "auth-certificate", "servers": ["ex01"], **table}
    organization = make({"servers": THREE, "certificates": [certificate]})
    organization.advance(7 * 86400)
    assert holders(organization) == ["ex01"]


def test_nobody_rolls_over_while_every_service_host_is_stopped(make: Any, open_shell: Any) -> None:
    stopped = {"stopped_services": ["MSExchangeServiceHost"]}
    table = {
        "servers": servers(ex01=stopped, ex02=stopped, ex03=stopped),
        "certificates": [{"id": "auth-certificate"}, {"id": "next"}],
        "auth_config": {"next": "next", "next_effective_days": -3},
    }
    organization = make(table)
    following = organization.snapshot()["auth_config"]["next"]
    assert following
    open_shell(organization, "ex02").ok("Restart-Service", Name=["MSExchangeServiceHost"])
    config = organization.snapshot()["auth_config"]
    assert (config["current"], config["next"]) == (following, "")


def test_a_health_manager_that_started_before_goes_by_the_previous_certificate(make: Any) -> None:
    table = {
        "certificates": [{"id": "auth-certificate"}, {"id": "new"}],
        "auth_config": {"current": "new", "previous": "auth-certificate", "changed_days": -1},
    }
    for days, expected in ((2.0, "auth-certificate"), (0.5, "new")):
        state = make({**table, "uptime_days": days}).state
        assert state.servers[0].loaded.auth_config.current == state.named_certificates[expected].thumbprint


def holders(organization: Any) -> list[str]:
    state = organization.snapshot()
    current = state["auth_config"]["current"]
    return [s["name"] for s in state["servers"] if current in {c["thumbprint"] for c in s["certificates"]}]


# --- settings of the organization


def test_the_organization_has_a_guid(make: Any, open_shell: Any) -> None:
    guid = "c4f1a2d0-6f57-4f0e-9c5e-7b1d2e3f4a5b"
    found = open_shell(make({"guid": guid, "name": "Fabrikam"})).one("Get-OrganizationConfig")
    assert (str(found["Guid"]), found["Name"]) == (guid, "Fabrikam")
    with pytest.raises(UsageError, match="no GUID"):
        make({"guid": "fabrikam"})


def test_setting_overrides(make: Any, open_shell: Any) -> None:
    override = {
        "name": "EnableExchangeHybrid3PAppFeature",
        "component": "Global",
        "section": "ExchangeOnpremAsThirdPartyAppId",
    }
    shell = open_shell(make({"setting_overrides": [override, {**override, "name": "One", "server": "ex02"}]}))
    first, second = (o.properties for o in shell.ok("Get-SettingOverride"))
    assert (first["ComponentName"], first["SectionName"], first["Server"]) == (
        "Global",
        "ExchangeOnpremAsThirdPartyAppId",
        None,
    )
    assert first["Parameters"].items == ("Enabled=true",)
    assert second["Server"].items == ("ex02",)
    assert shell.one("Get-SettingOverride", Identity="one")["Name"] == "One"
    assert shell.refused("Get-SettingOverride", Identity="none").target == "none"


def test_auth_servers_of_the_hybrid_configuration_wizard(make: Any, open_shell: Any) -> None:
    realm = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"
    server = {"name": "EvoSts - x", "type": "AzureAD", "realm": realm, "application": "app", "domains": ["a.example"]}
    found = open_shell(make({"auth_servers": [server]})).one("Get-AuthServer")
    assert found["IssuerIdentifier"] == f"https://sts.windows.net/{realm}/"
    assert found["AuthorizationEndpoint"] == "https://login.windows.net/common/oauth2/authorize"
    assert (found["ApplicationIdentifier"], found["DomainName"].items) == ("app", ("a.example",))
    with pytest.raises(UsageError, match="needs a realm"):
        make({"auth_servers": [{"name": "EvoSts", "type": "AzureAD"}]})


# --- rights


def test_cmdlets_that_the_roles_do_not_grant_after_all(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"account": {"without": ["Get-AuthServer"]}}))
    names = shell.exchange.cmdlets(shell.user)
    assert "get-authconfig" in names
    assert "get-authserver" not in names


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"servers": [{"name": "ex01", "unhealthy": ["Nothing"]}]}, "health set"),
        ({"certificates": [{"id": "auth-certificate", "without_key": ["ex09"]}]}, "ex09"),
        ({"certificates": [{"id": "auth-certificate", "signature": "md5"}]}, "md5"),
    ],
)
def test_mistakes_are_named(make: Any, table: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make(table)
