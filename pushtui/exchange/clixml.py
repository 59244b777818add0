"""CLIXML (MS-PSRP 2.2.5) to plain values: what pypsrp leaves undecoded, and files that Export-Clixml wrote.

A value is str, bool, int, float, bytes, datetime (aware), None, a list, or a dict for an object with properties.
An object that only stands for a value (an enumeration, a version, an identity) becomes its ToString. A dict also
carries its .NET type names under ``"@types"`` and its ToString under ``"@text"``.

The input comes from another machine: its size, depth and expansion are bounded, document types are refused, and
whatever is wrong with it is a :class:`ClixmlError`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID
from xml.etree import ElementTree as ET  # document types, hence entities, are refused before parsing

from pushtui.base.words import _

Value: TypeAlias = Any
"""str | bool | int | float | bytes | datetime | None | list[Value] | dict[str, Value]"""

TYPES = "@types"
TEXT = "@text"

MAX_CHARACTERS = 80_000_000
"""Exchange itself sends at most 75 MB an object (PSMaximumReceivedObjectSizeMB)."""
MAX_DEPTH = 64
MAX_VALUES = 2_000_000
"""Values in one document, counting what a reference repeats."""


class ClixmlError(ValueError):
    """This is no CLIXML that we can read."""


def decode(xml: str) -> Value:
    """The value of one element; a list for a whole ``<Objs>`` document."""
    if len(xml) > MAX_CHARACTERS:
        raise ClixmlError(_("the document is longer than {count} characters").format(count=MAX_CHARACTERS))
    if "<!DOCTYPE" in xml:
        raise ClixmlError(_("a document type is not allowed"))
    try:
        root = ET.fromstring(xml.removeprefix("\ufeff"))  # noqa: S314  # see above
        return _Decoder().document(root)
    except ClixmlError:
        raise
    except (ET.ParseError, ValueError, OverflowError, RecursionError, UnicodeError) as error:
        raise ClixmlError(_("not readable: {error}").format(error=error)) from None


def load(path: str | Path) -> list[dict[str, Value]]:
    """The objects in a file that Export-Clixml wrote. Raises `OSError`, or `ClixmlError` for its content."""
    raw = Path(path).read_bytes()
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        value = decode(raw.decode(encoding))
    except UnicodeDecodeError:
        raise ClixmlError(f"not {encoding} text") from None
    return [as_object(item) for item in (value if isinstance(value, list) else [value])]


def as_object(value: Value) -> dict[str, Value]:
    """The value as an object: what is none becomes one that has only its text."""
    if isinstance(value, dict):
        return value
    return {TYPES: (), TEXT: "" if value is None else str(value)}


def first_type(properties: dict[str, Value]) -> str:
    """The most derived type name, without the prefix that a .NET client adds."""
    types = properties.get(TYPES) or ("",)
    return str(types[0]).removeprefix("Deserialized.")


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")


def unescape(text: str | None) -> str:
    """``_x000D_`` becomes the UTF-16 unit that it names; half a surrogate pair becomes U+FFFD."""
    if not text:
        return ""
    units = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _boolean(text: str | None) -> bool:
    match (text or "").strip().lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise ClixmlError("not a Boolean")


def _integer(text: str | None) -> int:
    digits = (text or "").strip()
    if not _INTEGER.fullmatch(digits):
        raise ClixmlError(_("not an integer"))
    return int(digits)


def _float(text: str | None) -> float:
    try:
        return float((text or "").strip().replace("INF", "inf"))
    except ValueError:
        raise ClixmlError("not a number") from None


def _character(text: str | None) -> str:
    code = _integer(text)
    if not 0 <= code <= 0xFFFF:
        raise ClixmlError("not a character")
    return "\N{REPLACEMENT CHARACTER}" if 0xD800 <= code <= 0xDFFF else chr(code)


def _guid(text: str | None) -> str:
    try:
        return str(UUID((text or "").strip()))
    except ValueError:
        raise ClixmlError("not a GUID") from None


def _octets(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise ClixmlError(_("not base64")) from None


def _moment(text: str | None) -> datetime:
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        raise ClixmlError("not a date") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _hidden(_text: str | None) -> str:
    return "***"


_INTEGERS = dict.fromkeys(("By", "SB", "U16", "I16", "U32", "I32", "U64", "I64"), _integer)
_PRIMITIVES: dict[str, Callable[[str | None], Value]] = {
    **_INTEGERS,
    **dict.fromkeys(("S", "ToString", "URI", "XD", "SBK", "TS", "D", "Version"), unescape),
    "Nil": lambda _text: None,
    "B": _boolean,
    "Sg": _float,
    "Db": _float,
    "C": _character,
    "G": _guid,
    "BA": _octets,
    "DT": _moment,
    "SS": _hidden,
}
_COLLECTIONS = frozenset({"LST", "IE", "QUE", "STK"})
_OWN_PROPERTIES = frozenset({"PSCustomObject", "System.Management.Automation.PSCustomObject"})
"""Objects that are nothing but their properties: never reduced to their text."""


class _Decoder:
    """One document: type names and objects are declared once and referred to by number afterwards."""

    def __init__(self) -> None:
        self._types: dict[str | None, tuple[str, ...]] = {}
        self._objects: dict[str | None, tuple[Value, int]] = {}
        self._count = 0

    def document(self, root: ET.Element) -> Value:
        if _tag(root) == "Objs":
            return [self._value(element, 1, outermost=True) for element in root]
        return self._value(root, 0, outermost=True)

    def _value(self, element: ET.Element, depth: int, *, outermost: bool = False) -> Value:
        if depth > MAX_DEPTH:
            raise ClixmlError(_("nested deeper than {count}").format(count=MAX_DEPTH))
        self._spend(1)
        tag = _tag(element)
        if tag == "Obj":
            before = self._count
            value = self._object(element, depth, outermost)
            self._objects[element.get("RefId")] = value, self._count - before
            return value
        if tag == "Ref":
            # An object that refers to itself is not finished yet: null there, as no plain value can hold itself.
            value, size = self._objects.get(element.get("RefId"), (None, 0))
            self._spend(size)
            return value
        primitive = _PRIMITIVES.get(tag)
        return unescape(element.text) if primitive is None else primitive(element.text)

    def _spend(self, values: int) -> None:
        self._count += values
        if self._count > MAX_VALUES:
            raise ClixmlError(_("more than {count} values").format(count=MAX_VALUES))

    def _object(self, element: ET.Element, depth: int, outermost: bool) -> Value:
        types: tuple[str, ...] = ()
        text: str | None = None
        properties: dict[str, Value] = {}
        plain: list[Value] = []
        for child in element:
            match _tag(child):
                case "TN":
                    types = self._types[child.get("RefId")] = tuple(name.text or "" for name in child)
                case "TNRef":
                    types = self._types.get(child.get("RefId"), ())
                case "ToString":
                    text = unescape(child.text)
                case "Props" | "MS":
                    for item in child:
                        properties[unescape(item.get("N"))] = self._value(item, depth + 1)
                case tag if tag in _COLLECTIONS:
                    plain.append([self._value(item, depth + 1) for item in child])
                case "DCT":
                    plain.append(dict(self._entry(entry, depth + 1) for entry in child))
                case _:
                    plain.append(self._value(child, depth + 1))
        if plain and not (outermost and properties):
            is_label = text is not None and "System.Enum" in {name.removeprefix("Deserialized.") for name in types}
            return text if is_label else plain[-1]
        if text and not outermost and text not in types and not _OWN_PROPERTIES & set(types):
            return text
        return properties | {TYPES: types, TEXT: text or ""}

    def _entry(self, entry: ET.Element, depth: int) -> tuple[str, Value]:
        halves = {child.get("N"): self._value(child, depth) for child in entry}
        if "Key" not in halves:
            raise ClixmlError(_("a dictionary entry without a key"))
        key = halves["Key"]
        return key if isinstance(key, str) else str(key), halves.get("Value")


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
