"""What there is, as tables of a report: servers and what is so on each, certificates, keys, auth servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pushtui.base.words import _
from pushtui.procedure.overview import Overview, Presence, ServerView, Use
from pushtui.reporting import inventory, key_table
from pushtui.reporting.pages import Block, Cell, Heading, Prose, Table, Tone


def servers(overview: Overview) -> Iterable[Block]:
    yield Heading(_("Servers: {count}").format(count=len(overview.servers)))
    if not overview.servers:
        yield Prose(_("No server was read."))
        return
    columns: list[tuple[str, Callable[[ServerView], str | Cell]]] = [
        (_("Server"), lambda view: view.fqdn),
        (_("Version"), inventory.version_cell),
        (_("Site"), lambda view: view.site or "-"),
        (_("Roles"), lambda view: ", ".join(view.roles) or "-"),
        (_("Auth certificate"), lambda view: inventory.presence_cell(view, Use.CURRENT)),
    ]
    if any(view.presence[Use.NEXT] is not Presence.NONE for view in overview.servers):
        columns.append((_("Next one"), lambda view: inventory.presence_cell(view, Use.NEXT)))
    if any(view.web_proxy for view in overview.servers):
        columns.append((_("Web proxy"), lambda view: view.web_proxy or "-"))
    if any(view.components for view in overview.servers):
        columns.append((_("Push proxy component"), inventory.component_cell))
    if any(view.services for view in overview.servers):
        columns.append((_("Services"), inventory.services_cell))
    if any(view.health for view in overview.servers):
        columns.append((_("Health"), inventory.health_cell))
    columns.append((_("Findings"), inventory.verdict_cell))
    rows = tuple(tuple(make(view) for _name, make in columns) for view in overview.servers)
    yield Table(tuple(name for name, _make in columns), rows)


def certificates(overview: Overview) -> Iterable[Block]:
    yield Heading(_("Certificates: {count}").format(count=len(overview.certificates)))
    if not overview.certificates:
        yield Prose(_("No certificate was read."))
        return
    head = (_("Certificate"), _("Use"), _("Thumbprint"), _("Dates"), _("Key"), _("Where"), _("In the tenant"))
    rows = tuple(
        (
            view.record.subject if view.record else _("(named by AuthConfig)"),
            inventory.uses_cell(view),
            view.thumbprint,
            inventory.end_cell(view.record, overview.now),
            inventory.key_text(view.record),
            inventory.where_cell(view, overview),
            _("yes") if view.key is not None else _("no"),
        )
        for view in overview.certificates
    )
    yield Table(head, rows)


def keys(overview: Overview) -> Iterable[Block]:
    yield Heading(_("Keys of the service principal: {count}").format(count=len(overview.keys)))
    if not overview.keys:
        yield Prose(_("It holds no key.") if overview.keys_read else _("The list was not read."))
        return
    head = (_("Key"), _("Whose"), _("Dates"), _("Name"), _("Thumbprint"), "SHA-256")
    rows = tuple(
        (
            key.subject or _("(no certificate)"),
            key_table.owner_text(key.owner),
            Cell(key_table.dates(key), Tone.WARNING if key.expired else Tone.PLAIN),
            key.display_name or "-",
            key.thumbprint or "-",
            key.sha256 or "-",
        )
        for key in overview.keys
    )
    yield Table(head, rows)


def auth_servers(overview: Overview) -> Iterable[Block]:
    if not overview.auth_servers:
        return
    yield Heading(_("Auth servers: {count}").format(count=len(overview.auth_servers)))
    rows = tuple(
        (
            record.name,
            record.type,
            _("yes") if record.enabled else _("no"),
            record.realm or "-",
            record.auth_metadata_url or "-",
            _("yes") if record.name == overview.counted_auth_server else _("no"),
        )
        for record in overview.auth_servers
    )
    yield Table((_("Name"), _("Type"), _("Enabled"), _("Realm"), _("Metadata"), _("Trusts this tenant")), rows)
