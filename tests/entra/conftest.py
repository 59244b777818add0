"""A small sign-in host and Graph over real TLS on loopback, whose every answer a test can replace."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import os
import re
import ssl
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pushtui.base.cancellation import Cancellation
from pushtui.base.secret import Secret
from pushtui.entra.clouds import Cloud, cloud_of
from pushtui.entra.graph import Directory
from pushtui.entra.settings import CloudSettings, EntraSettings, NetworkSettings
from pushtui.entra.signin import SignIn
from pushtui.entra.stream import StreamLine

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"
CANARY = "CANARY-7f3a"
"""Part of every credential and token, so that a leak can be searched for."""


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@dataclass
class Pki:
    """An authority and a certificate for loopback and the production host names."""

    folder: Path
    ca_file: Path = field(init=False)

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self._ca = (
            x509.CertificateBuilder()
            .subject_name(_name("test authority"))
            .issuer_name(_name("test authority"))
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = self.folder / "ca.pem"
        self.ca_file.write_bytes(self._ca.public_bytes(Encoding.PEM))

    def server_context(self, names: tuple[str, ...] = ("127.0.0.1", "localhost")) -> ssl.SSLContext:
        now = datetime.now(UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        san: list[x509.GeneralName] = []
        for name in names:
            try:
                san.append(x509.IPAddress(ipaddress.ip_address(name)))
            except ValueError:
                san.append(x509.DNSName(name))
        leaf = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0]))
            .issuer_name(self._ca.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(san), False)
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False)
            .sign(self._key, hashes.SHA256())
        )
        file = self.folder / f"{uuid.uuid4()}.pem"
        file.write_bytes(_pem(key) + leaf.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body).items()}


@dataclass
class Answer:
    """What to answer. `effect`: "" answers, "cut" ends the connection, "stall" says nothing until the test ends."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    effect: str = ""


Handler = Callable[[Asked], Answer]


class Server:
    """The host. `on` adds an answer that is taken before the standing ones, `times` times."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.asked: list[Asked] = []
        self.arrived = threading.Event()
        self._ended = threading.Event()
        self._rules: list[tuple[str, Handler, list[int]]] = []
        server = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                server._answer(self, Asked(self.command, self.path, headers, self.rfile.read(length).decode()))

            do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  # the names that the base class calls

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
                """Nothing: tests read `asked`."""

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self) -> Any:
                connection, address = super().get_request()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Nothing: a client that goes away is part of the tests."""

        self._http = Listener(("127.0.0.1", 0), Requests)
        self.port = self._http.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def on(self, match: str, answer: Answer | Handler, times: int = 1_000_000) -> None:
        """Answer requests whose "METHOD path" matches; the last rule added is asked first."""
        handler = (lambda _asked: answer) if isinstance(answer, Answer) else answer
        self._rules.insert(0, (match, handler, [times]))

    def count(self, match: str) -> int:
        return sum(bool(re.search(match, f"{asked.method} {asked.path}")) for asked in self.asked)

    def stop(self) -> None:
        self._ended.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.asked.append(asked)
        answer = self._decide(asked)
        self.arrived.set()
        if answer.effect == "stall":
            self._ended.wait(30)
        if answer.effect:
            handler.close_connection = True
            with contextlib.suppress(OSError):
                handler.connection.close()
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        body = b"" if answer.status == 204 or answer.body is None else body
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _decide(self, asked: Asked) -> Answer:
        for match, handler, left in self._rules:
            if left[0] > 0 and re.search(match, f"{asked.method} {asked.path}"):
                left[0] -= 1
                return handler(asked)
        return Answer(404, {"error": {"code": "Request_ResourceNotFound", "message": "no such rule"}})


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.{CANARY}"


def openid(server: Server, tenant: str = TENANT) -> Answer:
    base = f"{server.url}/{tenant}"
    return Answer(
        body={
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        }
    )


def user_token(tenant: str = TENANT, name: str = "admin@fabrikam.com", **more: Any) -> Answer:
    """A good answer of the device code flow."""
    client_info = base64.urlsafe_b64encode(json.dumps({"uid": "u-" + name, "utid": tenant}).encode()).decode()
    return Answer(
        body={
            "token_type": "Bearer",
            "expires_in": 4000,
            "access_token": jwt(tid=tenant, nonce=CANARY),
            "refresh_token": f"{CANARY}-refresh",
            "id_token": jwt(
                aud=CLIENT, iss="x", sub="u", oid="u", tid=tenant, preferred_username=name, exp=int(time.time()) + 4000
            ),
            "client_info": client_info,
        }
        | more
    )


