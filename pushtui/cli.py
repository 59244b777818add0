"""The command line. Imports nothing heavy before it is needed: `pushtui --help` loads no widget and no protocol."""

from __future__ import annotations

import argparse
import gettext
import os
import sys
from collections.abc import Callable, Sequence

from pushtui.base.errors import Cancelled, PushtuiError, ReadOnlyRefused, UsageError
from pushtui.base.secret import forbid_core_dumps
from pushtui.base.words import DOMAIN, FOLDER, _
from pushtui.commands.parser import STEPS, parser
from pushtui.settings.language import speak

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than the rest of this
if TYPE_CHECKING:
    from pathlib import Path

    from pushtui.commands.options import Options
    from pushtui.profile import Profile
    from pushtui.settings.model import Settings
    from pushtui.settings.reading import Gathered


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    _speak(given)
    options = parser(given).parse_args(given)
    forbid_core_dumps()
    from pushtui.base import defects

    defects.hold_back()
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
    except Exception as error:  # a defect, which Python would show with all that it says
        return _fail(defects.kept(error), 1)


def _speak(arguments: Sequence[str]) -> None:
    """Choose the language before the first word; `argparse` looks its own words up in our catalogue, too."""
    os.environ["LANGUAGE"] = speak(arguments)
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)


def _fail(error: PushtuiError, code: int) -> int:
    sys.stderr.write(f"pushtui: {error}\n")
    return code


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
        case "undo" if options.change and options.step:
            raise UsageError("undo.two-choices", _("--change names one change, so --step has nothing left to choose"))
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
    from pushtui.commands.config import run

    return run(options.config_command or "", _gathered(options), json=options.json)


def _profile(options: argparse.Namespace) -> Profile:
    from pushtui.profile import load, locate

    return load(locate(getattr(options, "profile", "")), _settings(options).wait_seconds)


def _headless(options: argparse.Namespace) -> int:
    from pushtui.engine.loading import start

    start()
    from pushtui.commands.start import run

    return run(_profile(options), _options(options))


def _runs(options: argparse.Namespace) -> int:
    from pushtui.commands.history import list_runs, show_run

    profile = _profile(options)
    if options.runs_command == "show":
        return show_run(profile, options.run, "json" if options.json else "html" if options.html else "markdown")
    return list_runs(profile, json=options.json)


def _doctor(options: argparse.Namespace) -> int:
    from pushtui.commands.doctor import run_doctor

    return run_doctor(_profile(options), json=options.json)


def _options(options: argparse.Namespace) -> Options:
    from pushtui.commands.options import Options
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
        change=getattr(options, "change", 0),
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
            from pushtui.commands.lab import Lab

            return stack.enter_context(Lab("fresh")).profile

        return _show(profile, gathered, options, lab=lab, welcome=not choice and not profile.path.exists())


def _lab(options: argparse.Namespace) -> int:
    from pushtui.commands.lab import Lab, become_lab

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
    from pushtui.engine.loading import start

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
