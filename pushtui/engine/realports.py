"""The connections as they really are. Their libraries are loaded with the first one of each kind, on its thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pushtui.base.cancellation import Cancellation
from pushtui.base.secret import Secret
from pushtui.engine.ports import DirectoryPort, Listen, SignInPrompts, WorkerPort
from pushtui.entra.clouds import cloud_of
from pushtui.procedure.model import CloudNames, Properties
from pushtui.profile import Profile

if TYPE_CHECKING:
    from pushtui.entra.graph import Directory
    from pushtui.entra.signin import SignIn


class RealPorts:
    """pypsrp, msal, msgraph-sdk and smtplib behind the shapes that the engine needs."""

    def cloud(self, profile: Profile) -> CloudNames:
        cloud = cloud_of(profile.cloud)
        return CloudNames(cloud.acs, cloud.acs_path, cloud.push_uri)

    def needs_password(self, profile: Profile, side: str) -> bool:
        from pushtui.exchange.endpoint import exchange_endpoint, windows_endpoint
        from pushtui.exchange.tickets import sign_in_alone

        server = profile.exchange.server
        if side == "windows":
            return not sign_in_alone(windows_endpoint(profile.windows, profile.exchange, server))
        return not sign_in_alone(exchange_endpoint(profile.exchange))

    def exchange(self, profile: Profile, password: Secret | None, read_only: bool, listen: Listen) -> WorkerPort:
        from pushtui.exchange.connection import Connection
        from pushtui.exchange.endpoint import exchange_endpoint
        from pushtui.exchange.worker import Worker

        endpoint = exchange_endpoint(profile.exchange)
        return Worker(lambda: Connection(endpoint, password, read_only=read_only, listen=_passed(listen)))

    def windows(
        self, profile: Profile, server: str, password: Secret | None, read_only: bool, listen: Listen
    ) -> WorkerPort:
        from pushtui.exchange.connection import Connection
        from pushtui.exchange.endpoint import windows_endpoint
        from pushtui.exchange.worker import Worker

        endpoint = windows_endpoint(profile.windows, profile.exchange, server)
        return Worker(
            lambda: Connection(endpoint, password, read_only=read_only, listen=_passed(listen)),
            "windows",
        )

    def directory(self, profile: Profile, prompts: SignInPrompts, read_only: bool, listen: Listen) -> DirectoryPort:
        from pushtui.entra.graph import Directory
        from pushtui.entra.signin import SignIn

        cloud = cloud_of(profile.cloud)
        sign_in = SignIn(profile.entra, cloud, profile.network, prompts, listen=_passed(listen))
        return _SignedIn(
            Directory(cloud, profile.network, sign_in, read_only=read_only, listen=_passed(listen)),
            sign_in,
        )

    def mail(self, profile: Profile, password: Secret | None, cancellation: Cancellation, listen: Listen) -> Properties:
        from pushtui.mail.message import send_test_message

        return send_test_message(profile.mail, password, cancellation, _passed(listen))

    def mail_greeting(self, profile: Profile, cancellation: Cancellation, listen: Listen) -> str:
        from pushtui.mail.message import greet_server

        return greet_server(profile.mail, cancellation, _passed(listen))


def _passed(listen: Listen) -> Callable[[Any], None]:
    """A listener for lines of the two sides, and one for those that have nothing but a kind and a text."""

    def hear(line: Any) -> None:
        about, body = getattr(line, "about", None), getattr(line, "body", "")
        listen(line.kind, line.text, about, body, getattr(line, "wait", 0.0))

    return hear


class _SignedIn:
    """The tenant, and as whom we are there."""

    def __init__(self, directory: Directory, sign_in: SignIn) -> None:
        self._directory = directory
        self._sign_in = sign_in
        self.discover = directory.discover
        self.send = directory.send
        self.granted = sign_in.granted

    @property
    def identity(self) -> str:
        return self._sign_in.identity

    @property
    def tenant(self) -> str:
        return self._sign_in.tenant

    def close(self) -> None:
        """Returns at once; both connections are closed behind the scenes."""
        self._directory.close()
        self._sign_in.sign_out()
