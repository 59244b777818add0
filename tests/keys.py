"""RSA key pairs for the labs of all test processes: to make them is most of the work of starting a lab."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)


class KeyPairs:
    """Kept in a folder: each lab gets different ones, all labs the same. Every certificate is still one of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, rsa.RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def of_a_lab(self) -> Callable[[int], rsa.RSAPrivateKey]:
        """Where one lab takes its keys from, by their size in bits; from any thread."""
        turn = itertools.count()
        return lambda bits: self._key(self.folder / f"key-{bits}-{next(turn)}.der", bits)

    def _key(self, path: Path, bits: int) -> rsa.RSAPrivateKey:
        with self._lock:
            if path not in self._known:
                self._known[path] = _read(path) or _make(path, bits)
            return self._known[path]


def _read(path: Path) -> rsa.RSAPrivateKey | None:
    try:
        key = load_der_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except FileNotFoundError:
        return None
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _make(path: Path, bits: int) -> rsa.RSAPrivateKey:
    """Two processes may make the same one at once: both are good, the file has the last."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    whole = path.with_suffix(f".{os.getpid()}")
    whole.write_bytes(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    whole.replace(path)
    return key
