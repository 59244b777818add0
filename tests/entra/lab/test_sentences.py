"""Every refusal that the cloud side can meet, provoked on the lab, and the whole sentence that the administrator reads.

The rows are those of the two tables of traps (msal; Graph and its SDK) that the client was built against. A row that
cannot be met, because the client was built so that it cannot, says so by what was asked of the lab.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import PushtuiError
from pushtui.base.secret import Secret
from pushtui.entra.clouds import cloud_of
from pushtui.entra.settings import CloudSettings
from pushtui.lab.faults import Fault

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
ORGANIZATION = GraphRequest.of("GET", "/organization", select="id")
KEYS = GraphRequest.of("GET", f"/servicePrincipals(appId='{EXCHANGE}')", select="id,keyCredentials")

Provoke = Callable[..., PushtuiError]


def plain(text: str) -> str:
    """The sentence without what differs from run to run."""
    for pattern, word in (
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"/\S*/(application|app|secret)\.(pem|pfx)", "FILE"),
        (r"\d{4}-\d\d-\d\d", "DATE"),
    ):
        text = re.sub(pattern, word, text)
    return text


def refusal(method: str = "certificate", request: GraphRequest = ORGANIZATION, **options: Any) -> Provoke:
    """What a read with this way to sign in ends with, on a tenant that is as `tenant` says."""
    tenant, fault = options.pop("tenant", {}), options.pop("fault", None)

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab(**tenant)
        if fault is not None:
            lab.faults.add(fault)
        error: PushtuiError = lab.refused(lab.directory(method, **options), request, options.get("timeout", 20.0))
        return error

    return provoke


def changed(keys: Callable[[list[dict[str, Any]]], Any], method: str = "certificate", **tenant: Any) -> Provoke:
    """What a change of the service principal's keys ends with."""
    fault = tenant.pop("fault", None)

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab(**tenant)
        directory = lab.directory(method)
        (principal,) = lab.send(directory, KEYS)
        if fault is not None:
            lab.faults.add(fault)
        body = {"keyCredentials": keys(principal["keyCredentials"])}
        error: PushtuiError = lab.refused(
            directory, GraphRequest("PATCH", f"/servicePrincipals/{principal['id']}", (), json.dumps(body))
        )
        return error

    return provoke


def discovered(
    domain: str = "fabrikam.com", fault: Fault | None = None, login: Callable[[], str] | None = None
) -> Provoke:
    """What the look-up of a domain's tenant ends with, at the sign-in host of the lab or at another."""

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab()
        if fault is not None:
            lab.faults.add(fault)
        directory = lab.directory()
        if login is not None:
            elsewhere = login()
            for part in (directory, lab.sign_in._source, lab.sign_in._source._host):
                part._cloud = replace(part._cloud, login=elsewhere)
        with pytest.raises(PushtuiError) as raised:
            directory.discover(domain, Cancellation()).result(30)
        return raised.value

    return provoke


def pasted(paste: Callable[[Any, str], str], **tenant: Any) -> Provoke:
    """What a browser sign-in ends with, given what is pasted at last."""

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab(**tenant)
        lab.browse = lambda url: paste(lab, url)
        error: PushtuiError = lab.refused(lab.directory("browser"), ORGANIZATION)
        return error

    return provoke


def code(decision: str, **tenant: Any) -> Provoke:
    """What a device code ends with; `decision` is the administrator's."""

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab(**tenant)
        lab.approves = decision
        error: PushtuiError = lab.refused(lab.directory("device-code"), ORGANIZATION)
        return error

    return provoke


def declined(lab: Any, url: str) -> str:
    lab.approves = "declined"
    address: str = lab.visit(url)
    return address


def given_up(make_lab: Any) -> PushtuiError:
    lab = make_lab()
    lab.device_code = lambda url, code, expires, give_up: give_up()
    error: PushtuiError = lab.refused(lab.directory("device-code"), ORGANIZATION)
    return error


