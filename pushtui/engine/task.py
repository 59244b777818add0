"""What a plan can be made for."""

from __future__ import annotations

from pushtui.base.values import frozen
from pushtui.procedure.model import StepId


@frozen
class Task:
    """What a plan is for: the procedure itself, taking back what a run did, or what keeps the trust up."""

    course: str = "trust"
    """Name of the course: `trust`, `undo`, or one of `pushtui.procedure.courses`."""
    undoes: str = ""
    """The run that is taken back; of the course `undo`."""
    steps: tuple[StepId, ...] = tuple(StepId)
    """What of it."""
    removed_keys: frozenset[str] = frozenset()
    """SHA-256 (upper-case hex) of the keys that are to be removed; of the course `keys`."""
    within_days: float | None = None
    """Days before its end from which on the certificate is renewed, where not as the profile has it."""
    change: int = 0
    """The only change of the run that is taken back, from 1 as ``pushtui runs show`` numbers them; 0: all of them."""


PROCEDURE = Task()
