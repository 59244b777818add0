"""The application that pushtui signs in through. There is none by default: each tenant registers its own."""

from __future__ import annotations

from pushtui.base.errors import PushtuiError, UsageError
from pushtui.base.words import _
from pushtui.entra.settings import EntraSettings


def refuse_missing(settings: EntraSettings) -> None:
    """Raise `UsageError` where the profile lacks what the way to sign in takes of a registration."""
    if not settings.client_id:
        raise _unregistered(settings.method)
    if settings.method == "certificate" and not settings.certificate_file:
        raise UsageError(
            "settings.certificate-file",
            _("certificate_file is missing in the [entra] table of the profile"),
            remedy=_("Name the PEM or PKCS#12 file that holds the application's certificate and private key"),
        )


def _unregistered(method: str) -> PushtuiError:
    how = {
        "device-code": _("the platform “Mobile and desktop applications”, and “Allow public client flows” set to yes"),
        "browser": _("the platform “Mobile and desktop applications” with the redirect URI http://localhost"),
        "certificate": _("the application's certificate uploaded to it"),
        "secret": _("a client secret"),
    }[method]
    return UsageError(
        "settings.client-id",
        _("client_id is missing in the [entra] table of the profile"),
        cause=_(
            "There is no default: pushtui signs in through an application that you register in your own tenant, with"
            " {how}"
        ).format(how=how),
        remedy=_("Register it as the README says, and put its “Application (client) ID” into the profile"),
    )
