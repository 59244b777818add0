"""Taking back what was done to the service principal's list of keys: ours goes, and those that were taken out return.

The list is read afresh and sent with exactly that difference; a backup is never replayed, so keys that came since stay.
Keys are told apart by the SHA-256 of their DER, which the journal has; those that return come from the undo command
that was journaled with their removal.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from pushtui.base.commands import Json
from pushtui.base.values import frozen
from pushtui.procedure import key_list, questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import (
    Action,
    Change,
    Consent,
    Facts,
    Finding,
    GraphWrite,
    Query,
    Risk,
    StepId,
    Wait,
)
from pushtui.procedure.reading import is_absence
from pushtui.procedure.records import CertificateRecord, KeyCredentialRecord, ServicePrincipalRecord
from pushtui.procedure.service_principal import VISIBLE_SECONDS
from pushtui.procedure.tenant import is_domain, tenant_id
from pushtui.procedure.undoing.deeds import Deed, Verdict


@frozen
class Names:
    """Of a change of the list, and of the wait until reads show it."""

    step: StepId
    change: str
    visible: str


def queries(facts: Facts) -> Iterable[Query]:
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.service_principal(facts)


def removal(facts: Facts, deeds: Sequence[Deed], names: Names) -> Verdict:
    """The keys that a run added go."""
    record = _principal(facts, deeds[-1])
    if isinstance(record, Verdict):
        return record
    keys = key_list.keys_of(record)
    findings: list[Finding] = []
    mine: list[KeyCredentialRecord] = []
    for deed in deeds:
        thumbprint, sha256 = deed.arguments.get("thumbprint", ""), deed.arguments.get("sha256", "").upper()
        found = [key for key in keys if key.sha256 == sha256 != ""]
        if thumbprint in (deed.was.get("keys") or ()):
            findings.append(finding("undo.key-was-there", thumbprint))
        elif not found:
            findings.append(finding("undo.taken-back", thumbprint))
        else:
            mine += found
    if not mine:
        return Verdict(tuple(findings))
    goes = list(dict.fromkeys(key_list.thumbprint(key) for key in mine))
    findings = [item for item in findings if item.subject not in goes]  # it was added twice: the first time it was not
    thumbprints = ", ".join(goes)
    if names.change in facts.memory.sent:
        waiting: tuple[Action, ...] = (
            () if names.visible in facts.memory.done else (_visible(facts, thumbprints, names),)
        )
        return Verdict((*findings, finding("undo.key-not-visible", thumbprints)), waiting)
    findings.append(finding("undo.wanted", thumbprints, observed=thumbprints))
    actions = (_remove(facts, record, mine, names), _visible(facts, thumbprints, names))
    return Verdict((*findings, *_anew(record, [key for key in keys if key not in mine])), actions)


def restoration(facts: Facts, deeds: Sequence[Deed], names: Names) -> Verdict:
    """The keys that a run took out return, but for those whose end has passed: Graph takes none of them."""
    record = _principal(facts, deeds[-1])
    if isinstance(record, Verdict):
        return record
    keys = key_list.keys_of(record)
    there = {key.sha256 for key in keys}
    taken = {sha256: _kept(deed).get(sha256) for deed in deeds for sha256 in _taken(deed)}
    findings: list[Finding] = []
    returning: list[CertificateRecord] = []
    for sha256, der in sorted(taken.items()):
        certificate = _certificate(der)
        if sha256 in there:
            findings.append(finding("undo.taken-back", _label(certificate, sha256)))
        elif certificate is None or certificate.not_after <= facts.now:
            findings.append(finding("undo.key-expired", _label(certificate, sha256)))
        else:
            returning.append(certificate)
    if not returning:
        return Verdict(tuple(findings))
    thumbprints = ", ".join(certificate.sha1_thumbprint for certificate in returning)
    if names.change in facts.memory.sent:
        waiting: tuple[Action, ...] = (
            () if names.visible in facts.memory.done else (_visible(facts, thumbprints, names),)
        )
        return Verdict((*findings, finding("undo.key-not-back", thumbprints)), waiting)
    findings.append(finding("undo.wanted", thumbprints, observed="Absent"))
    findings += [finding("undo.key-returns", each.sha1_thumbprint, observed=each.subject) for each in returning]
    actions = (_restore(facts, record, returning, names), _visible(facts, thumbprints, names))
    return Verdict((*findings, *_anew(record, keys)), actions)


def _principal(facts: Facts, deed: Deed) -> ServicePrincipalRecord | Verdict:
    """The service principal; what is to be said instead where its list must not or cannot be written."""
    app = facts.inputs.service_principal
    if not tenant_id(facts):
        answer = facts.answers.get(questions.discovery(facts))
        failure = answer.failure if answer is not None else None
        return Verdict((finding("undo.unreadable", facts.inputs.tenant_domain, failure=failure, reason="tenant id"),))
    reading = key_list.principal(facts)
    record = reading.first
    if record is None or record.key_credentials is None:
        if reading.failed and is_absence(reading.failure):
            return Verdict((finding("undo.taken-back", app),))
        reason = reading.reason or "keyCredentials"
        return Verdict((finding("undo.unreadable", app, failure=reading.failure, reason=reason),))
    path = deed.command.request.path if isinstance(deed.command, GraphWrite) else ""
    then = path.rpartition("/")[2]
    if then and then != record.id:
        return Verdict((finding("undo.other-directory", record.app_id, expected=then, observed=record.id),))
    for key in record.key_credentials:
        if not key.key:
            return Verdict((finding("undo.key-unreadable", key.key_id, name=key.display_name),))
    return record


def _anew(record: ServicePrincipalRecord, kept: Sequence[KeyCredentialRecord]) -> tuple[Finding, ...]:
    """What a list that is written anew does to the keys that stay."""
    return (finding("undo.key-names", record.app_id, count=len(kept)),) if kept else ()


def _taken(deed: Deed) -> tuple[str, ...]:
    """SHA-256 of the keys that it took out."""
    return tuple(each.upper() for each in deed.arguments.get("sha256", "").split(", ") if each)


def _kept(deed: Deed) -> Mapping[str, bytes]:
    """The keys in the command that takes it back, by their SHA-256: all that had not ended by then."""
    body = deed.undo.request.body if isinstance(deed.undo, GraphWrite) else ""
    try:
        ders = [base64.b64decode(entry["key"]) for entry in json.loads(body)["keyCredentials"]]
    except (KeyError, TypeError, ValueError):
        return {}
    return {hashlib.sha256(der).hexdigest().upper(): der for der in ders}


def _certificate(der: bytes | None) -> CertificateRecord | None:
    try:
        return CertificateRecord.from_der(der) if der else None
    except ValueError:
        return None


def _label(certificate: CertificateRecord | None, sha256: str) -> str:
    return certificate.sha1_thumbprint if certificate is not None else sha256


def _remove(facts: Facts, record: ServicePrincipalRecord, mine: Sequence[KeyCredentialRecord], names: Names) -> Change:
    keys, before = key_list.keys_of(record), key_list.thumbprints(record)
    gone = {key.sha256 for key in mine}
    after: list[Json] = [key_list.thumbprint(key) for key in keys if key.sha256 not in gone]
    return Change(
        id=names.change,
        step=names.step,
        target=facts.inputs.service_principal,
        command=key_list.request(record, key_list.without_keys(keys, gone)),
        before={"keys": before},
        after={"keys": after},
        risk=Risk.REVERSIBLE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(record, key_list.without_keys(keys, ())),
        backup=True,
        arguments={
            "thumbprint": ", ".join(dict.fromkeys(key_list.thumbprint(key) for key in mine)),
            "sha256": ", ".join(sorted(gone)),
            "kept": str(len(after)),
        },
    )


def _restore(
    facts: Facts, record: ServicePrincipalRecord, returning: Sequence[CertificateRecord], names: Names
) -> Change:
    """All of them in one request. It adds keys to the shared service principal, so it asks for that consent."""
    keys, before = key_list.keys_of(record), key_list.thumbprints(record)
    added: list[Json] = [certificate.sha1_thumbprint for certificate in returning]
    return Change(
        id=names.change,
        step=names.step,
        target=facts.inputs.service_principal,
        command=key_list.request(record, key_list.with_keys(keys, [certificate.der for certificate in returning])),
        before={"keys": before},
        after={"keys": [*before, *added]},
        risk=Risk.ORG_WIDE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(record, key_list.with_keys(keys, ())),
        consent=Consent.SERVICE_PRINCIPAL_KEY,
        backup=True,
        arguments={
            "thumbprint": ", ".join(map(str, added)),
            "sha256": ", ".join(certificate.sha256 for certificate in returning),
            "kept": str(len(before)),
        },
    )


def _visible(facts: Facts, thumbprint: str, names: Names) -> Wait:
    """Graph is eventually consistent: until reads show it twice."""
    return Wait(
        id=names.visible,
        step=names.step,
        seconds=VISIBLE_SECONDS,
        reads=(questions.service_principal(facts),),
        poll=2.0,
        twice=True,
        arguments={"thumbprint": thumbprint},
    )
