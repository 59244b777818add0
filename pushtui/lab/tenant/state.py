"""The truth about the tenant. It belongs to one event loop: nothing here is safe between threads by itself."""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pushtui.base.clock import Clock
from pushtui.base.errors import UsageError
from pushtui.lab.keys import NewKey, new_rsa_key
from pushtui.lab.tenant.certificates import SignedKey, days, self_signed
from pushtui.lab.tenant.directory import (
    EXCHANGE_ONLINE,
    GRAPH,
    MICROSOFT_TENANT,
    Directory,
    Properties,
    edm_date,
    key_credential,
)
from pushtui.lab.tenant.settings import KeySettings, TenantSettings
from pushtui.lab.tenant.tokens import Issuer

Decision = Literal["approved", "declined"]
_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"


@dataclass(slots=True)
class Application:
    """The app registration: its registered certificate and secret, with their ends."""

    client_id: str
    object_id: str
    """Of its service principal in the tenant."""
    certificate: SignedKey
    secret: str
    secret_ends: datetime
    registration_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Object id of the registration itself."""


@dataclass(slots=True)
class PendingSignIn:
    """A device code or an authorization request that waits for a person."""

    user_code: str
    client_id: str
    scope: str
    expires: datetime
    decision: Literal["pending", "approved", "declined", "redeemed"] = "pending"
    polled: float = float("-inf")
    redirect: str = ""
    challenge: str = ""
    nonce: str = ""


@dataclass(slots=True)
class Grant:
    """What an authorization code or a refresh token stands for."""

    client_id: str
    scope: str
    redirect: str = ""
    challenge: str = ""
    nonce: str = ""
    expires: datetime | None = None
    revoked: bool = False


@dataclass(slots=True)
class TenantState:
    """Everything that requests read and change."""

    settings: TenantSettings
    clock: Clock
    tenant_id: str
    issuer: Issuer
    directory: Directory
    application: Application
    new_key: NewKey = new_rsa_key
    user_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    device_codes: dict[str, PendingSignIn] = field(default_factory=dict)
    authorizations: dict[str, PendingSignIn] = field(default_factory=dict)
    codes: dict[str, Grant] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    notifications: list[dict[str, Any]] = field(default_factory=list)
    key_reads: deque[float] = field(default_factory=deque)
    organization_certificates: Mapping[str, bytes] = field(default_factory=dict)
    """The organization's certificates (DER), for keys that the scenario takes from it."""
    applications: dict[str, Properties] = field(default_factory=dict)
    """App registrations by object id, without our own."""

    # --- names

    def verified_domains(self) -> set[str]:
        """Lower-case names that this tenant has proved to own."""
        named = {domain.name.lower() for domain in self.settings.domains if domain.verified}
        return named | {self.settings.initial_domain.lower()}

    def knows(self, name: str) -> bool:
        """Whether the tenant id or domain names this tenant."""
        return name.lower() == self.tenant_id or name.lower() in self.verified_domains()

    def find_tenant(self, name: str) -> str:
        """The id of the tenant, this or another one, that the id or domain names; empty where there is none."""
        if self.knows(name):
            return self.tenant_id
        return next((o.tenant_id for o in self.settings.others if name.lower() in (o.tenant_id, o.domain.lower())), "")

    def enrolled(self) -> bool:
        """Whether the tenant has a working Exchange plan."""
        return any(
            plan.service.lower() == "exchange" and plan.status in {"Enabled", "Warning"} for plan in self.settings.plans
        )

    # --- sign-ins by a person

    def new_user_code(self) -> str:
        return "".join(secrets.choice(_CODE_LETTERS) for _ in range(9))

    def decide(self, user_code: str, decision: Decision) -> None:
        """What the person does with the code; raises `KeyError` for a code that waits for nobody."""
        wanted = user_code.strip().upper().replace("-", "")
        for pending in (*self.device_codes.values(), *self.authorizations.values()):
            if pending.user_code == wanted and pending.decision == "pending" and pending.expires > self.clock.now():
                pending.decision = decision
                return
        raise KeyError(user_code)

    def revoke_sign_ins(self) -> None:
        """Every refresh token given out so far is worth nothing (AADSTS50173)."""
        for grant in self.refresh_tokens.values():
            grant.revoked = True

    # --- changes by a test

    def apply(self, settings: TenantSettings, changed: set[str]) -> None:
        """New settings; `changed` names the top-level ones that differ."""
        self.settings = settings
        self.directory.lag = settings.read_lag_seconds
        if "application" in changed:
            now = self.clock.now()
            self.application.secret_ends = days(now, settings.application.secret_days)
            days_left = settings.application.certificate_days
            self.application.certificate = _application_certificate(now, days_left, self.new_key)
        if "service_principal" in changed:
            self._place_exchange_online()
        if changed & {"keys", "service_principal"}:
            self.set_keys(settings.keys)

    def _place_exchange_online(self) -> None:
        there = self.directory.find(EXCHANGE_ONLINE)
        if there and not self.settings.service_principal:
            self.directory.remove(there)
        if not there and self.settings.service_principal:
            self.directory.add(
                EXCHANGE_ONLINE,
                "Office 365 Exchange Online",
                owner=MICROSOFT_TENANT,
                service_names=[
                    EXCHANGE_ONLINE,
                    f"{EXCHANGE_ONLINE}/outlook.office365.com",
                    f"{EXCHANGE_ONLINE}/*.outlook.com",
                    "https://outlook.office365.com/",
                    "https://outlook.office.com/",
                ],
            )

    def set_keys(self, keys: tuple[KeySettings, ...], *, append: bool = False) -> None:
        """Replace, or add to, the keys of the Exchange Online service principal; seen by everybody at once."""
        object_id = self.directory.find(EXCHANGE_ONLINE)
        if object_id is None:
            return
        principal = self.directory.truth(object_id)
        made = self.credentials(keys)
        principal["keyCredentials"] = [*(principal["keyCredentials"] if append else ()), *made]
        self.directory.reset(object_id, principal)

    def remove_keys(self, fingerprints: set[str]) -> None:
        """Remove the keys with these SHA-256 fingerprints (hexadecimal, any case)."""
        object_id = self.directory.find(EXCHANGE_ONLINE)
        if object_id is None:
            return
        principal = self.directory.truth(object_id)
        wanted = {fingerprint.lower() for fingerprint in fingerprints}
        kept = [item for item in principal["keyCredentials"] if fingerprint_of(item) not in wanted]
        self.directory.reset(object_id, principal | {"keyCredentials": kept})

    def credentials(self, keys: Iterable[KeySettings]) -> list[Properties]:
        """The keyCredentials of the settings."""
        made = (self._credential(key) for key in keys for _ in range(key.count))
        return [credential for credential in made if credential]

    def _credential(self, key: KeySettings) -> Properties | None:
        """The keyCredential; None while the organization's certificates are not known yet."""
        if key.from_organization:
            der = self._of_organization(key.from_organization)
        elif key.der:
            der = base64.b64decode(key.der)
        else:
            now = self.clock.now()
            try:
                start, end = days(now, key.not_before_days), days(now, key.not_after_days)
                der = self_signed(key.subject, start, end, new_key=self.new_key).der
            except ValueError as error:
                raise UsageError("lab.wrong-key", f"[[tenant.keys]] with subject {key.subject!r}: {error}") from None
        dates = {"startDateTime": key.starts_days, "endDateTime": key.ends_days}
        given = {name: edm_date(days(self.clock.now(), days_)) for name, days_ in dates.items() if days_ is not None}
        return key_credential(der, displayName=key.display_name, **given) if der else None

    def _of_organization(self, name: str) -> bytes:
        if self.organization_certificates and name not in self.organization_certificates:
            known = ", ".join(sorted(self.organization_certificates))
            raise UsageError("lab.wrong-key", f"[[tenant.keys]]: the organization has no certificate {name!r}: {known}")
        return self.organization_certificates.get(name, b"")


