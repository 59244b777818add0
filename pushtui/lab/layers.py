"""A scenario laid over another one, its base: it says only what is different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_NAMES = ("name", "id")


def laid_over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the top over it. Tables are merged; so are lists whose entries have a name or an id, where each
    entry changes the one of that name, is added, or (``absent = true``) takes it away. Any other list, and an empty
    one, takes the place of the base's."""
    result = dict(base)
    for key, value in top.items():
        result[key] = _over(result.get(key), value)
    return result


def _over(below: Any, value: Any) -> Any:
    if isinstance(below, Mapping) and isinstance(value, Mapping):
        return laid_over(below, value)
    mark = next((name for name in _NAMES if _all_have(below, name) and _all_have(value, name)), "")
    if not mark:
        return value
    entries = {entry[mark]: entry for entry in below}
    for entry in value:
        if entry.get("absent") is True:
            entries.pop(entry[mark], None)
        else:
            entries[entry[mark]] = laid_over(entries.get(entry[mark], {}), entry)
    return list(entries.values())


def _all_have(value: Any, name: str) -> bool:
    """Whether this is a list, not an empty one, of tables that all have that key."""
    return (
        isinstance(value, Sequence)
        and bool(value)
        and all(isinstance(entry, Mapping) and name in entry for entry in value)
    )
