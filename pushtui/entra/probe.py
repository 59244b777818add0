"""What can be learned of the cloud without signing in: pure functions for whoever holds the connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from pushtui.base.errors import PushtuiError, RequestRefused, Side
from pushtui.base.proxies import shown_proxy
from pushtui.base.words import _
from pushtui.entra import failures, oauth
from pushtui.entra.clouds import API_VERSION, Cloud
from pushtui.entra.discovery import guid_in
from pushtui.entra.settings import NetworkSettings
from pushtui.entra.transport import proxy_for

GRAPH_PATH = f"/{API_VERSION}/organization"


def place_of(url: str, side: Side, network: NetworkSettings, request: str = "") -> failures.Place:
    """Where requests to a base URL go."""
    return failures.Place(side, urlsplit(url).netloc, shown_proxy(proxy_for(url, network)), request)


def explain(error: BaseException, place: failures.Place) -> PushtuiError:
    """What an exception of a socket means on the way there."""
    import httpx

    if isinstance(error, TimeoutError):
        return failures.timed_out(place, connecting=True)
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return failures.network_failure(httpx.ReadError(""), place)
    if not isinstance(error, OSError):
        return failures.network_failure(httpx.RemoteProtocolError(""), place)
    wrapped = httpx.ConnectError(str(error))
    wrapped.__cause__ = error
    return failures.network_failure(wrapped, place)


def tunnel_refused(reason: str, place: failures.Place) -> PushtuiError:
    """A proxy that does not lead there; `reason` starts with its HTTP status."""
    import httpx

    return failures.network_failure(httpx.ProxyError(reason), place)


def discovery_path(domain: str) -> str:
    """The OpenID configuration of the tenant that owns a domain."""
    return f"/{quote(domain, safe='')}/v2.0/.well-known/openid-configuration"


def tenant_of(status: int, headers: Mapping[str, str], body: bytes, place: failures.Place) -> str:
    """The tenant id in a discovery answer. Raises `PushtuiError` where it tells none."""
    document = _object(body)
    if not document or 300 <= status < 400 or status >= 500:
        raise _intercepted(status, headers, place)
    if status >= 400:
        raise oauth.refusal(document, place)
    tenant = guid_in(str(document.get("token_endpoint") or "")) or guid_in(str(document.get("issuer") or ""))
    if not tenant:
        raise _intercepted(status, headers, place)
    return tenant


def proves_graph(status: int, headers: Mapping[str, str], body: bytes, place: failures.Place) -> None:
    """Raise `PushtuiError` unless this is how Graph refuses a request without a token: 401 and an OData error."""
    error = _object(body).get("error")
    if status != 401 or not isinstance(error, dict) or "code" not in error:
        raise _intercepted(status, headers, place)


def metadata_path(cloud: Cloud, domain: str) -> str:
    """The metadata document that the auth server of this domain is made from."""
    return cloud.acs_path.format(tenant=quote(domain, safe=""))


def proves_metadata(status: int, headers: Mapping[str, str], body: bytes, place: failures.Place) -> str:
    """The realm in a metadata document. Raises `PushtuiError` for any other answer."""
    document = _object(body)
    if status == 200 and document.get("realm"):
        return str(document["realm"])
    if status in (400, 404):
        raise RequestRefused(
            f"{place.side}.no-metadata",
            _("There is no metadata for this domain (status {status})").format(status=status),
            side=place.side,
            where=place.where,
            cause=_("No tenant owns the domain"),
            remedy=_("Check tenant_domain in the profile"),
        )
    raise _intercepted(status, headers, place)


def _intercepted(status: int, headers: Mapping[str, str], place: failures.Place) -> PushtuiError:
    return failures.intercepted(
        failures.BadAnswer(status, headers.get("content-type", ""), headers.get("location", "")), place
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
