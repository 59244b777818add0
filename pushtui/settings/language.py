"""Which language is spoken, found out before anything is said and before anything else is imported."""

from __future__ import annotations

import os
from collections.abc import Sequence

from pushtui.base import words

VARIABLE = "PUSHTUI_LANGUAGE"
FLAG = "--language"


def settings_file() -> str:
    """``$XDG_CONFIG_HOME/pushtui/settings.toml``; the XDG Base Directory Specification ignores relative values."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(folder, "pushtui", "settings.toml")


def speak(arguments: Sequence[str]) -> str:
    """Choose the language by the flag, the environment, the settings file or the locale; which it is.

    A file that cannot be read, or that names a language that there is not, is reported later, by who reads all of it.
    """
    asked = _flag(arguments) or os.environ.get(VARIABLE, "") or _in_file()
    if not asked or asked == "auto":
        return words.choose_by_locale()
    return words.choose(asked)


def _flag(arguments: Sequence[str]) -> str:
    for place, argument in enumerate(arguments):
        if argument == FLAG and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{FLAG}="):
            return argument.partition("=")[2]
    return ""


def _in_file() -> str:
    try:
        with open(settings_file(), "rb") as file:
            content = file.read()
    except OSError:
        return ""
    import tomllib

    try:
        language = tomllib.loads(content.decode("utf-8-sig")).get("language", "")
    except ValueError:
        return ""
    return language if isinstance(language, str) else ""
