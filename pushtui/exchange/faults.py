"""What WSMan fault codes and HTTP statuses mean at an endpoint, in the admin's words."""

from __future__ import annotations

from typing import TypeAlias

from pushtui.base.errors import AccessDenied, PushtuiError, RequestRefused, Side, SignInRefused, Unreachable
from pushtui.base.words import _
from pushtui.exchange.endpoint import Endpoint

Explanation: TypeAlias = tuple[type[PushtuiError], str, str, str, str]
"""Class, word of the code, what, cause, remedy."""

ACCESS_DENIED = 5
TIMED_OUT = 2150858793
WRONG_CONFIGURATION = 2150858811
SHELL_GONE = 2150858843
QUOTAS = (2150859173, 2150859174, 2150859175)
"""Shells of a user, operations, users (MS-WSMV: ERROR_WSMAN_QUOTA_…)."""


NO_ROLE = "no-role"
"""In place of a code: Exchange's authorization refused, which it says by a category in the text."""


def explain_fault(code: object, reason: str, endpoint: Endpoint) -> Explanation:
    """A WSManFault: `reason` is the server's own text, cleaned, without its full stop."""
    server = endpoint.name
    what = _("{server} does not let {user} open a session").format(
        server=server, user=endpoint.user or _("this account")
    )
    if code == NO_ROLE:
        remedy = _("Add it to Organization Management; to check alone, View-Only Organization Management is enough")
        cause = _("No role group has the account ({reason})").format(reason=reason)
        return AccessDenied, NO_ROLE, what, cause, remedy
    if code == ACCESS_DENIED or str(code).endswith("AccessDenied"):
        if endpoint.side is Side.EXCHANGE:
            cause = _("The account is in no role group, or may not use remote PowerShell")
            remedy = _("Add it to a role group; Set-User -RemotePowerShellEnabled $true")
        else:
            cause = _("The account is no local administrator of the server")
            remedy = _("Use an account that is")
        return AccessDenied, "access-denied", what, f"{cause} ({reason})" if reason else cause, remedy
    if code == WRONG_CONFIGURATION:
        what = _("{server} has no session configuration {name}").format(server=server, name=endpoint.configuration)
        if endpoint.side is Side.EXCHANGE:
            cause = _("Windows' own remoting answers on that port, not Exchange")
            remedy = _("Use port 443 (https) or 80 (http) and the path PowerShell")
        else:
            cause, remedy = reason, _("Enable PowerShell remoting on the server (Enable-PSRemoting)")
        return RequestRefused, "wrong-configuration", what, cause, remedy
    if code == SHELL_GONE:
        what = _("{server} no longer has our session").format(server=server)
        cause = _("It was idle too long, or the server was restarted")
        return Unreachable, "shell-gone", what, cause, _("Try again")
    if code in QUOTAS or "concurrent shells" in reason or "load quota" in reason:
        what = _("{server} grants {user} no more sessions now").format(server=server, user=endpoint.user)
        remedy = _("Close other remote PowerShell sessions of this account, or wait until they run out")
        return RequestRefused, "quota", what, reason, remedy
    if code == TIMED_OUT:
        what = _("{server} did not answer in time").format(server=server)
        return Unreachable, "timeout", what, reason, _("Try again")
    what = _("{server} refused the request (WSMan fault {code})").format(server=server, code=code)
    return RequestRefused, "fault", what, reason, _("Look into the server's event log for Windows Remote Management")


def explain_http(status: int, endpoint: Endpoint) -> Explanation:
    """An HTTP status without a fault that says more."""
    server = endpoint.name
    what = _("{server} answered HTTP {status}").format(server=server, status=status or "?")
    match status:
        case 400:
            cause = _("The server could not read the request; https and http may be mixed up")
            return RequestRefused, "http-400", what, cause, _("Check port and ssl")
        case 401:
            what = _("{server} refused the sign-in").format(server=server)
            return SignInRefused, "sign-in-refused", what, "", _("Check user and password")
        case 403:
            cause = _("The web server forbids it: https may be required, or client certificates")
            return AccessDenied, "http-403", what, cause, _("Check the settings of the PowerShell virtual directory")
        case 404:
            cause = _("There is no {path} at that address").format(path=endpoint.path)
            return RequestRefused, "http-404", what, cause, _("Exchange's path is PowerShell; check the port as well")
        case 429 | 503:
            cause = _("The server is overloaded, in maintenance, or its application pool is stopped")
            return Unreachable, "busy", what, cause, _("Try again later; check MSExchangePowerShellFrontEndAppPool")
        case 502 | 504:
            return Unreachable, "gateway", what, _("A gateway in between got no answer"), _("Try again later")
    cause = _("The answer holds no details")
    return RequestRefused, "http-error", what, cause, _("Look into the event log of the server")
