"""The profiles that there are, the recent ones first; and remembering which were used."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pushtui.base.errors import FileProblem, PushtuiError
from pushtui.base.files import config_folder, private_folder, state_folder, write_atomically
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.profile import SETTINGS, load

_KEPT = 50


@frozen
class Known:
    """A profile to choose."""

    path: Path
    name: str
    tenant: str = ""
    server: str = ""
    environment: Literal["production", "lab"] = "production"
    read_only: bool = False
    used: datetime | None = None
    """When it was last used on this machine."""
    problem: str = ""
    """Why it cannot be used, in one sentence."""


def known() -> tuple[Known, ...]:
    """The profiles in their folder and those that were used elsewhere: the recent ones first, then by name."""
    used = recent()
    here = sorted(path for path in config_folder().glob("*.toml") if path.stem != SETTINGS)
    elsewhere = [path for path in used if path not in here and path.is_file()]
    found = [_known(path, used.get(path)) for path in (*here, *elsewhere)]
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(found, key=lambda each: (-(each.used or never).timestamp() if each.used else 0, each.name)))


def _known(path: Path, used: datetime | None) -> Known:
    name = clean_line(path.stem)
    try:
        profile = load(path)
    except PushtuiError as error:
        return Known(path, name, used=used, problem=str(error))
    return Known(
        path,
        name,
        profile.tenant_domain,
        profile.exchange.server,
        profile.environment,
        profile.read_only,
        used,
    )


# --- which were used -------------------------------------------------------------------------------------------------


def _recent_file() -> Path:
    return state_folder() / "recent-profiles.json"


def recent() -> dict[Path, datetime]:
    """Profile → when it was last used, the newest first; a file that makes no sense counts as none."""
    try:
        entries = json.loads(_recent_file().read_bytes())
        used = {Path(str(entry["path"])): datetime.fromisoformat(str(entry["used"])) for entry in entries}
        return dict(sorted(used.items(), key=lambda item: item[1], reverse=True))
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def remember(path: Path, now: datetime) -> None:
    """Note that the profile is used now; where that cannot be kept, nothing depends on it."""
    used = {path: now, **{other: when for other, when in recent().items() if other != path}}
    entries = [{"path": str(each), "used": when.isoformat()} for each, when in list(used.items())[:_KEPT]]
    with suppress(FileProblem):
        private_folder(state_folder())
        write_atomically(_recent_file(), json.dumps(entries, indent=1).encode())
