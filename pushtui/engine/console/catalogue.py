"""What the console can be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pushtui.base.values import frozen


@frozen
class Catalogue:
    """What is known of the session's cmdlets."""

    names: tuple[str, ...] = ()
    """Of those that only read; empty while nobody was asked."""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cmdlet in lower case → names of its parameters."""
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Cmdlet in lower case → names of properties that it has answered."""
