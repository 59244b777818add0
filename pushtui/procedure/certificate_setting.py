"""Around the certificate that counts: where in the sites it is, AuthConfig's other two, and what depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from pushtui.procedure import builds, certificate_state, servers
from pushtui.procedure.certificate_state import State
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Facts, Finding
from pushtui.procedure.records import CertificateRecord

OVERDUE = timedelta(hours=24)
"""When the next certificate should have been published: AuthAdmin looks about every twelve hours."""
SETTLED = timedelta(hours=48)
"""When Exchange should have distributed a certificate: replication takes a day, its servicelet runs twice a day."""

_MISSING = frozenset({"certificate.missing-everywhere", "certificate.not-found-yet"})
_SIGNING = ((15, 1, 2507, 0), (15, 2, 1118, 0))
"""2016 CU23 and 2019 CU12, the first that got the November 2023 update, which turned signing on (Microsoft's
announcement). That update does not show in the version."""


def sites(facts: Facts) -> dict[str, str]:
    """Server → its Active Directory site, of those that should hold the certificate."""
    return {server.fqdn: server.site for server in servers.taking_part(facts)}


def holder(state: State, thumbprint: str, server: str, where: Mapping[str, str]) -> str:
    """The server from which a copy for `server` is best taken: one that can export it, of the same site if there is."""
    able = [name for name, copy in state.copies(thumbprint).items() if copy.has_private_key is not False]
    exporting = [name for name in able if state.copies(thumbprint)[name].private_key_exportable is not False]
    return min(exporting or able, key=lambda name: (where.get(name) != where.get(server), name), default="")


def lacking_sites(state: State, where: Mapping[str, str]) -> Iterable[Finding]:
    """The sites none of whose servers has the certificate, while another site does.

    Of a site with one server there is nothing to say but that it lacks it.
    """
    thumbprint = state.config.current_certificate_thumbprint
    held = {where.get(server, "") for server in state.copies(thumbprint)}
    unread = {where.get(server, "") for server in state.failures}
    for site in sorted(set(where.values()) - held - unread - {""}):
        members = sorted(server for server, its in where.items() if its == site)
        if held and len(members) > 1:
            yield finding("certificate.site-without", site, expected=thumbprint, servers=", ".join(members))


def current(state: State, facts: Facts) -> Iterable[Finding]:
    """What is remarkable about the current one, whether it stays or not."""
    thumbprint, record = state.config.current_certificate_thumbprint, state.current
    copies = state.copies(thumbprint)
    with_key = {server: copy for server, copy in copies.items() if copy.has_private_key is not False}
    bound = [server for server, copy in with_key.items() if copy.private_key_exportable is False]
    if bound and len(bound) == len(with_key) and len(state.stores) + len(state.failures) > 1:
        yield finding("certificate.not-exportable", thumbprint, observed=", ".join(bound))
    if record is not None:
        namesakes = {
            item.sha1_thumbprint
            for store in state.stores.values()
            for item in store
            if item.subject == record.subject and item.sha1_thumbprint not in state.named
        }
        if namesakes:
            yield finding("certificate.namesakes", record.subject, observed=len(namesakes))
    for server, store in state.stores.items():
        if store and all(_raw_only(item) for item in store):
            yield finding("certificate.raw-only", server)
    signing = sorted({builds.name(it.version) for it in servers.taking_part(facts) if _signs(it.version)})
    if state.replace and signing:
        yield finding("certificate.signing-affected", thumbprint, observed=", ".join(signing))


def unassigned(record: CertificateRecord) -> Finding:
    """That nobody has to make the certificate that takes the place: every server has it already."""
    return finding("certificate.unassigned", record.sha1_thumbprint, observed=record.not_after.isoformat())


def following(state: State, facts: Facts) -> Iterable[Finding]:
    """AuthConfig's next certificate: whether it can take over when its day comes."""
    config = state.config
    thumbprint, date = config.next_certificate_thumbprint, config.next_certificate_effective_date
    if not thumbprint or (state.replace and state.staged):
        return
    effective = date.isoformat() if date else ""
    flaw = _flaw_by(state, thumbprint)
    if flaw == "certificate.missing-everywhere":
        yield finding("certificate.next-missing-everywhere", thumbprint, effective=effective)
    elif flaw and flaw not in _MISSING:
        yield finding("certificate.next-unusable", thumbprint, observed=flaw, effective=effective)
    if date is not None and date + OVERDUE < state.now:
        yield finding("certificate.next-overdue", thumbprint, observed=effective)
    age, copies = certificate_state.assigned_for(config, facts.now), state.copies(thumbprint)
    if copies and (age is None or age >= SETTLED):
        for server in state.stores:
            if server not in copies:
                yield finding("certificate.next-missing-on-server", server, expected=thumbprint, effective=effective)


def previous(state: State) -> Iterable[Finding]:
    """AuthConfig's previous certificate, where it no longer serves and Exchange goes on looking for it."""
    thumbprint = state.config.previous_certificate_thumbprint
    flaw = state.flaw(thumbprint) if thumbprint else ""
    if flaw and flaw != "certificate.not-found-yet":
        yield finding("certificate.previous-unusable", thumbprint, observed=flaw)


def _flaw_by(state: State, thumbprint: str) -> str:
    """What makes it unusable on its effective date: one that only begins to be valid until then is as it should be."""
    flaw, record, date = state.flaw(thumbprint), state.best(thumbprint), state.config.next_certificate_effective_date
    if record is None or date is None:
        return flaw
    if flaw == "certificate.not-yet-valid" and record.not_before <= date:
        return ""
    return "certificate.expired" if not flaw and record.not_after <= date else flaw


def _raw_only(record: CertificateRecord) -> bool:
    """Whether the server told nothing of it but its bytes: what else was asked for came as nothing at all."""
    asked, told = record.services is not None, bool(record.status or record.services or record.identity)
    return asked and not told and record.has_private_key is None


def _signs(version: tuple[int, int, int, int]) -> bool:
    """Whether the version can have the update that signs serialized objects by default."""
    return any(version[:2] == first[:2] and version >= first for first in _SIGNING)
