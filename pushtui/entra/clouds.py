"""The national clouds of Microsoft 365: the one table of host names."""

from __future__ import annotations

from urllib.parse import urlsplit

from pushtui.base.errors import UsageError
from pushtui.base.values import frozen, replace
from pushtui.base.words import _
from pushtui.entra.settings import CloudSettings

API_VERSION = "v1.0"


@frozen
class Cloud:
    """Where one national cloud answers. URLs are ``https://host[:port]``, without a trailing slash."""

    name: str
    login: str
    graph: str
    acs: str
    acs_path: str
    """Path of the metadata document; ``{tenant}`` is the tenant id or a domain."""
    outlook: str
    push_uri: str
    """Where Exchange Online takes push notifications; derived from `outlook`, verified for the global cloud only."""


def _row(name: str, login: str, graph: str, acs: str, outlook: str) -> Cloud:
    return Cloud(name, login, graph, acs, "/{tenant}/metadata/json/1", outlook, f"{outlook}/PushNotifications")


# Microsoft: "National clouds" (login and Graph hosts), "Office 365 URLs and IP address ranges" (Outlook). In the US
# government clouds the sign-in host serves the metadata of the auth server; China's host is listed as shut down.
_CLOUDS = {
    cloud.name: cloud
    for cloud in (
        _row(
            "global",
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
            "https://accounts.accesscontrol.windows.net",
            "https://outlook.office365.com",
        ),
        _row(
            "gcc-high",
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            "https://login.microsoftonline.us",
            "https://outlook.office365.us",
        ),
        _row(
            "dod",
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            "https://login.microsoftonline.us",
            "https://outlook-dod.office365.us",
        ),
        _row(
            "china",
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://accounts.accesscontrol.chinacloudapi.cn",
            "https://partner.outlook.cn",
        ),
        _row("custom", "", "", "", ""),
    )
}


def cloud_of(settings: CloudSettings) -> Cloud:
    """The cloud that the profile names, with the hosts that it replaces.

    Raises `UsageError` (``settings.cloud-url``, ``settings.cloud-incomplete``) for a URL that is not a plain https
    origin, and for a custom cloud that leaves a host unnamed.
    """
    named = {
        key: _origin(key, getattr(settings, key))
        for key in ("login", "graph", "acs", "outlook")
        if getattr(settings, key)
    }
    missing = {"login", "graph", "acs", "outlook"} - named.keys()
    if settings.name == "custom" and missing:
        raise UsageError(
            "settings.cloud-incomplete",
            _("A custom cloud must name all its hosts; missing: {keys}").format(keys=", ".join(sorted(missing))),
            remedy=_("Add them to the [cloud] table of the profile"),
        )
    if "outlook" in named:
        named["push_uri"] = f"{named['outlook']}/PushNotifications"
    return replace(_CLOUDS[settings.name], **named)


def host_of(url: str) -> str:
    """The host name of a URL, lower-case, without its port."""
    return urlsplit(url).hostname or ""


def _origin(key: str, url: str) -> str:
    """The URL as ``https://host[:port]``; credentials go there, so nothing but https is accepted."""
    try:
        parts = urlsplit(url)
        good = parts.scheme.lower() == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise UsageError(
            "settings.cloud-url",
            _("[cloud] {key} must be a base URL like https://host.example, not “{url}”").format(key=key, url=url),
            cause=_("Credentials are sent there, so only https is accepted, and no path, query or user name"),
        )
    return f"https://{parts.netloc.lower()}"
