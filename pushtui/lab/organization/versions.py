"""What came after CU3: a parameter that a server's version does not know, its cmdlets do not have."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from pushtui.base.values import replace
from pushtui.lab.remoting.cmdlet import CmdletSpec

Version: TypeAlias = tuple[int, ...]

_DOMAIN_NAME: Mapping[Version, Version] = MappingProxyType({(15, 1): (15, 1, 2106), (15, 2): (15, 2, 721)})
"""Product → build: Exchange 2016 CU18 and 2019 CU7; Exchange 2013 never got it."""
_SINCE: Mapping[tuple[str, str], Mapping[Version, Version]] = MappingProxyType(
    {("New-AuthServer", "DomainName"): _DOMAIN_NAME, ("Set-AuthServer", "DomainName"): _DOMAIN_NAME}
)


def knows_domain_name(version: Version) -> bool:
    """Whether auth servers have -DomainName there."""
    return _reached(_DOMAIN_NAME, version)


def as_of(spec: CmdletSpec, version: Version) -> CmdletSpec:
    """The cmdlet as a server of this version has it."""
    parameters = tuple(p for p in spec.parameters if _reached(_SINCE.get((spec.name, p.name), {}), version))
    return spec if parameters == spec.parameters else replace(spec, parameters=parameters)


def _reached(since: Mapping[Version, Version], version: Version) -> bool:
    """Nothing in the table means that it was always there."""
    first = since.get(version[:2])
    return not since or (first is not None and version >= first)
