"""What the facts say about the Auth certificate: which it is, who holds it, whether it is usable, what takes its place.

The thumbprint in AuthConfig alone decides which certificate is meant: names repeat (one recorded organization has
five of the same subject).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pushtui.base.commands import Later
from pushtui.base.values import frozen
from pushtui.procedure import questions, servers
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Failure, Finding, Properties, Query
from pushtui.procedure.reading import Unreadable, complete, each, read
from pushtui.procedure.records import AuthConfigRecord, CertificateRecord
from pushtui.procedure.records.values import text

FRIENDLY_NAME = "Exchange S2S OAuth"
"""The procedure's, of the certificates that it makes. Those that Setup and Microsoft's scripts make have `SUBJECT`."""
SUBJECT = "CN=Microsoft Exchange Server Auth Certificate"
MINIMUM_BITS = 2048
UNUSABLE_STATUSES = frozenset({"revoked", "invalid", "pendingrequest"})
"""CertificateStatus values that no self-made certificate of the right dates has."""

THUMBPRINT = Later("certificate.thumbprint")


@frozen
class State:
    """The two ends of the link: AuthConfig, and the stores of the servers that answered."""

    config: AuthConfigRecord
    executing: str
    """FQDN of the server on which the session's cmdlets run; empty where it could not be found out."""
    stores: Mapping[str, tuple[CertificateRecord, ...]]
    failures: Mapping[str, Failure]
    """Servers whose store could not be read, and why."""
    hybrid: bool
    now: datetime
    asked: frozenset[str]
    """SubjectKeyIdentifiers that we asked New-ExchangeCertificate for."""
    mark: str
    """The one that we would ask for today."""
    within: timedelta
    """How long before its end a certificate is due for renewal."""

    @property
    def identifiers(self) -> frozenset[str]:
        return self.asked | {self.mark}

    @property
    def unseen(self) -> frozenset[str]:
        """Those that we asked for and no server that answered shows."""
        return self.asked - {record.subject_key_identifier for store in self.stores.values() for record in store}

    def copies(self, thumbprint: str) -> dict[str, CertificateRecord]:
        """The certificate as each server that has it shows it."""
        return {
            server: record
            for server, store in self.stores.items()
            for record in store
            if thumbprint and record.sha1_thumbprint == thumbprint
        }

    def best(self, thumbprint: str) -> CertificateRecord | None:
        """One copy of it, with its private key if any has that."""
        copies = sorted(self.copies(thumbprint).values(), key=lambda record: record.has_private_key is False)
        return copies[0] if copies else None

    @property
    def current(self) -> CertificateRecord | None:
        return self.best(self.config.current_certificate_thumbprint)

    def flaw(self, thumbprint: str) -> str:
        """The finding code of what makes it unusable; empty for a usable one."""
        record = self.best(thumbprint)
        if record is None:
            return "certificate.not-found-yet" if self.failures else "certificate.missing-everywhere"
        if record.not_after <= self.now:
            return "certificate.expired"
        if record.not_before > self.now:
            return "certificate.not-yet-valid"
        if record.key_type != "RSA":
            return "certificate.key-not-rsa"
        if record.key_size < MINIMUM_BITS:
            return "certificate.key-too-small"
        if all(copy.has_private_key is False for copy in self.copies(thumbprint).values()):
            return "certificate.key-missing-everywhere"
        if record.status.lower() in UNUSABLE_STATUSES:
            return "certificate.refused-by-exchange"
        return ""

    @property
    def problem(self) -> str:
        """The finding code of why AuthConfig's certificate cannot stay; empty where it can."""
        thumbprint = self.config.current_certificate_thumbprint
        return self.flaw(thumbprint) if thumbprint else "certificate.none"

    @property
    def replace(self) -> bool:
        """Whether another certificate must take its place, as far as is certain."""
        return self.problem not in {"", "certificate.not-found-yet", "certificate.not-yet-valid"}

    @property
    def signs(self) -> bool:
        """Whether the certificate to be replaced still serves someone: then replacing it needs a consent."""
        return self.problem in {
            "certificate.key-not-rsa",
            "certificate.key-too-small",
            "certificate.refused-by-exchange",
        }

    @property
    def staged(self) -> CertificateRecord | None:
        """AuthConfig's next certificate, where it is usable."""
        thumbprint = self.config.next_certificate_thumbprint
        return self.best(thumbprint) if thumbprint and not self.flaw(thumbprint) else None

    def ours(self) -> dict[str, CertificateRecord]:
        """The usable certificates that we asked for: the one that lasts longest of each server."""
        result: dict[str, CertificateRecord] = {}
        for server, store in self.stores.items():
            usable = [
                record
                for record in store
                if record.subject_key_identifier in self.identifiers
                and record.has_private_key is not False
                and not self.flaw(record.sha1_thumbprint)
            ]
            if usable:
                result[server] = max(usable, key=lambda record: (record.not_after, record.sha1_thumbprint))
        return result

    @property
    def candidates(self) -> dict[str, CertificateRecord]:
        """The existing certificates that can take the place, by server: the staged one, those we asked for, or the
        unassigned one."""
        if self.staged is not None:
            return self.copies(self.staged.sha1_thumbprint)
        unassigned = self.unassigned
        return self.ours() or (self.copies(unassigned.sha1_thumbprint) if unassigned is not None else {})

    @property
    def unassigned(self) -> CertificateRecord | None:
        """The newest Auth certificate, where AuthConfig does not name it and it could serve as it is: with an
        exportable private key on every server.

        People import one and take that for enough (win-acme #2075), or have another one made although an import would
        do (CSS-Exchange #1658, #1662). One that is older than the one in AuthConfig, or was its previous one, was
        given up by somebody, perhaps for a reason: it never comes back by itself.
        """
        here = [record for record in self.stores.get(self.executing, ()) if self._is_auth_certificate(record)]
        alike = [*here, self.current] if self.current is not None else here
        newest = max(alike, key=lambda it: (it.not_before, it.not_after, it.sha1_thumbprint), default=None)
        if newest is None or self.failures or newest.sha1_thumbprint in self.named:
            return None
        copies = self.copies(newest.sha1_thumbprint)
        serves = (
            len(copies) == len(self.stores)
            and all(copy.has_private_key and copy.private_key_exportable for copy in copies.values())
            and not self.flaw(newest.sha1_thumbprint)
            and newest.signature_hash != "sha1"
            and newest.not_after - self.now > self.within
        )
        return newest if serves else None

    @property
    def spent(self) -> frozenset[str]:
        """The Auth certificates on the servers that AuthConfig does not name and that could not serve any more."""
        thumbprints = {
            record.sha1_thumbprint
            for store in self.stores.values()
            for record in store
            if self._is_auth_certificate(record)
        }
        return frozenset(item for item in thumbprints - self.named if self.flaw(item))

    @property
    def named(self) -> frozenset[str]:
        """What AuthConfig names."""
        config = self.config
        return frozenset(
            {
                config.current_certificate_thumbprint,
                config.next_certificate_thumbprint,
                config.previous_certificate_thumbprint,
            }
        )

    def _is_auth_certificate(self, record: CertificateRecord) -> bool:
        """By its name: nothing else tells what an unassigned certificate was made for."""
        subjects = {SUBJECT, self.current.subject} if self.current is not None else {SUBJECT}
        return record.subject in subjects or record.friendly_name == FRIENDLY_NAME

    @property
    def candidate(self) -> CertificateRecord | None:
        """The one that takes the place: on the server that executes, or Set-AuthConfig does not find it."""
        return next((it for server, it in self.candidates.items() if same_host(server, self.executing)), None)


