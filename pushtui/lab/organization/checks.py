"""What a scenario or a test may say of the organization: refusals as one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pushtui.base.errors import UsageError
from pushtui.base.words import _

WHERE = "[organization]"


def wrong(text: str) -> UsageError:
    """A scenario that cannot be."""
    return UsageError("lab.scenario", f"{WHERE}: {text}")


def version_of(text: str) -> tuple[int, int, int, int]:
    """``15.2.1748.10`` as numbers."""
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)\.(\d+)", text)
    if not match:
        raise wrong(_("“{text}” is no version such as 15.2.1748.10").format(text=text))
    major, minor, build_number, revision = (int(part) for part in match.groups())
    return major, minor, build_number, revision


def known(names: Iterable[str], choices: Iterable[str], what: str) -> frozenset[str]:
    """The names, if all are known."""
    found, allowed = frozenset(names), frozenset(choices)
    if found - allowed:
        raise wrong(
            _("unknown {what} “{name}”; known: {known}").format(
                what=what, name=min(found - allowed), known=", ".join(sorted(allowed))
            )
        )
    return found
