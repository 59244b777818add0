"""Where a renewal of the Auth certificate stands: read off AuthConfig, the stores and the keys, never remembered.

    due → made → staged, effective days ahead → its key uploaded → effective → published → the previous one serves
    nobody → its key removed, PreviousCertificate cleared

Exchange publishes a staged certificate by itself up to twelve hours after its date (the AuthAdmin servicelet), so
every state can also come about without us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from pushtui.base.values import frozen
from pushtui.procedure import certificate_state, key_list, questions
from pushtui.procedure.certificate_state import State, same_host
from pushtui.procedure.model import Facts, Finding, Query, RenewalTerms
from pushtui.procedure.records import CertificateRecord, KeyCredentialRecord, ServicePrincipalRecord
from pushtui.procedure.tenant import is_domain, tenant_id

MARGIN = timedelta(minutes=5)
"""How far our clock and the servers' may be apart: until then nothing is published."""


@frozen
class Position:
    """The facts of a renewal. `state.current` is usable."""

    state: State
    principal: ServicePrincipalRecord
    terms: RenewalTerms
    mark: str
    """SubjectKeyIdentifier for the certificate that takes over from the current one; always the same one."""
    now: datetime

    @property
    def current(self) -> CertificateRecord:
        assert self.state.current is not None
        return self.state.current

    # --- the certificate to come

    @property
    def due(self) -> bool:
        return self.current.not_after - self.now <= self.terms.within

    @property
    def due_from(self) -> datetime:
        return self.current.not_after - self.terms.within

    @property
    def going_on(self) -> bool:
        """Whether a certificate is to take over: one is staged, or the current one is near its end."""
        return self.due or self.state.staged is not None

    @property
    def successors(self) -> dict[str, CertificateRecord]:
        """The usable certificates that can take over, by server: those made for it, and the unassigned one."""
        config = self.state.config
        spent = {config.current_certificate_thumbprint, config.previous_certificate_thumbprint}
        unassigned = self.state.unassigned
        found: dict[str, CertificateRecord] = {}
        for server, store in self.state.stores.items():
            for record in store:
                made_for_it = record.subject_key_identifier in {self.mark, *self.state.asked}
                made_for_it = made_for_it or (unassigned is not None and record.der == unassigned.der)
                lasts = record.not_after > self.current.not_after and record.has_private_key is not False
                fresh = record.sha1_thumbprint not in spent and not self.state.flaw(record.sha1_thumbprint)
                best = found.get(server)
                if made_for_it and lasts and fresh and (best is None or record.not_after > best.not_after):
                    found[server] = record
        return found

    @property
    def next(self) -> CertificateRecord | None:
        """The staged certificate, or one that can be staged: on the server that executes, or it is not found."""
        if self.state.staged is not None:
            return self.state.staged
        here = (it for server, it in self.successors.items() if same_host(server, self.state.executing))
        return next(here, None)

    @property
    def effective(self) -> datetime | None:
        """When the staged certificate becomes current; None while none is staged."""
        return self.state.config.next_certificate_effective_date if self.state.staged is not None else None

    @property
    def takes_effect_in(self) -> timedelta:
        """What is left until it may be published."""
        return (self.effective or self.now + self.terms.notice) + MARGIN - self.now

    @property
    def lacking(self) -> tuple[str, ...]:
        """The servers that do not have the staged certificate yet."""
        staged = self.state.staged
        if staged is None:
            return ()
        copies = self.state.copies(staged.sha1_thumbprint)
        return tuple(server for server in self.state.stores if server not in copies)

    # --- the certificate that was

    @property
    def previous(self) -> str:
        """Thumbprint of AuthConfig's previous certificate; empty where there is none."""
        return self.state.config.previous_certificate_thumbprint

    @property
    def settled_at(self) -> datetime | None:
        """When the previous one is taken to serve nobody any more; None where that cannot be told."""
        record = self.state.best(self.previous)
        if record is not None and record.not_after <= self.now:
            return record.not_after
        copies = self.state.copies(self.state.config.current_certificate_thumbprint)
        changed = self.state.config.when_changed_utc
        if changed is None or any(server not in copies for server in self.state.stores):
            return None
        return changed + self.terms.settle

    @property
    def settled(self) -> bool:
        return self.settled_at is not None and self.settled_at <= self.now

    # --- the keys

    @property
    def keys(self) -> tuple[KeyCredentialRecord, ...]:
        return key_list.keys_of(self.principal)

    def holds(self, certificate: CertificateRecord) -> bool:
        """Whether the tenant accepts what this certificate signs."""
        return any(
            key_list.holds(key, certificate.der) and (key.end is None or key.end > self.now) for key in self.keys
        )

    def keys_named(self, thumbprint: str) -> tuple[KeyCredentialRecord, ...]:
        return tuple(key for key in self.keys if thumbprint and key_list.thumbprint(key) == thumbprint)

    @property
    def trusted(self) -> bool:
        """Whether the tenant knows this organization at all: else a renewal uploads no key."""
        config = self.state.config
        named = (
            config.current_certificate_thumbprint,
            config.previous_certificate_thumbprint,
            config.next_certificate_thumbprint,
        )
        return any(self.keys_named(thumbprint) for thumbprint in named)


def queries(facts: Facts) -> Iterable[Query]:
    yield from certificate_state.queries(facts)
    if facts.inputs.certificate_path:
        yield questions.certificate_file(facts)
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.service_principal(facts)


def position(facts: Facts) -> Position | None:
    """None while it is not known, or where there is no usable certificate to take over from."""
    state: State | tuple[Finding, ...] = certificate_state.state(facts)
    principal = key_list.principal(facts).first
    if not isinstance(state, State) or principal is None or state.problem or state.current is None:
        return None
    mark = identifier(facts, state.config.current_certificate_thumbprint)
    return Position(state, principal, facts.inputs.renewal, mark, facts.now)


def identifier(facts: Facts, replaces: str) -> str:
    """The SubjectKeyIdentifier for the certificate that takes over from `replaces`: 32 hex digits.

    No date and no server is in it: a renewal takes days, and whoever looks later, from
    wherever, finds the certificate by it, whatever was remembered.
    """
    words = "\n".join(("pushtui", "renewal", facts.inputs.tenant_domain.lower(), replaces))
    return hashlib.sha256(words.encode()).hexdigest()[:32].upper()
