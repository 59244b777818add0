"""The plan as a PowerShell script with this organization's values, for those who must run it by hand.

It corrects what is wrong in the printed procedure: the certificate is the one that AuthConfig names, the key is added
by writing the whole list, restarts happen on the server that is probed, and silence of the probe is no success.
Nothing of it was verified against a real server; it parses as PowerShell (the tests see to it).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import groupby

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.engine.plan import Plan
from pushtui.engine.snapshot import Snapshot
from pushtui.procedure.model import Action, Change, FileWrite, GraphWrite, StepId, Wait
from pushtui.reporting import sentences, step_lines
from pushtui.reporting.powershell import BYTE_ORDER_MARK, comment, indented, string
from pushtui.reporting.script_parts import Parts

EXCHANGE, GRAPH = "exchange", "graph"


@frozen
class Part:
    """What is done in one shell, without a break."""

    number: int
    shell: str
    actions: tuple[Action, ...]


def script(plan: Plan, snapshot: Snapshot) -> str:
    """The script, with a byte order mark. Raises `UsageError` for a value that no script should hold."""
    parts = [
        Part(number, shell, tuple(actions))
        for number, (shell, actions) in enumerate(groupby(plan.actions, key=_shell), 1)
    ]
    writer = Parts(snapshot)
    lines = [
        "#Requires -Version 5.1",
        "",
        *_head(snapshot),
        *_missing(plan, snapshot),
        *_how(parts),
        *_corrections(),
        *_frame(parts),
        *writer.functions(),
    ]
    for part in parts:
        lines += _part(part, writer)
    if not parts:
        lines += ["", *comment(_("Nothing needs to be done: there is no part to run."))]
    return BYTE_ORDER_MARK + "\n".join([*lines, *_back(plan)]) + "\n"


def _shell(action: Action) -> str:
    """Where an action is done: the tenant's keys and the wait for them in Graph PowerShell, all else in Exchange's."""
    if isinstance(action, Change):
        return GRAPH if isinstance(action.command, GraphWrite) else EXCHANGE
    return GRAPH if isinstance(action, Wait) and action.step is StepId.SERVICE_PRINCIPAL else EXCHANGE


# --- remarks ---------------------------------------------------------------------------------------------------------


def _head(snapshot: Snapshot) -> Iterable[str]:
    profile, (_first, last) = snapshot.profile, snapshot.span
    yield from comment(
        _("The trust between Exchange and Microsoft 365 for push notifications of {tenant}").format(
            tenant=profile.tenant_domain
        )
    )
    yield from comment(
        _("Made by pushtui {version} from what {server} and the tenant answered until {time} UTC.").format(
            version=snapshot.version,
            server=profile.exchange.server,
            time=f"{last.astimezone(UTC):%Y-%m-%d %H:%M}",
        )
    )
    yield from comment(
        _(
            "It was not tried on a real server. Read it before you run it; pushtui apply does the same with a journal,"
            " a backup and a way back."
        )
    )
    yield "#"
    yield from comment(_("Read this first:"))
    for notice in sentences.notices():
        yield from comment(f"- {notice}")


def _missing(plan: Plan, snapshot: Snapshot) -> Iterable[str]:
    """What keeps steps from being planned: the script is not the whole then."""
    if plan.blocked:
        yield "#"
        yield from comment(_("Not in this script, because something else has to be done first:"))
    for step in plan.blocked:
        yield from comment(f"- {sentences.title(step)}: {step_lines.summary(snapshot.reports[step])}")


def _how(parts: Sequence[Part]) -> Iterable[str]:
    yield "#"
    yield from comment(_("How to run it: save it with its byte order mark, unblock it (Unblock-File), then, in order:"))
    for part in parts:
        where = (
            _("in the Exchange Management Shell, as administrator, on the server that the part names")
            if part.shell == EXCHANGE
            else _("in Windows PowerShell 5.1 or PowerShell 7 with the module Microsoft.Graph.Authentication, anywhere")
        )
        words = _("-Part {number}, {where}").format(number=part.number, where=where)
        yield from comment(f"- {words}")
    yield from comment(
        _("Each part first looks whether things are still as they were read, and stops at the first that is not.")
    )


def _corrections() -> Iterable[str]:
    yield "#"
    yield from comment(_("Where it differs from the printed procedure, and why:"))
    for text in (
        _(
            "The certificate is the one that AuthConfig names, by its thumbprint. The printed filter never matches the"
            " one that Setup made, and so replaces a good certificate of the whole organization."
        ),
        _(
            "The key is added by writing the whole list of keys (PATCH). Adding a single key, as printed, asks for a"
            " proof by a key that is there already, and cannot work."
        ),
        _("No dates are sent with a key: the tenant takes the certificate's own. The printed ones are local text."),
        _("The file holds exactly one certificate, and is read back before it is used."),
        _("The health manager is restarted on the server that is probed, and a probe that answers nothing has failed."),
    ):
        yield from comment(f"- {text}")


def _back(plan: Plan) -> Iterable[str]:
    """What takes each change back, in the opposite order."""
    if not plan.changes:
        return
    yield ""
    yield from comment(_("What takes it back, last change first:"))
    for change in reversed(plan.changes):
        yield from comment(f"- {_title(change)}: {_undo(change)}")


def _undo(change: Change) -> str:
    match change.command:
        case GraphWrite():
            return _("send the list that was kept again, each key as its type, usage and key alone")
        case FileWrite():
            return _("remove the file")
    return sentences.undo_text(change)


def _title(action: Action) -> str:
    """As elsewhere, but for the file, which is another one here."""
    if isinstance(action, Change) and isinstance(action.command, FileWrite):
        return _("Write the certificate to the file")
    return sentences.action_title(action)


# --- the program -----------------------------------------------------------------------------------------------------


def _frame(parts: Sequence[Part]) -> Iterable[str]:
    numbers = ", ".join(str(part.number) for part in parts) or "1"
    yield from (
        "",
        "[CmdletBinding()]",
        "param(",
        "    [Parameter(Mandatory = $true)]",
        f"    [ValidateSet({numbers})]",
        "    [int] $Part,",
        "",
        *comment(_("Where the certificate is written, and read by a later part on another machine."), "    "),
        "    [string] $CertificateFile = (Join-Path -Path $env:SystemDrive -ChildPath 'pushtui\\exchange-auth.cer')",
        ")",
        "",
        "$ErrorActionPreference = 'Stop'",
        "$CertificateFile = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($CertificateFile)",
    )


def _part(part: Part, writer: Parts) -> Iterable[str]:
    title = _("Part {number}: Exchange Management Shell") if part.shell == EXCHANGE else _("Part {number}: Graph")
    body = writer.exchange_guards(part.actions) if part.shell == EXCHANGE else writer.graph_guards()
    for action in part.actions:
        body += ["", *comment(_title(action)), *writer.action(action)]
    yield ""
    yield from comment(f"--- {title.format(number=part.number)} ---")
    yield f"if ($Part -eq {part.number}) {{"
    yield from indented(body)
    done = _("Part {number} is done.").format(number=part.number)
    yield f"    Write-Host {string(done)}"
    yield "}"
