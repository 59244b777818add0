"""What Microsoft Graph refuses, as sentences: status first, then the error's codes, its text only for help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pushtui.base.commands import GraphRequest
from pushtui.base.errors import AccessDenied, PushtuiError, RequestRefused, Side, SignInRefused
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.entra.failures import MAX_TEXT, BadAnswer, Place, intercepted


@frozen
class GraphRefusal:
    """An error answer, free of the SDK's objects. `codes` are the error's own code and those of its details."""

    status: int
    codes: Sequence[str] = ()
    message: str = ""
    content_type: str = ""
    retry_after: str = ""

    @property
    def identifier(self) -> str:
        return self.codes[0] if self.codes else f"HTTP {self.status}"


def refusal_of(error: BaseException) -> GraphRefusal | None:
    """The parts of the SDK's `ODataError` or `APIError`; None for anything else."""
    from kiota_abstractions.api_error import APIError

    if not isinstance(error, APIError) or not error.response_status_code:
        return None
    headers: Mapping[str, str] = error.response_headers or {}
    main = getattr(error, "error", None)
    details = getattr(main, "details", None) or ()
    codes = [clean_line(str(code))[:80] for code in (getattr(main, "code", ""), *(d.code for d in details)) if code]
    return GraphRefusal(
        error.response_status_code,
        tuple(codes),
        clean_line(str(getattr(main, "message", "") or ""))[:MAX_TEXT],
        str(headers.get("content-type", "")),
        str(headers.get("retry-after", "")),
    )


def refusal(answer: GraphRefusal, request: GraphRequest, place: Place) -> PushtuiError:
    """The meaning of an error answer to this request."""
    if not answer.codes and "html" in answer.content_type:
        return intercepted(BadAnswer(answer.status, answer.content_type), place)
    match answer.status:
        case 401:
            return _error(
                SignInRefused,
                "token-refused",
                _("Graph did not accept the token"),
                answer,
                place,
                _("It has expired, was revoked, or belongs to another national cloud"),
                _("Try again: a new sign-in is made; if it stays, check the [cloud] table"),
            )
        case 403:
            return _denied(answer, request, place)
        case 404:
            return _error(
                RequestRefused,
                "not-found",
                _("Graph does not know {path}").format(path=clean_line(request.path)),
                answer,
                place,
                _("The object is not in this tenant, or an application id was taken for an object id"),
            )
        case 429:
            return _error(
                RequestRefused,
                "throttled",
                _("Graph answered “too many requests”"),
                answer,
                place,
                _("It asks to wait {seconds} s").format(seconds=clean_line(answer.retry_after))
                if answer.retry_after
                else _("Something else uses up the tenant's limits"),
                _("Wait some minutes and try again"),
            )
        case 400:
            return _bad_request(answer, place)
    if answer.status >= 500:
        return _error(
            RequestRefused,
            "unavailable",
            _("Graph is not available at the moment (status {status})").format(status=answer.status),
            answer,
            place,
            answer.message,
            _("Try again in some minutes; the Microsoft 365 service health page tells of outages"),
        )
    return _plain(answer, place)


def _denied(answer: GraphRefusal, request: GraphRequest, place: Place) -> PushtuiError:
    if "serviceprincipals" in request.path.lower() and not request.reads:
        return _error(
            AccessDenied,
            "denied",
            _("Graph does not allow this change of the service principal"),
            answer,
            place,
            _(
                "The application lacks the permission Application.ReadWrite.All, the account has none of the roles "
                "Global, Application or Cloud Application Administrator, or a policy of the tenant or of Microsoft "
                "keeps keys from the shared Exchange service principal"
            ),
            _(
                "Sign in with such a role and permission; if that is in place, use Microsoft's dedicated Exchange "
                "hybrid application instead of the shared service principal. Trying again does not help"
            ),
        )
    permission = _permission_for(request.path)
    return _error(
        AccessDenied,
        "denied",
        _("Graph does not allow to read {path}").format(path=clean_line(request.path))
        if request.reads
        else _("Graph does not allow this change"),
        answer,
        place,
        _("The application lacks the permission {permission}, or nobody consented to it").format(permission=permission),
        _("Add it to the application's registration and grant admin consent"),
    )


def _permission_for(path: str) -> str:
    """The least permission that reads a path (Graph permissions reference)."""
    first = path.strip("/").partition("/")[0].partition("(")[0].lower()
    return {"organization": "Organization.Read.All", "domains": "Domain.Read.All"}.get(first, "Application.Read.All")


def _bad_request(answer: GraphRefusal, place: Place) -> PushtuiError:
    """The refusals of a key that are known (Graph: Update servicePrincipal, keyCredential)."""
    codes = {code.lower() for code in answer.codes}
    text = answer.message.lower()
    if codes & {"keycredentialsinvalidenddate", "invalidenddate"} or "end date is invalid" in text:
        return _error(
            RequestRefused,
            "key-end-date",
            _("Graph refused the key: its end date is not valid"),
            answer,
            place,
            _("It ends after the certificate does, or a key that has expired was sent again with its dates"),
            _("Send no dates: Graph takes them from the certificate"),
        )
    if "keynotupdatable" in codes or "update to existing credential" in text:
        return _error(
            RequestRefused,
            "key-not-updatable",
            _("Graph refused the list: a key that is already there would be changed"),
            answer,
            place,
            _("A kept key was sent back with a field that differs from what Graph holds"),
            _("Nothing was changed. Send kept keys with type, usage and key only"),
        )
    if codes & {"invalidkeylength", "credentialinvalidlifetimeasperapppolicy"} or "apppolicy" in "".join(codes):
        return _error(
            RequestRefused,
            "key-policy",
            _("A policy of the tenant refuses this key"),
            answer,
            place,
            _("The application management policy limits how long, or how strong, keys must be"),
            _("Ask who manages the policy, or use the dedicated Exchange hybrid application"),
        )
    if "invalid certificate" in text:
        return _error(
            RequestRefused,
            "key-invalid",
            _("Graph refused the key: it is no certificate"),
            answer,
            place,
            _("The key must be one certificate in DER form, encoded as base64"),
            _("Export the certificate again: check the certificate step"),
        )
    return _plain(answer, place)


def _plain(answer: GraphRefusal, place: Place) -> PushtuiError:
    return _error(
        RequestRefused,
        "refused",
        _("Graph refused the request (status {status}): {message}").format(
            status=answer.status, message=(answer.message or answer.identifier).rstrip(".")
        ),
        answer,
        place,
        remedy=_("If it stays, Microsoft's support can look it up by the client-request-id"),
    )


def _error(
    kind: type[PushtuiError],
    word: str,
    what: str,
    answer: GraphRefusal,
    place: Place,
    cause: str = "",
    remedy: str = "",
) -> PushtuiError:
    return kind(
        f"graph.{word}",
        what,
        side=Side.GRAPH,
        where=place.where,
        cause=cause,
        remedy=remedy,
        identifier=answer.identifier,
    )
