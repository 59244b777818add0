"""Words for everything that a person is shown: steps, statuses, findings, actions, and the honest notices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pushtui.base.commands import literal
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.engine.events import Identity
from pushtui.procedure.model import (
    Action,
    Ask,
    Change,
    Command,
    Consent,
    ExchangeWrite,
    Failure,
    FileWrite,
    Finding,
    GraphWrite,
    Risk,
    Severity,
    Status,
    StepId,
    WindowsWrite,
)
from pushtui.reporting.filling import fill, parts_of, value_text

_TITLES = {
    StepId.TENANT: N_("Tenant"),
    StepId.SERVERS: N_("Exchange servers"),
    StepId.CERTIFICATE: N_("Auth certificate"),
    StepId.AUTH_SERVER: N_("Auth server"),
    StepId.SERVICE_PRINCIPAL: N_("Service principal"),
    StepId.PUSH_PROXY: N_("Push proxy"),
    StepId.VERIFICATION: N_("Verification"),
}

_STATUS = {
    Status.UNKNOWN: N_("unknown"),
    Status.CHECKING: N_("checking"),
    Status.OK: N_("ok"),
    Status.CHANGE_NEEDED: N_("change needed"),
    Status.BLOCKED: N_("blocked"),
    Status.APPLYING: N_("applying"),
    Status.WAITING: N_("waiting"),
    Status.ATTENTION: N_("attention"),
    Status.FAILED: N_("failed"),
    Status.CANCELLED: N_("cancelled"),
    Status.SKIPPED: N_("skipped"),
}

_SEVERITY = {
    Severity.OK: N_("ok"),
    Severity.NOTE: N_("note"),
    Severity.WARNING: N_("warning"),
    Severity.SKIPPED: N_("skipped"),
    Severity.UNKNOWN: N_("unknown"),
    Severity.WAITING: N_("waiting"),
    Severity.CHANGE: N_("change"),
    Severity.BLOCKED: N_("blocked"),
    Severity.ATTENTION: N_("attention"),
    Severity.FAILURE: N_("failure"),
}

_RISK = {
    Risk.REVERSIBLE: N_("can be taken back"),
    Risk.ORG_WIDE: N_("concerns the whole organization"),
    Risk.IRREVERSIBLE: N_("cannot be taken back"),
}

_CONSENTS = {
    Consent.SERVICE_PRINCIPAL_KEY: N_(
        "Adding a key to the service principal that all of Exchange Online shares re-opens"
        " the trust that the clean-up for CVE-2025-53786 closes: whoever holds the Auth certificate can then act in the"
        " tenant."
    ),
    Consent.REPLACE_CERTIFICATE: N_(
        "Replacing the Auth certificate concerns the whole organization: OWA and ECP sign-in,"
        " hybrid features and signed serialization depend on it until every server and the tenant know the new one."
    ),
    Consent.BREAK_TRUST: N_(
        "A key that is to be removed belongs to the certificate that this organization signs with, or"
        " will sign with next. Without it the tenant no longer accepts its tokens: push notifications, and whatever"
        " else uses this trust, stop working."
    ),
}

_KEPT = {"0": N_("{text}; it holds no others"), "1": N_("{text}; the key that is there stays")}
"""How many keys stay → how that is said; any other number in the plural."""

_PROPERTIES = {
    "auth_metadata_url": N_("AuthMetadataUrl"),
    "certificates": N_("certificates there"),
    "current": N_("current certificate"),
    "enabled": N_("Enabled"),
    "keys": N_("keys"),
    "name": N_("Name"),
    "next": N_("next certificate"),
    "next_effective": N_("next takes effect"),
    "organization": N_("Organization"),
    "previous": N_("previous certificate"),
    "realm": N_("Realm"),
    "started": N_("running since"),
    "subject_key_identifier": N_("key identifier"),
    "thumbprint": N_("Thumbprint"),
    "type": N_("Type"),
    "uri": N_("Uri"),
}
"""The names of values in changes, as people know them."""

_PART = r"\{(\w+)\}"


def title(step: StepId) -> str:
    """The name of a step."""
    return _(_TITLES[step])


def status_word(status: Status) -> str:
    return _(_STATUS[status])


def severity_word(severity: Severity) -> str:
    return _(_SEVERITY[severity])


def risk_text(risk: Risk) -> str:
    return _(_RISK[risk])


def risk_of(change: Change) -> str:
    """What a change risks; a service that is restarted leaves nothing to be taken back."""
    return _("changes nothing that lasts") if isinstance(change.command, WindowsWrite) else risk_text(change.risk)


def consent_text(consent: Consent) -> str:
    """What it means to give this consent."""
    return _(_CONSENTS[consent])


def finding_text(finding: Finding) -> str:
    """What a finding says, as one sentence on one line."""
    from pushtui.reporting import texts_all, texts_undo  # the start tells of no finding

    parts = parts_of(finding)
    if finding.code == "undo.certificate-stays":
        parts["reason"] = _(texts_undo.REASONS.get(parts.get("reason", ""), ""))
        return fill(texts_all.FINDINGS[finding.code][0], parts)
    text = fill(texts_all.FINDINGS.get(finding.code, (finding.code, ""))[0], parts)
    if finding.failure is not None:
        return f"{text}: {failure_text(finding.failure)}"
    reason = finding.arguments.get("reason", "")
    return f"{text}: {clean_line(reason)}" if reason else text


def remedy(finding: Finding) -> str:
    """What to do about a finding; empty where there is nothing to do.

    Where something could not be found out, the error knows best; where it says what is so, both have their say.
    """
    from pushtui.reporting import texts_all

    own = fill(texts_all.FINDINGS.get(finding.code, ("", ""))[1], parts_of(finding))
    if finding.failure is None or not finding.failure.remedy:
        return own
    known = clean_line(finding.failure.remedy)
    return known if finding.severity is Severity.FAILURE or not own else f"{known.rstrip('.')}. {own}"


def why(finding: Finding) -> str:
    """Why it matters; empty for what holds, or is only noted."""
    from pushtui.reporting import texts_why

    return _(texts_why.TEXTS.get(finding.code, ""))


def commands(finding: Finding) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What a person can type: each time where (a server; empty: the Exchange Management Shell), and the lines.

    Values from outside are quoted, so that they can only ever be values.
    """
    from pushtui.reporting import texts_commands

    result = []
    for block in texts_commands.COMMANDS.get(finding.code, ()):
        lines = [line for template in block.lines for line in _command_lines(template, finding)]
        if len(lines) >= len(block.lines):
            parts = {**finding.arguments, "subject": finding.subject}
            where = "" if block.where == "shell" else clean_line(parts.get(block.where, ""))
            result.append((where, tuple(lines)))
    return tuple(result)


