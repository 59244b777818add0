"""The parameter binder: names, prefixes, aliases, positions, parameter sets, types, as PowerShell binds a cmdlet's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pushtui.base.values import frozen
from pushtui.lab.remoting.clixml import SecureText
from pushtui.lab.remoting.cmdlet import CmdletSpec, Parameter, ParameterType
from pushtui.lab.remoting.errors import Binding

_ACTIONS = ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend")
COMMON: Final = (
    Parameter("Verbose", "switch", aliases=("vb",)),
    Parameter("Debug", "switch", aliases=("db",)),
    Parameter("ErrorAction", choices=_ACTIONS, aliases=("ea",)),
    Parameter("WarningAction", choices=_ACTIONS, aliases=("wa",)),
    Parameter("InformationAction", choices=_ACTIONS, aliases=("infa",)),
    Parameter("ErrorVariable", aliases=("ev",)),
    Parameter("WarningVariable", aliases=("wv",)),
    Parameter("InformationVariable", aliases=("iv",)),
    Parameter("OutVariable", aliases=("ov",)),
    Parameter("OutBuffer", "int", aliases=("ob",)),
    Parameter("PipelineVariable", aliases=("pv",)),
)
"""The common parameters of PowerShell 5.1 (about_CommonParameters)."""
RISK: Final = (Parameter("WhatIf", "switch", aliases=("wi",)), Parameter("Confirm", "switch", aliases=("cf",)))
"""What a cmdlet that supports ShouldProcess has besides."""

_NET: Mapping[ParameterType, str] = {
    "string": "System.String",
    "strings": "System.String[]",
    "bool": "System.Boolean",
    "switch": "System.Management.Automation.SwitchParameter",
    "int": "System.Int32",
    "datetime": "System.DateTime",
    "bytes": "System.Byte[]",
    "securestring": "System.Security.SecureString",
    "any": "System.Object",
}


@frozen
class Bound:
    """Parameters bound to their cmdlet, by the names that it declares."""

    values: Mapping[str, Any]
    common: Mapping[str, Any]
    """Those that PowerShell itself gives meaning to: `Verbose`, `ErrorAction`, `WhatIf`…"""
    parameter_set: str


@dataclass(slots=True)
class _Binder:
    spec: CmdletSpec
    errors: Binding
    values: dict[str, Any] = field(default_factory=dict)
    common: dict[str, Any] = field(default_factory=dict)

    def bind(self, arguments: Sequence[tuple[str | None, Any]]) -> Bound:
        positional = []
        for name, value in arguments:
            if name is None:
                positional.append(value)
            else:
                self._named(name, value)
        sets = self._candidates()
        self._positional(positional, sets)
        chosen = self._choose(self._candidates())
        missing = [
            parameter.name
            for parameter in self.spec.parameters
            if parameter.mandatory and _belongs(parameter, chosen) and parameter.name not in self.values
        ]
        if missing:
            raise self.errors.missing(missing)
        return Bound(self.values, self.common, chosen)

    def _named(self, given: str, value: Any) -> None:
        # A client may send the dash and the colon along ("-Identity:").
        name = given.strip().removeprefix("-")
        bare = given.startswith("-") and not name.endswith(":") and value is None
        parameter = self._find(name.removesuffix(":"))
        if parameter.name in self.values or parameter.name in self.common:
            raise self.errors.twice(parameter.name)
        if bare and parameter.type != "switch":
            raise self.errors.no_argument(parameter.name, _NET[parameter.type])
        self._set(parameter, value)

    def _set(self, parameter: Parameter, value: Any) -> None:
        target = self.common if parameter in COMMON or parameter in RISK else self.values
        target[parameter.name] = convert(parameter, value, self.errors)

    def _find(self, name: str) -> Parameter:
        every: list[Parameter] = [*self.spec.parameters, *COMMON, *(RISK if self.spec.confirms != "never" else ())]
        wanted = name.lower()
        for parameter in every:
            if wanted in (parameter.name.lower(), *(alias.lower() for alias in parameter.aliases)):
                return parameter
        matches = [
            parameter
            for parameter in every
            if any(candidate.lower().startswith(wanted) for candidate in (parameter.name, *parameter.aliases))
        ]
        if not wanted or not matches:
            raise self.errors.unknown(name)
        # A cmdlet's own parameters win over the common ones.
        own = [parameter for parameter in matches if parameter in self.spec.parameters]
        if len(own or matches) > 1:
            raise self.errors.ambiguous(name, [parameter.name for parameter in own or matches])
        return (own or matches)[0]

    def _candidates(self) -> list[str]:
        """The parameter sets that everything bound so far belongs to."""
        names = sorted({name for parameter in self.spec.parameters for name in parameter.sets})
        if self.spec.default_set and self.spec.default_set not in names:
            names.append(self.spec.default_set)
        names = names or [""]
        bound = [parameter for parameter in self.spec.parameters if parameter.name in self.values]
        left = [name for name in names if all(_belongs(parameter, name) for parameter in bound)]
        if not left:
            raise self.errors.no_set()
        return left

    def _positional(self, arguments: Sequence[Any], sets: Sequence[str]) -> None:
        # The default set is tried first, then any other that is still possible.
        order = sorted(sets, key=lambda name: name != self.spec.default_set)
        free = [
            parameter
            for parameter in self.spec.parameters
            if parameter.position is not None
            and parameter.name not in self.values
            and any(_belongs(parameter, name) for name in order)
        ]
        free.sort(key=lambda p: (p.position, not _belongs(p, order[0])))
        for value in arguments:
            if not free:
                raise self.errors.positional(value)
            parameter = free[0]
            free = [other for other in free if other.position != parameter.position]
            self._set(parameter, value)

    def _choose(self, sets: Sequence[str]) -> str:
        if len(sets) == 1:
            return sets[0]
        if self.spec.default_set in sets:
            return self.spec.default_set
        satisfied = [
            name
            for name in sets
            if all(p.name in self.values for p in self.spec.parameters if p.mandatory and _belongs(p, name))
        ]
        if len(satisfied) != 1:
            raise self.errors.no_set()
        return satisfied[0]


def bind(spec: CmdletSpec, arguments: Sequence[tuple[str | None, Any]], errors: Binding) -> Bound:
    """Binds arguments (name, plain value; no name: positional); raises PowerShell's own errors."""
    return _Binder(spec, errors).bind(arguments)


