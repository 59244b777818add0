"""Whose domain is it: the OpenID configuration of a tenant, read without signing in."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from pushtui.base.errors import RequestRefused, Side, UsageError
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.entra import oauth
from pushtui.entra.clouds import Cloud
from pushtui.entra.login import LoginHost

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def discover(host: LoginHost, cloud: Cloud, domain: str) -> dict[str, Any]:
    """``tenant_id``, ``issuer`` and ``token_endpoint`` of the tenant that owns `domain`; ``clock_offset`` by the way.

    Raises `RequestRefused` (``entra.tenant-not-found``) where none does, ``entra.discovery-unusable`` for an answer
    without a tenant id, and `SignInRefused` (``entra.other-cloud``) where the tenant lives in another cloud
    (whether the service sends there or says that it knows no such tenant is not verified against a real server).
    """
    if domain.strip(".") == "":
        raise UsageError("entra.domain", _("The tenant domain is empty"))
    path = f"/{quote(domain, safe='')}/v2.0/.well-known/openid-configuration"
    answer = await host.request("GET", cloud.login + path)
    place = host.place(f"GET {path}")
    document = answer.json
    if answer.status_code >= 400:
        malformed = document.get("error") == "invalid_request"  # AADSTS900023: not even a name that could be a domain
        raise oauth.refusal({**document, "error": "invalid_tenant"} if malformed else document, place)
    issuer, endpoint = (str(document.get(name) or "") for name in ("issuer", "token_endpoint"))
    host.check_host(endpoint, place)
    tenant = guid_in(endpoint) or guid_in(issuer)
    if not tenant or (guid_in(issuer) or tenant) != tenant:
        raise RequestRefused(
            "entra.discovery-unusable",
            _("The sign-in service did not say which tenant owns {domain}").format(domain=clean_line(domain)),
            side=Side.ENTRA,
            where=place.where,
            remedy=_("Check tenant_domain: it must be a domain, or the id, of one tenant"),
        )
    return {
        "tenant_id": tenant,
        "issuer": clean_line(issuer),
        "token_endpoint": clean_line(endpoint),
        "clock_offset": answer.clock_offset,
    }


def guid_in(url: str) -> str:
    """The tenant id that is the first segment of a URL's path, lower-case; empty where that is no GUID."""
    first = urlsplit(url).path.strip("/").partition("/")[0].lower()
    return first if _GUID.fullmatch(first) else ""


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text.lower()) is not None
