"""Why Kerberos gave no ticket, by the codes of MIT's krb5 (RFC 4120, 7.5.9, and its own)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from pushtui.base.errors import PushtuiError, SignInRefused, Unreachable
from pushtui.base.words import N_, _
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.fates import Failure, Fate, detail, failure

_WRITE_USER = N_("Write the user as user@DOMAIN, with the Active Directory domain after the @")
_OTHER_PASSWORD = N_("Type it again; a few wrong ones lock the account")
_CHANGE_PASSWORD = N_("Change it on a Windows machine, or with kpasswd")
_ASK_ADMIN = N_("Have it looked at in Active Directory")
_FIND_KDC = N_("Check DNS (_kerberos._tcp of the domain) and /etc/krb5.conf, and port 88 to the domain controllers")
_SET_CLOCK = N_("Set this machine's clock by the domain's time servers")
_GET_TICKET = N_("Run kinit, or give a password or a keytab_file")
_KEYTAB: Final = (
    "keytab",
    N_("The keytab cannot be read, or holds no present key of this user"),
    N_("Check keytab_file, who may read it, and the user"),
)

_CAUSES: Final = {
    -1765328353: ("password-wrong", N_("The password is wrong"), _OTHER_PASSWORD),
    -1765328360: ("password-wrong", N_("The password is wrong"), _OTHER_PASSWORD),
    -1765328174: ("password-wrong", N_("The password is wrong"), _OTHER_PASSWORD),
    -1765328378: ("user-unknown", N_("The domain does not know this user"), _WRITE_USER),
    -1765328361: ("password-expired", N_("The password has expired"), _CHANGE_PASSWORD),
    -1765328383: ("account-expired", N_("The account has expired"), _ASK_ADMIN),
    -1765328366: ("account-locked", N_("The account is locked or disabled"), _ASK_ADMIN),
    -1765328228: ("no-kdc", N_("No domain controller (KDC) answers"), _FIND_KDC),
    -1765328230: ("realm-unknown", N_("This machine does not know the domain controllers of that domain"), _FIND_KDC),
    -1765328164: ("realm-unknown", N_("This machine does not know the domain controllers of that domain"), _FIND_KDC),
    -1765328347: (
        "clock-skew",
        N_("The clocks of this machine and of the domain differ by more than allowed"),
        _SET_CLOCK,
    ),
    -1765328351: ("clock-skew", N_("The ticket is not valid yet: the clock of this machine is behind"), _SET_CLOCK),
    -1765328352: ("ticket-expired", N_("The ticket has expired"), _GET_TICKET),
    -1765328189: ("no-ticket", N_("There is no ticket"), _GET_TICKET),
    -1765328243: ("no-ticket", N_("There is no ticket of this user"), _GET_TICKET),
    -1765328203: _KEYTAB,
    2: _KEYTAB,
    13: _KEYTAB,
}
"""krb5_error_code (or errno) → word, cause, remedy."""

_MAJORS: Final = {11 << 16: -1765328352, 7 << 16: -1765328189}
"""GSS_S_CREDENTIALS_EXPIRED and GSS_S_NO_CRED (RFC 2744, 3.9.1), whose minor codes say nothing."""

_SERVICE_UNKNOWN: Final = -1765328377
_NO_SERVER: Final = ("no-kdc", "realm-unknown")


def krb5(error: BaseException, endpoint: Endpoint) -> Failure:
    """An error of the library krb5: what a sign-in with a password or a keytab ends with."""
    return _explained(getattr(error, "err_code", None), error, endpoint)


def gssapi(error: BaseException, endpoint: Endpoint) -> Failure:
    """An error of GSSAPI, bare or wrapped by pyspnego; its minor code is that of krb5, unsigned."""
    native = getattr(error, "base_error", None) or error
    minor = getattr(native, "min_code", None)
    code: int | None = minor - 2**32 if isinstance(minor, int) and minor >= 2**31 else minor
    if code not in _CAUSES and code != _SERVICE_UNKNOWN:
        code = _MAJORS.get(getattr(native, "maj_code", 0), code)
    return _explained(code, error, endpoint)


def _explained(code: object, error: BaseException, endpoint: Endpoint) -> Failure:
    if code == _SERVICE_UNKNOWN:
        return _service_unknown(endpoint)
    known = _CAUSES.get(code) if isinstance(code, int) else None
    if known is None:
        word, cause, remedy = "refused", detail(error), f"{_(_GET_TICKET)}. {_(_WRITE_USER)}"
    else:
        word, cause, remedy = _KEYTAB if endpoint.keytab_file and known[0] == "password-wrong" else known
        cause, remedy = _(cause), _(remedy)
    what = _("Kerberos did not sign {user} in").format(user=endpoint.user or _("the user of the ticket"))
    kind: type[PushtuiError] = Unreachable if word in _NO_SERVER else SignInRefused
    return failure(kind, f"kerberos-{word}", what, endpoint, Fate.NEVER_LEFT, cause=cause, remedy=remedy)


def _service_unknown(endpoint: Endpoint) -> Failure:
    host = endpoint.service_host or endpoint.host
    if _is_address(host):
        cause = _("Kerberos knows servers by name, and {host} is an address").format(host=host)
        remedy = _("Write the server's own full name, such as ex01.contoso.com")
    else:
        cause = _("An alias, or the name of a load balancer, has no service principal name of its own")
        remedy = _("Write the server's own full name, or what {setting} is registered for (setspn -Q {service}/{host})")
        remedy = remedy.format(setting="service_host", service=endpoint.service, host=host)
    return failure(
        SignInRefused,
        "kerberos-service-unknown",
        _("The domain knows no service {service}/{host}").format(service=endpoint.service, host=host),
        endpoint,
        Fate.NEVER_LEFT,
        cause=cause,
        remedy=remedy,
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
