"""What observations mean. Pure: no socket, no clock, no session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from pushtui.engine.doctor.rows import Outcome, Verdict, failed, ok, skipped, warning
from pushtui.engine.doctor.wire import Presented, Reply
from pushtui.procedure.model import Failure

SKEW_NOTED = 60.0
"""Seconds between two clocks from which on it is worth a warning."""
SKEW_REFUSED = 300.0
"""Seconds that Kerberos tolerates (RFC 4120 1.6: "a typical value"; Active Directory's default), and Entra for JWTs."""
EXPIRY_NOTED = timedelta(days=14)

READING = (
    "Get-ExchangeServer",
    "Get-AuthConfig",
    "Get-ExchangeCertificate",
    "Get-AuthServer",
    "Get-PartnerApplication",
    "Get-ServerComponentState",
    "Invoke-MonitoringProbe",
)
"""Cmdlets without which a check cannot tell the state of a step."""
READING_MORE = ("Get-HybridConfiguration",)
"""Cmdlets without which a check knows less, and still works."""
DIAGNOSING = (
    "Get-AcceptedDomain",
    "Get-OrganizationConfig",
    "Get-SettingOverride",
    "Get-ServerHealth",
    "Test-ServiceHealth",
    "Get-ExchangeDiagnosticInfo",
)
"""Cmdlets that only a diagnosis uses, which knows less without."""
READING_RARE = ("Get-PushNotificationApp",)
"""Cmdlets that help a check where a session has them; no role is documented to grant them."""
CHANGING = (
    "New-ExchangeCertificate",
    "Remove-ExchangeCertificate",
    "Set-AuthConfig",
    "New-AuthServer",
    "Set-AuthServer",
    "Remove-AuthServer",
    "Set-PartnerApplication",
    "Enable-PushNotificationProxy",
    "Disable-PushNotificationProxy",
)
"""Cmdlets that the changes and their undo are made of."""

CMDLETS = (*READING, *READING_MORE, *READING_RARE, *DIAGNOSING, *CHANGING)

# Graph permissions reference: any one of a row is enough.
_READ_PERMISSIONS = (
    ("Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    ("Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
)
_WRITE_PERMISSIONS = (("Application.ReadWrite.All", "Directory.ReadWrite.All"),)


def clock(reply: Reply) -> Outcome:
    """How far the server's clock is from ours, by the ``Date`` of its answer."""
    date = reply.date
    if date is None:
        return skipped("clock.no-date")
    middle = reply.sent + (reply.received - reply.sent) / 2
    seconds = (date + timedelta(seconds=0.5) - middle).total_seconds()  # the header leaves the fraction out
    arguments = {"seconds": f"{abs(seconds):.0f}", "date": f"{date:%Y-%m-%d %H:%M:%S} UTC"}
    way = "ahead" if seconds > 0 else "behind"
    if abs(seconds) > SKEW_REFUSED:
        return failed(f"clock.{way}", **arguments)
    if abs(seconds) > SKEW_NOTED:
        return warning(f"clock.{way}", **arguments)
    return ok("clock.agrees", seconds=f"{abs(seconds):.0f}")


def certificate(seen: Presented, now: datetime) -> Outcome:
    """A certificate that TLS accepted."""
    arguments = {
        "subject": seen.subject,
        "issuer": seen.issuer,
        "date": f"{seen.not_after:%Y-%m-%d}",
        "protocol": seen.protocol,
    }
    if seen.not_after - now < EXPIRY_NOTED:
        return warning("tls.expires-soon", **arguments)
    return ok("tls.good", **arguments)


def refused_certificate(failure: Failure, seen: Presented | None) -> Outcome:
    """A handshake that failed; `seen` is what the server presented, where it presented anything."""
    if seen is None:
        return Outcome(Verdict.FAILED, failure.code, failure=failure)
    arguments = {
        "subject": seen.subject,
        "issuer": seen.issuer,
        "names": ", ".join(seen.names[:4]) or "-",
        "from": f"{seen.not_before:%Y-%m-%d}",
        "date": f"{seen.not_after:%Y-%m-%d}",
    }
    return Outcome(Verdict.FAILED, failure.code, arguments, failure)


def roles_for_reading(present: Collection[str], role_groups: Mapping[str, str]) -> Outcome:
    """Whether a check can read everything; `role_groups` is cmdlet → who grants it, as text."""
    missing = _missing(READING, present)
    if missing:
        return _roles(Verdict.FAILED, "roles.reading-missing", missing, role_groups)
    missing = _missing(READING_MORE, present)
    if missing:
        return _roles(Verdict.WARNING, "roles.reading-less", missing, role_groups)
    count = str(len(READING) + len(READING_MORE))
    less = _missing(DIAGNOSING, present)
    if less:
        return ok("roles.reading-diagnosis", count=count, missing=", ".join(less))
    rare = _missing(READING_RARE, present)
    if rare:
        return ok("roles.reading-usual", count=count, missing=", ".join(rare))
    return ok("roles.reading", count=count)


def roles_for_changing(present: Collection[str], role_groups: Mapping[str, str], *, read_only: bool) -> Outcome:
    """Whether the changes can be made; a profile that is read-only makes none."""
    missing = _missing(CHANGING, present)
    if missing:
        verdict = Verdict.WARNING if read_only else Verdict.FAILED
        return _roles(verdict, "roles.changing-missing", missing, role_groups)
    return ok("roles.changing", count=str(len(CHANGING)))


def _missing(wanted: Collection[str], present: Collection[str]) -> list[str]:
    have = {name.lower() for name in present}
    return [name for name in wanted if name.lower() not in have]


def _roles(verdict: Verdict, code: str, missing: list[str], role_groups: Mapping[str, str]) -> Outcome:
    """Each missing cmdlet with who grants it."""
    by_group: dict[str, list[str]] = {}
    for name in missing:
        by_group.setdefault(role_groups[name], []).append(name)
    each = "; ".join(f"{', '.join(names)} ({groups})" for groups, names in by_group.items())
    return Outcome(verdict, code, {"missing": each, "first": missing[0], "groups": "; ".join(by_group)})


def permissions_for_reading(granted: frozenset[str] | None) -> Outcome:
    """Whether the token carries what the reads need; None: the token does not tell."""
    if granted is None:
        return skipped("token.opaque")
    missing = _lacking(_READ_PERMISSIONS, granted)
    if missing:
        return failed("token.reading-missing", missing=missing, granted=_list(granted))
    return ok("token.reading", granted=_list(granted))


def permissions_for_changing(granted: frozenset[str] | None, *, delegated: bool, read_only: bool) -> Outcome:
    """Whether the token carries what the change of the service principal needs."""
    if delegated:
        return ok("token.asked-later", permission=_WRITE_PERMISSIONS[0][0])
    if granted is None:
        return skipped("token.opaque")
    missing = _lacking(_WRITE_PERMISSIONS, granted)
    if missing:
        make = warning if read_only else failed
        return make("token.changing-missing", missing=missing, granted=_list(granted))
    return ok("token.changing", granted=_list(granted))


def _lacking(wanted: tuple[tuple[str, ...], ...], granted: frozenset[str]) -> str:
    return ", ".join(row[0] for row in wanted if not granted & set(row))


def _list(granted: frozenset[str]) -> str:
    return ", ".join(sorted(granted)) or "-"
