"""keyCredentials: what Graph accepts in a PATCH, and the proof that addKey and removeKey ask for.

Where no document settles it, the stricter reading is taken; those rules say “not verified against a real server”.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from pushtui.lab.tenant.directory import Properties, key_credential, key_der
from pushtui.lab.tenant.errors import GraphError
from pushtui.lab.tenant.tokens import BadSignature, Malformed, in_time, look, verify

_FIELDS = frozenset(
    {"customKeyIdentifier", "displayName", "endDateTime", "key", "keyId", "startDateTime", "type", "usage"}
)
_FIXED = ("customKeyIdentifier", "displayName", "startDateTime", "endDateTime", "key")
_MINIMAL = frozenset({"type", "usage", "key", "@odata.type"})
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
_PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000"
_PROOF_SECONDS = 600


def invalid(message: str, code: str = "InvalidValue") -> GraphError:
    """A 400 about keyCredentials, with the property error code in its details."""
    details = [{"code": code, "message": message, "target": "keyCredentials"}]
    return GraphError(400, "Request_BadRequest", message, details=details)


def replaced(
    body: Any, kept: Sequence[Properties], now: datetime, *, minimal_only: bool, refuse_new: bool
) -> list[Properties]:
    """The collection after a PATCH that replaces it with `body`; raises `GraphError`.

    `minimal_only`: a kept key may repeat type, usage and key, nothing else (Microsoft's own script says so for this
    service principal; not verified against a real server).
    """
    if not isinstance(body, list):
        raise invalid("Invalid value specified for property 'keyCredentials' of resource 'ServicePrincipal'.")
    after: list[Properties] = []
    for entry in body:
        checked = _checked(entry)
        known = _same_id(checked, kept)
        repeated = known or _same_certificate(checked, kept)
        if repeated and minimal_only and set(checked) - _MINIMAL:
            raise _not_updatable(repeated)
        credential = _retained(checked, known) if known else _from_certificate(checked, kept, now)
        if refuse_new and credential["key"] not in [item["key"] for item in kept]:
            raise GraphError(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            )
        after.append(credential)
    _check_unique(after)
    return after


def added(body: Any, kept: Sequence[Properties], now: datetime) -> Properties:
    """The credential of an addKey request; raises `GraphError`."""
    checked = _checked(body)
    if checked["type"] == "X509CertAndPassword":
        raise invalid("Key credential of type X509CertAndPassword needs a passwordCredential.")
    credential = _from_certificate(checked, kept, now)
    _check_unique([*kept, credential])
    return credential


def check_proof(proof: Any, object_id: str, kept: Sequence[Properties], now: datetime) -> None:
    """The proof of possession that addKey and removeKey want; raises 401 like Graph, which names no reason.

    A JWT signed by an existing, valid key of this very object, with the directory as audience, the object as issuer,
    good for at most ten minutes (Graph: servicePrincipal addKey).
    """
    if isinstance(proof, str) and _proves(proof, object_id, kept, now):
        return
    raise GraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")


def _proves(proof: str, object_id: str, kept: Sequence[Properties], now: datetime) -> bool:
    try:
        claims = look(proof).claims
    except Malformed:
        return False
    if claims.get("aud") != _PROOF_AUDIENCE or claims.get("iss") != object_id or "nbf" not in claims:
        return False
    if not in_time(claims, now) or claims["exp"] - claims["nbf"] > _PROOF_SECONDS:
        return False
    for credential in kept:
        certificate = x509.load_der_x509_certificate(key_der(credential))
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            continue
        try:
            verify(proof, certificate, ["RS256", "PS256"])
        except BadSignature:
            continue
        return True
    return False


def _checked(entry: Any) -> Mapping[str, Any]:
    """One entry whose fields are known and whose values have the right form."""
    if not isinstance(entry, dict):
        raise invalid("Invalid value specified for property 'keyCredentials' of resource 'ServicePrincipal'.")
    for name in entry:
        if name not in _FIELDS and name != "@odata.type":
            raise _malformed(f"The property '{name}' does not exist on type 'microsoft.graph.keyCredential'.")
    if entry.get("usage") not in ("Sign", "Verify"):
        raise invalid(
            'The value for the property "usage" in one of your credentials is invalid. Acceptable values are Sign, '
            "Verify."
        )
    if entry.get("type") not in ("AsymmetricX509Cert", "X509CertAndPassword", "Symmetric"):
        raise invalid(
            'The value for the property "type" in one of your credentials is invalid. Acceptable values are '
            "AsymmetricX509Cert, X509CertAndPassword, Symmetric."
        )
    for name in ("startDateTime", "endDateTime"):
        _check_date(entry.get(name))
    for name in ("key", "customKeyIdentifier"):
        _check_binary(entry.get(name))
    _check_key_id(entry.get("keyId"))
    if len(str(entry.get("displayName") or "")) > 90:
        raise invalid("The display name of a key credential is too long: at most 90 characters.")
    return entry


def _check_date(value: Any) -> None:
    """Edm.DateTimeOffset: a real date with an offset."""
    if value is None:
        return
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError(value)
        _moment(value)
    except ValueError:
        raise _malformed(f"Cannot convert the literal '{value}' to the expected type 'Edm.DateTimeOffset'.") from None


def _check_binary(value: Any) -> None:
    """Edm.Binary: base64url or base64, padded or not (OData JSON 4.01 7.1)."""
    if value is None:
        return
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        _binary(value)
    except ValueError:
        raise _malformed(
            "Cannot convert a primitive value to the expected type 'Edm.Binary'. See the inner exception for more "
            "details."
        ) from None


def _binary(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)


def _check_key_id(value: Any) -> None:
    if value is None:
        return
    try:
        uuid.UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise _malformed(f"Cannot convert the literal '{value}' to the expected type 'Edm.Guid'.") from None


def _same_id(entry: Mapping[str, Any], kept: Sequence[Properties]) -> Properties | None:
    key_id = str(entry.get("keyId") or "").lower()
    return next((item for item in kept if key_id and item["keyId"] == key_id), None)


def _same_certificate(entry: Mapping[str, Any], kept: Sequence[Properties]) -> Properties | None:
    der = _binary(str(entry.get("key") or ""))
    return next((item for item in kept if key_der(item) == der and item["usage"] == entry["usage"]), None)


def _retained(entry: Mapping[str, Any], known: Properties) -> Properties:
    """A kept key named by its keyId: what is repeated must be what is stored."""
    for name in _FIXED:
        if entry.get(name) is not None and not _equal(name, entry[name], known[name]):
            raise _not_updatable(known)
    return known


def _equal(name: str, given: str, stored: str) -> bool:
    if name.endswith("DateTime"):
        return _moment(given) == _moment(stored)
    if name == "key":
        return _binary(given) == _binary(stored)
    return given == stored


def _moment(text: str) -> tuple[datetime, str]:
    """A date as (to the second, fraction without trailing zeros): Graph's fractions have seven digits."""
    whole, fraction, zone = re.fullmatch(r"([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", text).groups()  # type: ignore[union-attr]  # checked by _DATE
    return datetime.fromisoformat(whole + zone.replace("Z", "+00:00")), (fraction or "").rstrip("0")


