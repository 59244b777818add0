"""Where a session goes and how it signs in: the settings of a profile, resolved."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pushtui.base.errors import Side, UsageError
from pushtui.base.proxies import is_usable
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.exchange.settings import ExchangeSettings, WindowsSettings

EXCHANGE_CONFIGURATION = "Microsoft.Exchange"
WINDOWS_CONFIGURATION = "Microsoft.PowerShell"


@frozen
class Endpoint:
    """One remote PowerShell endpoint."""

    host: str
    """The name or address that is connected to."""
    port: int
    ssl: bool
    path: str
    auth: Literal["kerberos", "basic", "negotiate"]
    user: str
    """User principal name; empty: the ticket that Kerberos already has."""
    configuration: str
    ca_file: str
    """PEM file of trusted authorities; empty: the machine's own."""
    service: str
    """Kerberos service class."""
    service_host: str
    """The name in the Kerberos service principal name; empty: `host`."""
    side: Side
    timeout: float
    """Seconds one command may take."""
    name: str
    """The server as the admin knows it, whatever `host` is reached through."""
    keytab_file: str = ""
    """Kerberos keytab with the user's key; empty: a ticket, or a password."""
    proxy: str = field(default="", repr=False)
    """URL of an HTTP proxy, which may carry credentials; empty: none."""

    @property
    def url(self) -> str:
        """Where it is, as an admin writes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.ssl else 'http'}://{host}:{self.port}/{self.path}"

    @property
    def where(self) -> str:
        """For messages: the server and its address, once where they are the same."""
        return self.url if self.name == self.host else f"{self.name}, {self.url}"


def exchange_endpoint(settings: ExchangeSettings) -> Endpoint:
    """The Exchange endpoint. Raises `UsageError` for settings that cannot work or would send a password in clear."""
    ssl = settings.auth == "basic" if settings.ssl is None else settings.ssl
    if not settings.server:
        raise UsageError(
            "exchange.no-server",
            _("The profile names no Exchange server"),
            side=Side.EXCHANGE,
            remedy=_("Put one server's own full name into server in the [exchange] table"),
        )
    if settings.auth == "basic":
        if not ssl:
            raise UsageError(
                "exchange.basic-over-http",
                _("Basic sign-in over http would send the password in clear"),
                side=Side.EXCHANGE,
                where=settings.server,
                remedy=_("Use https for Basic, or Kerberos"),
            )
        if not settings.user:
            raise UsageError(
                "exchange.no-user",
                _("Basic sign-in needs a user"),
                side=Side.EXCHANGE,
                where=settings.server,
                remedy=_("Put the user principal name into user in the [exchange] table"),
            )
    _refuse_bad_proxy(settings.proxy, Side.EXCHANGE)
    return Endpoint(
        host=settings.server,
        port=settings.port or (443 if ssl else 80),
        ssl=ssl,
        path=settings.path.strip("/"),
        auth=settings.auth,
        user=settings.user,
        configuration=EXCHANGE_CONFIGURATION,
        ca_file=settings.ca_file,
        service=settings.service_name,
        service_host=settings.service_host,
        side=Side.EXCHANGE,
        timeout=settings.timeout,
        name=settings.server,
        keytab_file=settings.keytab_file,
        proxy=settings.proxy,
    )


def windows_endpoint(settings: WindowsSettings, exchange: ExchangeSettings, server: str) -> Endpoint:
    """The Windows endpoint of `server`, reached through `settings.connect_to` where that names it.

    Raises `UsageError` for a detour or a proxy that cannot be used.
    """
    _refuse_bad_proxy(settings.proxy, Side.WINDOWS)
    detours = {name.lower(): address for name, address in settings.connect_to.items()}
    detour = detours.get(server.lower(), "")
    host, port = _host_and_port(detour, server) if detour else (server, None)
    user = settings.user or exchange.user
    return Endpoint(
        host=host,
        port=port or settings.port or (5986 if settings.ssl else 5985),
        ssl=settings.ssl,
        path="wsman",
        auth=settings.auth,
        user=user,
        configuration=WINDOWS_CONFIGURATION,
        ca_file=settings.ca_file,
        service="host",
        service_host=server if detour else "",
        side=Side.WINDOWS,
        timeout=settings.timeout,
        name=server,
        keytab_file=settings.keytab_file or (exchange.keytab_file if user == exchange.user else ""),
        proxy=settings.proxy,
    )


def _refuse_bad_proxy(proxy: str, side: Side) -> None:
    if proxy and not is_usable(proxy):
        raise UsageError(
            f"{side.value}.proxy",
            _("The proxy cannot be used: it must be an http or https URL like http://proxy.example:8080"),
            side=side,
            where=_("proxy in the [{table}] table of the profile").format(table=side.value),
        )


def _host_and_port(address: str, server: str) -> tuple[str, int | None]:
    """``127.0.0.1:15985``, ``[::1]:15985``, or a host alone."""
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        return address.strip("[]"), None
    if port.isascii() and port.isdigit() and 0 < int(port) < 65536 and host:
        return host.strip("[]"), int(port)
    raise UsageError(
        "windows.connect-to",
        _("“{address}” is no host and port").format(address=address),
        side=Side.WINDOWS,
        where=f"connect_to, {server}",
        remedy=_("Write it as host:port"),
    )
