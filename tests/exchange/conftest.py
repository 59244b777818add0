"""A small Exchange server and a small Windows server behind real endpoints, and connections to them."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import Cmdlet
from pushtui.base.errors import Side
from pushtui.base.secret import Secret
from pushtui.exchange.connection import Connection, Reply, StreamLine
from pushtui.exchange.endpoint import Endpoint
from pushtui.exchange.worker import Worker
from pushtui.lab.faults import Faults
from pushtui.lab.pki import Authority
from pushtui.lab.remoting.cmdlet import (
    CmdletSpec,
    EnumValue,
    ErrorSpec,
    Invocation,
    MultiValued,
    Parameter,
    RemoteObject,
    TerminatingError,
)
from pushtui.lab.remoting.endpoint import Endpoint as LabEndpoint
from pushtui.lab.remoting.endpoint import Limits
from pushtui.lab.requests import RequestLog

USER, PASSWORD = "admin@lab.example", "Lab-Passw0rd-7f3a"
CONFIGURATION = "Microsoft.Exchange.Data.Directory.SystemConfiguration"
MISSING = ErrorSpec(
    "The operation couldn't be performed because object 'EX09' couldn't be found on 'DC01.lab.example'.",
    "Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer",
    "NotSpecified",
    "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
    "EX09",
    "Cmdlet-ManagementObjectNotFoundException",
)


@dataclass
class State:
    """What the cmdlets see and change."""

    thumbprint: str = "A" * 40
    sent: list[str] = field(default_factory=list)
    running: threading.Event = field(default_factory=threading.Event)
    """Set while Get-SlowThing or Set-SlowThing is at work."""


class Cmdlets:
    """What this server can do."""

    def __init__(self, state: State) -> None:
        self.state = state

    def get_exchange_server(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        identity = parameters.get("Identity")
        if identity == "EX09":
            return invocation.error(MISSING)
        if identity == "EX08":
            raise TerminatingError(MISSING)
        if identity == "warn":
            invocation.warning("The object \x1b[31mEX01\x1b[0m has been corrupted")
        for name in ("EX01", "EX02"):
            invocation.output(
                RemoteObject(
                    ("Microsoft.Exchange.Data.Directory.Management.ExchangeServer", "System.Object"),
                    {
                        "Name": name,
                        "Fqdn": f"{name.lower()}.lab.example",
                        "AdminDisplayVersion": "Version 15.2 (Build 1544.4)",
                        "ServerRole": "Mailbox",
                        "Edition": "Standard",
                        "Aliases": MultiValued((f"{name}-a", f"{name}-b")),
                        "Nothing": None,
                    },
                    name,
                )
            )
        return None

    def get_auth_config(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        invocation.output(
            RemoteObject(
                (f"{CONFIGURATION}.AuthConfig", "System.Object"),
                {"CurrentCertificateThumbprint": self.state.thumbprint, "Name": "Auth Configuration"},
                "Auth Configuration",
            )
        )

    def get_certificate(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        invocation.output(
            RemoteObject(
                ("Microsoft.Exchange.Management.SystemConfigurationTasks.ExchangeCertificate", "System.Object"),
                {"RawData": b"\x30\x82"},
                "certificate",
                {"Thumbprint": self.state.thumbprint, "Services": "SMTP"},
            )
        )

    def set_auth_config(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        self.state.sent.append(parameters["NewCertificateThumbprint"])
        self.state.thumbprint = parameters["NewCertificateThumbprint"]

    def slow(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        self.state.running.set()
        invocation.progress("Waiting", "for a while", 10)
        invocation.wait(30)

    def probe(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        invocation.warning("The probe didn't answer.")

    def echo(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        invocation.output(repr(sorted(parameters.items())))

    def mystery(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        invocation.output(RemoteObject(("Lab.Unknown",), {"Name": "nobody's"}, "nobody's"))

    def get_service(self, invocation: Invocation, parameters: Mapping[str, Any]) -> None:
        status = EnumValue("System.ServiceProcess.ServiceControllerStatus", "Running", 4)
        invocation.output(
            RemoteObject(
                ("System.ServiceProcess.ServiceController", "System.ComponentModel.Component", "System.Object"),
                {"Name": parameters["Name"], "Status": status},
                parameters["Name"],
            )
        )

    def specs(self) -> tuple[CmdletSpec, ...]:
        identity = Parameter("Identity", position=0)
        anything = (
            Parameter("Names", "strings"),
            Parameter("Force", "switch"),
            Parameter("Enabled", "bool"),
            Parameter("Count", "int"),
            Parameter("Date", "datetime"),
            Parameter("Bytes", "bytes"),
            Parameter("Text"),
        )
        return (
            CmdletSpec("Get-ExchangeServer", self.get_exchange_server, (identity,)),
            CmdletSpec("Get-AuthConfig", self.get_auth_config),
            CmdletSpec("Get-ExchangeCertificate", self.get_certificate, (Parameter("Server"),)),
            CmdletSpec("Get-PartnerApplication", self.mystery),
            CmdletSpec("Set-AuthConfig", self.set_auth_config, (Parameter("NewCertificateThumbprint"),), writes=True),
            CmdletSpec("Get-SlowThing", self.slow),
            CmdletSpec("Set-SlowThing", self.slow, writes=True),
            CmdletSpec("Invoke-MonitoringProbe", self.probe, (identity, Parameter("Server"))),
            CmdletSpec("Get-Echo", self.echo, anything),
            CmdletSpec("Get-Service", self.get_service, (Parameter("Name"),)),
        )


@dataclass
class Host:
    """One configuration of the server EX01."""

    state: State
    side: Literal["exchange", "windows"] = "exchange"
    fqdn: str = "ex01.lab.example"

    @property
    def configuration(self) -> str:
        return "Microsoft.Exchange" if self.side == "exchange" else "Microsoft.PowerShell"

    @property
    def executing_server(self) -> str:
        return self.fqdn

    @property
    def no_language(self) -> bool:
        return self.side == "exchange"

    def check_password(self, user: str, password: str) -> bool:
        return (user.lower(), password) == (USER, PASSWORD)

    def accounts(self) -> Sequence[tuple[str, str]]:
        return [(USER, PASSWORD)]

    def forbids(self, user: str) -> str:
        return ""

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        return {spec.name.lower(): spec for spec in Cmdlets(self.state).specs()}


@dataclass
class Server:
    """A running endpoint, and how the program reaches it."""

    lab: LabEndpoint
    endpoint: Endpoint
    state: State
    requests: RequestLog
    faults: Faults
    launch: Callable[[int], LabEndpoint]
    """Starts the endpoint, on a given port."""
    lines: list[StreamLine] = field(default_factory=list)
    on_line: Callable[[StreamLine], object] = lambda line: None
    """Called with every line, by the thread that owns the connection: between two of its calls."""
    _opened: list[Connection] = field(default_factory=list)
    _workers: list[Worker] = field(default_factory=list)
    _kept: socket.socket | None = None

    def connection(self, *, password: str = PASSWORD, read_only: bool = False, **changed: Any) -> Connection:
        """A connection; `changed` replaces parts of the endpoint."""
        endpoint = replace(self.endpoint, **changed)
        connection = Connection(endpoint, Secret(password), read_only=read_only, listen=self._hear)
        self._opened.append(connection)
        return connection

    def _hear(self, line: StreamLine) -> None:
        self.lines.append(line)
        self.on_line(line)

    def worker(self) -> Worker:
        worker = Worker(self.connection)
        self._workers.append(worker)
        return worker

    def names(self) -> list[str]:
        """The cmdlets that arrived."""
        return [entry.name for entry in self.requests.entries() if not entry.name.startswith(("wsman:", "sign-in"))]

    def operations(self, name: str) -> int:
        """How many WSMan operations of this name arrived."""
        return sum(entry.name == f"wsman:{name}" for entry in self.requests.entries())

    def shells(self) -> int:
        return sum(self.lab.shells.by_user().values())

    def vanish(self) -> None:
        """The server goes away, with every shell. Its port is kept: nobody else gets it, and nobody answers there."""
        port = self.lab.port
        self.lab.stop()
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.bind(("127.0.0.1", port))

    def come_back(self) -> None:
        """It is there again, where it was."""
        self.lab = self.launch(self.lab.port)

    def stop(self) -> None:
        if self._kept is not None:
            self._kept.close()
        for worker in self._workers:
            worker.close()
        self.lab.stop()
        for worker in self._workers:
            worker.join(5)
        for connection in self._opened:
            connection.close()


Serve = Callable[..., Server]


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture
def serve(authority: Authority, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers: `serve("exchange")` Basic over TLS, `serve("windows")` encrypted Negotiate."""
    started: list[Server] = []
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority.ca_pem)

    def start(
        side: Literal["exchange", "windows"] = "exchange",
        *,
        names: Sequence[str] = ("127.0.0.1", "localhost"),
        limits: Limits | None = None,
        identity: Any = None,
        host: Any = None,
    ) -> Server:
        state, requests, faults = State(), RequestLog(), Faults()
        exchange = side == "exchange"
        tls = (identity or authority.issue(names)) if exchange else None

        def launch(port: int = 0) -> LabEndpoint:
            lab = LabEndpoint(
                host or Host(state, side),
                tls=tls,
                schemes=("Basic",) if exchange else ("Negotiate",),
                path="/PowerShell" if exchange else "/wsman",
                requests=requests,
                faults=faults,
                limits=limits or Limits(),
                port=port,
            )
            lab.start()
            return lab

        lab = launch()
        endpoint = Endpoint(
            host="127.0.0.1",
            port=lab.port,
            ssl=exchange,
            path="PowerShell" if exchange else "wsman",
            auth="basic" if exchange else "negotiate",
            user=USER,
            configuration="Microsoft.Exchange" if exchange else "Microsoft.PowerShell",
            ca_file=str(ca_file) if exchange else "",
            service="HTTP" if exchange else "host",
            service_host="",
            side=Side.EXCHANGE if exchange else Side.WINDOWS,
            timeout=20.0,
            name="ex01.lab.example",
        )
        started.append(Server(lab, endpoint, state, requests, faults, launch))
        return started[-1]

    yield start
    for server in started:
        server.stop()


