"""How a server gets an access token for Exchange Online: a signed assertion for the token service, for real.

The claims, the form and the answer are the lab's own shapes, after the public descriptions of the protocol: not
verified against a real server.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jwt

from pushtui.lab.organization.acs import TIMEOUT, short_reason, way_out
from pushtui.lab.organization.certificate import Certificate
from pushtui.lab.organization.directory import ACS, EXCHANGE_ONLINE, AuthServer
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState

if TYPE_CHECKING:
    import requests

_LIFETIME = timedelta(hours=1)
_RESOURCE_HOST = "outlook.office365.com"


class Failed(Exception):
    """Why it went no further: `PushNotifications`, `Networking`, `Authentication` or `Unknown`, and a text."""

    def __init__(self, category: str, text: str) -> None:
        super().__init__(category, text)
        self.category = category
        self.text = text


def signing_certificate(organization: OrganizationState, server: Server, thumbprint: str) -> Certificate:
    """The certificate with that thumbprint from the server's own store, if it can sign."""
    if not thumbprint:
        raise Failed("Authentication", "The authorization configuration names no certificate.")
    stored = server.store.get(thumbprint)
    if stored is None:
        raise Failed("Authentication", f"The certificate with thumbprint {thumbprint} was not found on {server.fqdn}.")
    certificate = stored.certificate
    if certificate.key is None:
        raise Failed("Authentication", f"The private key of the certificate {thumbprint} isn't accessible.")
    if certificate.status(organization.time_on(server)) != "Valid":
        raise Failed(
            "Authentication", f"The certificate with thumbprint {thumbprint} isn't valid (expired or revoked)."
        )
    return certificate


def access_token(
    organization: OrganizationState,
    server: Server,
    auth_servers: Sequence[AuthServer],
    certificate: Certificate,
    service_name: str,
) -> str:
    """A token from the first enabled ACS auth server that gives one; `Failed` with the last one's refusal."""
    usable = [a for a in auth_servers if a.enabled and a.type == "MicrosoftACS" and a.token_endpoint and a.realm]
    failure = Failed("Authentication", "No enabled auth server of type MicrosoftACS exists.")
    for auth_server in usable:
        try:
            return _request_token(organization, server, auth_server, certificate, service_name)
        except Failed as refused:
            failure = refused
    raise failure


def assertion(
    organization: OrganizationState, server: Server, realm: str, certificate: Certificate, service_name: str
) -> str:
    """The self-issued token: signed with the Auth certificate, which its `x5t` names by SHA-1; dated by the server."""
    if certificate.key is None:
        raise Failed("Authentication", "The private key isn't accessible.")
    now = organization.clock.base.now() + server.clock_offset
    thumbprint = base64.urlsafe_b64encode(bytes.fromhex(certificate.thumbprint)).rstrip(b"=").decode()
    claims = {
        "aud": f"{ACS}/accounts.accesscontrol.windows.net@{realm}",
        "iss": f"{service_name}@{realm}",
        "nbf": int(now.timestamp()),
        "exp": int((now + _LIFETIME).timestamp()),
    }
    return jwt.encode(claims, certificate.key, "RS256", headers={"x5t": thumbprint})


def _request_token(
    organization: OrganizationState,
    server: Server,
    auth_server: AuthServer,
    certificate: Certificate,
    service_name: str,
) -> str:
    form = {
        "grant_type": "http://oauth.net/grant_type/jwt/1.0/bearer",
        "assertion": assertion(organization, server, auth_server.realm, certificate, service_name),
        "resource": f"{EXCHANGE_ONLINE}/{_RESOURCE_HOST}@{auth_server.realm}",
    }
    response = send(organization, server, "POST", auth_server.token_endpoint, data=form)
    answer = json_object(response)
    if response.status_code != 200:
        raise Failed(
            "Authentication",
            f"Unable to get the token from Auth Server '{auth_server.name}'. Error code: "
            f"'{answer.get('error', response.status_code)}'. Description: '{answer.get('error_description', '')}'.",
        )
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise Failed("Authentication", f"Auth Server '{auth_server.name}' answered without a token.")
    return token


def send(organization: OrganizationState, server: Server, method: str, url: str, **arguments: Any) -> requests.Response:
    """One request from the server to the Internet; `Failed` (Networking) when there is no answer."""
    try:
        with way_out(organization, server).session() as session:
            return session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **arguments)
    except OSError as failure:
        raise Failed("Networking", f"{url}: {short_reason(failure)}.") from None


def json_object(response: requests.Response) -> dict[str, Any]:
    """The answer's JSON object; an empty one where it is something else."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
