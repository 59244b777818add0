"""Where tokens come from: msal's applications, the credentials they use, and the checks on what they answer."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.credentials import Source, read
from pushtui.base.errors import PushtuiError, Side, SignInRefused
from pushtui.base.secret import Secret
from pushtui.base.text import clean_line
from pushtui.base.values import frozen
from pushtui.base.words import _
from pushtui.entra import browser, device, discovery, failures, oauth
from pushtui.entra.clouds import Cloud
from pushtui.entra.credentials import ClientCertificate, read_certificate
from pushtui.entra.login import LoginHost, MsalHttp
from pushtui.entra.registration import refuse_missing
from pushtui.entra.settings import EntraSettings, NetworkSettings
from pushtui.entra.stream import Listen, StreamLine

if TYPE_CHECKING:
    from pushtui.entra.signin import SignInPrompts

READ_PERMISSIONS = ("Application.Read.All", "Domain.Read.All", "Organization.Read.All")
WRITE_PERMISSIONS = ("Application.ReadWrite.All", "Domain.Read.All", "Organization.Read.All")
"""Delegated permissions (Graph permissions reference); an application's own are fixed in its registration."""

_RENEW_SECONDS = 300.0  # a token is replaced this long before it expires


@dataclass(slots=True)
class _Application:
    """An msal application for one tenant, with the HTTP cache that we clear ourselves."""

    msal: Any
    http_cache: dict[Any, Any]


@frozen
class _Token:
    secret: Secret
    good_until: float