Ask = Callable[..., list[Reply]]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Runs cmdlets on a connection, with all the time that a test needs."""

    def run(connection: Connection, *cmdlets: Cmdlet, timeout: float = 20.0) -> list[Reply]:
        return connection.run(cmdlets, Cancellation(), timeout)

    return run


@pytest.fixture(scope="session")
def soon() -> float:
    """Seconds after which what takes a moment counts as hanging, on however busy a machine."""
    return 60.0


@pytest.fixture(scope="session")
def password() -> str:
    return PASSWORD


Answering = Callable[[bytes], int]


def _length(request: bytes) -> int:
    found = re.search(rb"Content-Length: (\d+)", request)
    return int(found.group(1)) if found else 1


@pytest.fixture
def answering(serve: Any, authority: Any) -> Iterator[Answering]:
    """A TLS server that answers every connection with the same bytes; its port."""
    from pushtui.lab.pki import server_context

    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []
    context = server_context(authority.issue(("127.0.0.1",)))

    def start(answer: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)

        def serve_all() -> None:
            while True:
                try:
                    plain, _address = listener.accept()
                except OSError:
                    return
                try:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        connection.settimeout(5)
                        request = connection.recv(65536)
                        while request and len(request.partition(b"\r\n\r\n")[2]) < _length(request):
                            request += connection.recv(65536)
                        connection.sendall(answer)
                except (OSError, ssl.SSLError):
                    plain.close()

        thread = threading.Thread(target=serve_all, daemon=True)
        thread.start()
        threads.append(thread)
        return int(listener.getsockname()[1])

    yield start
    for listener in sockets:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)


@pytest.fixture(scope="session")
def plain() -> Callable[[str], str]:
    """A sentence without what differs from run to run."""

    def plain(text: str) -> str:
        return re.sub(r"(port |example:|ex01/lab:)\d{4,}", r"\1PORT", re.sub(r"127\.0\.0\.1:\d+", "HOST", text))

    return plain
