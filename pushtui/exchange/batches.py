"""Several reads as one pipeline of several statements, and whose answer is whose.

A pipeline of many statements costs two round trips however many there are, but its output is one stream. Objects
are told apart by their type, or where that is not known by the properties that were selected; errors and warnings by
the command that they name. So the cmdlets of one batch have different names and different marks, and what cannot be
attributed with certainty is asked again alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pushtui.base.commands import Cmdlet
from pushtui.base.values import frozen
from pushtui.exchange.clixml import first_type
from pushtui.exchange.cmdlet_errors import CmdletError

OUTPUT_TYPES: Mapping[str, frozenset[str]] = {
    "get-accepteddomain": frozenset({"AcceptedDomain"}),
    "get-authconfig": frozenset({"AuthConfig"}),
    "get-authserver": frozenset({"AuthServer"}),
    "get-command": frozenset({"CmdletInfo", "FunctionInfo", "AliasInfo"}),
    "get-exchangecertificate": frozenset({"ExchangeCertificate"}),
    "get-exchangeserver": frozenset({"ExchangeServer"}),
    "get-hybridconfiguration": frozenset({"HybridConfiguration"}),
    "get-organizationconfig": frozenset({"OrganizationConfig", "ADOrganizationConfig"}),
    "get-partnerapplication": frozenset({"PartnerApplication"}),
    "get-process": frozenset({"Process"}),
    "get-pushnotificationapp": frozenset({"PushNotificationApp", "PushNotificationAppPresentationObject"}),
    "get-servercomponentstate": frozenset({"ServerComponentStatePresentationObject"}),
    "get-serverhealth": frozenset({"MonitorHealthEntry", "MonitorHealthEntryPresentationObject"}),
    "get-service": frozenset({"ServiceController"}),
    "test-servicehealth": frozenset({"ExchangeServicesStatus"}),
}
"""Cmdlet (lower case) → the last words of the .NET types it can answer, where they are known."""


@frozen
class Reply:
    """What one cmdlet answered. Errors are the cmdlet's own, the one that ended it included."""

    objects: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[CmdletError, ...] = ()
    clock_offset: float | None = None
    """Seconds that the clock of the answering web server is ahead of ours; None where its answer bore no date."""
    front_end: str = ""
    """What that web server calls itself (``X-FEServer``); empty where its answer did not say."""


@dataclass(slots=True)
class Outcome:
    """What one pipeline answered, in the order in which it came."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Cmdlet (empty: not said) and text."""
    errors: list[CmdletError] = field(default_factory=list)
    failed: bool = False
    """Whether the pipeline as a whole ended in the state Failed."""
    clock_offset: float | None = None
    front_end: str = ""


def batches(cmdlets: Sequence[Cmdlet]) -> list[list[int]]:
    """Positions of the cmdlets that go together, in an order that keeps every write where it was asked for."""
    plan: list[list[int]] = []
    open_batches: list[list[int]] = []
    for position, cmdlet in enumerate(cmdlets):
        if not cmdlet.reads:
            open_batches = []
            plan.append([position])
        elif not _marks(cmdlet):
            plan.append([position])
        else:
            for batch in open_batches:
                if not any(_alike(cmdlet, cmdlets[other]) for other in batch):
                    batch.append(position)
                    break
            else:
                open_batches.append([position])
                plan.append(open_batches[-1])
    return plan


def _alike(one: Cmdlet, other: Cmdlet) -> bool:
    """Whether their answers, or their errors, could be taken for each other's."""
    return one.name.lower() == other.name.lower() or bool(_marks(one) & _marks(other))


def _marks(cmdlet: Cmdlet) -> frozenset[str]:
    """What its objects are known by; empty where nothing is known of them."""
    types = OUTPUT_TYPES.get(cmdlet.name.lower())
    return types or (frozenset({_shape(cmdlet.select)}) if cmdlet.select else frozenset())


def _shape(properties: Iterable[str]) -> str:
    """Of an object that ``Select-Object`` made: it has just the properties that were asked for, empty ones included."""
    return "|".join(["", *sorted(name.lower() for name in properties)])  # no type has a bar in its name


