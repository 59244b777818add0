"""The simulated tenant in this process, and the program's half that talks to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import PushtuiError
from pushtui.base.secret import Secret
from pushtui.entra.clouds import cloud_of
from pushtui.entra.graph import Directory
from pushtui.entra.settings import CloudSettings, EntraSettings, NetworkSettings
from pushtui.entra.signin import SignIn
from pushtui.lab.faults import Faults
from pushtui.lab.keys import NewKey
from pushtui.lab.requests import RequestLog
from pushtui.lab.tenant.build import Tenant, build

SECONDS = 20.0


class Lab:
    """A running tenant and the program's half that talks to it."""

    def __init__(self, table: dict[str, Any], folder: Any, new_key: NewKey) -> None:
        self.requests = RequestLog()
        self.faults = Faults()
        table = {"keys": [{"subject": "CN=Someone"}]} | table
        self.tenant: Tenant = build(table, self.requests, self.faults, new_key=new_key)
        self.tenant.start()
        self._undo = [self.tenant.stop]
        self._folder = folder
        (folder / "ca.pem").write_bytes(self.tenant.ca_pem)
        self.pem = self._private("app.pem", self.tenant.client_pem)
        self.secret = self._private("secret", self.tenant.client_secret.encode())
        self.lines: list[Any] = []
        self.approves = "approved"
        self.typed: Secret | None = None
        self.codes: list[str] = []
        self.used: list[str] = []
        self.addresses: list[tuple[str, str]] = []
        self.browse: Callable[[str], str] = self.visit
        self.cancellation = Cancellation()

    def _private(self, name: str, content: bytes) -> str:
        file = self._folder / name
        file.touch(0o600)
        file.write_bytes(content)
        return str(file)

    def device_code(self, url: str, code: str, expires: Any, give_up: Any) -> None:
        self.codes.append(code)
        if self.approves:
            self.tenant.approve(code, self.approves)

    def secret_of(self, account: str, purpose: str) -> Secret | None:
        return self.typed

    def browser(self, url: str, problem: str) -> Secret | None:
        self.addresses.append((url, problem))
        pasted = self.browse(url)
        return Secret(pasted) if pasted else None

    def visit(self, url: str) -> str:
        """Open the address as a browser does, approve, and stop where it is sent to localhost."""
        session = requests.Session()
        session.trust_env = False
        session.proxies = {"https": self.tenant.proxy_url} if "microsoftonline" in url else {}
        session.verify = str(self._folder / "ca.pem")
        with session:
            page = session.get(url, allow_redirects=False)
            code = re.search(r"approve (\S+)", page.text)
            if page.status_code == 200 and code:
                self.tenant.approve(code[1], self.approves)
                page = session.get(url, allow_redirects=False)
            return page.headers.get("Location", "")

    def directory(self, method: str = "certificate", *, proxy: bool = False, **options: Any) -> Directory:
        where = {} if proxy else {"login": self.tenant.url, "graph": self.tenant.url}
        cloud = cloud_of(CloudSettings(**where))
        network = NetworkSettings(
            proxy=self.tenant.proxy_url if proxy else "", ca_file=options.pop("ca_file", str(self._folder / "ca.pem"))
        )
        read_only = options.pop("read_only", False)
        files = {"certificate_file": self.pem, "secret_file": self.secret, "client_id": self.tenant.client_id}
        settings = EntraSettings(method=method, **(files | options))
        members = {"device_code": self.device_code, "secret": self.secret_of, "browser": self.browser}
        prompts = type("Prompts", (), {**members, "using": lambda secret: self.used.append(secret.reveal())})
        self.sign_in = SignIn(settings, cloud, network, prompts, listen=self.lines.append)
        directory = Directory(cloud, network, self.sign_in, read_only=read_only, listen=self.lines.append)
        self._undo += [directory.close, self.sign_in.sign_out]
        return directory

    def send(self, directory: Directory, request: GraphRequest, seconds: float = SECONDS) -> Any:
        return directory.send(request, self.tenant.tenant_id, self.cancellation, seconds).result(60)

    def refused(self, directory: Directory, request: GraphRequest, seconds: float = SECONDS) -> PushtuiError:
        with pytest.raises(PushtuiError) as raised:
            self.send(directory, request, seconds)
        return raised.value

    def asked(self, name: str) -> int:
        return sum(name in entry.name for entry in self.requests.entries())

    def stop(self) -> None:
        for undo in reversed(self._undo):
            undo()


@pytest.fixture
def make_lab(tmp_path, key_pairs):
    labs: list[Lab] = []

    def start(**table: Any) -> Lab:
        folder = tmp_path / str(len(labs))
        folder.mkdir()
        labs.append(Lab(table, folder, key_pairs.of_a_lab()))
        return labs[-1]

    yield start
    for lab in labs:
        lab.stop()


@pytest.fixture
def lab(make_lab):
    return make_lab()
