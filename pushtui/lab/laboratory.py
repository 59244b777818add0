"""The whole lab: tenant, organization, endpoints, mail and control, started and ended as one."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import Any

from pushtui.base.errors import UsageError
from pushtui.lab import ready
from pushtui.lab.control import Approval, Clearing, Control, Restart
from pushtui.lab.endpoints import Endpoints
from pushtui.lab.faults import Fault, Faults
from pushtui.lab.internet import Internet
from pushtui.lab.kerberos import KerberosService, missing
from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.build import build as build_organization
from pushtui.lab.pki import Authority, server_context
from pushtui.lab.requests import RequestLog
from pushtui.lab.scenario import Scenario
from pushtui.lab.smtp import MailServer
from pushtui.lab.tenant.build import build as build_tenant

FOLDER_PREFIX = "pushtui-lab-"
CONTROL_FILE = "control"
_MARGIN = 1.0
"""Seconds that the ready profile waits longer than MSExchangeHM needs."""


class Laboratory:
    """A running lab; `stop` ends everything and removes its folder."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        kerberos: bool = False,
        faults: Faults | None = None,
        new_key: NewKey = new_rsa_key,
    ) -> None:
        """`kerberos`: with a KDC, also where the scenario does not ask for one. `faults`: a queue of the caller's.

        `new_key`: where the RSA keys of the organization's and the tenant's certificates come from.
        """
        self._scenario = scenario
        self._wants_kerberos = kerberos or scenario.kerberos
        self._undo: list[Callable[[], None]] = []
        self._log = RequestLog()
        self._faults = faults or Faults()
        self._new_key = new_key
        self._user, self._password = "admin@lab.example", secrets.token_urlsafe(18)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        """In this order: the organization already asks the tenant while it is built."""
        self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        self._undo.append(lambda: shutil.rmtree(self._folder, ignore_errors=True))
        self._authority = Authority.make()
        self._ca_file = ready.private_file(self._folder / "ca.pem", self._authority.ca_pem)
        for fault in self._scenario.faults:
            self._faults.add(fault)
        self._tenant = build_tenant(
            self._scenario.tenant, self._log, self._faults, authority=self._authority, new_key=self._new_key
        )
        self._undo.append(self._tenant.stop)
        self._tenant.start()
        self._organization = build_organization(
            self._scenario.organization,
            Internet(self._tenant.proxy_url, str(self._ca_file)),
            [Account(self._user, self._password)],
            new_key=self._new_key,
        )
        self._tenant.hand_over(self._organization.certificates(), self._organization.state.guid)
        self._kerberos = self._start_kerberos() if self._wants_kerberos else None
        self._endpoints = Endpoints(self._organization, self._authority, self._log, self._faults, self._kerberos)
        self._undo.append(self._endpoints.stop)
        self._endpoints.start()
        self._start_mail()
        self._control = Control(self)
        self._undo.append(self._control.stop)
        self._control.start()
        self._profiles = ready.write(self._folder, self._ca_file, self._facts())
        ready.place_certificate(
            self._folder, self._scenario.profile.certificate_file, self._organization.certificates()
        )
        ready.private_file(self._folder / CONTROL_FILE, self._control.url.encode())

    def _start_kerberos(self) -> KerberosService:
        if reason := missing():
            raise UsageError("lab.no-kerberos", f"The lab cannot offer Kerberos: {reason}", remedy="See: make kerberos")
        servers = [server.fqdn for server in self._organization.servers if server.offers_powershell]
        service = KerberosService([(self._user, self._password)], servers)
        self._undo.append(service.stop)
        service.start()
        return service

    def _start_mail(self) -> None:
        table = self._scenario.mail
        identity = self._authority.issue(["mail.lab.example", "127.0.0.1", "localhost"])
        self._mail = MailServer(
            table.recipients,
            user=self._user,
            password=self._password,
            context=server_context(identity) if table.starttls else None,
            authentication=table.authentication,
            requests=self._log,
            faults=self._faults,
        )
        self._undo.append(self._mail.stop)
        self._mail.start()

    def stop(self) -> None:
        """End everything; never raises, idempotent.

        The folder with the secrets goes first. The rest ends side by side: each part may have to wait for a client to
        hang up, and one that cannot end must not keep the others alive.
        """
        parts, self._undo = self._undo, []
        if parts:
            with suppress(Exception):
                parts[0]()
            with ThreadPoolExecutor(len(parts)) as pool:
                wait([pool.submit(part) for part in parts[1:]])

    # --- what the lab tells

    def line(self) -> dict[str, Any]:
        """The JSON line of ``--serve``."""
        urls = self._endpoints.urls
        table = self._scenario.mail
        return {
            "schema": 1,
            "scenario": self._scenario.title,
            "exchange": {
                "url": next(iter(urls("exchange").values())),
                "user": self._user,
                "password": self._password,
                "auth": "basic",
                "servers": urls("exchange"),
                "kerberos_servers": urls("exchange-kerberos"),
            },
            "windows": {
                "user": self._user,
                "password": self._password,
                "auth": "negotiate",
                "servers": urls("windows"),
                "https_servers": urls("windows-https"),
            },
            "entra": {
                "login": self._tenant.url,
                "graph": self._tenant.url,
                "tenant_id": self._tenant.tenant_id,
                "tenant_domain": self._tenant.domain,
                "client_id": self._tenant.client_id,
                "client_secret": self._tenant.client_secret,
                "certificate_file": str(self._folder / "application.pem"),
            },
            "smtp": {
                "host": "127.0.0.1",
                "port": self._mail.port,
                "user": self._user,
                "password": self._password,
                "recipient": next(iter(table.recipients), ""),
            },
            "proxy": self._tenant.proxy_url,
            "ca_file": str(self._ca_file),
            "profile": str(self._profiles["basic"]),
            "profiles": {name: str(path) for name, path in self._profiles.items()},
            "environment": {"KRB5_CONFIG": self._kerberos.environment["KRB5_CONFIG"]} if self._kerberos else {},
            "control": self._control.url,
        }

    def _facts(self) -> ready.Facts:
        table, verification, profile = self._scenario.mail, self._scenario.verification, self._scenario.profile
        return ready.Facts(
            domain=profile.tenant_domain or self._tenant.domain,
            exchange_port=next(iter(self._endpoints.ports("exchange").values())),
            exchange_server=next(iter(self._endpoints.ports("exchange"))),
            kerberos_port=next(iter(self._endpoints.ports("exchange-kerberos").values()), None),
            windows={fqdn: f"127.0.0.1:{port}" for fqdn, port in self._endpoints.ports("windows").items()},
            windows_enabled=profile.windows,
            user=self._user,
            password=self._password,
            client_id=self._tenant.client_id,
            client_pem=self._tenant.client_pem,
            client_secret=self._tenant.client_secret,
            proxy=self._tenant.proxy_url,
            verification_server=verification.server,
            wait_seconds=verification.wait_seconds or self._organization.state.timing.hm_start + _MARGIN,
            mail_port=self._mail.port,
            mail_starttls=table.starttls,
            mail_authentication=table.authentication,
            recipient=next(iter(table.recipients), ""),
        )

    # --- what the control endpoint does

    def state(self) -> dict[str, Any]:
        return {
            "organization": self._organization.snapshot(),
            "tenant": self._tenant.snapshot(),
            "mail": self._mail.messages(),
            "shells": self._endpoints.shells(),
            "held": self._faults.held(),
        }

    def requests(self) -> list[dict[str, Any]]:
        return self._log.snapshot()

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self._faults.add(fault)

    def change_organization(self, patch: dict[str, Any]) -> None:
        """Change the truth; a server that became unreachable stops listening (and stays away)."""
        self._organization.change(patch)
        self._endpoints.withdraw()

    def change_tenant(self, patch: dict[str, Any]) -> None:
        self._tenant.change(patch)

    def approve(self, approval: Approval) -> None:
        self._tenant.approve(approval.code, approval.decision)

    def restart(self, restart: Restart) -> None:
        """The endpoints of a server end, with every shell, and start again where they were."""
        self._endpoints.restart(restart.server)

    def release(self) -> None:
        """What a fault holds back ends now, without its answer."""
        self._faults.release()

    def clear(self, clearing: Clearing) -> None:
        if clearing.faults:
            self._faults.clear()
        if clearing.requests:
            self._log.clear()
        if clearing.mail:
            self._mail.clear()
