"""What the engine needs of the two organizations: narrow shapes, so that it runs without a network in tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet, GraphRequest
from pushtui.base.secret import Secret
from pushtui.procedure.model import CloudNames, Properties
from pushtui.profile import Profile


class Prompts(Protocol):
    """Whoever can ask the admin."""

    def secret(self, account: str, purpose: str) -> Secret | None:
        """A credential; called on a worker thread and may block. None: declined."""

    def browser(self, url: str, problem: str) -> Secret | None:
        """Show the address to sign in at and wait for the one that the browser ended at. None: declined.

        `problem` says what was wrong with the address that was given before.
        """


class CmdletErrorPort(Protocol):
    """One error record."""

    @property
    def message(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def unknown_command(self) -> bool:
        """Whether the session has no such cmdlet."""

    @property
    def absent(self) -> bool:
        """Whether there is no such object."""


class ReplyPort(Protocol):
    """What one cmdlet gave."""

    @property
    def objects(self) -> tuple[Properties, ...]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    @property
    def errors(self) -> Sequence[CmdletErrorPort]: ...
    @property
    def clock_offset(self) -> float | None:
        """Seconds that the clock of whoever answered is ahead of ours."""

    @property
    def front_end(self) -> str:
        """What whoever answered calls itself; empty where it does not say."""


class WorkerPort(Protocol):
    """A thread that owns one remote shell."""

    @property
    def identity(self) -> str: ...

    def submit(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> Future[Any]:
        """Several cmdlets are one pipeline; the result is a sequence of `ReplyPort`, in the order asked.

        `Any`, because a future of a list of replies is no future of a sequence of what they look like.
        """

    def close(self) -> None:
        """Returns at once; the shell is closed behind the scenes."""

    def join(self, seconds: float) -> bool:
        """Wait for that, at most so long; whether it ended in time."""


class DirectoryPort(Protocol):
    """The tenant."""

    @property
    def identity(self) -> str: ...
    @property
    def tenant(self) -> str:
        """Id of the tenant that the sign-in belongs to."""

    def granted(self, tenant: str) -> frozenset[str] | None:
        """The permissions that the token at hand carries; None where it does not tell."""

    def discover(self, domain: str, cancellation: Cancellation) -> Future[Properties]:
        """What `pushtui.procedure.model.Discovery` says, and `clock_offset`."""

    def send(
        self, request: GraphRequest, tenant: str, cancellation: Cancellation, timeout: float
    ) -> Future[tuple[Properties, ...]]: ...

    def close(self) -> None: ...


class SignInPrompts(Prompts, Protocol):
    """As `Prompts`, and whoever shows a device code and masks what is secret."""

    def device_code(self, url: str, code: str, expires: datetime, give_up: Callable[[], None]) -> None: ...

    def using(self, secret: Secret) -> None: ...


class Listen(Protocol):
    """Whoever hears what a connection says."""

    def __call__(self, kind: str, text: str, about: object = None, body: str = "", wait: float = 0.0) -> None:
        """The kind of a line ("command", "output", "warning", …), its text, and what it is about.

        `about` is the cmdlet or the request, `body` all of the answer that the line tells the beginning of. The kinds
        "done" and "lost" end what is about to be answered; the text of "lost" says why there is no answer. `wait` is
        for how many seconds a busy service is left alone.
        """


class Ports(Protocol):
    """Makes the connections; nothing is opened before the first request."""

    def cloud(self, profile: Profile) -> CloudNames: ...

    def needs_password(self, profile: Profile, side: str) -> bool:
        """Whether signing in to the "exchange" or "windows" side takes a password; may block."""

    def exchange(self, profile: Profile, password: Secret | None, read_only: bool, listen: Listen) -> WorkerPort: ...

    def windows(
        self, profile: Profile, server: str, password: Secret | None, read_only: bool, listen: Listen
    ) -> WorkerPort: ...

    def directory(self, profile: Profile, prompts: SignInPrompts, read_only: bool, listen: Listen) -> DirectoryPort: ...

    def mail(
        self, profile: Profile, password: Secret | None, cancellation: Cancellation, listen: Listen
    ) -> Properties: ...

    def mail_greeting(self, profile: Profile, cancellation: Cancellation, listen: Listen) -> str: ...
