"""The application's own certificate and key on this machine: a private file, PEM or PKCS#12."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pushtui.base.errors import PushtuiError, UsageError
from pushtui.base.files import read_private
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MAX_BYTES = 256 * 1024


@frozen
class ClientCertificate:
    """What signs the application's requests. The key is parsed once: see `_proven`."""

    key: RSAPrivateKey = field(repr=False)
    certificate_pem: str
    not_after: datetime

    @property
    def msal_credential(self) -> dict[str, Any]:
        """For `ConfidentialClientApplication`: without a thumbprint msal signs with PS256 and names SHA-256."""
        return {"private_key": self.key, "public_certificate": self.certificate_pem}


def read_certificate(path: str, passphrase: Callable[[], Secret | None]) -> ClientCertificate:
    """The certificate and RSA key of a private file; `passphrase` is only called when the key is encrypted.

    Raises `FileProblem` where the file cannot be read, `UsageError` where it cannot be used.
    """
    content = read_private(path, MAX_BYTES)
    binary = content[:1] == b"\x30"  # a DER sequence, which is what every PKCS#12 file is (RFC 7292 4)
    loaded, certificates = (_from_pkcs12 if binary else _from_pem)(path, content, passphrase)
    key = _rsa(path, loaded)
    certificate = _matching(key, certificates)
    if certificate is None:
        raise _unusable(path, _("The private key belongs to none of the file's certificates"))
    if not _proven(key):
        raise _damaged(path)
    from cryptography.hazmat.primitives.serialization import Encoding

    pem = certificate.public_bytes(Encoding.PEM).decode("ascii")
    return ClientCertificate(key, pem, certificate.not_valid_after_utc)


def _from_pem(
    path: str, content: bytes, passphrase: Callable[[], Secret | None]
) -> tuple[Any, Sequence[x509.Certificate]]:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError:
        certificates = []
    if b"PRIVATE KEY-----" not in content or not certificates:
        raise _unusable(path, _("It must hold the private key and the certificate of the application: PEM or PKCS#12"))
    password = _given(passphrase) if b"ENCRYPTED" in content else None
    try:
        key = load_pem_private_key(content, password, unsafe_skip_rsa_key_validation=True)  # see `_proven`
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise _damaged(path)
    return key, certificates


def _proven(key: RSAPrivateKey) -> bool:
    """Whether what the key signs, its public part confirms.

    It takes 2 ms. OpenSSL's own validation looks whether the factors are primes, too: 40 ms, with 4096 bits 250 ms, in
    which no other thread runs, that of the screen included. PKCS#12 files cannot be read without it.
    """
    from cryptography.exceptions import InternalError, InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    content = b"pushtui"
    try:
        key.public_key().verify(key.sign(content, PKCS1v15(), SHA256()), content, PKCS1v15(), SHA256())
    except (InvalidSignature, InternalError, ValueError):
        return False
    return True


def _from_pkcs12(
    path: str, content: bytes, passphrase: Callable[[], Secret | None]
) -> tuple[Any, Sequence[x509.Certificate]]:
    """Without a passphrase first, which some files do without."""
    loaded = _load_pkcs12(content, None) or _load_pkcs12(content, _given(passphrase))
    if loaded is None:
        raise _unusable(
            path,
            _("The file is damaged or no PKCS#12 file, or its passphrase is wrong"),
            _("Give it the passphrase that it was made with"),
        )
    key, certificate, others = loaded
    if key is None or certificate is None:
        raise _unusable(path, _("It must hold the private key and the certificate of the application: PEM or PKCS#12"))
    return key, [certificate, *others]


def _load_pkcs12(content: bytes, password: bytes | None) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    try:
        return load_key_and_certificates(content, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _given(passphrase: Callable[[], Secret | None]) -> bytes | None:
    asked = passphrase()
    return asked.reveal().encode() if asked else None


def _rsa(path: str, key: Any) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        raise _unusable(path, _("The private key must be an RSA key: Entra accepts no other for applications"))
    return key


def _matching(key: RSAPrivateKey, certificates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    public = key.public_key()
    return next((certificate for certificate in certificates if certificate.public_key() == public), None)


def _damaged(path: str) -> PushtuiError:
    return _unusable(
        path,
        _("The private key is damaged, or its passphrase is wrong"),
        _("Give it the passphrase that it was made with"),
    )


def _unusable(path: str, cause: str, remedy: str = "") -> PushtuiError:
    """`remedy` for where another file is not what helps."""
    return UsageError(
        "entra.certificate-unusable",
        _("The application's certificate file cannot be used"),
        where=clean_line(path),
        cause=cause,
        remedy=remedy or _("Export the application's certificate with its private key, as PEM or PKCS#12"),
    )