def whole(outcome: Outcome) -> Reply:
    """The reply of a pipeline that had one statement."""
    warnings = tuple(text for _cmdlet, text in outcome.warnings)
    return Reply(tuple(outcome.objects), warnings, tuple(outcome.errors), outcome.clock_offset, outcome.front_end)


def attribute(cmdlets: Sequence[Cmdlet], outcome: Outcome) -> list[Reply | None]:
    """One reply a statement; None for each that must be asked again, alone.

    A pipeline that failed tells nothing about the statements after the one that ended it. But where that one was
    meant to end it (``-ErrorAction Stop``), they share its error: to ask them all the same is what it was to prevent.
    """
    stopper = next((at for at, cmdlet in enumerate(cmdlets) if ends_the_rest(cmdlet)), None)
    objects: list[list[dict[str, Any]]] = [[] for _cmdlet in cmdlets]
    warnings: list[list[str]] = [[] for _cmdlet in cmdlets]
    errors: list[list[CmdletError]] = [[] for _cmdlet in cmdlets]
    nobody = [None] * len(cmdlets)
    for item in outcome.objects:
        owner = _owner_of_object(cmdlets, item)
        if owner is None:
            return list(nobody)
        objects[owner].append(item)
    for error in outcome.errors:
        owner = _owner_of_name(cmdlets, error.cmdlet)
        if owner is None and outcome.failed:
            owner = stopper  # nothing else ends several statements
        if owner is None:
            return list(nobody)
        errors[owner].append(error)
    for name, text in outcome.warnings:
        owner = _owner_of_name(cmdlets, name)
        if owner is None:
            return list(nobody)
        warnings[owner].append(text)
    reached = len(cmdlets)
    if outcome.failed:
        reached = max((position for position, own in enumerate(errors) if own), default=-1) + 1
    shared = errors[stopper] if stopper is not None and reached == stopper + 1 else []
    for at in range(reached, len(cmdlets) if shared else reached):
        errors[at] = shared
    return [
        Reply(tuple(objects[at]), tuple(warnings[at]), tuple(errors[at]), outcome.clock_offset, outcome.front_end)
        if at < reached or shared
        else None
        for at in range(len(cmdlets))
    ]


def sender_of_object(cmdlets: Sequence[Cmdlet], item: dict[str, Any]) -> Cmdlet | None:
    """Whose object this is, for whoever tells of it; None where that is not certain."""
    owner = 0 if len(cmdlets) == 1 else _owner_of_object(cmdlets, item)
    return None if owner is None else cmdlets[owner]


def sender_of_name(cmdlets: Sequence[Cmdlet], name: str) -> Cmdlet | None:
    """The statement that a warning or an error names; None where that is not certain."""
    owner = 0 if len(cmdlets) == 1 else _owner_of_name(cmdlets, name)
    return None if owner is None else cmdlets[owner]


def ends_the_rest(cmdlet: Cmdlet) -> bool:
    """Whether its first error ends the pipeline, whatever statements follow (PowerShell's BatchInvocationCallback)."""
    return any(name.lower() == "erroraction" and value == "Stop" for name, value in cmdlet.parameters)


def _owner_of_object(cmdlets: Sequence[Cmdlet], item: dict[str, Any]) -> int | None:
    word = first_type(item).removeprefix("Selected.").rpartition(".")[2]
    marks = {word, _shape(name for name in item if not name.startswith("@"))}
    owners = [at for at, cmdlet in enumerate(cmdlets) if marks & _marks(cmdlet)]
    return owners[0] if len(owners) == 1 else None


def _owner_of_name(cmdlets: Sequence[Cmdlet], name: str) -> int | None:
    """By ``Get-AuthConfig``, or by the class ``GetAuthConfig`` that an identifier names."""
    owners = [
        at for at, cmdlet in enumerate(cmdlets) if name and _plain(cmdlet.name) == _plain(name.rpartition("\\")[2])
    ]
    return owners[0] if len(owners) == 1 else None


def _plain(name: str) -> str:
    return name.replace("-", "").lower()
