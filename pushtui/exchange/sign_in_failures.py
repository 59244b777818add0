"""Sign-ins that did not come about: refused credentials, ways that are not offered, Kerberos."""

from __future__ import annotations

from pushtui.base.errors import PushtuiError, Side, SignInRefused
from pushtui.base.words import _
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.fates import Failure, Fate, failure


def refused(error: BaseException, endpoint: Endpoint) -> Failure:
    if "did not response with one of" in str(error):
        return not_offered(error, endpoint)
    what = _("{server} refused the sign-in of {user}") if endpoint.user else _("{server} refused the sign-in")
    if endpoint.side is Side.EXCHANGE:
        remedy = _("Check user and password; {auth} must be enabled on the PowerShell virtual directory")
    else:
        remedy = _("Check user and password; {auth} must be enabled in WinRM on the server")
    return failure(
        SignInRefused,
        "sign-in-refused",
        what.format(server=endpoint.name, user=endpoint.user),
        endpoint,
        Fate.UNREAD,
        cause=_refusal_cause(endpoint),
        remedy=remedy.format(auth=endpoint.auth.capitalize()),
    )


def _refusal_cause(endpoint: Endpoint) -> str:
    if endpoint.auth == "kerberos":
        # The password was right: the KDC gave a ticket.
        return _("It does not take the ticket: another account holds its service name, or its clock is wrong")
    return _("The user or the password is wrong, or this way to sign in is not enabled")


def not_offered(_error: BaseException, endpoint: Endpoint) -> Failure:
    return failure(
        SignInRefused,
        "auth-not-offered",
        _("{server} does not offer {auth} sign-in").format(server=endpoint.name, auth=endpoint.auth.capitalize()),
        endpoint,
        Fate.UNREAD,
        cause=_("An Exchange front end offers Kerberos, and Basic where an admin enabled it; never NTLM")
        if endpoint.side is Side.EXCHANGE
        else "",
        remedy=_("Choose another way to sign in, or enable this one on the server"),
    )


def kerberos_missing(endpoint: Endpoint) -> PushtuiError:
    """Kerberos was asked for, and its libraries are not installed."""
    return SignInRefused(
        f"{endpoint.side.value}.kerberos-missing",
        _("Kerberos sign-in needs libraries that are not installed"),
        side=endpoint.side,
        where=endpoint.where,
        cause=_("The Python packages gssapi and krb5 are missing"),
        remedy=_(
            "Install them with: pip install 'pushtui[kerberos]' (built on the spot: on Debian it needs"
            " gcc, python3-dev and libkrb5-dev; on Red Hat gcc, python3-devel and krb5-devel)"
        ),
    )


def missing_library(_error: BaseException, endpoint: Endpoint) -> Failure:
    return Failure(kerberos_missing(endpoint), Fate.NEVER_LEFT)
