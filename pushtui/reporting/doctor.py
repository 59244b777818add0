"""The doctor's rows in words: a table for people that fits 80 columns, and the document of ``--json``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pushtui.base.commands import Json
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.engine.doctor.rows import DoctorRow, Test, Verdict, worst
from pushtui.profile import Profile
from pushtui.reporting.sentences import failure_text

SCHEMA = 1
WIDTH = 80
_TITLE_WIDTH = 24
SYMBOLS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAILED: "✗", Verdict.SKIPPED: "-"}

_VERDICTS = {
    Verdict.OK: N_("ok"),
    Verdict.WARNING: N_("warning"),
    Verdict.FAILED: N_("failed"),
    Verdict.SKIPPED: N_("skipped"),
}
_LEGS = {
    "profile": N_("Profile"),
    "exchange": N_("Exchange"),
    "windows": N_("Windows on the Exchange server"),
    "proxy": N_("Proxy to the internet"),
    "login": N_("Sign-in host"),
    "graph": N_("Microsoft Graph"),
    "tenant": N_("Signing in to the tenant"),
    "metadata": N_("Metadata of the auth server, from this machine"),
    "mail": N_("Mail server"),
}
_TESTS = {
    Test.COMPLETE: N_("settings"),
    Test.FILES: N_("files"),
    Test.NAME: N_("name"),
    Test.PROXY: N_("proxy"),
    Test.TCP: N_("TCP"),
    Test.TLS: N_("TLS"),
    Test.IDENTIFY: N_("remote management"),
    Test.CLOCK: N_("clock"),
    Test.SIGN_IN: N_("sign-in"),
    Test.READING: N_("rights to check"),
    Test.CHANGING: N_("rights to change"),
    Test.DISCOVERY: N_("discovery of the tenant"),
    Test.ANSWER: N_("it is Graph"),
    Test.READ: N_("a first read"),
    Test.METADATA: N_("metadata document"),
    Test.GREETING: N_("greeting"),
}

_TEXTS: Mapping[str, tuple[str, str]] = {
    "profile.complete": (N_("Everything that is needed is there"), ""),
    "profile.incomplete": ("{problems}", N_("Correct the profile")),
    "profile.files": (
        "{problems}",
        N_("Correct the paths in the profile; what holds a secret must be readable for you alone (chmod 600)"),
    ),
    "profile.files-good": (N_("Readable; {count} with secrets, private"), ""),
    "name.resolved": ("{addresses}", ""),
    "name.by-proxy": (N_("The proxy looks it up ({proxy})"), ""),
    "proxy.none": (N_("No proxy is set: connections are direct"), ""),
    "proxy.connected": (N_("It takes connections"), ""),
    "tcp.connected": (N_("Port {port} is open"), ""),
    "tcp.through-proxy": (N_("Port {port} is reached through {proxy}"), ""),
    "tcp.proxy": (N_("{proxy} takes connections; whether it leads to the server shows below"), ""),
    "tls.good": (N_("{protocol}, trusted, good until {date}: {subject}, issued by {issuer}"), ""),
    "tls.expires-soon": (
        N_("{protocol}, trusted; the certificate expires on {date}: {subject}, issued by {issuer}"),
        N_("Renew the server's certificate"),
    ),
    "identify.product": ("{product}", ""),
    "identify.sign-in": (N_("It wants a sign-in; offered: {schemes}"), ""),
    "clock.agrees": (N_("Within {seconds} s of ours"), ""),
    "clock.no-date": (N_("The answer does not tell the time"), ""),
    "clock.ahead": (
        N_("The server's clock is {seconds} s ahead of ours ({date})"),
        N_("Set this machine's clock by NTP (timedatectl), or the server's; Kerberos and tokens allow 300 s"),
    ),
    "clock.behind": (
        N_("The server's clock is {seconds} s behind ours ({date})"),
        N_("Set this machine's clock by NTP (timedatectl), or the server's; Kerberos and tokens allow 300 s"),
    ),
    "sign-in.open": (N_("Signed in as {account} ({method})"), ""),
    "sign-in.token": (N_("Signed in as {account}"), ""),
    "roles.reading": (N_("All {count} cmdlets that a check uses"), ""),
    "roles.reading-usual": (
        N_("All {count} cmdlets that a check needs; {missing} would help, but no documented role grants it"),
        "",
    ),
    "roles.reading-diagnosis": (
        N_("All {count} cmdlets that a check needs; a diagnosis knows less without: {missing}"),
        "",
    ),
    "roles.reading-missing": (
        N_("Not granted to this account: {missing}"),
        N_(
            "Add the account to a role group that grants them ({groups});"
            " Get-ManagementRole -Cmdlet {first} names the management roles; then sign in again"
        ),
    ),
    "roles.reading-less": (
        N_("A check works, and knows less without: {missing}"),
        N_("Get-ManagementRole -Cmdlet {first} names the management roles that grant it"),
    ),
    "roles.changing": (N_("All {count} cmdlets that changes use"), ""),
    "roles.changing-missing": (
        N_("Not granted to this account: {missing}"),
        N_(
            "To change anything, add the account to a role group that grants them ({groups});"
            " Get-ManagementRole -Cmdlet {first} names the management roles"
        ),
    ),
    "roles.unknown": (
        N_("The server does not tell which cmdlets this account has: {reason}"),
        N_("Run a check: it names every cmdlet that is missing"),
    ),
    "discovery.tenant": (N_("The domain belongs to tenant {tenant}"), ""),
    "answer.graph": (N_("It refuses a request without a token, as Graph does"), ""),
    "metadata.there": (
        N_("Reachable from this machine, for realm {realm}; Exchange fetches it by itself, on its own way out"),
        "",
    ),
    "read.good": (N_("{request} was answered"), ""),
    "token.reading": (N_("The token carries {granted}"), ""),
    "token.reading-missing": (
        N_("The token lacks {missing} (it carries {granted})"),
        N_("Add these permissions to the app registration and grant admin consent"),
    ),
    "token.changing": (N_("The token carries {granted}"), ""),
    "token.changing-missing": (
        N_("The token lacks {missing}, so the service principal cannot be changed"),
        N_("Add it to the app registration and grant admin consent; checks work without"),
    ),
    "token.asked-later": (N_("{permission} is asked for when something is to be changed"), ""),
    "token.opaque": (N_("The token does not tell what it may do"), ""),
    "windows.off": (N_("Not used: pushtui shows the command to type on the server instead"), ""),
    "mail.off": (N_("No mail server is set"), ""),
    "mail.greeted": (N_("{name} answers ({security}); no message was sent"), ""),
    "skipped.earlier": (N_("Not tested, because this failed before: {test}"), ""),
    "skipped.no-proxy": (N_("Not tested, because the proxy is not reached"), ""),
    "skipped.no-login": (N_("Not tested, because the sign-in host is not reached"), ""),
    "skipped.no-graph": (N_("Not tested, because Graph is not reached"), ""),
    "doctor.timeout": (
        N_("No end after {seconds} s"),
        N_("Something on the way holds the connection open without an answer: look at firewalls and proxies"),
    ),
}
"""Code → detail and the next thing to try; what a border's error says counts before these."""

