"""What a renewal does, each part with its undo; in which order is said in `pushtui.procedure.renewal`.

A staged certificate gets an effective date more than 48 hours ahead, and is published after it: so Exchange has
nothing to ask, and ``-Force`` silences nothing.
"""

from __future__ import annotations

from datetime import datetime

from pushtui.base.commands import Cmdlet, Json, Later, Value
from pushtui.procedure import certificate_changes, key_list, questions
from pushtui.procedure.certificate_changes import AUTH_CONFIG, FOLLOW
from pushtui.procedure.certificate_state import THUMBPRINT
from pushtui.procedure.model import Change, Consent, ExchangeWrite, Facts, Query, Risk, StepId, Wait
from pushtui.procedure.records import CertificateRecord
from pushtui.procedure.renewal_state import Position

STEP = StepId.CERTIFICATE
ADD_KEY, VISIBLE = "renewal.add-key", "renewal.visible"
EFFECTIVE, DISTRIBUTION, SETTLE = "renewal.effective", "renewal.distribution", "renewal.settle"
REMOVE_KEY, GONE, CLEAR = "renewal.remove-key", "renewal.gone", "renewal.clear-previous"
LOOK_AGAIN = 3600.0
"""Seconds after which it is worth looking again at what Exchange copies in its own time."""


def create(position: Position) -> Change:
    """The certificate that takes over; nobody uses it yet."""
    return certificate_changes.create(position.state, position.mark, "renewal.due", None)


def stage(position: Position) -> Change:
    """From here on Exchange itself makes it the current one when its date has come."""
    config = position.state.config
    thumbprint: str | Later = position.next.sha1_thumbprint if position.next is not None else THUMBPRINT
    effective = (position.now + position.terms.notice).replace(microsecond=0)
    # Exchange asks where another next certificate is replaced: an unusable one, or it would be taken.
    force: tuple[tuple[str, Value], ...] = (("Force", True),) if config.next_certificate_thumbprint else ()
    parameters = (("NewCertificateThumbprint", thumbprint), ("NewCertificateEffectiveDate", effective))
    return _set(
        "certificate.stage",
        position,
        Cmdlet("Set-AuthConfig", (*parameters, *force, ("Confirm", False))),
        {"next": str(thumbprint), "effective": effective.isoformat()},
        Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint="", Force=True, Confirm=False),
        consent=Consent.REPLACE_CERTIFICATE,
        thumbprint=str(thumbprint),
        replaces=config.current_certificate_thumbprint,
        next=config.next_certificate_thumbprint,
        effective=effective.isoformat(),
        prompt="next" if force else "",
    )


def publish(position: Position) -> Change:
    """Make it the current one now that its date has come. The one before stays as the previous."""
    config = position.state.config
    thumbprint = str(position.next.sha1_thumbprint if position.next is not None else THUMBPRINT)
    before = config.current_certificate_thumbprint
    return _set(
        "certificate.publish",
        position,
        Cmdlet.of("Set-AuthConfig", PublishCertificate=True, Confirm=False),
        {"current": thumbprint, "previous": before, "next": "", "effective": ""},
        Cmdlet.of("Set-AuthConfig", CertificateThumbprint=before, Force=True, Confirm=False),
        consent=Consent.REPLACE_CERTIFICATE,
        thumbprint=thumbprint,
        replaces=before,
        effective=position.effective.isoformat() if position.effective else "",
        prompt="",
        follow=FOLLOW,
    )


def clear(position: Position, thumbprint: str) -> Change:
    """AuthConfig forgets the previous certificate; no cmdlet names a previous one again."""
    return _set(
        CLEAR,
        position,
        Cmdlet.of("Set-AuthConfig", ClearPreviousCertificate=True, Confirm=False),
        {"previous": ""},
        None,
        risk=Risk.IRREVERSIBLE,
        thumbprint=thumbprint,
    )


