"""What Microsoft Graph tells about the tenant, its domains and the service principal."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.model import Properties
from pushtui.procedure.records.values import flag, moment, octets, optional_flag, present, required_text, text, texts

_FORTY_HEX = re.compile(r"[0-9A-Fa-f]{40}")


def thumbprint_of(value: Any) -> str:
    """The SHA-1 thumbprint (upper-case hex) in a `customKeyIdentifier`, whichever way it is written.

    Graph types it Edm.Binary but shows 40 hex characters; documents also show the base64 of the 20 bytes, and a
    client that decodes the hex as if it were base64 gets 30 bytes. Other identifiers become the hex of their bytes.
    """
    match value:
        case None | "":
            return ""
        case str() if _FORTY_HEX.fullmatch(value):
            return value.upper()
        case str():
            try:
                return thumbprint_of(base64.b64decode(value, validate=True))
            except (ValueError, binascii.Error):
                raise ValueError(
                    _("customKeyIdentifier is neither hex nor base64: {value!r}").format(value=value)
                ) from None
        case bytes():
            for candidate in (base64.b64encode(value).decode(), value.decode("ascii", "replace")):
                if _FORTY_HEX.fullmatch(candidate):
                    return candidate.upper()
            return value.hex().upper()
    raise ValueError(_("customKeyIdentifier is neither hex nor base64: {value!r}").format(value=value))


@frozen
class KeyCredentialRecord:
    """A keyCredential of a service principal. It is recognised by `sha256`, never by its ids."""

    key: bytes | None = field(repr=False)
    """The DER of the certificate; None where Graph left it out."""
    sha256: str
    """Of `key`, upper-case hex; empty without `key`."""
    custom_key_identifier: str
    display_name: str
    key_id: str
    start: datetime | None
    end: datetime | None
    type: str
    usage: str
    raw: Mapping[str, Any] = field(repr=False, hash=False)
    """The JSON as it came."""

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        key = octets(properties, "key") if properties.get("key") else None
        return cls(
            key=key,
            sha256=hashlib.sha256(key).hexdigest().upper() if key else "",
            custom_key_identifier=thumbprint_of(properties.get("customKeyIdentifier")),
            display_name=text(properties, "displayName"),
            key_id=text(properties, "keyId"),
            start=moment(properties, "startDateTime"),
            end=moment(properties, "endDateTime"),
            type=text(properties, "type"),
            usage=text(properties, "usage"),
            raw=properties,
        )


@frozen
class ServicePrincipalRecord:
    """A service principal."""

    id: str
    app_id: str
    display_name: str
    account_enabled: bool | None
    key_credentials: tuple[KeyCredentialRecord, ...] | None
    """None where they were not asked for."""

    @property
    def keys_complete(self) -> bool:
        """Whether every key was answered with its bytes: only then may the list be written back."""
        return self.key_credentials is not None and all(credential.key for credential in self.key_credentials)

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        credentials = properties.get("keyCredentials")
        return cls(
            id=required_text(properties, "id"),
            app_id=text(properties, "appId"),
            display_name=text(properties, "displayName"),
            account_enabled=optional_flag(properties, "accountEnabled"),
            key_credentials=None
            if credentials is None
            else tuple(KeyCredentialRecord.from_properties(item) for item in _objects("keyCredentials", credentials)),
        )


@frozen
class ApplicationRecord:
    """An application of the tenant, as a list of them tells it: its keys come without their value."""

    id: str
    app_id: str
    display_name: str
    key_credentials: tuple[KeyCredentialRecord, ...]

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        credentials = _objects("keyCredentials", properties.get("keyCredentials") or [])
        return cls(
            id=required_text(properties, "id"),
            app_id=required_text(properties, "appId").lower(),
            display_name=text(properties, "displayName"),
            key_credentials=tuple(KeyCredentialRecord.from_properties(item) for item in credentials),
        )


@frozen
class TenantRecord:
    """The organization of the tenant."""

    id: str
    display_name: str
    verified_domains: tuple[str, ...]
    """Lower case."""
    initial_domain: str
    """``….onmicrosoft.com``; empty where it was not answered."""
    assigned_plans: tuple[tuple[str, str], ...]
    """Service (``exchange``) and capability status (``Enabled``) of every plan."""

    @property
    def has_exchange(self) -> bool:
        """Whether an Exchange plan is enabled (`Warning` is its grace period: it still works)."""
        return any(
            service.lower() == "exchange" and status.lower() in {"enabled", "warning"}
            for service, status in self.assigned_plans
        )

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        domains = _objects("verifiedDomains", properties.get("verifiedDomains") or [])
        plans = _objects("assignedPlans", properties.get("assignedPlans") or [])
        initial = (text(domain, "name") for domain in domains if flag(domain, "isInitial"))
        return cls(
            id=required_text(properties, "id"),
            display_name=text(properties, "displayName"),
            verified_domains=tuple(required_text(domain, "name").lower() for domain in domains),
            initial_domain=next(initial, "").lower(),
            assigned_plans=tuple((text(plan, "service"), text(plan, "capabilityStatus")) for plan in plans),
        )


@frozen
class DomainRecord:
    """A domain of the tenant."""

    id: str
    """Its name, lower case."""
    is_verified: bool
    is_default: bool
    is_initial: bool
    authentication_type: str
    supported_services: tuple[str, ...]

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        present(properties, "isVerified")
        return cls(
            id=required_text(properties, "id").lower(),
            is_verified=flag(properties, "isVerified"),
            is_default=flag(properties, "isDefault"),
            is_initial=flag(properties, "isInitial"),
            authentication_type=text(properties, "authenticationType"),
            supported_services=texts(properties, "supportedServices"),
        )


def _objects(name: str, value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value):
        return list(value)
    raise ValueError(_("{name} is no list of objects").format(name=name))
