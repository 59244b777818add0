"""JSON Web Tokens: signing the tenant's own, checking everybody's, with the lab's clock instead of the machine's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options

from pushtui.base.values import frozen
from pushtui.lab.tenant.certificates import SignedKey, x5t

SKEW = 300
"""Seconds by which clocks may differ (Entra: five minutes)."""

_NO_CLAIM_CHECKS: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Malformed(Exception):
    """Not a signed JSON Web Token at all."""


class BadSignature(Exception):
    """The signature does not belong to the key, or its algorithm is not accepted."""


@frozen
class Unverified:
    """What a token says of itself before anything was checked."""

    headers: Mapping[str, Any]
    claims: Mapping[str, Any]


def look(token: str) -> Unverified:
    """Headers and claims, not verified; raises `Malformed`."""
    try:
        decoded = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        raise Malformed from None
    return Unverified(decoded["header"], decoded["payload"])


def verify(token: str, certificate: x509.Certificate, algorithms: Sequence[str]) -> Mapping[str, Any]:
    """The claims of a token that the certificate's key really signed; dates and names are left to the caller."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadSignature
    try:
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=list(algorithms), options=_NO_CLAIM_CHECKS)
    except (jwt.PyJWTError, ValueError):
        raise BadSignature from None
    return claims


def in_time(claims: Mapping[str, Any], now: datetime) -> bool:
    """Whether ``exp`` (which must be there) and ``nbf`` hold, give or take the skew."""
    at = now.timestamp()
    expires, starts = claims.get("exp"), claims.get("nbf", at)
    if not isinstance(expires, int | float) or not isinstance(starts, int | float):
        return False
    return starts - SKEW <= at <= expires + SKEW


class Issuer:
    """Signs the tokens of the tenant with its own key, and knows them again."""

    def __init__(self, signing: SignedKey) -> None:
        self.signing = signing
        self.key_id = x5t(signing.der)

    def sign(self, claims: Mapping[str, Any], now: datetime, seconds: int) -> str:
        """A token with these claims, valid for `seconds` from now."""
        start = int(now.timestamp())
        times = {"iat": start, "nbf": start, "exp": start + seconds, "uti": secrets.token_urlsafe(16)}
        headers = {"x5t": self.key_id, "kid": self.key_id}
        return jwt.encode({**times, **claims}, self.signing.key, "RS256", headers=headers)

    def claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that this issuer signed; raises `BadSignature`."""
        return verify(token, self.signing.certificate, ["RS256"])