def remedied_by(finding: Finding) -> str:
    """What remedies it: `pushtui`, a `command` that a person types, a `person`, or `time`; empty: nothing need."""
    if finding.severity is Severity.CHANGE:
        return "pushtui"
    if finding.severity is Severity.WAITING:
        return "time"
    if commands(finding):
        return "command"
    return "person" if remedy(finding) and finding.severity not in {Severity.OK, Severity.SKIPPED} else ""


def _command_lines(template: str, finding: Finding) -> Iterable[str]:
    """The line with its values; one for each requester where it names one; none where a value is not known."""
    values = {**finding.arguments, "subject": finding.subject, "expected": finding.expected}
    requesters = finding.arguments.get("requesters") or "Maintenance"
    for requester in requesters.split(", ") if "{requester}" in template else ("",):
        known = {**values, "requester": requester}
        names = re.findall(_PART, template)
        if all(known.get(name) for name in names):
            yield template.format_map({name: literal(clean_line(known[name])) for name in names})


def failure_text(failure: Failure) -> str:
    """Why something could not be found out or done, on one line."""
    head = f"{failure.what.rstrip('.')} ({failure.where})" if failure.where else failure.what.rstrip(".")
    return clean_line(f"{head}. {failure.cause}" if failure.cause else head)


def action_title(action: Action) -> str:
    """What an action does, in a few words."""
    from pushtui.reporting import texts_all

    parts = {name: value_text(value) for name, value in action.arguments.items()}
    if isinstance(action, Change):
        parts["target"] = value_text(action.target)
    if isinstance(action, Ask):
        parts["server"] = value_text(action.where)
    text = fill(texts_all.ACTIONS.get(action.id, action.id), parts)
    kept = _KEPT.get(parts.get("kept", ""), _("{text}; the {kept} keys that are there stay"))
    return _(kept).format(text=text, **parts) if "kept" in parts else text


