"""The service principal's list of keys: how it is read, told apart, and written as a whole.

A PATCH replaces the list, so every key that stays is sent as `type`, `usage` and `key` alone: with dates or ids Graph
takes it for an update of an existing key and refuses (Graph: Update servicePrincipal). Keys are told apart by the
SHA-256 of their DER, never by their ids.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Sequence

from pushtui.base.commands import GraphRequest, Json
from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Finding, GraphWrite
from pushtui.procedure.reading import Reading, read
from pushtui.procedure.records import CertificateRecord, KeyCredentialRecord, ServicePrincipalRecord


def principal(facts: Facts) -> Reading[ServicePrincipalRecord]:
    """The service principal as it was read last."""
    return read(facts, questions.service_principal(facts), ServicePrincipalRecord.from_properties)


def keys_of(record: ServicePrincipalRecord) -> tuple[KeyCredentialRecord, ...]:
    return record.key_credentials or ()


def with_key(keys: Iterable[KeyCredentialRecord], der: bytes) -> str:
    """The body that leaves every key where it was and has `der` as well, at the end if it is new."""
    return with_keys(tuple(keys), [der])


def with_keys(keys: Sequence[KeyCredentialRecord], ders: Iterable[bytes]) -> str:
    """As `with_key`, of several."""
    kept: list[Json] = [entry(key.type, key.usage, key.key) for key in keys if key.key is not None]
    new = [der for der in ders if not any(holds(key, der) for key in keys)]
    return _body([*kept, *(entry("AsymmetricX509Cert", "Verify", der) for der in new)])


def without_key(keys: Iterable[KeyCredentialRecord], der: bytes) -> str:
    """The body that takes `der` out and leaves every other key where it was."""
    return _body([entry(key.type, key.usage, key.key) for key in keys if key.key is not None and not holds(key, der)])


def without_keys(keys: Iterable[KeyCredentialRecord], removed: Collection[str]) -> str:
    """The body that takes out the keys of these SHA-256 and leaves every other one where it was."""
    return _body(
        [entry(key.type, key.usage, key.key) for key in keys if key.key is not None and key.sha256 not in removed]
    )


def entry(kind: str, usage: str, key: bytes) -> dict[str, Json]:
    return {"type": kind, "usage": usage, "key": base64.b64encode(key).decode()}


def _body(entries: list[Json] | list[dict[str, Json]]) -> str:
    return GraphRequest.of("PATCH", "", {"keyCredentials": list(entries)}).body


def request(record: ServicePrincipalRecord, body: str) -> GraphWrite:
    """The PATCH of the whole list; an empty `body` cannot be sent yet."""
    return GraphWrite(GraphRequest("PATCH", f"/servicePrincipals/{record.id}", body=body))


def holds(key: KeyCredentialRecord, der: bytes) -> bool:
    """Whether this key is that certificate, to verify signatures with."""
    return key.key == der and key.usage.lower() == "verify"


def thumbprint(key: KeyCredentialRecord) -> str:
    """SHA-1 of the certificate, as Exchange names it; what the list says where Graph left the key out."""
    return hashlib.sha1(key.key, usedforsecurity=False).hexdigest().upper() if key.key else key.custom_key_identifier


def thumbprints(record: ServicePrincipalRecord) -> list[Json]:
    """Of all keys, in their order: what a change of the list has as `before`."""
    return [thumbprint(key) for key in keys_of(record)]


def unreadable(record: ServicePrincipalRecord) -> Iterable[Finding]:
    """Keys that Graph named without their value: a list without them would delete them."""
    if record.key_credentials is None:
        yield finding("service-principal.unreadable", record.app_id, reason="keyCredentials")
    for key in keys_of(record):
        if not key.key:
            yield finding("service-principal.key-unreadable", key.key_id, name=key.display_name)


def vanished(facts: Facts, record: ServicePrincipalRecord) -> Iterable[Finding]:
    """Keys that our list carried on and that are gone all the same: someone else wrote the list after us.

    An old list that Graph still shows for a while has them, so this is no effect of its delay.
    """
    if not record.keys_complete:
        return
    there = {key.sha256 for key in keys_of(record)}
    for sha256 in sorted(facts.memory.keys_kept - there):
        yield finding("service-principal.key-vanished", sha256, sent=len(facts.memory.keys_kept), observed=len(there))


def certificate(key: KeyCredentialRecord) -> CertificateRecord | None:
    """The certificate that the key is; None where it makes no sense."""
    try:
        return CertificateRecord.from_der(key.key) if key.key else None
    except ValueError:
        return None
