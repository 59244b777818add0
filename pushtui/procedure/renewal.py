"""Renewal of the Auth certificate before it ends: one plan, left and resumed over days.

The next certificate is made and staged with a date ahead; the tenant gets its key before it signs anything; it is
published; and what was before is cleaned up once it serves nobody. What comes next is read off the world
(`pushtui.procedure.renewal_state`), so nothing has to run in between, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pushtui.procedure import certificate_changes, certificate_file, certificate_setting, certificate_state, key_list
from pushtui.procedure import renewal_changes as changes
from pushtui.procedure.certificate_state import THUMBPRINT, State, same_host
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import Action, Facts, Finding, StepId
from pushtui.procedure.reading import complete, is_absence
from pushtui.procedure.records import CertificateRecord
from pushtui.procedure.renewal_state import Position, position, queries
from pushtui.procedure.tenant import tenant_id

__all__ = ["ID", "actions", "findings", "queries"]

ID = StepId.CERTIFICATE


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, queries(facts)):
        return ()
    state = certificate_state.state(facts)
    if not isinstance(state, State):
        return state
    if state.problem:
        thumbprint = state.config.current_certificate_thumbprint
        return (finding("renewal.not-renewable", thumbprint, reason=state.problem),)
    where = position(facts)
    if where is None:
        return (_principal_problem(facts),)
    return (
        _current(where),
        *key_list.unreadable(where.principal),
        *key_list.vanished(facts, where.principal),
        *(finding("certificate.server-unreadable", name, failure=why) for name, why in state.failures.items()),
        *(_next(facts, where) if where.going_on else ()),
        *_previous(facts, where),
    )


def actions(facts: Facts) -> Sequence[Action]:
    """What is left of the whole sequence; the run ends at the first wait that pauses it."""
    found, where = findings(facts), position(facts)
    if not found or blocks(found) or where is None:
        return ()
    if not where.going_on:
        return tuple(_clean_up(facts, where)) if where.previous else ()
    return (*_take_over(facts, where), *_then_clean_up(facts, where))


# --- actions ---------------------------------------------------------------------------------------------------------


def _take_over(facts: Facts, where: Position) -> Iterable[Action]:
    """From the first sign of its end to a new current certificate."""
    if where.next is None:
        yield changes.create(where)
    if where.state.staged is None:
        yield changes.stage(where)
    yield from _upload(facts, where, where.next)
    if where.takes_effect_in > timedelta(0):
        until = where.now + where.takes_effect_in
        yield changes.pause(changes.EFFECTIVE, where, until, thumbprint=_name(where.next))
    elif where.lacking:
        again = where.now + timedelta(seconds=changes.LOOK_AGAIN)
        yield changes.pause(changes.DISTRIBUTION, where, again, servers=", ".join(where.lacking))
    if where.previous:
        yield from _clean_up(facts, where)  # or its key would be forgotten when the current one becomes the previous
    yield changes.publish(where)


def _then_clean_up(facts: Facts, where: Position) -> Iterable[Action]:
    """What comes after the certificate was published, as far as it can be said before."""
    yield from _export(facts, where.next, where.current.sha1_thumbprint)
    yield changes.pause(changes.SETTLE, where, where.now + where.takes_effect_in + where.terms.settle)
    if where.keys_named(where.current.sha1_thumbprint):
        yield changes.remove_key(facts, where, where.current.sha1_thumbprint)
    yield changes.clear(where, where.current.sha1_thumbprint)


def _clean_up(facts: Facts, where: Position) -> Iterable[Action]:
    """The previous certificate: its key goes first, for AuthConfig alone tells whose it is."""
    yield from _upload(facts, where, where.current)
    yield from _export(facts, where.current, where.previous)
    if not where.settled:
        until = where.settled_at or where.now + timedelta(seconds=changes.LOOK_AGAIN)
        yield changes.pause(changes.SETTLE, where, until)
    if where.keys_named(where.previous):
        if changes.REMOVE_KEY not in facts.memory.sent:
            yield changes.remove_key(facts, where, where.previous)
        yield changes.until_shown(facts, changes.GONE, where.previous)
    yield changes.clear(where, where.previous)


def _upload(facts: Facts, where: Position, certificate: CertificateRecord | None) -> Iterable[Action]:
    """Its key, where the tenant trusts this organization and does not have it yet."""
    if not where.trusted or (certificate is not None and where.holds(certificate)):
        return
    if changes.ADD_KEY not in facts.memory.sent:
        yield changes.add_key(facts, where, certificate)
    yield changes.until_shown(facts, changes.VISIBLE, _name(certificate))


def _export(facts: Facts, certificate: CertificateRecord | None, before: str) -> Iterable[Action]:
    """The file at the certificate path follows, where it holds exactly the certificate that was."""
    content = certificate_file.held(facts)
    held = certificate_file.identify(content).certificate if content is not None else None
    if held is not None and held.sha1_thumbprint == before:
        yield certificate_changes.export(facts, certificate)


def _name(certificate: CertificateRecord | None) -> str:
    return certificate.sha1_thumbprint if certificate is not None else str(THUMBPRINT)


# --- findings --------------------------------------------------------------------------------------------------------


def _principal_problem(facts: Facts) -> Finding:
    app, reading = facts.inputs.service_principal, key_list.principal(facts)
    if not tenant_id(facts):
        return finding("service-principal.tenant-unknown", app)
    if reading.failed and not is_absence(reading.failure):
        return reading.problem("service-principal.unreadable", app)
    return finding("service-principal.missing", app)


def _current(where: Position) -> Finding:
    current = where.current
    days = (current.not_after - where.now).days
    code = "renewal.due" if where.due and where.state.staged is None else "renewal.not-due"
    if where.state.staged is not None:
        code = "renewal.under-way"
    return finding(
        code,
        current.sha1_thumbprint,
        observed=current.not_after.isoformat(),
        days=days,
        due=where.due_from.isoformat(),
    )


def _next(facts: Facts, where: Position) -> Iterable[Finding]:
    """The certificate that takes over."""
    config, staged = where.state.config, where.state.staged
    if config.next_certificate_thumbprint and staged is None:
        flaw = where.state.flaw(config.next_certificate_thumbprint)
        yield finding("renewal.next-unusable", config.next_certificate_thumbprint, reason=flaw)
    if where.next is None:
        yield from _obstacles(where)
    elif staged is None and where.next == where.state.unassigned:
        yield certificate_setting.unassigned(where.next)
    if where.state.hybrid:
        yield finding("certificate.hybrid", where.current.sha1_thumbprint)
    yield from _key(facts, where, where.next)
    if staged is None:
        return
    date = where.effective.isoformat() if where.effective else ""
    if where.takes_effect_in > timedelta(0):
        yield finding("renewal.waits-for-date", staged.sha1_thumbprint, observed=date)
    elif where.lacking:
        for server in where.lacking:
            yield finding("renewal.not-on-server", server, expected=staged.sha1_thumbprint)
    else:
        yield finding("renewal.publish-due", staged.sha1_thumbprint, observed=date)


def _obstacles(where: Position) -> Iterable[Finding]:
    """Why no certificate may be made although one is needed."""
    state = where.state
    if where.successors:
        found = next(iter(where.successors.values()))
        yield finding(
            "renewal.made-elsewhere",
            found.sha1_thumbprint,
            expected=state.executing,
            observed=", ".join(where.successors),
        )
    elif not state.executing:
        yield finding("certificate.executing-server-unknown", "Get-ExchangeCertificate")
    elif any(same_host(name, state.executing) for name in state.failures) or (
        state.failures and where.mark in state.asked
    ):
        yield finding("renewal.creation-unclear", where.mark, observed=", ".join(state.failures))


def _key(facts: Facts, where: Position, certificate: CertificateRecord | None) -> Iterable[Finding]:
    """Whether the tenant knows the certificate that will be, or is, signed with."""
    if not where.trusted:
        yield finding("renewal.no-trust", facts.inputs.service_principal)
    elif certificate is not None and where.holds(certificate):
        yield finding("renewal.key-present", certificate.sha1_thumbprint)
    elif changes.ADD_KEY in facts.memory.sent:
        yield finding("renewal.key-not-visible", _name(certificate))
    else:
        yield finding("renewal.key-missing", _name(certificate))


def _previous(facts: Facts, where: Position) -> Iterable[Finding]:
    """What is left of the certificate before."""
    if not where.previous:
        return
    if not where.going_on:
        yield from _key(facts, where, where.current)
    if changes.REMOVE_KEY in facts.memory.sent and where.keys_named(where.previous):
        yield finding("renewal.key-not-gone", where.previous)
    elif where.settled:
        yield finding("renewal.clean-up-due", where.previous, keys=len(where.keys_named(where.previous)))
    else:
        until = where.settled_at
        yield finding("renewal.settling", where.previous, observed=until.isoformat() if until else "")
