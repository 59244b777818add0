"""Strict reading of TOML tables into values: a typing mistake is an error, never ignored."""

from __future__ import annotations

import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pushtui.base.errors import UsageError
from pushtui.base.values import parts
from pushtui.base.words import _

T = TypeVar("T")


def read_table(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """An instance of the value `kind` from a TOML table; absent keys keep their defaults.

    Understands str, int, float, bool, Literal, optional types, nested values, ``tuple[X, ...]`` and
    ``Mapping[str, str]``. Raises `UsageError` (code ``settings.*``) naming `where` and the key.
    """
    hints = get_type_hints(kind)
    known = {part.name for part in parts(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise _unknown_key(key, where, sorted(known))
        values[name] = _convert(hints[name], value, where, key)
    try:
        return kind(**values)
    except TypeError:
        missing = [part.name for part in parts(kind) if part.required and part.name not in values]
        raise UsageError(
            "settings.missing", _("{where} lacks one of: {keys}").format(where=where, keys=", ".join(missing))
        ) from None


def _unknown_key(key: str, where: str, known: list[str]) -> UsageError:
    close = get_close_matches(key, known, 1)
    hint = (
        _("Did you mean “{key}”?").format(key=close[0])
        if close
        else _("Known keys: {keys}").format(keys=", ".join(known))
    )
    return UsageError(
        "settings.unknown-key", _("{where} has an unknown key “{key}”").format(where=where, key=key), remedy=hint
    )


def _convert(hint: Any, value: Any, where: str, key: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _convert(next(arg for arg in get_args(hint) if arg is not type(None)), value, where, key)
    if origin is Literal:
        if value in get_args(hint):
            return value
        raise _wrong(where, key, value, _("one of {choices}").format(choices=", ".join(map(str, get_args(hint)))))
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(get_args(hint)[0], item, where, f"{key}[{index}]") for index, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, dict):
        return {str(name): _convert(get_args(hint)[1], item, where, f"{key}.{name}") for name, item in value.items()}
    if isinstance(hint, type) and parts(hint) and isinstance(value, dict):
        return read_table(hint, value, f"{where} [{key}]")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is Any or (isinstance(hint, type) and type(value) is hint):
        return value
    raise _wrong(where, key, value, _("a list") if origin is tuple else getattr(hint, "__name__", str(hint)))


def _wrong(where: str, key: str, value: Any, expected: str) -> UsageError:
    return UsageError(
        "settings.wrong-value",
        _("{where}: “{key}” is {value!r}, expected {expected}").format(
            where=where, key=key, value=value, expected=expected
        ),
    )
