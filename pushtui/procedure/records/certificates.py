"""A certificate of an Exchange server: what its DER says, and what only the server knows about it."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.procedure.model import Properties
from pushtui.procedure.records.values import enumeration, flags, octets, optional_flag, text

SERVICES = {1: "IMAP", 2: "POP", 4: "UM", 8: "IIS", 16: "SMTP", 32: "Federation", 64: "UMCallRouter"}
"""Flags of AllowedServices; 64 is not verified against a real server."""
STATUSES = {1: "Valid"}
"""CertificateStatus: the other numbers are not known, and shown as they come."""


@frozen
class CertificateRecord:
    """``Get-ExchangeCertificate``: over remoting it carries `RawData` alone, unless more is selected.

    Digests are upper-case hex, times are UTC.
    """

    der: bytes = field(repr=False)
    sha1_thumbprint: str
    sha256: str
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    key_type: str
    """`RSA`, `EC`, `DSA`, or empty for a key that we do not know."""
    key_size: int
    """Bits; 0 where it is not known."""
    signature_hash: str
    """`sha1`, `sha256`, …; empty where it is not known."""
    subject_key_identifier: str
    san: tuple[str, ...]
    """DNS names of the subject alternative name."""
    services: frozenset[str] | None
    """What it is enabled for; None where the property was not answered."""
    status: str
    has_private_key: bool | None
    private_key_exportable: bool | None
    friendly_name: str
    identity: str
    """``Server\\Thumbprint``."""
    root_ca_type: str

    @property
    def server(self) -> str:
        """The server in whose store it is, as far as `identity` says so."""
        return self.identity.rpartition("\\")[0]

    @classmethod
    def from_der(cls, der: bytes) -> Self:
        """Only what the certificate itself says; `ValueError` where it is none."""
        return cls.from_properties({"RawData": der})

    @classmethod
    def from_properties(cls, properties: Properties) -> Self:
        return cls(
            **_what_der_says(octets(properties, "RawData")),
            services=flags("Services", properties["Services"], SERVICES) if "Services" in properties else None,
            status=enumeration(properties, "Status", STATUSES),
            has_private_key=optional_flag(properties, "HasPrivateKey"),
            private_key_exportable=optional_flag(properties, "PrivateKeyExportable"),
            friendly_name=text(properties, "FriendlyName"),
            identity=text(properties, "Identity"),
            root_ca_type=text(properties, "RootCAType"),
        )


@lru_cache(maxsize=512)
def _what_der_says(der: bytes) -> dict[str, Any]:
    """The fields that the certificate itself gives. Raises `ValueError` where it is none.

    Remembered: all the steps look at the same few certificates, again after each change.
    """
    with warnings.catch_warnings():
        # Real stores hold certificates that break small rules, such as a country of more than two letters.
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(der)
            key_type, key_size = _key(certificate)
            return {
                "der": der,
                "sha1_thumbprint": hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
                "sha256": hashlib.sha256(der).hexdigest().upper(),
                "subject": certificate.subject.rfc4514_string(),
                "issuer": certificate.issuer.rfc4514_string(),
                "serial_number": f"{certificate.serial_number:X}",
                "not_before": certificate.not_valid_before_utc,
                "not_after": certificate.not_valid_after_utc,
                "key_type": key_type,
                "key_size": key_size,
                "signature_hash": _signature_hash(certificate),
                "subject_key_identifier": _subject_key_identifier(certificate),
                "san": _dns_names(certificate),
            }
        except (ValueError, x509.InvalidVersion):
            raise ValueError(_("RawData is no certificate")) from None


_UNUSABLE_EXTENSION = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError)


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "", 0
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return "EC", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
    return "", 0


def _signature_hash(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return algorithm.name if algorithm else ""


def _subject_key_identifier(certificate: x509.Certificate) -> str:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except _UNUSABLE_EXTENSION:
        return ""
    return extension.value.digest.hex().upper()


def _dns_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except _UNUSABLE_EXTENSION:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))
