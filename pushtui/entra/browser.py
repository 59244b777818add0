"""Sign-in with a browser on any machine (RFC 6749 4.1 with PKCE, RFC 7636): its last address is pasted here.

Nothing listens at the redirect URI: the browser fails to open it, and its address bar holds the one-time code. That
works over SSH, and where a policy blocks device codes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pushtui.base.cancellation import Cancellation
from pushtui.base.errors import PushtuiError, Side, SignInRefused
from pushtui.base.secret import Secret
from pushtui.base.words import _
from pushtui.entra.failures import Place

if TYPE_CHECKING:
    from pushtui.entra.signin import SignInPrompts

REDIRECT = "http://localhost:8400"
"""Must be registered as ``http://localhost``: Entra ignores the port of a loopback address ("Redirect URI
restrictions"). A high port, because a web server on port 80 of the admin's machine would be given the code."""

TRIES = 3
"""How often an address may be pasted before the sign-in is given up."""


def acquire(
    app: Any, scopes: Sequence[str], account: str, prompts: SignInPrompts, place: Place, cancellation: Cancellation
) -> dict[str, Any]:
    """msal's token answer for the code in the pasted address, or its error answer.

    `account` is who signed in before, if anybody. Raises `SignInRefused` where no usable address was pasted.
    """
    # msal recommends form_post, which needs a web server; it would say so on standard error.
    warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended", category=UserWarning)
    who = {"login_hint": account} if account else {"prompt": "select_account"}
    flow = app.initiate_auth_code_flow(list(scopes), redirect_uri=REDIRECT, **who)
    problem = ""
    for _attempt in range(TRIES):
        pasted = prompts.browser(flow["auth_uri"], problem)
        cancellation.check()
        if not pasted:
            raise _refused("entra.sign-in-abandoned", _("No address was pasted, so nobody signed in"), place)
        answer = _parameters(pasted)
        problem = _problem(answer, str(flow["state"]))
        if not problem:
            prompts.using(Secret(answer.get("code", "")))
            return _redeem(app, flow, answer, scopes, place)
    raise _refused("entra.pasted-wrong", problem, place)


def _redeem(
    app: Any, flow: dict[str, Any], answer: Mapping[str, str], scopes: Sequence[str], place: Place
) -> dict[str, Any]:
    """Exchange the code for tokens. msal compares the state and, by its hash, the nonce."""
    try:
        return dict(app.acquire_token_by_auth_code_flow(flow, dict(answer), list(scopes)))
    except RuntimeError:  # the nonce of the id token differs; msal has no other use for this type
        pass
    raise _refused("entra.pasted-wrong", _("The answer of the sign-in service belongs to another sign-in"), place)


def _parameters(pasted: Secret) -> dict[str, str]:
    """What the pasted address carries; empty where it is not the redirect URI's. A terminal may have broken it."""
    text = re.sub(r"\s+", "", pasted.reveal()).strip("\"'<>")
    try:
        parts, expected = urlsplit(text), urlsplit(REDIRECT)
        ours = (parts.scheme, parts.hostname, parts.port) == (expected.scheme, expected.hostname, expected.port)
        return dict(parse_qsl(parts.query)) if ours else {}
    except ValueError:
        return {}


def _problem(answer: Mapping[str, str], state: str) -> str:
    """Why this address cannot be used, as a sentence without its full stop; empty where it can."""
    if not answer:
        return _("This is not the address that the browser ended at: that one starts with {start}").format(
            start=REDIRECT
        )
    if answer.get("state") != state:
        return _("This address belongs to another sign-in: open the address that is shown now, and paste its outcome")
    if not (answer.get("code") or answer.get("error")):
        return _("This address carries no code: it was not copied whole")
    return ""


def _refused(code: str, what: str, place: Place) -> PushtuiError:
    return SignInRefused(code, what, side=Side.ENTRA, where=place.where, remedy=_("Check again to start a new sign-in"))
