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
    cause, remedy = _refusal(endpoint)
    return failure(
        SignInRefused,
        "sign-in-refused",
        what.format(server=endpoint.name, user=endpoint.user),
        endpoint,
        Fate.UNREAD,
        cause=cause,
        remedy=remedy,
    )


def _refusal(endpoint: Endpoint) -> tuple[str, str]:
    """Likely cause and remedy."""
    if endpoint.auth == "kerberos":
        # The password was right: the KDC gave a ticket.
        cause = _("It does not take the ticket: another account holds its service name, or its clock is wrong")
        remedy = _("Look who holds it (setspn -Q {service}/{host}), and at the server's clock").format(
            service=endpoint.service, host=endpoint.service_host or endpoint.host
        )
        return cause, remedy
    cause = _("The user or the password is wrong, or this way to sign in is not enabled")
    if endpoint.side is Side.WINDOWS:
        remedy = _("Check user and password; {auth} must be enabled in WinRM on the server")
        return cause, remedy.format(auth=endpoint.auth.capitalize())
    remedy = _(
        "Check user and password; Basic must be enabled on the PowerShell virtual directory"
        " (Set-PowerShellVirtualDirectory -BasicAuthentication $true)"
    )
    return cause, remedy


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
