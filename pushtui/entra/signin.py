"""Signing in to the tenant: device code, certificate or secret. Tokens live in memory only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from copy import copy
from datetime import datetime
from typing import Any, Protocol

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock, SystemClock
from pushtui.base.errors import Cancelled, PushtuiError
from pushtui.base.secret import Secret
from pushtui.entra.clouds import Cloud
from pushtui.entra.settings import EntraSettings, NetworkSettings
from pushtui.entra.stream import Listen, ignore
from pushtui.entra.tokens import TokenSource


class SignInPrompts(Protocol):
    """What a sign-in asks of the admin; called on the thread that signs in."""

    def device_code(self, url: str, code: str, expires: datetime, give_up: Callable[[], None]) -> None:
        """Show the code to enter at `url`; return at once. `give_up` ends the sign-in, from any thread."""

    def browser(self, url: str, problem: str) -> Secret | None:
        """Show the address to sign in at, and wait for the one that the browser ended at; None when the admin declines.

        `problem` is what was wrong with the address that was pasted before.
        """

    def secret(self, account: str, purpose: str) -> Secret | None:
        """Ask for a secret, masked; None when the admin declines."""

    def using(self, secret: Secret) -> None:
        """Learn of a credential, code or token that is used, so that it can be masked wherever it turns up."""


class SignIn:
    """One person or application, signed in to the tenants that it is asked for. Safe between threads."""

    def __init__(
        self,
        settings: EntraSettings,
        cloud: Cloud,
        network: NetworkSettings,
        prompts: SignInPrompts,
        *,
        listen: Listen = ignore,
        clock: Clock | None = None,
    ) -> None:
        self._make: Callable[[], TokenSource] = lambda: TokenSource(
            settings, cloud, network, prompts, listen, clock or SystemClock()
        )
        self._delegated = settings.delegated
        self._lock = threading.Lock()
        self._source = self._make()
        self._failures = 0
        self._failure: PushtuiError | None = None

    @property
    def identity(self) -> str:
        """``admin@fabrikam.com`` or ``app 1234abcd… (certificate)``; empty until signed in."""
        return self._source.identity

    @property
    def tenant(self) -> str:
        """Id of the tenant that the last token belongs to; empty until signed in."""
        return self._source.tenant

    def discover(self, domain: str, cancellation: Cancellation) -> Future[dict[str, Any]]:
        """Whose tenant `domain` belongs to; nobody has to sign in for that. See `discovery.discover`."""
        return self._source.discover(domain, cancellation)

    def granted(self, tenant: str) -> frozenset[str] | None:
        """What the token at hand says that it may do; None where there is none, or it does not tell."""
        return self._source.granted(tenant.lower())

    def cached(self, tenant: str, write: bool) -> Secret | None:
        """The token at hand, if it is good for a while yet; never blocks."""
        return self._source.held(tenant.lower(), write=write and self._delegated)

    def token(self, tenant: str, write: bool, cancellation: Cancellation) -> Secret:
        """A token for Graph in `tenant`; blocks while the admin signs in, so call it on a worker thread.

        With `write`, a delegated sign-in asks for the permission to change applications; it is not asked for before.
        Raises only the `PushtuiError` family; `cancellation` ends it at once. Whoever waits for another's sign-in
        shares its failure, so that nobody is asked again for each request that was under way.
        """
        failures = self._failures
        while not self._lock.acquire(timeout=0.05):
            cancellation.check()
        try:
            cancellation.check()
            outcome = self.cached(tenant, write) or self._shared(failures)
            outcome = outcome or self._source.acquire(
                tenant.lower(), write=write and self._delegated, cancellation=cancellation
            )
            if isinstance(outcome, PushtuiError) and not isinstance(outcome, Cancelled):
                self._failures, self._failure = self._failures + 1, copy(outcome)
        finally:
            self._lock.release()
        if isinstance(outcome, PushtuiError):
            raise outcome
        return outcome

    def _shared(self, failures: int) -> PushtuiError | None:
        """The failure of a sign-in that ended since there were so many; a copy, because raising one changes it."""
        return copy(self._failure) if self._failures != failures else None

    def forget_token(self, tenant: str) -> None:
        """Drop what Graph did not accept; the next `token` asks the service again."""
        self._source.forget(tenant.lower())

    def sign_out(self) -> None:
        """Forget every token, key and secret, and end what is under way; returns at once. One can sign in again."""
        old, self._source = self._source, self._make()
        old.close()
