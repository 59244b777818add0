"""The command line. Imports nothing heavy before it is needed: `pushtui --help` loads no widget and no protocol."""

from __future__ import annotations

import argparse
import gettext
import os
import sys
from collections.abc import Callable, Sequence

from pushtui import __version__
from pushtui.base.errors import Cancelled, PushtuiError, ReadOnlyRefused, UsageError
from pushtui.base.secret import forbid_core_dumps
from pushtui.base.words import DOMAIN, FOLDER, _
from pushtui.settings.language import speak

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than the rest of this
if TYPE_CHECKING:
    from pathlib import Path

    from pushtui.headless import Options
    from pushtui.profile import Profile
    from pushtui.settings.model import Settings
    from pushtui.settings.reading import Gathered

STEPS = (
    "tenant",
    "servers",
    "certificate",
    "auth-server",
    "service-principal",
    "push-proxy",
    "verification",
)
CONSENTS = ("service-principal-key", "replace-certificate", "break-trust")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    _speak(given)
    options = _parser().parse_args(given)
    forbid_core_dumps()
    try:
        return _dispatch(options)
    except (UsageError, ReadOnlyRefused) as error:
        return _fail(error, 2)
    except Cancelled:
        return 130
    except PushtuiError as error:
        return _fail(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains when it flushes at its end
        return 1
    except KeyboardInterrupt:
        return 130


def _speak(arguments: Sequence[str]) -> None:
    """Choose the language before the first word; `argparse` looks its own words up in our catalogue, too."""
    os.environ["LANGUAGE"] = speak(arguments)
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)


def _fail(error: PushtuiError, code: int) -> int:
    sys.stderr.write(f"pushtui: {error}\n")
    return code


