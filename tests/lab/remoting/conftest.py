"""A server with made-up cmdlets that show what the wire does, and stock pypsrp as its client."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

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
from pushtui.lab.remoting.endpoint import Endpoint, Limits
from pushtui.lab.requests import RequestLog

logging.getLogger("spnego").setLevel(logging.WARNING)

USER, PASSWORD = "admin@lab.example", "Lab-Passw0rd"
SERVER_TYPES = ("Microsoft.Exchange.Data.Directory.Management.ExchangeServer", "System.Object")
NOT_FOUND = ErrorSpec(
    "The operation couldn't be performed because object 'EX09' couldn't be found on 'DC01.lab.example'.",
    "Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer",
    "NotSpecified",
    "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
    "EX09",
)


def server_object(name: str) -> RemoteObject:
    return RemoteObject(
        SERVER_TYPES,
        {
            "Name": name,
            "AdminDisplayVersion": "Version 15.2 (Build 1544.4)",
            "IsEdge": False,
            "Count": 3,
            "Huge": 2**40,
            "Guid": UUID(int=5),
            "Empty": "",
            "Unset": None,
            "RawData": b"\x30\x82\x00",
            "WhenChangedUTC": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
            "WhenChanged": datetime(2025, 1, 2, 4, 4, 5, 250000, tzinfo=timezone(timedelta(hours=1))),
            "Domains": MultiValued(("a.example", "b.example")),
        },
        name,
        {"Thumbprint": "A" * 40, "Services": "SMTP"},
    )


def get_exchange_server(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    if parameters.get("Identity") == "EX09":
        return invocation.error(NOT_FOUND)
    if parameters.get("Identity") == "EX08":
        raise TerminatingError(NOT_FOUND)
    for name in ("EX01", "EX02") if "Identity" not in parameters else (parameters["Identity"],):
        invocation.output(server_object(name))
    return None


def set_auth_config(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    if not invocation.should_process("Auth Configuration", "Set-AuthConfig"):
        return
    if parameters.get("Ask") and not invocation.should_continue("The date is near. Continue?"):
        return
    invocation.output("done")


def test_streams(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    invocation.verbose("vrb")
    invocation.warning("wrn")
    invocation.progress("Testing", "half", 50)
    invocation.progress("Testing", "done", 100)
    invocation.error(ErrorSpec("bad luck", "Lab.Tasks.TestStreams"))
    invocation.output("out")
    invocation.output("snow \u2603 \U0001f600 _x000A_ \x01 <&>")
    invocation.output(7)
    invocation.output(True)


def get_echo(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    kinds = {name: type(value).__name__ for name, value in sorted(parameters.items())}
    shown = {name: value for name, value in sorted(parameters.items()) if name != "Big"}
    text = f"{invocation.parameter_set}|{invocation.user}|{invocation.server}|{kinds}|{shown}"
    invocation.output(text + f"|{len(parameters.get('Big') or '')}")


def get_big(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    for index in range(parameters["Count"]):
        invocation.output(RemoteObject(("Lab.Big",), {"Index": index, "Data": "z" * parameters["Size"]}))


def wait_lab(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    invocation.output("waiting")
    invocation.wait(60)


def get_service(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    for name in parameters.get("Name") or ("MSExchangeHM", "WinRM"):
        status = EnumValue("System.ServiceProcess.ServiceControllerStatus", "Running", 4)
        invocation.output(
            RemoteObject(
                ("System.ServiceProcess.ServiceController", "System.ComponentModel.Component"),
                {"Name": name, "Status": status, "RequiredServices": MultiValued((), "System.String")},
                name,
            )
        )


def break_lab(invocation: Invocation, parameters: Mapping[str, Any]) -> None:
    raise ZeroDivisionError("made to fail")


ECHO_PARAMETERS = (
    Parameter("Identity", position=0, sets=frozenset({"Identity"})),
    Parameter("Server", sets=frozenset({"Server"}), mandatory=True),
    Parameter("Other", sets=frozenset({"Other"}), mandatory=True),
    Parameter("Thumbprint", aliases=("Print",)),
    Parameter("Enabled", "bool"),
    Parameter("Force", "switch"),
    Parameter("Count", "int"),
    Parameter("Date", "datetime"),
    Parameter("Bytes", "bytes"),
    Parameter("Secret", "securestring"),
    Parameter("Names", "strings"),
    Parameter("Services", "strings", choices=("None", "IMAP", "POP", "SMTP", "IIS", "Federation")),
    Parameter("Type", choices=("Unknown", "MicrosoftACS", "AzureAD")),
    Parameter("Big"),
    Parameter("Conflict"),
)
CMDLETS = (
    CmdletSpec("Get-ExchangeServer", get_exchange_server, (Parameter("Identity", position=0),)),
    CmdletSpec(
        "Set-AuthConfig",
        set_auth_config,
        (Parameter("NewCertificateThumbprint"), Parameter("Ask", "switch"), Parameter("Force", "switch")),
        confirms="asks",
        writes=True,
    ),
    CmdletSpec(
        "Set-Quiet", set_auth_config, (Parameter("Identity", mandatory=True, position=0),), "", "supports", writes=True
    ),
    CmdletSpec("Test-Streams", test_streams),
    CmdletSpec("Get-Echo", get_echo, ECHO_PARAMETERS, default_set="Identity"),
    CmdletSpec("Get-Big", get_big, (Parameter("Count", "int"), Parameter("Size", "int"))),
    CmdletSpec("Wait-Lab", wait_lab),
    CmdletSpec("Break-Lab", break_lab),
    CmdletSpec("Get-Service", get_service, (Parameter("Name", "strings", position=0),)),
)


@dataclass
class Host:
    """A server for tests."""

    side: Literal["exchange", "windows"] = "exchange"
    extra: tuple[CmdletSpec, ...] = ()
    users: dict[str, str] = field(default_factory=lambda: {USER: PASSWORD, "other@lab.example": "Other-Passw0rd"})
    fqdn: str = "ex01.lab.example"

    @property
    def configuration(self) -> str:
        return "Microsoft.Exchange" if self.side == "exchange" else "Microsoft.PowerShell"

    @property
    def executing_server(self) -> str:
        return "ex02.lab.example" if self.side == "exchange" else self.fqdn

    @property
    def no_language(self) -> bool:
        return self.side == "exchange"

    def check_password(self, user: str, password: str) -> bool:
        return self.users.get(user.lower()) == password

    def accounts(self) -> Sequence[tuple[str, str]]:
        return list(self.users.items())

    def forbids(self, user: str) -> str:
        return ""

    def cmdlets(self, user: str) -> Mapping[str, CmdletSpec]:
        return {spec.name.lower(): spec for spec in (*CMDLETS, *self.extra)}


@dataclass
class Lab:
    """A running endpoint and ways to reach it."""

    endpoint: Endpoint
    requests: RequestLog
    faults: Faults
    ca_file: Path | None
    configuration: str

    def wsman(self, **changed: Any) -> Any:
        """pypsrp's connection; by default Basic over TLS where the endpoint has it, encrypted NTLM where not."""
        options: dict[str, Any] = {"port": self.endpoint.port, "path": "PowerShell", "username": USER} | {
            "password": PASSWORD,
            "connection_timeout": 10,
            "read_timeout": 40,
            "no_proxy": True,
        }
        if self.ca_file is not None:
            options |= {"ssl": True, "auth": "basic", "cert_validation": str(self.ca_file)}
        else:
            options |= {"ssl": False, "auth": "ntlm", "path": "wsman"}
        return WSMan("127.0.0.1", **(options | changed))

    @contextmanager
    def pool(self, host: Any = None, **changed: Any) -> Iterator[Any]:
        with self.wsman(**changed) as connection:
            pool = RunspacePool(connection, configuration_name=self.configuration, host=host)
            pool.open()
            try:
                yield pool
            finally:
                with suppress(Exception):
                    pool.close()

    def names(self, *, writes: bool | None = None) -> list[str]:
        """The cmdlets that the request log holds."""
        return [
            entry.name
            for entry in self.requests.entries()
            if not entry.name.startswith("wsman:") and (writes is None or entry.write == writes)
        ]

    def operations(self) -> list[str]:
        return [entry.name for entry in self.requests.entries() if entry.name.startswith("wsman:")]


