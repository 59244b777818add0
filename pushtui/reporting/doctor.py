"""The doctor's rows in words: a table for people that fits 80 columns, and the document of ``--json``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.engine.doctor.rows import DoctorRow, Test, Verdict, worst
from pushtui.profile import Profile
from pushtui.reporting.sentences import failure_text

SCHEMA = 1
WIDTH = 80
_TITLE_WIDTH = 24
SYMBOLS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAILED: "✗", Verdict.SKIPPED: "-"}

_VERDICTS = {
    Verdict.OK: _("ok"),
    Verdict.WARNING: _("warning"),
    Verdict.FAILED: _("failed"),
    Verdict.SKIPPED: _("skipped"),
}
_LEGS = {
    "profile": _("Profile"),
    "exchange": _("Exchange"),
    "windows": _("Windows on the Exchange server"),
    "proxy": _("Proxy to the internet"),
    "login": _("Sign-in host"),
    "graph": _("Microsoft Graph"),
    "tenant": _("Signing in to the tenant"),
    "metadata": _("Metadata of the auth server, from this machine"),
    "mail": _("Mail server"),
}
_TESTS = {
    Test.COMPLETE: _("settings"),
    Test.FILES: _("files"),
    Test.NAME: _("name"),
    Test.PROXY: _("proxy"),
    Test.TCP: _("TCP"),
    Test.TLS: _("TLS"),
    Test.IDENTIFY: _("remote management"),
    Test.CLOCK: _("clock"),
    Test.SIGN_IN: _("sign-in"),
    Test.READING: _("rights to check"),
    Test.CHANGING: _("rights to change"),
    Test.DISCOVERY: _("discovery of the tenant"),
    Test.ANSWER: _("it is Graph"),
    Test.READ: _("a first read"),
    Test.METADATA: _("metadata document"),
    Test.GREETING: _("greeting"),
}

_TEXTS: Mapping[str, tuple[str, str]] = {
    "profile.complete": (_("Everything that is needed is there"), ""),
    "profile.incomplete": ("{problems}", _("Correct the profile")),
    "profile.files": ("{problems}", _("Make the files readable for you alone: chmod 600")),
    "profile.files-good": (_("Readable; {count} with secrets, private"), ""),
    "name.resolved": ("{addresses}", ""),
    "name.by-proxy": (_("The proxy looks it up ({proxy})"), ""),
    "proxy.none": (_("No proxy is set: connections are direct"), ""),
    "proxy.connected": (_("It takes connections"), ""),
    "tcp.connected": (_("Port {port} is open"), ""),
    "tcp.through-proxy": (_("Port {port} is reached through {proxy}"), ""),
    "tls.good": (_("{protocol}, trusted, good until {date}: {subject}"), ""),
    "tls.expires-soon": (
        _("{protocol}, trusted; the certificate expires on {date}: {subject}"),
        _("Renew the server's certificate"),
    ),
    "identify.product": ("{product}", ""),
    "identify.sign-in": (_("It wants a sign-in; offered: {schemes}"), ""),
    "clock.agrees": (_("Within {seconds} s of ours"), ""),
    "clock.no-date": (_("The answer does not tell the time"), ""),
    "clock.ahead": (
        _("The server's clock is {seconds} s ahead of ours ({date})"),
        _("Set this machine's clock by NTP (timedatectl), or the server's; Kerberos and tokens allow 300 s"),
    ),
    "clock.behind": (
        _("The server's clock is {seconds} s behind ours ({date})"),
        _("Set this machine's clock by NTP (timedatectl), or the server's; Kerberos and tokens allow 300 s"),
    ),
    "sign-in.open": (_("Signed in as {account} ({method})"), ""),
    "sign-in.token": (_("Signed in as {account}"), ""),
    "roles.reading": (_("All {count} cmdlets that a check uses"), ""),
    "roles.reading-usual": (
        _("All {count} cmdlets that a check needs; {missing} would help, but no documented role grants it"),
        "",
    ),
    "roles.reading-missing": (
        _("Not granted to this account: {missing}"),
        _(
            "Add the account to a role group that grants them ({groups});"
            " Get-ManagementRole -Cmdlet {first} names the management roles; then sign in again"
        ),
    ),
    "roles.reading-less": (
        _("A check works, and knows less without: {missing}"),
        _("Get-ManagementRole -Cmdlet {first} names the management roles that grant it"),
    ),
    "roles.changing": (_("All {count} cmdlets that changes use"), ""),
    "roles.changing-missing": (
        _("Not granted to this account: {missing}"),
        _(
            "To change anything, add the account to a role group that grants them ({groups});"
            " Get-ManagementRole -Cmdlet {first} names the management roles"
        ),
    ),
    "roles.unknown": (
        _("The server does not tell which cmdlets this account has: {reason}"),
        _("Run a check: it names every cmdlet that is missing"),
    ),
    "discovery.tenant": (_("The domain belongs to tenant {tenant}"), ""),
    "answer.graph": (_("It refuses a request without a token, as Graph does"), ""),
    "metadata.there": (
        _("Reachable from this machine, for realm {realm}; Exchange fetches it by itself, on its own way out"),
        "",
    ),
    "read.good": (_("{request} was answered"), ""),
    "token.reading": (_("The token carries {granted}"), ""),
    "token.reading-missing": (
        _("The token lacks {missing} (it carries {granted})"),
        _("Add these permissions to the app registration and grant admin consent"),
    ),
    "token.changing": (_("The token carries {granted}"), ""),
    "token.changing-missing": (
        _("The token lacks {missing}, so the service principal cannot be changed"),
        _("Add it to the app registration and grant admin consent; checks work without"),
    ),
    "token.asked-later": (_("{permission} is asked for when something is to be changed"), ""),
    "token.opaque": (_("The token does not tell what it may do"), ""),
    "windows.off": (_("Not used: pushtui shows the command to type on the server instead"), ""),
    "mail.off": (_("No mail server is set"), ""),
    "mail.greeted": (_("{name} answers ({security}); no message was sent"), ""),
    "skipped.earlier": (_("Not tested, because this failed before: {test}"), ""),
    "skipped.no-proxy": (_("Not tested, because the proxy is not reached"), ""),
    "skipped.no-login": (_("Not tested, because the sign-in host is not reached"), ""),
    "skipped.no-graph": (_("Not tested, because Graph is not reached"), ""),
    "doctor.timeout": (
        _("No end after {seconds} s"),
        _("Something on the way holds the connection open without an answer: look at firewalls and proxies"),
    ),
    "doctor.internal": (_("An internal error: {kind}"), _("Please report it")),
}
"""Code → detail and the next thing to try; what a border's error says counts before these."""

_PRESENTED = _("presented was {subject}, for {names}, issued by {issuer}, good from {from} to {date}")
_CLEAR = {"windows": _("Or set enabled = false in the [windows] table: pushtui then shows the command to type instead")}
_TRY = _("Run pushtui doctor again; the log has more")


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
    interrupted: bool = False,
) -> str:
    """The document as JSON text, with a line feed at its end."""
    value: dict[str, Json] = {
        "schema": SCHEMA,
        "command": "doctor",
        "profile": str(profile.path),
        "started": started.astimezone(UTC).isoformat(timespec="milliseconds"),
        "finished": finished.astimezone(UTC).isoformat(timespec="milliseconds"),
        "status": "cancelled" if interrupted else worst(rows).value,
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
