"""The connections of a session: opened on demand, kept while it lasts, closed without waiting.

Passwords come from where the profile says or are asked for once; they stay in memory. A refused sign-in is remembered
until the next operation, so that several workers never turn one wrong password into a locked account.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.credentials import Source, read
from pushtui.base.errors import PushtuiError, ReadOnlyRefused, RequestRefused, Side, SignInRefused, UsageError
from pushtui.base.redaction import Redactor
from pushtui.base.secret import Secret
from pushtui.base.words import _
from pushtui.engine.events import Identity, SignInCode
from pushtui.engine.loading import let_exchange_go_first
from pushtui.engine.log import Log
from pushtui.engine.ports import DirectoryPort, Ports, Prompts, ReplyPort, WorkerPort
from pushtui.engine.threads import in_thread
from pushtui.procedure.model import Properties
from pushtui.profile import Profile, validate_exchange_server

T = TypeVar("T")

PER_SERVER = 4
"""Workers for reads of single servers. With the organization's own, 5 of the 18 shells that Exchange grants a user."""
LANES = tuple(f"exchange {number}" for number in range(1, PER_SERVER + 1))
"""Their names."""


class Connections:
    """Everything that talks to the two organizations; safe between threads. Nothing is opened before it is needed."""

    def __init__(
        self, profile: Profile, prompts: Prompts, ports: Ports, log: Log, redactor: Redactor, *, read_only: bool
    ) -> None:
        self.profile = profile
        self.read_only = read_only
        self._prompts = prompts
        self._ports = ports
        self._log = log
        self._redactor = redactor
        self._opening = threading.Lock()
        self._passwords: dict[str, Secret | None] = {}
        self._password_locks = {name: threading.Lock() for name in ("exchange", "windows", "mail", "entra")}
        self._refused: dict[str, SignInRefused] = {}
        self._workers: dict[str, WorkerPort] = {}
        self._leaving: list[WorkerPort] = []
        self._idle = threading.Condition()
        self._lanes = LANES
        """The workers that single servers are read with; fewer where the server grants no more sessions."""
        self._busy: set[str] = set()
        self._directory: DirectoryPort | None = None
        self._sign_in = _SignIn(prompts, log, redactor)
        self._seen: dict[str, str] = {}
        self._closed = False

    def begin(self) -> None:
        """A new operation: what was refused before may be tried again."""
        with self._opening:
            self._refused.clear()
        with self._idle:
            self._lanes = LANES

    # --- Exchange and Windows ----------------------------------------------------------------------------------------

    def organization(
        self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float
    ) -> Future[Sequence[ReplyPort]]:
        """One pipeline on the shell that serves the organization, and every write."""
        return in_thread(lambda: self._run("exchange", "exchange", cmdlets, cancellation, timeout), "organization")

    def server(
        self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float
    ) -> Future[Sequence[ReplyPort]]:
        """One pipeline on a shell that no other server's reads use meanwhile."""
        return in_thread(lambda: self._on_idle(cmdlets, cancellation, timeout), "server")

    def windows(
        self, server: str, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float
    ) -> Future[Sequence[ReplyPort]]:
        """One pipeline on the Windows endpoint of a server."""
        return in_thread(
            lambda: self._run("windows", f"windows {server}", cmdlets, cancellation, timeout, server), "windows"
        )

    def _on_idle(self, cmdlets: Sequence[Cmdlet], cancellation: Cancellation, timeout: float) -> Sequence[ReplyPort]:
        """As soon as a worker is free; with fewer of them once the server grants no more sessions."""
        while True:
            name = self._take_lane(cancellation)
            try:
                return self._run("exchange", name, cmdlets, cancellation, timeout)
            except RequestRefused as error:
                if error.code != "exchange.quota" or not self._do_without(name):
                    raise
            finally:
                with self._idle:
                    self._busy.discard(name)
                    self._idle.notify_all()

    def _take_lane(self, cancellation: Cancellation) -> str:
        with self._idle:
            while not (free := [name for name in self._lanes if name not in self._busy]):
                cancellation.check()
                self._idle.wait(0.2)
            name = next((name for name in free if name in self._workers), free[0])
            self._busy.add(name)
        return name

    def _do_without(self, name: str) -> bool:
        """Go on with the sessions that there are, in the last resort the organization's own; whether there is one."""
        self._drop(name)
        with self._idle, self._opening:
            left = tuple(lane for lane in LANES if lane in self._workers)
            left = left or tuple(lane for lane in ("exchange",) if lane in self._workers and lane != name)
            if left and left != self._lanes:
                self._lanes = left
                words = _("{server} grants no more sessions: {count} at a time go on")
                self._log.line("pushtui", "warning", words.format(server=self.profile.exchange.server, count=len(left)))
        return bool(left)

    def _run(
        self,
        side: str,
        name: str,
        cmdlets: Sequence[Cmdlet],
        cancellation: Cancellation,
        timeout: float,
        server: str = "",
    ) -> Sequence[ReplyPort]:
        if self.read_only and not all(cmdlet.reads for cmdlet in cmdlets):
            raise read_only_refused(Side(side), " ; ".join(cmdlet.text for cmdlet in cmdlets))
        place = f"{side} {server}".strip()
        self._refuse_bad_server()
        worker = self._worker(side, name, place, server, cancellation)
        try:
            replies: Sequence[ReplyPort] = worker.submit(cmdlets, cancellation, timeout).result()
        except SignInRefused as error:
            self._refuse(side, place, error)
            self._drop(name)
            raise
        self._identify(side, server or self.profile.exchange.server, worker.identity)
        return replies

    def _worker(self, side: str, name: str, place: str, server: str, cancellation: Cancellation) -> WorkerPort:
        password = self._password(side, cancellation)
        cancellation.check()
        with self._opening:
            if place in self._refused:
                raise self._refused[place]
            self._check_open()
            if name not in self._workers:
                self._workers[name] = (
                    self._ports.windows(self.profile, server, password, self.read_only, self._log.listener("windows"))
                    if side == "windows"
                    else self._ports.exchange(self.profile, password, self.read_only, self._log.listener("exchange"))
                )
            return self._workers[name]

    def _refuse_bad_server(self) -> None:
        sentence = validate_exchange_server(self.profile.exchange.server)
        if sentence:
            raise UsageError("profile.exchange-server", sentence.rstrip("."))

    def _refuse(self, side: str, place: str, error: SignInRefused) -> None:
        with self._opening:
            self._refused[place] = error
            if not self._source(side).given:
                self._passwords.pop(side, None)

    def _drop(self, name: str) -> None:
        with self._opening:
            worker = self._workers.pop(name, None)
        if worker is not None:
            self._leaving.append(worker)
            worker.close()

    # --- the tenant --------------------------------------------------------------------------------------------------

    def directory(self) -> DirectoryPort:
        """The tenant; made on first use. Blocks for as long as its libraries take to load."""
        with self._opening:
            self._check_open()
            if self._directory is None:
                self._directory = self._ports.directory(
                    self.profile, self._sign_in, self.read_only, self._log.listener("graph")
                )
            return self._directory

    def in_directory(self, call: Callable[[DirectoryPort], Future[T]], name: str) -> Future[T]:
        """A request to the tenant, on a thread that waits for it."""

        def run() -> T:
            with self._opening:
                if "entra" in self._refused:
                    raise self._refused["entra"]
            let_exchange_go_first()  # before `directory` locks: a worker is opened meanwhile
            directory = self.directory()
            try:
                result = call(directory).result()
            except SignInRefused as error:
                with self._opening:
                    self._refused["entra"] = error
                raise
            if directory.identity:
                self._identify("entra", self.profile.tenant_domain, directory.identity, directory.tenant)
            return result

        return in_thread(run, name)

    def give_up_sign_in(self) -> None:
        """Nobody will enter the device code that is shown."""
        self._sign_in.give_up()

    def mail(self, cancellation: Cancellation) -> Future[Properties]:
        """Send the test message."""

        def run() -> Properties:
            password = self._password("mail", cancellation)
            return self._ports.mail(self.profile, password, cancellation, self._log.listener("mail"))

        return in_thread(run, "mail")

    def mail_greeting(self, cancellation: Cancellation) -> str:
        """Greet the mail server, which sends nothing; blocks."""
        return self._ports.mail_greeting(self.profile, cancellation, self._log.listener("mail"))

    # --- credentials -------------------------------------------------------------------------------------------------

    def _password(self, side: str, cancellation: Cancellation) -> Secret | None:
        """The side's password, found once; None where none is used. Raises `SignInRefused` where nobody gives it."""
        if side == "windows" and not self._source(side).given and self._same_account():
            side = "exchange"
        with self._password_locks[side]:
            if side in self._passwords:
                return self._passwords[side]
            password = self._find_password(side, cancellation)
            self._passwords[side] = password
            return password

    def _find_password(self, side: str, cancellation: Cancellation) -> Secret | None:
        account = self._account(side)
        password = read(self._source(side), lambda text: self._log.line("pushtui", "warning", text), cancellation)
        needless = side in ("exchange", "windows") and not self._ports.needs_password(self.profile, side)
        if password is None and (not account or needless):
            return None
        password = password or self._prompts.secret(account, _purpose(side, self.profile))
        if password is None:
            raise SignInRefused(
                f"{side}.no-password",
                _("No password was given for {account}").format(account=account),
                side=Side(side),
                remedy=_("Type it when asked, or name a password_file or password_command in the profile"),
            )
        self._redactor.add(password, account)
        return password

    def _account(self, side: str) -> str:
        profile = self.profile
        return {
            "exchange": profile.exchange.user,
            "windows": profile.windows.user or profile.exchange.user,
            "mail": profile.mail.user,
        }[side]

    def _source(self, side: str) -> Source:
        profile = self.profile
        file, command = {
            "exchange": (profile.exchange.password_file, profile.exchange.password_command),
            "windows": (profile.windows.password_file, profile.windows.password_command),
            "mail": (profile.mail.password_file, profile.mail.password_command),
        }[side]
        return Source(file, command, f"PUSHTUI_{side.upper()}_PASSWORD")

    def _same_account(self) -> bool:
        return self._account("windows") == self._account("exchange")

    # --- what is told, and the end -----------------------------------------------------------------------------------

    def _identify(self, side: str, where: str, account: str, tenant: str = "") -> None:
        with self._opening:
            if self._seen.get(f"{side} {where}") == account:
                return
            self._seen[f"{side} {where}"] = account
        self._log.event(Identity(side, where, account, tenant))

    def account(self, side: str) -> str:
        """Who is signed in on a side, as far as that is known."""
        with self._opening:
            found = [account for key, account in self._seen.items() if key.split()[0] == side]
        return found[-1] if found else ""

    @property
    def tenant_id(self) -> str:
        """Id of the tenant that is signed in to; empty while none is."""
        directory = self._directory
        return directory.tenant if directory is not None and directory.identity else ""

    def _check_open(self) -> None:
        if self._closed:
            raise PushtuiError("session.closed", _("The session is closed"))

    def close(self) -> None:
        """Let go of everything; returns at once, and the shells are closed behind the scenes."""
        with self._opening:
            self._closed = True
            self._leaving += self._workers.values()
            self._workers.clear()
            directory, self._directory = self._directory, None
            self._passwords.clear()
        for worker in self._leaving:
            worker.close()
        if directory is not None:
            directory.close()

    def join(self, seconds: float) -> None:
        """Wait until the shells are closed, at most so long: one that is left open counts against the user's quota."""
        until = time.monotonic() + seconds
        for worker in self._leaving:
            worker.join(max(0.0, until - time.monotonic()))


