"""A small in-memory runspace, and a stand-in for the Internet on real sockets."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pushtui.lab.organization.accounts import Account
from pushtui.lab.organization.build import build
from pushtui.lab.organization.organization import Organization
from pushtui.lab.remoting.cmdlet import ErrorSpec, RemoteObject, TerminatingError
from tests.keys import KeyPairs

TENANT = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"
OTHER_TENANT = "9e7d6c5b-4a39-4828-9716-050403020100"
ACS = "00000001-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
PASSWORD = "correct horse"


class NoHost(Exception):
    """A question was asked of a client that cannot answer."""


class Shell:
    """Runs one cmdlet at a time and remembers what came of it."""

    user = "admin@lab.example"

    def __init__(self, organization: Organization, server: str = "ex01", user: str = "admin@lab.example") -> None:
        self.organization = organization
        self.exchange = organization.exchange_host(server)
        self.windows = organization.windows_host(server)
        self.user = user
        self.answers: bool | None = None
        self.questions: list[str] = []
        self.outputs: list[Any] = []
        self.errors: list[ErrorSpec] = []
        self.warnings: list[str] = []

    @property
    def server(self) -> str:
        return self.exchange.executing_server

    def run(self, name: str, **parameters: Any) -> list[Any]:
        """The cmdlet's objects; errors and warnings are kept beside them."""
        host = self.windows if name.lower() in self.windows.cmdlets(self.user) else self.exchange
        spec = host.cmdlets(self.user)[name.lower()]
        self.questions, self.outputs, self.errors, self.warnings = [], [], [], []
        self._what_if = parameters.pop("WhatIf", False)
        self._confirms = parameters.pop("Confirm", spec.confirms == "asks")
        declared = {p.name: p for p in spec.parameters}
        unknown = parameters.keys() - declared.keys()
        assert not unknown, f"{name} has no parameter {unknown}"
        sets = [declared[p].sets for p in parameters if declared[p].sets]
        fitting = frozenset.intersection(*sets) if sets else frozenset()
        self.parameter_set = (
            spec.default_set if not sets or spec.default_set in fitting else next(iter(sorted(fitting)), "")
        )
        assert fitting or not sets, f"{name}: no parameter set takes {sorted(parameters)}"
        for parameter in spec.parameters:
            if parameter.mandatory and (not parameter.sets or self.parameter_set in parameter.sets):
                assert parameter.name in parameters, f"{name} wants -{parameter.name}"
        for parameter in spec.parameters:
            if parameter.choices and parameter.type == "strings" and parameter.name in parameters:
                given = ",".join(parameters[parameter.name]).split(",")
                assert set(given) <= set(parameter.choices), f"{name} -{parameter.name} does not take {given}"
                parameters[parameter.name] = tuple(given)
        try:
            spec.run(self, parameters)
        except TerminatingError as error:
            self.errors.append(error.error)
        return self.outputs

    def one(self, name: str, **parameters: Any) -> dict[str, Any]:
        """The properties of the only object, server-side ones included."""
        (answer,) = self.run(name, **parameters)
        assert not self.errors, self.errors
        return {**answer.properties, **answer.server_side}

    def ok(self, name: str, **parameters: Any) -> list[Any]:
        """Run without any error."""
        outputs = self.run(name, **parameters)
        assert not self.errors, self.errors
        return outputs

    def refused(self, name: str, **parameters: Any) -> ErrorSpec:
        """The only error of a cmdlet that gives no object."""
        assert self.run(name, **parameters) == []
        (error,) = self.errors
        return error

    def output(self, item: RemoteObject | str | int | bool) -> None:
        self.outputs.append(item)

    def error(self, error: ErrorSpec) -> None:
        self.errors.append(error)

    def warning(self, message: str) -> None:
        self.warnings.append(message)

    def verbose(self, message: str) -> None:
        pass

    def progress(self, activity: str, status: str, percent: int) -> None:
        pass

    def should_process(self, target: str, action: str) -> bool:
        if self._what_if:
            return False
        return not self._confirms or self.should_continue(f"{action}: {target}")

    def should_continue(self, question: str) -> bool:
        self.questions.append(question)
        if self.answers is None:
            raise NoHost(question)
        return self.answers

    def wait(self, seconds: float) -> None:
        pass