def disabled_meanwhile(make_lab: Any) -> PushtuiError:
    """The account is disabled after the administrator has approved the code."""
    lab = make_lab()
    approve = lab.device_code

    def then_disable(*arguments: Any) -> None:
        approve(*arguments)
        lab.tenant.change({"user": {"enabled": False}})

    lab.device_code = then_disable
    error: PushtuiError = lab.refused(lab.directory("device-code"), ORGANIZATION)
    return error


def refused_with(number: str) -> Provoke:
    """What a device code ends with that the token endpoint refuses with this number, which has no other cause here."""

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab()
        lab.faults.add(Fault("POST .*/token", "refuse", code=number))
        error: PushtuiError = lab.refused(lab.directory("device-code"), ORGANIZATION)
        return error

    return provoke


def wrong_secret(make_lab: Any) -> PushtuiError:
    lab = make_lab()
    lab.typed = Secret("wrong")
    error: PushtuiError = lab.refused(lab.directory("secret", secret_file=""), ORGANIZATION)
    return error


def wrong_passphrase(make_lab: Any) -> PushtuiError:
    lab = make_lab()
    pem = lab.tenant.client_pem
    file = lab._private(
        "app.pfx",
        pkcs12.serialize_key_and_certificates(
            b"pushtui",
            load_pem_private_key(pem, None),  # type: ignore[arg-type]  # the lab's is an RSA key
            x509.load_pem_x509_certificate(pem),
            None,
            BestAvailableEncryption(b"another one"),
        ),
    )
    lab.typed = Secret("wrong")
    error: PushtuiError = lab.refused(lab.directory(certificate_file=file), ORGANIZATION)
    return error


def foreign_certificate(make_lab: Any) -> PushtuiError:
    lab = make_lab()
    error: PushtuiError = lab.refused(lab.directory(certificate_file=make_lab().pem), ORGANIZATION)
    return error


_HELD: list[socket.socket] = []


