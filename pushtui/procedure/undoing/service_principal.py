"""Taking back what was done to the service principal: the key that was added goes, those that were removed return."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pushtui.procedure import keys
from pushtui.procedure.model import Facts, Query, StepId
from pushtui.procedure.undoing import key_list
from pushtui.procedure.undoing.deeds import Deed, Verdict
from pushtui.procedure.undoing.key_list import Names

_ADD = "service-principal.add-key"
KNOWN = frozenset({_ADD, keys.REMOVE})
_REMOVAL = Names(StepId.SERVICE_PRINCIPAL, "undo.service-principal.remove-key", "undo.service-principal.visible")
_RETURN = Names(StepId.SERVICE_PRINCIPAL, "undo.service-principal.restore-keys", "undo.service-principal.restored")


def queries(facts: Facts, deeds: Sequence[Deed]) -> Iterable[Query]:
    return key_list.queries(facts)


def verdict(facts: Facts, deeds: Sequence[Deed]) -> Verdict:
    added, removed = ([deed for deed in deeds if deed.id == name] for name in (_ADD, keys.REMOVE))
    result = key_list.removal(facts, added, _REMOVAL) if added else Verdict()
    return result + key_list.restoration(facts, removed, _RETURN) if removed else result
