"""The organization's servers, certificates and keys as tables, and each of them in full. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.keys import Key
from pushtui.procedure.model import Finding, Severity
from pushtui.procedure.overview import CertificateView, Overview, ServerView, Use
from pushtui.reporting import inventory, key_table, sentences
from pushtui.reporting.pages import Cell, Tone
from pushtui.tui.paragraphs import BLANK, Block, Columns, Paragraph, text
from pushtui.tui.symbols import SEVERITY_INK, Symbols
from pushtui.tui.tables import Column, Table
from pushtui.tui.widgets.inked import width_of

T = TypeVar("T")

INK = {Tone.PLAIN: "plain", Tone.OK: "ok", Tone.WARNING: "warning", Tone.BAD: "error", Tone.MUTED: "muted"}
_GRAVITY = tuple(Severity)
_LABEL = 22


@frozen
class Sheet:
    """One table of the view, and what each of its rows is in full."""

    title: str
    table: Table
    details: tuple[list[Block], ...]


def sheets(overview: Overview, symbols: Symbols) -> tuple[Sheet, ...]:
    """Servers, certificates and keys; problems first."""
    return _servers(overview, symbols), _certificates(overview, symbols), _keys(overview)


def _column(
    title: str,
    items: Sequence[T],
    make: Callable[[T], Cell],
    least: int,
    order: Callable[[T], object] | None = None,
) -> Column:
    return Column(
        title, tuple(make(item) for item in items), tuple(order(item) for item in items) if order else (), least
    )


def _servers(overview: Overview, symbols: Symbols) -> Sheet:
    views = overview.servers
    word = max(width_of(sentences.severity_word(each)) for each in Severity)
    columns = (
        _column(_("Server"), views, lambda view: Cell(view.fqdn), 18),
        _column(_("Found"), views, inventory.verdict_cell, word, lambda view: -_GRAVITY.index(view.severity)),
        _column(_("Auth certificate"), views, lambda view: inventory.presence_cell(view, Use.CURRENT), 16),
        _column(_("Version"), views, _version, 12, _build),
        _column(_("Site"), views, lambda view: Cell(view.site or "-"), 8),
        _column(_("Push proxy"), views, inventory.component_cell, 10),
        _column(_("Services"), views, inventory.services_cell, 10),
        _column(_("Health"), views, inventory.health_cell, 8),
        _column(_("Next certificate"), views, lambda view: inventory.presence_cell(view, Use.NEXT), 16),
        _column(_("Roles"), views, lambda view: Cell(", ".join(view.roles) or "-"), 8),
    )
    details = tuple(_server(view, overview, symbols) for view in views)
    title = _("Servers: {count}").format(count=len(views))
    return Sheet(title, Table(columns, tuple(view.fqdn for view in views)), details)


def _version(view: ServerView) -> Cell:
    """Without the words that all have in common."""
    name = view.product.removeprefix("Exchange Server ").removeprefix("Exchange ")
    return Cell(name, inventory.version_cell(view).tone)


def _build(view: ServerView) -> object:
    return tuple(int(part) for part in view.build.split(".") if part.isdigit())


def _server(view: ServerView, overview: Overview, symbols: Symbols) -> list[Block]:
    rows = [
        (_("version"), inventory.version_cell(view)),
        (_("site"), Cell(view.site or "-")),
        (_("roles"), Cell(", ".join(view.roles) or "-")),
        (_("edition"), Cell(view.edition or "-")),
        (_("current certificate"), inventory.presence_cell(view, Use.CURRENT)),
        (_("next certificate"), inventory.presence_cell(view, Use.NEXT)),
        (_("previous certificate"), inventory.presence_cell(view, Use.PREVIOUS)),
        (_("push proxy component"), inventory.component_cell(view)),
        (_("services"), inventory.services_cell(view)),
        (_("health"), inventory.health_cell(view)),
    ]
    if view.web_proxy:
        rows.append((_("web proxy"), Cell(view.web_proxy)))
    if view.executing:
        rows.append((_("commands run here"), Cell(_("yes"))))
    if view.failure is not None:
        rows.append((_("not read"), Cell(sentences.failure_text(view.failure), Tone.BAD)))
    blocks: list[Block] = [Paragraph(text(view.fqdn, "heading")), *_rows(rows), *_findings(view.findings, symbols)]
    for record in view.certificates:
        blocks += [
            BLANK,
            Paragraph(text(record.subject, "strong")),
            *_rows(
                [
                    (_("SHA-1"), Cell(record.sha1_thumbprint)),
                    (_("dates"), inventory.end_cell(record, overview.now)),
                    (_("services"), Cell(", ".join(sorted(record.services or ())) or "-")),
                ]
            ),
        ]
    return blocks


def _certificates(overview: Overview, symbols: Symbols) -> Sheet:
    views = overview.certificates

    def subject(view: CertificateView) -> Cell:
        return Cell(view.record.subject) if view.record else Cell(_("(named by AuthConfig)"), Tone.BAD)

    columns = (
        _column(_("Certificate"), views, subject, 24),
        _column(_("Use"), views, inventory.uses_cell, 10),
        _column(
            _("Ends"),
            views,
            lambda view: _end(view, overview),
            10,
            lambda view: view.record.not_after.timestamp() if view.record else 0.0,
        ),
        _column(_("Thumbprint"), views, lambda view: Cell(view.thumbprint), 16),
        _column(_("In the tenant"), views, lambda view: Cell(_("yes") if view.key else _("no")), 6),
        _column(_("Where"), views, lambda view: inventory.where_cell(view, overview), 16),
        _column(_("Key"), views, lambda view: Cell(inventory.key_text(view.record)), 8),
    )
    details = tuple(_certificate(view, overview, symbols) for view in views)
    title = _("Certificates: {count}").format(count=len(views))
    return Sheet(title, Table(columns, tuple(view.thumbprint for view in views)), details)


def _end(view: CertificateView, overview: Overview) -> Cell:
    tone = inventory.end_cell(view.record, overview.now).tone
    return Cell(inventory.day(view.record.not_after) if view.record else "?", tone)


def _certificate(view: CertificateView, overview: Overview, symbols: Symbols) -> list[Block]:
    name = view.record.subject if view.record else view.thumbprint
    rows = list(inventory.certificate_facts(view, overview))
    return [Paragraph(text(name, "heading")), *_rows(rows), *_findings(view.findings, symbols)]


def _keys(overview: Overview) -> Sheet:
    keys = overview.keys
    columns = (
        _column(_("Key"), keys, lambda key: Cell(key.subject or _("(no certificate)")), 16),
        _column(_("Whose"), keys, lambda key: Cell(key_table.owner_text(key.owner)), 14),
        _column(
            _("Dates"),
            keys,
            lambda key: Cell(key_table.dates(key), Tone.BAD if key.expired else Tone.PLAIN),
            24,
            lambda key: key.end.timestamp() if key.end else 0.0,
        ),
        _column(_("Thumbprint"), keys, lambda key: Cell(key.thumbprint or "-"), 12),
        _column(_("Name"), keys, lambda key: Cell(key.display_name or "-"), 8),
    )
    title = _("Keys in the tenant: {count}").format(count=len(keys))
    return Sheet(title, Table(columns, tuple(key.sha256 for key in keys)), tuple(_key(key, overview) for key in keys))


def _key(key: Key, overview: Overview) -> list[Block]:
    where = [view for view in overview.certificates if view.thumbprint and view.thumbprint == key.thumbprint]
    servers = ", ".join(server for view in where for server in sorted(view.copies))
    rows = [
        (_("whose"), Cell(key_table.owner_text(key.owner))),
        (_("dates"), Cell(key_table.dates(key), Tone.BAD if key.expired else Tone.PLAIN)),
        (_("name"), Cell(key.display_name or "-")),
        (_("SHA-1"), Cell(key.thumbprint or "-")),
        ("SHA-256", Cell(key.sha256 or _("(Graph left the key out)"))),
        (_("key id"), Cell(key.key_id or "-")),
        (_("certificate is on"), Cell(servers or _("no server that answered"))),
    ]
    return [Paragraph(text(key.subject or _("(no certificate)"), "heading")), *_rows(rows)]


def _rows(rows: Iterable[tuple[str, Cell]]) -> list[Block]:
    return [
        Columns((text(label, "muted"), text(cell.text, INK[cell.tone])), (_LABEL, 0), indent=2, gap=1)
        for label, cell in rows
    ]


def _findings(findings: Sequence[Finding], symbols: Symbols) -> list[Block]:
    blocks: list[Block] = [BLANK] if findings else []
    for finding in findings:
        lead = ((f"{symbols.severity[finding.severity]} ", SEVERITY_INK[finding.severity]),)
        blocks.append(Paragraph(text(sentences.finding_text(finding)), lead=lead))
        if remedy := sentences.remedy(finding):
            blocks.append(Paragraph(text(remedy, "strong"), lead=((f"  {symbols.arrow} ", "accent"),)))
    return blocks
