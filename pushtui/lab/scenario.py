"""Scenarios: TOML files that say how the lab starts. Strict: a typing mistake is an error, never ignored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.base.values import frozen
from pushtui.lab.faults import Fault
from pushtui.lab.layers import laid_over
from pushtui.lab.tenant.build import read_settings


@frozen
class MailTable:
    """The [mail] table: the server that takes the test message."""

    starttls: bool = True
    """STARTTLS is offered, and wanted before anything else."""
    authentication: bool = True
    """Only signed-in clients may send, and only as themselves."""
    recipients: tuple[str, ...] = ("device@lab.example",)
    """Mailboxes that exist; the profile's test message goes to the first."""


@frozen
class ProfileTable:
    """The [profile] table: what the ready profile says, and what lies where it points at."""

    tenant_domain: str = ""
    """Empty: the tenant's default domain."""
    certificate_file: str = ""
    """What is at the certificate path: the id of a certificate of the organization, `current` (the one that AuthConfig
    names), `pem`, `text`, `empty` or `folder`. Empty: nothing."""
    windows: bool = True
    """Whether pushtui may use the Windows endpoints."""


@frozen
class VerificationTable:
    """The [verification] table: what the ready profile says about the last step."""

    server: str = ""
    """Server that runs the probe; empty: left to pushtui."""
    wait_seconds: float = 0.0
    """Wait after a restart of MSExchangeHM; 0: a little longer than the organization needs."""


@frozen
class Scenario:
    """A starting state. [organization] and [tenant] are read by the two halves of the lab themselves."""

    title: str = ""
    """One line, for the list of scenarios."""
    description: str = ""
    base: str = ""
    """A scenario that this one is laid over (`pushtui.lab.layers`)."""
    kerberos: bool = False
    """Start a KDC, and offer Kerberos on every endpoint. Without KDC the lab does not start."""
    organization: Mapping[str, Any] = field(default_factory=dict)
    tenant: Mapping[str, Any] = field(default_factory=dict)
    mail: MailTable = MailTable()
    profile: ProfileTable = ProfileTable()
    verification: VerificationTable = VerificationTable()
    faults: tuple[Fault, ...] = ()


def names() -> list[str]:
    """The scenarios that come with pushtui; those in folders as ``FOLDER/NAME``, after the others."""
    return sorted(_below(files("pushtui.lab") / "scenarios"), key=lambda name: ("/" in name, name))


def _below(folder: Traversable, prefix: str = "") -> Iterator[str]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _below(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".toml"):
            yield prefix + item.name.removesuffix(".toml")


def listing() -> str:
    """Every shipped scenario with its title, a line each."""
    known = names()
    width = max(map(len, known))
    return "".join(f"{name:{width}}  {load(name).title}\n" for name in known)


def load(name_or_path: str) -> Scenario:
    """A shipped scenario by its name, or any by the path of its file; raises `UsageError`."""
    where, table = _table(name_or_path, ())
    scenario = read_table(Scenario, table, where)
    read_settings(scenario.tenant)
    return scenario


def _table(name_or_path: str, over: tuple[str, ...]) -> tuple[str, Mapping[str, Any]]:
    """What to call the scenario in messages, and its tables, laid over those of its base. `over`: those above it."""
    where, text = _text(name_or_path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("lab.wrong-scenario", f"{where} is not valid TOML: {error}") from None
    base = table.get("base", "")
    if not base or not isinstance(base, str):
        return where, table
    if base in (*over, name_or_path):
        raise UsageError("lab.wrong-scenario", f"{where} is laid over itself")
    _, below = _table(base, (*over, name_or_path))
    return where, laid_over({name: value for name, value in below.items() if name != "description"}, table)


def _text(name_or_path: str) -> tuple[str, str]:
    """What to call the scenario in messages, and its text."""
    known = names()
    if name_or_path in known:
        shipped = files("pushtui.lab") / "scenarios" / f"{name_or_path}.toml"
        return f"scenario “{name_or_path}”", shipped.read_text("utf-8")
    path = Path(name_or_path)
    if path.suffix != ".toml" and not path.exists():
        close = [name for name in known if name.rpartition("/")[2] == name_or_path]
        close = close or get_close_matches(name_or_path, known, 3)
        hint = f"Did you mean {' or '.join(f'“{name}”' for name in close)}? " if close else ""
        raise UsageError(
            "lab.unknown-scenario",
            f"There is no scenario “{name_or_path}”",
            remedy=f"{hint}`pushtui lab --scenario list` shows those that there are; or give the path of a TOML file",
        )
    try:
        return str(path), path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError("lab.unknown-scenario", f"The scenario {path} cannot be read: {reason}") from None
