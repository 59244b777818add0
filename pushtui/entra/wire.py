"""One exchange with Microsoft Graph: the SDK's request adapter and error model, with raw JSON instead of its models.

Deserialising the SDK's models imports some 1,200 modules (seconds); bytes do not. Its middleware is left out: it would
retry without a word, follow redirects and tell Graph about this machine. What is left of the adapter then is Kiota's,
which the SDK's own inherits unchanged; loading that one brings azure-core and the typed client.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pushtui.base.commands import Method
from pushtui.base.secret import Secret
from pushtui.entra.clouds import host_of
from pushtui.entra.failures import BadAnswer
from pushtui.entra.settings import NetworkSettings
from pushtui.entra.transport import open_client

if TYPE_CHECKING:
    import httpx


@dataclass(slots=True)
class Attempt:
    """One attempt to send a request, and what became of it."""

    token: Secret
    sent: bool = False
    """Whether any of the request left this machine, so that it may have been carried out."""


_current: ContextVar[Attempt] = ContextVar("attempt")


class Wire:
    """The connections to one Graph host. Made, used and closed in one event loop."""

    def __init__(self, graph: str, network: NetworkSettings) -> None:
        self._client = open_client(graph, network)
        self._client.event_hooks = {"request": [_watch], "response": [_check]}
        self._adapter = _adapter(graph, self._client)

    async def exchange(
        self, attempt: Attempt, method: Method, url: str, body: str, headers: Mapping[str, str]
    ) -> bytes | None:
        """The body of a good answer; None for 204. Raises what the SDK and httpx raise, and `BadAnswer`."""
        from kiota_abstractions.method import Method as KiotaMethod
        from kiota_abstractions.request_information import RequestInformation

        request = RequestInformation(KiotaMethod[method])
        request.url = url
        for name, value in headers.items():
            request.headers.try_add(name, value)
        if body:
            request.set_stream_content(body.encode(), "application/json")
        _current.set(attempt)
        answer: bytes | None = await self._adapter.send_primitive_async(request, "bytes", {"XXX": _ErrorModel})
        return answer

    async def close(self) -> None:
        await self._client.aclose()


class _ErrorModel:
    """Kiota's `ParsableFactory` of the SDK's error model, which is loaded with the first refusal."""

    @staticmethod
    def create_from_discriminator_value(parse_node: Any) -> Any:
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError

        return ODataError.create_from_discriminator_value(parse_node)


def _adapter(graph: str, client: httpx.AsyncClient) -> Any:
    """The SDK's adapter; tokens go to the Graph host and nowhere else."""
    from kiota_abstractions.api_client_builder import register_default_deserializer
    from kiota_abstractions.authentication import (
        AccessTokenProvider,
        AllowedHostsValidator,
        BaseBearerTokenAuthenticationProvider,
    )
    from kiota_http.httpx_request_adapter import HttpxRequestAdapter
    from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory

    class Tokens(AccessTokenProvider):
        """The token of the attempt that is under way."""

        hosts = AllowedHostsValidator([host_of(graph)])

        async def get_authorization_token(
            self, uri: str, additional_authentication_context: Mapping[str, Any] | None = None
        ) -> str:
            return _current.get().token.reveal() if self.hosts.is_url_host_valid(uri) else ""

        def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
            return self.hosts

    register_default_deserializer(JsonParseNodeFactory)  # for error bodies; GraphServiceClient would have done it
    adapter = HttpxRequestAdapter(BaseBearerTokenAuthenticationProvider(Tokens()), http_client=client)
    adapter.base_url = graph
    return adapter


async def _watch(request: httpx.Request) -> None:
    """Note when the first byte leaves, for a change whose answer does not come."""
    attempt = _current.get()

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            attempt.sent = True

    request.extensions["trace"] = trace


async def _check(response: httpx.Response) -> None:
    """Refuse what Graph would not answer: the adapter takes a redirect for a success."""
    kind = response.headers.get("content-type", "")
    if response.is_redirect or (response.is_success and response.status_code != 204 and "json" not in kind):
        raise BadAnswer(response.status_code, kind, response.headers.get("location", ""))
