"""The settings as they hold, for people and as JSON."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator

from pushtui.base.commands import Json
from pushtui.base.text import clean_line
from pushtui.base.words import N_, _
from pushtui.settings.documentation import meaning, toml
from pushtui.settings.reading import NAMES, Gathered, Origin, variable

SCHEMA = 1

_KINDS = {
    "default": N_("default"),
    "file": N_("file"),
    "environment": N_("environment"),
    "flag": N_("flag"),
}


def _values(gathered: Gathered) -> Iterator[tuple[str, str | bool | int | float, Origin]]:
    for name in NAMES:
        if name != "keys":
            yield name, getattr(gathered.settings, name), gathered.origin(name)
    for name, keys in gathered.settings.keys.items():
        yield f"keys.{name}", keys, gathered.origin(f"keys.{name}")


def settings_text(gathered: Gathered, path: str, *, exists: bool) -> str:
    """Every value and where it comes from, then where to change it."""
    rows = [(name, toml(value), origin) for name, value, origin in _values(gathered)]
    names, values = (max(len(clean_line(row[place])) for row in rows) for place in (0, 1))  # type: ignore[arg-type]
    lines = [
        f"{clean_line(name):<{names}}  {clean_line(value):<{values}}  {_from(origin)}" for name, value, origin in rows
    ]
    if exists:
        return "\n".join([*lines, "", _("The settings file is {path}.").format(path=clean_line(path))]) + "\n"
    file, folder = (clean_line(shlex.quote(each)) for each in (path, os.path.dirname(path)))
    make = "mkdir", "-p", "-m", "700", folder, "&&", "pushtui", "config", "example", ">", file
    note = _("There is no settings file yet. This makes one to change:")
    return "\n".join([*lines, "", note, f"  {' '.join(make)}"]) + "\n"


def _from(origin: Origin) -> str:
    return origin.where or _(_KINDS[origin.kind])


def settings_json(gathered: Gathered, path: str, *, exists: bool) -> str:
    """The same as one JSON document."""
    entries: list[Json] = [
        {
            "key": name,
            "value": value,
            "origin": origin.kind,
            "where": origin.where,
            "variable": "" if name.startswith("keys.") else variable(name),
            "meaning": "" if name.startswith("keys.") else meaning(name),
        }
        for name, value, origin in _values(gathered)
    ]
    problems: list[Json] = [{"code": each.code, "message": str(each)} for each in gathered.problems]
    value: Json = {
        "schema": SCHEMA,
        "command": "config",
        "file": path,
        "exists": exists,
        "settings": entries,
        "problems": problems,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