def invoke(pool: Any, cmdlet: str, *arguments: Any, **parameters: Any) -> tuple[list[Any], Any]:
    """Runs one cmdlet; its output, and the PowerShell object with the streams."""
    shell = PowerShell(pool)
    shell.add_cmdlet(cmdlet)
    for argument in arguments:
        shell.add_argument(argument)
    for name, value in parameters.items():
        shell.add_parameter(name, value)
    return shell.invoke(), shell


@pytest.fixture
def run() -> Callable[..., tuple[list[Any], Any]]:
    return invoke


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.make()


Serve = Callable[..., Lab]


@pytest.fixture
def serve(authority: Authority, tmp_path: Path) -> Iterator[Serve]:
    """Starts endpoints: `serve("exchange")` is Basic over TLS, `serve("windows")` Negotiate over HTTP."""
    endpoints: list[Endpoint] = []

    def start(
        side: Literal["exchange", "windows"] = "exchange",
        *,
        tls: bool | None = None,
        schemes: tuple[str, ...] = (),
        limits: Limits | None = None,
        host: Host | None = None,
        **options: Any,
    ) -> Lab:
        exchange = side == "exchange"
        over_tls = exchange if tls is None else tls
        ca_file = None
        if over_tls:
            ca_file = tmp_path / "ca.pem"
            ca_file.write_bytes(authority.ca_pem)
        requests, faults = RequestLog(), Faults()
        endpoint = Endpoint(
            host or Host(side),
            tls=authority.issue(["localhost", "127.0.0.1", "ex01.lab.example"]) if over_tls else None,
            schemes=schemes or (("Basic",) if exchange else ("Negotiate",)),
            path="/PowerShell" if exchange else "/wsman",
            requests=requests,
            faults=faults,
            limits=limits or Limits(),
            **options,
        )
        endpoints.append(endpoint)
        endpoint.start()
        return Lab(endpoint, requests, faults, ca_file, (host or Host(side)).configuration)

    yield start
    for endpoint in endpoints:
        endpoint.stop()


@pytest.fixture(scope="session")
def make_host() -> type[Host]:
    return Host
