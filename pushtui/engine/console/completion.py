"""What Tab makes of a beginning: cmdlets that this account has, their parameters, properties answered before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from pushtui.base.values import frozen
from pushtui.engine.console.catalogue import Catalogue
from pushtui.engine.console.parser import SELECT

_WORD = re.compile(r"[^\s,|'\"]*$")
_COMMAND = re.compile(r"\s*([A-Za-z]+-[A-Za-z0-9]+)")
COMMON = frozenset(
    "Verbose Debug ErrorAction WarningAction ErrorVariable WarningVariable OutVariable OutBuffer PipelineVariable"
    " InformationAction InformationVariable ProgressAction".lower().split()
)
"""Parameters that every cmdlet has (about_CommonParameters); offered last, they would be in the way."""


@frozen
class Completion:
    """From `start` to the cursor stands a beginning of each of the `candidates`."""

    start: int
    candidates: tuple[str, ...] = ()
    wants: str = ""
    """What has to be asked for first: a cmdlet whose parameters are not known, or ``*`` for the cmdlets."""


def complete(text: str, cursor: int, catalogue: Catalogue) -> Completion:
    """What could stand at the cursor."""
    before = text[:cursor]
    match = _WORD.search(before)
    word = match.group() if match else ""
    start = cursor - len(word)
    command = _COMMAND.match(before)
    name = command.group(1).lower() if command and command.end() < start else ""
    if not name:
        if before[:start].strip():
            return Completion(start)
        return Completion(start, _matching(word, catalogue.names), "" if catalogue.names else "*")
    if "|" in before:
        return Completion(start, _after_pipe(before, word, catalogue.properties.get(name, ())))
    if not word.startswith("-"):
        return Completion(start)
    if name not in catalogue.parameters:
        return Completion(start, wants=name)
    offered = sorted(catalogue.parameters[name], key=lambda each: (each.lower() in COMMON, each.lower()))
    used = {each.lower() for each in re.findall(r"-([A-Za-z0-9]+)", before[:start])}
    return Completion(start, _matching(word, (f"-{each}" for each in offered if each.lower() not in used)))


def _after_pipe(before: str, word: str, properties: Iterable[str]) -> tuple[str, ...]:
    after = before.rpartition("|")[2].split()
    if not after or (len(after) == 1 and word):
        return _matching(word, (SELECT,))
    return _matching(word, properties)


def _matching(word: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name.lower().startswith(word.lower()))


def insert(text: str, cursor: int, completion: Completion) -> tuple[str, int]:
    """The text with as much of the candidates as they have in common, and where the cursor is then."""
    if not completion.candidates:
        return text, cursor
    word = text[completion.start : cursor]
    common = _common(completion.candidates)
    if len(completion.candidates) == 1:
        common = completion.candidates[0] + ("" if text[cursor:].startswith(" ") else " ")
    if len(common) < len(word):
        return text, cursor
    return text[: completion.start] + common + text[cursor:], completion.start + len(common)


def _common(names: Iterable[str]) -> str:
    """The beginning that all share, whatever its case, as the first writes it."""
    names = list(names)
    first, last = min(names, key=str.lower), max(names, key=str.lower)  # what these two share, all do
    alike = (one == other for one, other in zip(first.lower(), last.lower(), strict=False))
    return first[: sum(takewhile(bool, alike))]
