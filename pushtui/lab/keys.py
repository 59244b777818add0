"""Where the RSA keys of a lab's certificates come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import rsa

NewKey: TypeAlias = Callable[[int], rsa.RSAPrivateKey]
"""A key of so many bits, another one each time; from any thread."""


def new_rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """A fresh RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
