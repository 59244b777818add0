"""Step 5: the tenant knows the certificate: the service principal's keyCredentials hold it.

The whole list is sent (`pushtui.procedure.key_list`). Expired keys are sent, too: dropping a key is a decision of its
own (`pushtui.procedure.keys`), and a refusal by Graph changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.base.commands import Json, Later
from pushtui.procedure import (
    certificate,
    certificate_state,
    dedicated_application,
    key_list,
    questions,
    service_principal_setting,
)
from pushtui.procedure.codes import blocks, finding
from pushtui.procedure.model import (
    Action,
    Change,
    Consent,
    Facts,
    Finding,
    Query,
    Risk,
    StepId,
    Wait,
)
from pushtui.procedure.reading import complete, is_absence
from pushtui.procedure.records import CertificateRecord, KeyCredentialRecord, ServicePrincipalRecord
from pushtui.procedure.tenant import is_domain, tenant_id

ID = StepId.SERVICE_PRINCIPAL

ASIDE: frozenset[Query] = frozenset(
    {
        questions.HYBRID_APPLICATIONS,
        questions.ORGANIZATION_CONFIG,
        questions.AUTH_SERVERS,
        questions.SETTING_OVERRIDES,
    }
)
"""Asked only to say more: about the dedicated hybrid application."""
VISIBLE_SECONDS = 60.0
"""How long reads are asked for an accepted key: Graph is eventually consistent, mostly by seconds."""


def queries(facts: Facts) -> Iterable[Query]:
    """What tells which certificate it is; and the service principal, once a directory is known."""
    yield from certificate_state.queries(facts)
    if is_domain(facts.inputs.tenant_domain):
        yield questions.discovery(facts)
    if tenant_id(facts):
        yield questions.service_principal(facts)
        yield questions.HYBRID_APPLICATIONS
    yield questions.ORGANIZATION_CONFIG
    yield questions.AUTH_SERVERS
    yield questions.SETTING_OVERRIDES


def findings(facts: Facts) -> Sequence[Finding]:
    if not complete(facts, (query for query in queries(facts) if query not in ASIDE)):
        return ()
    app = facts.inputs.service_principal
    if not tenant_id(facts):
        return (finding("service-principal.tenant-unknown", app),)
    reading = key_list.principal(facts)
    record = reading.first
    if record is None:
        if reading.failed and not is_absence(reading.failure):
            return (reading.problem("service-principal.unreadable", app),)
        return (finding("service-principal.missing", app),)
    wanted = certificate.trusted(facts)
    ours = tuple(_ours(facts, record, wanted)) if wanted is not None else ()
    known = wanted if isinstance(wanted, CertificateRecord) else None
    missing = any(item.code == "service-principal.key-missing" for item in ours)
    return (
        *((finding("service-principal.disabled", app),) if record.account_enabled is False else ()),
        *(ours or (finding("service-principal.certificate-unknown", app),)),
        *key_list.unreadable(record),
        *key_list.vanished(facts, record),
        *service_principal_setting.other_keys(facts, record, known, missing=missing),
        *dedicated_application.findings(facts, known),
        *((finding("service-principal.shared-trust", app),) if app == questions.EXCHANGE_ONLINE else ()),
    )


def actions(facts: Facts) -> Sequence[Action]:
    found = findings(facts)
    record = key_list.principal(facts).first
    wanted = certificate.trusted(facts)
    codes = {item.code for item in found}
    lacking = codes & {"service-principal.key-missing", "service-principal.key-expired"}
    waiting = "service-principal.not-visible" in codes
    if blocks(found) or record is None or wanted is None or not (lacking or waiting):
        return ()
    result: list[Action] = []
    if lacking:
        result.append(_add_key(facts, record, wanted))
    if "service-principal.visible" not in facts.memory.done:
        result.append(_visible(facts, wanted))
    return result


def _sent(facts: Facts) -> bool:
    return "service-principal.add-key" in facts.memory.sent


def _ours(facts: Facts, record: ServicePrincipalRecord, wanted: CertificateRecord | Later) -> Iterable[Finding]:
    """Whether the certificate is there, and still counts."""
    count = len(key_list.keys_of(record))
    if isinstance(wanted, Later):
        yield finding("service-principal.key-missing", expected=wanted, sha256=wanted, keys=count)
        return
    thumbprint = wanted.sha1_thumbprint
    mine = [key for key in key_list.keys_of(record) if key_list.holds(key, wanted.der)]
    valid = [key for key in mine if key.end is None or key.end > facts.now]
    if valid:
        yield from _there(facts, valid, wanted)
    elif _sent(facts):
        yield finding("service-principal.not-visible", thumbprint, expected=thumbprint)
    elif mine:
        ends = max(key.end for key in mine if key.end is not None)
        yield finding("service-principal.key-expired", thumbprint, observed=ends.isoformat())
    else:
        yield finding(
            "service-principal.key-missing", thumbprint, expected=thumbprint, sha256=wanted.sha256, keys=count
        )


def _there(facts: Facts, valid: Sequence[KeyCredentialRecord], wanted: CertificateRecord) -> Iterable[Finding]:
    """It is there, under its certificate's dates or under others."""
    thumbprint, begun = wanted.sha1_thumbprint, [key for key in valid if key.start is None or key.start <= facts.now]
    if not begun:
        start = min(key.start for key in valid if key.start is not None)
        yield finding("service-principal.key-not-yet-valid", thumbprint, observed=start.isoformat())
        return
    end = max((key.end for key in begun if key.end is not None), default=None)
    yield finding(
        "service-principal.key-present",
        thumbprint,
        expected=thumbprint,
        observed=thumbprint,
        end=end.isoformat() if end else "",
        sha256=wanted.sha256,
    )
    if end is not None and end < wanted.not_after - service_principal_setting.DAY:
        expected = wanted.not_after.isoformat()
        yield finding("service-principal.key-ends-early", thumbprint, expected=expected, observed=end.isoformat())


def _add_key(facts: Facts, record: ServicePrincipalRecord, wanted: CertificateRecord | Later) -> Change:
    """Without a body while the certificate does not exist yet."""
    keys = key_list.keys_of(record)
    der = wanted.der if isinstance(wanted, CertificateRecord) else None
    thumbprint = wanted.sha1_thumbprint if isinstance(wanted, CertificateRecord) else str(wanted)
    before: list[Json] = key_list.thumbprints(record)
    present = der is not None and any(key_list.holds(key, der) for key in keys)
    return Change(
        id="service-principal.add-key",
        step=ID,
        target=facts.inputs.service_principal,
        command=key_list.request(record, key_list.with_key(keys, der) if der is not None else ""),
        before={"keys": before},
        after={"keys": before if present else [*before, thumbprint]},
        risk=Risk.ORG_WIDE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(record, key_list.without_key(keys, der) if der is not None else ""),
        consent=Consent.SERVICE_PRINCIPAL_KEY,
        backup=True,
        arguments={
            "thumbprint": thumbprint,
            "sha256": wanted.sha256 if isinstance(wanted, CertificateRecord) else str(wanted),
            "kept": str(len(keys)),
        },
    )


def _visible(facts: Facts, wanted: CertificateRecord | Later) -> Wait:
    thumbprint = wanted.sha1_thumbprint if isinstance(wanted, CertificateRecord) else str(wanted)
    return Wait(
        id="service-principal.visible",
        step=ID,
        seconds=VISIBLE_SECONDS,
        reads=(questions.service_principal(facts),),
        poll=2.0,
        twice=True,
        arguments={"thumbprint": thumbprint},
    )
