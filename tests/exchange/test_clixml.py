"""CLIXML from servers and files becomes plain values; anything else becomes one kind of error."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.exchange import clixml
from pushtui.exchange.clixml import ClixmlError, as_object, decode, first_type, load, unescape

DICTIONARY = (
    '<Obj RefId="0"><DCT><En><S N="Key">k</S><I32 N="Value">1</I32></En>'
    '<En><I32 N="Key">2</I32><Nil N="Value" /></En></DCT></Obj>'
)
NAMESPACE = 'xmlns="http://schemas.microsoft.com/powershell/2004/04"'


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<S>text</S>", "text"),
        ("<S />", ""),
        ("<S>a_x000D__x000A_b _x005F_x0041_</S>", "a\r\nb _x0041_"),
        ("<S>_xD83D__xDE00_</S>", "\N{GRINNING FACE}"),
        ("<S>_xD83D_</S>", "\N{REPLACEMENT CHARACTER}"),
        ("<Nil />", None),
        ("<B>true</B>", True),
        ("<B>False</B>", False),
        ("<I32>-7</I32>", -7),
        ("<U64>18446744073709551615</U64>", 2**64 - 1),
        ("<Db>1.5</Db>", 1.5),
        ("<Sg>-INF</Sg>", float("-inf")),
        ("<C>65</C>", "A"),
        ("<G>DA5F2D9A-0000-0ff1-ce00-000000000000</G>", "da5f2d9a-0000-0ff1-ce00-000000000000"),
        ("<BA>AAEC\n/w==</BA>", b"\x00\x01\x02\xff"),
        ("<DT>2021-09-28T17:32:01.8071985Z</DT>", datetime(2021, 9, 28, 17, 32, 1, 807198, tzinfo=UTC)),
        (
            "<DT>2024-11-19T17:54:07-06:00</DT>",
            datetime(2024, 11, 19, 17, 54, 7, tzinfo=timezone(timedelta(hours=-6))),
        ),
        ("<DT>2021-09-28T17:32:01</DT>", datetime(2021, 9, 28, 17, 32, 1, tzinfo=UTC)),
        ("<DT>9999-12-31T23:59:59.9999999</DT>", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("<TS>P14D</TS>", "P14D"),
        ("<Version>15.0.1497.2</Version>", "15.0.1497.2"),
        ("<SS>0100</SS>", "***"),
        ("<New>something</New>", "something"),
        ('<Obj RefId="0"><TN RefId="0"><T>X[]</T></TN><LST><S>a</S><Nil/><I32>2</I32></LST></Obj>', ["a", None, 2]),
        ('<Obj RefId="0"><LST /></Obj>', []),
        ('<Obj RefId="0"><QUE><S>a</S></QUE></Obj>', ["a"]),
        ('<Obj RefId="0"><STK><S>a</S></STK></Obj>', ["a"]),
        ('<Obj RefId="0"><IE><S>a</S></IE></Obj>', ["a"]),
        (DICTIONARY, {"k": 1, "2": None}),
        (
            '<Obj RefId="0"><TN RefId="0"><T>E</T><T>System.Enum</T></TN><ToString>Active</ToString><I32>1</I32></Obj>',
            "Active",
        ),
        ('<Obj RefId="0"><TN RefId="0"><T>E</T><T>System.Enum</T></TN><I32>1</I32></Obj>', 1),
        ('<Obj RefId="0"><S>wrapped</S></Obj>', "wrapped"),
    ],
)
def test_values(xml: str, value: Any) -> None:
    assert decode(xml) == value


def test_an_object_with_nested_ones() -> None:
    value = decode(
        '<Obj RefId="0"><TN RefId="0"><T>Microsoft.Exchange.Data.Thing</T><T>System.Object</T></TN>'
        "<ToString>thing</ToString><Props>"
        '<S N="Name">thing</S>'
        '<Obj N="Identity" RefId="1"><TN RefId="1"><T>ADObjectId</T></TN><ToString>a/b</ToString>'
        '<Props><S N="Name">inner</S></Props></Obj>'
        '<Ref N="Id" RefId="1" />'
        '<Obj N="Plain" RefId="2"><TN RefId="2"><T>Plain</T></TN><ToString>Plain</ToString>'
        '<Props><I32 N="A">1</I32></Props></Obj>'
        '<Obj N="List" RefId="3"><TNRef RefId="1" /><LST><S>x</S></LST></Obj>'
        '<Ref N="Myself" RefId="0" /><Ref N="Nobody" RefId="99" />'
        '</Props><MS><B N="Note">true</B></MS></Obj>'
    )
    assert value["Name"] == "thing"
    assert value["Identity"] == value["Id"] == "a/b", "an object that stands for a value is its text"
    assert value["Plain"] == {"A": 1, "@types": ("Plain",), "@text": "Plain"}
    assert value["List"] == ["x"]
    assert value["Myself"] is None
    assert value["Nobody"] is None
    assert value["Note"] is True
    assert value["@text"] == "thing"
    assert first_type(value) == "Microsoft.Exchange.Data.Thing"


def test_type_names_are_declared_once() -> None:
    first, second = decode(
        f'<Objs {NAMESPACE}><Obj RefId="0"><TN RefId="0"><T>Deserialized.A.B</T></TN><Props><I32 N="n">1</I32></Props>'
        '</Obj><Obj RefId="1"><TNRef RefId="0" /><Props><I32 N="n">2</I32></Props></Obj></Objs>'
    )
    assert first_type(first) == first_type(second) == "A.B"
    assert (first["n"], second["n"]) == (1, 2)


def test_what_is_no_object_becomes_one() -> None:
    assert as_object("x") == {"@types": (), "@text": "x"}
    assert as_object(None) == {"@types": (), "@text": ""}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "file.xml"
    path.write_text(f'<Objs Version="1.1.0.1" {NAMESPACE}><S>é</S><I32>2</I32></Objs>', encoding=encoding)
    assert [item["@text"] for item in load(path)] == ["é", "2"]


def test_a_file_with_an_xml_declaration(tmp_path: Path) -> None:
    path = tmp_path / "file.xml"
    path.write_text(f'<?xml version="1.0" encoding="utf-16"?><Objs {NAMESPACE}><S>é</S></Objs>', encoding="utf-16")
    assert load(path)[0]["@text"] == "é"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "no xml",
        "<Objs>",
        "<B>maybe</B>",
        "<I32>1_0</I32>",
        "<I32>x</I32>",
        "<I32 />",
        "<Db>x</Db>",
        "<C>99999999</C>",
        "<G>x</G>",
        "<BA>!</BA>",
        "<DT>06/08/2021 08:50:45</DT>",
        '<Obj RefId="0"><DCT><En><S N="Value">x</S></En></DCT></Obj>',
        '<!DOCTYPE x [<!ENTITY a "b">]><S>&a;</S>',
        "<S>&unknown;</S>",
        "<Obj>" * 100 + "</Obj>" * 100,
    ],
)
def test_what_is_refused(xml: str) -> None:
    with pytest.raises(ClixmlError):
        decode(xml)


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with pytest.raises(ClixmlError):
        decode(f'<!DOCTYPE S [<!ENTITY x SYSTEM "file://{secret}">]><S>&x;</S>')


def test_references_that_multiply_are_refused() -> None:
    doubled = '<Obj N="a" RefId="0"><LST><S>x</S></LST></Obj>' + "".join(
        f'<Obj N="a{n}" RefId="{n}"><LST><Ref RefId="{n - 1}" /><Ref RefId="{n - 1}" /></LST></Obj>'
        for n in range(1, 60)
    )
    with pytest.raises(ClixmlError, match="more than"):
        decode(f'<Obj RefId="top"><Props>{doubled}</Props></Obj>')


def test_size_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clixml, "MAX_CHARACTERS", 20)
    with pytest.raises(ClixmlError, match="longer than 20"):
        decode("<S>" + "x" * 20 + "</S>")


TAGS = st.one_of(
    st.sampled_from(["Objs", "Obj", "TN", "TNRef", "T", "ToString", "Props", "MS", "LST", "IE", "QUE", "STK", "DCT"]),
    st.sampled_from(["En", "S", "B", "I32", "U64", "Db", "Sg", "C", "G", "BA", "DT", "TS", "SS", "Nil", "Ref", "X"]),
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["N", "RefId"]), st.sampled_from(["0", "1", "Key", "Value", "x", ""]), max_size=2
)
TEXTS = st.one_of(
    st.sampled_from(["", "true", "7", "_xD83D_", "_x0000_", "2021-01-01", "AAA=", "NaN", "-1", "1e999"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=8),
)


def _element(tag: str, attributes: dict[str, str], text: str, children: list[str]) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>{escaped}{''.join(children)}</{tag}>"


DOCUMENTS = st.recursive(
    st.builds(_element, TAGS, ATTRIBUTES, TEXTS, st.just([])),
    lambda inner: st.builds(_element, TAGS, ATTRIBUTES, TEXTS, st.lists(inner, max_size=4)),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_any_document_is_a_plain_value_or_our_error(xml: str) -> None:
    try:
        value = decode(xml)
    except ClixmlError:
        return
    json.dumps(value, default=str)


@given(st.text(max_size=60))
def test_any_text_is_refused_or_read(text: str) -> None:
    try:
        decode(text)
    except ClixmlError:
        return


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_back(text: str) -> None:
    units = text.encode("utf-16-be")
    escaped = "".join(f"_x{units[at]:02X}{units[at + 1]:02X}_" for at in range(0, len(units), 2))
    assert unescape(escaped) == text