def _from_certificate(entry: Mapping[str, Any], kept: Sequence[Properties], now: datetime) -> Properties:
    """A credential that is named by its certificate: a kept one sent again, or a new one.

    A kept one loses its keyId and display name, as in Microsoft's own scripts (not verified against a real server).
    """
    if not entry.get("key"):
        raise invalid("New key credentials must have a key value.")
    der = _binary(str(entry["key"]))
    try:
        certificate = x509.load_der_x509_certificate(der)
    except ValueError:
        raise invalid("Key value is invalid certificate.") from None
    again = _same_certificate(entry, kept) is not None and not set(entry) - _MINIMAL
    _check_end(entry, certificate, now, again=again)
    _check_kind(entry, certificate)
    given = {name: entry.get(name) for name in ("customKeyIdentifier", "displayName", "startDateTime", "endDateTime")}
    key_id = str(entry["keyId"]).lower() if entry.get("keyId") else None
    return key_credential(der, **given, keyId=key_id, usage=str(entry["usage"]))


def _check_end(entry: Mapping[str, Any], certificate: x509.Certificate, now: datetime, *, again: bool) -> None:
    """No end after the certificate's, none in the past; only a kept key without dates may have ended."""
    end = _moment(entry["endDateTime"])[0] if entry.get("endDateTime") else certificate.not_valid_after_utc
    start = _moment(entry["startDateTime"])[0] if entry.get("startDateTime") else certificate.not_valid_before_utc
    if end > certificate.not_valid_after_utc or (end <= now and not again) or end <= start:
        raise invalid("Key credential end date is invalid.", "KeyCredentialsInvalidEndDate")
    if start < certificate.not_valid_before_utc:
        raise invalid("Key credential start date is invalid.", "KeyCredentialsInvalidStartDate")


def _check_kind(entry: Mapping[str, Any], certificate: x509.Certificate) -> None:
    """The lab takes what the procedure sends; other kinds are refused rather than half understood."""
    if entry["type"] != "AsymmetricX509Cert" or entry["usage"] != "Verify":
        raise invalid("Credential type and usage do not fit a certificate without its private key.")
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
        raise invalid("The key length of the certificate is not supported.", "InvalidKeyLength")


def _check_unique(credentials: Sequence[Properties]) -> None:
    """No keyId twice, and no certificate twice (the second: not verified against a real server)."""
    ids = [item["keyId"] for item in credentials]
    if len(set(ids)) != len(ids):
        raise invalid("Duplicate keyId found in keyCredentials.")
    keys = [(item["key"], item["usage"]) for item in credentials]
    if len(set(keys)) != len(keys):
        raise invalid("Duplicate key value found in keyCredentials.")


def _not_updatable(known: Properties) -> GraphError:
    return invalid(f"Update to existing credential with KeyId '{known['keyId']}' is not allowed.", "KeyNotUpdatable")


def _malformed(message: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message)
