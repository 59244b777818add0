"""The two PowerShell configurations of a server: Microsoft.Exchange, and the ordinary one of Windows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.cmdlets import (
    auth_config,
    auth_servers,
    certificates,
    monitoring,
    new_certificate,
    organization_settings,
    partner_applications,
    probe,
    push_proxy,
    servers,
    windows,
)
from pushtui.lab.organization.roles import granted
from pushtui.lab.organization.server import Server
from pushtui.lab.organization.state import OrganizationState
from pushtui.lab.organization.versions import as_of
from pushtui.lab.remoting.cmdlet import CmdletSpec

_EXCHANGE = (
    servers,
    certificates,
    new_certificate,
    auth_config,
    auth_servers,
    partner_applications,
    push_proxy,
    probe,
    monitoring,
    organization_settings,
)

_DENIED = "Access is denied. "


class _Host:
    """What both have in common: a server, and the accounts of its domain."""

    def __init__(self, organization: OrganizationState, server: Server) -> None:
        self._organization = organization
        self._server = server

    @property
    def fqdn(self) -> str:
        return self._server.fqdn

    def _account(self, user: str) -> Account | None:
        return next((account for account in self._organization.accounts if account.is_named(user)), None)

    def check_password(self, user: str, password: str) -> bool:
        account = self._account(user)
        return account is not None and account.password == password

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [(account.user, account.password) for account in self._organization.accounts]


class ExchangeHost(_Host):
    """Microsoft.Exchange: no-language mode, cmdlets by role."""

    side: Literal["exchange", "windows"] = "exchange"
    configuration = "Microsoft.Exchange"
    no_language = True

    def forbids(self, user: str) -> str:
        """The text for an account without a role is known from reports; that of the other case is Windows' own."""
        account = self._account(user)
        if account is None or not account.remote_powershell:
            return _DENIED
        if granted(account.role_groups):
            return ""
        domain, name = self._organization.domain, account.user.partition("@")[0]
        return (
            f"[AuthZRequestId={uuid.uuid4()}][FailureCategory=AuthZ-CmdletAccessDeniedException] "
            f'The user "{domain}/Users/{name}" isn\'t assigned to any management roles. '
        )

    @property
    def executing_server(self) -> str:
        named = self._organization.find_server(self._organization.executing_server)
        return (named or self._server).fqdn

    @cached_property
    def _specs(self) -> dict[str, CmdletSpec]:
        return {spec.name.lower(): spec for area in _EXCHANGE for spec in area.cmdlets(self._organization)}

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        """Those of the account's role groups that the executing server's version has."""
        account = self._account(user)
        names = granted(account.role_groups) - account.without if account else frozenset()
        executing = self._organization.find_server(self.executing_server)
        if not self._organization.show_push_notification_app:
            names -= {"get-pushnotificationapp"}
        if executing is not None and not executing.has_push_proxy:
            names = frozenset(name for name in names if "pushnotification" not in name)
        version = executing.version if executing else self._server.version
        return {name: as_of(spec, version) for name, spec in self._specs.items() if name in names}


class WindowsHost(_Host):
    """Microsoft.PowerShell: services and processes of this server, for its local administrators."""

    side: Literal["exchange", "windows"] = "windows"
    configuration = "Microsoft.PowerShell"
    no_language = False

    def forbids(self, user: str) -> str:
        account = self._account(user)
        return "" if account is not None and account.local_admin else _DENIED

    @property
    def executing_server(self) -> str:
        return self._server.fqdn

    @cached_property
    def _specs(self) -> dict[str, CmdletSpec]:
        return {spec.name.lower(): spec for spec in windows.cmdlets(self._organization, self._server)}

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        return self._specs if self._account(user) else {}
