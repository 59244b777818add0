"""The organization's half of the conversation with the token service (ACS) and the push endpoint.

The shapes of metadata, token request and push request are the lab's own, after the public descriptions of the
protocol: not verified against a real server.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from pushtui.base.values import frozen
from pushtui.lab.organization.errors import Refused, invalid_argument
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import Internet, OrganizationState

TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for an answer."""


@frozen
class Metadata:
    """What a metadata document says."""

    issuer: str
    """Without the realm: ``00000001-0000-0000-c000-000000000000``."""
    realm: str
    """The tenant's id."""
    token_endpoint: str
    authorization_endpoint: str
    certificates: tuple[str, ...]
    """The service's signing certificates, Base64."""


def way_out(organization: OrganizationState, server: Server) -> Internet:
    """What that server reaches of the Internet."""
    if server.internet:
        return organization.internet
    from pushtui.lab.organization.offline import Offline

    return Offline()


def is_web_address(text: str) -> bool:
    """Whether the text is an absolute http or https URL."""
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def fetch_metadata(internet: Internet, url: str) -> Metadata:
    """Fetch and read the document; raises `Refused` as the task does, in words of our own (not verified)."""
    if not is_web_address(url):
        raise invalid_argument(f"The metadata URL '{url}' isn't an absolute URL.")
    try:
        with internet.session() as session, session.get(url, timeout=TIMEOUT) as response:
            status, content = response.status_code, response.content
    except OSError as failure:
        raise _unavailable(url, short_reason(failure)) from None
    if status != 200:
        raise _unavailable(url, f"the remote server returned an error: ({status})")
    try:
        return _read(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(
            f"The metadata document at {url} can't be parsed.",
            exception="Microsoft.Exchange.Security.OAuth.AuthMetadataParserException",
            category="ParserError",
            target=url,
        ) from None


def _unavailable(url: str, reason: str) -> Refused:
    return Refused(
        f"Unable to access the metadata document at {url}: {reason}.",
        exception="Microsoft.Exchange.Security.OAuth.AuthMetadataClientException",
        category="ResourceUnavailable",
        target=url,
    )


def _read(document: Any) -> Metadata:
    realm = str(UUID(str(document["realm"])))
    issuer, _, issuer_realm = str(document["issuer"]).partition("@")
    if not issuer or (issuer_realm and issuer_realm.lower() != realm):
        raise ValueError(issuer)
    endpoints = {(e["protocol"], e["usage"]): str(e["location"]) for e in document["endpoints"]}
    certificates = tuple(str(key["keyValue"]["value"]) for key in document["keys"] if key["usage"].lower() == "signing")
    if not certificates:
        raise ValueError("no signing key")
    return Metadata(
        issuer, realm, endpoints["OAuth2", "issuance"], endpoints.get(("OAuth2", "authorization"), ""), certificates
    )


def short_reason(failure: Exception) -> str:
    """One line without addresses of objects, for messages."""
    from requests.exceptions import ProxyError, SSLError, Timeout

    match failure:
        case ProxyError():
            return "the proxy refused the connection"
        case SSLError():
            return "the certificate of the remote server was not trusted"
        case Timeout():
            return "the operation has timed out"
        case _:
            return "unable to connect to the remote server"
