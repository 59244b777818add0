"""The settings as they hold now, and where each comes from: a flag, the environment, the file, or the default."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pushtui.base import words
from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.base.text import clean_line
from pushtui.base.values import frozen, parts, replace
from pushtui.base.words import _
from pushtui.settings.language import settings_file
from pushtui.settings.model import OWN_THEMES, TEXTUAL_THEMES, Settings

Kind = Literal["default", "file", "environment", "flag"]

NAMES = tuple(part.name for part in parts(Settings))
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@frozen
class Origin:
    """Where a value comes from."""

    kind: Kind = "default"
    where: str = ""
    """The file with the line, the variable, or the flag; empty for a default."""


DEFAULT = Origin()


@frozen
class Gathered:
    """The settings, where each comes from, and everything that is wrong with what was given."""

    settings: Settings = field(default_factory=Settings)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Name → origin; a key is ``keys.ACTION``. What is not here is a default."""
    problems: tuple[UsageError, ...] = ()

    def origin(self, name: str) -> Origin:
        """Where the value of this setting comes from."""
        return self.origins.get(name, DEFAULT)

    def or_refuse(self) -> Settings:
        """The settings. Raises the first of the problems where there are any."""
        for problem in self.problems:
            raise problem
        return self.settings


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"PUSHTUI_{name.upper()}"


def gather(environment: Mapping[str, str], flags: Mapping[str, Any], path: Path | None = None) -> Gathered:
    """Put the settings together; a flag counts before the environment, that before the file."""
    place = path or Path(settings_file())
    found: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    problems: list[UsageError] = []
    for each in (_in_file(place), _in_environment(environment), _in_flags(flags)):
        for item in each:
            if isinstance(item, UsageError):
                problems.append(item)
                continue
            name, value, origin = item
            found[name], origins[name] = value, origin
    keys = {name.removeprefix("keys."): found.pop(name) for name in list(found) if name.startswith("keys.")}
    return Gathered(replace(Settings(), **found, keys=MappingProxyType(keys)), origins, tuple(problems))


Item = tuple[str, Any, Origin] | UsageError


# --- the file --------------------------------------------------------------------------------------------------------


def _in_file(path: Path) -> Iterator[Item]:
    where = clean_line(str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except FileNotFoundError:
        return
    except OSError as error:
        yield UsageError(
            "settings.unreadable", _("{path} cannot be read").format(path=where), cause=clean_line(error.strerror or "")
        )
        return
    except ValueError as error:  # no UTF-8, or no TOML: the message tells the line
        yield UsageError("settings.not-toml", _("{path} is not TOML").format(path=where), cause=clean_line(str(error)))
        return
    for key, value in table.items():
        if key == "keys" and isinstance(value, dict):
            yield from (_key(text, where, parts, given) for parts, given in _leaves(value))
        else:
            line = line_of(text, (key,))
            yield _read(key, value, Origin("file", _at(where, line)))


def _leaves(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """``main.plan = "f5"`` in a table is a table in a table; who quotes the name means the same."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _key(text: str, where: str, parts: tuple[str, ...], value: Any) -> Item:
    origin = Origin("file", _at(where, line_of(text, ("keys", *parts))))
    name = ".".join(parts)
    if not isinstance(value, str):
        return UsageError(
            "settings.wrong-value",
            _("{where}: “{key}” is {value!r}, expected the names of keys as one text").format(
                where=origin.where, key=clean_line(name), value=value
            ),
        )
    return f"keys.{name}", value, origin


def _at(where: str, line: int) -> str:
    return _("{file}, line {line}").format(file=where, line=line)


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line on which a key's value ends; the last one where there is no such key."""
    return _lines(text).get(path, len(text.splitlines()))


@lru_cache(maxsize=1)
def _lines(text: str) -> Mapping[tuple[str, ...], int]:
    """Key → the first line after which the text, read so far, has it."""
    found: dict[tuple[str, ...], int] = {}
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        with suppress(tomllib.TOMLDecodeError):
            for path in _paths(tomllib.loads("".join(lines[:count]))):
                found.setdefault(path, count)
    return found


def _paths(table: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in table.items():
        yield (*above, name)
        if isinstance(value, dict):
            yield from _paths(value, (*above, name))


# --- the environment and the flags -----------------------------------------------------------------------------------


def _in_environment(environment: Mapping[str, str]) -> Iterator[Item]:
    if environment.get("PUSHTUI_ASCII"):
        yield "symbols", "ascii", Origin("environment", "PUSHTUI_ASCII")
    for name in NAMES:
        text = environment.get(variable(name), "").strip()
        if text and name != "keys":
            yield _read(name, _typed(name, text), Origin("environment", variable(name)))


def _typed(name: str, text: str) -> Any:
    """A text as the kind of value that the setting has; left as it is where it cannot be that."""
    kind = type(getattr(Settings(), name))
    if kind is bool:
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
    try:
        return kind(text)
    except ValueError:
        return text


def _in_flags(flags: Mapping[str, Any]) -> Iterator[Item]:
    for name, value in flags.items():
        yield _read(name, value, Origin("flag", f"--{name.replace('_', '-')}"))


# --- what a value may be ---------------------------------------------------------------------------------------------


def _read(key: str, value: Any, origin: Origin) -> Item:
    try:
        name, read = key.replace("-", "_"), read_table(Settings, {key: value}, origin.where)
        value = getattr(read, name)
        expected = _RULES[name](value) if name in _RULES else ""
    except UsageError as error:
        return error
    if expected:
        return UsageError(
            "settings.wrong-value",
            _("{where}: “{key}” is {value!r}, expected {expected}").format(
                where=origin.where, key=clean_line(key), value=value, expected=expected
            ),
        )
    return name, value, origin


def _language(value: str) -> str:
    known = ("auto", *words.languages())
    return "" if value in known else _("one of {choices}").format(choices=", ".join(known))


def _theme(value: str) -> str:
    known = ("auto", *OWN_THEMES, *TEXTUAL_THEMES)
    return "" if value in known else _("one of {choices}").format(choices=", ".join(known))


_RULES: Mapping[str, Callable[[Any], str]] = {
    "language": _language,
    "theme": _theme,
    "log_lines": lambda value: "" if 1_000 <= value <= 2_000_000 else _("1000 to 2000000"),
    "console_history": lambda value: "" if 0 <= value <= 1_000 else _("0 to 1000"),
    "wait_seconds": lambda value: "" if 0 <= value <= 3600 else _("0 to 3600 seconds"),
}
"""Setting → what is expected instead of a value that it cannot have; empty where it can."""
