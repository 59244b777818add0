"""Key clean-up: which keys the service principal holds, whose they are, and taking chosen ones out.

It is what Microsoft asks for since CVE-2025-53786. A key belongs to this organization where AuthConfig names its
certificate; every other one is somebody else's, and stays unless it was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from pushtui.base.commands import Json
from pushtui.base.values import frozen
from pushtui.procedure import key_list, questions
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import Action, Change, Consent, Facts, Finding, Query, Risk, StepId, Wait
from pushtui.procedure.reading import complete, is_absence, read
from pushtui.procedure.records import AuthConfigRecord, KeyCredentialRecord, ServicePrincipalRecord
from pushtui.procedure.tenant import is_domain, tenant_id

ID = StepId.SERVICE_PRINCIPAL
REMOVE, GONE = "keys.remove", "keys.gone"
VISIBLE_SECONDS = 60.0
"""How long reads are asked for the shorter list: Graph is eventually consistent, mostly by seconds."""


class Owner(StrEnum):
    """What this organization's AuthConfig says of a key's certificate."""

    CURRENT = "current"
    NEXT = "next"
    PREVIOUS = "previous"
    NONE = "none"
    UNKNOWN = "unknown"
    """AuthConfig could not be read."""


OURS = frozenset({Owner.CURRENT, Owner.NEXT, Owner.PREVIOUS})


@frozen
class Key:
    """A key of the service principal, as people choose by it."""

    sha256: str
    """Upper-case hex; empty where Graph left the key out."""
    thumbprint: str
    subject: str
    """Of the certificate; empty where it makes no sense."""
    display_name: str
    key_id: str
    start: datetime | None
    end: datetime | None
    owner: Owner
    expired: bool

    @property
    def breaks_trust(self) -> bool:
        """Whether taking it out ends a trust that this organization uses, or may use."""
        return not self.expired and self.owner in {Owner.CURRENT, Owner.NEXT, Owner.UNKNOWN}


def inventory(facts: Facts) -> tuple[Key, ...]:
    """The keys in Graph's order; empty while they are not known."""
    record = key_list.principal(facts).first
    if record is None:
        return ()
    config = read(facts, questions.AUTH_CONFIG, AuthConfigRecord.from_properties).first
    return tuple(_key(item, config, facts.now) for item in key_list.keys_of(record))


def choose(
    keys: Iterable[Key], names: Collection[str] = (), *, expired: bool = False, ours: bool = False
) -> tuple[frozenset[str], tuple[str, ...]]:
    """The SHA-256 of the keys that are meant, and the names (thumbprint or SHA-256) that mean none of them."""
    keys = tuple(key for key in keys if key.sha256)
    plain = {name: re.sub(r"[\s:]", "", name).upper() for name in names}
    known = {value for key in keys for value in (key.sha256, key.thumbprint)}
    chosen = {
        key.sha256
        for key in keys
        if {key.sha256, key.thumbprint} & set(plain.values())
        or (expired and key.expired)
        or (ours and key.owner in OURS)
    }
    return frozenset(chosen), tuple(name for name, value in plain.items() if value not in known)


# --- the step --------------------------------------------------------------------------------------------------------


def queries(facts: Facts) -> Iterable[Query]:
    yield questions.AUTH_CONFIG
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.service_principal(facts)


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, queries(facts)):
        return ()
    app = facts.inputs.service_principal
    if not tenant_id(facts):
        return (finding("service-principal.tenant-unknown", app),)
    reading = key_list.principal(facts)
    if reading.first is None:
        if reading.failed and not is_absence(reading.failure):
            return (reading.problem("service-principal.unreadable", app),)
        return (finding("service-principal.missing", app),)
    config = read(facts, questions.AUTH_CONFIG, AuthConfigRecord.from_properties)
    return (
        *key_list.unreadable(reading.first),
        *key_list.vanished(facts, reading.first),
        *((config.problem("keys.auth-config-unreadable", "Get-AuthConfig"),) if config.first is None else ()),
        *_each(facts),
        *_chosen(facts),
    )


def actions(facts: Facts) -> Sequence[Action]:
    found, record = findings(facts), key_list.principal(facts).first
    chosen = [key for key in inventory(facts) if key.sha256 in facts.inputs.removed_keys]
    if not found or blocks(found) or record is None or not chosen:
        return ()
    result: list[Action] = [] if REMOVE in facts.memory.sent else [_remove(facts, record, chosen)]
    if GONE not in facts.memory.done:
        result.append(gone(facts, GONE, [key.thumbprint for key in chosen]))
    return result