def same_host(one: str, other: str) -> bool:
    """Whether both name the same server: an FQDN and its short name do."""
    one, other = one.lower(), other.lower()
    if not one or not other:
        return False
    return one == other or one.partition(".")[0] == other or other.partition(".")[0] == one


def queries(facts: Facts) -> Iterable[Query]:
    """AuthConfig and the servers first, then each server's store."""
    yield questions.AUTH_CONFIG
    yield questions.EXECUTING_STORE
    yield questions.HYBRID
    yield questions.SERVERS
    for server in servers.taking_part(facts):
        yield questions.server_store(server.fqdn)


def state(facts: Facts) -> State | tuple[Finding, ...]:
    """The state, or why it could not be found out; no finding at all while questions are open."""
    if not complete(facts, queries(facts)):
        return ()
    config = read(facts, questions.AUTH_CONFIG, AuthConfigRecord.from_properties)
    if config.first is None:
        return (config.problem("certificate.unreadable", "Get-AuthConfig"),)
    listed = facts.answers[questions.SERVERS]
    if listed.failure is not None:
        return (finding("certificate.unreadable", "Get-ExchangeServer", failure=listed.failure),)
    stores: dict[str, tuple[CertificateRecord, ...]] = {}
    failures: dict[str, Failure] = {}
    for server in servers.taking_part(facts):
        store, failure = _store(facts, server.fqdn, config.first)
        if failure is not None:
            failures[server.fqdn] = failure
        else:
            stores[server.fqdn] = store
    hybrid = facts.answers[questions.HYBRID]
    executing = executing_server(facts)
    return State(
        config.first,
        executing,
        stores,
        failures,
        bool(hybrid.objects) and hybrid.failure is None,
        facts.now,
        facts.memory.certificate_identifiers,
        identifier(facts, executing, config.first.current_certificate_thumbprint),
        facts.inputs.renewal.within,
    )


