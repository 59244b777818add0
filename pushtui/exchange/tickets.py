"""What Kerberos signs in with besides a password: a ticket that kinit got, or a key in a keytab.

The libraries are optional and are loaded here alone, on the thread that asks.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from pushtui.exchange.endpoint import Endpoint

LIBRARIES = ("gssapi", "krb5")


def installed() -> bool:
    """Whether the optional libraries are there."""
    return all(find_spec(name) for name in LIBRARIES)


def principal(user: str) -> str:
    """A user principal name as Kerberos writes it: the realm of a Windows domain is in capitals (MS-KILE 3.1.5.1)."""
    name, at, realm = user.rpartition("@")
    return f"{name}@{realm.upper()}" if at else user


def sign_in_alone(endpoint: Endpoint) -> bool:
    """Whether this user needs no password here: there is a valid ticket, or a keytab (or ``KRB5_CLIENT_KTNAME``).

    May ask the KDC, and so may take a while. Never raises.
    """
    if endpoint.auth == "basic" or not endpoint.user or not installed():
        return False
    if endpoint.keytab_file:
        return True
    try:
        import gssapi

        name = gssapi.Name(principal(endpoint.user), gssapi.NameType.user)
        kerberos = gssapi.MechType.kerberos
        return bool(gssapi.Credentials(name=name, usage="initiate", mechs=[kerberos]).lifetime)
    except Exception:
        return False


def credential(endpoint: Endpoint) -> Any:
    """What pyspnego takes in place of a user's name."""
    if endpoint.auth == "basic" or not endpoint.user:
        return endpoint.user or None
    if endpoint.keytab_file:
        from spnego import KerberosKeytab

        return KerberosKeytab(endpoint.keytab_file, principal(endpoint.user))
    return principal(endpoint.user)
