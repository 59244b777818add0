"""The ready profiles: everything that pushtui needs to work against this lab, in a private folder."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from pushtui.base.errors import UsageError
from pushtui.base.values import frozen

CERTIFICATE_FILE = "exchange-auth.cer"


@frozen
class Facts:
    """What the profiles are made of."""

    domain: str
    exchange_port: int
    exchange_server: str
    """FQDN of the server behind it."""
    kerberos_port: int | None
    """Port of the same server's endpoint for Kerberos, where the lab has one."""
    windows: dict[str, str]
    """FQDN → address and port of its Windows endpoint."""
    windows_enabled: bool
    user: str
    password: str
    client_id: str
    client_pem: bytes
    client_secret: str
    proxy: str
    verification_server: str
    wait_seconds: float
    mail_port: int
    mail_starttls: bool
    mail_authentication: bool
    recipient: str


def private_file(path: Path, content: bytes) -> Path:
    """A new file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path


def place_certificate(folder: Path, kind: str, certificates: Mapping[str, bytes]) -> None:
    """What is at the certificate path when the lab starts: `kind` is a certificate's id, or one of a few words."""
    path = folder / CERTIFICATE_FILE
    match kind:
        case "":
            return
        case "empty":
            private_file(path, b"")
        case "folder":
            path.mkdir(mode=0o700)
        case "text":
            private_file(path, b"This is no certificate.\n")
        case "pem":
            private_file(path, ssl.DER_cert_to_PEM_cert(certificates.get("current", b"")).encode())
        case _ if kind in certificates:
            private_file(path, certificates[kind])
        case _:
            known = ", ".join(sorted({*certificates, "empty", "folder", "text", "pem"}))
            raise UsageError("lab.wrong-scenario", f"[profile]: the organization has no certificate “{kind}”: {known}")


def write(folder: Path, ca_file: Path, facts: Facts) -> dict[str, Path]:
    """Write the secrets and the profiles; a profile's path by its way to sign in, ``basic`` first."""
    password = private_file(folder / "password", facts.password.encode())
    pem = private_file(folder / "application.pem", facts.client_pem)
    private_file(folder / "client-secret", facts.client_secret.encode())
    verification: dict[str, Any] = {"wait_seconds": facts.wait_seconds}
    if facts.verification_server:
        verification["server"] = facts.verification_server
    tables: dict[str, Any] = {
        "schema": 1,
        "tenant_domain": facts.domain,
        "certificate_path": str(folder / CERTIFICATE_FILE),
        "environment": "lab",
        "exchange": {
            "server": "127.0.0.1",
            "port": facts.exchange_port,
            "auth": "basic",
            "ssl": True,
            "user": facts.user,
            "password_file": str(password),
            "ca_file": str(ca_file),
        },
        "windows": {
            "enabled": facts.windows_enabled,
            "auth": "negotiate",
            "user": facts.user,
            "password_file": str(password),
            "connect_to": facts.windows,
        },
        "entra": {"method": "certificate", "client_id": facts.client_id, "certificate_file": str(pem)},
        "cloud": {"name": "global"},
        "network": {"proxy": facts.proxy, "ca_file": str(ca_file)},
        "mail": _mail(facts, password, ca_file),
        "verification": verification,
    }
    written = {"basic": private_file(folder / "lab.toml", tomlkit.dumps(tables).encode())}
    if facts.kerberos_port is not None:
        tables["exchange"] |= {
            "port": facts.kerberos_port,
            "auth": "kerberos",
            "ssl": False,
            "service_host": facts.exchange_server,
        }
        tables["windows"]["auth"] = "kerberos"
        written["kerberos"] = private_file(folder / "lab-kerberos.toml", tomlkit.dumps(tables).encode())
    return written


def _mail(facts: Facts, password: Path, ca_file: Path) -> dict[str, Any]:
    mail: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": facts.mail_port,
        "security": "starttls" if facts.mail_starttls else "none",
        "ca_file": str(ca_file),
        "sender": facts.user,
        "recipient": facts.recipient,
    }
    if facts.mail_authentication:
        mail |= {"user": facts.user, "password_file": str(password)}
    return mail
