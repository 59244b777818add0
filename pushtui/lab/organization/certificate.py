"""Real certificates with real private keys, and what one server's store knows about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

SERVICES = ("IMAP", "POP", "UM", "IIS", "SMTP", "Federation", "UMCallRouter")
"""Exchange's AllowedServices in the order of their bits, which is the order of their text."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate and its private key, as LocalMachine\\My holds them; `key` is None where there is none."""

    der: bytes
    key: rsa.RSAPrivateKey | None
    friendly_name: str
    exportable: bool
    trouble: str = ""
    """A status that the dates do not show (``Revoked``, ``Untrusted``); empty: none."""

    @cached_property
    def parsed(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @cached_property
    def thumbprint(self) -> str:
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest().upper()

    @cached_property
    def subject(self) -> str:
        return _windows_name(self.parsed.subject)

    @cached_property
    def issuer(self) -> str:
        return _windows_name(self.parsed.issuer)

    @property
    def not_before(self) -> datetime:
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        return self.parsed.not_valid_after_utc

    @cached_property
    def key_size(self) -> int:
        key = self.parsed.public_key()
        return key.key_size if isinstance(key, rsa.RSAPublicKey) else 0

    @cached_property
    def domains(self) -> tuple[str, ...]:
        try:
            names = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return ()
        return tuple(names.get_values_for_type(x509.DNSName))

    @cached_property
    def subject_key_identifier(self) -> str:
        """Upper-case hexadecimal; empty where the certificate has none."""
        try:
            found = self.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        except x509.ExtensionNotFound:
            return ""
        return found.digest.hex().upper()

    def status(self, now: datetime) -> str:
        """Exchange's Status word at that time."""
        if not self.not_before <= now <= self.not_after:
            return "DateInvalid"
        return self.trouble or "Valid"


@dataclass(slots=True)
class StoredCertificate:
    """A certificate in the store of one server, with the services that this server uses it for."""

    certificate: Certificate
    services: set[str] = field(default_factory=set)

    @property
    def services_text(self) -> str:
        return ", ".join(name for name in SERVICES if name in self.services) or "None"


def self_signed(
    subject: str,
    not_before: datetime,
    not_after: datetime,
    *,
    key: rsa.RSAPrivateKey,
    friendly_name: str = "Microsoft Exchange",
    domains: tuple[str, ...] = (),
    exportable: bool = True,
    subject_key_identifier: bytes | None = None,
    trouble: str = "",
    sha1: bool = False,
) -> Certificate:
    """A self-signed certificate with the extensions that Exchange's own have (seen in recorded ones).

    `subject` is a name as New-ExchangeCertificate takes it (``CN=…, O=…``); raises `ValueError` when it is none.
    `sha1`: signed as Setup of 2013 and of the first builds of 2019 did (recorded).
    """
    name = x509.Name.from_rfc4514_string(_rfc4514(subject))
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before.replace(microsecond=0))
        .not_valid_after(not_after.replace(microsecond=0))
        .add_extension(_KEY_USAGE, critical=True)
    )
    if domains:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(d) for d in domains]), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if subject_key_identifier is not None:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(subject_key_identifier), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    if sha1:
        der = _signed_with_sha1(der, key)
    return Certificate(der, key, friendly_name, exportable, trouble)


_SHA1_WITH_RSA = bytes.fromhex("06092A864886F70D010105")
_SHA256_WITH_RSA = bytes.fromhex("06092A864886F70D01010B")
_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=True,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _signed_with_sha1(der: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The certificate signed anew with SHA-1, which `cryptography` refuses to do. All lengths stay as they are."""
    body = x509.load_der_x509_certificate(der).tbs_certificate_bytes
    start = der.index(body)
    weak = body.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    signature = key.sign(weak, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303  # that is the point
    tail = der[start + len(body) : -len(signature)].replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA, 1)
    return der[:start] + weak + tail + signature


def _rfc4514(name: str) -> str:
    """Windows writes a name most general part last with blanks after commas, and keywords in any case."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    if not parts or any("=" not in part for part in parts):
        raise ValueError(name)
    return ",".join(
        f"{key.strip().upper()}={value.strip()}" for key, _, value in (part.partition("=") for part in parts)
    )


def _windows_name(name: x509.Name) -> str:
    return ", ".join(part.rfc4514_string() for part in reversed(name.rdns))
