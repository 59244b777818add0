"""Servers, certificates and keys in words: cells for tables on paper and on screen, and stable names for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.procedure.model import Severity
from pushtui.procedure.overview import HEALTHY, CertificateView, Overview, Presence, ServerView, Use
from pushtui.procedure.records import AuthServerRecord, CertificateRecord
from pushtui.reporting import sentences
from pushtui.reporting.pages import Cell, Tone

SOON = timedelta(days=60)
"""Before its end a certificate is shown as ending soon, as Microsoft's own health check does."""

TONES = {
    Severity.OK: Tone.OK,
    Severity.NOTE: Tone.PLAIN,
    Severity.WARNING: Tone.WARNING,
    Severity.SKIPPED: Tone.MUTED,
    Severity.UNKNOWN: Tone.MUTED,
    Severity.WAITING: Tone.WARNING,
    Severity.CHANGE: Tone.WARNING,
    Severity.BLOCKED: Tone.MUTED,
    Severity.ATTENTION: Tone.BAD,
    Severity.FAILURE: Tone.BAD,
}

_PRESENCE = {
    Presence.HELD: Tone.OK,
    Presence.WITHOUT_KEY: Tone.BAD,
    Presence.ABSENT: Tone.BAD,
    Presence.UNKNOWN: Tone.WARNING,
    Presence.NONE: Tone.MUTED,
}


def presence_word(presence: Presence) -> str:
    return {
        Presence.HELD: _("there"),
        Presence.WITHOUT_KEY: _("without its private key"),
        Presence.ABSENT: _("missing"),
        Presence.UNKNOWN: _("not known"),
        Presence.NONE: "-",
    }[presence]


def use_word(use: Use) -> str:
    """What AuthConfig calls a certificate."""
    return {Use.CURRENT: _("current"), Use.NEXT: _("next"), Use.PREVIOUS: _("previous")}[use]


# --- servers ---------------------------------------------------------------------------------------------------------


def presence_cell(view: ServerView, use: Use) -> Cell:
    """Whether the server has the certificate that AuthConfig names so."""
    presence = view.presence[use]
    return Cell(presence_word(presence), _PRESENCE[presence])


def version_cell(view: ServerView) -> Cell:
    """The version by name and by number, and since when it is out of support."""
    words = f"{clean_line(view.product)} ({view.build})"
    if view.support_ended is None:
        return Cell(words)
    ended = _("{version}, out of support since {date}")
    return Cell(ended.format(version=words, date=view.support_ended.isoformat()), Tone.WARNING)


def states_cell(states: Mapping[str, str], good: str) -> Cell:
    """Components, services or health sets: in short where all are well, else what those are that are not, by name."""
    if not states:
        return Cell(_("not read"), Tone.MUTED)
    bad = {name: state for name, state in states.items() if state.lower() != good.lower()}
    if not bad:
        return Cell(clean_line(good), Tone.OK)
    return Cell(clean_line(", ".join(f"{state}: {name}" for name, state in sorted(bad.items()))), Tone.BAD)


def component_cell(view: ServerView) -> Cell:
    return states_cell(view.components, "Active")


def services_cell(view: ServerView) -> Cell:
    return states_cell(view.services, "Running")


def health_cell(view: ServerView) -> Cell:
    return states_cell(view.health, HEALTHY)


def verdict_cell(view: ServerView) -> Cell:
    """What the steps concluded: how many findings that are more than a note."""
    grave = [item for item in view.findings if item.severity not in {Severity.OK, Severity.NOTE}]
    if not grave:
        return Cell(_("ok") if view.findings else "-", Tone.OK if view.findings else Tone.MUTED)
    return Cell(sentences.severity_word(view.severity), TONES[view.severity])


def server_json(view: ServerView) -> dict[str, Json]:
    return {
        "fqdn": view.fqdn,
        "version": view.product,
        "build": view.build,
        "site": view.site,
        "roles": list(view.roles),
        "edition": view.edition,
        "web_proxy": view.web_proxy,
        "executing": view.executing,
        "takes_part": view.takes_part,
        "support_ended": view.support_ended.isoformat() if view.support_ended else None,
        "auth_certificate": {use.value: presence.value for use, presence in view.presence.items()},
        "certificates": [record.sha1_thumbprint for record in view.certificates],
        "components": dict(view.components),
        "services": dict(view.services),
        "health": dict(view.health),
        "unreadable": sentences.failure_text(view.failure) if view.failure else None,
        "findings": [finding.code for finding in view.findings],
    }


# --- certificates ----------------------------------------------------------------------------------------------------


def uses_cell(view: CertificateView) -> Cell:
    """What the certificate is for: its place in AuthConfig, and the services that it is enabled for."""
    words = [_("Auth certificate ({use})").format(use=use_word(use)) for use in view.uses]
    services = sorted({service for record in view.copies.values() for service in record.services or ()})
    return Cell(clean_line(", ".join([*words, *services])) or "-", Tone.PLAIN if view.uses else Tone.MUTED)


