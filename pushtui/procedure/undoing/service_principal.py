"""Taking back `service-principal.add-key`: exactly our key goes, told by the SHA-256 of its DER.

The list is read afresh and sent without it; a backup is never replayed, so keys that came since stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from pushtui.base.commands import GraphRequest
from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.key_list import with_key, without_key
from pushtui.procedure.model import (
    Action,
    Change,
    Facts,
    Finding,
    GraphWrite,
    Query,
    Risk,
    StepId,
    Wait,
)
from pushtui.procedure.reading import is_absence, read
from pushtui.procedure.records import KeyCredentialRecord, ServicePrincipalRecord
from pushtui.procedure.service_principal import VISIBLE_SECONDS
from pushtui.procedure.tenant import is_domain, tenant_id
from pushtui.procedure.undoing.deeds import Deed, Verdict, named

KNOWN = frozenset({"service-principal.add-key"})
REMOVE, VISIBLE = "undo.service-principal.remove-key", "undo.service-principal.visible"


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.service_principal(facts)


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    deed = named(deeds, *KNOWN)
    assert deed is not None
    app = facts.inputs.service_principal
    if not tenant_id(facts):
        answer = facts.answers.get(questions.discovery(facts))
        failure = answer.failure if answer is not None else None
        return Verdict((finding("undo.unreadable", facts.inputs.tenant_domain, failure=failure, reason="tenant id"),))
    reading = read(facts, questions.service_principal(facts), ServicePrincipalRecord.from_properties)
    record = reading.first
    if record is None or record.key_credentials is None:
        if reading.failed and is_absence(reading.failure):
            return Verdict((finding("undo.taken-back", app),))
        reason = reading.reason or "keyCredentials"
        return Verdict((finding("undo.unreadable", app, failure=reading.failure, reason=reason),))
    problem = _problem(deed, record)
    return Verdict((problem,)) if problem is not None else _judge(facts, deed, record)


def _problem(deed: Deed, record: ServicePrincipalRecord) -> Finding | None:
    """Why the list must not be written."""
    path = deed.command.request.path if isinstance(deed.command, GraphWrite) else ""
    then = path.rpartition("/")[2]
    if then and then != record.id:
        return finding("undo.other-directory", record.app_id, expected=then, observed=record.id)
    for key in record.key_credentials or ():
        if not key.key:
            return finding("undo.key-unreadable", key.key_id, name=key.display_name)
    return None


def _judge(facts: Facts, deed: Deed, record: ServicePrincipalRecord) -> Verdict:
    thumbprint, keys = deed.arguments.get("thumbprint", ""), record.key_credentials or ()
    if thumbprint in (deed.was.get("keys") or ()):
        return Verdict((finding("undo.key-was-there", thumbprint),))
    mine = [key for key in keys if key.sha256.lower() == deed.arguments.get("sha256", "").lower() != ""]
    if not mine:
        return Verdict((finding("undo.taken-back", thumbprint),))
    if REMOVE in facts.memory.sent:
        waiting: tuple[Action, ...] = () if VISIBLE in facts.memory.done else (_visible(facts, thumbprint),)
        return Verdict((finding("undo.key-not-visible", thumbprint),), waiting)
    kept = [key for key in keys if key not in mine]
    lost = (finding("undo.key-names", record.app_id, count=len(kept)),) if kept else ()
    wanted = finding("undo.wanted", thumbprint, observed=thumbprint)
    return Verdict((wanted, *lost), (_remove(facts, record, mine[0], thumbprint), _visible(facts, thumbprint)))


def _remove(facts: Facts, record: ServicePrincipalRecord, mine: KeyCredentialRecord, thumbprint: str) -> Change:
    assert mine.key is not None
    keys = record.key_credentials or ()
    names = [_thumbprint(key) for key in keys]

    def request(body: str) -> GraphWrite:
        return GraphWrite(GraphRequest("PATCH", f"/servicePrincipals/{record.id}", body=body))

    return Change(
        id=REMOVE,
        step=StepId.SERVICE_PRINCIPAL,
        target=facts.inputs.service_principal,
        command=request(without_key(keys, mine.key)),
        before={"keys": list(names)},
        after={"keys": [name for name in names if name != thumbprint]},
        risk=Risk.REVERSIBLE,
        reads=(questions.service_principal(facts),),
        undo=request(with_key(keys, mine.key)),
        backup=True,
        arguments={
            "thumbprint": thumbprint,
            "sha256": mine.sha256,
            "kept": str(sum(name != thumbprint for name in names)),
        },
    )


def _visible(facts: Facts, thumbprint: str) -> Wait:
    """Graph is eventually consistent: until reads do not show it any more."""
    return Wait(
        id=VISIBLE,
        step=StepId.SERVICE_PRINCIPAL,
        seconds=VISIBLE_SECONDS,
        reads=(questions.service_principal(facts),),
        poll=2.0,
        twice=True,
        arguments={"thumbprint": thumbprint},
    )


def _thumbprint(key: KeyCredentialRecord) -> str:
    return hashlib.sha1(key.key or b"", usedforsecurity=False).hexdigest().upper()
