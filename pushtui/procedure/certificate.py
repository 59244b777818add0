"""Step 3: AuthConfig's certificate is usable, every server holds it, and the certificate path holds exactly it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from pushtui.base.commands import Later
from pushtui.procedure import (
    certificate_changes,
    certificate_file,
    certificate_setting,
    certificate_state,
    questions,
)
from pushtui.procedure.certificate_setting import SETTLED
from pushtui.procedure.certificate_state import MINIMUM_BITS, THUMBPRINT, State, same_host
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import Action, Facts, Finding, Query, StepId
from pushtui.procedure.reading import complete
from pushtui.procedure.records import CertificateRecord

ID = StepId.CERTIFICATE


def queries(facts: Facts) -> Iterable[Query]:
    yield from certificate_state.queries(facts)
    if facts.inputs.certificate_path:
        yield questions.certificate_file(facts)


def trusted(facts: Facts) -> CertificateRecord | Later | None:
    """The certificate that the organization signs with, or will once the plan is applied; None where not known."""
    state = certificate_state.state(facts)
    return _trusted(state) if isinstance(state, State) else None


def _trusted(state: State) -> CertificateRecord | Later | None:
    if not state.replace:
        return state.current
    return state.candidate or (None if _obstacles(state) else THUMBPRINT)


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, queries(facts)):
        return ()
    state = certificate_state.state(facts)
    if not isinstance(state, State):
        return (*state, *certificate_file.findings_alone(facts))
    wanted = _trusted(state)
    return (
        *_current(state, facts.inputs.renewal.within),
        *(_replacing(state) if state.replace else _servers(state, facts)),
        *certificate_setting.current(state, facts),
        *_others(state, facts),
        *_file(state, facts, wanted),
    )


def _file(state: State, facts: Facts, wanted: CertificateRecord | Later | None) -> Sequence[Finding]:
    """The exported file. One that holds the certificate which is replaced, or was before, is out of date, no more.

    What served nobody when it was replaced is not kept as the previous one: it is known by its flaw.
    """
    if wanted is None:
        return certificate_file.findings_alone(facts)
    config = state.config
    record = wanted if isinstance(wanted, CertificateRecord) else None
    out_of_date = {
        config.previous_certificate_thumbprint,
        config.current_certificate_thumbprint if state.replace else "",
    }
    return certificate_file.findings(facts, record, (out_of_date | state.spent) - {""})


def actions(facts: Facts) -> Sequence[Action]:
    found = findings(facts)
    state = certificate_state.state(facts)
    if not found or blocks(found) or not isinstance(state, State):
        return ()
    result: list[Action] = []
    if state.replace:
        result += certificate_changes.replacement(state)
    wanted = _trusted(state)
    codes = {item.code for item in found}
    if codes & {"certificate.file-missing", "certificate.file-replaced"}:
        result.append(certificate_changes.export(facts, wanted if isinstance(wanted, CertificateRecord) else None))
    late = [item.subject for item in found if item.code == "certificate.not-on-server"]
    lost = [item.subject for item in found if item.code == "certificate.missing-on-server"]
    restarted = [name for name in lost if (certificate_changes.RESTART_HOST, name) in facts.memory.acted_on]
    thumbprint = state.config.current_certificate_thumbprint
    result += [certificate_changes.restart_host(facts, name, thumbprint) for name in lost if name not in restarted]
    late += lost
    if state.replace:
        late = [name for name in state.stores if not same_host(name, state.executing)]
    if late and "certificate.distribution" not in facts.memory.done:
        expected = wanted.sha1_thumbprint if isinstance(wanted, CertificateRecord) else str(THUMBPRINT)
        result.append(certificate_changes.distribution(late, expected))
    return result


def _current(state: State, soon: timedelta) -> Iterable[Finding]:
    """AuthConfig's certificate itself."""
    thumbprint, problem, record = state.config.current_certificate_thumbprint, state.problem, state.current
    if not problem and record is not None:
        yield finding(
            "certificate.current",
            thumbprint,
            observed=thumbprint,
            name=record.subject,
            not_before=record.not_before.isoformat(),
            not_after=record.not_after.isoformat(),
            key=f"{record.key_type} {record.key_size}",
        )
        left = record.not_after - state.now
        if left < soon:
            yield finding("certificate.expires-soon", thumbprint, observed=record.not_after.isoformat(), days=left.days)
        if record.signature_hash == "sha1":
            yield finding("certificate.sha1", thumbprint)
        return
    expected, observed = _difference(problem, record)
    yield finding(problem, thumbprint, expected=expected, observed=observed)


