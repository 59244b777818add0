"""Self-signed RSA certificates, as Exchange and administrators make them, and how tokens name them."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pushtui.base.values import frozen
from pushtui.lab.keys import NewKey, new_rsa_key


@frozen
class SignedKey:
    """A private key and the self-signed certificate that goes with it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """Private key (PKCS #8, not encrypted) and certificate, one after the other."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


def self_signed(
    subject: str, start: datetime, end: datetime, bits: int = 2048, *, new_key: NewKey = new_rsa_key
) -> SignedKey:
    """A certificate for `subject` (RFC 4514 text, e.g. ``CN=Someone else``), valid from `start` to `end`."""
    key = new_key(bits)
    name = x509.Name.from_rfc4514_string(subject)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return SignedKey(key, certificate)


def days(now: datetime, count: int) -> datetime:
    """`count` days from now, to the second."""
    return now.replace(microsecond=0) + timedelta(days=count)


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def x5t(der: bytes) -> str:
    """The ``x5t`` header of a token: base64url of the certificate's SHA-1 (RFC 7515 4.1.7)."""
    return base64url(hashlib.sha1(der, usedforsecurity=False).digest())


def x5t_s256(der: bytes) -> str:
    """The ``x5t#S256`` header of a token (RFC 7515 4.1.8)."""
    return base64url(hashlib.sha256(der).digest())


def thumbprint(der: bytes) -> str:
    """SHA-1 as Windows and Graph show it: 40 upper-case hexadecimal digits."""
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