class TokenSource:
    """Everything that a sign-out forgets. `acquire` is called by one thread at a time."""

    def __init__(
        self,
        settings: EntraSettings,
        cloud: Cloud,
        network: NetworkSettings,
        prompts: SignInPrompts,
        listen: Listen,
        clock: Clock,
    ) -> None:
        self.identity = ""
        self.tenant = ""
        self._settings = settings
        self._cloud = cloud
        self._prompts = prompts
        self._listen = listen
        self._clock = clock
        self._host = LoginHost(cloud, network, settings.timeout, listen)
        self._http = MsalHttp(self._host)
        self._applications: dict[str, _Application] = {}
        self._tokens: dict[tuple[str, bool], _Token] = {}
        self._certificate: ClientCertificate | None = None
        self._secret: Secret | None = None

    def discover(self, domain: str, cancellation: Cancellation) -> Future[dict[str, Any]]:
        """See `discovery.discover`: on the connection that signs in afterwards."""
        return self._http.submit(lambda: discovery.discover(self._host, self._cloud, domain), cancellation)

    def held(self, tenant: str, *, write: bool) -> Secret | None:
        token = self._tokens.get((tenant, write))
        return token.secret if token and self._clock.monotonic() < token.good_until else None

    def granted(self, tenant: str) -> frozenset[str] | None:
        """The permissions in the tokens at hand, unverified: only told. None where there is none, or it is opaque."""
        held = [self.held(tenant, write=write) for write in (True, False)]
        return permissions_in([token.reveal() for token in held if token])

    def forget(self, tenant: str) -> None:
        for write in (False, True):
            self._tokens.pop((tenant, write), None)
        if not self._delegated:
            self._applications.pop(tenant, None)  # msal would answer from its own cache

    def close(self) -> None:
        """Forget everything and end the thread; returns at once."""
        self._http.close()
        self._tokens.clear()
        self._applications.clear()
        self._certificate = self._secret = None

    def acquire(self, tenant: str, *, write: bool, cancellation: Cancellation) -> Secret | PushtuiError:
        """The new token, or the error as a value: what was caught here still holds msal's frames and must not leave."""
        self._http.cancellation = cancellation
        self._http.refusal = {}
        try:
            application = self._applications.get(tenant) or self._application(tenant, cancellation)
            answer = self._ask(application, write, cancellation)
            return self._accept(answer, application, tenant, write)
        except PushtuiError as error:
            error.__traceback__ = error.__cause__ = error.__context__ = None
            failure = error
        except Exception as error:  # msal raises ValueError and others, with the credentials in its frames
            failure = self._explained(error)
        self._after_failure(tenant, failure.code)
        return failure

    @property
    def _delegated(self) -> bool:
        return self._settings.delegated

    # --- msal and what it needs

    def _application(self, tenant: str, cancellation: Cancellation) -> _Application:
        """msal's application; its constructor reads the tenant's OpenID configuration over the network."""
        import msal

        refuse_missing(self._settings)
        cache: dict[Any, Any] = {}
        common: dict[str, Any] = {
            "client_id": self._settings.client_id,
            "authority": f"{self._cloud.login}/{tenant}",
            "instance_discovery": False,
            "http_client": self._http,
            "http_cache": cache,
        }
        if self._delegated:
            app = msal.PublicClientApplication(**common)
        else:
            app = msal.ConfidentialClientApplication(client_credential=self._credential(cancellation), **common)
        application = self._applications[tenant] = _Application(app, cache)
        return application

    def _credential(self, cancellation: Cancellation) -> Any:
        settings = self._settings
        if settings.method == "certificate":
            source = Source(settings.passphrase_file, settings.passphrase_command, "PUSHTUI_CERTIFICATE_PASSPHRASE")
            purpose = _("Passphrase of the application's key")
            self._certificate = self._certificate or read_certificate(
                settings.certificate_file,
                lambda: self._found(source, settings.certificate_file, purpose, cancellation),
            )
            return self._certificate.msal_credential
        self._secret = self._secret or self._client_secret(cancellation)
        return self._secret.reveal()

    def _client_secret(self, cancellation: Cancellation) -> Secret:
        settings = self._settings
        source = Source(settings.secret_file, settings.secret_command, "PUSHTUI_CLIENT_SECRET")
        found = self._found(source, settings.client_id, _("Client secret of the application"), cancellation)
        if not found:
            raise SignInRefused(
                "entra.secret-declined",
                _("No client secret was given"),
                side=Side.ENTRA,
                where=settings.client_id,
                remedy=_("Type it when asked, or name a secret_file or secret_command in the profile"),
            )
        return found

    def _found(self, source: Source, account: str, purpose: str, cancellation: Cancellation) -> Secret | None:
        secret = read(source, lambda text: self._listen(StreamLine("warning", text)), cancellation)
        secret = secret or self._prompts.secret(account, purpose)
        if secret:
            self._prompts.using(secret)
        return secret

    def _ask(self, application: _Application, write: bool, cancellation: Cancellation) -> Mapping[str, Any]:
        """msal's answer: to the credentials, to a refresh, or to a sign-in by a person."""
        if not self._delegated:
            self._say(_("Signing in as application {id}").format(id=self._settings.client_id))
            return dict(application.msal.acquire_token_for_client([f"{self._cloud.graph}/.default"]))
        permissions = WRITE_PERMISSIONS if write else READ_PERMISSIONS
        scopes = [f"{self._cloud.graph}/{permission}" for permission in permissions]
        account = ""
        for known in application.msal.get_accounts():
            account = str(known.get("username") or "")
            answer = application.msal.acquire_token_silent_with_error(scopes, known, force_refresh=True)
            if answer and "access_token" in answer:
                return dict(answer)
        application.http_cache.clear()
        if self._settings.method == "browser":
            words = _("Signing in with a browser, through application {id}, for {permissions}")
            self._say(words.format(id=self._settings.client_id, permissions=", ".join(permissions)))
            place = self._host.place("POST token")
            return browser.acquire(application.msal, scopes, account, self._prompts, place, cancellation)
        words = _("Signing in with a device code, through application {id}, for {permissions}")
        self._say(words.format(id=self._settings.client_id, permissions=", ".join(permissions)))
        return device.acquire(
            application.msal,
            scopes,
            self._prompts,
            application.http_cache,
            self._host.place("POST devicecode"),
            self._clock,
            cancellation,
            self._listen,
        )

    # --- what it answers

    def _accept(self, answer: Mapping[str, Any], application: _Application, tenant: str, write: bool) -> Secret:
        """Keep the token of a good answer; raise what a bad one means."""
        if "access_token" not in answer:
            raise self._refusal(answer)
        claims = answer.get("id_token_claims") or {}
        wanted = tenant if discovery.is_guid(tenant) else str(application.msal.authority.tenant)
        issued = str(claims.get("tid") or _claim(answer["access_token"], "tid") or wanted)
        if issued.lower() != wanted.lower():
            raise self._wrong_tenant(issued, wanted)
        token = Secret(answer["access_token"])
        self._prompts.using(token)
        lifetime = float(answer.get("expires_in") or 0)
        good_until = self._clock.monotonic() + max(lifetime - _RENEW_SECONDS, lifetime / 2)
        self._tokens[tenant, write] = _Token(token, good_until)
        self.identity, self.tenant = self._identity(claims, application), wanted
        self._say(_("Signed in as {identity} to tenant {tenant}").format(identity=self.identity, tenant=wanted))
        return token

    def _identity(self, claims: Mapping[str, Any], application: _Application) -> str:
        if not self._delegated:
            return f"app {self._settings.client_id[:8]}… ({self._settings.method})"
        if not claims:
            return self.identity
        name = str(claims.get("preferred_username") or "")
        for account in application.msal.get_accounts():
            if account.get("username") != name:
                application.msal.remove_account(account)  # a second sign-in replaces the first
        return clean_line(name or str(claims.get("oid") or ""))

    def _wrong_tenant(self, issued: str, wanted: str) -> PushtuiError:
        return SignInRefused(
            "entra.wrong-tenant",
            _("The sign-in belongs to another tenant ({issued})").format(issued=clean_line(issued)[:64]),
            side=Side.ENTRA,
            where=self._host.place("").where,
            cause=_("The domain of the profile belongs to tenant {wanted}").format(wanted=wanted),
            remedy=_("Sign in with an account of that tenant"),
        )

    def _refusal(self, answer: Mapping[str, Any]) -> PushtuiError:
        error = oauth.refusal(answer, self._host.place(""), self._settings.method)
        ends: datetime | None = self._certificate.not_after if self._certificate else None
        if ends is not None and ends < self._clock.now():
            error.cause = _("The certificate in {file} expired on {date:%Y-%m-%d}").format(
                file=clean_line(self._settings.certificate_file), date=ends
            )
            error.remedy = _(
                "Make a new certificate for the application, upload it to the registration, and name its file in the"
                " profile"
            )
        return error

    def _explained(self, error: Exception) -> PushtuiError:
        """msal's ValueError for an unknown tenant does not tell the service's answer; the HTTP client kept it."""
        place = self._host.place("")
        if self._http.refusal:
            return oauth.refusal(self._http.refusal, place, self._settings.method)
        return failures.unexpected(error, place)

    def _after_failure(self, tenant: str, code: str) -> None:
        """Start afresh next time: msal answers from its cache for a minute, and a secret may have been mistyped."""
        if not self._delegated:
            self._applications.pop(tenant, None)
        if code == "entra.application-refused":
            self._certificate = self._secret = None

    def _say(self, text: str) -> None:
        self._listen(StreamLine("progress", text))


def permissions_in(tokens: Sequence[str]) -> frozenset[str] | None:
    """Application permissions (`roles`) and delegated ones (`scp`) of JWTs; None where no token can be read."""
    claims = [found for token in tokens if (found := _claims(token))]
    if not claims:
        return None
    names = {name for each in claims for name in str(each.get("scp") or "").split()}
    for each in claims:
        roles = each.get("roles")
        names |= {str(role) for role in roles} if isinstance(roles, list) else set()
    return frozenset(clean_line(name) for name in names)


def _claim(token: str, name: str) -> str:
    """A claim of a JWT, unverified: only compared, never trusted. Empty where the token is opaque."""
    return str(_claims(token).get(name) or "")


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    with contextlib.suppress(ValueError):
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims if isinstance(claims, dict) else {}
    return {}
