"""The device code flow (RFC 8628): a code that the admin enters in a browser on any machine."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.errors import PushtuiError, RequestRefused, Side, SignInRefused, Unreachable
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.entra import oauth
from pushtui.entra.failures import Place
from pushtui.entra.stream import Listen, StreamLine

if TYPE_CHECKING:
    from pushtui.entra.signin import SignInPrompts

PAGES = frozenset(
    {
        "microsoft.com",
        "www.microsoft.com",
        "login.microsoft.com",
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "aka.ms",
    }
)
"""Hosts that a sign-in page may have besides the sign-in host itself: a code typed elsewhere could be phished."""

_STILL_WAITING = frozenset({"authorization_pending", "slow_down"})
_LOOK_SECONDS = 0.1  # how often a wait looks whether the code was given up


def acquire(
    app: Any,
    scopes: Sequence[str],
    prompts: SignInPrompts,
    http_cache: MutableMapping[Any, Any],
    place: Place,
    clock: Clock,
    cancellation: Cancellation,
    listen: Listen,
) -> dict[str, Any]:
    """msal's token answer once the admin has signed in, or its error answer.

    Raises `SignInRefused` when the code expires or is given up on the screen, `Cancelled` when an end is asked for. A
    network failure or a 5xx does not end the wait: the same flow goes on once the service answers again.
    """
    flow = app.initiate_device_flow(scopes=list(scopes))
    if "user_code" not in flow:
        return dict(flow)
    prompts.using(Secret(str(flow.get("device_code") or "")))
    deadline, given_up = clock.monotonic() + flow["expires_in"], Cancellation()
    expires = clock.now() + timedelta(seconds=flow["expires_in"])
    prompts.device_code(_page(flow, place), clean_line(str(flow["user_code"])), expires, given_up.cancel)
    while True:
        _wait(flow["interval"], clock, cancellation, given_up, place)
        if clock.monotonic() >= deadline:
            raise oauth.refusal({"error": "expired_token", "error_codes": [70020]}, place)
        try:
            answer = dict(app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True))
        except (Unreachable, RequestRefused) as error:
            http_cache.clear()  # msal would answer from it for a minute
            listen(StreamLine("progress", _waiting_on(error)))
            continue
        if answer.get("error") not in _STILL_WAITING:
            return answer


def _wait(seconds: float, clock: Clock, cancellation: Cancellation, given_up: Cancellation, place: Place) -> None:
    until = clock.monotonic() + seconds
    cancellation.check()
    while not given_up.requested and (left := until - clock.monotonic()) > 0:
        cancellation.wait(min(left, _LOOK_SECONDS))
    if given_up.requested:
        raise SignInRefused(
            "entra.sign-in-abandoned",
            _("The sign-in was given up before anybody entered the code"),
            side=Side.ENTRA,
            where=place.where,
            remedy=_("Check again to get a new code"),
        )


def _waiting_on(error: PushtuiError) -> str:
    return _("{reason}; still waiting for the sign-in").format(reason=error.what)


def _page(flow: dict[str, Any], place: Place) -> str:
    """The page to open, if it is Microsoft's or the sign-in host's own."""
    from urllib.parse import urlsplit

    url = clean_line(str(flow.get("verification_uri") or flow.get("verification_url") or ""))
    parts = urlsplit(url)
    if parts.scheme == "https" and (parts.netloc == place.host or parts.netloc in PAGES):
        return url
    raise SignInRefused(
        "entra.page-unknown",
        _("The sign-in service names a page that is not Microsoft's: {url}").format(url=url[:200]),
        side=Side.ENTRA,
        where=place.where,
        remedy=_("Do not enter a code there; check the [cloud] table of the profile"),
    )