def undo_text(change: Change) -> str:
    """What takes a change back: the command, or what else it means where there is none."""
    match change.command, change.undo:
        case FileWrite(), FileWrite():
            return _("the old file is written back")
        case FileWrite(), None:
            return _("the file is removed")
        case WindowsWrite(), None:
            return _("nothing to take back: the service runs as before")
        case _, None:
            return _("there is no way back by a command")
        case GraphWrite(), GraphWrite() as undo:
            return _("{command}: the list as it is by then, with only this taken back").format(
                command=clean_line(undo.text)
            )
        case _, undo:
            return clean_line(undo.text)


def nothing_before(change: Change) -> str:
    """What stands for the value before where there is none, or none that could be read."""
    return _("(not readable)") if change.id.startswith("push-proxy.") else _("(none)")


def because(cause: Finding) -> str:
    """A finding as the cause of another."""
    return _("because: {cause}").format(cause=cause_text(cause))


def cause_text(cause: Finding) -> str:
    """A finding with its step; what a run itself says is of none."""
    word = cause.code.partition(".")[0]
    if word not in set(StepId):
        return finding_text(cause)
    return _("{cause} ({step})").format(cause=finding_text(cause), step=title(StepId(word)))


def where_text(command: Command) -> str:
    """Where a command is sent."""
    match command:
        case ExchangeWrite():
            return _("the Exchange organization")
        case WindowsWrite(server=server):
            return _("Windows on {server}").format(server=clean_line(server))
        case GraphWrite():
            return _("Microsoft Graph, v1.0")
        case _:
            return _("this computer")


def property_name(name: str) -> str:
    """A property as Exchange and Graph call it."""
    return _(_PROPERTIES.get(name, name))


def sent_title(change_id: str, target: str, arguments: Mapping[str, str]) -> str:
    """What a change in a journal did, in a few words."""
    from pushtui.reporting import texts_all

    parts = {name: value_text(value) for name, value in arguments.items()}
    return fill(texts_all.ACTIONS.get(change_id, clean_line(change_id)), {**parts, "target": value_text(target)})


def identity(event: Identity) -> str:
    """Where somebody is signed in, and as whom."""
    sides = {"exchange": _("Exchange"), "windows": _("Windows"), "entra": _("Microsoft 365")}
    text = _("Signed in to {side} at {where} as {account}").format(
        side=sides.get(event.side, event.side), where=clean_line(event.where), account=clean_line(event.account)
    )
    return _("{text}, tenant {tenant}").format(text=text, tenant=clean_line(event.tenant)) if event.tenant else text


def sign_in_through(client_id: str, domain: str) -> str:
    """Which application a person signs in through, and to which tenant."""
    return _("Through the application {client_id}, to the tenant of {domain}.").format(
        client_id=clean_line(client_id), domain=clean_line(domain)
    )


def code_warning() -> str:
    """What makes a stolen sign-in code harmless: a person who knows what it is."""
    return _(
        "Only enter this code if you started this sign-in yourself. Whoever has you enter a code of theirs signs in "
        "as you; pushtui never asks you to send one to anybody."
    )


def notices() -> tuple[str, ...]:
    """What an honest tool says before the first change (today's state of the procedure)."""
    return (
        _(
            "The apps that this procedure served, OWA for iPhone, iPad and Android, stopped working on 15 May 2018:"
            " what it sets up can be proven by Exchange's probe, but no longer be seen on a device."
        ),
        _(
            "Adding the key to the service principal re-opens the trust that the clean-up for CVE-2025-53786 closes;"
            " whoever holds the Exchange Auth certificate can then act in the tenant, leaving little trace."
        ),
        _("Exchange 2013 has been out of support since 11 April 2023, Exchange 2016 and 2019 since 14 October 2025."),
        _(
            "Microsoft blocks EWS through the shared service principal since 31 October 2025: do not expect free/busy"
            " or other hybrid features from this trust."
        ),
        _(
            "Where a hybrid configuration exists, the Hybrid Configuration Wizard and the dedicated hybrid application"
            " own these objects."
        ),
        _("How long the cloud's end of this procedure will go on answering is not known."),
    )
