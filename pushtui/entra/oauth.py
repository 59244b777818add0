"""What the sign-in service refuses, as sentences.

The decision is made on ``error`` and ``suberror``; AADSTS numbers only choose the help text (`pushtui.entra.aadsts`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pushtui.base.errors import PushtuiError, RequestRefused, Side, SignInRefused, Unreachable
from pushtui.base.text import clean_line
from pushtui.base.words import _
from pushtui.entra import aadsts
from pushtui.entra.failures import MAX_TEXT, Place

_TRAILER = re.compile(r"\s*(Trace ID|Correlation ID|Timestamp):.*$", re.DOTALL)
_NUMBER = re.compile(r"AADSTS(\d+):\s*")


def refusal(answer: Mapping[str, Any], place: Place, method: str = "") -> PushtuiError:
    """The meaning of an OAuth error answer (RFC 6749 5.2, with Entra's ``suberror`` and ``error_codes``).

    `method` is how the sign-in was tried, as the profile names it: what to do about a refusal depends on it.
    """
    error = str(answer.get("error") or "")
    suberror = str(answer.get("suberror") or "")
    number, text = _description(answer)
    cause, remedy = aadsts.help_for(number, method)
    word, what = _meaning(error, suberror)
    if (word, method) == ("sign-in-refused", "browser") and error == "invalid_grant" and not cause:
        word, what = "pasted-refused", _("The pasted address is no longer good")
        cause = _("The code in it can be used once, and only for some minutes")
    if error == "authorization_declined":  # its number is that of a code that has expired
        cause, remedy = _("Somebody said no on the sign-in page"), _("Sign in again, and approve it")
    fields: dict[str, Any] = {
        "side": Side.ENTRA,
        "where": _with_correlation(place, answer),
        "cause": cause or text,
        "remedy": remedy or _remedy(word, method),
        "identifier": f"AADSTS{number}" if number else clean_line(error)[:80],
    }
    code = f"entra.{word}"
    if word == "tenant-not-found":
        return RequestRefused(code, what, **fields)
    if word == "unavailable":
        return Unreachable(code, what, **fields)
    return SignInRefused(code, what, **fields)


def _meaning(error: str, suberror: str) -> tuple[str, str]:
    """The stable word of our code and what happened, from the two fields that clients may branch on."""
    match error, suberror:
        case "invalid_tenant", _unused:
            return "tenant-not-found", _("No Microsoft 365 tenant was found for this domain")
        case (("invalid_client" | "unauthorized_client"), _unused):
            return "application-refused", _("The sign-in service refused the application")
        case _any, "consent_required":
            return "consent-missing", _("The application has no consent for the permissions that it asks for")
        case "consent_required", _unused:
            return "consent-missing", _("The application has no consent for the permissions that it asks for")
        case _any, "message_only":
            return "policy-refused", _("A policy of the tenant does not allow this sign-in")
        case (("interaction_required" | "login_required"), _unused):
            return "interaction-required", _("The sign-in wants something that cannot be done here")
        case (("authorization_declined" | "access_denied"), _unused):
            return "sign-in-declined", _("The sign-in was declined")
        case (("expired_token" | "code_expired"), _unused):
            return "code-expired", _("The code was not entered in time")
        case (("invalid_scope" | "invalid_resource"), _unused):
            return "scope-refused", _("The sign-in service does not know what was asked for")
        case (("temporarily_unavailable" | "server_error"), _unused):
            return "unavailable", _("The sign-in service is not available at the moment")
        case _any, "bad_token" | "token_expired":
            return "sign-in-ended", _("The sign-in is no longer valid")
    return "sign-in-refused", _("The sign-in was refused")


def _description(answer: Mapping[str, Any]) -> tuple[int, str]:
    text = str(answer.get("error_description") or answer.get("error") or "")
    found = _NUMBER.match(text)
    codes = answer.get("error_codes")
    number = codes[0] if isinstance(codes, list) and codes and isinstance(codes[0], int) else 0
    plain = clean_line(_TRAILER.sub("", _NUMBER.sub("", text, count=1)))
    return number or int(found[1] if found else 0), plain[:MAX_TEXT]


def _with_correlation(place: Place, answer: Mapping[str, Any]) -> str:
    correlation = clean_line(str(answer.get("correlation_id") or ""))[:64]
    return f"{place.where}, correlation id {correlation}" if correlation else place.where


def _remedy(word: str, method: str) -> str:
    """What to do about our own code, where the number says no more."""
    match word:
        case "policy-refused":
            return aadsts.other_way(method)
        case "interaction-required":
            return _("Sign in again and complete what the browser asks for")
        case "consent-missing":
            return _("A Global or Cloud Application Administrator must grant admin consent in the registration")
        case "sign-in-declined" | "code-expired" | "pasted-refused" | "sign-in-ended":
            return _("Sign in again")
    return _("If it stays, Microsoft's support can look it up by the correlation id")
