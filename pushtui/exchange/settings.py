"""How to reach the two endpoints of an Exchange server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from pushtui.base.values import frozen


@frozen
class ExchangeSettings:
    """The Exchange endpoint (configuration ``Microsoft.Exchange``): ``http(s)://server:port/path``."""

    server: str = ""
    """Host name of one Exchange server: its own FQDN, because Kerberos has no name for a load balancer."""
    auth: Literal["kerberos", "basic"] = "kerberos"
    """`kerberos` (messages encrypted, also over http) or `basic` (over https only, where an admin enabled it)."""
    ssl: bool | None = None
    """https or http; unset: https for `basic`, http for `kerberos`."""
    port: int | None = None
    """TCP port; unset: 443 for https, 80 for http."""
    path: str = "PowerShell"
    """Path of the virtual directory."""
    user: str = ""
    """User principal name."""
    password_file: str = ""
    """File (mode 0600) with the password; unset: asked for and kept in memory, where no ticket makes it needless."""
    password_command: tuple[str, ...] = ()
    """Command, as a list of words, that prints the password."""
    keytab_file: str = ""
    """Kerberos keytab with the user's key, in place of a password or a ticket from kinit."""
    ca_file: str = ""
    """PEM file of the certificate authorities to trust; unset: the machine's own."""
    service_name: str = "HTTP"
    """Kerberos service class of the endpoint."""
    service_host: str = ""
    """Kerberos host name where it differs from `server`."""
    proxy: str = ""
    """URL of an HTTP proxy to go through; unset: none, whatever the environment says."""
    timeout: float = 60.0
    """Seconds one command may take before it is given up."""


@frozen
class WindowsSettings:
    """The optional Windows endpoint (configuration ``Microsoft.PowerShell``) of the server that verification uses."""

    enabled: bool = False
    """Off: pushtui shows the command to type on the server instead."""
    auth: Literal["kerberos", "negotiate"] = "kerberos"
    """`negotiate` may fall back to NTLM; messages are encrypted either way."""
    ssl: bool = False
    """https (5986) or http with message encryption (5985)."""
    port: int | None = None
    """TCP port; unset: 5986 for https, 5985 for http."""
    user: str = ""
    """Account with local administrator rights on the server; unset: the user of the Exchange endpoint."""
    password_file: str = ""
    """File (mode 0600) with the password; unset: asked for, or the Exchange password where the user is the same."""
    password_command: tuple[str, ...] = ()
    """Command, as a list of words, that prints the password."""
    keytab_file: str = ""
    """Kerberos keytab with the user's key; unset: that of the Exchange endpoint where the user is the same."""
    ca_file: str = ""
    """PEM file of the certificate authorities to trust; unset: the machine's own."""
    connect_to: Mapping[str, str] = field(default_factory=dict)
    """Where a server is really reached, for port forwards: ``{"ex01.lab.example": "127.0.0.1:15985"}``."""
    proxy: str = ""
    """URL of an HTTP proxy to go through; unset: none, whatever the environment says."""
    timeout: float = 60.0
    """Seconds one command may take before it is given up."""
