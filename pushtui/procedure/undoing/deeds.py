"""What a run did, as its journal has it, and what taking it back comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from pushtui.base.commands import Cmdlet, Json, Value
from pushtui.base.values import frozen, replace
from pushtui.procedure.model import Action, Change, Command, Consent, ExchangeWrite, Finding, Query, Risk, StepId


@frozen
class Deed:
    """A change that was sent, and was not refused: its intent in the journal."""

    id: str
    step: StepId
    target: str
    before: Json = None
    after: Json = None
    command: Command | None = None
    """None where this version does not understand what is in the journal."""
    undo: Command | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def thing(self) -> tuple[str, str, str]:
        """What it was done to, and how; of a list of keys, each key is a thing of its own."""
        key = self.arguments.get("sha256", "") if self.became.get("keys") is not None else ""
        return self.id, self.target, key

    @property
    def was(self) -> dict[str, Any]:
        """The value before as properties; none where there was nothing, or nothing known."""
        return self.before if isinstance(self.before, dict) else {}

    @property
    def became(self) -> dict[str, Any]:
        """The value after as properties."""
        return self.after if isinstance(self.after, dict) else {}


@frozen
class Verdict:
    """What is to be said about taking something back, and what is to be done."""

    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.findings + other.findings, self.actions + other.actions)


def settled(deeds: Iterable[Deed]) -> tuple[Deed, ...]:
    """One deed for each thing that was changed, in the order in which that was first done.

    A run that went on with an interrupted one may have sent a change of it again: what was before is what the first
    found, what came of it is what the last one did.
    """
    result: dict[tuple[str, str, str], Deed] = {}
    for deed in deeds:
        first = result.get(deed.thing)
        result[deed.thing] = deed if first is None else replace(deed, before=first.before, undo=first.undo)
    return tuple(result.values())


def named(deeds: Iterable[Deed], *ids: str) -> Deed | None:
    """The last of the deeds that has one of these ids."""
    return next((deed for deed in reversed(tuple(deeds)) if deed.id in ids), None)


def exchange_change(
    change_id: str,
    step: StepId,
    target: str,
    cmdlet: str,
    parameters: Mapping[str, Value],
    reads: Sequence[Query],
    *,
    before: Json,
    after: Json,
    undo: Command | None,
    risk: Risk = Risk.REVERSIBLE,
    consent: Consent | None = None,
    **arguments: str,
) -> Change:
    """A cmdlet that takes something back, without a question of Exchange's own."""
    values = (*parameters.items(), ("Confirm", False))
    command = ExchangeWrite(Cmdlet(cmdlet, values))
    return Change(
        change_id, step, target, command, before, after, risk, tuple(reads), undo, consent, arguments=arguments
    )