def oauth_error(error: str, number: int, text: str = "", suberror: str = "", status: int = 400) -> Answer:
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {text or 'told by the service'}. Trace ID: t Correlation ID: c",
        "error_codes": [number],
        "correlation_id": "cccccccc-0000-4000-8000-000000000000",
    }
    return Answer(status, body | ({"suberror": suberror} if suberror else {}))


def graph_error(status: int, code: str, message: str = "told by Graph", details: list[Any] | None = None) -> Answer:
    error = {"code": code, "message": message, "innerError": {"date": "2026-01-01T00:00:00", "request-id": "r"}}
    return Answer(status, {"error": error | ({"details": details} if details else {})})


@dataclass
class Prompts:
    """What the admin is asked, and a prepared answer."""

    answer: Secret | None = None
    browse: Callable[[str, str], str] = lambda url, problem: ""
    """What is pasted for a sign-in address, and for the problem with what was pasted before."""
    leave: bool = False
    """Whether the device code is given up as soon as it is shown."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    used: list[str] = field(default_factory=list, repr=False)
    codes: list[tuple[str, str, datetime]] = field(default_factory=list)
    shown: threading.Event = field(default_factory=threading.Event)

    def device_code(self, url: str, code: str, expires: datetime, give_up: Callable[[], None]) -> None:
        self.codes.append((url, code, expires))
        self.shown.set()
        if self.leave:
            give_up()

    def browser(self, url: str, problem: str) -> Secret | None:
        self.addresses.append((url, problem))
        pasted = self.browse(url, problem)
        return Secret(pasted) if pasted else None

    def using(self, secret: Secret) -> None:
        self.used.append(secret.reveal())

    def secret(self, account: str, purpose: str) -> Secret | None:
        self.asked.append((account, purpose))
        return self.answer


@dataclass
class World:
    """Everything that a test of the cloud side needs."""

    server: Server
    cloud: Cloud
    network: NetworkSettings
    pem: Path
    prompts: Prompts = field(default_factory=Prompts)
    lines: list[StreamLine] = field(default_factory=list)
    closing: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    cancellation: Cancellation = field(default_factory=Cancellation)

    def sign_in(self, **settings: Any) -> SignIn:
        chosen = {"method": "certificate", "client_id": CLIENT, "certificate_file": str(self.pem), "timeout": 10.0}
        sign_in = SignIn(
            EntraSettings(**(chosen | settings)), self.cloud, self.network, self.prompts, listen=self.lines.append
        )
        self.closing.callback(sign_in.sign_out)
        return sign_in

    def directory(self, sign_in: SignIn | None = None, *, read_only: bool = False) -> Directory:
        directory = Directory(
            self.cloud,
            self.network,
            sign_in or self.sign_in(),
            read_only=read_only,
            listen=self.lines.append,
        )
        self.closing.callback(directory.close)
        return directory

    def said(self, kind: str) -> list[str]:
        return [line.text for line in self.lines if line.kind == kind]


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def application_pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application's key and certificate in one private file."""
    key = rsa.generate_private_key(65537, 2048)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("pushtui"))
        .issuer_name(_name("pushtui"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("application") / "app.pem"
    file.touch(0o600)
    file.write_bytes(_pem(key) + certificate.public_bytes(Encoding.PEM))
    return file


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"}:
            monkeypatch.delenv(name)


@pytest.fixture
def make() -> Any:
    """This module itself, which importlib mode does not let tests import."""
    return sys.modules[__name__]


@pytest.fixture
def server(pki: Pki) -> Iterator[Server]:
    running = Server(pki.server_context())
    running.on(r"GET .*openid-configuration", openid(running))
    running.on(
        r"POST .*/token",
        Answer(body={"token_type": "Bearer", "expires_in": 3599, "access_token": jwt(tid=TENANT, nonce=CANARY)}),
    )
    yield running
    running.stop()


@pytest.fixture
def world(server: Server, pki: Pki, application_pem: Path) -> Iterator[World]:
    cloud = cloud_of(CloudSettings(login=server.url, graph=server.url))
    made = World(server, cloud, NetworkSettings(ca_file=str(pki.ca_file)), application_pem)
    with made.closing:
        yield made
