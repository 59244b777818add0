"""Commands for people; of a request the whole body, with only the middle of long values left out."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.procedure.model import Command, GraphWrite
from pushtui.reporting.filling import known_later

_LONG = 60
"""Characters from which on a value is shortened: an encoded certificate has more than a thousand."""
_SHOWN = 8


def command_text(command: Command) -> str:
    """The command word for word; what is not known yet is said in the reader's language."""
    return known_later(command.text)


def body_lines(command: Command) -> list[str]:
    """The body, a line for each item of a list; none where the command has none, or it is not known yet."""
    if not isinstance(command, GraphWrite):
        return []
    body = command.request.body
    if not body:
        return [_("(the body is known after apply)")]
    try:
        value = json.loads(body)
    except ValueError:
        return [clean_line(body)]
    if not isinstance(value, dict):
        return [clean_line(_short(value))]
    lines = ["{"]
    for name, item in value.items():
        head = f"  {clean_line(json.dumps(name))}:"
        if isinstance(item, list) and item:
            lines += [f"{head} [", *(f"    {clean_line(_short(each))}," for each in item), "  ],"]
        else:
            lines.append(f"{head} {clean_line(_short(item))},")
    return [*(line.removesuffix(",") if _last(lines, place) else line for place, line in enumerate(lines)), "}"]


def _last(lines: list[str], place: int) -> bool:
    """Whether nothing follows this line that a comma would divide it from."""
    return place + 1 == len(lines) or lines[place + 1].lstrip().startswith("]")


def _short(value: Any) -> str:
    """JSON, with long texts shortened; of an encoded certificate, its thumbprint stands beside."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {_short(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    if not isinstance(value, str) or len(value) < _LONG:
        return json.dumps(value)
    shortened = f"{json.dumps(value[:_SHOWN])[:-1]}…{json.dumps(value[-4:])[1:]}"
    try:
        data = base64.b64decode(value, validate=True)
    except ValueError:
        return shortened
    thumbprint = hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()
    return f"{shortened} (SHA-1 {thumbprint})"
