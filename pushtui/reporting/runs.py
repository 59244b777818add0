"""Runs for people and for tickets: a list, and one run as a document or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.engine.action_encoding import finding_from
from pushtui.engine.runs import Run, Sent
from pushtui.procedure.model import Risk, StepId
from pushtui.profile import Profile
from pushtui.reporting import sentences, values
from pushtui.reporting.pages import Block, Bullets, Code, Heading, Table

SCHEMA = 1

_RESULTS = {
    "done": N_("done"),
    "failed": N_("not made"),
    "unknown": N_("outcome unknown"),
    "": N_("interrupted, outcome unknown"),
}


def outcome(run: Run, *, running: bool = False) -> str:
    """How the run came out, as a word: `running`, `interrupted`, `cancelled`, `failed`, `unknown` or `done`."""
    results = {change.result for change in run.changes}
    if run.ended is None:
        return "running" if running else "interrupted"
    if run.cancelled:
        return "cancelled"
    if "error" in run.end or "failed" in results:
        return "failed"
    return "unknown" if results & {"unknown", ""} else "done"


_OUTCOMES = {
    "running": N_("running now"),
    "interrupted": N_("interrupted"),
    "cancelled": N_("cancelled"),
    "failed": N_("not all done"),
    "unknown": N_("outcome unknown"),
    "done": N_("done"),
}


def outcome_word(run: Run, *, running: bool = False) -> str:
    return _(_OUTCOMES[outcome(run, running=running)])


def account(run: Run) -> str:
    """As whom the two sides were changed."""
    named = run.header.get("accounts")
    known = [str(name) for name in (named.values() if isinstance(named, dict) else ()) if name]
    known += [change.account for change in run.changes if change.account]
    return clean_line(", ".join(dict.fromkeys(known))) or "?"


def person(run: Run) -> str:
    """Who sat there, and from where."""
    who = run.who
    text = str(who.get("user") or "?")
    if who.get("sudo_user"):
        text += " " + _("(sudo by {user})").format(user=who["sudo_user"])
    if who.get("ssh_client"):
        text += " " + _("from {address}").format(address=who["ssh_client"])
    if who.get("host"):
        text += " " + _("on {host}").format(host=who["host"])
    return clean_line(text)


def purpose(run: Run) -> str:
    """What the run was for, in a few words."""
    if run.undoes:
        return _("took back {run}").format(run=clean_line(run.undoes))
    if run.resumes:
        return _("went on with {run}").format(run=clean_line(run.resumes))
    return _("applied") if run.operation == "trust" else clean_line(run.operation)


def title(change: Sent) -> str:
    return sentences.sent_title(change.id, change.target, change.arguments)


def result_word(change: Sent) -> str:
    return _(_RESULTS.get(change.result, change.result))


# --- the list --------------------------------------------------------------------------------------------------------


def listing(runs: Sequence[Run], *, busy: bool) -> str:
    """The runs, numbered, with a line for each change below; `busy`: the last one is being run right now."""
    if not runs:
        return _("No run has changed anything here yet.") + "\n"
    lines: list[str] = []
    for number, run in enumerate(runs, 1):
        running = busy and run is runs[-1]
        lines.append(f"{number:>3}. {run.id}  {_minute(run.started)}  {outcome_word(run, running=running)}")
        about = _("{purpose} by {person}, as {account}")
        lines.append("     " + about.format(purpose=purpose(run), person=person(run), account=account(run)))
        lines += [f"     - {title(change)}: {result_word(change)}" for change in run.changes]
    return "\n".join(lines) + "\n"


def listing_json(profile: Profile, runs: Sequence[Run], *, busy: bool) -> str:
    """The document of ``runs --json``."""
    entries: list[Json] = [_summary(run, running=busy and run is runs[-1]) for run in runs]
    return _dumped({"schema": SCHEMA, "command": "runs", "profile": str(profile.path), "runs": entries})


def run_json(run: Run) -> str:
    """The document of ``runs show RUN --json``."""
    value = _summary(run, running=False)
    value["changes"] = [_change(change) for change in run.changes]
    value["other"] = [dict(entry) for entry in run.others]
    return _dumped({"schema": SCHEMA, "command": "runs show", "run": value})


def _summary(run: Run, *, running: bool) -> dict[str, Json]:
    return {
        "id": run.id,
        "started": run.started.astimezone(UTC).isoformat(),
        "ended": run.ended.astimezone(UTC).isoformat() if run.ended else None,
        "outcome": outcome(run, running=running),
        "interrupted": run.ended is None and not running,
        "course": run.operation,
        "undoes": run.undoes or None,
        "resumes": run.resumes or None,
        "who": dict(run.who),
        "account": account(run),
        "exchange": str(run.header.get("exchange") or ""),
        "tenant": str(run.header.get("tenant") or ""),
        "tenant_id": str(run.header.get("tenant_id") or ""),
        "reviewed": str(run.header.get("reviewed") or "") or None,
        "version": str(run.header.get("version") or ""),
        "journal": str(run.path),
        "changes": [
            {"id": change.id, "target": change.target, "title": title(change), "result": change.result or None}
            for change in run.changes
        ],
        "statuses": dict(run.statuses),
    }


def _change(change: Sent) -> Json:
    return {
        "id": change.id,
        "step": change.step,
        "target": change.target,
        "title": title(change),
        "at": change.at.astimezone(UTC).isoformat(),
        "read": change.read.astimezone(UTC).isoformat() if change.read else None,
        "finished": change.finished.astimezone(UTC).isoformat() if change.finished else None,
        "account": change.account,
        "command": change.text,
        "before": change.before,
        "after": change.after,
        "risk": change.risk,
        "consent": change.consent or None,
        "undo": change.undo_text or None,
        "result": change.result or None,
        "failure": change.failure or None,
        "backup": dict(change.backup) or None,
    }


# --- one run as a document -------------------------------------------------------------------------------------------


def blocks(run: Run) -> list[Block]:
    """The report: a table of who, when and where, a section for each change, and what was proven."""
    result: list[Block] = [Heading(heading(run), 1), Table((), tuple(facts(run)))]
    for number, change in enumerate(run.changes, 1):
        result += [
            Heading(f"{number}. {title(change)}: {result_word(change)}"),
            Code(change.text),
            Table((_("What"), _("Before"), _("After")), tuple(values.rows(change.target, change.before, change.after))),
            Bullets(tuple(f"{name}: {value}" for name, value in notes(change))),
        ]
    told = tuple(noticed(run))
    if told:
        result += [Heading(_("Noticed")), Bullets(told)]
    proven = tuple(proofs(run))
    if proven:
        result += [Heading(_("Proven")), Bullets(proven)]
    if run.statuses:
        result += [Heading(_("The steps at the end")), Table((), tuple(final(run)))]
    return result


def heading(run: Run) -> str:
    return _("pushtui run {run}: {outcome}").format(run=run.id, outcome=outcome_word(run))


def facts(run: Run) -> Iterable[tuple[str, str]]:
    """Who, when, where, as what."""
    yield _("Purpose"), purpose(run)
    yield _("Started"), _second(run.started)
    yield _("Ended"), _second(run.ended) if run.ended else _("never: it was interrupted")
    yield _("By"), person(run)
    yield _("Accounts"), account(run)
    yield _("Exchange"), str(run.header.get("exchange") or "?")
    yield _("Tenant"), " ".join(filter(None, (str(run.header.get("tenant") or "?"), run.header.get("tenant_id"))))
    if consents := run.header.get("consents"):
        yield _("Consents"), ", ".join(map(str, consents if isinstance(consents, list) else ()))
    if run.header.get("reviewed"):
        yield _("Reviewed plan"), _("SHA-256 {digest}").format(digest=run.header["reviewed"])
    yield _("Environment"), str(run.header.get("environment") or "?")
    yield _("pushtui"), str(run.header.get("version") or "?")
    yield _("Journal"), str(run.path)
    if run.end.get("error"):
        yield _("Stopped by"), str(run.end["error"])


def notes(change: Sent) -> Iterable[tuple[str, str]]:
    """What else there is to say about a change."""
    yield _("object"), change.target
    if change.read is not None:
        yield _("read"), _second(change.read)
    yield _("sent"), _second(change.at)
    if change.finished is not None:
        yield _("outcome known"), _second(change.finished)
    if change.account:
        yield _("as"), change.account
    if change.risk in set(Risk):
        yield _("risk"), sentences.risk_text(Risk(change.risk))
    if change.consent:
        yield _("consent"), change.consent
    yield _("takes it back"), change.undo_text or _("nothing")
    if change.failure:
        yield _("failure"), change.failure
    if change.backup:
        yield _("backup"), f"{change.backup.get('file', '?')} (SHA-256 {change.backup.get('sha256', '?')})"


def proofs(run: Run) -> Iterable[str]:
    """The outcomes of the probe and of the test message."""
    for entry in run.others:
        if entry.get("kind") != "trial":
            continue
        objects = entry.get("objects")
        first = objects[0] if isinstance(objects, list) and objects and isinstance(objects[0], dict) else {}
        said = first.get("ResultType") or first.get("reply") or entry.get("failure") or _("no answer")
        yield f"{entry.get('trial')}: {said} ({entry.get('at')})"


def noticed(run: Run) -> Iterable[str]:
    """What others did meanwhile, what a person said to have done, and what is to be known about the steps."""
    for entry in run.others:
        match entry:
            case {"kind": "meanwhile", "planned": {"keys": list(planned)}, "before": {"keys": list(found)}}:
                words = _(
                    "Someone else changed the list of keys after the plan was made, and theirs was kept: added {added};"
                    " removed {removed}"
                )
                added, removed = (
                    [key for key in found if key not in planned],
                    [key for key in planned if key not in found],
                )
                yield words.format(added=values.shown(added), removed=values.shown(removed))
            case {"kind": "done", "what": "ask", "where": where, "command": command}:
                yield _("A person said that this was done on {where}: {command}").format(where=where, command=command)
            case {"kind": "found", "findings": list(found)}:
                yield from (text for text in map(_finding_text, found) if text)


def _finding_text(value: object) -> str:
    """A finding as a journal has it; empty for one that this version does not understand."""
    try:
        return sentences.finding_text(finding_from(value)) if isinstance(value, dict) else ""
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def final(run: Run) -> Iterable[tuple[str, str]]:
    """The steps as they stood when the run ended."""
    for name, status in run.statuses.items():
        yield sentences.title(StepId(name)) if name in set(StepId) else name, str(status)


def _minute(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _second(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _dumped(value: dict[str, Json]) -> str:
    return json.dumps(value, indent=2) + "\n"
