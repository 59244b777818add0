"""What the sign-in service refuses, as sentences.

The decision is made on ``error`` and ``suberror``; AADSTS numbers only choose the help text, because Microsoft may
change them ("Microsoft Entra authentication and authorization error codes").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pushtui.base.errors import PushtuiError, RequestRefused, Side, SignInRefused, Unreachable
from pushtui.base.text import clean_line
from pushtui.base.words import _
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
    cause, remedy = _help(number, method)
    word, what = _meaning(error, suberror)
    if (word, method) == ("sign-in-refused", "browser") and error == "invalid_grant" and not cause:
        word, what = "pasted-refused", _("The pasted address is no longer good")
        cause = _("The code in it can be used once, and only for some minutes")
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
            return _other_way(method)
        case "interaction-required":
            return _("Sign in again and complete what the browser asks for")
        case "consent-missing":
            return _("A Global or Cloud Application Administrator must grant admin consent in the registration")
        case "sign-in-declined" | "code-expired" | "pasted-refused" | "sign-in-ended":
            return _("Sign in again")
    return ""


def _other_way(method: str) -> str:
    """The way to sign in that a policy against this one most likely leaves open."""
    if method == "browser":
        return _('Ask for an exception for this account, or sign in with method = "certificate"')
    if method in {"certificate", "secret"}:
        return _("Ask for an exception for this application and this network (policies for workload identities)")
    return _('Sign in with method = "browser": it uses a browser on your own machine, which most policies allow')


def _help(number: int, method: str) -> tuple[str, str]:
    """Likely cause and remedy for an AADSTS number; empty where it is not known."""
    return _tenant_help(number) or _application_help(number) or _person_help(number, method) or ("", "")


def _tenant_help(number: int) -> tuple[str, str] | None:
    match number:
        case 90002 | 900021 | 900023:
            return (
                _("The domain is misspelt, belongs to no tenant, or to a tenant in another national cloud"),
                _("Check the tenant domain; for a national cloud, set name in the [cloud] table"),
            )
        case 500011 | 50049 | 900382:
            return (
                _("The tenant does not know the Graph host that was asked for: this is another national cloud"),
                _("Set name in the [cloud] table of the profile"),
            )
        case 50020 | 50034 | 90072:
            return (
                _("The account does not exist in this tenant"),
                _("Sign in with an account of the tenant that the domain belongs to"),
            )
        case 90033 | 50196 | 90024:
            return _("The service is busy"), _("Wait a minute and try again")
    return None


def _application_help(number: int) -> tuple[str, str] | None:
    match number:
        case 700016 | 7000229:
            return (
                _("The tenant has no application with this client id"),
                _("Check client_id, and that the application was registered in, or consented to by, this tenant"),
            )
        case 7000215:
            return (
                _("The client secret is wrong"),
                _("Give the secret's value, not its id, as the portal showed it when it was made"),
            )
        case 7000222:
            return _("The client secret has expired"), _("Make a new secret for the application, or use a certificate")
        case 7000218:
            return (
                _("The application is registered as confidential, and a person signs in through a public client"),
                _("Set “Allow public client flows” to yes in the registration, or sign in with a certificate"),
            )
        case 700025:
            return (
                _("The application is registered as a public client, and those sign in without secret or certificate"),
                _('Use method = "device-code", or register it as confidential'),
            )
        case 700027 | 700030 | 50013:
            return (
                _("The certificate is not registered for the application, has expired, or does not match its key"),
                _("Upload this certificate to the application's registration, and see that it is in date"),
            )
        case 700024 | 700023 | 700021 | 50027:
            return (
                _("The signed request was not accepted; most often this machine's clock is wrong"),
                _("Compare the clock with a time server; more than five minutes are too many"),
            )
        case 65001 | 90094 | 650056 | 650057:
            return (
                _("Nobody has consented yet to the application's permissions in this tenant"),
                _("A Global or Cloud Application Administrator must grant admin consent in the registration"),
            )
        case 1002012 | 70011 | 28000 | 900144:
            return (
                _("The permissions were asked for in a form that the service does not accept"),
                _("Check the [cloud] table: the Graph host must belong to the sign-in host"),
            )
    return None


def _person_help(number: int, method: str) -> tuple[str, str] | None:
    match number:
        case 53003 | 530034 | 530036:
            return (
                _("Conditional Access blocked it; many tenants block device codes altogether")
                if method == "device-code"
                else _("Conditional Access blocked it"),
                _other_way(method),
            )
        case 53000 | 53001 | 53002 | 530002:
            return (
                _("Conditional Access wants a managed device, and a device code does not carry one")
                if method == "device-code"
                else _("Conditional Access wants a managed device"),
                _("Open the page in a browser on a managed device")
                if method == "browser"
                else _('Sign in with method = "browser" and open the page on a managed device'),
            )
        case 50011 | 500113:
            return (
                _("The application's registration lacks the redirect URI of a browser sign-in"),
                _("Add the platform “Mobile and desktop applications” with http://localhost to the registration"),
            )
        case 50076 | 50079 | 50072 | 50074 | 50158:
            return (
                _("The tenant wants multi-factor authentication, or that the account registers for it"),
                _("Sign in again and complete it in the browser"),
            )
        case 50126 | 50055 | 50056 | 50057 | 50053:
            return (
                _("The account's name or password is wrong, or the account is locked, disabled or expired"),
                _("Sign in to the portal with this account first"),
            )
        case 50173 | 700082 | 700084 | 70043 | 50089 | 50132 | 50133:
            return (
                _("The session was revoked or is too old, for example because the password was changed"),
                _("Sign in again"),
            )
        case 70019 | 70020:
            return _("The code is only good for a few minutes"), _("Sign in again and enter the new code")
        case 65004:
            return _("The permissions were not accepted on the consent page"), _("Sign in again and accept them")
    return None