def _parser() -> argparse.ArgumentParser:
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

    parser = argparse.ArgumentParser(
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
    parser.add_argument("--version", action="version", version=f"pushtui {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands, [common, steps])
    _add_plan(commands, [common, steps])
    _add_apply(commands, [common, steps])
    _add_keys(commands, common)
    _add_renew(commands, common)
    _add_undo(commands, [common, steps])
    _add_runs(commands, [common])
    _add_report(commands, [common])
    _add_script(commands, [common])
    _add_doctor(commands, [common])
    _add_lab(commands, [common, screen])
    _add_config(commands, [common, screen])
    return parser


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


def _add_check(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("read both sides and say which link of the chain is broken; changes nothing")
    check = commands.add_parser("check", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    check.add_argument(
        "--probe", action="store_true", help=_("also run Exchange's own probe (stores nothing, takes a while)")
    )


def _add_plan(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("as check, and show every change that apply would make; changes nothing")
    plan = commands.add_parser("plan", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    _add_plan_file(plan)
    _add_overwriting(plan)


def _add_plan_file(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out",
        metavar="FILE",
        default="",
        help=_("keep the plan in this file, for pushtui apply FILE; changes nothing"),
    )


def _add_overwriting(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--overwrite-certificate-file",
        action="store_true",
        help=_("replace a different file at the certificate path"),
    )


def _add_apply(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("show the plan, ask, then make the changes and prove them")
    apply = commands.add_parser("apply", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    apply.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        default="",
        help=_("a plan that was kept with --out: exactly what it shows is done, or not at all (default: plan now)"),
    )
    _add_consents(apply)
    _add_overwriting(apply)


def _add_consents(command: argparse.ArgumentParser) -> None:
    command.add_argument("--yes", action="store_true", help=_("do not ask; the consents below are still needed"))
    command.add_argument(
        "--accept",
        metavar="NAME",
        choices=CONSENTS,
        action="append",
        default=[],
        help=_(
            "consent to a change that wants a consent of its own: service-principal-key (adds a key to the service"
            " principal that all of Exchange Online shares), replace-certificate (replaces a usable Auth certificate)"
            " or break-trust (removes the key that this organization signs with, or will sign with next)"
        ),
    )


def _add_json(command: argparse.ArgumentParser, default: bool | str = False) -> None:
    command.add_argument(
        "--json", action="store_true", default=default, help=_("print one JSON document on standard output")
    )


def _add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    text = _("list the service principal's keys and whose they are, or remove some of them")
    keys = commands.add_parser("keys", help=text, description=_capital(text), parents=[common], allow_abbrev=False)
    _add_json(keys)
    actions = keys.add_subparsers(dest="keys_command", metavar="")
    words = _("list the keys; changes nothing")
    listing = actions.add_parser("list", help=words, description=_capital(words), parents=[common], allow_abbrev=False)
    _add_json(listing, argparse.SUPPRESS)
    words = _("remove keys, keeping every other one: shown first, backed up, journaled")
    remove = actions.add_parser("remove", help=words, description=_capital(words), parents=[common], allow_abbrev=False)
    remove.add_argument(  # not named keys: so are the keyboard's in the settings
        "chosen", metavar="THUMBPRINT|SHA256", nargs="*", default=[], help=_("the keys, as pushtui keys shows them")
    )
    remove.add_argument("--expired", action="store_true", help=_("every key whose end has passed, whoever owns it"))
    remove.add_argument(
        "--all-of-this-organization",
        action="store_true",
        help=_("the keys of AuthConfig's current, next and previous certificates: ends this trust"),
    )
    _add_consents(remove)
    _add_plan_file(remove)
    _add_json(remove, argparse.SUPPRESS)


def _add_renew(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    text = _("renew the Auth certificate before it ends, in steps over days: run it again when it says so")
    renew = commands.add_parser("renew", help=text, description=_capital(text), parents=[common], allow_abbrev=False)
    renew.add_argument(
        "--within-days",
        metavar="DAYS",
        type=_days,
        default=None,
        help=_("renew when less than this is left (default: the profile's renewal.within_days, 60)"),
    )
    _add_consents(renew)
    _add_plan_file(renew)
    _add_json(renew)


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 1000:
        raise argparse.ArgumentTypeError(_("expected a number of days, at most 1000"))
    return days


def _add_undo(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("take back what a run did: show the plan and what does not come back, ask, then do it")
    undo = commands.add_parser("undo", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    undo.add_argument(
        "run",
        metavar="RUN",
        nargs="?",
        default="",
        help=_("the run, by its id, how that begins, or its number (default: the last one that changed anything)"),
    )
    undo.add_argument("--yes", action="store_true", help=_("do not ask; the consents below are still needed"))
    undo.add_argument(
        "--accept",
        metavar="NAME",
        choices=["replace-certificate", "service-principal-key"],
        action="append",
        default=[],
        help=_(
            "consent to replace-certificate (the Auth certificate before the run becomes the current one again) or"
            " service-principal-key (keys that the run took out of the shared service principal are added again)"
        ),
    )
    _add_plan_file(undo)


def _add_runs(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("list the runs that changed this organization, or show one for a change ticket")
    runs = commands.add_parser("runs", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    runs.add_argument("--json", action="store_true", help=_("print one JSON document"))
    actions = runs.add_subparsers(dest="runs_command", metavar="")
    text = _("one run as a report: Markdown, or as below")
    show = actions.add_parser("show", help=text, description=_capital(text), allow_abbrev=False)
    show.add_argument("run", metavar="RUN", help=_("the run, by its id, how that begins, or its number in the list"))
    form = show.add_mutually_exclusive_group()
    form.add_argument("--html", action="store_true", help=_("one HTML document that needs no other file"))
    form.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_("one JSON document"))


def _add_report(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("check, and write all of it down for a ticket: findings, servers, certificates, keys, planned changes")
    report = commands.add_parser("report", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
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
    script = commands.add_parser("script", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    _add_out(script)


def _add_out(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", metavar="FILE", default="", help=_("write to this file, readable for you alone (default: print it)")
    )


def _add_doctor(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("test every leg of the way to both sides, and say what to try where one fails; changes nothing")
    doctor = commands.add_parser("doctor", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    doctor.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))


def _add_lab(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], parents: list[argparse.ArgumentParser]
) -> None:
    text = _("start a simulated organization and tenant, and the terminal application connected to them")
    lab = commands.add_parser("lab", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
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
    config = commands.add_parser("config", help=text, description=_capital(text), parents=parents, allow_abbrev=False)
    config.add_argument("--json", action="store_true", help=_("print one JSON document on standard output"))
    actions = config.add_subparsers(dest="config_command", metavar="")
    for name, words in {
        "check": _("only say what is wrong with them; 2 where something is"),
        "example": _("print a settings file that explains every setting"),
        "keys": _("list what keys do, with the ids that the settings name"),
        "path": _("print where the settings file is"),
    }.items():
        actions.add_parser(name, help=words, description=_capital(words), allow_abbrev=False)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _dispatch(options: argparse.Namespace) -> int:
    match options.command:
        case None:
            return _application(options)
        case "lab":
            return _lab(options)
        case "keys":
            options.command = f"keys {options.keys_command or 'list'}"
            if options.keys_command == "remove" and not (
                options.chosen or options.expired or options.all_of_this_organization
            ):
                raise UsageError(
                    "keys.none-named",
                    _("No key is named"),
                    remedy=_("Name thumbprints, or give --expired or --all-of-this-organization"),
                )
            return _headless(options)
        case "apply" if options.file and (options.step or options.overwrite_certificate_file):
            raise UsageError(
                "apply.two-plans",
                _("The plan in the file says what is done; --step and --overwrite-certificate-file are for making one"),
            )
        case "runs":
            return _runs(options)
        case "doctor":
            return _doctor(options)
        case "config":
            return _config(options)
        case _:
            return _headless(options)


def _gathered(options: argparse.Namespace) -> Gathered:
    from pushtui.settings.reading import NAMES, gather

    return gather(os.environ, {name: value for name, value in vars(options).items() if name in NAMES})


def _settings(options: argparse.Namespace) -> Settings:
    return _gathered(options).or_refuse()


def _config(options: argparse.Namespace) -> int:
    from pushtui.configuration import run

    return run(options.config_command or "", _gathered(options), json=options.json)


def _profile(options: argparse.Namespace) -> Profile:
    from pushtui.profile import load, locate

    return load(locate(getattr(options, "profile", "")), _settings(options).wait_seconds)


def _headless(options: argparse.Namespace) -> int:
    from pushtui.headless import run

    return run(_profile(options), _options(options))


def _runs(options: argparse.Namespace) -> int:
    from pushtui.history import list_runs, show_run

    profile = _profile(options)
    if options.runs_command == "show":
        return show_run(profile, options.run, "json" if options.json else "html" if options.html else "markdown")
    return list_runs(profile, json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from pushtui.headless import run_doctor

    return run_doctor(_profile(options), json=options.json)


def _options(options: argparse.Namespace) -> Options:
    from pushtui.headless import Options
    from pushtui.procedure.model import Consent, StepId

    chosen = getattr(options, "step", ()) or STEPS
    return Options(
        command=options.command,
        steps=tuple(step for step in StepId if step.value in chosen),
        probe=getattr(options, "probe", False),
        json=getattr(options, "json", False),
        yes=getattr(options, "yes", False),
        accepted=frozenset(Consent(name) for name in getattr(options, "accept", ())),
        overwrite_certificate_file=getattr(options, "overwrite_certificate_file", False),
        read_only=getattr(options, "read_only", False),
        keys=tuple(getattr(options, "chosen", ())),
        expired=getattr(options, "expired", False),
        within_days=getattr(options, "within_days", None),
        all_of_this_organization=getattr(options, "all_of_this_organization", False),
        run_id=getattr(options, "run", ""),
        form=getattr(options, "form", "markdown"),
        out=getattr(options, "out", ""),
        file=getattr(options, "file", ""),
    )


def _application(options: argparse.Namespace) -> int:
    from pushtui.profile import load, load_or_new, locate

    gathered, choice = _gathered(options), getattr(options, "profile", "")
    wait = gathered.or_refuse().wait_seconds
    profile = load(locate(choice), wait) if choice else load_or_new(locate(choice), wait)
    _refuse_without_terminal()
    from contextlib import ExitStack

    with ExitStack() as stack:

        def lab() -> Path:
            from pushtui.laboratory import Lab

            return stack.enter_context(Lab("fresh")).profile

        return _show(profile, gathered, options, lab=lab, welcome=not choice and not profile.path.exists())


def _lab(options: argparse.Namespace) -> int:
    from pushtui.laboratory import Lab, become_lab

    if options.lab_command == "approve":
        return become_lab(["approve", options.code, *(["--decline"] if options.decline else [])])
    if options.serve or options.scenario == "list":
        return become_lab(["--scenario", options.scenario, *(["--kerberos"] if options.kerberos else [])])
    gathered = _gathered(options)
    wait = gathered.or_refuse().wait_seconds
    _refuse_without_terminal()
    from pushtui.profile import load

    with Lab(options.scenario, kerberos=options.kerberos) as lab:
        return _show(load(lab.profile, wait), gathered, options)


def _show(
    profile: Profile,
    gathered: Gathered,
    options: argparse.Namespace,
    *,
    lab: Callable[[], Path] | None = None,
    welcome: bool = False,
) -> int:
    from pushtui.tui.preload import start

    start()
    from pushtui.tui.launch import run

    return run(profile, gathered, read_only=getattr(options, "read_only", False), lab=lab, welcome=welcome)


def _refuse_without_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "terminal.absent",
            _("The terminal application needs a terminal"),
            remedy=_("Use pushtui check, plan or apply where there is none"),
        )
