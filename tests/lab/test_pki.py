"""The lab's certificates satisfy the strictest client."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest

from pushtui.lab.pki import Authority, TlsIdentity, server_context


def handshake(identity: TlsIdentity, ca_pem: bytes, name: str) -> str:
    """The TLS version that a strict client gets to; its refusal is raised."""
    client = ssl.create_default_context(cadata=ca_pem.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    server = server_context(identity)
    theirs, ours = socket.socketpair()

    def serve() -> None:
        try:
            with server.wrap_socket(theirs, server_side=True) as connection:
                connection.recv(1)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name) as connection:
            connection.sendall(b"x")
            return str(connection.version())
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize("name", ["ex01.lab.example", "127.0.0.1"])
def test_every_name_of_a_leaf_is_good(name: str) -> None:
    authority = Authority.make()
    identity = authority.issue(["ex01.lab.example", "127.0.0.1"])
    assert handshake(identity, authority.ca_pem, name).startswith("TLSv1.")


def test_other_names_other_roots_and_other_times_are_refused() -> None:
    authority, other = Authority.make(), Authority.make()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    identity = authority.issue(["ex01.lab.example"])
    expired = authority.issue(["ex01.lab.example"], not_before=yesterday - timedelta(days=9), not_after=yesterday)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(identity, authority.ca_pem, "ex02.lab.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate"):
        handshake(identity, other.ca_pem, "ex01.lab.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        handshake(expired, authority.ca_pem, "ex01.lab.example")


def test_the_digest_for_channel_bindings_is_that_of_the_certificate() -> None:
    identity = Authority.make().issue(["ex01.lab.example"])
    assert len(identity.endpoint_digest()) == 32
    assert identity.endpoint_digest() == identity.endpoint_digest()