_PRESENTED = N_("presented was {subject}, for {names}, issued by {issuer}, good from {from} to {date}")
_CLEAR = {
    "windows": N_("Or set enabled = false in the [windows] table: pushtui then shows the command to type instead")
}
_TRY = N_("Run pushtui doctor again; the log has more")


def leg_title(row: DoctorRow) -> str:
    """The heading of a row's leg."""
    title = _(_LEGS.get(row.leg, row.leg))
    return clean_line(f"{title} {row.subject}") if row.subject else title


def test_title(test: Test) -> str:
    return _(_TESTS[test])


def verdict_word(verdict: Verdict) -> str:
    return _(_VERDICTS[verdict])


def detail(row: DoctorRow) -> str:
    """What was found, on one line."""
    outcome = row.outcome
    if outcome.failure is not None:
        text = failure_text(outcome.failure).rstrip(".")
        return f"{text}; {_(_PRESENTED).format(**_parts(row))}" if "subject" in outcome.arguments else text
    return _(_TEXTS[outcome.code][0]).format(**_parts(row))


def remedy(row: DoctorRow) -> str:
    """The next thing to try; empty where nothing has to be."""
    if row.verdict not in {Verdict.FAILED, Verdict.WARNING}:
        return ""
    failure = row.outcome.failure
    own = _(_TEXTS.get(row.outcome.code, ("", ""))[1]).format(**_parts(row)) if failure is None else failure.remedy
    further = _(_CLEAR[row.leg]) if row.leg in _CLEAR and row.verdict is Verdict.FAILED else ""
    return ". ".join(clean_line(part).rstrip(".") for part in (own, further) if part) or _(_TRY)