def where_cell(view: CertificateView, overview: Overview) -> Cell:
    """On which servers it is; of an Auth certificate also on how many it is not."""
    if not view.copies:
        return Cell(_("on no server that answered"), Tone.BAD)
    names = clean_line(", ".join(sorted(view.copies)))
    missing = [it for it in overview.servers if it.takes_part and it.failure is None and it.fqdn not in view.copies]
    if Use.CURRENT in view.uses and missing:
        return Cell(_("{servers}; missing on {count}").format(servers=names, count=len(missing)), Tone.BAD)
    return Cell(names)


def end_cell(record: CertificateRecord | None, now: datetime) -> Cell:
    """Its dates."""
    if record is None:
        return Cell(_("not known"), Tone.MUTED)
    words = _("{start} to {end}").format(start=day(record.not_before), end=day(record.not_after))
    if record.not_after <= now:
        return Cell(_("{dates}, EXPIRED").format(dates=words), Tone.BAD)
    if record.not_before > now:
        return Cell(_("{dates}, not yet valid").format(dates=words), Tone.WARNING)
    return Cell(words, Tone.WARNING if record.not_after - now < SOON else Tone.PLAIN)


def key_text(record: CertificateRecord | None) -> str:
    """Kind and size of its key, and what it is signed with."""
    if record is None:
        return _("not known")
    return clean_line(f"{record.key_type or '?'} {record.key_size or '?'}, {record.signature_hash or '?'}")


def certificate_facts(view: CertificateView, overview: Overview) -> Iterable[tuple[str, Cell]]:
    """Everything about a certificate, as names and values."""
    record = view.record
    if record is not None:
        yield _("subject"), Cell(record.subject)
        yield _("issuer"), Cell(record.issuer)
        yield _("DNS names"), Cell(", ".join(record.san) or _("(none)"))
    yield _("AuthConfig"), Cell(", ".join(use_word(use) for use in view.uses) or _("does not name it"))
    yield _("SHA-1"), Cell(view.thumbprint)
    if record is not None:
        yield "SHA-256", Cell(record.sha256)
        yield _("serial number"), Cell(record.serial_number)
        yield _("key identifier"), Cell(record.subject_key_identifier or _("(none)"))
    yield _("key"), Cell(key_text(record))
    yield _("dates"), end_cell(record, overview.now)
    in_tenant = view.key is not None
    yield _("in the tenant"), Cell(_("yes, as a key of the service principal") if in_tenant else _("no"))
    yield from _copies(view)
    for server in overview.servers:
        if view.uses and server.takes_part and server.fqdn not in view.copies:
            word = presence_word(Presence.ABSENT if server.failure is None else Presence.UNKNOWN)
            yield _("on {server}").format(server=server.fqdn), Cell(word, Tone.BAD)


def _copies(view: CertificateView) -> Iterable[tuple[str, Cell]]:
    for server, copy in sorted(view.copies.items()):
        services = ", ".join(sorted(copy.services)) if copy.services else _("no service")
        private = {True: _("with its private key"), False: _("without its private key"), None: _("private key unknown")}
        words = [copy.friendly_name or "-", services, private[copy.has_private_key], copy.status or "-"]
        tone = Tone.BAD if copy.has_private_key is False and view.uses else Tone.PLAIN
        yield _("on {server}").format(server=server), Cell("; ".join(words), tone)


def certificate_json(view: CertificateView) -> dict[str, Json]:
    record = view.record
    copies: dict[str, Json] = {server: _copy_json(copy) for server, copy in sorted(view.copies.items())}
    return {
        "sha1": view.thumbprint,
        "sha256": record.sha256 if record else None,
        "subject": record.subject if record else None,
        "issuer": record.issuer if record else None,
        "dns_names": list(record.san) if record else [],
        "serial_number": record.serial_number if record else None,
        "not_before": record.not_before.isoformat() if record else None,
        "not_after": record.not_after.isoformat() if record else None,
        "key": f"{record.key_type} {record.key_size}" if record else None,
        "signature_hash": record.signature_hash if record else None,
        "uses": [use.value for use in view.uses],
        "in_tenant": view.key is not None,
        "servers": copies,
    }


def _copy_json(copy: CertificateRecord) -> Json:
    services: list[Json] | None = [*sorted(copy.services)] if copy.services is not None else None
    return {
        "friendly_name": copy.friendly_name,
        "services": services,
        "has_private_key": copy.has_private_key,
        "status": copy.status,
    }


# --- auth servers ----------------------------------------------------------------------------------------------------


def auth_server_json(record: AuthServerRecord, *, counted: bool) -> dict[str, Json]:
    return {
        "name": record.name,
        "type": record.type,
        "enabled": record.enabled,
        "realm": record.realm,
        "auth_metadata_url": record.auth_metadata_url,
        "counts": counted,
    }


def day(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d}"
