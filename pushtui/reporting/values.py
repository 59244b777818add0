"""What a change has as `before` and `after`, as rows of properties that people know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pushtui.base.commands import Json
from pushtui.base.words import _
from pushtui.reporting import sentences
from pushtui.reporting.filling import known_later


def rows(target: str, before: Json, after: Json) -> Iterable[tuple[str, str, str]]:
    """Name, value before, value after; a value that has no properties goes by the name of its object."""
    old, new = properties(before), properties(after)
    for name in dict.fromkeys((*old, *new)):
        yield sentences.property_name(name) if name else target, shown(old.get(name)), shown(new.get(name))


def properties(value: Json) -> Mapping[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def shown(value: object) -> str:
    match value:
        case None | "" | []:
            return _("(none)")
        case bool():
            return _("yes") if value else _("no")
        case str():
            return known_later(value)
        case list():
            return ", ".join(shown(item) for item in value)
        case _:
            return json.dumps(value, ensure_ascii=False)
