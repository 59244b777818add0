"""The OData query options that Graph's directory objects understand (OData 4.01 part 2, 5.1)."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from pushtui.lab.tenant.errors import GraphError

Properties = dict[str, Any]
_FILTER = re.compile(r"(?P<name>\w+) eq '(?P<value>(?:[^']|'')*)'")
_STARTS = re.compile(r"startswith\((?P<name>\w+),\s*'(?P<value>(?:[^']|'')*)'\)")
_ANY = re.compile(r"(?P<name>\w+)/any\((?P<variable>\w+):\s*(?P=variable) eq '(?P<value>(?:[^']|'')*)'\)")


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    return GraphError(400, code, message)


def check_options(request: web.Request, allowed: Collection[str]) -> None:
    """Refuse a ``$`` option that this resource does not take; names without ``$`` are custom options and pass."""
    for name in request.query:
        if name.startswith("$") and name not in allowed:
            raise bad_request(f"Query option '{name}' was specified for a request that does not support it.")


def selected(request: web.Request) -> list[str]:
    """The names in ``$select``; empty where there is none."""
    return [name.strip() for name in request.query.get("$select", "").split(",") if name.strip()]


def select(entity: Properties, names: Sequence[str], kind: str) -> Properties:
    """The entity with the selected properties only; raises 400 for a name that `kind` lacks."""
    if not names:
        return entity
    for name in names:
        if name not in entity:
            raise bad_request(
                "Parsing OData Select and Expand failed: Could not find a property named "
                f"'{name}' on type 'microsoft.graph.{kind}'."
            )
    return {name: value for name, value in entity.items() if name in names}


def matches(entity: Properties, expression: str, fields: Collection[str], kind: str) -> bool:
    """Whether the entity passes ``$filter``: ``eq`` and ``startswith`` on `fields`, ``any`` on their lists."""
    for pattern in (_FILTER, _STARTS, _ANY):
        found = pattern.fullmatch(expression.strip())
        if not found:
            continue
        name, value = found["name"], found["value"].replace("''", "'").lower()
        if name not in entity:
            raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.")
        if name not in fields or isinstance(entity[name], list) is not (pattern is _ANY):
            break
        if pattern is _ANY:
            return value in [str(item).lower() for item in entity[name]]
        text = str(entity[name] or "").lower()
        return text == value if pattern is _FILTER else text.startswith(value)
    else:
        raise bad_request("Invalid filter clause")
    raise bad_request(
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource "
        f"'{kind[0].upper()}{kind[1:]}'.",
        "Request_UnsupportedQuery",
    )


def page(request: web.Request, items: Sequence[Properties], name: str, size: int) -> web.Response:
    """A collection, in pages of ``$top`` or `size`, with ``@odata.nextLink`` where more follow."""
    top, start = _top(request) or size, _start(request)
    answer: Properties = {
        "@odata.context": f"https://{request.host}/v1.0/$metadata#{name}",
        "value": list(items[start : start + top]),
    }
    if start + top < len(items):
        token = base64.urlsafe_b64encode(str(start + top).encode()).decode()
        query = {key: value for key, value in request.query.items() if key != "$skiptoken"} | {"$skiptoken": token}
        answer["@odata.nextLink"] = f"https://{request.host}{request.path}?{urlencode(query, safe='$')}"
    return web.json_response(answer)


def entity_response(request: web.Request, entity: Properties, name: str) -> web.Response:
    """One object."""
    context = f"https://{request.host}/v1.0/$metadata#{name}/$entity"
    return web.json_response({"@odata.context": context, **entity})


def _top(request: web.Request) -> int:
    text = request.query.get("$top")
    if text is None:
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= 999:
        raise bad_request(
            f"Invalid page size specified: '{text}'. Must be between 1 and 999 inclusive.", "Request_BadRequest"
        )
    return int(text)


def _start(request: web.Request) -> int:
    token = request.query.get("$skiptoken")
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError:
        raise bad_request("Skip token is invalid.", "Directory_ExpiredPageToken") from None
