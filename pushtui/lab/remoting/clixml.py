"""Objects in the shape that a real server puts on the wire, and arguments as plain values.

Exchange flattens its own types when the client does not ask for full serialization: enumerations, versions, sizes and
identities are strings; what remains is S, B, I32, I64, Db, G, DT, BA, Nil and typed multi-valued lists. Type names
carry no ``Deserialized.`` prefix: a .NET *client* adds that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from psrpcore import types as ps

from pushtui.lab.remoting.cmdlet import EnumValue, MultiValued, RemoteObject

CUSTOM_OBJECT = "System.Management.Automation.PSCustomObject"
_OBJECT = "System.Object"


def escaped(text: str) -> str:
    """Text for a ``ToString`` element, which psrpcore does not escape itself (MS-PSRP 2.2.5.3.2)."""
    return _UNSAFE.sub(lambda match: "".join(f"_x{unit:04X}_" for unit in _units(match[0])), text)


_UNSAFE = re.compile(r"_(?=[xX][0-9A-Fa-f]{4}_)|[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|[^\u0000-\uffff]")


def _units(character: str) -> Iterator[int]:
    data = character.encode("utf-16-le", "surrogatepass")
    return (int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2))


def wire(value: Any) -> Any:
    """A cmdlet's value as psrpcore serialises it."""
    if isinstance(value, RemoteObject):
        return _object(value)
    if isinstance(value, MultiValued):
        return _multi_valued(value)
    if isinstance(value, EnumValue):
        return _enumeration(value.type, value.label, value.value)
    if value is None or isinstance(value, bool):
        return value
    return _primitive(value)


def _primitive(value: Any) -> Any:
    if isinstance(value, str):
        return ps.PSString(value)
    if isinstance(value, int):
        return ps.PSInt(value) if -(2**31) <= value < 2**31 else ps.PSInt64(value)
    if isinstance(value, float):
        return ps.PSDouble(value)
    if isinstance(value, bytes):
        return ps.PSByteArray(value)
    if isinstance(value, UUID):
        return ps.PSGuid(str(value))
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Mapping):
        return ps.PSDict({wire(key): wire(item) for key, item in value.items()})
    if isinstance(value, Sequence):
        return ps.PSList([wire(item) for item in value])
    raise TypeError(f"{type(value).__name__} has no shape on the wire")


def _object(item: RemoteObject) -> Any:
    result = ps.PSObject()
    names = list(item.types)
    if not names or names[-1] != _OBJECT:
        names.append(_OBJECT)
    result.PSObject.type_names = names
    notes = [ps.PSNoteProperty(name, wire(value)) for name, value in item.properties.items()]
    if CUSTOM_OBJECT in names:
        # A custom object has notes alone, and PowerShell leaves its ToString out.
        result.PSObject.to_string = escaped(item.text) or None
        result.PSObject.extended_properties = notes
    else:
        result.PSObject.to_string = escaped(item.text) or names[0]
        result.PSObject.adapted_properties = notes
    return result


def _moment(value: datetime) -> Any:
    """`DT` with the offset that the value carries (``Z`` for UTC); naive ones are taken for UTC."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return ps.PSDateTime(
        aware.year, aware.month, aware.day, aware.hour, aware.minute, aware.second, aware.microsecond, aware.tzinfo
    )


def _multi_valued(value: MultiValued) -> Any:
    """An element named with its assembly is Exchange's ``MultiValuedProperty``; a bare name is a plain array."""
    if "," in value.element:
        names: tuple[str, ...] = (
            f"Microsoft.Exchange.Data.MultiValuedProperty`1[[{value.element}]]",
            "Microsoft.Exchange.Data.MultiValuedPropertyBase",
        )
    else:
        names = (f"{value.element}[]", "System.Array")
    return list_type(names)([wire(item) for item in value.items])


@lru_cache(maxsize=256)
def list_type(names: tuple[str, ...]) -> Any:
    """A list with these type names, which psrpcore takes from the class of a collection."""
    return ps.PSType(list(names), rehydrate=False, tag="LST")(type("_List", (ps.PSListBase,), {}))


def _enumeration(name: str, label: str, value: int) -> Any:
    """psrpcore serialises only members of real enumerations.

    Each value gets a class of its own: the same member twice would go out as a reference, which .NET's boxed values
    never do.
    """
    members: Any = ps.PSEnumBase("_Enumeration", {label: value})  # type: ignore[call-overload,unused-ignore]
    return ps.PSType([name], rehydrate=False)(members)(value)


class SecureText(str):
    """A decrypted SecureString: only such a one binds to a parameter of that type, and no log shows it."""

    __slots__ = ()


def plain(value: Any) -> Any:
    """An argument as a plain Python value; secure strings are decrypted, unknown objects become their text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, ps.PSSecureString):
        return SecureText(value.decrypt())
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, datetime):
        return datetime.fromisoformat(value.isoformat())
    if isinstance(value, UUID):
        return UUID(str(value))
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    text = value.PSObject.to_string if isinstance(value, ps.PSObject) else None
    return str(value) if text is None else str(text)
