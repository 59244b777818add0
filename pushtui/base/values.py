"""Values: small classes of fields that are compared by what they hold, and records, which change besides.

`dataclasses.dataclass` writes and compiles six methods for every class, which was a quarter of the time to the first
frame, and as much of each start of the lab. Here `__init__` alone is written, and that only when the first object of a
class is made: most are loaded for what is done later. What the other methods do is the same for all classes. What
`dataclasses` itself wants to know of a class (`fields`, `replace`) it finds out when somebody asks it. That nothing
assigns to a field of a value is left to the type checker, which knows these classes as frozen; with that, one is also
made in half the time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, dataclass_transform, overload

T = TypeVar("T")


class Part(NamedTuple):
    """A field as its class declares it."""

    name: str
    given: Field[Any]
    by_name: bool
    """Not by its place."""

    @property
    def required(self) -> bool:
        """Whether an object cannot be made without it."""
        return self.given.default is MISSING and self.given.default_factory is MISSING


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, kw_only: bool = False) -> Any:
    """Make a class a value: each annotated name is a field. What it defines is kept; `kw_only`: given by name."""

    def make(cls: Any) -> Any:
        return _made(cls, _SHARED, kw_only)

    return make if cls is None else make(cls)


@dataclass_transform(field_specifiers=(field,))
def record(cls: type[T], /) -> type[T]:
    """Make a class a record: as a value, but its fields can be assigned to, and it is no key."""
    made: type[T] = _made(cls, _SHARED | {"__hash__": None}, False)
    return made


def parts(cls: type) -> list[Part]:
    """The fields of a value or a record, those that it inherits first; none, if it is neither."""
    return [
        Part(name, given if isinstance(given, Field) else field(default=given), by_name)
        for name, (given, by_name) in _declared(cls).items()
    ]


def replace(value: T, /, **changes: Any) -> T:
    """The same value or record with other contents of some fields."""
    return type(value)(**{name: getattr(value, name) for name in _declared(type(value))} | changes)


def _declared(cls: type) -> Mapping[str, tuple[Any, bool]]:
    """Field → what it is given by its class, and whether it is given by name only."""
    return getattr(cls, "_parts", {})


def _made(given: Any, shared: dict[str, Any], kw_only: bool) -> Any:
    names = tuple(given.__annotations__)
    kept = {name: value for name, value in given.__dict__.items() if name not in names and name not in _OF_EACH}
    declared = {**_declared(given), **{name: (given.__dict__.get(name, MISSING), kw_only) for name in names}}
    own = {
        "__slots__": names,
        "__qualname__": given.__qualname__,
        "__match_args__": tuple(name for name, (_default, by_name) in declared.items() if not by_name),
        "_parts": declared,
    }
    made: Any = type(given)(given.__name__, given.__bases__, shared | kept | own)
    made.__init__ = _Awaited("__init__", made, lambda: _write(made))
    # It finds them in the class as it was given: there the defaults are still what fields have.
    made.__dataclass_fields__ = _Awaited("__dataclass_fields__", made, lambda: _describe(made, given, kw_only))
    return made


class _Awaited:
    """Stands for an attribute of the class `made` until somebody looks there; `make` puts it there then."""

    def __init__(self, name: str, made: Any, make: Callable[[], None]) -> None:
        self._name, self._made, self._make = name, made, make

    def __get__(self, value: object | None, cls: type) -> Any:
        with _WRITING:
            if self._made.__dict__[self._name] is self:
                self._make()
        return getattr(cls if value is None else value, self._name)


def _write(made: Any) -> None:
    """Give it an `__init__`, and what its objects are compared by."""
    known: dict[str, Any] = {"_absent": MISSING}
    taken, by_name, lines = ["self"], ["*"], ["  pass"]
    those = parts(made)
    for name, given, named in those:
        wanted = name
        if given.default_factory is not MISSING:
            known[f"_make_{name}"] = given.default_factory
            wanted = f"{name}=_absent"
            lines.append(f"  if {name} is _absent: {name} = _make_{name}()")
        elif given.default is not MISSING:
            known[f"_default_{name}"] = given.default
            wanted = f"{name}=_default_{name}"
        (by_name if named else taken).append(wanted)
        lines.append(f"  self.{name} = {name}")
    if hasattr(made, "__post_init__"):
        lines.append("  self.__post_init__()")
    signature = ", ".join(taken + (by_name if len(by_name) > 1 else []))
    exec("\n".join((f"def __init__({signature}):", *lines)), known)  # noqa: S102  # of names that Python has taken
    compared = [part for part in those if part.given.compare]
    made._compared = staticmethod(_getter(compared))
    made._hashed = staticmethod(_getter([part for part in compared if part.given.hash is not False]))
    known["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    made.__init__ = known["__init__"]


def _describe(made: Any, given: Any, kw_only: bool) -> None:
    """Let `dataclasses` know its fields."""
    described: Any = dataclass(init=False, eq=False, repr=False, match_args=False, kw_only=kw_only)(given)
    made.__dataclass_params__ = described.__dataclass_params__
    made.__dataclass_fields__ = described.__dataclass_fields__


def _getter(those: list[Part]) -> Callable[[Any], Any]:
    """Gives what a value holds in these fields."""
    return attrgetter(*(each.name for each in those)) if those else _nothing


def _nothing(_value: Any) -> tuple[()]:
    return ()


def _equal(self: Any, other: Any) -> Any:
    return self._compared(self) == self._compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._hashed(self))


def _represent(self: Any) -> str:
    shown = ", ".join(f"{part.name}={getattr(self, part.name)!r}" for part in parts(type(self)) if part.given.repr)
    return f"{type(self).__qualname__}({shown})"


_SHARED: dict[str, Any] = {"__eq__": _equal, "__hash__": _hash, "__repr__": _represent}
_OF_EACH = {"__dict__", "__weakref__"}
"""What Python makes anew for each class."""
_WRITING = threading.RLock()
"""Held while something is put into a class."""
