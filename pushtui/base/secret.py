"""A value that must never be printed."""

from __future__ import annotations

import resource

TYPE_CHECKING = False  # as in `typing`, without loading it: `pushtui --help` comes by here
if TYPE_CHECKING:
    from typing import NoReturn


class Secret:
    """A password, client secret or token: shows as ``***`` everywhere except through :meth:`reveal`.

    Not comparable, not hashable and not picklable, so that it cannot end in a cache, a set or a file by accident.
    """

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]  # the documented way to make a class unhashable

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; call it at the border that sends it, nowhere else."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied to a file")


def forbid_core_dumps() -> None:
    """A crash must not write the memory of this process, with its secrets, to a disk; children inherit that."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return
