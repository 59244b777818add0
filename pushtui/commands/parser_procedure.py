"""The arguments of the commands of the procedure and of its upkeep: what they take, and what is said about it."""

from __future__ import annotations

import argparse

from pushtui.base.words import _

CONSENTS = ("service-principal-key", "replace-certificate", "break-trust")


def fill_check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "--probe", action="store_true", help=_("also run Exchange's own probe (stores nothing, takes a while)")
    )


def fill_plan(plan: argparse.ArgumentParser) -> None:
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


def fill_apply(apply: argparse.ArgumentParser) -> None:
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


def fill_keys(keys: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    _add_json(keys)
    actions = keys.add_subparsers(dest="keys_command", metavar="")
    words = _("list the keys; changes nothing")
    listing = actions.add_parser("list", help=words, description=capital(words), parents=[common])
    _add_json(listing, argparse.SUPPRESS)
    words = _("remove keys, keeping every other one: shown first, backed up, journaled")
    remove = actions.add_parser("remove", help=words, description=capital(words), parents=[common])
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


def fill_renew(renew: argparse.ArgumentParser) -> None:
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


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(_("expected the number of a change, from 1"))
    return number


def fill_undo(undo: argparse.ArgumentParser) -> None:
    undo.add_argument(
        "run",
        metavar="RUN",
        nargs="?",
        default="",
        help=_("the run, by its id, how that begins, or its number (default: the last one that changed anything)"),
    )
    undo.add_argument(
        "--change",
        metavar="N",
        type=_number,
        default=0,
        help=_("only this change of the run, by its number in pushtui runs show; what the run did after it stays"),
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


def capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
