"""The probe succeeds only when everything before it was really done, and says what is missing otherwise."""

from __future__ import annotations

import base64
from typing import Any

import pytest

PROBE = "PushNotifications.Proxy\\PushNotificationsEnterpriseConnectivityProbe"
TENANT = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"
OTHER_TENANT = "9e7d6c5b-4a39-4828-9716-050403020100"


class Rehearsal:
    """An organization and a tenant in which every link can be made, step by step."""

    def __init__(self, shell: Any, cloud: Any) -> None:
        self.shell, self.cloud = shell, cloud
        self.organization = shell.organization

    def establish(self) -> None:
        self.shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=self.cloud.metadata_url())
        self.cloud.keys[TENANT].append(self.organization.current_certificate_der())
        self.shell.ok("Enable-PushNotificationProxy", Organization="fabrikam.com", Uri=self.cloud.push_uri)

    def restart(self, server: str = "ex01") -> None:
        type(self.shell)(self.organization, server).ok("Restart-Service", Name=["MSExchangeHM"])
        self.organization.advance(2)

    def probe(self, server: str = "ex01") -> dict[str, Any]:
        return dict(self.shell.one("Invoke-MonitoringProbe", Identity=PROBE, Server=f"{server}.lab.example"))

    def failure(self, server: str = "ex01") -> tuple[str, str]:
        result = self.probe(server)
        assert result["ResultType"] == "Failed"
        assert result["Error"] == result["StateAttribute2"] != ""
        assert result["StateAttribute2"] in result["Exception"]
        return result["StateAttribute1"], result["StateAttribute2"]


@pytest.fixture
def rehearsal(make: Any, cloud: Any, open_shell: Any) -> Rehearsal:
    return Rehearsal(open_shell(make({}, cloud)), cloud)


@pytest.mark.parametrize("server", ["ex01", "ex03"])
def test_once_everything_is_done_it_succeeds(rehearsal: Rehearsal, server: str) -> None:
    rehearsal.establish()
    rehearsal.restart(server)
    result = rehearsal.probe(server)
    assert (result["ResultType"], result["Error"], result["Exception"]) == ("Succeeded", "", "")
    assert (result["StateAttribute1"], result["StateAttribute2"]) == ("", "")
    assert result["Server"] == f"{server}.lab.example"
    assert rehearsal.cloud.requests[-2:] == [f"POST /{TENANT}/tokens/OAuth/2", "POST /PushNotifications"]


