"""`pushtui config`: what the settings are, where they come from, what is wrong with them, and what they could be."""

from __future__ import annotations

import os
import sys

from pushtui.base.text import clean_line
from pushtui.base.values import replace
from pushtui.base.words import _
from pushtui.reporting.settings import settings_json, settings_text
from pushtui.settings.documentation import example
from pushtui.settings.language import settings_file
from pushtui.settings.reading import Gathered


def run(command: str, gathered: Gathered, *, json: bool) -> int:
    """Print what was asked for; 2 where something is wrong with the settings."""
    match command:
        case "path":
            sys.stdout.write(f"{settings_file()}\n")
        case "example":
            sys.stdout.write(example())
        case "keys":
            sys.stdout.write(_keys(gathered))
        case _:
            return _settings(_with_key_problems(gathered), json=json, quiet=command == "check")
    return 0


def _with_key_problems(gathered: Gathered) -> Gathered:
    from pushtui.tui.keymap import problems  # it knows what the keys do, and with that the terminal's parts

    return replace(gathered, problems=(*gathered.problems, *problems(gathered)))


def _settings(gathered: Gathered, *, json: bool, quiet: bool) -> int:
    path = settings_file()
    exists = os.path.exists(path)
    if json:
        sys.stdout.write(settings_json(gathered, path, exists=exists))
    elif not quiet:
        sys.stdout.write(settings_text(gathered, path, exists=exists))
    elif not gathered.problems:
        sys.stdout.write(_("Nothing is wrong with the settings.") + "\n")
    for problem in gathered.problems if not json else ():
        sys.stderr.write(f"pushtui: {problem}\n")
    return 2 if gathered.problems else 0


def _keys(gathered: Gathered) -> str:
    """Every action that a key does: its id for the settings, its keys now, and what it does."""
    from pushtui.tui import keymap
    from pushtui.tui.actions import actions

    wrong = {problem.where for problem in keymap.problems(gathered)}
    keymap.use(gathered.settings.keys if not wrong else {})
    shown = [action for action in actions() if action.description]
    ids, keys = (max(len(part) for part in column) for column in zip(*((a.id, a.display) for a in shown), strict=True))
    lines = [f"{a.id:<{ids}}  {a.display:<{keys}}  {clean_line(a.description)}" for a in shown]
    return "\n".join(lines) + "\n"
