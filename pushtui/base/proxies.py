"""Proxy URLs: which can be used, and how one may be shown."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_usable(proxy: str) -> bool:
    """Whether it is an http or https URL with a host."""
    try:
        parts = urlsplit(proxy)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def shown_proxy(proxy: str) -> str:
    """The proxy as it may be shown: scheme, host and port, never its credentials."""
    if not proxy:
        return ""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
