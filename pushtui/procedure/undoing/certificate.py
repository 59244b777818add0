"""Taking back what was done to the Auth certificate: AuthConfig first, then the certificate itself, then the file.

Exchange takes no certificate back that has expired, or that the executing server does not hold; then the new one
stays, and the plan says so. Where a renewal was at the tenant's keys as well, the old key returns before anything signs
with it again, and the new one goes once nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pushtui.base.commands import Json, Value
from pushtui.base.values import frozen
from pushtui.procedure import certificate_state, questions, renewal_changes
from pushtui.procedure.certificate_changes import AUTH_CONFIG
from pushtui.procedure.certificate_state import State, same_host
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Change, Command, Consent, Facts, FileRead, Finding, Query, Risk, StepId
from pushtui.procedure.undoing import certificate_file, key_list
from pushtui.procedure.undoing.deeds import Deed, Verdict, exchange_change, named
from pushtui.procedure.undoing.key_list import Names

_CREATE, _ASSIGN, _STAGE, _PUBLISH = (
    "certificate.create",
    "certificate.assign",
    "certificate.stage",
    "certificate.publish",
)
_SETTINGS = frozenset({_ASSIGN, _STAGE, _PUBLISH})
_KEYS = frozenset({renewal_changes.ADD_KEY, renewal_changes.REMOVE_KEY})
KNOWN = _SETTINGS | _KEYS | {_CREATE, renewal_changes.CLEAR, certificate_file.EXPORT}
_REMOVAL = Names(StepId.CERTIFICATE, "undo.renewal.remove-key", "undo.renewal.visible")
_RETURN = Names(StepId.CERTIFICATE, "undo.renewal.restore-key", "undo.renewal.restored")

_REFUSED = frozenset(
    {
        "certificate.not-found-yet",
        "certificate.missing-everywhere",
        "certificate.expired",
        "certificate.not-yet-valid",
        "certificate.key-missing-everywhere",
        "certificate.refused-by-exchange",
    }
)
"""What keeps Exchange from taking a certificate as the current one. A small key is none of it."""


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    if any(deed.id != certificate_file.EXPORT for deed in deeds):
        yield from certificate_state.queries(facts)
    if any(deed.id in _KEYS for deed in deeds):
        yield from key_list.queries(facts)
    for deed in deeds:
        if deed.id == certificate_file.EXPORT:
            yield FileRead(deed.target)


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    result = Verdict()
    if any(deed.id != certificate_file.EXPORT for deed in deeds):
        state = certificate_state.state(facts)
        result = _organization(facts, state, deeds) if isinstance(state, State) else Verdict(state)
    for deed in deeds:
        if deed.id == certificate_file.EXPORT:
            result += certificate_file.verdict(facts, deed)
    return result


def _organization(facts: Facts, state: State, deeds: Sequence[Deed]) -> Verdict:
    """Everything but the local file, in the order in which nothing signs with a key that the tenant does not know."""
    settings, after = _settings(state, deeds)
    returning = [deed for deed in deeds if deed.id == renewal_changes.REMOVE_KEY]
    result = key_list.restoration(facts, returning, _RETURN) if returning else Verdict()
    if any(item.code == "undo.key-not-back" for item in result.findings):
        return result  # nothing may sign with it before the tenant shows it
    result += settings
    serving = {after.current, after.next}
    added = [deed for deed in deeds if deed.id == renewal_changes.ADD_KEY]
    stay = [deed.arguments.get("thumbprint", "") for deed in added if deed.arguments.get("thumbprint") in serving]
    result += Verdict(tuple(finding("undo.key-in-use", thumbprint) for thumbprint in stay))
    going = [deed for deed in added if deed.arguments.get("thumbprint") not in serving]
    if going:
        result += key_list.removal(facts, going, _REMOVAL)
    created = named(deeds, _CREATE)
    return result + _remove(state, created, after) if created is not None else result


@frozen
class Named:
    """The three certificates that AuthConfig names."""

    current: str = ""
    previous: str = ""
    next: str = ""

    def value(self) -> dict[str, Json]:
        return {"current": self.current, "previous": self.previous, "next": self.next}


def _settings(state: State, deeds: Sequence[Deed]) -> tuple[Verdict, Named]:
    """AuthConfig's three names, and what they are after that."""
    config = state.config
    now = Named(
        config.current_certificate_thumbprint,
        config.previous_certificate_thumbprint,
        config.next_certificate_thumbprint,
    )
    result, after = Verdict(), now
    first = next((deed for deed in deeds if deed.id in _SETTINGS), None)
    if first is not None:
        was = Named(*(str(first.was.get(name) or "") for name in ("current", "previous", "next")))
        for rule in (_next, _current, _previous):
            part, after = rule(state, deeds, was, after)
            result += part
    cleared = named(deeds, renewal_changes.CLEAR)
    if cleared is not None and not now.previous:
        was_previous = str(cleared.was.get("previous") or "")
        result += Verdict((finding("undo.previous-lost", AUTH_CONFIG, expected=was_previous, observed=""),))
    return result, after


def _next(state: State, deeds: Sequence[Deed], was: Named, now: Named) -> tuple[Verdict, Named]:
    """A staged certificate that was not published yet."""
    stage = named(deeds, _STAGE)
    staged = str(stage.became.get("next") or "") if stage is not None else ""
    if stage is None or not staged:
        return Verdict(), now
    lost = (finding("undo.next-lost", AUTH_CONFIG, expected=was.next),) if was.next not in {"", staged} else ()
    if now.next != staged:
        told = () if named(deeds, _PUBLISH) else (finding("undo.taken-back", staged),)
        return Verdict((*told, *lost)), now
    after = Named(now.current, now.previous)
    action = _set("undo.certificate.next", state, {"NewCertificateThumbprint": ""}, now, after, stage.command, staged)
    return Verdict((finding("undo.wanted", AUTH_CONFIG, observed=staged), *lost), (action,)), after