def _parts(row: DoctorRow) -> dict[str, str]:
    parts = {name: clean_line(value) for name, value in row.outcome.arguments.items()}
    if row.outcome.code == "skipped.earlier":
        parts["test"] = test_title(Test(parts["test"]))
    return parts


def headline(rows: Sequence[DoctorRow]) -> str:
    """What all of it comes to, in one sentence."""
    count = {verdict: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    return _("{ok} ok, {warning} to look at, {failed} failed, {skipped} skipped. Nothing was changed.").format(
        **{verdict.value: number for verdict, number in count.items()}
    )


def table(rows: Sequence[DoctorRow]) -> str:
    """The rows, leg by leg."""
    lines: list[str] = []
    heading = ""
    for row in rows:
        title = leg_title(row)
        if title != heading:
            heading = title
            lines += ["", title]
        lines += _row(row)
    return "\n".join([*lines, "", headline(rows)]) + "\n"


def _row(row: DoctorRow) -> list[str]:
    head = f"  {SYMBOLS[row.verdict]} {verdict_word(row.verdict):<8} {test_title(row.test):<{_TITLE_WIDTH}}"
    where = clean_line(row.where)
    seconds = f"{row.seconds:.2f} s"
    room = WIDTH - len(head) - len(seconds) - 2
    where = where if len(where) <= room else f"{where[: room - 1]}…"
    lines = [f"{head} {where:<{room}} {seconds}"]
    lines += _wrapped(detail(row), " " * 13)
    next_thing = remedy(row)
    if next_thing:
        lines += _wrapped(next_thing, " " * 11 + "> ")
    return lines


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * 13, break_long_words=True, break_on_hyphens=False
    )


def document(
    profile: Profile,
    rows: Sequence[DoctorRow],
    *,
    started: datetime,
    finished: datetime,
    end: PushtuiError | None = None,
) -> str:
    """The document as JSON text, with a line feed at its end; `end` is what ended the tests early."""
    early = "cancelled" if isinstance(end, Cancelled) else "failed" if end else ""
    value: dict[str, Json] = {
        "schema": SCHEMA,
        "command": "doctor",
        "profile": str(profile.path),
        "started": started.astimezone(UTC).isoformat(timespec="milliseconds"),
        "finished": finished.astimezone(UTC).isoformat(timespec="milliseconds"),
        "status": early or worst(rows).value,
        "rows": [
            {
                "leg": row.leg,
                "subject": row.subject,
                "test": row.test.value,
                "where": row.where,
                "result": row.verdict.value,
                "code": row.outcome.code,
                "detail": detail(row),
                "remedy": remedy(row),
                "seconds": round(row.seconds, 3),
            }
            for row in rows
        ],
    }
    return json.dumps(value, indent=2) + "\n"
