"""The cloud side against the simulated tenant: every way to sign in, direct and through the proxy, and its faults."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import (
    AccessDenied,
    AnswerLost,
    Cancelled,
    PushtuiError,
    ReadOnlyRefused,
    RequestRefused,
    SignInRefused,
    Unreachable,
)
from pushtui.base.secret import Secret
from pushtui.entra.clouds import cloud_of
from pushtui.entra.settings import CloudSettings
from pushtui.lab.faults import Fault

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
ORGANIZATION = GraphRequest.of("GET", "/organization", select="id,displayName,assignedPlans")
DOMAINS = GraphRequest.of("GET", "/domains")
KEYS = GraphRequest.of("GET", f"/servicePrincipals(appId='{EXCHANGE}')", select="id,appId,displayName,keyCredentials")
SECONDS = 20.0


def patch_of(principal: Any) -> GraphRequest:
    """The list of keys as it is, in the form that keeps them."""
    kept = [{name: key[name] for name in ("type", "usage", "key")} for key in principal["keyCredentials"]]
    return GraphRequest.of("PATCH", f"/servicePrincipals/{principal['id']}", {"keyCredentials": kept})


@pytest.mark.parametrize("proxy", [False, True], ids=["direct", "proxy"])
@pytest.mark.parametrize("method", ["certificate", "secret", "device-code", "browser"])
def test_every_way_to_sign_in_reads_and_writes(lab, method, proxy):
    directory = lab.directory(method, proxy=proxy)
    found = directory.discover(lab.tenant.domain, Cancellation()).result(30)
    assert found["tenant_id"] == lab.tenant.tenant_id
    assert lab.send(directory, ORGANIZATION)[0]["displayName"] == "Fabrikam"
    assert {domain["id"] for domain in lab.send(directory, DOMAINS)} >= {"fabrikam.com", "fabrikam.onmicrosoft.com"}
    (principal,) = lab.send(directory, KEYS)
    assert principal["appId"] == EXCHANGE
    assert principal["keyCredentials"][0]["key"]
    assert lab.send(directory, patch_of(principal)) == ()
    assert len(lab.tenant.snapshot()["service_principal"]["keys"]) == 1
    expected = (
        "admin@fabrikam.com" if method in {"device-code", "browser"} else f"app {lab.tenant.client_id[:8]}… ({method})"
    )
    assert lab.sign_in.identity == expected
    assert len(lab.codes) == (1 if method == "device-code" else 0)
    assert len(lab.addresses) == (1 if method == "browser" else 0)


def test_a_domain_of_nobody_is_told(lab):
    with pytest.raises(RequestRefused) as raised:
        lab.directory().discover("nobody.example", Cancellation()).result(30)
    assert raised.value.code == "entra.tenant-not-found"


def test_pages_are_followed(make_lab):
    lab = make_lab(page_size=1)
    assert len(lab.send(lab.directory(), DOMAINS)) == 2


@pytest.mark.parametrize("effect", ["status", "cut", "drip"])
def test_reads_survive_a_bad_moment(lab, effect):
    lab.faults.add(Fault("GET /v1.0/organization", effect, status=429, headers={"Retry-After": "1"}))
    directory = lab.directory()
    if effect == "drip":
        assert lab.refused(directory, ORGANIZATION, 0.7).code == "graph.timeout"
    else:
        assert lab.send(directory, ORGANIZATION)[0]["displayName"] == "Fabrikam"
        waits = [line.wait for line in lab.lines if "waiting 1 s" in line.text]
        assert waits == ([] if effect == "cut" else [1.0])


def test_a_busy_sign_in_service_says_for_how_long_it_is_left_alone(lab):
    lab.faults.add(Fault("POST .*/token", "status", status=429, headers={"Retry-After": "1"}))
    assert lab.send(lab.directory(), ORGANIZATION)
    assert [line.wait for line in lab.lines if line.wait] == [1.0]


def test_a_service_that_is_down_for_a_moment_is_asked_again(lab):
    lab.faults.add(Fault("GET /v1.0/organization", "status", status=503, headers={"Retry-After": "0"}, times=2))
    assert lab.send(lab.directory(), ORGANIZATION)


def test_a_change_whose_answer_is_lost_was_made_and_is_not_repeated(lab):
    directory = lab.directory()
    (principal,) = lab.send(directory, KEYS)
    emptied = GraphRequest.of("PATCH", f"/servicePrincipals/{principal['id']}", {"keyCredentials": []})
    lab.faults.add(Fault("PATCH /v1.0/", "cut-after"))
    error = lab.refused(directory, emptied)
    assert isinstance(error, AnswerLost)
    assert lab.tenant.snapshot()["service_principal"]["keys"] == []
    assert lab.asked("PATCH") == 1


@pytest.mark.parametrize("fault", [Fault("PATCH", "cut"), Fault("PATCH", "status", status=503)])
def test_a_change_that_may_have_been_made_is_never_repeated(lab, fault):
    directory = lab.directory()
    (principal,) = lab.send(directory, KEYS)
    lab.faults.add(fault)
    assert isinstance(lab.refused(directory, patch_of(principal)), AnswerLost)
    assert lab.asked("PATCH") == 1


def test_a_throttled_change_waits_and_is_made(lab):
    directory = lab.directory()
    (principal,) = lab.send(directory, KEYS)
    lab.faults.add(Fault("PATCH", "status", status=429, headers={"Retry-After": "0"}))
    assert lab.send(directory, patch_of(principal)) == ()


def test_a_stall_ends_in_time(lab):
    lab.faults.add(Fault("GET /v1.0/organization", "stall", seconds=30))
    assert lab.refused(lab.directory(), ORGANIZATION, 0.5).code == "graph.timeout"


def test_a_read_only_run_changes_nothing(lab):
    directory = lab.directory(read_only=True)
    (principal,) = lab.send(directory, KEYS)
    assert isinstance(lab.refused(directory, patch_of(principal)), ReadOnlyRefused)
    assert lab.asked("PATCH") == 0


def test_the_real_authority_is_not_the_labs(lab):
    error = lab.refused(lab.directory(ca_file=""), ORGANIZATION)
    assert isinstance(error, Unreachable)
    assert error.code == "entra.certificate-untrusted"


def test_a_host_that_the_proxy_does_not_lead_to_is_told(lab):
    directory = lab.directory(proxy=True)
    directory._cloud = cloud_of(CloudSettings(graph="https://graph.microsoft.us"))
    error = lab.refused(directory, ORGANIZATION)
    assert error.code == "graph.proxy-refused"
    assert "graph.microsoft.us" in error.what


def code_and_help(error: PushtuiError) -> tuple[str, str]:
    assert isinstance(error, SignInRefused)
    return error.code.removeprefix("entra."), error.identifier


def test_a_wrong_secret_is_told(lab):
    lab.typed = Secret("wrong")
    error = lab.refused(lab.directory("secret", secret_file=""), ORGANIZATION)
    assert code_and_help(error) == ("application-refused", "AADSTS7000215")


def test_an_expired_secret_is_told(make_lab):
    lab = make_lab(application={"secret_days": -1})
    assert code_and_help(lab.refused(lab.directory("secret"), ORGANIZATION)) == ("application-refused", "AADSTS7000222")


def test_an_expired_certificate_is_told(make_lab):
    lab = make_lab(application={"certificate_days": -1})
    error = lab.refused(lab.directory(), ORGANIZATION)
    assert code_and_help(error) == ("application-refused", "AADSTS700027")
    assert "expired on" in error.cause


def test_a_certificate_that_is_not_registered_is_told(lab, make_lab):
    error = lab.refused(lab.directory(certificate_file=make_lab().pem), ORGANIZATION)
    assert code_and_help(error) == ("application-refused", "AADSTS700027")


@pytest.mark.parametrize("method", ["certificate", "secret", "device-code"])
def test_an_unknown_client_is_told(lab, method):
    unknown = "12345678-0000-4000-8000-000000000000"
    error = lab.refused(lab.directory(method, client_id=unknown), ORGANIZATION)
    assert code_and_help(error) == ("application-refused", "AADSTS700016")


def test_a_missing_consent_is_told(make_lab):
    lab = make_lab(application={"consented": False})
    error = lab.refused(lab.directory("device-code"), ORGANIZATION)
    assert code_and_help(error) == ("consent-missing", "AADSTS65001")
    denied = lab.refused(lab.directory("certificate"), ORGANIZATION)
    assert isinstance(denied, AccessDenied)
    assert "Organization.Read.All" in denied.cause


@pytest.mark.parametrize(
    ("policy", "word", "number"),
    [("block-device-code", "policy-refused", 53003), ("require-mfa", "interaction-required", 50076)],
)
def test_conditional_access_is_told(make_lab, policy, word, number):
    lab = make_lab(sign_in={"conditional_access": policy})
    error = lab.refused(lab.directory("device-code"), ORGANIZATION)
    assert code_and_help(error) == (word, f"AADSTS{number}")


def test_a_confidential_client_cannot_use_a_device_code(make_lab):
    lab = make_lab(application={"public_client": False})
    assert lab.refused(lab.directory("device-code"), ORGANIZATION).identifier == "AADSTS7000218"


def test_a_declined_code_is_told(lab):
    lab.approves = "declined"
    assert lab.refused(lab.directory("device-code"), ORGANIZATION).code == "entra.sign-in-declined"


def test_a_code_that_nobody_approves_expires(make_lab):
    lab = make_lab(sign_in={"code_seconds": 1})
    lab.approves = ""
    assert lab.refused(lab.directory("device-code"), ORGANIZATION).code == "entra.code-expired"


def test_waiting_for_a_code_is_cancelled_at_once(lab):
    lab.approves = ""
    future = lab.directory("device-code").send(ORGANIZATION, lab.tenant.tenant_id, lab.cancellation, SECONDS)
    threading.Timer(0.3, lab.cancellation.cancel).start()
    with pytest.raises(Cancelled):
        future.result(30)


def test_another_tenant_is_refused(lab, make_lab):
    other = make_lab()
    with pytest.raises(RequestRefused) as raised:
        lab.directory().send(ORGANIZATION, other.tenant.tenant_id, lab.cancellation, SECONDS).result(30)
    assert raised.value.code == "entra.tenant-not-found"


def test_a_revoked_session_asks_for_a_new_sign_in(lab):
    directory = lab.directory("device-code")
    (principal,) = lab.send(directory, KEYS)
    lab.tenant.change({"revoke_sign_ins": True})
    assert lab.send(directory, patch_of(principal)) == ()
    assert len(lab.codes) == 2


def test_a_missing_permission_is_named(make_lab):
    lab = make_lab(application={"application_permissions": ["Organization.Read.All"]})
    directory = lab.directory()
    assert lab.send(directory, ORGANIZATION)
    error = lab.refused(directory, KEYS)
    assert isinstance(error, AccessDenied)
    assert "Application.Read.All" in error.cause


def test_a_missing_role_is_explained(make_lab):
    lab = make_lab(user={"roles": ["Exchange Administrator"]})
    directory = lab.directory("device-code")
    (principal,) = lab.send(directory, KEYS)
    error = lab.refused(directory, patch_of(principal))
    assert isinstance(error, AccessDenied)
    assert "Cloud Application Administrator" in error.cause
    assert "dedicated Exchange hybrid application" in error.remedy


def test_a_key_that_was_altered_is_refused_with_its_reason(lab):
    directory = lab.directory()
    (principal,) = lab.send(directory, KEYS)
    changed = [key | {"displayName": "other"} for key in principal["keyCredentials"]]
    request = GraphRequest(
        "PATCH", f"/servicePrincipals/{principal['id']}", (), json.dumps({"keyCredentials": changed})
    )
    assert lab.refused(directory, request).code == "graph.key-not-updatable"


def test_an_application_id_is_no_object_id(lab):
    error = lab.refused(lab.directory(), GraphRequest.of("GET", f"/servicePrincipals/{EXCHANGE}"))
    assert error.code == "graph.not-found"
    assert "application id" in error.cause


# --- browser sign-in -----------------------------------------------------------------------------------------------


def test_a_browser_sign_in_carries_state_nonce_and_pkce_and_asks_for_reading_alone(lab):
    directory = lab.directory("browser")
    (principal,) = lab.send(directory, KEYS)
    asked = dict(parse_qsl(urlsplit(lab.addresses[0][0]).query))
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["redirect_uri"] == "http://localhost:8400"
    assert "Application.Read.All" in asked["scope"]
    assert "ReadWrite" not in asked["scope"]
    lab.send(directory, patch_of(principal))
    assert len(lab.addresses) == 1  # what is consented to already needs no second sign-in
    assert any("tenant " + lab.tenant.tenant_id in line.text for line in lab.lines)


def test_a_write_that_needs_a_new_sign_in_asks_for_the_same_account(lab):
    directory = lab.directory("browser")
    (principal,) = lab.send(directory, KEYS)
    lab.tenant.change({"revoke_sign_ins": True})
    lab.send(directory, patch_of(principal))
    asked = dict(parse_qsl(urlsplit(lab.addresses[1][0]).query))
    assert asked["login_hint"] == "admin@fabrikam.com"
    assert "Application.ReadWrite.All" in asked["scope"]


def edited(pattern: str, replacement: str) -> Callable[[Any, str], str]:
    """What a browser ended at, once, with a part of it replaced."""
    ended: dict[str, str] = {}

    def paste(lab: Any, url: str) -> str:
        ended[url] = ended.get(url) or lab.visit(url)
        return re.sub(pattern, replacement, ended[url])

    return paste


@pytest.mark.parametrize(
    ("paste", "words"),
    [
        (lambda lab, url: url, "not the address that the browser ended at"),
        (lambda lab, url: "http://localhost.evil.example:8400/?code=x&state=y", "not the address"),
        (lambda lab, url: "hunter2", "not the address"),
        (lambda lab, url: "http://[localhost:8400", "not the address"),
        (edited("state=[^&]+", "state=ofAnotherSignIn"), "belongs to another sign-in"),
        (edited("code=[^&]+", ""), "not copied whole"),
    ],
    ids=["own", "foreign", "nonsense", "broken", "state", "cut"],
)
def test_an_address_that_cannot_be_used_is_told_and_asked_for_again(lab, paste, words):
    lab.browse = lambda url: paste(lab, url)
    error = lab.refused(lab.directory("browser"), ORGANIZATION)
    assert error.code == "entra.pasted-wrong"
    assert words in error.what
    assert [problem for _url, problem in lab.addresses] == ["", error.what, error.what]
    assert len({url for url, _problem in lab.addresses}) == 1
    assert lab.asked("/token") == 0


def test_an_address_that_a_terminal_wrapped_or_quoted_is_good(lab):
    lab.browse = lambda url: "  '" + re.sub("(.{30})", r"\1\n", lab.visit(url)) + "'\n"
    assert lab.send(lab.directory("browser"), ORGANIZATION)


def test_an_address_is_good_once(lab):
    pasted: list[str] = []

    def again(url: str) -> str:
        if not pasted:
            pasted.append(lab.visit(url))
            return pasted[0]
        return re.sub("state=[^&]+", "state=" + dict(parse_qsl(urlsplit(url).query))["state"], pasted[0])

    lab.browse = again
    directory = lab.directory("browser")
    lab.send(directory, ORGANIZATION)
    lab.sign_in.sign_out()
    error = lab.refused(directory, ORGANIZATION)
    assert (error.code, error.identifier) == ("entra.pasted-refused", "AADSTS54005")
    assert "used once" in error.cause
    assert error.remedy == "Sign in again"


def test_an_address_that_is_too_old_is_told(lab):
    lab.faults.add(
        Fault(
            "POST .*/token",
            "status",
            status=400,
            body=json.dumps(
                {
                    "error": "invalid_grant",
                    "error_codes": [70008],
                    "error_description": "AADSTS70008: The code expired.",
                }
            ),
        )
    )
    error = lab.refused(lab.directory("browser"), ORGANIZATION)
    assert (error.code, error.identifier) == ("entra.pasted-refused", "AADSTS70008")


def test_a_code_that_was_exchanged_for_another_sign_in_is_refused(lab, make_lab):
    other = make_lab()
    theirs = other.directory("browser")
    stolen: list[str] = []
    other.browse = lambda url: stolen.append(other.visit(url)) or ""
    other.refused(theirs, ORGANIZATION)
    code = dict(parse_qsl(urlsplit(stolen[0]).query))["code"]
    lab.browse = lambda url: re.sub("code=[^&]+", f"code={code}", lab.visit(url))
    assert lab.refused(lab.directory("browser"), ORGANIZATION).code == "entra.pasted-refused"


def test_a_declined_browser_sign_in_is_told(lab):
    lab.approves = "declined"
    assert lab.refused(lab.directory("browser"), ORGANIZATION).code == "entra.sign-in-declined"
    lab.browse = lambda url: ""
    assert lab.refused(lab.directory("browser"), ORGANIZATION).code == "entra.sign-in-abandoned"


def test_a_missing_consent_for_a_browser_sign_in_is_told(make_lab):
    lab = make_lab(application={"consented": False})
    error = lab.refused(lab.directory("browser"), ORGANIZATION)
    assert code_and_help(error)[1] == "AADSTS65001"
    assert "admin consent" in error.remedy


def test_where_device_codes_are_blocked_the_browser_is_suggested_and_works(make_lab):
    lab = make_lab(sign_in={"conditional_access": "block-device-code"})
    error = lab.refused(lab.directory("device-code"), ORGANIZATION)
    assert "blocked it" in error.cause
    assert 'method = "browser"' in error.remedy
    assert lab.send(lab.directory("browser"), ORGANIZATION)


def test_giving_up_the_code_ends_the_sign_in_once_for_everything_that_waits(lab):
    leave: SimpleQueue[Any] = SimpleQueue()
    lab.device_code = lambda url, code, expires, give_up: (lab.codes.append(code), leave.put(give_up))
    directory = lab.directory("device-code")
    waiting = [
        directory.send(request, lab.tenant.tenant_id, lab.cancellation, SECONDS) for request in (ORGANIZATION, DOMAINS)
    ]
    leave.get(timeout=20)()
    for future in waiting:
        with pytest.raises(SignInRefused) as raised:
            future.result(30)
        assert raised.value.code == "entra.sign-in-abandoned"
    assert len(lab.codes) == 1


# --- where the application's credentials come from -----------------------------------------------------------------


@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_a_pkcs12_file_signs_in(lab, tmp_path, passphrase):
    pem = Path(lab.pem).read_bytes()
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pfx = pkcs12.serialize_key_and_certificates(
        b"pushtui",
        load_pem_private_key(pem, None),  # type: ignore[arg-type]  # the lab's is an RSA key
        x509.load_pem_x509_certificate(pem),
        None,
        encryption,
    )
    file = lab._private("app.pfx", pfx)
    if passphrase:
        assert "passphrase is wrong" in lab.refused(lab.directory(certificate_file=file), ORGANIZATION).cause
    given = lab._private("passphrase", f"{passphrase}\n".encode()) if passphrase else ""
    assert lab.send(lab.directory(certificate_file=file, passphrase_file=given), ORGANIZATION)
    assert passphrase in ["", *lab.used]


def test_a_client_secret_comes_from_a_command(lab):
    directory = lab.directory("secret", secret_file="", secret_command=("cat", lab.secret))
    assert lab.send(directory, ORGANIZATION)
    assert lab.tenant.client_secret in lab.used
