"""Values: what a frozen dataclass does, without its price."""

from __future__ import annotations

import dataclasses
import sys
import threading
from dataclasses import field, fields, is_dataclass
from typing import Any

import pytest

from pushtui.base.values import _Awaited, frozen, parts, record, replace


@frozen
class Key:
    name: str
    bits: int = 2048
    secret: str = field(default="", repr=False)
    raw: dict[str, int] = field(default_factory=dict, hash=False)
    read: float = field(default=0.0, compare=False)


@frozen
class Longer(Key):
    years: int = 5


@frozen
class Nothing: ...


@frozen(kw_only=True)
class Named:
    first: int = 0
    second: int

    def __hash__(self) -> int:
        return 7


def test_values_are_equal_when_they_hold_the_same() -> None:
    assert Key("a") == Key("a", read=1.0)
    assert Key("a") != Key("a", raw={"b": 1})
    assert Key("a") != Longer("a"), "another class is another value"
    assert Nothing() == Nothing()
    assert Key("a") != "a"


def test_values_can_be_keys() -> None:
    assert hash(Key("a")) == hash(Key("a", raw={"b": 1}, read=1.0))
    assert {Key("a"): 1}[Key("a")] == 1
    assert len({Nothing(), Nothing(), Longer("a"), Longer("a", years=6)}) == 3


def test_they_say_what_they_hold_but_no_secret() -> None:
    assert repr(Key("a", secret="hunter2")) == "Key(name='a', bits=2048, raw={}, read=0.0)"


def test_they_take_fields_as_dataclasses_do() -> None:
    assert dataclasses.replace(Longer("a"), bits=4096) == Longer("a", 4096)
    assert Named(second=2).first == 0
    assert Key("a").raw is not Key("a").raw
    match Longer("a", years=7):
        case Longer("a", years=years):
            assert years == 7
    with pytest.raises(TypeError):
        Named(1, 2)  # type: ignore[misc]  # by name only


def test_what_a_class_defines_itself_is_kept() -> None:
    assert hash(Named(second=2)) == 7


def test_they_hold_nothing_else() -> None:
    with pytest.raises(AttributeError):
        Key("a").other = 1  # type: ignore[attr-defined]  # it has no such field


def test_a_class_has_its_fields_before_there_is_a_value() -> None:
    @frozen
    class Later(Longer):
        end: str = ""

    assert is_dataclass(Later)
    assert [each.name for each in fields(Later)][-2:] == ["years", "end"]


def test_the_first_values_of_a_class_can_be_made_on_several_threads() -> None:
    @frozen
    class Base:
        names: list[str] = field(default_factory=list)

    @frozen
    class Made(Base):
        more: list[str] = field(default_factory=list)

    interval, together, made = sys.getswitchinterval(), threading.Barrier(4), list[Any]()

    def make() -> None:
        together.wait()
        made.append(Made())

    threads = [threading.Thread(target=make) for _ in range(4)]
    try:
        sys.setswitchinterval(1e-6)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert made == [Made()] * 4


@record
class Tally:
    """Fields that change."""

    count: int = 0
    names: list[str] = field(default_factory=list)


def test_records_change_and_are_no_keys() -> None:
    tally = Tally()
    tally.count += 1
    tally.names.append("a")
    assert tally == Tally(1, ["a"]) != Tally()
    with pytest.raises(TypeError):
        hash(tally)


def test_what_a_class_declares_is_known_without_dataclasses() -> None:
    assert [(part.name, part.required) for part in parts(Longer)][:2] == [("name", True), ("bits", False)]
    assert [part.name for part in parts(Longer)][-1] == "years"
    assert not parts(int)
    assert replace(Longer("a", years=1), bits=1) == Longer("a", 1, years=1)
    assert isinstance(vars(Tally)["__dataclass_fields__"], _Awaited)
