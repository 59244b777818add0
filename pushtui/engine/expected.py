"""Errors that a healthy organization answers with: what was asked for may well not be there."""

from __future__ import annotations

from collections.abc import Mapping

from pushtui.base.words import N_, _
from pushtui.procedure.questions import HEALTH_MANAGER_PROCESSES, SHOWS_PUSH_APPS

_ABSENCES: Mapping[tuple[str, str], str] = {
    (str(dict(SHOWS_PUSH_APPS.cmdlet.parameters)["Name"]), "[CommandNot"): (
        N_("No role of this account grants {name}, as usual: the push proxy's state is not readable here")
    ),
    **{
        (name, "[NoProcessFound"): N_(
            "{name} is not running at the moment, as usual just after a restart of MSExchangeHM"
        )
        for name in HEALTH_MANAGER_PROCESSES
    },
}
"""What the error names and how its identifier begins → what it means. The message itself may be in any language."""


def absence(text: str) -> str:
    """What an error line means when it is no error; empty when it is one."""
    for (name, identifier), meaning in _ABSENCES.items():
        if name in text and identifier in text:
            return _(meaning).format(name=name)
    return ""