def gone(facts: Facts, name: str, thumbprints: Sequence[str], step: StepId = ID) -> Wait:
    """Until reads no longer show them."""
    return Wait(
        id=name,
        step=step,
        seconds=VISIBLE_SECONDS,
        reads=(questions.service_principal(facts),),
        poll=2.0,
        twice=True,
        arguments={"thumbprints": ", ".join(thumbprints)},
    )


def _each(facts: Facts) -> Iterable[Finding]:
    keys = inventory(facts)
    if not keys:
        yield finding("keys.none", facts.inputs.service_principal)
    for key in keys:
        code = {
            Owner.CURRENT: "keys.current",
            Owner.NEXT: "keys.next",
            Owner.PREVIOUS: "keys.previous",
            Owner.NONE: "keys.other",
            Owner.UNKNOWN: "keys.owner-unknown",
        }[key.owner]
        yield finding(
            "keys.expired" if key.expired else code,
            key.thumbprint,
            observed=key.subject or key.display_name,
            end=key.end.isoformat() if key.end else "",
            owner=key.owner.value,
            sha256=key.sha256,
        )


def _chosen(facts: Facts) -> Iterable[Finding]:
    """What becomes of the keys that are to be removed."""
    keys = {key.sha256: key for key in inventory(facts)}
    for sha256 in sorted(facts.inputs.removed_keys):
        key = keys.get(sha256)
        if key is None:
            yield finding("keys.removed", sha256)
        elif REMOVE in facts.memory.sent:
            yield finding("keys.not-gone", key.thumbprint)
        else:
            yield finding("keys.chosen", key.thumbprint, observed=key.subject or key.display_name, sha256=sha256)
            if key.breaks_trust:
                yield finding("keys.breaks-trust", key.thumbprint, owner=key.owner.value)


def _remove(facts: Facts, record: ServicePrincipalRecord, chosen: Sequence[Key]) -> Change:
    """All of them in one request. An expired key cannot come back: Graph takes none whose end has passed."""
    keys, removed = key_list.keys_of(record), {key.sha256 for key in chosen}
    lasting = removed - {key.sha256 for key in chosen if key.expired}
    before = key_list.thumbprints(record)
    after: list[Json] = [key_list.thumbprint(key) for key in keys if key.sha256 not in removed]
    return Change(
        id=REMOVE,
        step=ID,
        target=facts.inputs.service_principal,
        command=key_list.request(record, key_list.without_keys(keys, removed)),
        before={"keys": before},
        after={"keys": after},
        risk=Risk.ORG_WIDE
        if any(key.breaks_trust for key in chosen)
        else Risk.REVERSIBLE
        if lasting
        else Risk.IRREVERSIBLE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(record, key_list.without_keys(keys, removed - lasting)) if lasting else None,
        consent=Consent.BREAK_TRUST if any(key.breaks_trust for key in chosen) else None,
        backup=True,
        pinned=True,
        arguments={
            "thumbprints": ", ".join(key.thumbprint for key in chosen),
            "sha256": ", ".join(sorted(removed)),
            "count": str(len(removed)),
            "kept": str(len(after)),
        },
    )


def _key(item: KeyCredentialRecord, config: AuthConfigRecord | None, now: datetime) -> Key:
    certificate, thumbprint = key_list.certificate(item), key_list.thumbprint(item)
    return Key(
        sha256=item.sha256,
        thumbprint=thumbprint,
        subject=certificate.subject if certificate else "",
        display_name=item.display_name,
        key_id=item.key_id,
        start=item.start,
        end=item.end,
        owner=owner(thumbprint, config),
        expired=item.end is not None and item.end <= now,
    )


def owner(thumbprint: str, config: AuthConfigRecord | None) -> Owner:
    """What AuthConfig says of the certificate with that thumbprint."""
    if config is None:
        return Owner.UNKNOWN
    named = {
        config.current_certificate_thumbprint: Owner.CURRENT,
        config.next_certificate_thumbprint: Owner.NEXT,
        config.previous_certificate_thumbprint: Owner.PREVIOUS,
    }
    return named.get(thumbprint, Owner.NONE) if thumbprint else Owner.NONE
