"""A private certificate authority, made at start and forgotten at the end: what the lab's TLS ends are signed by."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pushtui.base.values import frozen

_DAY = datetime.timedelta(days=1)


@frozen
class TlsIdentity:
    """A leaf certificate and its key, both PEM."""

    cert_pem: bytes
    key_pem: bytes

    def endpoint_digest(self) -> bytes:
        """The certificate's hash for ``tls-server-end-point`` channel bindings (RFC 5929 4.1)."""
        certificate = x509.load_pem_x509_certificate(self.cert_pem)
        algorithm = certificate.signature_hash_algorithm
        weak = algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1)
        return certificate.fingerprint(hashes.SHA256() if weak or algorithm is None else algorithm)


class Authority:
    """A root that signs leafs. EC keys; the extensions satisfy ``ssl.VERIFY_X509_STRICT``."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def make(cls, name: str = "Lab Root CA") -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _common_name(name)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = (
            _builder(subject, key.public_key(), _now() - _DAY, _now() + 30 * _DAY)
            .issuer_name(subject)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .add_extension(identifier, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        )
        return cls(builder.sign(key, hashes.SHA256()), key)

    @property
    def ca_pem(self) -> bytes:
        return self._certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        names: Sequence[str],
        *,
        not_before: datetime.datetime | None = None,
        not_after: datetime.datetime | None = None,
    ) -> TlsIdentity:
        """A server certificate for DNS names and IP addresses, the first of which is its common name."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(
                _common_name(names[0]), key.public_key(), not_before or _now() - _DAY, not_after or _now() + 29 * _DAY
            )
            .issuer_name(self._certificate.subject)
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        certificate = builder.sign(self._key, hashes.SHA256())
        return TlsIdentity(
            certificate.public_bytes(Encoding.PEM),
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        )


def server_context(identity: TlsIdentity) -> ssl.SSLContext:
    """A TLS server context for this leaf. The key is on disk only while OpenSSL reads it (`ssl` takes paths alone)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory(prefix="lab-tls-") as folder:
        path = Path(folder, "identity.pem")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(identity.key_pem + identity.cert_pem)
        context.load_cert_chain(path)
    return context


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime.datetime, end: datetime.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    """The key usage of a leaf (`sign`: it signs handshakes) or of a root (certificates and revocation lists)."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not sign,
        crl_sign=not sign,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
