"""How to reach and sign in to Microsoft 365."""

from __future__ import annotations

from typing import Literal

from pushtui.base.values import frozen


@frozen
class CloudSettings:
    """Which national cloud, and host names that differ from its table (for a cloud that the table lacks)."""

    name: Literal["global", "gcc-high", "dod", "china", "custom"] = "global"
    login: str = ""
    """Base URL of the sign-in host; unset: the cloud's own."""
    graph: str = ""
    """Base URL of Microsoft Graph; unset: the cloud's own."""
    acs: str = ""
    """Base URL of the metadata that the auth server uses; unset: the cloud's own."""
    outlook: str = ""
    """Base URL of Exchange Online; unset: the cloud's own."""


@frozen
class EntraSettings:
    """How to sign in to the tenant."""

    method: Literal["device-code", "browser", "certificate", "secret"] = "device-code"
    """`device-code` and `browser` sign a person in, `certificate` and `secret` the application itself."""
    client_id: str = ""
    """Application (client) id of the app registration; see the README for the permissions that it needs."""
    certificate_file: str = ""
    """PEM or PKCS#12 file (mode 0600) with the private key and the certificate of the application."""
    passphrase_file: str = ""
    """File (mode 0600) with the passphrase of `certificate_file`; unset: asked for where one is needed."""
    passphrase_command: tuple[str, ...] = ()
    """Command, as a list of words, that prints the passphrase."""
    secret_file: str = ""
    """File (mode 0600) with the client secret, for `secret`; unset: asked for."""
    secret_command: tuple[str, ...] = ()
    """Command, as a list of words, that prints the client secret."""
    timeout: float = 60.0
    """Seconds one request may take before it is given up."""

    @property
    def delegated(self) -> bool:
        """Whether a person signs in, who is asked for a permission at a time."""
        return self.method in {"device-code", "browser"}


@frozen
class NetworkSettings:
    """The one way out to the cloud, for sign-in and Graph alike."""

    proxy: str = ""
    """Proxy URL; unset: HTTPS_PROXY and NO_PROXY of the environment."""
    ca_file: str = ""
    """PEM file of the certificate authorities to trust; unset: the machine's own."""
