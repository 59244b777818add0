"""What goes over the wire is what the cmdlet gave, whatever it is, and has the shape that Exchange sends."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some
from psrpcore._crypto import PSRemotingCrypto
from psrpcore.types import serialize
from pypsrp.serializer import Serializer

from pushtui.lab.remoting.clixml import wire
from pushtui.lab.remoting.cmdlet import EnumValue, MultiValued, RemoteObject

SELECTED = "System.Management.Automation.PSCustomObject"


def sent(item: Any) -> str:
    """The XML of an item, as it leaves the server."""
    return ElementTree.tostring(serialize(wire(item), PSRemotingCrypto()), encoding="unicode")


def text_of(element: ElementTree.Element) -> str:
    """Text with its escapes resolved (MS-PSRP 2.2.5.3.2), surrogate pairs joined."""
    raw = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), element.text or "")
    return raw.encode("utf-16", "surrogatepass").decode("utf-16")


class Reader:
    """A plain reader of CLIXML, sharing nothing with what wrote it."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {}

    def value(self, e: ElementTree.Element) -> Any:
        readers = {
            "S": text_of,
            "Nil": lambda e: None,
            "B": lambda e: e.text == "true",
            "I32": lambda e: int(e.text or ""),
            "I64": lambda e: int(e.text or ""),
            "Db": lambda e: float((e.text or "").replace("Infinity", "inf")),
            "G": lambda e: UUID(e.text or ""),
            "BA": lambda e: base64.b64decode(e.text or ""),
            "DT": lambda e: datetime.fromisoformat(e.text or ""),
            "Obj": self.composite,
        }
        return readers[e.tag](e)

    def types(self, e: ElementTree.Element) -> list[str]:
        names, reference = e.find("TN"), e.find("TNRef")
        if names is not None:
            self.names[names.attrib["RefId"]] = [name.text or "" for name in names]
            return self.names[names.attrib["RefId"]]
        assert reference is not None
        return self.names[reference.attrib["RefId"]]

    def composite(self, e: ElementTree.Element) -> Any:
        types = self.types(e)
        if (items := e.find("LST")) is not None:
            return types[0], [self.value(item) for item in items]
        if (number := e.find("I32")) is not None:
            return types[0], e.findtext("ToString"), int(number.text or "")
        properties = e.find("MS" if SELECTED in types else "Props")
        values = {}
        for part in properties if properties is not None else ():
            values[text_of(ElementTree.fromstring(f"<S>{_xml(part.attrib['N'])}</S>"))] = self.value(part)
        return tuple(types), values


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def expected(item: Any) -> Any:
    if isinstance(item, RemoteObject):
        types = item.types if item.types[-1] == "System.Object" else (*item.types, "System.Object")
        return types, {name: expected(value) for name, value in item.properties.items()}
    if isinstance(item, MultiValued):
        head = f"Microsoft.Exchange.Data.MultiValuedProperty`1[[{item.element}]]"
        return (head if "," in item.element else f"{item.element}[]"), [expected(value) for value in item.items]
    if isinstance(item, EnumValue):
        return item.type, item.label, item.value
    return item


OFFSETS = some.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SCALARS: Any = (
    some.text(max_size=20)
    | some.booleans()
    | some.none()
    | some.integers(-(2**63), 2**63 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.binary(max_size=40)
    | some.uuids()
    | some.datetimes(datetime(1601, 1, 1), datetime(2400, 1, 1), timezones=OFFSETS | some.just(UTC))  # noqa: DTZ001
)
LISTS = some.builds(
    MultiValued,
    some.lists(some.text(max_size=5) | some.integers(0, 9), max_size=4).map(tuple),
    some.sampled_from(["System.String, mscorlib", "System.String", "Microsoft.Exchange.Data.SmtpDomain, X"]),
)
ENUMS = some.builds(EnumValue, some.just("System.DayOfWeek"), some.sampled_from(["Monday"]), some.integers(0, 9))
NAMES = some.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
WORDS = some.text("abcdefgh", min_size=1, max_size=8)
TYPES = some.sampled_from([("Lab.A",), ("Lab.B", "Lab.A", "System.Object"), ("Selected.Lab.A", SELECTED)])


def objects(values: Any) -> Any:
    return some.builds(RemoteObject, TYPES, some.dictionaries(NAMES, values, max_size=6), some.text(max_size=5))


LEAVES = objects(SCALARS | LISTS | ENUMS)


@given(objects(SCALARS | LISTS | ENUMS | LEAVES))
def test_every_object_arrives_as_it_was(item: RemoteObject) -> None:
    xml = sent(item)
    assert "Deserialized." not in xml
    root = ElementTree.fromstring(xml)
    assert Reader().value(root) == expected(item)
    shown = root.find("ToString")
    assert (text_of(shown) if shown is not None else "") == (
        item.text or ("" if SELECTED in item.types else item.types[0])
    )


@given(
    some.dictionaries(WORDS, some.text(max_size=20) | some.booleans() | some.none() | some.integers(-9, 9), max_size=6)
)
def test_pypsrp_reads_the_same(properties: dict[str, Any]) -> None:
    item = Serializer().deserialize(sent(RemoteObject(("Lab.A",), properties, "name")))
    assert item.adapted_properties == properties
    assert item.types == ["Lab.A", "System.Object"]


@pytest.mark.parametrize(
    ("value", "element"),
    [
        ("", '<S N="P" />'),
        (None, '<Nil N="P" />'),
        (7, '<I32 N="P">7</I32>'),
        (2**31, '<I64 N="P">2147483648</I64>'),
        (True, '<B N="P">true</B>'),
        (b"\x30", '<BA N="P">MA==</BA>'),
        (UUID(int=5), '<G N="P">00000000-0000-0000-0000-000000000005</G>'),
        (datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC), '<DT N="P">2025-01-02T03:04:05Z</DT>'),
        (
            datetime(2025, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-8))),
            '<DT N="P">2025-01-02T03:04:05-08:00</DT>',
        ),
    ],
)
def test_the_element_of_each_kind(value: Any, element: str) -> None:
    assert element in sent(RemoteObject(("Lab.A",), {"P": value}))


def test_a_repeated_list_type_is_a_reference() -> None:
    xml = sent(RemoteObject(("Lab.A",), {"A": MultiValued(("x",)), "B": MultiValued(())}))
    assert xml.count("<T>Microsoft.Exchange.Data.MultiValuedPropertyBase</T>") == 1
    assert '<TNRef RefId="1" /><LST />' in xml


def test_text_of_an_object_is_its_identity_or_its_type() -> None:
    assert "<ToString>EX01</ToString>" in sent(RemoteObject(("Lab.A",), {}, "EX01"))
    assert "<ToString>Lab.A</ToString>" in sent(RemoteObject(("Lab.A",), {}))
    assert "ToString" not in sent(RemoteObject(("Selected.Lab.A", SELECTED), {"A": 1}))


def test_what_has_no_shape_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no shape"):
        wire(object())