def _belongs(parameter: Parameter, name: str) -> bool:
    return not parameter.sets or name in parameter.sets


def convert(parameter: Parameter, value: Any, errors: Binding) -> Any:
    """The value as the parameter's type, or the conversion error that PowerShell would raise."""
    if parameter.type == "switch" and value is None:
        return True
    if value is None:
        if parameter.mandatory or parameter.type in ("bool", "int", "datetime"):
            raise errors.null(parameter.name)
        return None
    if value == "" and parameter.mandatory and parameter.type in ("string", "strings"):
        raise errors.empty(parameter.name)
    converted = _CONVERT[parameter.type](parameter, value, errors)
    return _chosen(parameter, converted, errors) if parameter.choices else converted


def _string(parameter: Parameter, value: Any, errors: Binding) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | dict):
        if parameter.choices and isinstance(value, list):
            return ",".join(_text(item) for item in value)
        raise errors.conversion(parameter.name, "Cannot convert value to type System.String.")
    return _text(value)


def _strings(parameter: Parameter, value: Any, errors: Binding) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(_text(item) for item in items)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return " ".join(str(byte) for byte in value)
    return str(value)


def _flag(parameter: Parameter, value: Any, errors: Binding) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value)
    kind = "System.String" if isinstance(value, str) else "System.Object"
    target = _NET[parameter.type]
    raise errors.conversion(
        parameter.name,
        f'Cannot convert value "{kind}" to type "{target}". Boolean parameters accept only Boolean values and '
        "numbers, such as $True, $False, 1 or 0.",
    )


def _integer(parameter: Parameter, value: Any, errors: Binding) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return round(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?\d+\s*", value):
        return int(value)
    raise errors.conversion(
        parameter.name,
        f'Cannot convert value "{value}" to type "System.Int32". Error: "Input string was not in a correct format."',
    )


_DATES = ("%m/%d/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M")


def _datetime(parameter: Parameter, value: Any, errors: Binding) -> datetime:
    """Text is read by the invariant culture (ISO 8601 or month/day/year), as PowerShell reads parameters."""
    moment = value if isinstance(value, datetime) else _parsed(str(value))
    if moment is None:
        raise errors.conversion(
            parameter.name,
            f'Cannot convert value "{value}" to type "System.DateTime". Error: "String was not recognized as a valid '
            'DateTime."',
        )
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for layout in _DATES:
        try:
            return datetime.strptime(text, layout).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _bytes(parameter: Parameter, value: Any, errors: Binding) -> bytes:
    if isinstance(value, bytes):
        return value
    items = value if isinstance(value, list) else [value]
    if all(isinstance(item, int) and 0 <= item < 256 for item in items):
        return bytes(items)
    raise errors.conversion(
        parameter.name,
        f'Cannot convert value "{value}" to type "System.Byte[]". Error: "Input string was not in a correct format."',
    )


def _secure(parameter: Parameter, value: Any, errors: Binding) -> str:
    if isinstance(value, SecureText):
        return value
    raise errors.conversion(
        parameter.name, f'Cannot convert the "{value}" value to type "System.Security.SecureString".'
    )


def _any(parameter: Parameter, value: Any, errors: Binding) -> Any:
    return value


_CONVERT: Mapping[ParameterType, Callable[[Parameter, Any, Binding], Any]] = {
    "string": _string,
    "strings": _strings,
    "bool": _flag,
    "switch": _flag,
    "int": _integer,
    "datetime": _datetime,
    "bytes": _bytes,
    "securestring": _secure,
    "any": _any,
}


def _chosen(parameter: Parameter, value: Any, errors: Binding) -> Any:
    """Enumerators by their name or an unambiguous start of it, several separated by commas, in any case."""
    if parameter.type == "strings":
        return tuple(label for item in value for label in _labels(parameter, item, errors))
    return ", ".join(_labels(parameter, value, errors))


def _labels(parameter: Parameter, text: str, errors: Binding) -> Iterable[str]:
    for part in text.split(","):
        wanted = part.strip().lower()
        exact = [choice for choice in parameter.choices if choice.lower() == wanted]
        near = [choice for choice in parameter.choices if wanted and choice.lower().startswith(wanted)]
        found = exact or near
        if len(found) != 1:
            raise errors.conversion(
                parameter.name,
                f'Cannot convert value "{text}" to type "{parameter.name}". Error: "Unable to match the identifier '
                f"name {part.strip()} to a valid enumerator name. Specify one of the following enumerator names and "
                f'try again: {", ".join(parameter.choices)}"',
            )
        yield found[0]
