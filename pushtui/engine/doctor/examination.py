"""All legs side by side, each on a thread; what one leg needs of another is waited for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import TypeVar

from pushtui.base.cancellation import Cancellation
from pushtui.base.clock import Clock
from pushtui.base.errors import PushtuiError
from pushtui.engine.connections import Connections
from pushtui.engine.doctor import cloud, local, onpremises
from pushtui.engine.doctor.leg import POLL_SECONDS, Leg
from pushtui.engine.doctor.rows import DoctorRow, Outcome, Test, Verdict, ordered
from pushtui.engine.sources import failure_of
from pushtui.engine.threads import in_thread
from pushtui.entra.clouds import Cloud, cloud_of
from pushtui.profile import Profile

T = TypeVar("T")

SECONDS = 10.0
"""What one socket operation may take."""


class Examination:
    """One run of the doctor."""

    def __init__(
        self,
        profile: Profile,
        connections: Connections,
        clock: Clock,
        cancellation: Cancellation,
        report: Callable[[DoctorRow], None],
        *,
        seconds: float = SECONDS,
    ) -> None:
        self._profile = profile
        self._connections = connections
        self._clock = clock
        self._cancellation = cancellation
        self._listener = report
        self._seconds = seconds
        self._lock = threading.Lock()
        self._rows: list[DoctorRow] = []

    def run(self) -> tuple[DoctorRow, ...]:
        """Every row, leg by leg; blocks. Raises only `Cancelled`, at once."""
        legs = [
            self._begin(lambda: local.examine(self._leg("profile"), self._profile)),
            self._begin(self._on_premises),
            self._begin(self._cloud),
            self._begin(lambda: onpremises.examine_mail(self._leg("mail"), self._profile, self._connections)),
        ]
        for leg in legs:
            self._await(leg)
        return ordered(self._rows)

    def _leg(self, name: str, subject: str = "") -> Leg:
        return Leg(name, self._clock, self._seconds, self._cancellation, self._report, subject)

    def _report(self, row: DoctorRow) -> None:
        with self._lock:
            if not self._cancellation.requested:
                self._rows.append(row)
                self._listener(row)

    def _begin(self, work: Callable[[], T]) -> Future[T]:
        return in_thread(work, "doctor")

    def _await(self, future: Future[T]) -> T:
        while True:
            try:
                return future.result(POLL_SECONDS)
            except NotYet:
                self._cancellation.check()

    # --- who waits for whom

    def _on_premises(self) -> None:
        """The Windows leg goes to the server that the verification would use, as the Exchange leg found out."""
        profile, connections = self._profile, self._connections
        found = onpremises.examine_exchange(self._leg("exchange"), profile, connections)
        if not profile.windows.enabled:
            onpremises.no_windows(self._leg("windows"))
            return
        server = onpremises.windows_server(profile, found)
        if server:
            onpremises.examine_windows(self._leg("windows", server), profile, connections, server)

    def _cloud(self) -> None:
        """The proxy first; then the hosts side by side; the token last, because it takes two of them."""
        profile = self._profile
        try:
            hosts = cloud_of(profile.cloud)
        except PushtuiError as error:
            outcome = Outcome(Verdict.FAILED, error.code, failure=failure_of(error))
            self._leg("login").test(Test.NAME, profile.cloud.name, lambda: outcome)
            return
        proxy = self._leg("proxy")
        cloud.examine_proxy(proxy, profile, hosts)
        login, graph, metadata = (self._behind(proxy, name, hosts) for name in ("login", "graph", "metadata"))
        discovered = self._begin(lambda: cloud.examine_login(login, profile, hosts))
        answered = self._begin(lambda: cloud.examine_graph(graph, profile, hosts))
        fetched = self._begin(lambda: cloud.examine_metadata(metadata, profile, hosts))
        tenant = self._await(discovered)
        self._await(answered)
        leg = self._leg("tenant")
        if login.broken or graph.broken:
            leg.give_up("skipped.no-login" if login.broken else "skipped.no-graph")
        cloud.examine_tenant(leg, profile, self._connections, tenant)
        self._await(fetched)

    def _behind(self, proxy: Leg, name: str, hosts: Cloud) -> Leg:
        leg = self._leg(name)
        url = {"login": hosts.login, "graph": hosts.graph, "metadata": hosts.acs}[name]
        if proxy.broken and cloud.needs_proxy(self._profile, url):
            leg.give_up("skipped.no-proxy")
        return leg
