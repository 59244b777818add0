"""Putting the tenant together: state, TLS port, proxy, and the handle that the lab holds it by."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, get_args
from uuid import UUID

from pushtui.base.clock import Clock, SystemClock
from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.lab.faults import Faults
from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.loop import LoopThread
from pushtui.lab.pki import Authority, server_context
from pushtui.lab.proxy import ConnectProxy
from pushtui.lab.requests import RequestLog
from pushtui.lab.tenant import roles
from pushtui.lab.tenant.applications import register_hybrid_application
from pushtui.lab.tenant.directory import EXCHANGE_ONLINE
from pushtui.lab.tenant.server import SIDES, TenantServer
from pushtui.lab.tenant.settings import KeySettings, TenantSettings
from pushtui.lab.tenant.state import Decision, fingerprint_of, make

T = TypeVar("T")
_VERBS = frozenset({"add_keys", "remove_keys", "revoke_sign_ins"})


def read_settings(table: Mapping[str, Any]) -> TenantSettings:
    """The [tenant] table, checked; raises `UsageError`."""
    settings = read_table(TenantSettings, table, "[tenant]")
    roles.check(settings.user.roles)
    return settings


class Tenant:
    """The running tenant. Its state is only touched on its own event loop; every method may be called from anywhere."""

    def __init__(
        self,
        table: Mapping[str, Any],
        requests: RequestLog,
        faults: Faults,
        authority: Authority,
        clock: Clock,
        new_key: NewKey,
    ) -> None:
        self._table = copy.deepcopy(dict(table))
        self._state = make(read_settings(table), clock, new_key)
        names = ["127.0.0.1", "localhost", *SIDES]
        self._server = TenantServer(self._state, requests, faults, server_context(authority.issue(names)))
        self._requests = requests
        self._proxy: ConnectProxy | None = None
        self._loop: LoopThread | None = None
        self.ca_pem = authority.ca_pem

    def start(self) -> None:
        self._loop = LoopThread("lab-tenant")
        self._loop.run(self._start())

    async def _start(self) -> None:
        await self._server.start()
        self._proxy = ConnectProxy(SIDES, self._server.port, self._requests)
        await self._proxy.start()

    def stop(self) -> None:
        """End everything; idempotent."""
        if self._loop is None:
            return
        self._loop.run(self._stop())
        self._loop.stop()
        self._loop = None

    async def _stop(self) -> None:
        if self._proxy is not None:
            await self._proxy.stop()
        await self._server.stop()

    # --- addresses and credentials

    @property
    def url(self) -> str:
        """Base URL of the TLS port: sign-in and Graph both, without going through the proxy."""
        return f"https://127.0.0.1:{self._server.port}"

    @property
    def proxy_url(self) -> str:
        if self._proxy is None:
            raise RuntimeError("the tenant has not been started")
        return self._proxy.url

    @property
    def tenant_id(self) -> str:
        return self._state.tenant_id

    @property
    def domain(self) -> str:
        """The tenant's default domain."""
        settings = self._state.settings
        named = [domain.name for domain in settings.domains if domain.default]
        return (named or [domain.name for domain in settings.domains] or [settings.initial_domain])[0]

    @property
    def client_id(self) -> str:
        """Of the one app registration, for every kind of sign-in."""
        return self._state.application.client_id

    @property
    def client_secret(self) -> str:
        return self._state.application.secret

    @property
    def client_pem(self) -> bytes:
        """Private key and certificate of the app registration."""
        return self._state.application.certificate.pem

    # --- the truth

    def snapshot(self) -> dict[str, Any]:
        """The true state as JSON values; no secrets."""
        return self._on_loop(self._snapshot)

    def change(self, patch: Mapping[str, Any]) -> None:
        """Change the truth: a partial [tenant] table, seen by everybody at once.

        Beside it: `add_keys` (tables like [[tenant.keys]]), `remove_keys` (SHA-256 fingerprints) and
        `revoke_sign_ins` (true). Raises `UsageError`.
        """
        self._on_loop(lambda: self._change(patch))

    def approve(self, code: str, decision: str = "approved") -> None:
        """What the administrator does with a user code: `approved` or `declined`.

        Raises `UsageError` for a code that is not waiting.
        """
        if decision not in get_args(Decision):
            raise UsageError("lab.wrong-request", f"A sign-in is approved or declined, not {decision!r}")
        self._on_loop(lambda: self._decide(code, decision))

    def hand_over(self, certificates: Mapping[str, bytes], organization: UUID) -> None:
        """What the tenant has of the organization: its certificates (DER), for keys ``from_organization``, and its
        GUID, after which the dedicated hybrid application is named. Raises `UsageError` for a key that it lacks."""
        self._on_loop(lambda: self._hand_over(certificates, organization))

    def _on_loop(self, function: Callable[[], T]) -> T:
        return self._loop.call(function) if self._loop else function()

    def _decide(self, code: str, decision: str) -> None:
        try:
            self._state.decide(code, cast("Decision", decision))
        except KeyError:
            raise UsageError("lab.unknown-code", f"No sign-in waits for the code {code}") from None

    def _hand_over(self, certificates: Mapping[str, bytes], organization: UUID) -> None:
        self._state.organization_certificates = certificates
        register_hybrid_application(self._state, organization)
        if any(key.from_organization for key in self._state.settings.keys):
            self._state.set_keys(self._state.settings.keys)

    def _change(self, patch: Mapping[str, Any]) -> None:
        tables = {name: value for name, value in patch.items() if name not in _VERBS}
        merged = _merged(self._table, tables)
        settings = read_settings(merged)
        added = tuple(read_table(KeySettings, key, "add_keys") for key in patch.get("add_keys", ()))
        self._table = merged
        self._state.apply(settings, {name.replace("-", "_") for name in tables})
        if added:
            self._state.set_keys(added, append=True)
        if patch.get("remove_keys"):
            self._state.remove_keys(set(patch["remove_keys"]))
        if patch.get("revoke_sign_ins"):
            self._state.revoke_sign_ins()

    def _snapshot(self) -> dict[str, Any]:
        state = self._state
        waiting = [*state.device_codes.values(), *state.authorizations.values()]
        return {
            "tenant_id": state.tenant_id,
            "name": state.settings.name,
            "domains": sorted(state.verified_domains()),
            "plans": [{"service": plan.service, "status": plan.status} for plan in state.settings.plans],
            "service_principal": self._principal(),
            "client_id": state.application.client_id,
            "applications": [
                {
                    "app_id": application["appId"],
                    "name": application["displayName"],
                    "keys": [fingerprint_of(credential) for credential in application["keyCredentials"]],
                }
                for application in state.applications.values()
            ],
            "codes": [{"code": item.user_code, "state": item.decision} for item in waiting],
            "notifications": [dict(item) for item in state.notifications],
        }

    def _principal(self) -> dict[str, Any] | None:
        directory = self._state.directory
        object_id = directory.find(EXCHANGE_ONLINE)
        if object_id is None:
            return None
        keys = [
            {
                "sha256": fingerprint_of(credential),
                "thumbprint": credential["customKeyIdentifier"],
                "display_name": credential["displayName"],
                "key_id": credential["keyId"],
                "start": credential["startDateTime"],
                "end": credential["endDateTime"],
            }
            for credential in directory.truth(object_id)["keyCredentials"]
        ]
        return {"id": object_id, "app_id": EXCHANGE_ONLINE, "keys": keys}


def _merged(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the patch over it, table by table; lists are replaced."""
    result = dict(base)
    for name, value in patch.items():
        old = result.get(name)
        result[name] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def build(
    table: Mapping[str, Any],
    requests: RequestLog,
    faults: Faults,
    *,
    authority: Authority | None = None,
    clock: Clock | None = None,
    new_key: NewKey = new_rsa_key,
) -> Tenant:
    """The tenant of a [tenant] table, not yet started; raises `UsageError`."""
    return Tenant(table, requests, faults, authority or Authority.make(), clock or SystemClock(), new_key)
