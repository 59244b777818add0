"""From what the command line said to the run that does it, on a session of its own."""

from __future__ import annotations

from pushtui.base.errors import Side, UsageError
from pushtui.base.text import clean_line
from pushtui.commands.options import Options
from pushtui.commands.run import Run
from pushtui.commands.terminal import Terminal
from pushtui.engine.connections import read_only_refused
from pushtui.engine.loading import CLIENTS, load
from pushtui.engine.session import Session
from pushtui.engine.threads import in_thread
from pushtui.profile import VALIDATORS, Profile

FAREWELL = 5.0
"""Seconds that the remote shells are given to close: one that is left open counts against the user's quota."""

_CHANGING = {"apply", "undo", "keys remove", "renew"}


def run(profile: Profile, options: Options) -> int:
    """Do it; the exit code. Raises `UsageError` and `ReadOnlyRefused` before anything is read."""
    _refuse_bad_fields(profile)
    in_thread(lambda: load(CLIENTS), "loading")
    terminal = Terminal()
    session = Session(profile, terminal, terminal.take, read_only=options.read_only)
    session.overwrite_certificate_file = options.overwrite_certificate_file
    if options.command in _CHANGING and session.read_only and not options.out:
        raise read_only_refused(Side.LOCAL, options.command)
    with terminal.interrupts(session):
        try:
            return _runner(options)(session, options, terminal).run()
        finally:
            session.close()
            session.join(FAREWELL)


def _runner(options: Options) -> type[Run]:
    command = options.command
    if options.file:
        from pushtui.commands.reviewed import ReviewedRun

        return ReviewedRun
    if command in {"check", "plan", "apply", "undo"}:
        return Run
    if command in {"report", "script"}:
        from pushtui.commands.papers import ReportRun, ScriptRun

        return ReportRun if command == "report" else ScriptRun
    from pushtui.commands.upkeep import KeysRun, RenewalRun

    return RenewalRun if command == "renew" else KeysRun


def _refuse_bad_fields(profile: Profile) -> None:
    values = (profile.tenant_domain, profile.certificate_path, profile.exchange.server)
    for (name, judge), value in zip(VALIDATORS.items(), values, strict=True):
        sentence = judge(value)
        if sentence:
            where = clean_line(str(profile.path))
            raise UsageError(f"profile.{name.replace('_', '-')}", f"{name}: {sentence.rstrip('.')}", where=where)
