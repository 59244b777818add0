"""Stock msgraph-sdk: its typed client and its adapter, directly and under the production names through the proxy."""

from __future__ import annotations

import asyncio
import json
import ssl
import warnings
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own, at import
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.models.key_credential import KeyCredential
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.service_principal import ServicePrincipal
    from msgraph.generated.service_principals_with_app_id import (
        service_principals_with_app_id_request_builder as by_app_id,
    )
    from msgraph_core import GraphClientFactory
    from msgraph_core.authentication import AzureIdentityAuthenticationProvider

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the SDK's models import each other late
SCOPES = ["https://graph.microsoft.com/.default"]


class Credential:
    """A TokenCredential over a stock msal client."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        answer = self._application.acquire_token_for_client(list(scopes))
        return AccessToken(answer["access_token"], answer["expires_in"] + 10**10)


@pytest.fixture(params=["direct", "proxied"])
def client(request: pytest.FixtureRequest, rig: Any) -> Any:
    """(client, transport) of the SDK.

    The test closes the transport, in its own loop: the SDK's middleware takes its place in the HTTP client, and does
    not hand on that the client is closed.
    """
    context = ssl.create_default_context(cafile=str(rig.ca_file))
    if request.param == "direct":
        base, host, application = f"{rig.tenant.url}/v1.0", "127.0.0.1", rig.confidential()
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    else:
        base, host = "https://graph.microsoft.com/v1.0", "graph.microsoft.com"
        application = rig.confidential(
            authority="https://login.microsoftonline.com/fabrikam.com", http_client=rig.session(proxied=True)
        )
        transport = httpx.AsyncHTTPTransport(verify=context, proxy=rig.tenant.proxy_url, trust_env=False)
    http = httpx.AsyncClient(base_url=base, transport=transport, trust_env=False)
    provider = AzureIdentityAuthenticationProvider(Credential(application), scopes=SCOPES, allowed_hosts=[host])
    adapter = GraphRequestAdapter(provider, GraphClientFactory.create_with_default_middleware(client=http))
    adapter.base_url = base
    return GraphServiceClient(request_adapter=adapter), transport


def selecting(*names: str) -> Any:
    builder = by_app_id.ServicePrincipalsWithAppIdRequestBuilder
    query = builder.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters(select=list(names))
    return RequestConfiguration(query_parameters=query)


def test_the_typed_client_reads_adds_a_key_and_understands_a_refusal(
    rig: Any, client: Any, tools: Any, certificate: Any
) -> None:
    graph, transport = client

    async def conversation() -> None:
        async with aclosing(transport):
            organization = (await graph.organization.get()).value[0]
            assert organization.id == rig.tenant.tenant_id
            assert organization.assigned_plans[0].service == "exchange"
            domains = (await graph.domains.get()).value
            assert [domain.id for domain in domains] == ["fabrikam.onmicrosoft.com", "fabrikam.com"]
            principals = graph.service_principals_with_app_id(tools.exchange_online)
            principal = await principals.get(selecting("id", "keyCredentials"))
            assert principal.key_credentials == []
            key = KeyCredential(type="AsymmetricX509Cert", usage="Verify", key=certificate.der)
            await graph.service_principals.by_service_principal_id(principal.id).patch(
                ServicePrincipal(key_credentials=[key])
            )
            again = await principals.get(selecting("keyCredentials"))
            assert [item.key for item in again.key_credentials] == [certificate.der]
            wrong = KeyCredential(type="AsymmetricX509Cert", usage="Verify", key=b"not a certificate")
            with pytest.raises(ODataError) as refused:
                await principals.patch(ServicePrincipal(key_credentials=[wrong]))
            assert refused.value.response_status_code == 400
            assert refused.value.error.code == "Request_BadRequest"
            assert refused.value.error.inner_error.request_id

    asyncio.run(conversation())
    assert rig.fingerprints() == [tools.sha256(certificate)]


def test_builders_with_raw_answers(rig: Any, client: Any, tools: Any) -> None:
    graph, transport = client

    async def conversation() -> Any:
        async with aclosing(transport):
            principals = graph.service_principals_with_app_id(tools.exchange_online)
            information = principals.to_get_request_information(selecting("id", "appId", "keyCredentials"))
            return await graph.request_adapter.send_primitive_async(information, "bytes", {"XXX": ODataError})

    assert json.loads(asyncio.run(conversation()))["appId"] == tools.exchange_online
