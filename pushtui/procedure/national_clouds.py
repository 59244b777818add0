"""Which national cloud a host of Microsoft's token services belongs to.

Source: "National clouds" and "Microsoft Entra authentication & national clouds" (Microsoft Learn), CSS-Exchange's table
of endpoints; which names Azure ACS has in the newer clouds is not documented.
"""

from __future__ import annotations

from urllib.parse import urlsplit

_CLOUDS = {
    "accesscontrol.windows.net": "Global",
    "login.windows.net": "Global",
    "login.microsoftonline.com": "Global",
    "sts.windows.net": "Global",
    "login.microsoftonline.us": "US Government",
    "accesscontrol.chinacloudapi.cn": "China",
    "login.chinacloudapi.cn": "China",
    "login.partner.microsoftonline.cn": "China",
    "login.microsoftonline.de": "Germany",
    "login.sovcloud-identity.fr": "Bleu",
    "login.sovcloud-identity.de": "Delos",
}


def host_of(url: str) -> str:
    """The host, lower case; empty for what is no URL."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def cloud_of(url: str) -> str:
    """The cloud's name; empty for a host that belongs to none of them."""
    host = host_of(url)
    return next((cloud for name, cloud in _CLOUDS.items() if host == name or host.endswith(f".{name}")), "")


def differs(url: str, home: str) -> str:
    """The cloud of `url`, where it is another one than that of the URL `home`; empty where either is not known."""
    there, here = cloud_of(url), cloud_of(home)
    return there if there and here and there != here else ""