def test_the_health_manager_keeps_the_old_settings_until_it_is_restarted(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    assert rehearsal.failure() == ("PushNotifications", "The push notification proxy isn't enabled.")
    rehearsal.restart()
    assert rehearsal.probe()["ResultType"] == "Succeeded"
    rehearsal.shell.ok("Disable-PushNotificationProxy", Confirm=False)
    assert rehearsal.probe()["ResultType"] == "Succeeded"
    rehearsal.restart()
    assert rehearsal.failure()[0] == "PushNotifications"


def test_right_after_a_restart_there_is_a_warning_and_no_object(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.shell.ok("Restart-Service", Name=["MSExchangeHM"])
    assert rehearsal.shell.ok("Invoke-MonitoringProbe", Identity=PROBE, Server="ex01") == []
    assert "isn't ready yet" in rehearsal.shell.warnings[0]
    rehearsal.organization.advance(2)
    assert rehearsal.probe()["ResultType"] == "Succeeded"


def test_no_answer_is_a_warning_and_no_object(rehearsal: Rehearsal) -> None:
    rehearsal.organization.change(
        {"servers": {"ex02": {"reachable": False}, "ex03": {"stop_services": ["MSExchangeHM"]}}}
    )
    for server in ("ex02", "ex03"):
        assert rehearsal.shell.ok("Invoke-MonitoringProbe", Identity=PROBE, Server=server) == []
        assert f"{server}.lab.example" in rehearsal.shell.warnings[0]


def test_unknown_probes_and_servers_are_errors(rehearsal: Rehearsal) -> None:
    for identity in ("Probe", "PushNotifications.Proxy\\", "PushNotifications.Proxy\\Other", "OWA\\X"):
        assert rehearsal.shell.refused("Invoke-MonitoringProbe", Identity=identity, Server="ex01")
    assert rehearsal.shell.refused("Invoke-MonitoringProbe", Identity=PROBE, Server="ex09").target == "ex09"


def test_no_organization_no_uri(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    for patch in ({"organization": ""}, {"organization": "fabrikam.com", "uri": ""}):
        rehearsal.organization.change({"push_proxy": patch})
        rehearsal.restart()
        assert rehearsal.failure()[0] == "PushNotifications"


def test_an_organization_that_is_not_the_tenants(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.shell.ok("Enable-PushNotificationProxy", Organization="contoso.com")
    rehearsal.restart()
    category, text = rehearsal.failure()
    assert category == "Authentication"
    assert "(403) OrganizationMismatch" in text


def test_a_certificate_that_the_tenant_does_not_know(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.cloud.keys[TENANT].clear()
    rehearsal.restart()
    category, text = rehearsal.failure()
    assert category == "Authentication"
    assert "Client assertion contains an invalid signature" in text
    assert "invalid_client" in text


def test_the_auth_server_of_another_tenant(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.shell.ok("Remove-AuthServer", Identity="MicrosoftSts", Confirm=False)
    rehearsal.shell.ok("New-AuthServer", Name="x", AuthMetadataUrl=rehearsal.cloud.metadata_url("contoso.com"))
    rehearsal.restart()
    assert rehearsal.failure()[0] == "Authentication"
    assert f"POST /{OTHER_TENANT}/tokens/OAuth/2" in rehearsal.cloud.requests


def test_no_auth_server_or_a_disabled_one(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.shell.ok("Set-AuthServer", Identity="MicrosoftSts", Enabled=False)
    rehearsal.restart()
    assert "No enabled auth server" in rehearsal.failure()[1]


def test_one_of_several_auth_servers_is_enough(rehearsal: Rehearsal) -> None:
    rehearsal.shell.ok("New-AuthServer", Name="A", AuthMetadataUrl=rehearsal.cloud.metadata_url("contoso.com"))
    rehearsal.establish()
    rehearsal.restart()
    assert rehearsal.probe()["ResultType"] == "Succeeded"


def test_a_server_without_the_certificate(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    current = rehearsal.organization.snapshot()["auth_config"]["current"]
    rehearsal.organization.change({"servers": {"ex02": {"remove_certificates": [current]}}})
    rehearsal.restart("ex02")
    category, text = rehearsal.failure("ex02")
    assert category == "Authentication"
    assert current in text


def test_a_certificate_that_expired_since(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.restart()
    rehearsal.organization.advance(1500 * 86400)
    assert "expired" in rehearsal.failure()[1]


def test_no_way_to_the_push_service(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.shell.ok("Enable-PushNotificationProxy", Uri="https://127.0.0.1:9/PushNotifications")
    rehearsal.restart()
    assert rehearsal.failure()[0] == "Networking"


def test_no_way_to_the_token_service(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.organization.change({"auth_servers": {"MicrosoftSts": {"token_endpoint": "https://127.0.0.1:9/x"}}})
    rehearsal.restart()
    assert rehearsal.failure()[0] == "Networking"


def test_a_push_service_in_trouble(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.restart()
    rehearsal.cloud.replies["/PushNotifications"] = 500, b"oops"
    assert rehearsal.failure() == ("Unknown", "(500)")
    rehearsal.cloud.replies["/PushNotifications"] = 401, b'{"error": "invalid_token"}'
    assert rehearsal.failure() == ("Authentication", "(401) invalid_token")


def test_it_signs_with_the_certificate_that_was_current_when_it_started(rehearsal: Rehearsal) -> None:
    rehearsal.establish()
    rehearsal.restart()
    made = rehearsal.shell.one("New-ExchangeCertificate", Services=["Federation"], PrivateKeyExportable=True)
    rehearsal.shell.ok("Set-AuthConfig", CertificateThumbprint=made["Thumbprint"], Force=True)
    assert rehearsal.probe()["ResultType"] == "Succeeded"
    rehearsal.restart()
    assert rehearsal.failure()[0] == "Authentication"
    rehearsal.cloud.keys[TENANT].append(made["RawData"])
    assert rehearsal.probe()["ResultType"] == "Succeeded"


def test_oauth_connectivity_takes_the_settings_as_they_are(rehearsal: Rehearsal) -> None:
    target = f"{rehearsal.cloud.base}/ews/exchange.asmx"
    test = {"Service": "EWS", "TargetUri": target, "Mailbox": "someone"}
    assert rehearsal.shell.one("Test-OAuthConnectivity", **test)["ResultType"] == "Error"
    rehearsal.establish()
    rehearsal.cloud.replies["/ews/exchange.asmx"] = 200, b""
    assert rehearsal.shell.one("Test-OAuthConnectivity", **test)["ResultType"] == "Success"
    rehearsal.cloud.replies["/ews/exchange.asmx"] = 401, b""
    assert "(401) Unauthorized" in rehearsal.shell.one("Test-OAuthConnectivity", **test)["Detail"]
    rehearsal.cloud.keys[TENANT] = []
    assert "Unable to get the token from Auth Server" in rehearsal.shell.one("Test-OAuthConnectivity", **test)["Detail"]
    assert rehearsal.shell.refused("Test-OAuthConnectivity", Service="EWS", TargetUri=target)
    assert rehearsal.shell.refused("Test-OAuthConnectivity", Service="EWS", TargetUri="x", Mailbox="someone")


def test_the_probe_leaves_no_history_in_server_health(rehearsal: Rehearsal) -> None:
    sets = {o.properties["HealthSetName"] for o in rehearsal.shell.ok("Get-ServerHealth", Identity="ex02")}
    assert "PushNotifications.Protocol" in sets
    assert "PushNotifications.Proxy" not in sets
    entry = rehearsal.shell.one("Get-ServerHealth", Identity="ex02", HealthSet="pushnotifications.protocol")
    assert entry["AlertValue"] == "Healthy"
    rehearsal.organization.change({"servers": {"ex02": {"stop_services": ["MSExchangeTransport"]}}})
    entry = rehearsal.shell.one("Get-ServerHealth", Identity="ex02", HealthSet="HubTransport")
    assert entry["AlertValue"] == "Unhealthy"


def test_the_der_that_the_tenant_is_given_is_the_one_that_signs(rehearsal: Rehearsal) -> None:
    current = rehearsal.shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    found = rehearsal.shell.one("Get-ExchangeCertificate", Thumbprint=current)
    assert base64.b64encode(found["RawData"]) == base64.b64encode(rehearsal.organization.current_certificate_der())