def executing_server(facts: Facts) -> str:
    """FQDN of the server that executes, from its certificates' identities; empty where that is not known.

    Only one whose store is read counts: what is made where nobody looks could be made twice.
    """
    answer = facts.answers.get(questions.EXECUTING_STORE)
    for item in answer.objects if answer is not None else ():
        host = _host(item)
        known = next((server.fqdn for server in servers.taking_part(facts) if same_host(server.fqdn, host)), "")
        if known:
            return known
    return ""


def _host(certificate: Properties) -> str:
    """The server in a certificate's identity; what makes no sense is told where the store is read."""
    try:
        return text(certificate, "Identity").rpartition("\\")[0]
    except ValueError:
        return ""


def identifier(facts: Facts, server: str, replaces: str) -> str:
    """The SubjectKeyIdentifier (32 hex digits, as a GUID without dashes) for a certificate to be created today.

    Made from what it is for, not at random, so that asking again asks for the same one: a certificate whose
    creation was answered by nobody is recognised by it.
    """
    words = "\n".join(
        ("pushtui", facts.inputs.tenant_domain.lower(), server.lower(), replaces, facts.now.date().isoformat())
    )
    return hashlib.sha256(words.encode()).hexdigest()[:32].upper()


def assigned_for(config: AuthConfigRecord, now: datetime) -> timedelta | None:
    """How long AuthConfig has been as it is; None where it does not say."""
    return None if config.when_changed_utc is None else now - config.when_changed_utc


def _store(facts: Facts, fqdn: str, config: AuthConfigRecord) -> tuple[tuple[CertificateRecord, ...], Failure | None]:
    """A server's certificates. One that makes no sense is passed over, unless it is one that AuthConfig names."""
    answer = facts.answers[questions.server_store(fqdn)]
    if answer.failure is not None:
        return (), answer.failure
    items = each(answer, CertificateRecord.from_properties)
    named = {"", config.current_certificate_thumbprint, config.next_certificate_thumbprint}
    for item in items:
        if isinstance(item, Unreadable) and str(item.properties.get("Thumbprint") or "").upper() in named:
            return (), Failure("certificate.unreadable", item.reason, "exchange", where=fqdn)
    return tuple(item for item in items if not isinstance(item, Unreadable)), None
