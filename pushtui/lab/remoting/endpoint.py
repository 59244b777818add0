"""A PowerShell endpoint: one configuration of one simulated server, on a loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pushtui.lab.faults import Faults
from pushtui.lab.kerberos import KerberosService
from pushtui.lab.pki import TlsIdentity, server_context
from pushtui.lab.remoting.cmdlet import PowerShellHost
from pushtui.lab.remoting.http import Front, Server
from pushtui.lab.remoting.negotiate import Acceptor
from pushtui.lab.remoting.operations import Operations
from pushtui.lab.remoting.shells import Limits, Shells
from pushtui.lab.requests import RequestLog

__all__ = ["Endpoint", "Limits"]


class Endpoint:
    """Serves a :class:`~pushtui.lab.remoting.cmdlet.PowerShellHost`.

    `schemes` are those of the ``WWW-Authenticate`` header: ``Basic``, ``Negotiate``, ``Kerberos``. An Exchange host
    takes Kerberos alone in Negotiate, as real ones do, and offers it only with a KDC; a Windows host takes NTLM, too.
    `allow_unencrypted` lets messages pass in the clear without TLS. The passwords of a Windows host's accounts go into
    a file for NTLM, which cannot hold colons or line breaks (`ValueError`). `port` is for one that starts again,
    `clock` for a server whose time is wrong.
    """

    def __init__(
        self,
        host: PowerShellHost,
        *,
        tls: TlsIdentity | None,
        schemes: tuple[str, ...],
        path: str = "/PowerShell",
        allow_unencrypted: bool = False,
        requests: RequestLog,
        faults: Faults,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        kerberos: KerberosService | None = None,
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if "Basic" in schemes and tls is None and not allow_unencrypted:
            raise ValueError("Basic is for TLS alone")
        self.host = host
        self.shells = Shells(limits)
        self._requests = requests
        self._tls = tls
        self._stopping = threading.Event()
        self._acceptor: Acceptor | None = None
        ntlm = host.side == "windows"
        if set(schemes) & {"Negotiate", "Kerberos"} and (ntlm or kerberos is not None):
            self._acceptor = Acceptor(
                host.fqdn,
                host.accounts(),
                ntlm=ntlm,
                bindings=tls.endpoint_digest() if tls and ntlm else None,
                mark="--Encrypted Boundary" if ntlm else "-- Encrypted Boundary",
            )
        offered = tuple(scheme for scheme in schemes if scheme == "Basic" or self._acceptor is not None)
        operations = Operations(host, self.shells, requests, faults, self._stopping)
        on_exchange = host.side == "exchange"
        self._server = Server(
            Front(
                fqdn=host.fqdn,
                perform=operations.perform,
                sign_in_failed=self._sign_in_failed,
                check_password=host.check_password,
                accounts=tuple(user for user, _ in host.accounts()),
                path=path,
                schemes=offered,
                acceptor=self._acceptor,
                tls=server_context(tls) if tls else None,
                allow_unencrypted=allow_unencrypted,
                identify=not on_exchange,
                server_header="Microsoft-IIS/10.0" if on_exchange else "Microsoft-HTTPAPI/2.0",
                headers={"X-FEServer": host.fqdn.split(".")[0].upper()} if on_exchange else {},
                request_bytes=limits.request_bytes,
                stopping=self._stopping,
                clock=clock,
            ),
            port,
        )
        self._path = path
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name=f"endpoint-{self.host.fqdn}", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{self._path}"

    def stop(self) -> None:
        """Closes shells and connections; may be called at any time, and more than once."""
        self._stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self.shells.close()
        self._server.hang_up(2.0)
        if self._acceptor is not None:
            self._acceptor.close()

    def _sign_in_failed(self, user: str, reason: str) -> None:
        self._requests.add(self.host.side, "sign-in", write=False, account=user, status="401", detail=reason)
