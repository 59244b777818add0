"""The legs to Microsoft 365: the proxy, the sign-in host, Graph, the token, and the metadata of the auth server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TypeVar
from urllib.parse import urlsplit

from pushtui.base.commands import GraphRequest
from pushtui.base.errors import PushtuiError, Side
from pushtui.base.proxies import shown_proxy
from pushtui.base.values import frozen
from pushtui.engine.connections import Connections
from pushtui.engine.doctor import judgement
from pushtui.engine.doctor.leg import Leg
from pushtui.engine.doctor.rows import Outcome, Test, Verdict, ok, skipped
from pushtui.engine.doctor.wire import Presented, Reply, Target, TunnelRefused, proxy_target
from pushtui.engine.sources import failure_of
from pushtui.entra import probe
from pushtui.entra.clouds import Cloud
from pushtui.entra.failures import Place
from pushtui.entra.transport import proxy_for, tls_context
from pushtui.profile import Profile

T = TypeVar("T")

Judge = Callable[[int, Mapping[str, str], bytes, Place], Outcome]


@frozen
class _Address:
    """One https host of the cloud."""

    url: str
    side: Side
    profile: Profile

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 443

    @property
    def proxy(self) -> str:
        return proxy_for(self.url, self.profile.network)

    def place(self, request: str = "") -> Place:
        return probe.place_of(self.url, self.side, self.profile.network, request)

    def target(self) -> Target:
        context = tls_context(self.profile.network)
        proxy = self.proxy
        return Target(self.host, self.port, context, proxy, context if proxy.startswith("https:") else None)

    def do(self, call: Callable[[], T]) -> T:
        """Its result, or the error that its exception means here."""
        try:
            return call()
        except TunnelRefused as error:
            meaning = probe.tunnel_refused(str(error), self.place())
        except (OSError, HTTPException, UnicodeError, ValueError) as error:
            meaning = probe.explain(error, self.place())
        raise meaning


class _Host:
    """Everything up to an answer of one host of the cloud."""

    def __init__(self, leg: Leg, address: _Address) -> None:
        self._leg = leg
        self._address = address
        self._reply: Reply | None = None

    def examine(self) -> None:
        """Name, TCP, TLS."""
        leg, address = self._leg, self._address
        where = f"{address.host}:{address.port}"
        leg.test(Test.NAME, address.host, self._resolve)
        leg.test(Test.TCP, where, self._connect)
        leg.test(Test.TLS, where, self._handshake)

    def ask(self, test: Test, path: str, judge: Judge) -> Outcome:
        """One unauthenticated GET, then the clock by its answer."""
        leg, address = self._leg, self._address

        def look() -> Outcome:
            reply = self._reply = address.do(
                lambda: leg.wire.ask(address.target(), "GET", path, {"Accept": "application/json"})
            )
            return judge(reply.status, reply.headers, reply.body, address.place(f"GET {path}"))

        outcome = leg.test(test, address.url + path, look)
        leg.test(Test.CLOCK, address.host, self._clock, essential=False)
        return outcome

    def _resolve(self) -> Outcome:
        address = self._address
        if address.proxy:
            return skipped("name.by-proxy", proxy=shown_proxy(address.proxy))
        found = address.do(lambda: self._leg.wire.resolve(address.host, address.port))
        return ok("name.resolved", addresses=", ".join(found[:4]))

    def _connect(self) -> Outcome:
        address = self._address
        address.do(lambda: self._leg.wire.connect(address.target()).close())
        if address.proxy:
            return ok("tcp.through-proxy", port=str(address.port), proxy=shown_proxy(address.proxy))
        return ok("tcp.connected", port=str(address.port))

    def _handshake(self) -> Outcome:
        wire, address = self._leg.wire, self._address
        try:
            seen = wire.handshake(address.target())
        except ssl.SSLCertVerificationError as error:
            failure = failure_of(probe.explain(error, address.place()))
            return judgement.refused_certificate(failure, self._presented())
        except TunnelRefused as error:
            meaning = probe.tunnel_refused(str(error), address.place())
        except (OSError, ValueError) as error:
            meaning = probe.explain(error, address.place())
        else:
            return judgement.certificate(seen, self._leg.clock.now())
        raise meaning

    def _presented(self) -> Presented | None:
        try:
            return self._leg.wire.unverified(self._address.target())
        except (OSError, ValueError, TunnelRefused):
            return None

    def _clock(self) -> Outcome:
        assert self._reply is not None
        return judgement.clock(self._reply)


def examine_proxy(leg: Leg, profile: Profile, cloud: Cloud) -> None:
    """Whether the proxy that leads to the sign-in host takes connections."""
    address = _Address(cloud.login, Side.ENTRA, profile)
    shown: list[str] = []

    def look() -> Outcome:
        proxy = address.proxy
        shown.append(shown_proxy(proxy))
        if not proxy:
            return skipped("proxy.none")
        target = address.target()
        address.do(lambda: leg.wire.connect(proxy_target(target)).close())
        return ok("proxy.connected", proxy=shown_proxy(proxy))

    leg.test(Test.PROXY, _shown(address), look)


def _shown(address: _Address) -> str:
    try:
        return shown_proxy(address.proxy) or "-"
    except PushtuiError:
        return "-"


def needs_proxy(profile: Profile, url: str) -> bool:
    """Whether the way to a host leads through a proxy."""
    return _shown(_Address(url, Side.ENTRA, profile)) != "-"


def examine_login(leg: Leg, profile: Profile, cloud: Cloud) -> str:
    """The sign-in host; the tenant id, where it told one."""
    host = _Host(leg, _Address(cloud.login, Side.ENTRA, profile))
    found: list[str] = []

    def judge(status: int, headers: Mapping[str, str], body: bytes, place: Place) -> Outcome:
        found.append(probe.tenant_of(status, headers, body, place))
        return ok("discovery.tenant", tenant=found[0])

    host.examine()
    host.ask(Test.DISCOVERY, probe.discovery_path(profile.tenant_domain.strip()), judge)
    return found[0] if found else ""


def examine_graph(leg: Leg, profile: Profile, cloud: Cloud) -> None:
    """Graph, up to its refusal of a request without a token."""

    def judge(status: int, headers: Mapping[str, str], body: bytes, place: Place) -> Outcome:
        probe.proves_graph(status, headers, body, place)
        return ok("answer.graph")

    host = _Host(leg, _Address(cloud.graph, Side.GRAPH, profile))
    host.examine()
    host.ask(Test.ANSWER, probe.GRAPH_PATH, judge)


def examine_metadata(leg: Leg, profile: Profile, cloud: Cloud) -> None:
    """The metadata of the auth server, from this machine: Exchange fetches it by itself, on its own way."""

    def judge(status: int, headers: Mapping[str, str], body: bytes, place: Place) -> Outcome:
        return ok("metadata.there", realm=probe.proves_metadata(status, headers, body, place))

    address = _Address(cloud.acs, Side.ENTRA, profile)
    host = _Host(leg, address)
    host.examine()
    host.ask(Test.METADATA, probe.metadata_path(cloud, profile.tenant_domain.strip()), judge)


def examine_tenant(leg: Leg, profile: Profile, connections: Connections, tenant: str) -> None:
    """Sign in as the profile says, read once, and look at what the token may do."""
    read: list[Outcome] = []
    seconds = profile.entra.timeout
    request = GraphRequest.of("GET", "/organization", select="id")

    def sign_in() -> Outcome:
        try:
            connections.in_directory(
                lambda directory: directory.send(request, tenant, leg.cancellation, seconds), "doctor"
            ).result()
        except PushtuiError as error:
            if error.side is not Side.GRAPH:
                raise
            read.append(Outcome(Verdict.FAILED, error.code, failure=failure_of(error)))
        else:
            read.append(ok("read.good", request=request.text))
        return ok("sign-in.token", account=connections.directory().identity)

    def granted() -> frozenset[str] | None:
        return connections.directory().granted(tenant)

    account = profile.entra.client_id or "-"
    leg.test(Test.SIGN_IN, account, sign_in, bounded=False)
    leg.test(Test.READ, request.text, lambda: read[0], essential=False)
    leg.test(Test.READING, account, lambda: judgement.permissions_for_reading(granted()), essential=False)
    delegated = profile.entra.method not in {"certificate", "secret"}
    leg.test(
        Test.CHANGING,
        account,
        lambda: judgement.permissions_for_changing(granted(), delegated=delegated, read_only=profile.read_only),
        essential=False,
    )