def fingerprint_of(credential: Mapping[str, Any]) -> str:
    """SHA-256 of the certificate's DER, lower-case hexadecimal: what identifies a key."""
    return hashlib.sha256(base64.b64decode(credential["key"])).hexdigest()


def make(settings: TenantSettings, clock: Clock, new_key: NewKey) -> TenantState:
    """The tenant as the settings describe it."""
    now = clock.now()
    tenant_id = settings.tenant_id.lower() or str(uuid.uuid4())
    directory = Directory(clock)
    signing = self_signed(
        "CN=accounts.accesscontrol.windows.net", now - timedelta(days=30), days(now, 700), new_key=new_key
    )
    directory.add(
        GRAPH, "Microsoft Graph", owner=MICROSOFT_TENANT, service_names=[GRAPH, "https://graph.microsoft.com"]
    )
    client_id = str(uuid.uuid4())
    application = Application(
        client_id,
        directory.add(client_id, "pushtui", owner=tenant_id, service_names=[client_id]),
        _application_certificate(now, settings.application.certificate_days, new_key),
        secrets.token_urlsafe(30),
        days(now, settings.application.secret_days),
    )
    state = TenantState(settings, clock, tenant_id, Issuer(signing), directory, application, new_key)
    state.apply(settings, {"service_principal", "keys"})
    return state


def _application_certificate(now: datetime, ends_in_days: int, new_key: NewKey) -> SignedKey:
    start, end = days(now, min(-1, ends_in_days - 365)), days(now, ends_in_days)
    return self_signed("CN=pushtui", start, end, new_key=new_key)
