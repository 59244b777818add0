"""The profile: what the admin tells us, as a TOML file that keeps its comments.

Paths in a profile may start with ``~`` and are otherwise relative to the folder of the profile. Files that hold a
credential may be ``credential:NAME`` instead, for one that systemd passes to the service.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from pushtui.base.credentials import refuse_two
from pushtui.base.errors import UsageError
from pushtui.base.files import config_folder, is_systemd_credential, private_folder, problem, write_atomically
from pushtui.base.tables import read_table
from pushtui.base.text import clean, clean_line
from pushtui.base.values import frozen, replace
from pushtui.base.words import _
from pushtui.entra.settings import CloudSettings, EntraSettings, NetworkSettings
from pushtui.exchange.settings import ExchangeSettings, WindowsSettings
from pushtui.mail.settings import MailSettings

SCHEMA = 1
SETTINGS = "settings"
"""What no profile is called: the settings are in a file of that name, beside the profiles."""
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_HOST_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PATH_FIELDS = frozenset(
    {"password_file", "keytab_file", "ca_file", "certificate_file", "passphrase_file", "secret_file"}
)


@frozen
class VerificationSettings:
    """How the chain is proven."""

    server: str = ""
    """Mailbox server to run the probe on; unset: chosen among the servers found."""
    wait_seconds: float = 120.0
    """Seconds to wait after MSExchangeHM was restarted, before the probe."""


@frozen
class RenewalSettings:
    """How the Auth certificate is renewed."""

    within_days: float = 60.0
    """Days before its end from which on the certificate is due for renewal."""
    notice_hours: float = 72.0
    """Hours from staging the next certificate until it becomes current; Exchange asks under 48."""
    settle_hours: float = 48.0
    """Hours after that during which the previous certificate and its key are kept."""


@frozen
class Profile:
    """Everything that the admin told us."""

    schema: int = SCHEMA
    """Version of this file's format."""
    tenant_domain: str = ""
    """A domain of the tenant, such as fabrikam.com."""
    certificate_path: str = ""
    """Where the exported Auth certificate is written (DER, .cer)."""
    read_only: bool = False
    """Nothing is ever written with this profile."""
    environment: Literal["production", "lab"] = "production"
    """What this profile points at, always shown on screen."""
    exchange: ExchangeSettings = field(default_factory=ExchangeSettings)
    windows: WindowsSettings = field(default_factory=WindowsSettings)
    entra: EntraSettings = field(default_factory=EntraSettings)
    cloud: CloudSettings = field(default_factory=CloudSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    verification: VerificationSettings = field(default_factory=VerificationSettings)
    renewal: RenewalSettings = field(default_factory=RenewalSettings)
    path: Path = Path()
    """Where it was read, or where it will be kept."""

    @property
    def name(self) -> str:
        """The file's name without its ending, to show."""
        return clean_line(self.path.stem)

    @property
    def certificate_file(self) -> Path:
        """`certificate_path` as an absolute path; do not ask for it while that is empty."""
        return _absolute(self.certificate_path, self.path.parent)


def default_path(name: str = "") -> Path:
    """Where the profile `name` lives: ``$XDG_CONFIG_HOME/pushtui/NAME.toml``; the unnamed one is ``default``."""
    return config_folder() / f"{name or 'default'}.toml"


def locate(choice: str) -> Path:
    """The file that ``-p`` means: a path where it looks like one (a slash or ``.toml``), else a profile's name."""
    if "/" in choice or choice.endswith(".toml"):
        return Path(choice).expanduser().absolute()
    if choice and (not re.fullmatch(r"[\w.-]+", choice) or choice == SETTINGS):
        raise UsageError("profile.bad-name", _("“{name}” is not a profile's name").format(name=clean_line(choice)))
    return default_path(choice)


def load(path: Path, wait_seconds: float | None = None) -> Profile:
    """The profile in the file; `wait_seconds` holds where it says nothing of its own.

    Raises `UsageError` with one clear sentence for whatever is wrong with it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UsageError(
            "profile.absent",
            _("There is no profile at {path}").format(path=clean_line(str(path))),
            remedy=_("Write one (the README shows how), or name another with -p"),
        ) from None
    except UnicodeDecodeError:
        raise UsageError("profile.not-text", _("The profile {path} is not UTF-8 text").format(path=path)) from None
    except OSError as error:
        raise UsageError(
            "profile.unreadable",
            _("The profile {path} cannot be read").format(path=clean_line(str(path))),
            cause=clean_line(error.strerror or type(error).__name__),
        ) from None
    return parse(text, path, wait_seconds)


def load_or_new(path: Path, wait_seconds: float | None = None) -> Profile:
    """As :func:`load`, but an absent file is a new, empty profile that will be kept there."""
    return load(path, wait_seconds) if path.exists() else parse("", path, wait_seconds)


def parse(text: str, path: Path, wait_seconds: float | None = None) -> Profile:
    """The profile in the text; `path` is where it belongs. Raises `UsageError`."""
    where = clean_line(str(path))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            "profile.not-toml", _("The profile {path} is not TOML").format(path=where), cause=clean_line(str(error))
        ) from None
    if "path" in table:
        raise UsageError(
            "settings.unknown-key", _("{where} has an unknown key “{key}”").format(where=where, key="path")
        )
    verification = table.get("verification", {})
    if wait_seconds is not None and isinstance(verification, dict) and "wait-seconds" not in verification:
        table["verification"] = {"wait_seconds": wait_seconds, **verification}
    profile = read_table(Profile, table, where)
    if profile.schema != SCHEMA:
        raise UsageError(
            "profile.schema",
            _("{where}: this program knows schema {known}, the file has schema {found}").format(
                where=where, known=SCHEMA, found=profile.schema
            ),
        )
    _refuse_bad_numbers(profile, where)
    _refuse_two_sources(profile)
    resolved = {name: _resolved(getattr(profile, name), path.parent) for name in _SECTIONS}
    return replace(profile, path=path, **resolved)


_SECTIONS = ("exchange", "windows", "entra", "network", "mail")


def _absolute(text: str, folder: Path) -> Path:
    return Path(os.path.normpath(folder.absolute() / Path(text).expanduser()))


def _resolved(section: Any, folder: Path) -> Any:
    """The section with its file names made absolute, so that it means the same from any folder."""
    changed = {
        name: str(_absolute(given, folder))
        for name in _PATH_FIELDS
        if (given := getattr(section, name, "")) and not is_systemd_credential(given)
    }
    return replace(section, **changed)


def _refuse_two_sources(profile: Profile) -> None:
    entra = profile.entra
    for name, section in (("exchange", profile.exchange), ("windows", profile.windows), ("mail", profile.mail)):
        refuse_two(name, {"password": (section.password_file, section.password_command)})
    refuse_two(
        "entra",
        {
            "secret": (entra.secret_file, entra.secret_command),
            "passphrase": (entra.passphrase_file, entra.passphrase_command),
        },
    )


def _refuse_bad_numbers(profile: Profile, where: str) -> None:
    ports = {"exchange": profile.exchange.port, "windows": profile.windows.port, "mail": profile.mail.port}
    for section, port in ports.items():
        if port is not None and not 1 <= port <= 65535:
            raise _out_of_range(where, section, "port", port, _("1 to 65535"))
    times = {
        "exchange": profile.exchange.timeout,
        "windows": profile.windows.timeout,
        "entra": profile.entra.timeout,
        "mail": profile.mail.timeout,
    }
    for section, seconds in times.items():
        if not 0 < seconds <= 3600:
            raise _out_of_range(where, section, "timeout", seconds, _("more than 0, at most 3600 seconds"))
    if not 0 <= profile.verification.wait_seconds <= 3600:
        raise _out_of_range(
            where, "verification", "wait_seconds", profile.verification.wait_seconds, _("0 to 3600 seconds")
        )
    renewal = profile.renewal
    for name, value, low, high, expected in (
        ("within_days", renewal.within_days, 1, 1000, _("1 to 1000 days")),
        ("notice_hours", renewal.notice_hours, 49, 720, _("49 to 720 hours")),
        ("settle_hours", renewal.settle_hours, 1, 720, _("1 to 720 hours")),
    ):
        if not low <= value <= high:
            raise _out_of_range(where, "renewal", name, value, expected)


def _out_of_range(where: str, section: str, key: str, value: float, expected: str) -> UsageError:
    return UsageError(
        "settings.wrong-value",
        _("{where} [{section}]: “{key}” is {value!r}, expected {expected}").format(
            where=where, section=section, key=key, value=value, expected=expected
        ),
    )


# --- the fields that are edited in place -----------------------------------------------------------------------------

_PLACES: Mapping[str, tuple[str, ...]] = {
    "tenant_domain": ("tenant_domain",),
    "certificate_path": ("certificate_path",),
    "exchange_server": ("exchange", "server"),
}


def save_fields(profile: Profile, **changed: str) -> Profile:
    """Keep changed fields (`tenant_domain`, `certificate_path`, `exchange_server`) in the profile's file.

    Comments and everything else in the file stay as they are; a file that is absent is made. The fields are validated
    first. Returns the new profile. Raises `UsageError` for a bad value, `FileProblem` where the file cannot be kept.
    """
    import tomlkit
    import tomlkit.items

    for name, value in changed.items():
        sentence = VALIDATORS[name](value)
        if sentence:
            raise UsageError(f"profile.{name.replace('_', '-')}", sentence)
    try:
        text = profile.path.read_text("utf-8-sig") if profile.path.exists() else f"schema = {SCHEMA}\n"
    except (OSError, UnicodeDecodeError) as error:
        reason = error if isinstance(error, OSError) else OSError(0, "not UTF-8 text")
        raise problem("profile.unreadable", _("The profile cannot be read"), profile.path, reason) from None
    parse(text, profile.path)
    document = tomlkit.parse(text)
    for name, value in changed.items():
        *tables, key = _PLACES[name]
        place: Any = document
        for table in tables:
            place = place.setdefault(table, tomlkit.table())
        place[key] = value.strip()
    written = tomlkit.dumps(document)
    result = parse(written, profile.path)
    private_folder(profile.path.parent)
    write_atomically(profile.path, written.encode())
    return with_fields(replace(profile, path=result.path), **changed)


def with_fields(profile: Profile, **changed: str) -> Profile:
    """The profile with edited fields, kept in no file."""
    values: dict[str, Any] = {name: value.strip() for name, value in changed.items()}
    if "exchange_server" in values:
        values["exchange"] = replace(profile.exchange, server=values.pop("exchange_server"))
    return replace(profile, **values)


# --- what an edited field may hold: None where it may, else one sentence ---------------------------------------------


def validate_tenant_domain(text: str) -> str | None:
    """What is wrong with a tenant domain, as one sentence."""
    domain = text.strip()
    if not domain:
        return _("Type a domain of your tenant, such as fabrikam.com.")
    if "@" in domain:
        return _("Type the domain alone, without what is before the @.")
    if "/" in domain or ":" in domain:
        return _("Type the domain alone, without https:// or a path.")
    if not domain.isascii():
        return _("Type the domain in its ASCII form (xn--…).")
    labels = domain.lower().split(".")
    if len(labels) < 2:
        return _("A tenant domain has a dot, such as fabrikam.com or fabrikam.onmicrosoft.com.")
    if len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return _("“{text}” is not a domain name: letters, digits and hyphens between dots.").format(text=_shown(domain))
    return None


def validate_certificate_path(text: str) -> str | None:
    """What is wrong with a certificate path as text, as one sentence; the disk is not looked at."""
    path = text.strip()
    if not path:
        return _("Type the file that the certificate is written to, such as ~/auth.cer.")
    if Path(path).suffix.lower() in {".pfx", ".p12", ".key"}:
        return _("The certificate is written without its private key: choose a name that ends in .cer.")
    return validate_file_name(path)


def validate_file_name(path: str) -> str | None:
    """What is wrong with a file's name, as one sentence; the disk is not looked at."""
    if clean(path) != path or "\n" in path:
        return _("A file name cannot hold control characters.")
    if path.endswith("/") or path in {".", "..", "~"}:
        return _("Type a file, not a folder: add its name.")
    if any(len(part.encode()) > 255 for part in path.split("/")) or len(path.encode()) > 4000:
        return _("This file name is too long.")
    if path.startswith("~"):
        try:
            Path(path).expanduser()
        except RuntimeError:
            return _("“{text}” names a user that this machine does not know.").format(text=_shown(path.split("/")[0]))
    return None


def validate_exchange_server(text: str) -> str | None:
    """What is wrong with an Exchange server's name, as one sentence."""
    server = text.strip()
    if not server:
        return _("Type the name of an Exchange server, such as ex01.contoso.com.")
    if "/" in server:
        return _("Type the server's name alone, without https:// or a path.")
    try:
        ipaddress.ip_address(server)
    except ValueError:
        pass
    else:
        return None
    if ":" in server:
        return _("Type the server's name alone; the port belongs into the profile's [exchange] table.")
    if len(server) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in server.lower().split(".")):
        return _("“{text}” is not a server's name: letters, digits and hyphens between dots.").format(
            text=_shown(server)
        )
    return None


VALIDATORS: Mapping[str, Callable[[str], str | None]] = {
    "tenant_domain": validate_tenant_domain,
    "certificate_path": validate_certificate_path,
    "exchange_server": validate_exchange_server,
}
"""The fields that are edited in place, each with its rule."""


def _shown(text: str) -> str:
    line = clean_line(text)
    return line if len(line) <= 60 else f"{line[:59]}…"
