"""Taking back what was done to auth servers: removing what was created, making what was removed, values as before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.base.commands import Json, Value
from pushtui.procedure import questions
from pushtui.procedure.codes import finding
from pushtui.procedure.model import Action, Change, Facts, Query, Risk, StepId
from pushtui.procedure.reading import read
from pushtui.procedure.records import AuthServerRecord
from pushtui.procedure.undoing.deeds import Deed, Verdict, exchange_change

KNOWN = frozenset({"auth-server.create", "auth-server.remove", "auth-server.set-url", "auth-server.enable"})


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    yield questions.AUTH_SERVERS


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    """The last deed first; what one of them removes is gone for those before it."""
    reading = read(facts, questions.AUTH_SERVERS, AuthServerRecord.from_properties)
    if reading.failed:
        return Verdict(
            (finding("undo.unreadable", "Get-AuthServer", failure=reading.failure, reason=reading.reason),),
        )
    servers = {record.name.lower(): record for record in reading.items}
    removed = {deed.target.lower(): deed for deed in deeds if deed.id == "auth-server.remove"}
    result = Verdict()
    for deed in reversed(deeds):
        name = deed.target.lower()
        part = _RULES[deed.id](deed, servers.get(name), removed.get(name))
        if any(action.id == "undo.auth-server.remove" for action in part.actions):
            servers.pop(name, None)
        result += part
    return result


def _created(deed: Deed, record: AuthServerRecord | None, removed: Deed | None) -> Verdict:
    if record is None or (removed is not None and _same(record.realm, removed.was.get("realm"))):
        return Verdict((finding("undo.taken-back", deed.target),))
    url = deed.arguments.get("url", "")
    if not (_same(record.realm, deed.arguments.get("realm")) and _same(record.auth_metadata_url, url)):
        return _changed_since(deed, url, record)
    action = _change(
        "undo.auth-server.remove",
        record,
        "Remove-AuthServer",
        {"Identity": record.name},
        None,
        deed,
        realm=record.realm,
        url=record.auth_metadata_url,
    )
    return Verdict((finding("undo.wanted", deed.target, observed=record.auth_metadata_url),), (action,))


def _removed(deed: Deed, record: AuthServerRecord | None, removed: Deed | None) -> Verdict:
    was = deed.was
    realm, url = str(was.get("realm") or ""), str(was.get("auth_metadata_url") or "")
    enabled = bool(was.get("enabled", True))
    if record is not None and not _same(record.realm, realm):
        return _changed_since(deed, realm, record)
    actions: list[Action] = []
    if record is None:
        if not url:
            return Verdict((finding("undo.auth-server-url-unknown", deed.target, realm=realm),))
        actions.append(
            exchange_change(
                "undo.auth-server.create",
                StepId.AUTH_SERVER,
                deed.target,
                "New-AuthServer",
                {"Name": deed.target, "AuthMetadataUrl": url},
                (questions.AUTH_SERVERS,),
                before=None,
                after=dict(was),
                undo=deed.command,
                realm=realm,
                url=url,
            )
        )
    if not enabled and (record is None or record.enabled):
        actions.append(_disable(deed, record, {**was, "enabled": True}))
    if not actions:
        return Verdict((finding("undo.taken-back", deed.target),))
    anew = (finding("undo.auth-server-anew", deed.target),) if record is None else ()
    return Verdict((finding("undo.wanted", deed.target), *anew), tuple(actions))


def _url_set(deed: Deed, record: AuthServerRecord | None, removed: Deed | None) -> Verdict:
    before, ours = str(deed.was.get("auth_metadata_url") or ""), deed.arguments.get("url", "")
    if record is not None and _same(record.auth_metadata_url, before):
        return Verdict((finding("undo.taken-back", deed.target),))
    if record is None or not _same(record.auth_metadata_url, ours):
        return _changed_since(deed, ours, record)
    if not before:
        return Verdict((finding("undo.auth-server-url-unknown", deed.target, realm=record.realm),))
    after: dict[str, Json] = {**_value(record), "auth_metadata_url": before}
    parameters: dict[str, Value] = {"Identity": record.name, "AuthMetadataUrl": before}
    action = _change("undo.auth-server.set-url", record, "Set-AuthServer", parameters, after, deed, url=before)
    return Verdict((finding("undo.wanted", deed.target, observed=record.auth_metadata_url),), (action,))


def _enabled(deed: Deed, record: AuthServerRecord | None, removed: Deed | None) -> Verdict:
    if record is not None and not record.enabled:
        return Verdict((finding("undo.taken-back", deed.target),))
    if record is None or not _same(record.realm, deed.arguments.get("realm")):
        return _changed_since(deed, deed.arguments.get("realm", ""), record)
    return Verdict(
        (finding("undo.wanted", deed.target, observed="Enabled"),), (_disable(deed, record, _value(record)),)
    )


_RULES = {
    "auth-server.create": _created,
    "auth-server.remove": _removed,
    "auth-server.set-url": _url_set,
    "auth-server.enable": _enabled,
}


def _disable(deed: Deed, record: AuthServerRecord | None, before: dict[str, Json]) -> Change:
    return exchange_change(
        "undo.auth-server.disable",
        StepId.AUTH_SERVER,
        deed.target,
        "Set-AuthServer",
        {"Identity": deed.target, "Enabled": False},
        (questions.AUTH_SERVERS,),
        before=before,
        after={**before, "enabled": False},
        undo=deed.command if deed.id == "auth-server.enable" else None,
        realm=record.realm if record is not None else str(deed.was.get("realm") or ""),
    )


def _change(
    change_id: str,
    record: AuthServerRecord,
    cmdlet: str,
    parameters: dict[str, Value],
    after: dict[str, Json] | None,
    deed: Deed,
    **arguments: str,
) -> Change:
    return exchange_change(
        change_id,
        StepId.AUTH_SERVER,
        record.name,
        cmdlet,
        parameters,
        (questions.AUTH_SERVERS,),
        before=_value(record),
        after=after,
        undo=deed.command,
        risk=Risk.REVERSIBLE,
        consent=None,
        **arguments,
    )


def _changed_since(deed: Deed, expected: str, record: AuthServerRecord | None) -> Verdict:
    observed = "Absent" if record is None else record.auth_metadata_url or record.realm
    return Verdict((finding("undo.changed-since", deed.target, expected=expected, observed=observed),))


def _value(record: AuthServerRecord) -> dict[str, Json]:
    return {
        "name": record.name,
        "type": record.type,
        "realm": record.realm,
        "enabled": record.enabled,
        "auth_metadata_url": record.auth_metadata_url,
    }


def _same(one: str, other: object) -> bool:
    return one.strip().rstrip("/").lower() == str(other or "").strip().rstrip("/").lower()
