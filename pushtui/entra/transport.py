"""The one way out to the cloud: TLS, proxy and HTTP client, the same for sign-in and for Graph."""

from __future__ import annotations

import logging
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pushtui import __version__
from pushtui.base.errors import FileProblem, UsageError
from pushtui.base.proxies import is_usable
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.entra.settings import NetworkSettings

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
"""How long one connection, with its TLS handshake, may take to come about."""
_KEEP_ALIVE_SECONDS = 60.0  # httpx closes after 5 s, so that each pause on screen would pay for TCP and TLS again
_NOISY = ("azure", "hpack", "httpcore", "httpx", "kiota_abstractions", "kiota_http", "msal", "msgraph", "urllib3")


def tls_context(network: NetworkSettings) -> ssl.SSLContext:
    """What is trusted: the machine's own store, or only the authorities of ``ca_file``.

    REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE are not obeyed. Raises `FileProblem` (``network.ca-file``).
    """
    if not network.ca_file:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=network.ca_file)
    except ssl.SSLError:
        reason = _("it holds no certificate in PEM form")
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise FileProblem(
        "network.ca-file",
        _("The certificate authorities of the profile could not be read: {reason}").format(reason=reason),
        where=clean_line(network.ca_file),
        remedy=_("Correct ca_file in the [network] table of the profile"),
    )


def proxy_for(url: str, network: NetworkSettings) -> str:
    """The proxy that leads to `url`, with its credentials, or an empty text.

    The profile's own proxy is used for everything; else HTTPS_PROXY, ALL_PROXY and NO_PROXY decide.
    Raises `UsageError` (``network.proxy``) for a proxy that cannot be used.
    """
    from urllib.request import getproxies, proxy_bypass  # it loads http.client and email

    proxy, source = network.proxy, _("proxy in the [network] table of the profile")
    if not proxy:
        found = getproxies()
        proxy, source = found.get("https") or found.get("all") or "", "HTTPS_PROXY"
        if not proxy or proxy_bypass(urlsplit(url).netloc):
            return ""
        proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not is_usable(proxy):
        raise UsageError(
            "network.proxy",
            _("The proxy cannot be used: it must be an http or https URL like http://proxy.example:8080"),
            where=source,
        )
    return proxy


def open_client(url: str, network: NetworkSettings) -> httpx.AsyncClient:
    """A client for one host; it belongs to the running event loop.

    Redirects are not followed and nothing of the environment but the proxy is obeyed. HTTP/2 is off: its library logs
    header values in clear at DEBUG.
    """
    import httpx

    quiet_loggers()
    context = tls_context(network)
    proxy = proxy_for(url, network)
    return httpx.AsyncClient(
        verify=context,
        proxy=httpx.Proxy(proxy, ssl_context=context if proxy.startswith("https:") else None) if proxy else None,
        trust_env=False,
        http2=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(keepalive_expiry=_KEEP_ALIVE_SECONDS),
        headers={"User-Agent": f"pushtui/{__version__}"},
    )


def quiet_loggers() -> None:
    """Keep the libraries silent whatever level the root logger has.

    At DEBUG they tell device codes, ids and URLs, and msal logs a token answer that it cannot parse as an error.
    """
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
