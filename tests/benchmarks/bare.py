"""The limit of row 13: what a process weighs that imports Textual and sends the reads of a check with the bare clients.

Run as ``python -m tests.benchmarks.bare PROFILE SERVER…``, with the ready profile of a lab; prints MB: with Textual
alone, with what the clients load when they are imported, and once they have been used.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

import textual.app  # noqa: F401  # what the screen needs in any case


def weight() -> float:
    """Resident memory in MB."""
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


WEIGHTS = [weight()]

import httpx  # noqa: E402
from kiota_abstractions.authentication import (  # noqa: E402
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.method import Method  # noqa: E402
from kiota_abstractions.request_information import RequestInformation  # noqa: E402
from kiota_http.httpx_request_adapter import HttpxRequestAdapter  # noqa: E402

from tests.benchmarks.by_hand import EXCHANGE_ONLINE, GRAPH, Credential, exchange  # noqa: E402

WEIGHTS.append(weight())
PATHS = ("organization", "domains", f"servicePrincipals(appId='{EXCHANGE_ONLINE}')", "applications")


class Tokens(AccessTokenProvider):
    """One token, for Graph alone."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([GRAPH.removeprefix("https://")])


async def graph(profile: dict[str, Any]) -> None:
    """What is read of the tenant, as bytes."""
    network = profile["network"]
    token = Credential(profile).get_token(f"{GRAPH}/.default").token
    context = ssl.create_default_context(cafile=network["ca_file"])
    async with httpx.AsyncClient(verify=context, proxy=network["proxy"], trust_env=False) as client:
        adapter = HttpxRequestAdapter(BaseBearerTokenAuthenticationProvider(Tokens(token)), http_client=client)

        async def read(path: str) -> None:
            request = RequestInformation(Method.GET)
            request.url = f"{GRAPH}/v1.0/{path}"
            assert await adapter.send_primitive_async(request, "bytes", {})

        await asyncio.gather(*map(read, PATHS))


def main() -> None:
    profile = tomllib.loads(Path(sys.argv[1]).read_text())
    readers = [threading.Thread(target=exchange, args=(profile, [server])) for server in sys.argv[2:]]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    asyncio.run(graph(profile))
    sys.stdout.write(" ".join(f"{each:.0f}" for each in (*WEIGHTS, weight())) + "\n")


if __name__ == "__main__":
    main()
