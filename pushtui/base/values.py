"""Values: small classes of fields that are compared by what they hold and never change.

`dataclasses.dataclass(frozen=True, slots=True)` writes and compiles six methods for every class, which was a quarter of
the time to the first frame, and as much of each start of the lab. Here it writes `__init__` alone: what the others do
is the same for all classes. That nothing assigns to a field is left to the type checker, which knows these classes as
frozen; with that, one is also made in half the time.
"""

from __future__ import annotations

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
    """Make a class of annotated names a value. What the class defines itself is kept; `kw_only`: given by name."""

    def make(cls: type[T]) -> Any:
        made: Any = dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)(cls)
        compared = [each for each in fields(made) if each.compare]
        made._compared = staticmethod(_getter(compared))
        made._hashed = staticmethod(_getter([each for each in compared if each.hash is not False]))
        for name, method in _SHARED.items():
            if name not in cls.__dict__:
                setattr(made, name, method)
        return made

    return make if cls is None else make(cls)


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
