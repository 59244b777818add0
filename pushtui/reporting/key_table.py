"""The service principal's keys, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.procedure.keys import Key, Owner

_OWNERS = {
    Owner.CURRENT: N_("current certificate of this organization"),
    Owner.NEXT: N_("next certificate of this organization"),
    Owner.PREVIOUS: N_("previous certificate of this organization"),
    Owner.NONE: N_("not of this organization"),
    Owner.UNKNOWN: N_("whose it is could not be found out"),
}


def owner_text(owner: Owner) -> str:
    return _(_OWNERS[owner])


def dates(key: Key) -> str:
    """From when until when it counts, and whether that is over."""
    text = _("{start} to {end}").format(
        start=f"{key.start:%Y-%m-%d}" if key.start else "?", end=f"{key.end:%Y-%m-%d}" if key.end else "?"
    )
    return _("{dates}, EXPIRED").format(dates=text) if key.expired else text


def keys_text(keys: Sequence[Key]) -> str:
    """Six lines a key, none wider than 80 columns but what the tenant made longer."""
    lines: list[str] = []
    for number, key in enumerate(keys, 1):
        lines += [
            f"{number:>3}. {clean_line(key.subject) or _('(no certificate)')}",
            f"     {owner_text(key.owner)}",
            f"     {dates(key)}",
            "     " + _("name        {name}").format(name=clean_line(key.display_name) or "-"),
            "     " + _("thumbprint  {value}").format(value=clean_line(key.thumbprint) or "-"),
            f"     SHA-256     {key.sha256 or '-'}",
        ]
    return "".join(f"{line}\n" for line in lines)


def key_json(key: Key) -> dict[str, Json]:
    """Stable names; dates in ISO 8601, UTC."""
    return {
        "subject": key.subject,
        "thumbprint": key.thumbprint,
        "sha256": key.sha256,
        "display_name": key.display_name,
        "key_id": key.key_id,
        "start": key.start.isoformat() if key.start else None,
        "end": key.end.isoformat() if key.end else None,
        "expired": key.expired,
        "owner": key.owner.value,
    }
