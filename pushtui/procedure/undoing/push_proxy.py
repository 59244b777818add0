"""Taking back `push-proxy.enable`: the proxy gets its organization back, or is disabled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import push_proxy
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Facts, Finding, Query, StepId
from pushtui.procedure.push_proxy import NAME, Known
from pushtui.procedure.undoing.deeds import Deed, Verdict, exchange_change, named

KNOWN = frozenset({"push-proxy.enable"})
_DISABLE, _RESTORE, _ORGANIZATION = "undo.push-proxy.disable", "undo.push-proxy.restore", "undo.push-proxy.organization"


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    return push_proxy.queries(facts)


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    deed = named(deeds, *KNOWN)
    assert deed is not None
    unread = _unread(facts)
    if unread is not None:
        return Verdict((unread,))
    known = push_proxy.state(facts)
    was_enabled = bool(deed.was.get("enabled")) and bool(deed.was.get("organization"))
    lost = () if was_enabled else _lost(deed, known)
    if _is_back(facts, deed, known, was_enabled=was_enabled):
        back = "undo.taken-back" if was_enabled else "undo.proxy-disabled"
        return Verdict((finding(back, NAME), *lost))
    if known is not None and not _ours(deed, known):
        observed = known.record.organization if known.record.enabled else "Disabled"
        return Verdict(
            (finding("undo.changed-since", NAME, expected=deed.became.get("organization", ""), observed=observed),)
        )
    observed = known.record.organization if known is not None else ""
    actions = _restore(facts, deed) if was_enabled else _disable(facts, deed, known)
    return Verdict((finding("undo.wanted", NAME, observed=observed), *lost), tuple(actions))


def _unread(facts: Facts) -> Finding | None:
    """The chain's own finding that the state could not be read although it should be."""
    return next((item for item in push_proxy.findings(facts) if item.code == "push-proxy.unreadable"), None)


def _is_back(facts: Facts, deed: Deed, known: Known | None, *, was_enabled: bool) -> bool:
    if known is None:  # nobody can see it: what was sent in this run counts
        return (_RESTORE if was_enabled else _DISABLE) in facts.memory.sent
    record, was = known.record, deed.was
    if was_enabled:
        return record.enabled and _same(record.organization, was.get("organization")) and _uri_is_back(record.uri, was)
    return not record.enabled


def _uri_is_back(uri: str, was: dict[str, object]) -> bool:
    return not was.get("uri") or uri.rstrip("/").lower() == str(was["uri"]).rstrip("/").lower()


def _ours(deed: Deed, known: Known) -> bool:
    """Whether it is as the run left it, or on the way back already."""
    names = {str(deed.became.get("organization", "")).lower(), str(deed.was.get("organization") or "").lower()}
    return known.record.enabled and known.record.organization.strip().lower() in names


def _same(one: str, other: object) -> bool:
    return one.strip().lower() == str(other or "").strip().lower()


def _lost(deed: Deed, known: Known | None) -> tuple[Finding, ...]:
    if deed.was.get("organization"):
        return ()
    stays = known.record.organization if known is not None else str(deed.became.get("organization", ""))
    if deed.before is None:
        return (finding("undo.proxy-unread", NAME, observed=stays),)
    return (finding("undo.proxy-organization", NAME, observed=stays),) if stays else ()


def _restore(facts: Facts, deed: Deed, change_id: str = _RESTORE) -> Iterable[Action]:
    organization, uri = str(deed.was.get("organization") or ""), str(deed.was.get("uri") or "")
    yield exchange_change(
        change_id,
        StepId.PUSH_PROXY,
        NAME,
        "Enable-PushNotificationProxy",
        {"Organization": organization} | ({"Uri": uri} if uri else {}),
        tuple(push_proxy.queries(facts)),
        before=deed.after,
        after={**deed.became, "organization": organization} | ({"uri": uri} if uri else {}),
        undo=deed.command,
        organization=organization,
        uri=uri,
    )


def _disable(facts: Facts, deed: Deed, known: Known | None) -> Iterable[Action]:
    """Disabling keeps Organization and Uri, so those that were there before are written first."""
    was, record = deed.was, known.record if known is not None else None
    if was.get("organization") and not (
        record is not None and _same(record.organization, was["organization"]) and _uri_is_back(record.uri, was)
    ):
        yield from _restore(facts, deed, _ORGANIZATION)
    yield exchange_change(
        _DISABLE,
        StepId.PUSH_PROXY,
        NAME,
        "Disable-PushNotificationProxy",
        {},
        tuple(push_proxy.queries(facts)),
        before=deed.after,
        after={**deed.became, **{name: value for name, value in was.items() if value}, "enabled": False},
        undo=deed.command,
    )
