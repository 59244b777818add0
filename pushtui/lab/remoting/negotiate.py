"""Sign-in by Negotiate: NTLM against a private user file, Kerberos against the lab's KDC, message encryption.

One :class:`Security` belongs to one connection: Windows authenticates connections, not requests (MS-WSMV 2.2.9.1).
"""

from __future__ import annotations

import os
import re
import struct
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_NTLM_SIGNATURE = b"NTLMSSP\x00"
_ENVIRONMENT = threading.Lock()
"""pyspnego finds the NTLM user file by an environment variable, which the endpoints of a process have to share."""
_MARK = rb"--\s*Encrypted Boundary\r\n"
_PART = re.compile(
    _MARK + rb"\s*Content-Type: (application/HTTP-\w+-session-encrypted)\r\n"
    rb"\s*OriginalContent: [^\r]*Length=(\d+)\r\n" + _MARK + rb"\s*Content-Type: application/octet-stream\r\n"
)
_END = b"--Encrypted Boundary"


class SignInRefused(Exception):
    """The token was not accepted."""


class Acceptor:
    """What an endpoint accepts in the name of its accounts."""

    def __init__(
        self, hostname: str, accounts: Sequence[tuple[str, str]], *, ntlm: bool, bindings: bytes | None, mark: str
    ) -> None:
        """`bindings`: the digest of the TLS certificate where tokens must be bound to it; `mark`: how the parts of an
        encrypted answer are set apart (IIS writes a space that the HTTP API of Windows does not)."""
        self.hostname = hostname
        self.ntlm = ntlm
        self.mark = mark
        self.bindings = bindings
        self._accounts = [user for user, _ in accounts]
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if ntlm:
            # mkdtemp gives a folder that is its owner's alone.
            self._folder = tempfile.TemporaryDirectory(prefix="lab-ntlm-")
            Path(self._folder.name, "users").write_text(_user_file(accounts), "utf-8")

    @property
    def user_file(self) -> str:
        return str(Path(self._folder.name, "users")) if self._folder else ""

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def account(self, principal: str) -> str | None:
        return account_of(principal, self._accounts)


def account_of(principal: str, accounts: Sequence[str]) -> str | None:
    """The account of a principal: ``LAB\\admin``, ``admin@LAB.EXAMPLE`` and ``admin`` are ``admin@lab.example``."""
    domain, _, name = principal.rpartition("\\")
    for upn in accounts:
        user, _, realm = upn.lower().partition("@")
        domains = ("", realm, realm.split(".")[0])
        if principal.lower() == upn.lower() or (name.lower() == user and domain.lower() in domains):
            return upn
    return None


def _user_file(accounts: Sequence[tuple[str, str]]) -> str:
    """``DOMAIN:user:password`` for every form of a name that a client may send."""
    lines = []
    for upn, password in accounts:
        if ":" in upn + password or "\n" in upn + password:
            raise ValueError("the NTLM user file cannot hold a colon or a line break")
        user, _, realm = upn.partition("@")
        lines += [f":{upn}:{password}", f":{user}:{password}"]
        lines += [f"{domain}:{user}:{password}" for domain in (realm, realm.split(".")[0]) if domain]
    return "\n".join(lines) + "\n"


class Security:
    """The security context of one connection."""

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._context: Any = None
        self._protocol = ""

    @property
    def complete(self) -> bool:
        return self._context is not None and bool(self._context.complete)

    @property
    def principal(self) -> str:
        return str(self._context.client_principal or "")

    def step(self, token: bytes) -> bytes | None:
        """Takes the client's token; the token for the answer, if there is one. A refusal is `SignInRefused`."""
        if _NTLM_SIGNATURE in token and not self._acceptor.ntlm:
            raise SignInRefused("NTLM is not offered")
        import spnego  # loads Kerberos, too: a tenth of the start of a lab that nobody may ask for it
        from spnego.channel_bindings import GssChannelBindings

        digest = self._acceptor.bindings
        bound = GssChannelBindings(application_data=b"tls-server-end-point:" + digest) if digest else None
        try:
            with _ENVIRONMENT, _ntlm_users(self._acceptor.user_file):
                if self._context is None or self._context.complete:
                    self._context = spnego.server(
                        hostname=self._acceptor.hostname,
                        service="HTTP",
                        protocol="negotiate",
                        channel_bindings=bound,
                    )
                answer: bytes | None = self._context.step(token)
        except Exception as error:
            # The back ends raise whatever they like for a broken token (gssapi: AttributeError).
            self._context = None
            raise SignInRefused(f"{type(error).__name__}: {error}") from None
        return answer

    def decrypt(self, body: bytes) -> bytes:
        """The envelope of an encrypted request, which may come in several parts (MS-WSMV 2.2.9.1.1.2)."""
        plain, parts = b"", list(_PART.finditer(body))
        if not parts or not self.complete:
            raise ValueError("no encrypted part")
        for index, part in enumerate(parts):
            stop = parts[index + 1].start() if index + 1 < len(parts) else body.rindex(_END)
            sealed = body[part.end() : stop]
            (size,) = struct.unpack("<i", sealed[:4])
            text = self._context.unwrap_winrm(sealed[4 : 4 + size], sealed[4 + size :])
            if len(text) != int(part[2]):
                raise ValueError("the length of an encrypted part is wrong")
            plain += text
            self._protocol = part[1].decode()
        return plain

    def encrypt(self, body: bytes) -> tuple[bytes, str]:
        """The encrypted body of the answer, and its content type."""
        header, data, padding = self._context.wrap_winrm(body)
        mark = self._acceptor.mark
        head = (
            f"{mark}\r\n\tContent-Type: {self._protocol}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(body) + padding}\r\n"
            f"{mark}\r\n\tContent-Type: application/octet-stream\r\n"
        ).encode()
        sealed = head + struct.pack("<i", len(header)) + header + data + f"{mark}--\r\n".encode()
        return sealed, f'multipart/encrypted;protocol="{self._protocol}";boundary="Encrypted Boundary"'


@contextmanager
def _ntlm_users(path: str) -> Iterator[None]:
    """Points pyspnego at a user file, at none where the path is empty, for the length of a step.

    The variable is emptied, never taken away: other threads of the process may just be going through the environment
    (whoever looks for a proxy does), and would miss a name that they had seen.
    """
    before = os.environ.get("NTLM_USER_FILE", "")
    os.environ["NTLM_USER_FILE"] = path
    try:
        yield
    finally:
        os.environ["NTLM_USER_FILE"] = before
