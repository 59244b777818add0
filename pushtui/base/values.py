"""Values: small classes of fields that are compared by what they hold and never change.

`dataclasses.dataclass(frozen=True, slots=True)` writes and compiles six methods for every class, which was a quarter of
the time to the first frame, and as much of each start of the lab. Here it writes `__init__` alone, and that only when
the first value of a class is made: most are loaded for what is done later. What the other methods do is the same for
all classes. That nothing assigns to a field is left to the type checker, which knows these classes as frozen; with
that, one is also made in half the time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """Make a class a value: each annotated name is a field. What it defines is kept; `kw_only`: given by name."""

    def make(cls: Any) -> Any:
        names = tuple(cls.__annotations__)
        kept = {name: value for name, value in cls.__dict__.items() if name not in names and name not in _OF_EACH}
        own = {"__slots__": names, "__qualname__": cls.__qualname__}
        made = type(cls)(cls.__name__, cls.__bases__, _SHARED | kept | own)
        for name in _AWAITED:
            setattr(made, name, _Awaited(name, made, cls, kw_only))
        return made

    return make if cls is None else make(cls)


class _Awaited:
    """Stands where `dataclass` puts what it writes for the class `made`, until somebody looks there.

    It writes into the class that was given to be made a value: there the defaults are still what fields have.
    """

    def __init__(self, name: str, made: Any, given: type, kw_only: bool) -> None:
        self._name, self._made, self._given, self._kw_only = name, made, given, kw_only

    def __get__(self, value: object | None, cls: type) -> Any:
        with _WRITING:
            if self._made.__dict__[self._name] is self:
                self._write()
        return getattr(cls if value is None else value, self._name)

    def _write(self) -> None:
        written: Any = dataclass(eq=False, repr=False, kw_only=self._kw_only)(self._given)
        compared = [each for each in fields(written) if each.compare]
        self._made._compared = staticmethod(_getter(compared))
        self._made._hashed = staticmethod(_getter([each for each in compared if each.hash is not False]))
        for name in ("__match_args__", "__dataclass_params__", *_AWAITED):
            setattr(self._made, name, getattr(written, name))


def _getter(those: list[Field[Any]]) -> Callable[[Any], Any]:
    """Gives what a value holds in these fields."""
    return attrgetter(*(each.name for each in those)) if those else _nothing


def _nothing(_value: Any) -> tuple[()]:
    return ()


def _equal(self: Any, other: Any) -> Any:
    return self._compared(self) == self._compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._hashed(self))


def _represent(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({shown})"


_SHARED = {"__eq__": _equal, "__hash__": _hash, "__repr__": _represent}
_OF_EACH = {"__dict__", "__weakref__"}
"""What Python makes anew for each class."""
_AWAITED = ("__dataclass_fields__", "__init__")
_WRITING = threading.RLock()
"""Held while a class is written, and the ones that it inherits from with it."""
