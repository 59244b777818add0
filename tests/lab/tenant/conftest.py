"""A running tenant, and the plainest clients for it: requests directly, requests through the proxy, stock msal."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import msal
import pytest
import requests

from pushtui.lab.faults import Fault, Faults
from pushtui.lab.pki import Authority
from pushtui.lab.requests import Request, RequestLog
from pushtui.lab.tenant.build import Tenant, build
from pushtui.lab.tenant.certificates import SignedKey, self_signed, x5t
from tests.keys import KeyPairs

EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
PRINCIPAL = f"/v1.0/servicePrincipals(appId='{EXCHANGE_ONLINE}')"
SCOPE = "https://graph.microsoft.com/.default"


class MovableClock:
    """The machine's clock, moved ahead by what a test let pass."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Rig:
    """A tenant with its log, its faults, its clock and clients that ignore the environment."""

    tenant: Tenant
    log: RequestLog
    faults: Faults
    clock: MovableClock
    ca_file: Path
    _open: list[requests.Session] = field(default_factory=list)

    def session(self, *, proxied: bool = False) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.ca_file)
        if proxied:
            session.proxies = {"https": self.tenant.proxy_url}
        self._open.append(session)
        return session

    def close(self) -> None:
        for session in self._open:
            session.close()
        self.tenant.stop()

    @property
    def client_credential(self) -> dict[str, str]:
        """The certificate as msal takes it."""
        pem = self.tenant.client_pem.decode()
        key, mark, certificate = pem.partition("-----BEGIN CERTIFICATE-----")
        return {"private_key": key, "public_certificate": mark + certificate}

    def confidential(self, credential: Any = None, **options: Any) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            options.pop("client_id", self.tenant.client_id),
            client_credential=credential or self.client_credential,
            authority=options.pop("authority", f"{self.tenant.url}/{self.tenant.tenant_id}"),
            instance_discovery=False,
            http_client=options.pop("http_client", None) or self.session(),
            **options,
        )

    def public(self, **options: Any) -> msal.PublicClientApplication:
        return msal.PublicClientApplication(
            self.tenant.client_id,
            authority=options.pop("authority", f"{self.tenant.url}/{self.tenant.tenant_id}"),
            instance_discovery=False,
            http_client=options.pop("http_client", None) or self.session(),
        )

    def app_token(self) -> str:
        answer = self.token_request(
            grant_type="client_credentials", client_secret=self.tenant.client_secret, scope=SCOPE
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def user_token(self, scope: str = f"{SCOPE} openid profile offline_access") -> str:
        """A delegated token by device code, approved at once."""
        started = self.session().post(
            self.login("devicecode"), data={"client_id": self.tenant.client_id, "scope": scope}
        )
        assert started.status_code == 200, started.text
        self.tenant.approve(started.json()["user_code"])
        answer = self.token_request(
            grant_type="urn:ietf:params:oauth:grant-type:device_code", device_code=started.json()["device_code"]
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def login(self, endpoint: str, tenant: str = "") -> str:
        return f"{self.tenant.url}/{tenant or self.tenant.tenant_id}/oauth2/v2.0/{endpoint}"

    def token_request(self, tenant: str = "", **form: str) -> requests.Response:
        return self.session().post(self.login("token", tenant), data={"client_id": self.tenant.client_id} | form)

    def graph(self, method: str, path: str, *, token: str | None = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.app_token() if token is None else token}"}
        return self.session().request(
            method, self.tenant.url + path, headers=headers | options.pop("headers", {}), **options
        )

    def keys(self) -> list[dict[str, Any]]:
        """keyCredentials with their key, as Graph shows them now."""
        answer = self.graph("GET", f"{PRINCIPAL}?$select=id,keyCredentials")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["keyCredentials"]
        return found

    def patch_keys(self, keys: Any, **options: Any) -> requests.Response:
        return self.graph("PATCH", PRINCIPAL, json={"keyCredentials": keys}, **options)

    def fingerprints(self) -> list[str]:
        """SHA-256 of the keys that are really there."""
        return [key["sha256"] for key in self.tenant.snapshot()["service_principal"]["keys"]]

    def strike(self, match: str, **fault: Any) -> None:
        self.faults.add(Fault(match, **fault))

    def entries(self, side: str) -> list[Request]:
        return [entry for entry in self.log.entries() if entry.side == side]


@pytest.fixture(scope="session")
def certificate() -> SignedKey:
    """An Auth certificate as Exchange makes one."""
    now = datetime.now(UTC)
    return self_signed(
        "CN=Microsoft Exchange Server Auth Certificate", now - timedelta(days=30), now + timedelta(days=1500)
    )


@pytest.fixture(scope="session")
def expired() -> SignedKey:
    now = datetime.now(UTC)
    return self_signed("CN=Retired Exchange organization", now - timedelta(days=900), now - timedelta(days=30))


@pytest.fixture(scope="session")
def other() -> SignedKey:
    now = datetime.now(UTC)
    return self_signed("CN=Another Exchange organization", now - timedelta(days=90), now + timedelta(days=900))


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture(scope="session")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_bytes(authority.ca_pem)
    return path


@pytest.fixture(autouse=True)
def hostile_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxies and authorities the machine has must not matter."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


RigMaker = Callable[..., Rig]


def _make(authority: Authority, ca_file: Path, key_pairs: KeyPairs, table: dict[str, Any]) -> Rig:
    log, faults, clock = RequestLog(), Faults(), MovableClock()
    tenant = build(table, log, faults, authority=authority, clock=clock, new_key=key_pairs.of_a_lab())
    tenant.start()
    return Rig(tenant, log, faults, clock, ca_file)


@pytest.fixture
def make_rig(authority: Authority, ca_file: Path, key_pairs: KeyPairs) -> Iterator[RigMaker]:
    """A tenant of one's own, from a [tenant] table."""
    made: list[Rig] = []

    def make(**table: Any) -> Rig:
        made.append(_make(authority, ca_file, key_pairs, table))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(make_rig: RigMaker) -> Rig:
    """A tenant as it is by default, for tests that change it."""
    return make_rig()


@pytest.fixture(scope="module")
def shared_rig(
    authority: Authority, ca_file: Path, key_pairs: KeyPairs, certificate: SignedKey, expired: SignedKey
) -> Iterator[Rig]:
    """A tenant for tests that only look; its principal holds a good key and an expired one."""
    keys = [{"der": base64.b64encode(item.der).decode()} for item in (certificate, expired)]
    with closing(_make(authority, ca_file, key_pairs, {"keys": keys})) as made:
        yield made


@dataclass(frozen=True)
class Tools:
    """Small things that many tests want."""

    principal: str = PRINCIPAL
    exchange_online: str = EXCHANGE_ONLINE
    scope: str = SCOPE

    @staticmethod
    def key(signed: SignedKey, **more: Any) -> dict[str, Any]:
        """A keyCredential as pushtui sends one."""
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(signed.der).decode(), **more}

    @staticmethod
    def sha256(signed: SignedKey) -> str:
        return hashlib.sha256(signed.der).hexdigest()

    @staticmethod
    def assertion(signed: SignedKey, claims: dict[str, Any], *, algorithm: str = "RS256", **headers: Any) -> str:
        """A signed token with these claims over nbf and exp of a few minutes."""
        now = int(time.time())
        named = headers or {"x5t": x5t(signed.der)}
        return jwt.encode({"nbf": now - 10, "exp": now + 600, **claims}, signed.key, algorithm, headers=named)

    @staticmethod
    def aadsts(answer: requests.Response) -> tuple[int, str, int]:
        """Status, error and number of an OAuth refusal, whose text must carry the number too."""
        body = answer.json()
        number = body["error_codes"][0]
        assert body["error_description"].startswith(f"AADSTS{number}: ")
        assert {"timestamp", "trace_id", "correlation_id"} <= body.keys()
        return answer.status_code, body["error"], number

    @staticmethod
    def odata(answer: requests.Response) -> tuple[int, str]:
        """Status and code of an OData error, whose request id must be the header's."""
        error = answer.json()["error"]
        assert error["innerError"]["request-id"] == answer.headers["request-id"]
        assert error["message"]
        return answer.status_code, error["code"]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return Tools()
