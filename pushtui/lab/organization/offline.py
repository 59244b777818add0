"""What a server without a way to the Internet reaches: nothing."""

from __future__ import annotations

from typing import Any

import requests


class _NoRoute(requests.adapters.BaseAdapter):
    """A network without a way out."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        raise requests.ConnectionError(request=request)

    def close(self) -> None:
        """Nothing is open."""


class Offline:
    """The Internet for a server that has none."""

    def session(self) -> requests.Session:
        """A session in which every request fails as without a network."""
        session = requests.Session()
        for scheme in ("https://", "http://"):
            session.mount(scheme, _NoRoute())
        return session