def _set(
    id_: str,
    position: Position,
    cmdlet: Cmdlet,
    after: dict[str, Json],
    undo: Cmdlet | None,
    *,
    consent: Consent | None = None,
    risk: Risk = Risk.ORG_WIDE,
    **arguments: str,
) -> Change:
    config, state = position.state.config, position.state
    reads: tuple[Query, ...] = (
        questions.AUTH_CONFIG,
        questions.EXECUTING_STORE,
        *(questions.server_store(name) for name in (*state.stores, *state.failures)),
    )
    before: dict[str, Json] = {
        "current": config.current_certificate_thumbprint,
        "previous": config.previous_certificate_thumbprint,
        "next": config.next_certificate_thumbprint,
        "effective": position.effective.isoformat() if position.effective else "",
    }
    return Change(
        id=id_,
        step=STEP,
        target=AUTH_CONFIG,
        command=ExchangeWrite(cmdlet),
        before=before,
        after=before | after,
        risk=risk,
        reads=reads,
        undo=ExchangeWrite(undo) if undo else None,
        consent=consent,
        volatile=frozenset({"NewCertificateEffectiveDate", "effective"}),
        arguments=arguments,
    )


def add_key(facts: Facts, position: Position, certificate: CertificateRecord | None) -> Change:
    """The tenant learns the certificate before anything is signed with it. None: it does not exist yet."""
    record, before = position.principal, key_list.thumbprints(position.principal)
    thumbprint = certificate.sha1_thumbprint if certificate else str(THUMBPRINT)
    return Change(
        id=ADD_KEY,
        step=STEP,
        target=facts.inputs.service_principal,
        command=key_list.request(record, key_list.with_key(position.keys, certificate.der) if certificate else ""),
        before={"keys": before},
        after={"keys": before if thumbprint in before else [*before, thumbprint]},
        risk=Risk.ORG_WIDE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(record, key_list.without_key(position.keys, certificate.der) if certificate else ""),
        consent=Consent.SERVICE_PRINCIPAL_KEY,
        backup=True,
        arguments={
            "thumbprint": thumbprint,
            "sha256": certificate.sha256 if certificate else str(THUMBPRINT),
            "kept": str(len(position.keys)),
        },
    )


def remove_key(facts: Facts, position: Position, thumbprint: str) -> Change:
    """The key of the certificate that serves nobody any more; a key whose end has passed cannot come back."""
    mine = position.keys_named(thumbprint)
    gone = frozenset(key.sha256 for key in mine)
    lasting = any(key.end is None or key.end > position.now for key in mine)
    before = key_list.thumbprints(position.principal)
    after: list[Json] = [item for item in before if item != thumbprint]
    return Change(
        id=REMOVE_KEY,
        step=STEP,
        target=facts.inputs.service_principal,
        command=key_list.request(position.principal, key_list.without_keys(position.keys, gone)),
        before={"keys": before},
        after={"keys": after},
        risk=Risk.REVERSIBLE if lasting else Risk.IRREVERSIBLE,
        reads=(questions.service_principal(facts),),
        undo=key_list.request(position.principal, key_list.without_keys(position.keys, ())) if lasting else None,
        backup=True,
        arguments={"thumbprint": thumbprint, "sha256": ", ".join(sorted(gone)), "kept": str(len(after))},
    )


def until_shown(facts: Facts, name: str, thumbprint: str) -> Wait:
    """Graph is eventually consistent: until two reads agree."""
    return Wait(
        id=name,
        step=STEP,
        seconds=60.0,
        reads=(questions.service_principal(facts),),
        poll=2.0,
        twice=True,
        arguments={"thumbprint": thumbprint},
    )


def pause(name: str, position: Position, until: datetime, **arguments: str) -> Wait:
    """A wait of hours or days: the run ends here, and a later one goes on."""
    seconds = max(1.0, (until - position.now).total_seconds())
    return Wait(id=name, step=STEP, seconds=seconds, pauses=True, arguments={"until": until.isoformat(), **arguments})