def _current(state: State, deeds: Sequence[Deed], was: Named, now: Named) -> tuple[Verdict, Named]:
    """The certificate that the run made the current one."""
    deed = named(deeds, _ASSIGN, _PUBLISH)
    if deed is None:
        return Verdict(), now
    ours = str(deed.became.get("current") or "")
    consumed = named(deeds, _STAGE) is None and deed.id == _PUBLISH and was.next != now.next
    lost = (finding("undo.next-lost", AUTH_CONFIG, expected=was.next),) if consumed and was.next else ()
    if now.current == was.current:
        return Verdict((finding("undo.taken-back", AUTH_CONFIG), *lost)), now
    if now.current != ours:
        since = finding("undo.changed-since", AUTH_CONFIG, expected=ours, observed=now.current)
        return Verdict((since,)), now
    reason = _obstacle(state, was.current, now)
    if reason:
        return Verdict((finding("undo.certificate-stays", ours, expected=was.current, reason=reason),)), now
    after = Named(was.current, ours, now.next)
    action = _set(
        "undo.certificate.current",
        state,
        {"CertificateThumbprint": was.current},
        now,
        after,
        None,
        was.current,
        consent=Consent.REPLACE_CERTIFICATE,
    )
    follow = finding(
        "undo.restarts-follow", services="MSExchangeServiceHost", pools="MSExchangeOWAAppPool, MSExchangeECPAppPool"
    )
    wanted = finding("undo.wanted", AUTH_CONFIG, expected=was.current, observed=ours)
    return Verdict((wanted, follow, *lost), (action,)), after


def _obstacle(state: State, thumbprint: str, now: Named) -> str:
    """The finding code of why Exchange would not make it the current one again; empty where it would."""
    if not thumbprint:
        return "certificate.none"
    if thumbprint == now.next:
        return "certificate.next-staged"
    flaw = state.flaw(thumbprint)
    if flaw in _REFUSED:
        return flaw
    here = any(same_host(server, state.executing) for server in state.copies(thumbprint))
    return "" if here else "certificate.made-elsewhere"


def _previous(state: State, deeds: Sequence[Deed], was: Named, now: Named) -> tuple[Verdict, Named]:
    """What the run's own certificate leaves behind as the previous one; only an empty one can be set."""
    deed = named(deeds, _ASSIGN, _PUBLISH)
    if deed is None or now.previous == was.previous:
        return Verdict(), now
    if was.previous:
        lost = finding("undo.previous-lost", AUTH_CONFIG, expected=was.previous, observed=now.previous)
        return Verdict((lost,)), now
    if now.current != was.current or now.previous != str(deed.became.get("current") or ""):
        return Verdict(), now
    after = Named(now.current, "", now.next)
    action = _set(
        "undo.certificate.previous", state, {"ClearPreviousCertificate": True}, now, after, None, now.previous
    )
    return Verdict((finding("undo.wanted", AUTH_CONFIG, observed=now.previous),), (action,)), after


def _remove(state: State, deed: Deed, after: Named) -> Verdict:
    """The certificate that the run asked for, on every server that has it: its mark tells which one it is."""
    findings: list[Finding] = []
    actions: list[Action] = []
    mark = deed.arguments.get("identifier", "").upper()
    used: dict[str, list[str]] = {}
    for server, store in state.stores.items():
        for record in store:
            if not mark or record.subject_key_identifier != mark:
                continue
            thumbprint = record.sha1_thumbprint
            named_still = thumbprint in {after.current, after.previous, after.next}
            if named_still or (record.services is not None and record.services - {"Federation", "None"}):
                used.setdefault(thumbprint, []).append(server)
            else:
                findings.append(finding("undo.wanted", thumbprint, observed=server))
                actions.append(_take_away(state, server, thumbprint))
    findings += [finding("undo.certificate-in-use", name, observed=", ".join(where)) for name, where in used.items()]
    if not findings and not state.failures:
        findings.append(finding("undo.taken-back", deed.target))
    findings += [finding("undo.server-unreadable", name, failure=why) for name, why in state.failures.items()]
    return Verdict(tuple(findings), tuple(actions))


def _take_away(state: State, server: str, thumbprint: str) -> Change:
    """Its private key goes with it."""
    return exchange_change(
        "undo.certificate.remove",
        StepId.CERTIFICATE,
        server,
        "Remove-ExchangeCertificate",
        {"Server": server, "Thumbprint": thumbprint},
        _reads(state),
        before={"thumbprint": thumbprint},
        after=None,
        undo=None,
        risk=Risk.IRREVERSIBLE,
        thumbprint=thumbprint,
    )


def _reads(state: State) -> tuple[Query, ...]:
    stores = (questions.server_store(name) for name in (*state.stores, *state.failures))
    return (questions.AUTH_CONFIG, questions.EXECUTING_STORE, *stores)


def _set(
    change_id: str,
    state: State,
    parameters: Mapping[str, Value],
    before: Named,
    after: Named,
    undo: Command | None,
    thumbprint: str,
    *,
    consent: Consent | None = None,
) -> Change:
    return exchange_change(
        change_id,
        StepId.CERTIFICATE,
        AUTH_CONFIG,
        "Set-AuthConfig",
        {**parameters, "Force": True},
        _reads(state),
        before=before.value(),
        after=after.value(),
        undo=undo,
        risk=Risk.ORG_WIDE,
        consent=consent,
        thumbprint=thumbprint,
        replaces=before.current if consent is not None else "",
        prompt="outage" if consent is not None else "",
    )
