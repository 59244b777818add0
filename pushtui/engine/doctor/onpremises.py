"""The legs to the Exchange server, to Windows on the servers, and to the mail server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import TypeVar

from pushtui.base.commands import Cmdlet
from pushtui.base.errors import PushtuiError
from pushtui.base.proxies import shown_proxy
from pushtui.engine.connections import Connections
from pushtui.engine.doctor import judgement
from pushtui.engine.doctor.leg import Leg
from pushtui.engine.doctor.rows import Outcome, Test, Verdict, ok, skipped, warning
from pushtui.engine.doctor.wire import Presented, Reply, Target, TunnelRefused
from pushtui.engine.ports import ReplyPort
from pushtui.engine.sources import failure_of
from pushtui.exchange import probe
from pushtui.exchange.endpoint import Endpoint, exchange_endpoint, windows_endpoint
from pushtui.exchange.roles import granting
from pushtui.procedure import questions
from pushtui.procedure.model import Answer, ExchangeRead, Facts, Inputs, Query
from pushtui.procedure.verification_server import choose
from pushtui.profile import Profile

T = TypeVar("T")


class _Front:
    """An endpoint as far as one comes without signing in."""

    def __init__(self, leg: Leg, endpoint: Endpoint) -> None:
        self._leg = leg
        self._endpoint = endpoint
        self._reply: Reply | None = None

    def examine(self) -> None:
        leg, endpoint = self._leg, self._endpoint
        address = f"{endpoint.host}:{endpoint.port}"
        leg.test(Test.NAME, endpoint.host, self._resolve)
        leg.test(Test.TCP, address, self._connect)
        if endpoint.ssl:
            leg.test(Test.TLS, address, self._handshake)
        leg.test(Test.IDENTIFY, endpoint.url, self._identify)
        leg.test(Test.CLOCK, endpoint.host, self._clock, essential=False)

    def _target(self) -> Target:
        endpoint = self._endpoint
        trusted = ssl.create_default_context() if endpoint.proxy.startswith("https:") else None
        return Target(endpoint.host, endpoint.port, probe.tls_context(endpoint), endpoint.proxy, trusted)

    def _do(self, call: Callable[[], T]) -> T:
        """Its result, or the error that its exception means here."""
        try:
            return call()
        except TunnelRefused as error:
            meaning = probe.tunnel_refused(error, self._endpoint)
        except (OSError, HTTPException, UnicodeError, ValueError) as error:
            meaning = probe.explain(error, self._endpoint)
        raise meaning

    def _resolve(self) -> Outcome:
        if self._endpoint.proxy:
            return skipped("name.by-proxy", proxy=shown_proxy(self._endpoint.proxy))
        addresses = self._do(lambda: self._leg.wire.resolve(self._endpoint.host, self._endpoint.port))
        return ok("name.resolved", addresses=", ".join(addresses[:4]))

    def _connect(self) -> Outcome:
        endpoint = self._endpoint
        self._do(lambda: self._leg.wire.connect(self._target()).close())
        if endpoint.proxy:
            code = "tcp.through-proxy" if endpoint.ssl else "tcp.proxy"
            return ok(code, port=str(endpoint.port), proxy=shown_proxy(endpoint.proxy))
        return ok("tcp.connected", port=str(endpoint.port))

    def _handshake(self) -> Outcome:
        wire, target = self._leg.wire, self._target()
        try:
            return judgement.certificate(wire.handshake(target), self._leg.clock.now())
        except ssl.SSLCertVerificationError as error:
            failure = failure_of(probe.explain(error, self._endpoint))
            return judgement.refused_certificate(failure, _presented(lambda: wire.unverified(target)))
        except TunnelRefused as error:
            meaning = probe.tunnel_refused(error, self._endpoint)
        except (OSError, ValueError) as error:
            meaning = probe.explain(error, self._endpoint)
        raise meaning

    def _identify(self) -> Outcome:
        endpoint = self._endpoint
        reply = self._reply = self._do(
            lambda: self._leg.wire.ask(
                self._target(), "POST", f"/{endpoint.path}", probe.IDENTIFY_HEADERS, probe.IDENTIFY
            )
        )
        trouble = probe.judge(reply.status, reply.headers, reply.body, endpoint)
        if trouble is not None:
            raise trouble
        product = probe.product(reply.body)
        if product:
            return ok("identify.product", product=product)
        return ok("identify.sign-in", schemes=", ".join(probe.offered(reply.headers)))

    def _clock(self) -> Outcome:
        assert self._reply is not None
        return judgement.clock(self._reply)


def examine_exchange(leg: Leg, profile: Profile, connections: Connections) -> str:
    """The Exchange leg; the server to look at on the Windows leg, where it came so far and that leg is wanted."""
    try:
        endpoint = exchange_endpoint(profile.exchange)
    except PushtuiError as error:
        outcome = Outcome(Verdict.FAILED, error.code, failure=failure_of(error))
        leg.test(Test.NAME, profile.exchange.server or "-", lambda: outcome)
        return ""
    _Front(leg, endpoint).examine()
    present: list[str] = []
    complaints: list[str] = []

    def sign_in() -> Outcome:
        listing = Cmdlet.of("Get-Command", ("Name",), Name=judgement.CMDLETS)
        reply = _asked(leg, connections, [listing], endpoint.timeout)[0]
        present.extend(str(item.get("Name") or "") for item in reply.objects)
        complaints.extend(error.message for error in reply.errors if not error.unknown_command)
        return ok("sign-in.open", account=connections.account("exchange"), method=endpoint.auth)

    def judged(judge: Callable[[], Outcome]) -> Outcome:
        """Without any answer to Get-Command there is nothing to judge."""
        return warning("roles.unknown", reason=complaints[0]) if complaints and not present else judge()

    account = endpoint.user or endpoint.name
    groups = {name: granting(name) for name in judgement.CMDLETS}
    read_only = profile.read_only
    leg.test(Test.SIGN_IN, account, sign_in, bounded=False)
    leg.test(
        Test.READING, account, lambda: judged(lambda: judgement.roles_for_reading(present, groups)), essential=False
    )
    leg.test(
        Test.CHANGING,
        account,
        lambda: judged(lambda: judgement.roles_for_changing(present, groups, read_only=read_only)),
        essential=False,
    )
    if leg.broken or not profile.windows.enabled:
        return ""
    return _server_of_verification(leg, profile, connections, endpoint.timeout)


def _asked(leg: Leg, connections: Connections, cmdlets: Sequence[Cmdlet], seconds: float) -> Sequence[ReplyPort]:
    return connections.organization(cmdlets, leg.cancellation, seconds).result()


def _server_of_verification(leg: Leg, profile: Profile, connections: Connections, seconds: float) -> str:
    """The server that the verification would use, by the same reads; empty where that cannot be told."""
    reads: tuple[ExchangeRead, ...] = (questions.SERVERS, questions.EXECUTING_STORE)
    try:
        replies = _asked(leg, connections, [read.cmdlet for read in reads], seconds)
    except PushtuiError:
        leg.cancellation.check()
        return ""
    inputs = Inputs(profile.tenant_domain, "", profile.exchange.server, verification_server=profile.verification.server)
    now = leg.clock.now()
    answers: dict[Query, Answer] = {
        read: Answer(reply.objects, now) for read, reply in zip(reads, replies, strict=True)
    }
    choice = choose(Facts(inputs, now, answers))
    return choice.server.fqdn if choice is not None and choice.server is not None else ""


def windows_server(profile: Profile, found: str) -> str:
    """Where the Windows endpoint is tested: `found` by the Exchange leg, else what the profile says; or empty.

    An address is no server's name, so it counts only where nothing better is known.
    """
    named = (found, profile.verification.server, *profile.windows.connect_to, profile.exchange.server)
    return next((name for name in named if name), "")


def examine_windows(leg: Leg, profile: Profile, connections: Connections, server: str) -> None:
    """Windows remoting on one server."""
    try:
        endpoint = windows_endpoint(profile.windows, profile.exchange, server)
    except PushtuiError as error:
        outcome = Outcome(Verdict.FAILED, error.code, failure=failure_of(error))
        leg.test(Test.NAME, server, lambda: outcome)
        return
    _Front(leg, endpoint).examine()

    def sign_in() -> Outcome:
        connections.windows(
            server, [questions.health_manager(server).cmdlet], leg.cancellation, endpoint.timeout
        ).result()
        return ok("sign-in.open", account=connections.account("windows"), method=endpoint.auth)

    leg.test(Test.SIGN_IN, f"{endpoint.user or '-'} @ {server}", sign_in, bounded=False)


def no_windows(leg: Leg) -> None:
    """The endpoint is not used."""
    leg.test(Test.SIGN_IN, "-", lambda: skipped("windows.off"))


def examine_mail(leg: Leg, profile: Profile, connections: Connections) -> None:
    """The mail server, without a message; it connects, greets and starts TLS in one go."""
    settings = profile.mail
    if not settings.host:
        leg.test(Test.GREETING, "-", lambda: skipped("mail.off"))
        return

    def greet() -> Outcome:
        return ok("mail.greeted", name=connections.mail_greeting(leg.cancellation), security=settings.security)

    leg.test(Test.GREETING, f"{settings.host}:{settings.port}", greet, bounded=False)


def _presented(look: Callable[[], Presented]) -> Presented | None:
    try:
        return look()
    except (OSError, ValueError, TunnelRefused):
        return None
