"""``Select-Object`` with plain property names: what a restricted session allows, and where hidden properties show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from pushtui.lab.remoting.binder import bind
from pushtui.lab.remoting.clixml import CUSTOM_OBJECT
from pushtui.lab.remoting.cmdlet import CmdletSpec, ErrorSpec, MultiValued, Parameter, RemoteObject
from pushtui.lab.remoting.errors import Binding, not_simulated, suffix_of

NAME: Final = "Select-Object"
SPEC: Final = CmdletSpec(
    NAME,
    lambda invocation, parameters: None,
    (
        Parameter("Property", "any", position=0),
        Parameter("ExpandProperty"),
        Parameter("First", "int"),
        Parameter("Last", "int"),
        Parameter("Skip", "int"),
    ),
)
_SUFFIX = suffix_of(NAME, proxied=False)


class Enough(Exception):
    """-First has what it wants: the cmdlet before it ends, without an error."""


@dataclass(slots=True)
class Selection:
    """One ``Select-Object`` between a cmdlet and the output stream."""

    names: Sequence[str]
    expand: str | None
    first: int | None
    last: int | None
    skip: int
    emit: Callable[[Any], None]
    complain: Callable[[ErrorSpec, str], None]
    _passed: int = 0
    _tail: list[Any] | None = None

    def feed(self, item: Any) -> None:
        """Takes one object of the cmdlet before; raises `Enough` once no more are wanted."""
        if self.skip:
            self.skip -= 1
            return
        if self.last is not None:
            self._tail = [*(self._tail or []), item][-self.last :] if self.last else []
            return
        if self.first is not None and self._passed >= self.first:
            raise Enough
        self._passed += 1
        self._select(item)
        if self.first is not None and self._passed >= self.first:
            raise Enough

    def end(self) -> None:
        for item in self._tail or ():
            self._select(item)

    def _select(self, item: Any) -> None:
        if self.expand is not None:
            self._expand(item)
        elif self.names:
            self.emit(selected(item, self.names))
        else:
            self.emit(item)

    def _expand(self, item: Any) -> None:
        found, value = _look_up(item, self.expand or "")
        if not found:
            message = f'Property "{self.expand}" cannot be found.'
            spec = ErrorSpec(
                message,
                f"ExpandPropertyNotFound,{_SUFFIX}",
                "InvalidArgument",
                "System.Management.Automation.PSArgumentException",
                str(item.text) if isinstance(item, RemoteObject) else str(item),
            )
            self.complain(spec, NAME)
            return
        for part in value.items if isinstance(value, MultiValued) else (value,):
            self.emit(part)


def selection(
    arguments: Sequence[tuple[str | None, Any]],
    emit: Callable[[Any], None],
    complain: Callable[[ErrorSpec, str], None],
) -> Selection:
    """Binds the arguments; calculated properties (hash tables, script blocks) are refused."""
    bound = bind(SPEC, arguments, Binding(NAME, _SUFFIX, proxied=False)).values
    given = bound.get("Property")
    names = [] if given is None else given if isinstance(given, list) else [given]
    if not all(isinstance(name, str) for name in names):
        raise not_simulated("calculated properties: plain names only")
    return Selection(
        names,
        bound.get("ExpandProperty"),
        bound.get("First"),
        bound.get("Last"),
        bound.get("Skip") or 0,
        emit,
        complain,
    )


def selected(item: Any, names: Sequence[str]) -> RemoteObject:
    """The ``Selected.*`` object: note properties in the order asked, null for a name that the object does not have."""
    properties: dict[str, Any] = {}
    known = _known(item)
    for name in names:
        matches = [name]
        if re.search(r"[*?]", name):
            matches = [other for other in known if fnmatchcase(other.lower(), name.lower())]
        for match in matches:
            spelled = next((other for other in known if other.lower() == match.lower()), match)
            properties[spelled] = known.get(spelled)
    head = item.types[0] if isinstance(item, RemoteObject) else _NET.get(type(item), "System.Object")
    return RemoteObject((f"Selected.{head}", CUSTOM_OBJECT), properties)


_NET: Mapping[type, str] = {str: "System.String", int: "System.Int32", bool: "System.Boolean"}


def _known(item: Any) -> dict[str, Any]:
    if isinstance(item, RemoteObject):
        return {**item.server_side, **item.properties}
    return {"Length": len(item)} if isinstance(item, str) else {}


def _look_up(item: Any, name: str) -> tuple[bool, Any]:
    for spelled, value in _known(item).items():
        if spelled.lower() == name.lower():
            return True, value
    return False, None
