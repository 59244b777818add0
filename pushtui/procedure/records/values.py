"""Reading one property, in whichever of its shapes it arrives."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pushtui.base.words import _
from pushtui.procedure.model import Properties

TEXT = "@text"
"""Under this name an object carries its ToString."""

_MISSING = object()


def present(properties: Properties, name: str) -> Any:
    """The raw value, or `ValueError` where the property was not answered at all (null is a value)."""
    value = properties.get(name, _MISSING)
    if value is _MISSING:
        raise ValueError(_("{name} is missing").format(name=name))
    return value


def as_text(name: str, value: Any) -> str:
    """Text of a string, a number, or an object's ToString; null is empty."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return str(value)
        case datetime():
            return value.isoformat()
        case Mapping():
            return as_text(name, value.get(TEXT))
    raise ValueError(_("{name} is no text: {kind}").format(name=name, kind=type(value).__name__))


def text(properties: Properties, name: str) -> str:
    """A text that may be absent: then it is empty."""
    return as_text(name, properties.get(name))


def required_text(properties: Properties, name: str) -> str:
    """A text without which the record means nothing."""
    value = as_text(name, present(properties, name))
    if not value:
        raise ValueError(_("{name} is empty").format(name=name))
    return value


def texts(properties: Properties, name: str) -> tuple[str, ...]:
    """A multi-valued property; null and absent are empty, a lone value is a list of one."""
    value = properties.get(name)
    if value is None or value == "":
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        return (as_text(name, value),)
    return tuple(as_text(name, item) for item in value)


def optional_flag(properties: Properties, name: str) -> bool | None:
    """True, False, or None where it was not answered."""
    value = properties.get(name)
    match value:
        case None | "":
            return None
        case bool():
            return value
        case 0 | 1:
            return bool(value)
        case str() if value.strip().lower() in {"true", "false"}:
            return value.strip().lower() == "true"
    raise ValueError(_("{name} is neither true nor false: {value!r}").format(name=name, value=value))


def flag(properties: Properties, name: str, default: bool = False) -> bool:
    """True or False; `default` where it was not answered."""
    value = optional_flag(properties, name)
    return default if value is None else value


def moment(properties: Properties, name: str) -> datetime | None:
    """A point in time, in UTC; null, empty and absent are None. Text must be ISO 8601: no culture is guessed.

    Times without an offset are taken as UTC, which is what Exchange stores.
    """
    value = properties.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, Mapping):
        value = value.get(TEXT)
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("{name} is no ISO 8601 time: {value!r}").format(name=name, value=value)) from None


def octets(properties: Properties, name: str) -> bytes:
    """Bytes: as they are, as base64 text, or as a list of numbers."""
    value = present(properties, name)
    try:
        match value:
            case bytes():
                return value
            case str():
                return base64.b64decode("".join(value.split()), validate=True)
            case list() | tuple():
                return bytes(value)
    except (ValueError, TypeError, binascii.Error):
        raise ValueError(_("{name} is no byte string").format(name=name)) from None
    raise ValueError(_("{name} is no byte string").format(name=name))


def enumeration(properties: Properties, name: str, members: Mapping[int, str]) -> str:
    """The member's name; a number that `members` does not know stays a number, as text. Empty where absent."""
    value = as_text(name, properties.get(name)).strip()
    return members.get(int(value), value) if value.isascii() and value.isdigit() else value


def flags(name: str, value: Any, members: Mapping[int, str]) -> frozenset[str]:
    """The names in a flags enumeration: ``"Mailbox, ClientAccess"``, 6, or an object of either; "None" is empty."""
    if isinstance(value, list | tuple):
        return frozenset().union(*(flags(name, item, members) for item in value))
    words = as_text(name, value).strip()
    if words.isascii() and words.isdigit():
        number = int(words)
        return frozenset(member for bit, member in members.items() if number & bit)
    return frozenset(word for word in re.split(r"[,\s]+", words) if word and word != "None")
