"""Commands and answered objects as JSON values and back, for the journal and the backup."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pushtui.base.commands import Cmdlet, GraphRequest, Json, Later, Scalar, Value
from pushtui.procedure.model import Command, ExchangeWrite, FileRemove, FileWrite, GraphWrite, WindowsWrite


def to_json(command: Command) -> dict[str, Json]:
    """The command with every value that is needed to send it again; :func:`from_json` is the way back."""
    match command:
        case ExchangeWrite(cmdlet):
            return {"to": "exchange", **cmdlet_to_json(cmdlet)}
        case WindowsWrite(cmdlet, server):
            return {"to": "windows", "server": server, **cmdlet_to_json(cmdlet)}
        case GraphWrite(request):
            return {
                "to": "graph",
                "text": command.text,
                "method": request.method,
                "path": request.path,
                "query": [[name, value] for name, value in request.query],
                "body": request.body,
            }
        case FileWrite(path, content):
            return {"to": "file", "text": command.text, "path": path, "content": _value(content)}
        case FileRemove(path):
            return {"to": "no-file", "text": command.text, "path": path}


def from_json(value: Mapping[str, Any]) -> Command:
    """The command in a journal entry. Raises `ValueError` for one that this version does not know."""
    try:
        match value["to"]:
            case "exchange":
                return ExchangeWrite(cmdlet_from_json(value))
            case "windows":
                return WindowsWrite(cmdlet_from_json(value), str(value["server"]))
            case "graph":
                query = tuple((str(name), str(item)) for name, item in value["query"])
                return GraphWrite(GraphRequest(value["method"], str(value["path"]), query, str(value["body"])))
            case "file":
                content = _value_from(value["content"])
                return FileWrite(str(value["path"]), content if isinstance(content, bytes) else None)
            case "no-file":
                return FileRemove(str(value["path"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a command: {type(error).__name__}") from None
    raise ValueError("not a command")


def plain(value: object) -> Json:
    """An answered value as JSON: bytes as base64, times as ISO 8601 in UTC."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return _time(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Sequence() | frozenset() | set():
            return [plain(item) for item in value]
        case _:
            return str(value)


def cmdlet_to_json(cmdlet: Cmdlet) -> dict[str, Json]:
    """A cmdlet with every value; :func:`cmdlet_from_json` is the way back."""
    parameters: list[Json] = [[name, _value(value)] for name, value in cmdlet.parameters]
    return {"text": cmdlet.text, "cmdlet": cmdlet.name, "parameters": parameters, "select": list(cmdlet.select)}


def cmdlet_from_json(value: Mapping[str, Any]) -> Cmdlet:
    """The cmdlet. Raises `KeyError`, `TypeError` or `ValueError` for what is none."""
    parameters = tuple((str(name), _value_from(item)) for name, item in value["parameters"])
    return Cmdlet(str(value["cmdlet"]), parameters, tuple(value["select"]))


def _value(value: Value) -> Json:
    if isinstance(value, tuple):
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: Scalar) -> Json:
    match value:
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"time": _time(value)}
        case Later(name):
            return {"later": name}
        case _:
            return value


def _value_from(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_scalar_from(item) for item in value)
    return _scalar_from(value)


def _scalar_from(value: Any) -> Scalar:
    match value:
        case {"bytes": str(text)}:
            return base64.b64decode(text)
        case {"time": str(text)}:
            return datetime.fromisoformat(text)
        case {"later": str(name)}:
            return Later(name)
        case None | bool() | int() | float() | str():
            return value
    raise ValueError("not a value")


def _time(value: datetime) -> str:
    """Naive times do not come up: everything answered is aware; one that is not is taken as UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()
