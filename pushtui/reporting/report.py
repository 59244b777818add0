"""The whole check as one document, for a ticket: what is so, what is wrong, what would be changed, and who said so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pushtui.base.commands import Json
from pushtui.base.values import replace
from pushtui.base.words import _
from pushtui.engine.expected import absence
from pushtui.engine.snapshot import Snapshot
from pushtui.procedure import explain
from pushtui.procedure.model import (
    Action,
    Ask,
    Change,
    Discovery,
    Evidence,
    FileRead,
    Finding,
    GraphRead,
    GraphWrite,
    Query,
    Severity,
    StepId,
    Trial,
    Wait,
    WindowsRead,
)
from pushtui.procedure.overview import Overview, Source
from pushtui.reporting import causes, drawing, inventory, key_table, report_tables, sentences, step_lines, values
from pushtui.reporting.document import document, overall
from pushtui.reporting.filling import observed_text, value_text
from pushtui.reporting.inventory import TONES
from pushtui.reporting.pages import Block, Bullets, Cell, Code, Heading, Point, Points, Prose, Table, Tone
from pushtui.reporting.requests import command_text

_READS = 4
"""How many reads are named with a finding; all of them are in the table at the end."""


def blocks(snapshot: Snapshot) -> list[Block]:
    """The report. Nothing is asked for it; what was not checked says so."""
    overview = snapshot.overview()
    return [
        *_head(snapshot, overview),
        *_notices(),
        *_chain(snapshot),
        *_wrong(snapshot),
        *report_tables.servers(overview),
        *(block for number, step in enumerate(snapshot.reports, 1) for block in _step(number, step, snapshot)),
        *_changes(snapshot),
        *report_tables.certificates(overview),
        *report_tables.keys(overview),
        *report_tables.auth_servers(overview),
        *_sources(overview),
    ]


def report_json(snapshot: Snapshot) -> str:
    """The document of ``check --json``, with everything else that the report says."""
    overview, (started, finished) = snapshot.overview(), snapshot.span
    more: dict[str, Json] = {
        "version": snapshot.version,
        "tenant": snapshot.profile.tenant_domain,
        "tenant_id": overview.tenant_id or None,
        "exchange": snapshot.profile.exchange.server,
        "environment": snapshot.profile.environment,
        "accounts": dict(snapshot.accounts),
        "notices": list(sentences.notices()),
        "servers": [inventory.server_json(view) for view in overview.servers],
        "certificates": [inventory.certificate_json(view) for view in overview.certificates],
        "keys": [key_table.key_json(key) for key in overview.keys],
        "auth_servers": [
            inventory.auth_server_json(record, counted=record.name == overview.counted_auth_server)
            for record in overview.auth_servers
        ],
        "sources": [_source_json(source) for source in overview.sources],
    }
    return document(
        "report",
        snapshot.profile,
        snapshot.reports,
        tuple(snapshot.reports),
        started=started,
        finished=finished,
        more=more,
    )


# --- what it is about ------------------------------------------------------------------------------------------------


def _head(snapshot: Snapshot, overview: Overview) -> Iterable[Block]:
    profile, status = snapshot.profile, overall(list(snapshot.reports.values()))
    names = {"tenant": profile.tenant_domain or "?", "status": sentences.status_word(status)}
    yield Heading(_("Trust check of {tenant}: {status}").format(**names), 1)
    first, last = snapshot.span
    rows: list[tuple[str | Cell, ...]] = [
        (_("Status"), Cell(sentences.status_word(status), drawing.TONES.get(status, Tone.MUTED))),
        (_("Tenant domain"), profile.tenant_domain or "?"),
        (_("Tenant id"), overview.tenant_id or _("not known")),
        (_("Exchange server"), profile.exchange.server or "?"),
        (_("Environment"), _("lab (simulated)") if profile.environment == "lab" else _("production")),
        *((side_name(side), account) for side, account in snapshot.accounts.items()),
        (_("Read"), _("{first} to {last}").format(first=_second(first), last=_second(last))),
        (_("Made by"), f"pushtui {snapshot.version}"),
    ]
    yield Table((), tuple(rows))


def side_name(side: str) -> str:
    """As whom we are signed in where."""
    return {
        "exchange": _("Account on Exchange"),
        "windows": _("Account on Windows"),
        "entra": _("Account in the tenant"),
    }.get(side, side)


def _notices() -> Iterable[Block]:
    yield Heading(_("Read this first"))
    yield Bullets(sentences.notices())


# --- the chain and its links -----------------------------------------------------------------------------------------


def _chain(snapshot: Snapshot) -> Iterable[Block]:
    yield Heading(_("The trust chain"))
    yield drawing.chain(snapshot.reports)
    rows = tuple(
        (
            f"{number}. {sentences.title(step)}",
            Cell(sentences.status_word(report.status), drawing.TONES.get(report.status, Tone.MUTED)),
            step_lines.summary(report),
        )
        for number, (step, report) in enumerate(snapshot.reports.items(), 1)
    )
    yield Table((_("Link"), _("Status"), _("What was found")), rows)


def _wrong(snapshot: Snapshot) -> Iterable[Block]:
    """Root causes first, and below each what follows from it."""
    found = list(snapshot.findings)
    roots = [root for root, _following in causes.roots(snapshot.reports, tuple(snapshot.reports))]
    if roots:
        yield Heading(_("What is wrong, root causes first"))
        yield Points(tuple(_cause(root, found, frozenset()) for root in roots))


def _cause(finding: Finding, found: Sequence[Finding], above: frozenset[tuple[str, str]]) -> Point:
    """A finding with what it explains below it; `above` are those that it is a consequence of."""
    path = above | {(finding.code, finding.subject)}
    below = [each for each in explain.consequences(finding, found) if (each.code, each.subject) not in path]
    return replace(_point(finding), points=tuple(_cause(each, found, path) for each in below))


def _step(number: int, step: StepId, snapshot: Snapshot) -> Iterable[Block]:
    """One link: its causes, what follows from each under it, and for what has its cause in another link, which."""
    report = snapshot.reports[step]
    word = sentences.status_word(report.status)
    yield Heading(f"{number}. {sentences.title(report.id)}: {word}")
    if report.at is not None:
        yield Prose(_("Checked {time}.").format(time=_second(report.at)), Tone.MUTED)
    if report.findings:
        tops = causes.gravest_first(causes.branches(report, snapshot.reports))
        yield Points(tuple(map(_branch, tops)))
    else:
        yield Prose(step_lines.summary(report))


def _branch(branch: causes.Branch) -> Point:
    return replace(_point(branch.finding, branch.elsewhere), points=tuple(map(_branch, branch.under)))


def _point(finding: Finding, elsewhere: Sequence[Finding] = ()) -> Point:
    """A finding with its values, what explains it in another step, and what to do."""
    text, remedy = sentences.finding_text(finding), sentences.remedy(finding)
    details: list[tuple[str, str]] = []
    if finding.severity is not Severity.OK:
        for name, value in ((_("expected"), value_text(finding.expected)), (_("observed"), observed_text(finding))):
            if value and value not in text:
                details.append((name, value))
    details += [(_("because"), sentences.cause_text(cause)) for cause in elsewhere]
    if why := sentences.why(finding):
        details.append((_("why"), why))
    if finding.severity is not Severity.OK:
        details += [(_("evidence"), _evidence(item)) for item in finding.evidence[:_READS]]
        if (left := len(finding.evidence) - _READS) > 0:
            details.append((_("evidence"), _("and {count} more").format(count=left)))
    if remedy:
        details.append((_("what to do"), remedy))
    commands = tuple(
        (_("on {server}:").format(server=where) if where else _("in the Exchange Management Shell:"), "\n".join(lines))
        for where, lines in sentences.commands(finding)
    )
    return Point(
        sentences.severity_word(finding.severity), text, TONES[finding.severity], tuple(details), commands=commands
    )


def _evidence(item: Evidence) -> str:
    """What was read, who said it, and when."""
    if item.at is None:
        return _("{read} ({source})").format(read=item.read, source=item.source or "-")
    return _("{read} ({source}, {time})").format(read=item.read, source=item.source or "-", time=_second(item.at))


# --- what would be changed -------------------------------------------------------------------------------------------


def _changes(snapshot: Snapshot) -> Iterable[Block]:
    actions = [action for report in snapshot.reports.values() for action in report.actions]
    yield Heading(_("What applying would do"))
    if not actions:
        yield Prose(_("Nothing, as far as is known."))
    for number, action in enumerate(actions, 1):
        yield Heading(f"{number}. {sentences.action_title(action)}", 3)
        yield from _action(action)


def _action(action: Action) -> Iterable[Block]:
    match action:
        case Change():
            yield Code(_command(action))
            rows = tuple(values.rows(action.target, action.before, action.after))
            if rows:
                yield Table((_("What"), _("Before"), _("After")), rows)
            yield Bullets(tuple(f"{name}: {value}" for name, value in _notes(action)))
        case Ask(command=command, where=where):
            yield Prose(_("A person does this on {where}:").format(where=where))
            yield Code(command)
        case Wait(seconds=seconds):
            yield Prose(_("Takes up to {seconds:.0f} s.").format(seconds=seconds))
        case Trial(query=query):
            yield Prose(_("A trial: it changes nothing."))
            if query is not None:
                yield Code(query.cmdlet.text)


def _command(change: Change) -> str:
    """The command word for word; a request with its body, which holds certificates and no secret."""
    command = change.command
    if not isinstance(command, GraphWrite) or not command.request.body:
        return command_text(command)
    return f"{command.text}\n{json.dumps(json.loads(command.request.body), indent=2)}"


def _notes(change: Change) -> Iterable[tuple[str, str]]:
    yield _("object"), change.target
    yield _("risk"), sentences.risk_of(change)
    if change.consent is not None:
        yield _("consent"), f"--accept {change.consent.value}. {sentences.consent_text(change.consent)}"
    yield _("takes it back"), sentences.undo_text(change)


# --- who said so -----------------------------------------------------------------------------------------------------


def _sources(overview: Overview) -> Iterable[Block]:
    yield Heading(_("What was asked, and when"))
    if not overview.sources:
        yield Prose(_("Nothing was asked yet."))
        return
    rows = tuple(
        (
            _second(source.answer.at),
            source.answer.source or "-",
            question(source.query),
            f"{source.answer.seconds:.1f} s",
            _answered(source),
        )
        for source in overview.sources
    )
    yield Table((_("Answered"), _("Asked of"), _("Question"), _("Took"), _("Answer")), rows)


def question(query: Query) -> str:
    """A query as it was sent, in a line."""
    match query:
        case GraphRead(request):
            return request.text
        case Discovery(domain):
            return _("OpenID configuration of {domain}").format(domain=domain or "?")
        case FileRead(path):
            return _("file {path}").format(path=path)
        case WindowsRead(cmdlet, server):
            return _("{command} (Windows, {server})").format(command=cmdlet.text, server=server)
        case _:
            return query.cmdlet.text


def _answered(source: Source) -> Cell:
    answer = source.answer
    if answer.failure is not None:
        usual = absence(f"{answer.failure.what} [{answer.failure.identifier}")
        return Cell(usual or sentences.failure_text(answer.failure), Tone.PLAIN if usual else Tone.BAD)
    count = len(answer.objects)
    return Cell(_("one object") if count == 1 else _("{count} objects").format(count=count))


def _source_json(source: Source) -> Json:
    answer = source.answer
    return {
        "question": question(source.query),
        "source": answer.source,
        "at": answer.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "seconds": round(answer.seconds, 3),
        "objects": len(answer.objects),
        "failure": sentences.failure_text(answer.failure) if answer.failure else None,
    }


def _second(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
