"""The profiles that there are, the recent ones first; making one; and remembering which were used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

from pushtui.base.errors import FileProblem, PushtuiError, UsageError
from pushtui.base.files import config_folder, private_folder, state_folder, write_atomically
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.entra.settings import EntraSettings
from pushtui.profile import (
    SCHEMA,
    SETTINGS,
    default_path,
    load,
    parse,
    validate_certificate_path,
    validate_exchange_server,
    validate_tenant_domain,
)

METHODS: tuple[str, ...] = get_args(get_type_hints(EntraSettings)["method"])
"""The ways to sign in to Microsoft 365."""
_KEPT = 50
_NAME = re.compile(r"[\w.-]{1,60}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


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


# --- making one ------------------------------------------------------------------------------------------------------


def create(values: Mapping[str, str]) -> Path:
    """Write a new profile from the fields of the form; where it is.

    Raises `UsageError` for a value that is not good, or where there is a profile of that name already, and
    `FileProblem` where the file cannot be written.
    """
    import tomlkit

    for name, rule in RULES.items():
        problem = rule(values[name])
        if problem:
            raise UsageError(f"profile.{name.replace('_', '-')}", problem)
    path = default_path(values["name"].strip())
    if path.exists():
        raise UsageError("profile.exists", taken(values["name"].strip()))
    document = tomlkit.document()
    document["schema"] = SCHEMA
    document["tenant_domain"] = values["tenant_domain"].strip()
    document["certificate_path"] = values["certificate_path"].strip()
    document["exchange"] = _table(server=values["exchange_server"], user=values["exchange_user"])
    document["entra"] = _table(method=values["method"], client_id=values["client_id"])
    text = tomlkit.dumps(document)
    parse(text, path)
    private_folder(path.parent)
    write_atomically(path, text.encode())
    return path


def _table(**values: str) -> Any:
    import tomlkit

    table = tomlkit.table()
    for name, value in values.items():
        if value.strip():
            table[name] = value.strip()
    return table


def taken(name: str) -> str:
    """That there is a profile of this name."""
    return _("There is a profile “{name}” already: choose another name.").format(name=clean_line(name))


def validate_name(text: str) -> str | None:
    """What is wrong with a profile's name, as one sentence."""
    name = text.strip()
    if not name:
        return _("Type a short name for the profile, such as fabrikam.")
    if not _NAME.fullmatch(name) or name.startswith("."):
        return _("A profile's name has letters, digits, hyphens, dots and underscores, at most 60.")
    if name == SETTINGS or name.endswith(".toml"):
        return _("“{name}” is not a profile's name").format(name=name) + "."
    return None


def validate_user(text: str) -> str | None:
    """What is wrong with the account on Exchange, as one sentence; empty means whoever has a Kerberos ticket."""
    user = text.strip()
    if not user:
        return None
    if any(character.isspace() for character in user) or "/" in user:
        return _("Type the account as user@domain, such as admin@corp.contoso.com.")
    if "\\" not in user and not re.fullmatch(r"[^@]+@[^@]+", user):
        return _("Type the account with its domain, such as admin@corp.contoso.com.")
    return None


def validate_method(text: str) -> str | None:
    """What is wrong with the way to sign in to Microsoft 365."""
    return None if text.strip() in METHODS else _("Type one of {choices}.").format(choices=", ".join(METHODS))


def validate_client_id(text: str) -> str | None:
    """What is wrong with the application's id, as one sentence."""
    if not text.strip():
        return _("Paste the application (client) id of your registration in Entra.")
    if not _GUID.fullmatch(text.strip()):
        return _("It looks like 00000000-0000-0000-0000-000000000000: five groups of digits and a to f.")
    return None


RULES: Mapping[str, Callable[[str], str | None]] = {
    "name": validate_name,
    "tenant_domain": validate_tenant_domain,
    "exchange_server": validate_exchange_server,
    "exchange_user": validate_user,
    "certificate_path": validate_certificate_path,
    "method": validate_method,
    "client_id": validate_client_id,
}
"""The fields of the form, each with its rule: None where a value is good, else one sentence."""