def closed_port() -> int:
    """A port at which nobody listens, kept so that nobody will: a lab that starts later would be given it."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    _HELD.append(held)
    port: int = held.getsockname()[1]
    return port


def through(make_proxy: Callable[[Any], str]) -> Provoke:
    """What a read ends with behind this proxy."""

    def provoke(make_lab: Any) -> PushtuiError:
        lab = make_lab()
        directory = lab.directory(proxy=True)
        network = replace(directory._network, proxy=make_proxy(lab))
        for part in (directory, lab.sign_in._source._host):
            part._network = network
        error: PushtuiError = lab.refused(directory, ORGANIZATION)
        return error

    return provoke


def status(number: int, body: str = "", **headers: str) -> Fault:
    return Fault(
        "GET /v1.0/organization",
        "status",
        status=number,
        body=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        times=9,
    )


PAGE = {"body": "<html>Sign in to the network</html>", "Content_Type": "text/html"}


def _another_key() -> str:
    """Base64 of a certificate that the tenant does not know."""
    key = rsa.generate_private_key(65537, 2048)
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another")]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=9))
    return base64.b64encode(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)).decode()


KEPT = ("type", "usage", "key")


def kept(keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: key[name] for name in KEPT} for key in keys]


def with_key(**values: Any) -> Callable[[list[dict[str, Any]]], Any]:
    """The keys that are there, and the first once more with other values."""
    return lambda keys: [*kept(keys), kept(keys)[0] | values]


CASES: dict[str, Provoke] = {
    # --- the sign-in service: settings and the way there
    "no application": refusal(client_id=""),
    "no certificate file": refusal(certificate_file=""),
    "host over http": lambda make_lab: _raised(lambda: cloud_of(CloudSettings(login="http://login.example"))),
    "unknown tenant": discovered("nobody.example"),
    "shared tenant": discovered("common"),
    "another cloud": discovered(
        fault=Fault(
            "GET .*openid",
            "status",
            status=200,
            body=json.dumps({"token_endpoint": "https://login.microsoftonline.us/x/oauth2/v2.0/token", "issuer": "x"}),
        )
    ),
    "closed port": discovered(login=lambda: f"https://127.0.0.1:{closed_port()}"),
    "unknown name": discovered(login=lambda: "https://login.invalid"),
    "unknown authority": refusal(ca_file=""),
    "cut": discovered(fault=Fault("GET .*openid", "cut", times=9)),
    "stall": refusal(timeout=0.5, fault=Fault("POST .*/token", "stall", seconds=30)),
    "portal": discovered(
        fault=Fault("GET .*openid", "status", status=200, body=PAGE["body"], headers={"Content-Type": "text/html"})
    ),
    "redirect": discovered(
        fault=Fault("GET .*openid", "status", status=302, headers={"Location": "http://portal.example/"})
    ),
    "redirected sign-in": refusal(
        fault=Fault("POST .*/token", "status", status=307, headers={"Location": "http://portal.example/"})
    ),
    "throttled sign-in": refusal(fault=Fault("POST .*/token", "status", status=429, headers={"Retry-After": "900"})),
    "sign-in out of order": refusal(
        fault=Fault("POST .*/token", "status", status=503, headers={"Retry-After": "0"}, times=9)
    ),
    "dead proxy": through(lambda lab: f"http://me:word@127.0.0.1:{closed_port()}"),
    "unusable proxy": through(lambda lab: "socks5://127.0.0.1:1080"),
    # --- the application
    "wrong secret": wrong_secret,
    "declined secret": refusal("secret", secret_file=""),
    "expired secret": refusal("secret", tenant={"application": {"secret_days": -1}}),
    "wrong passphrase": wrong_passphrase,
    "expired certificate": refusal(tenant={"application": {"certificate_days": -1}}),
    "foreign certificate": foreign_certificate,
    "unknown client": refusal("device-code", client_id="12345678-0000-4000-8000-000000000000"),
    "disabled application": refusal(tenant={"application": {"enabled": False}}),
    "confidential client": code("approved", application={"public_client": False}),
    "wrong clock": refusal(fault=Fault("POST .*/token", "refuse", status=401, code="700024")),
    # --- the person
    "no consent": code("approved", application={"consented": False}),
    "device code blocked": code("approved", sign_in={"conditional_access": "block-device-code"}),
    "second factor": code("approved", sign_in={"conditional_access": "require-mfa"}),
    "declined code": code("declined"),
    "expired code": code("", sign_in={"code_seconds": 1}),
    "given up code": given_up,
    "disabled account": disabled_meanwhile,
    "expired password": refused_with("50055"),
    "locked account": refused_with("50053"),
    "unassigned account": refused_with("50105"),
    "unknown number": refused_with("99999"),
    "nothing pasted": pasted(lambda lab, url: ""),
    "own address pasted": pasted(lambda lab, url: url),
    "cut address pasted": pasted(
        lambda lab, url: "http://localhost:8400/?state=" + re.findall("state=([^&]+)", url)[0]
    ),
    "other nonce": pasted(lambda lab, url: lab.visit(re.sub("nonce=[^&]+", "nonce=another", url))),
    "declined in the browser": pasted(declined),
    # --- Graph, reading
    "denied read": refusal(tenant={"application": {"application_permissions": []}}),
    "refused token": refusal(fault=status(401)),
    "unknown object": refusal(request=GraphRequest.of("GET", f"/servicePrincipals/{EXCHANGE}")),
    "throttled": refusal(fault=status(429, Retry_After="900")),
    "throttled again and again": refusal(fault=status(429, Retry_After="0")),
    "out of order": refusal(fault=status(500)),
    "Graph's page": refusal(fault=status(200, **PAGE)),
    "Graph's error page": refusal(fault=status(502, **PAGE)),
    "Graph's redirect": refusal(fault=status(307, Location="http://portal.example/")),
    "no JSON": refusal(fault=status(200, "{")),
    "other host's page": refusal(fault=status(200, '{"value": [], "@odata.nextLink": "https://elsewhere.example/"}')),
    "Graph's connection": refusal(fault=Fault("GET /v1.0/", "cut", times=9)),
    "Graph's stall": refusal(timeout=0.7, fault=Fault("GET /v1.0/", "drip")),
    # --- Graph, changing
    "denied change": changed(kept, "device-code", user={"roles": ["Exchange Administrator"]}),
    "no key": changed(with_key(key="bm8gY2VydGlmaWNhdGU=")),
    "end beyond the certificate": changed(with_key(endDateTime="2199-01-01T00:00:00Z", key=_another_key())),
    "local time": changed(with_key(endDateTime="2026-01-01T00:00:00")),
    "altered key": changed(lambda keys: [keys[0] | {"displayName": "other"}]),
    "unknown usage": changed(with_key(usage="Verifiy")),
    "read-only property": changed(lambda keys: {"id": "x"}),
    "policy for keys": changed(kept, fault=Fault("PATCH", "refuse", code="CredentialInvalidLifetimeAsPerAppPolicy")),
    "addKey's refusal": changed(
        kept,
        fault=Fault(
            "PATCH",
            "refuse",
            code="Authentication_MissingOrMalformed",
            message="Access Token missing or malformed.",
        ),
    ),
    "lost change": changed(kept, fault=Fault("PATCH", "cut-after")),
    "change out of order": changed(kept, fault=Fault("PATCH", "status", status=503)),
}


def _raised(call: Callable[[], Any]) -> PushtuiError:
    with pytest.raises(PushtuiError) as raised:
        call()
    return raised.value


SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text())


@pytest.mark.parametrize("case", CASES)
def test_what_the_administrator_reads(make_lab: Any, case: str) -> None:
    assert plain(str(CASES[case](make_lab))) == SENTENCES[case]


def test_every_sentence_is_provoked() -> None:
    assert SENTENCES.keys() == CASES.keys()


# --- what the client was built so that it cannot be met ------------------------------------------------------------


def test_no_host_is_asked_what_a_sign_in_host_is(make_lab: Any) -> None:
    """msal would ask login.microsoftonline.com about a host that it does not know."""
    lab = make_lab()
    lab.send(lab.directory(), ORGANIZATION)
    assert lab.asked("/common/discovery/instance") == 0


@pytest.mark.parametrize("method", ["certificate", "device-code"])
def test_one_token_serves_every_read(make_lab: Any, method: str) -> None:
    """msal misses its cache where the scopes of the answer are not those that were asked for."""
    lab = make_lab(sign_in={"auto_approve": True, "interval": 0})
    lab.approves = ""
    directory = lab.directory(method)
    for request in (ORGANIZATION, KEYS, ORGANIZATION):
        lab.send(directory, request)
    tokens = [entry for entry in lab.requests.entries() if entry.name.endswith("/token") and entry.status == "200"]
    assert len(tokens) == 1


def test_the_variables_of_other_libraries_decide_nothing(make_lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = make_lab()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere/ca.pem")
    assert lab.send(lab.directory(), ORGANIZATION)


def test_a_refusal_is_asked_for_anew(make_lab: Any) -> None:
    """msal would answer the same question from its cache for a minute."""
    lab = make_lab()
    lab.faults.add(Fault("POST .*/token", "refuse", code="90033"))
    directory = lab.directory()
    lab.refused(directory, ORGANIZATION)
    assert lab.send(directory, ORGANIZATION)


def test_keys_come_whole_or_not_at_all(make_lab: Any) -> None:
    """In a list the keys' values are null; the one object that is read has them."""
    lab = make_lab()
    directory = lab.directory()
    listed = GraphRequest.of("GET", "/servicePrincipals", filter=f"appId eq '{EXCHANGE}'", select="id,keyCredentials")
    assert lab.send(directory, listed)[0]["keyCredentials"][0]["key"] is None
    assert lab.send(directory, KEYS)[0]["keyCredentials"][0]["key"]
