"""Signing in: what the admin is asked, what is sent, and what a refusal says."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pushtui.base.errors import (
    Cancelled,
    FileProblem,
    PushtuiError,
    RequestRefused,
    SignInRefused,
    Unreachable,
    UsageError,
)
from pushtui.base.secret import Secret

TENANT = "11111111-2222-4333-8444-555555555555"
OTHER = "aaaaaaaa-2222-4333-8444-555555555555"


def failure(world: Any, write: bool = False, **settings: Any) -> PushtuiError:
    with pytest.raises(PushtuiError) as raised:
        world.sign_in(**settings).token(TENANT, write, world.cancellation)
    return raised.value


@pytest.fixture
def device(world, make):
    """The device code flow, as the service offers it."""
    world.server.on(
        "POST .*/devicecode",
        make.Answer(
            body={
                "user_code": "ABCD1234",
                "device_code": f"{make.CANARY}-device",
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 900,
                "interval": 0,
            }
        ),
    )
    world.server.on("POST .*/token", make.user_token())
    return world


# --- certificate ---------------------------------------------------------------------------------------------------


def test_a_certificate_signs_in_with_sha256_and_keeps_its_token(world):
    sign_in = world.sign_in()
    assert sign_in.identity == ""
    token = sign_in.token(TENANT, False, world.cancellation)
    assert sign_in.token(TENANT.upper(), True, world.cancellation).reveal() == token.reveal()
    assert sign_in.identity == "app 99999999… (certificate)"
    asked = [asked for asked in world.server.asked if asked.method == "POST"]
    assert len(asked) == 1
    form = asked[0].form
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == f"{world.server.url}/.default"
    header = jwt.get_unverified_header(form["client_assertion"])
    assert header["alg"] == "PS256"
    certificate = x509.load_pem_x509_certificate(world.pem.read_bytes())
    audience = f"{world.server.url}/{TENANT}/oauth2/v2.0/token"
    claims = jwt.decode(form["client_assertion"], certificate.public_key(), ["PS256"], audience=audience)
    assert claims["iss"] == form["client_id"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused_unread(world, tmp_path, mode):
    file = tmp_path / "app.pem"
    file.write_bytes(world.pem.read_bytes())
    file.chmod(mode)
    error = failure(world, certificate_file=str(file))
    assert isinstance(error, FileProblem)
    assert error.code == "file.others-read"
    assert "chmod 600" in error.remedy
    assert world.server.asked == []


@pytest.mark.parametrize("kind", ["absent", "folder", "pipe"])
def test_a_certificate_file_that_is_none_is_told(world, tmp_path, kind):
    file = tmp_path / "app.pem"
    if kind == "folder":
        file.mkdir(0o700)
    if kind == "pipe":
        os.mkfifo(file, 0o600)
    error = failure(world, certificate_file=str(file))
    assert isinstance(error, FileProblem)
    assert str(file) in error.where


def pem(file: Any, *parts: bytes) -> str:
    file.touch(0o600)
    file.write_bytes(b"".join(parts))
    return str(file)


def private(key: Any, password: bytes = b"") -> bytes:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def certificate(key: Any, start: int = -1, days: int = 2) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    begin = datetime.now(UTC) + timedelta(days=start)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begin, begin + timedelta(days=days))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def rsa_key() -> Any:
    return rsa.generate_private_key(65537, 2048)


def test_what_cannot_sign_is_refused_with_its_reason(world, tmp_path, rsa_key):
    curve = ec.generate_private_key(ec.SECP256R1())
    other = ec.generate_private_key(ec.SECP256R1())
    good = rsa_key.private_numbers()
    signs_wrongly = rsa.RSAPrivateNumbers(
        good.p, good.q, good.d ^ 2, good.dmp1 ^ 2, good.dmq1, good.iqmp, good.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    files = {
        "no PKCS#12 file": [b"\x30\x82garbage"],
        "PEM or PKCS#12": [private(rsa_key)],
        "RSA key": [private(curve), certificate(curve)],
        "none of the file's certificates": [private(rsa_key), certificate(other)],
        "is damaged": [private(signs_wrongly), certificate(rsa_key)],
        "damaged": [b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", certificate(curve)],
    }
    for index, (reason, parts) in enumerate(files.items()):
        error = failure(world, certificate_file=pem(tmp_path / f"{index}.pem", *parts))
        assert isinstance(error, UsageError)
        assert reason in error.cause
    assert world.server.asked == []


def test_an_encrypted_key_asks_for_its_passphrase(world, tmp_path, rsa_key):
    file = pem(tmp_path / "app.pem", certificate(rsa_key), private(rsa_key, b"open sesame"))
    world.prompts.answer = Secret("open sesame")
    assert world.sign_in(certificate_file=file).token(TENANT, False, world.cancellation)
    assert world.prompts.asked[0][0] == file
    world.prompts.answer = Secret("wrong")
    assert "passphrase is wrong" in failure(world, certificate_file=file).cause


def test_an_expired_certificate_is_named_when_the_service_refuses_it(world, make, tmp_path, rsa_key):
    file = pem(tmp_path / "app.pem", certificate(rsa_key, -30, 10), private(rsa_key))
    world.server.on("POST .*/token", make.oauth_error("invalid_client", 700027, status=401))
    error = failure(world, certificate_file=file)
    assert error.code == "entra.application-refused"
    assert "expired on" in error.cause


def test_settings_that_are_missing_are_named(world):
    assert failure(world, client_id="").code == "settings.client-id"
    assert failure(world, certificate_file="").code == "settings.certificate-file"


# --- secret --------------------------------------------------------------------------------------------------------


def test_a_secret_comes_from_a_private_file_or_from_the_admin(world, tmp_path):
    file = pem(tmp_path / "secret", b"from the file\n")
    world.sign_in(method="secret", secret_file=file).token(TENANT, False, world.cancellation)
    world.prompts.answer = Secret("typed")
    asking = world.sign_in(method="secret")
    asking.token(TENANT, False, world.cancellation)
    secrets = [asked.form["client_secret"] for asked in world.server.asked if asked.method == "POST"]
    assert secrets == ["from the file", "typed"]
    assert len(world.prompts.asked) == 1
    assert asking.identity == "app 99999999… (secret)"


def test_a_declined_secret_is_no_sign_in(world):
    assert failure(world, method="secret").code == "entra.secret-declined"


def test_a_wrong_secret_is_asked_for_again(world, make):
    world.prompts.answer = Secret("wrong")
    world.server.on("POST .*/token", make.oauth_error("invalid_client", 7000215, status=401), times=1)
    sign_in = world.sign_in(method="secret")
    with pytest.raises(SignInRefused, match="secret is wrong"):
        sign_in.token(TENANT, False, world.cancellation)
    world.prompts.answer = Secret("right")
    sign_in.token(TENANT, False, world.cancellation)
    assert world.server.asked[-1].form["client_secret"] == "right"


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "number", "suberror", "word", "words"),
    [
        ("invalid_tenant", 90002, "", "tenant-not-found", "misspelt"),
        ("unauthorized_client", 700016, "", "application-refused", "client id"),
        ("invalid_client", 7000215, "", "application-refused", "secret is wrong"),
        ("invalid_client", 7000222, "", "application-refused", "secret has expired"),
        ("invalid_client", 7000218, "", "application-refused", "confidential"),
        ("invalid_client", 700025, "", "application-refused", "public client"),
        ("invalid_client", 700027, "", "application-refused", "not registered"),
        ("invalid_client", 700024, "", "application-refused", "clock"),
        ("invalid_client", 700023, "", "application-refused", "clock"),
        ("invalid_grant", 65001, "consent_required", "consent-missing", "consented"),
        ("invalid_grant", 53003, "message_only", "policy-refused", "Conditional Access"),
        ("interaction_required", 50076, "basic_action", "interaction-required", "multi-factor"),
        ("authorization_declined", 70019, "", "sign-in-declined", "said no"),
        ("access_denied", 65004, "", "sign-in-declined", "not accepted"),
        ("expired_token", 70020, "", "code-expired", "few minutes"),
        ("invalid_scope", 1002012, "", "scope-refused", "form"),
        ("invalid_resource", 500011, "", "scope-refused", "national cloud"),
        ("invalid_grant", 50173, "bad_token", "sign-in-ended", "revoked"),
        ("invalid_grant", 50126, "", "sign-in-refused", "password is wrong"),
        ("invalid_request", 900144, "", "sign-in-refused", "form"),
        ("invalid_instance", 50049, "", "sign-in-refused", "national cloud"),
        ("temporarily_unavailable", 90033, "", "unavailable", "busy"),
        ("brand_new_error", 123456, "", "sign-in-refused", "told by the service"),
    ],
)
def test_each_refusal_has_its_word_and_its_help(world, make, error, number, suberror, word, words):
    world.server.on("POST .*/token", make.oauth_error(error, number, suberror=suberror))
    found = failure(world)
    assert (found.code, found.identifier) == (f"entra.{word}", f"AADSTS{number}")
    assert words in found.cause
    assert "correlation id cccccccc" in found.where
    assert "Trace ID" not in str(found)


def test_the_decision_is_on_the_error_not_on_the_number(world, make):
    world.server.on("POST .*/token", make.oauth_error("invalid_grant", 999999, suberror="consent_required"))
    assert failure(world).code == "entra.consent-missing"


def test_an_unknown_tenant_is_told_although_msal_does_not_say(world, make):
    world.server.on("GET .*openid", make.oauth_error("invalid_tenant", 90002))
    error = failure(world)
    assert isinstance(error, RequestRefused)
    assert error.code == "entra.tenant-not-found"


def test_a_new_attempt_really_asks_again(world, make):
    world.server.on("POST .*/token", make.oauth_error("invalid_scope", 70011), times=1)
    sign_in = world.sign_in()
    with pytest.raises(SignInRefused):
        sign_in.token(TENANT, False, world.cancellation)
    assert sign_in.token(TENANT, False, world.cancellation)


def test_credentials_never_go_to_another_host(world, make):
    document = make.openid(world.server).body
    document["token_endpoint"] = document["token_endpoint"].replace("127.0.0.1", "localhost")
    world.server.on("GET .*openid", make.Answer(body=document))
    assert failure(world).code == "entra.other-cloud"
    assert world.server.count("POST") == 0


def test_a_token_of_another_tenant_is_refused(world, make):
    body = {"token_type": "Bearer", "expires_in": 3599, "access_token": make.jwt(tid=OTHER)}
    world.server.on("POST .*/token", make.Answer(body=body))
    sign_in = world.sign_in()
    with pytest.raises(SignInRefused) as raised:
        sign_in.token(TENANT, False, world.cancellation)
    assert raised.value.code == "entra.wrong-tenant"
    assert sign_in.cached(TENANT, False) is None
    assert sign_in.identity == ""


def test_an_opaque_token_is_accepted(world, make):
    body = {"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}
    world.server.on("POST .*/token", make.Answer(body=body))
    assert world.sign_in().token(TENANT, False, world.cancellation).reveal() == "opaque"


@pytest.mark.parametrize("match", ["GET .*openid", "POST .*/token"])
def test_a_captive_portal_is_named(world, make, match):
    world.server.on(match, make.Answer(200, b"<html>", {"Content-Type": "text/html"}))
    error = failure(world)
    assert isinstance(error, Unreachable)
    assert error.code == "entra.intercepted"


@pytest.mark.parametrize("match", ["GET .*openid", "POST .*/token"])
def test_a_busy_service_is_asked_again_and_the_wait_announced(world, make, match):
    world.server.on(match, make.Answer(503, {}, {"Retry-After": "0"}), times=2)
    assert world.sign_in().token(TENANT, False, world.cancellation)
    assert sum("503" in text for text in world.said("progress")) == 2


def test_a_service_that_stays_busy_is_given_up(world, make):
    world.server.on("POST .*/token", make.Answer(503, {}, {"Retry-After": "0"}))
    assert failure(world).code == "entra.unavailable"
    world.server.on("POST .*/token", make.Answer(429, {}, {"Retry-After": "900"}))
    error = failure(world)
    assert error.code == "entra.throttled"
    assert "900" in error.cause


def test_a_cut_connection_is_tried_again(world, make):
    world.server.on("POST .*/token", make.Answer(effect="cut"), times=1)
    assert world.sign_in().token(TENANT, False, world.cancellation)


def test_a_stalled_sign_in_ends_in_time_and_by_cancelling(world, make):
    world.server.on("POST .*/token", make.Answer(effect="stall"))
    assert failure(world, timeout=0.5).code == "entra.timeout"
    outcome: list[BaseException] = []

    def sign_in() -> None:
        try:
            world.sign_in().token(TENANT, False, world.cancellation)
        except PushtuiError as error:
            outcome.append(error)

    asked = world.server.count("POST")
    thread = threading.Thread(target=sign_in)
    thread.start()
    while world.server.count("POST") == asked:
        world.server.arrived.wait(0.01)
    world.cancellation.cancel()
    thread.join(10)
    assert isinstance(outcome[0], Cancelled)


# --- device code ---------------------------------------------------------------------------------------------------


def test_a_device_code_is_shown_and_the_account_named(device, make):
    device.server.on("POST .*/token", make.oauth_error("authorization_pending", 70016), times=2)
    sign_in = device.sign_in(method="device-code")
    sign_in.token(TENANT, False, device.cancellation)
    ((url, code, expires),) = device.prompts.codes
    assert (url, code) == ("https://microsoft.com/devicelogin", "ABCD1234")
    assert timedelta(minutes=14) < expires - datetime.now(UTC) <= timedelta(minutes=15)
    assert sign_in.identity == "admin@fabrikam.com"


def test_the_permission_to_write_is_only_asked_for_when_something_is_to_be_written(device):
    sign_in = device.sign_in(method="device-code")
    sign_in.token(TENANT, False, device.cancellation)
    asked = next(asked.form["scope"] for asked in device.server.asked if "devicecode" in asked.path)
    assert "Application.Read.All" in asked
    assert "ReadWrite" not in asked
    sign_in.token(TENANT, True, device.cancellation)
    refresh = device.server.asked[-1].form
    assert refresh["grant_type"] == "refresh_token"
    assert "Application.ReadWrite.All" in refresh["scope"]
    assert len(device.prompts.codes) == 1


def test_a_write_that_needs_consent_shows_a_second_code(device, make):
    sign_in = device.sign_in(method="device-code")
    sign_in.token(TENANT, False, device.cancellation)
    device.server.on("POST .*/token", make.user_token(name="owner@fabrikam.com"))
    device.server.on("POST .*/token", make.oauth_error("invalid_grant", 65001, suberror="consent_required"), times=1)
    sign_in.token(TENANT, True, device.cancellation)
    assert len(device.prompts.codes) == 2
    assert "ReadWrite" in [asked.form["scope"] for asked in device.server.asked if "devicecode" in asked.path][1]
    assert sign_in.identity == "owner@fabrikam.com"


def test_waiting_for_the_admin_can_be_cancelled(device, make):
    device.server.on("POST .*/token", make.oauth_error("authorization_pending", 70016))
    threading.Thread(target=lambda: (device.prompts.shown.wait(10), device.cancellation.cancel())).start()
    assert isinstance(failure(device, method="device-code"), Cancelled)


def test_a_network_failure_does_not_end_the_wait(device, make):
    device.server.on("POST .*/token", make.Answer(effect="cut"), times=4)
    device.server.on("POST .*/token", make.Answer(503, {}, {"Retry-After": "0"}), times=4)
    sign_in = device.sign_in(method="device-code")
    assert sign_in.token(TENANT, False, device.cancellation)
    assert len(device.prompts.codes) == 1
    assert sum("still waiting" in text for text in device.said("progress")) == 2


@pytest.mark.parametrize(
    ("error", "number", "suberror", "word"),
    [
        ("authorization_declined", 70019, "", "sign-in-declined"),
        ("expired_token", 70020, "", "code-expired"),
        ("invalid_grant", 53003, "message_only", "policy-refused"),
        ("invalid_client", 7000218, "", "application-refused"),
    ],
)
def test_a_refused_device_code_says_why(device, make, error, number, suberror, word):
    device.server.on("POST .*/token", make.oauth_error(error, number, suberror=suberror))
    assert failure(device, method="device-code").code == f"entra.{word}"


def test_a_code_that_nobody_enters_expires(device, make):
    flow = {"user_code": "X", "device_code": "d", "verification_uri": "https://microsoft.com/devicelogin"}
    device.server.on("POST .*/devicecode", make.Answer(body=flow | {"expires_in": 0, "interval": 0}))
    assert failure(device, method="device-code").code == "entra.code-expired"
    assert device.server.count("POST .*/token") == 0


def test_an_unknown_client_gets_no_code(device, make):
    device.server.on("POST .*/devicecode", make.oauth_error("unauthorized_client", 700016))
    assert failure(device, method="device-code").code == "entra.application-refused"
    assert device.prompts.codes == []


@pytest.mark.parametrize("page", ["http://microsoft.com/devicelogin", "https://microsoft.com.evil.example/", "x", ""])
def test_a_code_is_never_shown_for_a_foreign_page(device, make, page):
    flow = {"user_code": "X", "device_code": "d", "verification_uri": page, "expires_in": 900, "interval": 0}
    device.server.on("POST .*/devicecode", make.Answer(body=flow))
    assert failure(device, method="device-code").code == "entra.page-unknown"
    assert device.prompts.codes == []


def test_another_tenants_account_is_refused(device, make):
    device.server.on("POST .*/token", make.user_token(tenant=OTHER))
    assert failure(device, method="device-code").code == "entra.wrong-tenant"


def test_what_graph_refused_is_refreshed_and_not_taken_from_msals_cache(device):
    sign_in = device.sign_in(method="device-code")
    sign_in.token(TENANT, False, device.cancellation)
    sign_in.forget_token(TENANT)
    asked = device.server.count("POST .*/token")
    sign_in.token(TENANT, False, device.cancellation)
    assert device.server.count("POST .*/token") == asked + 1
    assert len(device.prompts.codes) == 1


def test_signing_out_ends_a_sign_in_that_is_under_way(device, make):
    device.server.on("POST .*/token", make.Answer(effect="stall"))
    sign_in = device.sign_in(method="device-code")
    threading.Thread(target=lambda: (device.prompts.shown.wait(10), sign_in.sign_out())).start()
    with pytest.raises(Cancelled):
        sign_in.token(TENANT, False, device.cancellation)
    assert sign_in.cached(TENANT, False) is None


def test_signing_out_forgets_everything(device):
    sign_in = device.sign_in(method="device-code")
    sign_in.token(TENANT, False, device.cancellation)
    sign_in.sign_out()
    assert sign_in.cached(TENANT, False) is None
    assert sign_in.identity == ""
    sign_in.token(TENANT, False, device.cancellation)
    assert len(device.prompts.codes) == 2
