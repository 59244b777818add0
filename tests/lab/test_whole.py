"""The whole procedure by hand, with clients that this project did not write: only then does the probe succeed."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msal
import pytest
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

logging.getLogger("spnego").setLevel(logging.WARNING)

PROBE = "PushNotifications.Proxy\\PushNotificationsEnterpriseConnectivityProbe"
PRINCIPAL = "https://graph.microsoft.com/v1.0/servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')"
METADATA = "https://accounts.accesscontrol.windows.net/fabrikam.com/metadata/json/1"


@contextmanager
def shell(lab: Any, side: str, server: str) -> Iterator[Callable[..., list[Any]]]:
    """Cmdlets on one endpoint of a server, each with its parameters; errors raise."""
    where = lab.line[side]
    url = urlsplit(where["servers"][server])
    secure = url.scheme == "https"
    wsman = WSMan(
        url.hostname,
        port=url.port,
        ssl=secure,
        path=url.path.lstrip("/"),
        username=where["user"],
        password=where["password"],
        auth=where["auth"],
        encryption="auto" if not secure else "never",
        cert_validation=lab.line["ca_file"] if secure else True,
        no_proxy=True,
    )
    name = "Microsoft.Exchange" if side == "exchange" else "Microsoft.PowerShell"
    with wsman, RunspacePool(wsman, configuration_name=name) as pool:

        def run(cmdlet: str, **parameters: Any) -> list[Any]:
            pipeline = PowerShell(pool)
            pipeline.add_cmdlet(cmdlet)
            for key, value in parameters.items():
                pipeline.add_parameter(key, value)
            output = pipeline.invoke()
            assert not pipeline.had_errors, [str(error) for error in pipeline.streams.error]
            return list(output)

        yield run


def graph_token(lab: Any, session: Any) -> str:
    pem = Path(lab.line["entra"]["certificate_file"]).read_text()
    key, mark, certificate = pem.partition("-----BEGIN CERTIFICATE-----")
    client = msal.ConfidentialClientApplication(
        lab.line["entra"]["client_id"],
        client_credential={"private_key": key, "public_certificate": mark + certificate},
        authority="https://login.microsoftonline.com/fabrikam.com",
        instance_discovery=False,
        http_client=session,
    )
    token: str = client.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
    return token


def test_the_probe_succeeds_after_the_last_step_and_not_before(
    start_lab: Any, eventually: Callable[..., None], tmp_path: Path
) -> None:
    scenario = tmp_path / "quick.toml"
    scenario.write_text('[organization]\nhm_start_seconds = 0.2\n[[organization.servers]]\nname = "ex01"\n')
    lab = start_lab(str(scenario))

    def probe(run: Callable[..., list[Any]]) -> str:
        result = run("Invoke-MonitoringProbe", Identity=PROBE, Server="ex01")
        return str(result[0].adapted_properties["ResultType"]) if result else "no object"

    with shell(lab, "exchange", "ex01.lab.example") as exchange, shell(lab, "windows", "ex01.lab.example") as windows:

        def restarted() -> str:
            windows("Restart-Service", Name="MSExchangeHM")
            eventually(lambda: probe(exchange) != "no object")
            return probe(exchange)

        assert restarted() == "Failed"
        exchange("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=METADATA)
        exchange("Enable-PushNotificationProxy", Organization="fabrikam.com")
        assert restarted() == "Failed", "the tenant does not know the key yet"
        current = exchange("Get-AuthConfig")[0].adapted_properties["CurrentCertificateThumbprint"]
        raw = exchange("Get-ExchangeCertificate", Thumbprint=current)[0].adapted_properties["RawData"]
        with lab.outside() as session:
            session.headers["Authorization"] = f"Bearer {graph_token(lab, session)}"
            key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(raw).decode()}
            assert session.patch(PRINCIPAL, json={"keyCredentials": [key]}).status_code == 204
        assert restarted() == "Succeeded"
        lab.control("POST", "tenant", {"keys": []})
        assert probe(exchange) == "Failed"

    state = lab.control("GET", "state")
    assert {item["organization"] for item in state["tenant"]["notifications"]} == {"fabrikam.com"}
    writes = [entry["name"] for entry in lab.control("GET", "requests") if entry["write"]]
    assert [name.partition(" ")[0] for name in writes if "Service" not in name] == [
        "New-AuthServer",
        "Enable-PushNotificationProxy",
        "PATCH",
    ]


@pytest.mark.parametrize("side", ["exchange", "windows"])
def test_every_server_answers_on_both_endpoints(running_lab: Any, side: str) -> None:
    for server in running_lab.line[side]["servers"]:
        with shell(running_lab, side, server) as run:
            found = run("Get-ExchangeServer" if side == "exchange" else "Get-Service")
            assert found, server
