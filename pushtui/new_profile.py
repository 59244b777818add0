"""Making a profile from the fields of a form, each with its rule."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pushtui.base.errors import FileProblem, UsageError
from pushtui.base.files import is_systemd_credential, private_folder, read_private, write_atomically
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.entra.settings import EntraSettings
from pushtui.profile import (
    SCHEMA,
    SETTINGS,
    default_path,
    parse,
    validate_certificate_path,
    validate_exchange_server,
    validate_file_name,
    validate_tenant_domain,
)

METHODS: tuple[str, ...] = get_args(get_type_hints(EntraSettings)["method"])
"""The ways to sign in to Microsoft 365."""
_NAME = re.compile(r"[\w.-]{1,60}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FILES = frozenset({"certificate_file", "secret_file"})
_FILE_LIMIT = 256 * 1024
"""Bytes; see `pushtui.entra.credentials`, which reads them to sign in."""
_OF_A_METHOD: Mapping[str, str] = {
    "certificate_file": "certificate",
    "secret_file": "secret",
    "secret_command": "secret",
}
"""The fields that only one way to sign in has."""


def create(values: Mapping[str, str]) -> Path:
    """Write a new profile from the fields of the form; where it is.

    Raises `UsageError` for a value that is not good, or where there is a profile of that name already, and
    `FileProblem` where the file cannot be written.
    """
    import tomlkit

    asked = fields_for(values["method"])
    for name in asked:
        problem = RULES[name](values[name])
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
    given = {name: values[name] for name in asked if name in _OF_A_METHOD and name != "secret_command"}
    entra = document["entra"] = _table(method=values["method"], client_id=values["client_id"], **given)
    if "secret_command" in asked and values["secret_command"].strip():
        entra["secret_command"] = shlex.split(values["secret_command"])
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


def validate_sign_in_certificate(text: str) -> str | None:
    """What is wrong with the file that the application signs in with, as one sentence; the disk is not looked at."""
    path = text.strip()
    if not path:
        return _("Type the PEM or PKCS#12 file with the application's certificate and its private key.")
    if Path(path).suffix.lower() in {".cer", ".crt", ".der"}:
        return _("A .cer file has no private key: type the PEM or PKCS#12 file that has both.")
    return validate_file_name(path)


def validate_secret_file(text: str) -> str | None:
    """What is wrong with the file that the client secret is in, as one sentence; empty means that it is not in one."""
    return validate_file_name(text.strip()) if text.strip() else None


def validate_secret_command(text: str) -> str | None:
    """What is wrong with the command that prints the client secret, as one sentence; empty means that none does."""
    try:
        words = shlex.split(text)
    except ValueError:
        return _("A quotation mark is not closed.")
    if any(word in {"|", ";", "&", "&&", "||", ">", "<"} for word in words):
        return _("No shell reads it: type one program and its arguments.")
    return None


def unreadable(name: str, text: str) -> str:
    """Why one of the form's files cannot be read, as one sentence; empty where it can. Looks at the disk."""
    if name not in _FILES or not text.strip():
        return ""
    path = text.strip()
    if not is_systemd_credential(path):
        path = str(default_path().parent / Path(path).expanduser())
    try:
        read_private(path, _FILE_LIMIT)
    except FileProblem as error:
        return str(error)
    return ""


def fields_for(method: str) -> tuple[str, ...]:
    """The fields of the form where this is the way to sign in, in their order."""
    return tuple(name for name in RULES if _OF_A_METHOD.get(name, method.strip()) == method.strip())


RULES: Mapping[str, Callable[[str], str | None]] = {
    "name": validate_name,
    "tenant_domain": validate_tenant_domain,
    "exchange_server": validate_exchange_server,
    "exchange_user": validate_user,
    "certificate_path": validate_certificate_path,
    "method": validate_method,
    "client_id": validate_client_id,
    "certificate_file": validate_sign_in_certificate,
    "secret_file": validate_secret_file,
    "secret_command": validate_secret_command,
}
"""The fields of the form, each with its rule: None where a value is good, else one sentence."""
