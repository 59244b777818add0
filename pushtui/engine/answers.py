"""What was sent and answered, as text for reading: decoded, redacted value by value, cleaned, indented. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeAlias
from xml.etree import ElementTree as ET  # document types are refused before parsing
from xml.sax.saxutils import escape, quoteattr

from pushtui.base.commands import Cmdlet, GraphRequest, literal
from pushtui.base.text import clean
from pushtui.base.values import frozen
from pushtui.engine.encoding import plain
from pushtui.exchange.clixml import TEXT, TYPES, ClixmlError, decode

Form: TypeAlias = Literal["json", "clixml"]
Redact: TypeAlias = Callable[[str], str]

_MASK = "***"
_SECRET_NAME = re.compile(
    r"(?i)(password|passwd|passphrase|secret|privatekey|access_?token|refresh_?token)(text|value)?$"
)
"""A property whose value nobody should read over somebody's shoulder, whatever it is."""
_TEXTS = frozenset({"S", "SBK", "BA", "Obj"})
"""Elements that can hold a secret; a Boolean called HasPrivateKey holds none."""
_XML_INDENT = "  "


@frozen
class Told:
    """What was sent."""

    text: str
    """The whole command on one line, as an administrator would type it."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Parameters of a cmdlet, or the query of a request, each with its value as text."""
    body: tuple[str, ...] = ()
    """The JSON of a request, as lines."""


@frozen
class Part:
    """One thing that came back."""

    kind: str
    """`output`, `warning`, `error` or `verbose`."""
    lines: tuple[str, ...]


def told_of(about: object, redact: Redact) -> Told:
    """What was sent, from the command itself."""
    match about:
        case Cmdlet():
            shown = [(name, _safe(literal(value), redact)) for name, value in about.parameters]
            if about.select:
                shown.append(("Select-Object", ", ".join(about.select)))
            return Told(_safe(about.text, redact), tuple(shown))
        case GraphRequest():
            query = tuple((name, _safe(value, redact)) for name, value in about.query)
            body = _json_lines(about.body, redact) if about.body else ()
            return Told(_safe(about.text, redact), query, body)
        case _:
            return Told(_safe(str(about), redact))


def part_of(kind: str, body: str, form: Form, redact: Redact) -> Part:
    """One body as lines. What cannot be decoded is shown as it came, redacted and cleaned all the same."""
    text = body.lstrip()
    if text.startswith("<"):
        try:
            lines = tuple(_xml_lines(text, redact)) if form == "clixml" else _value_lines(decode(text), redact)
        except ClixmlError:
            lines = _plain_lines(body, redact)
    elif text.startswith(("{", "[")):
        lines = _json_lines(body, redact)
    else:
        lines = _plain_lines(body, redact)
    return Part(kind, lines)


def _json_lines(body: str, redact: Redact) -> tuple[str, ...]:
    try:
        value = json.loads(body)
    except ValueError:
        return _plain_lines(body, redact)
    return _value_lines(value, redact)


def _value_lines(value: Any, redact: Redact) -> tuple[str, ...]:
    shown = json.dumps(_redacted(value, redact), indent=2, ensure_ascii=False)
    return tuple(clean(line) for line in shown.split("\n"))


def _plain_lines(body: str, redact: Redact) -> tuple[str, ...]:
    return tuple(_safe(body, redact).split("\n"))


def _redacted(value: Any, redact: Redact) -> Any:
    """A JSON value of what came, without secrets. The type names of an object come first, under their usual names."""
    match value:
        case str():
            return redact(value)
        case dict():
            shown: dict[str, Any] = {}
            if types := value.get(TYPES):
                shown["PSTypeName"] = str(types[0])
            if value.get(TEXT):
                shown["ToString"] = redact(str(value[TEXT]))
            for name, item in value.items():
                if name not in (TYPES, TEXT):
                    secret = isinstance(item, str | bytes) and item and _SECRET_NAME.search(str(name))
                    shown[redact(str(name))] = _MASK if secret else _redacted(item, redact)
            return shown
        case list() | tuple():
            return [_redacted(item, redact) for item in value]
        case bytes() | datetime():
            return plain(value)
    return value if value is None or isinstance(value, bool | int | float) else redact(str(value))


def _xml_lines(xml: str, redact: Redact) -> Iterator[str]:
    """The CLIXML itself, an element a line."""
    decode(xml)  # its bounds, and that it is CLIXML at all
    for line in _element(ET.fromstring(xml.removeprefix("\ufeff")), 0, redact, hidden=False):  # noqa: S314  # see above
        yield clean(line)


def _element(element: ET.Element, depth: int, redact: Redact, *, hidden: bool) -> Iterator[str]:
    tag = element.tag.rpartition("}")[2]
    name = element.get("N", "")
    hidden = hidden or tag == "SS" or (tag in _TEXTS and bool(_SECRET_NAME.search(name)))
    attributes = "".join(f" {key}={quoteattr(redact(value))}" for key, value in element.attrib.items())
    indent = _XML_INDENT * depth
    text = (element.text or "").strip("\r\n\t ") if len(element) else element.text or ""
    shown = escape(_MASK if hidden and text else redact(text)).replace("\n", "_x000A_")
    if not len(element):
        yield f"{indent}<{tag}{attributes}>{shown}</{tag}>" if shown else f"{indent}<{tag}{attributes} />"
        return
    yield f"{indent}<{tag}{attributes}>{shown}"
    for child in element:
        yield from _element(child, depth + 1, redact, hidden=hidden)
    yield f"{indent}</{tag}>"


def _safe(text: str, redact: Redact) -> str:
    return clean(redact(text))