def _difference(problem: str, record: CertificateRecord | None) -> tuple[str, str]:
    """What was expected of it, and what it is."""
    if record is None:
        return "", ""
    match problem:
        case "certificate.expired":
            return "", record.not_after.isoformat()
        case "certificate.not-yet-valid":
            return "", record.not_before.isoformat()
        case "certificate.key-too-small":
            return str(MINIMUM_BITS), str(record.key_size)
        case "certificate.key-not-rsa":
            return "RSA", record.key_type
        case "certificate.refused-by-exchange":
            return "Valid", record.status
    return "", ""


def _servers(state: State, facts: Facts) -> Iterable[Finding]:
    """Which servers hold the certificate that stays."""
    thumbprint = state.config.current_certificate_thumbprint
    copies = state.copies(thumbprint)
    if copies:
        age = certificate_state.assigned_for(state.config, facts.now)
        ours = {"certificate.assign", "certificate.publish"} & facts.memory.sent.keys()
        fresh = age is None or age < SETTLED or bool(ours)
        since = state.config.when_changed_utc.isoformat() if state.config.when_changed_utc else ""
        where = certificate_setting.sites(facts)
        if not fresh:
            yield from certificate_setting.lacking_sites(state, where)
        for server in state.stores:
            copy = copies.get(server)
            holder = certificate_setting.holder(state, thumbprint, server, where)
            if copy is None:
                code = "certificate.not-on-server" if fresh else "certificate.missing-on-server"
                yield finding(code, server, expected=thumbprint, since=since, site=where.get(server, ""), holder=holder)
            elif copy.has_private_key is False:
                yield finding("certificate.no-private-key", server, expected=thumbprint, holder=holder)
            else:
                yield finding("certificate.on-server", server, expected=thumbprint, observed=thumbprint)
    for server, failure in state.failures.items():
        yield finding("certificate.server-unreadable", server, expected=thumbprint, failure=failure)


def _replacing(state: State) -> Iterable[Finding]:
    """What must be known and said before another certificate takes its place."""
    for server, failure in state.failures.items():
        yield finding("certificate.server-unreadable", server, failure=failure)
    yield from _obstacles(state)
    candidate = state.candidate
    if candidate is not None and candidate.subject_key_identifier in state.identifiers:
        yield finding("certificate.ours-found", candidate.sha1_thumbprint)
    elif candidate is not None and candidate == state.unassigned:
        yield certificate_setting.unassigned(candidate)
    if state.config.current_certificate_thumbprint:
        yield finding("certificate.replacing", state.config.current_certificate_thumbprint)
    if state.hybrid:
        yield finding("certificate.hybrid", state.config.current_certificate_thumbprint)


def _obstacles(state: State) -> tuple[Finding, ...]:
    """Why no certificate may be created although one is needed."""
    if state.candidate is not None:
        return ()
    if state.candidates:
        return (
            finding(
                "certificate.made-elsewhere",
                next(iter(state.candidates.values())).sha1_thumbprint,
                expected=state.executing,
                observed=", ".join(state.candidates),
            ),
        )
    if not state.executing:
        return (finding("certificate.executing-server-unknown", "Get-ExchangeCertificate"),)
    unreadable_here = [name for name in state.failures if same_host(name, state.executing)]
    if unreadable_here or (state.failures and state.unseen):
        # The one that was asked for before may well be where we cannot look.
        return (finding("certificate.creation-unclear", ", ".join(sorted(state.unseen)), observed=state.executing),)
    return ()


def _others(state: State, facts: Facts) -> Iterable[Finding]:
    config = state.config
    if config.next_certificate_thumbprint and not (state.replace and state.staged):
        date = config.next_certificate_effective_date
        yield finding(
            "certificate.next-staged", config.next_certificate_thumbprint, observed=date.isoformat() if date else ""
        )
    yield from certificate_setting.following(state, facts)
    yield from certificate_setting.previous(state)
    yield from _smtp(state)
    if not state.replace and {"certificate.assign", "certificate.publish"} & facts.memory.sent.keys():
        yield finding(
            "certificate.restarts-follow",
            services="MSExchangeServiceHost",
            pools="MSExchangeOWAAppPool, MSExchangeECPAppPool",
        )


def _smtp(state: State) -> Iterable[Finding]:
    """Whether the certificate that we made left the SMTP default alone."""
    for server, store in state.stores.items():
        for record in store:
            if record.subject_key_identifier not in state.identifiers or record.services is None:
                continue
            if "SMTP" in record.services:
                yield finding("certificate.smtp-taken", server, observed=record.sha1_thumbprint)
            elif record.sha1_thumbprint == state.config.current_certificate_thumbprint:
                others = [it.sha1_thumbprint for it in store if it.services is not None and "SMTP" in it.services]
                yield finding("certificate.smtp-kept", server, observed=", ".join(others))
