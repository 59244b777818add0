"""The reference of a cold check: the procedure's own reads, one after another, with the stock clients.

Run as ``python -m tests.benchmarks.by_hand PROFILE SERVER…``: plain pypsrp with a pipeline for each cmdlet, and the
typed client of msgraph-sdk.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any

import httpx  # the typed client is loaded by who uses it: `tests.benchmarks.bare` does not
import msal
import requests
from azure.core.credentials import AccessToken
from cryptography.hazmat.primitives import serialization
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
GRAPH = "https://graph.microsoft.com"


def exchange(profile: dict[str, Any], servers: list[str]) -> None:
    """Everything that the procedure looks at on premises."""
    settings = profile["exchange"]
    wsman = WSMan(
        settings["server"],
        port=settings["port"],
        path="PowerShell",
        auth="basic",
        username=settings["user"],
        password=Path(settings["password_file"]).read_text().strip(),
        cert_validation=settings["ca_file"],
    )
    organization = ("Get-ExchangeServer", "Get-AuthConfig", "Get-AuthServer", "Get-PartnerApplication")
    with wsman, RunspacePool(wsman, configuration_name="Microsoft.Exchange") as pool:
        for name in (*organization, "Get-HybridConfiguration"):
            PowerShell(pool).add_cmdlet(name).invoke()
        for server in servers:
            PowerShell(pool).add_cmdlet("Get-ExchangeCertificate").add_parameter("Server", server).invoke()


class Credential:
    """msal's client-credentials flow, as azure-core wants to be given it."""

    def __init__(self, profile: dict[str, Any]) -> None:
        entra, network = profile["entra"], profile["network"]
        pem = Path(entra["certificate_file"]).read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        session = requests.Session()
        session.trust_env, session.verify = False, network["ca_file"]
        session.proxies = {"https": network["proxy"]}
        self._application = msal.ConfidentialClientApplication(
            entra["client_id"],
            client_credential={
                "private_key": key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                ).decode(),
                "public_certificate": pem[pem.index(b"-----BEGIN CERTIFICATE") :].decode(),
            },
            authority=f"https://login.microsoftonline.com/{profile['tenant_domain']}",
            http_client=session,
        )

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        answer = self._application.acquire_token_for_client(list(scopes))
        return AccessToken(answer["access_token"], answer["expires_in"] + 10**10)


async def graph(profile: dict[str, Any]) -> None:
    """Everything that the procedure looks at in the tenant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own, at import
        from kiota_abstractions.base_request_configuration import RequestConfiguration
        from msgraph import GraphRequestAdapter, GraphServiceClient
        from msgraph.generated.service_principals_with_app_id import (
            service_principals_with_app_id_request_builder as by_app_id,
        )
        from msgraph_core import GraphClientFactory
        from msgraph_core.authentication import AzureIdentityAuthenticationProvider

    context = ssl.create_default_context(cafile=profile["network"]["ca_file"])
    transport = httpx.AsyncHTTPTransport(verify=context, proxy=profile["network"]["proxy"], trust_env=False)
    client = httpx.AsyncClient(base_url=f"{GRAPH}/v1.0", transport=transport, trust_env=False)
    provider = AzureIdentityAuthenticationProvider(
        Credential(profile), scopes=[f"{GRAPH}/.default"], allowed_hosts=[GRAPH.removeprefix("https://")]
    )
    adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=client))
    typed = GraphServiceClient(request_adapter=adapter)
    builder = by_app_id.ServicePrincipalsWithAppIdRequestBuilder
    keys = builder.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters(
        select=["id", "appId", "displayName", "keyCredentials"]
    )
    try:
        await typed.organization.get()
        await typed.domains.get()
        await typed.service_principals_with_app_id(EXCHANGE_ONLINE).get(RequestConfiguration(query_parameters=keys))
    finally:
        await transport.aclose()


def main() -> None:
    profile = tomllib.loads(Path(sys.argv[1]).read_text())
    exchange(profile, sys.argv[2:])
    asyncio.run(graph(profile))


if __name__ == "__main__":
    main()