class MovableClock:
    """Real dates, moved by hand."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()


class Cloud:
    """The token service and the push endpoint of two tenants, over TLS on loopback: verifies what it is sent."""

    def __init__(self, folder: Path) -> None:
        self.keys: dict[str, list[bytes]] = {TENANT: [], OTHER_TENANT: []}
        self.domains = {"fabrikam.com": TENANT, "contoso.com": OTHER_TENANT}
        self.verified = {TENANT: {"fabrikam.com"}, OTHER_TENANT: {"contoso.com"}}
        self.tokens: dict[str, str] = {}
        self.requests: list[str] = []
        self.replies: dict[str, tuple[int, bytes]] = {}
        self.ca_file = folder / "ca.pem"
        identity = folder / "server.pem"
        _make_tls(self.ca_file, identity)
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, body: bytes) -> None:
                status, content = cloud.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(identity)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.base = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.ca_file)
        return session

    def metadata_url(self, realm: str = "fabrikam.com") -> str:
        return f"{self.base}/metadata/json/1/?realm={realm}"

    @property
    def push_uri(self) -> str:
        return f"{self.base}/PushNotifications"

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(path)
        self.requests.append(f"{method} {parts.path}")
        if parts.path in self.replies:
            return self.replies[parts.path]
        if "/metadata/json/1" in parts.path:
            name = parse_qs(parts.query).get("realm", [parts.path.strip("/").partition("/")[0]])[0]
            tenant = name if name in self.keys else self.domains.get(name.lower(), "")
            return (200, self.metadata(tenant)) if tenant else (404, b"{}")
        if parts.path.endswith("/tokens/OAuth/2"):
            return self._token(parts.path.split("/")[1], {k: v[0] for k, v in parse_qs(body.decode()).items()})
        if parts.path == "/PushNotifications":
            return self._push(authorization, json.loads(body))
        return 404, b"{}"

    def metadata(self, tenant: str) -> bytes:
        endpoint = f"{self.base}/{tenant}/tokens/OAuth/2"
        return json.dumps(
            {
                "id": "x",
                "version": "1.0",
                "realm": tenant,
                "serviceName": ACS,
                "issuer": f"{ACS}@{tenant}",
                "allowedAudiences": [f"{ACS}/accounts.accesscontrol.windows.net@{tenant}"],
                "keys": [{"usage": "signing", "keyValue": {"type": "x509Certificate", "value": "TUlJ"}}],
                "endpoints": [{"location": endpoint, "protocol": "OAuth2", "usage": "issuance"}],
            }
        ).encode()

    def _token(self, tenant: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            assert form["grant_type"] == "http://oauth.net/grant_type/jwt/1.0/bearer"
            assert form["resource"] == f"{EXCHANGE}/outlook.office365.com@{tenant}"
            header = jwt.get_unverified_header(form["assertion"])
            assert (header["typ"], header["alg"]) == ("JWT", "RS256")
            by_x5t = {_x5t(der): der for der in self.keys[tenant]}
            public = x509.load_der_x509_certificate(by_x5t[header["x5t"]]).public_key()
            claims = jwt.decode(
                form["assertion"],
                public,  # type: ignore[arg-type]  # RSA in these tests
                ["RS256"],
                audience=f"{ACS}/accounts.accesscontrol.windows.net@{tenant}",
                issuer=f"{EXCHANGE}@{tenant}",
                options={"require": ["exp", "nbf"]},
            )
            assert claims["exp"] > claims["nbf"]
        except (AssertionError, KeyError, jwt.InvalidTokenError) as error:
            text = f"AADSTS700027: Client assertion contains an invalid signature. {type(error).__name__}"
            return 401, json.dumps({"error": "invalid_client", "error_description": text}).encode()
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = tenant
        return 200, json.dumps({"token_type": "Bearer", "access_token": token, "expires_in": 3600}).encode()

    def _push(self, authorization: str, body: Any) -> tuple[int, bytes]:
        tenant = self.tokens.get(authorization.removeprefix("Bearer "))
        if tenant is None:
            return 401, b'{"error": "invalid_token"}'
        if body["organization"].lower() not in self.verified[tenant] or not body["notifications"]:
            return 403, b'{"error": {"code": "OrganizationMismatch", "message": "not a verified domain"}}'
        return 202, b"{}"


def _x5t(der: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha1(der).digest()).rstrip(b"=").decode()


def _make_tls(ca_file: Path, identity: Path) -> None:
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    ca_file.write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    identity.write_bytes(pem + private)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path)
    yield cloud
    cloud.stop()


class Offline:
    """No Internet at all."""

    def session(self) -> requests.Session:
        raise requests.ConnectionError("offline")


@pytest.fixture
def make(clock: MovableClock, key_pairs: KeyPairs) -> Callable[..., Organization]:
    """make(table, cloud, accounts) -> Organization"""

    def make(
        table: Mapping[str, Any] | None = None,
        cloud: Any = None,
        accounts: tuple[Account, ...] = (Account("admin@lab.example", PASSWORD),),
    ) -> Organization:
        return build(table or {}, cloud or Offline(), accounts, clock=clock, new_key=key_pairs.of_a_lab())

    return make


@pytest.fixture
def shell(make: Callable[..., Organization]) -> Shell:
    """A session on ex01 of a fresh organization without Internet."""
    return Shell(make())


@pytest.fixture
def open_shell() -> type[Shell]:
    return Shell


@pytest.fixture
def no_host() -> type[NoHost]:
    return NoHost


@pytest.fixture
def recordings() -> Path:
    named = os.environ.get("PUSHTUI_RECORDINGS")
    places = [Path(named)] if named else [p / "shared" / "recordings" for p in Path(__file__).resolve().parents]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("the recordings are not here")
