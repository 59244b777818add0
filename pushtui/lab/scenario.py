"""Scenarios: TOML files that say how the lab starts. Strict: a typing mistake is an error, never ignored."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from pushtui.base.errors import UsageError
from pushtui.base.tables import read_table
from pushtui.lab.faults import Fault
from pushtui.lab.tenant.build import read_settings


@dataclass(frozen=True, slots=True)
class MailTable:
    """The [mail] table: the server that takes the test message."""

    starttls: bool = True
    """STARTTLS is offered, and wanted before anything else."""
    authentication: bool = True
    """Only signed-in clients may send, and only as themselves."""
    recipients: tuple[str, ...] = ("device@lab.example",)
    """Mailboxes that exist; the profile's test message goes to the first."""


@dataclass(frozen=True, slots=True)
class VerificationTable:
    """The [verification] table: what the ready profile says about the last step."""

    server: str = ""
    """Server that runs the probe; empty: left to pushtui."""
    wait_seconds: float = 0.0
    """Wait after a restart of MSExchangeHM; 0: a little longer than the organization needs."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A starting state. [organization] and [tenant] are read by the two halves of the lab themselves."""

    title: str = ""
    description: str = ""
    kerberos: bool = False
    """Start a KDC, and offer Kerberos on every endpoint. Without KDC the lab does not start."""
    organization: Mapping[str, Any] = field(default_factory=dict)
    tenant: Mapping[str, Any] = field(default_factory=dict)
    mail: MailTable = MailTable()
    verification: VerificationTable = VerificationTable()
    faults: tuple[Fault, ...] = ()


def names() -> list[str]:
    """The scenarios that come with pushtui."""
    folder = files("pushtui.lab") / "scenarios"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def load(name_or_path: str) -> Scenario:
    """A shipped scenario by its name, or any by the path of its file; raises `UsageError`."""
    where, text = _text(name_or_path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError("lab.wrong-scenario", f"{where} is not valid TOML: {error}") from None
    scenario = read_table(Scenario, table, where)
    read_settings(scenario.tenant)
    return scenario


def _text(name_or_path: str) -> tuple[str, str]:
    """What to call the scenario in messages, and its text."""
    if name_or_path in names():
        shipped = files("pushtui.lab") / "scenarios" / f"{name_or_path}.toml"
        return f"scenario “{name_or_path}”", shipped.read_text("utf-8")
    path = Path(name_or_path)
    if path.suffix != ".toml" and not path.exists():
        raise UsageError(
            "lab.unknown-scenario",
            f"There is no scenario “{name_or_path}”",
            remedy=f"Known scenarios: {', '.join(names())}; or give the path of a TOML file",
        )
    try:
        return str(path), path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError("lab.unknown-scenario", f"The scenario {path} cannot be read: {reason}") from None