class _SignIn:
    """What signing in to the tenant needs of a person, and what it tells."""

    def __init__(self, prompts: Prompts, log: Log, redactor: Redactor) -> None:
        self.secret = prompts.secret
        self._prompts = prompts
        self._log = log
        self._redactor = redactor
        self._give_up: Callable[[], None] = _nothing

    def device_code(self, url: str, code: str, expires: datetime, give_up: Callable[[], None]) -> None:
        self._give_up = give_up
        self._log.line("entra", "progress", _("Waiting for a sign-in with a code at {url}").format(url=url))
        self._log.event(SignInCode(url, code, expires))

    def browser(self, url: str, problem: str) -> Secret | None:
        self._log.line("entra", "progress", _("Waiting for the address that a browser ended at"))
        return self._prompts.browser(url, problem)

    def using(self, secret: Secret) -> None:
        self._redactor.add(secret)

    def give_up(self) -> None:
        self._give_up()


def _nothing() -> None:
    """No sign-in waits for a code."""


def farewell() -> None:
    """Wait, a few seconds at most, until the shells are deleted on their servers; for an end without Python's own."""
    from pushtui.exchange.farewell import leave_all

    leave_all()


def read_only_refused(side: Side, what: str) -> ReadOnlyRefused:
    """A write came up in a read-only run; it was not sent."""
    return ReadOnlyRefused(
        "read-only",
        _("This run is read-only, so nothing is written: {what}").format(what=what),
        side=side,
        remedy=_("Run without --read-only, and with a profile that is not read_only"),
    )


def _purpose(side: str, profile: Profile) -> str:
    match side:
        case "exchange":
            return _("Exchange server {server}").format(server=profile.exchange.server)
        case "windows":
            return _("Windows on the Exchange servers")
        case _:
            return _("mail server {server}").format(server=profile.mail.host)
