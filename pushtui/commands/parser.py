"""The parser of the command line. Imports nothing heavy: `pushtui --help` loads it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from pushtui import __version__
from pushtui.base.words import _
from pushtui.commands.parser_procedure import (
    capital,
    fill_apply,
    fill_check,
    fill_keys,
    fill_plan,
    fill_renew,
    fill_undo,
)

STEPS = (
    "tenant",
    "servers",
    "certificate",
    "auth-server",
    "service-principal",
    "push-proxy",
    "verification",
)


class _Help(argparse.HelpFormatter):
    """As wide as the terminal. `argparse` asks `shutil` for that, which loads the compressors of archives first."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _ProgramHelp(_Help, argparse.RawDescriptionHelpFormatter): ...


class Parser(argparse.ArgumentParser):
    """Takes no abbreviations. A command's own commands are of the same kind."""

    def __init__(self, *, formatter_class: type[argparse.HelpFormatter] = _Help, **options: Any) -> None:
        super().__init__(formatter_class=formatter_class, allow_abbrev=False, **options)


def _columns() -> int:
    """By the rules of `shutil.get_terminal_size`: what COLUMNS says, else the terminal, else 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """For this line: the commands that it cannot mean are only named. In the language that was chosen before."""
    common = Parser(add_help=False)
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
    screen = Parser(add_help=False)
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
    steps = Parser(add_help=False)
    steps.add_argument(
        "--step",
        metavar="ID",
        choices=STEPS,
        action="append",
        default=[],
        help=_("only this step; may be given several times (default: all seven)"),
    )
    steps.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))

    program = Parser(
        prog="pushtui",
        description=_(
            "Checks, sets up and proves the trust between on-premises Exchange and Microsoft 365"
            " that push notification proxying needs. Without a command, starts the terminal application."
        ),
        epilog=_exit_codes(),
        formatter_class=_ProgramHelp,
        parents=[common, screen],
    )
    program.add_argument("--version", action="version", version=f"pushtui {__version__}")
    named = Parser(add_help=False)  # one for all commands that no word of the line chooses: lines of the help

    def of(**options: Any) -> argparse.ArgumentParser:
        return Parser(**options) if "parents" in options else named

    commands = program.add_subparsers(  # type: ignore[call-overload]  # typed as a class, but only called
        dest="command", metavar="COMMAND", prog="pushtui", parser_class=of
    )
    for name, text, parents, fill in (
        (
            "check",
            _("read both sides and say which link of the chain is broken; changes nothing"),
            [common, steps],
            fill_check,
        ),
        (
            "plan",
            _("as check, and show every change that apply would make; changes nothing"),
            [common, steps],
            fill_plan,
        ),
        ("apply", _("show the plan, ask, then make the changes and prove them"), [common, steps], fill_apply),
        (
            "keys",
            _("list the service principal's keys and whose they are, or remove some of them"),
            [common],
            lambda command: fill_keys(command, common),
        ),
        (
            "renew",
            _("renew the Auth certificate before it ends, in steps over days: run it again when it says so"),
            [common],
            fill_renew,
        ),
        (
            "undo",
            _("take back what a run did: show the plan and what does not come back, ask, then do it"),
            [common, steps],
            fill_undo,
        ),
        (
            "runs",
            _("list the runs that changed this organization, or show one for a change ticket"),
            [common],
            _fill_runs,
        ),
        (
            "report",
            _("check, and write all of it down for a ticket: findings, servers, certificates, keys, planned changes"),
            [common],
            _fill_report,
        ),
        (
            "script",
            _("write the plan as a PowerShell script with this organization's values, to be run by hand on Windows"),
            [common],
            _add_out,
        ),
        (
            "doctor",
            _("test every leg of the way to both sides, and say what to try where one fails; changes nothing"),
            [common],
            _fill_doctor,
        ),
        (
            "lab",
            _("start a simulated organization and tenant, and the terminal application connected to them"),
            [common, screen],
            _fill_lab,
        ),
        ("config", _("show every setting and where it comes from"), [common, screen], _fill_config),
    ):
        if name in arguments:
            command = commands.add_parser(name, help=text, description=capital(text), parents=parents)
            fill(command)
        else:
            commands.add_parser(name, help=text)
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


def _fill_runs(runs: argparse.ArgumentParser) -> None:
    runs.add_argument("--json", action="store_true", help=_("print one JSON document"))
    actions = runs.add_subparsers(dest="runs_command", metavar="")
    text = _("one run as a report: Markdown, or as below")
    show = actions.add_parser("show", help=text, description=capital(text))
    show.add_argument("run", metavar="RUN", help=_("the run, by its id, how that begins, or its number in the list"))
    form = show.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help=_("one HTML document that needs no other file"))
    form.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_("one JSON document"))


def _fill_report(report: argparse.ArgumentParser) -> None:
    report.add_argument(
        "--format",
        dest="form",
        choices=["markdown", "html", "json"],
        default="markdown",
        help=_("markdown (the default), html (one file that needs no other) or json"),
    )
    _add_out(report)
    report.add_argument("--probe", action="store_true", help=_("also run Exchange's own probe, as check does"))


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", metavar="FILE", default="", help=_("write to this file, readable for you alone (default: print it)")
    )


def _fill_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))


def _fill_lab(lab: argparse.ArgumentParser) -> None:
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


def _fill_config(config: argparse.ArgumentParser) -> None:
    config.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))
    actions = config.add_subparsers(dest="config_command", metavar="")
    for name, words in {
        "check": _("only say what is wrong with them; 2 where something is"),
        "example": _("print a settings file that explains every setting"),
        "keys": _("list what keys do, with the ids that the settings name"),
        "path": _("print where the settings file is"),
    }.items():
        actions.add_parser(name, help=words, description=capital(words))
