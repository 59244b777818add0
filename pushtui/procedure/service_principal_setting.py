"""Around the key that counts: whose the other keys are.

A key is told by its certificate: AuthConfig names three, the servers' stores hold those that it named once; what is in
neither is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pushtui.procedure import certificate_state, key_list
from pushtui.procedure.certificate_state import State
from pushtui.procedure.codes import finding
from pushtui.procedure.keys import Owner, owner
from pushtui.procedure.model import Facts, Finding
from pushtui.procedure.records import CertificateRecord, KeyCredentialRecord, ServicePrincipalRecord

DAY = timedelta(days=1)
"""Dates are kept with less care than this."""


def other_keys(
    facts: Facts, record: ServicePrincipalRecord, wanted: CertificateRecord | None, *, missing: bool
) -> Iterable[Finding]:
    """Every key but ours, named for what it is; all of them are kept. `missing`: ours is not there."""
    state = certificate_state.state(facts)
    known = state if isinstance(state, State) else None
    for key in key_list.keys_of(record):
        if wanted is not None and key.key == wanted.der:
            if not key_list.holds(key, wanted.der):
                yield finding(
                    "service-principal.wrong-usage", key_list.thumbprint(key), expected="Verify", observed=key.usage
                )
            continue
        yield _named(key, known, wanted, facts.now, missing=missing)
        yield from _end_not_kept(key)
    yield from _next(record, known, facts.now)


def _named(
    key: KeyCredentialRecord, state: State | None, wanted: CertificateRecord | None, now: datetime, *, missing: bool
) -> Finding:
    """Whose it is."""
    thumbprint, end = key_list.thumbprint(key), key.end.isoformat() if key.end else ""
    whose = owner(thumbprint, state.config if state else None)
    servers = ", ".join(sorted(state.copies(thumbprint))) if state else ""
    if key.end is not None and key.end <= now:
        code = "service-principal.expired-key"
    elif whose is Owner.NEXT:
        return finding("service-principal.next-key", thumbprint, end=end)
    elif whose is Owner.UNKNOWN:
        return finding("service-principal.unattributed-key", thumbprint, observed=key.display_name, end=end)
    elif whose is Owner.CURRENT and wanted is None and not missing:  # of a certificate that no server could show us
        return finding(
            "service-principal.key-present",
            thumbprint,
            expected=thumbprint,
            observed=thumbprint,
            end=end,
            sha256=key.sha256,
        )
    elif whose in {Owner.PREVIOUS, Owner.CURRENT}:  # where the current one is not ours to have, it is being replaced
        return finding("service-principal.previous-key", thumbprint, end=end)
    elif servers and missing and wanted is not None:
        return finding(
            "service-principal.wrong-certificate", thumbprint, expected=wanted.sha1_thumbprint, servers=servers
        )
    elif servers:
        return finding("service-principal.former-key", thumbprint, end=end, servers=servers)
    else:
        code = "service-principal.other-key"
    return finding(code, thumbprint, observed=key.display_name, end=end, key_id=key.key_id)


def _end_not_kept(key: KeyCredentialRecord) -> Iterable[Finding]:
    """That its end is not its certificate's: Graph takes that when the list is sent again."""
    certificate = key_list.certificate(key)
    if key.end is not None and certificate is not None and abs(key.end - certificate.not_after) > DAY:
        yield finding(
            "service-principal.end-not-kept",
            key_list.thumbprint(key),
            expected=key.end.isoformat(),
            observed=certificate.not_after.isoformat(),
        )


def _next(record: ServicePrincipalRecord, state: State | None, now: datetime) -> Iterable[Finding]:
    """Whether the next certificate's key is there before it is used."""
    thumbprint = state.config.next_certificate_thumbprint if state else ""
    if state is None or not thumbprint or (state.replace and state.staged):
        return  # a staged one that takes over now is the one that counts
    valid = [key for key in key_list.keys_of(record) if key.end is None or key.end > now]
    if not any(key_list.thumbprint(key) == thumbprint for key in valid):
        effective = state.config.next_certificate_effective_date
        yield finding(
            "service-principal.next-key-missing", thumbprint, observed=effective.isoformat() if effective else ""
        )
