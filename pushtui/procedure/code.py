"""What a word of the tables in `pushtui.procedure.codes`, `undo_codes` and `upkeep_codes` says."""

from __future__ import annotations

from pushtui.base.values import frozen
from pushtui.procedure.model import Severity

OK, NOTE, WARNING = Severity.OK, Severity.NOTE, Severity.WARNING
SKIPPED, UNKNOWN, WAITING = Severity.SKIPPED, Severity.UNKNOWN, Severity.WAITING
CHANGE, BLOCKED, ATTENTION, FAILURE = Severity.CHANGE, Severity.BLOCKED, Severity.ATTENTION, Severity.FAILURE


@frozen
class Code:
    """What one finding means. In `meaning`, words in braces are the names of its arguments."""

    severity: Severity
    meaning: str
    passable: bool = False
    """Grave, but of one server only: what comes after may still be changed."""

    @property
    def blocks(self) -> bool:
        """Whether nothing may be changed here or later in the chain while this is so."""
        return self.severity in {ATTENTION, FAILURE} and not self.passable


@frozen
class ActionCode:
    """What one action means; `arguments` names what `Change.arguments` (or that of a wait, ask, trial) holds."""

    kind: str
    """`change`, `wait`, `ask` or `trial`."""
    meaning: str
    arguments: tuple[str, ...] = ()
