"""The parser of the command line. Imports nothing heavy: `pushtui --help` loads it."""

from __future__ import annotations

import argparse

from pushtui import __version__
from pushtui.base.words import _
from pushtui.commands.parser_procedure import add_apply, add_check, add_keys, add_plan, add_renew, add_undo, capital

STEPS = (
    "tenant",
    "servers",
    "certificate",
    "auth-server",
    "service-principal",
    "push-proxy",
    "verification",
)


def parser() -> argparse.ArgumentParser:
    """Of all commands; the words are in the language that was chosen before."""
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument(
        "-p",
        "--profile",
        metavar="NAME|PATH",
        default=argparse.SUPPRESS,
        help=_("the profile: a name in $XDG_CONFIG_HOME/pushtui/, or a TOML file (default: default)"),
    )
    common.add_argument(
        "--read-only", action="store_true", default=argparse.SUPPRESS, help=_("nothing is written, whatever is asked")
    )
    common.add_argument(
        "--language", metavar="CODE", default=argparse.SUPPRESS, help=_("speak this language, such as en or it")
    )
    screen = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    screen.add_argument("--theme", metavar="NAME", default=argparse.SUPPRESS, help=_("the colours of the screen"))
    screen.add_argument(
        "--plain",
        action="store_true",
        default=argparse.SUPPRESS,
        help=_("no frames and nothing that moves: for screen readers and slow lines"),
    )
    screen.add_argument(
        "--mouse", action="store_true", default=argparse.SUPPRESS, help=_("take the mouse from the terminal")
    )
    steps = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    steps.add_argument(
        "--step",
        metavar="ID",
        choices=STEPS,
        action="append",
        default=[],
        help=_("only this step; may be given several times (default: all seven)"),
    )
    steps.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))

    program = argparse.ArgumentParser(
        prog="pushtui",
        description=_(
            "Checks, sets up and proves the trust between on-premises Exchange and Microsoft 365"
            " that push notification proxying needs. Without a command, starts the terminal application."
        ),
        epilog=_exit_codes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common, screen],
        allow_abbrev=False,
    )
    program.add_argument("--version", action="version", version=f"pushtui {__version__}")
    commands = program.add_subparsers(dest="command", metavar="COMMAND")
    add_check(commands, [common, steps])
    add_plan(commands, [common, steps])
    add_apply(commands, [common, steps])
    add_keys(commands, common)
    add_renew(commands, common)
    add_undo(commands, [common, steps])
    _add_runs(commands, [common])
    _add_report(commands, [common])
    _add_script(commands, [common])
    _add_doctor(commands, [common])
    _add_lab(commands, [common, screen])
    _add_config(commands, [common, screen])
    return program


def _exit_codes() -> str:
    return _(
        """\
exit codes:
  0    everything as it should be
  1    it could not be found out or done (after apply: also what is still waiting)
  2    wrong usage, or a profile that cannot be used
  3    changes are needed, or something is still waiting (check, plan, renew)
  4    a person must act
  130  interrupted

Steps: tenant, servers, certificate, auth-server, service-principal, push-proxy,
verification. Without --probe, check leaves verification out.
"""
    )


def _add_runs(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("list the runs that changed this organization, or show one for a change ticket")
    runs = commands.add_parser("runs", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    runs.add_argument("--json", action="store_true", help=_("print one JSON document"))
    actions = runs.add_subparsers(dest="runs_command", metavar="")
    text = _("one run as a report: Markdown, or as below")
    show = actions.add_parser("show", help=text, description=capital(text), allow_abbrev=False)
    show.add_argument("run", metavar="RUN", help=_("the run, by its id, how that begins, or its number in the list"))
    form = show.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help=_("one HTML document that needs no other file"))
    form.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_("one JSON document"))


def _add_report(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("check, and write all of it down for a ticket: findings, servers, certificates, keys, planned changes")
    report = commands.add_parser("report", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    report.add_argument(
        "--format",
        dest="form",
        choices=["markdown", "html", "json"],
        default="markdown",
        help=_("markdown (the default), html (one file that needs no other) or json"),
    )
    _add_out(report)
    report.add_argument("--probe", action="store_true", help=_("also run Exchange's own probe, as check does"))


def _add_script(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("write the plan as a PowerShell script with this organization's values, to be run by hand on Windows")
    script = commands.add_parser("script", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    _add_out(script)


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", metavar="FILE", default="", help=_("write to this file, readable for you alone (default: print it)")
    )


def _add_doctor(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("test every leg of the way to both sides, and say what to try where one fails; changes nothing")
    doctor = commands.add_parser("doctor", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    doctor.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))


def _add_lab(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("start a simulated organization and tenant, and the terminal application connected to them")
    lab = commands.add_parser("lab", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    lab.add_argument(
        "--scenario",
        metavar="NAME|FILE|list",
        default="fresh",
        help=_("the starting state: the name of a scenario, “list” to show them all, or a TOML file"),
    )
    lab.add_argument(
        "--kerberos",
        action="store_true",
        help=_("start a KDC as well, offer Kerberos everywhere, and sign in with it"),
    )
    lab.add_argument(
        "--serve",
        action="store_true",
        help=_("the lab alone: prints one JSON line, runs until SIGTERM or until its standard input closes"),
    )
    actions = lab.add_subparsers(dest="lab_command", metavar="")
    approve = actions.add_parser("approve", help=_("approve the device sign-in that shows CODE, in a running lab"))
    approve.add_argument("code", metavar="CODE")
    approve.add_argument("--decline", action="store_true", help=_("decline it instead"))


def _add_config(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("show every setting and where it comes from")
    config = commands.add_parser("config", help=text, description=capital(text), parents=parents, allow_abbrev=False)
    config.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))
    actions = config.add_subparsers(dest="config_command", metavar="")
    for name, words in {
        "check": _("only say what is wrong with them; 2 where something is"),
        "example": _("print a settings file that explains every setting"),
        "keys": _("list what keys do, with the ids that the settings name"),
        "path": _("print where the settings file is"),
    }.items():
        actions.add_parser(name, help=words, description=capital(words), allow_abbrev=False)
