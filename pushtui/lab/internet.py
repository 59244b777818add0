"""What an Exchange server of the lab reaches when it goes out to the cloud: the lab's proxy, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pushtui.base.values import frozen

if TYPE_CHECKING:
    import requests


@frozen
class Internet:
    """The one way out."""

    proxy: str
    """URL of the CONNECT proxy."""
    ca_file: str
    """PEM file of the lab's certificate authority."""

    def session(self) -> requests.Session:
        """A session through the proxy that trusts the lab's authority, whatever the environment says."""
        import requests  # the start does not need it

        session = requests.Session()
        session.trust_env = False
        session.proxies = {"http": self.proxy, "https": self.proxy}
        session.verify = self.ca_file
        return session
