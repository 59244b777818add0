"""Who gets in, how, and who does not: stock pypsrp, raw requests and curl against both kinds of endpoint."""

from __future__ import annotations

import base64
import shutil
import socket
import ssl
import subprocess
from typing import Any

import pytest
import requests
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan
from requests.auth import HTTPBasicAuth

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:Action>x/Get</a:Action></s:Header>'
    "<s:Body/></s:Envelope>"
)
IDENTIFY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Header/>'
    "<s:Body><w:Identify/></s:Body></s:Envelope>"
)
NTLM_NEGOTIATE = base64.b64encode(b"NTLMSSP\x00\x01\x00\x00\x00\x97\x82\x08\xe2" + bytes(24)).decode()


def opened(lab: Any, **options: Any) -> bool:
    connection = WSMan("127.0.0.1", port=lab.endpoint.port, no_proxy=True, **options)
    with connection, RunspacePool(connection, configuration_name=lab.configuration) as pool:
        return pool.protocol_version == "2.3"


@pytest.mark.parametrize("user", ["admin@lab.example", "LAB\\admin", "lab.example\\admin", "ADMIN@lab.example"])
def test_ntlm_signs_in_to_windows_with_encrypted_messages(serve: Any, run: Any, user: str) -> None:
    lab = serve("windows")
    with lab.pool(username=user) as pool:
        output, shell = run(pool, "Get-Service", "MSExchangeHM")
        assert pool.connection.transport.encryption is not None
    assert [str(item) for item in output] == ["MSExchangeHM"]
    assert not shell.had_errors
    (entry,) = [entry for entry in lab.requests.entries() if entry.name == "Get-Service"]
    assert (entry.side, entry.account) == ("windows", "admin@lab.example")


def test_negotiate_falls_back_to_ntlm_where_there_is_no_ticket(serve: Any, run: Any) -> None:
    lab = serve("windows")
    with lab.pool(auth="negotiate", username="LAB\\admin") as pool:
        assert len(run(pool, "Get-Service")[0]) == 2


def test_ntlm_over_tls_is_bound_to_the_channel(serve: Any, run: Any) -> None:
    lab = serve("windows", tls=True)
    with lab.pool(auth="ntlm", path="wsman") as pool:
        assert pool.connection.transport.encryption is None
        assert len(run(pool, "Get-Service")[0]) == 2
    with pytest.raises(AuthenticationError):
        opened(
            lab,
            path="wsman",
            auth="ntlm",
            username="LAB\\admin",
            password="Lab-Passw0rd",
            cert_validation=str(lab.ca_file),
            negotiate_send_cbt=False,
        )


@pytest.mark.parametrize(("user", "password"), [("LAB\\admin", "wrong"), ("LAB\\nobody", "Lab-Passw0rd"), ("x", "y")])
def test_wrong_credentials_are_refused_by_ntlm(serve: Any, user: str, password: str) -> None:
    lab = serve("windows")
    with pytest.raises(AuthenticationError), lab.pool(username=user, password=password):
        pass
    assert [entry.status for entry in lab.requests.entries() if entry.name == "sign-in"] == ["401"]


@pytest.mark.parametrize(("user", "password"), [("admin@lab.example", "wrong"), ("nobody@lab.example", "x")])
def test_wrong_credentials_are_refused_by_basic(serve: Any, user: str, password: str) -> None:
    lab = serve()
    with pytest.raises(AuthenticationError), lab.pool(username=user, password=password):
        pass
    assert lab.endpoint.shells.by_user() == {}


@pytest.mark.parametrize("auth", ["ntlm", "negotiate"])
def test_exchange_refuses_a_real_ntlm_client(serve: Any, auth: str) -> None:
    lab = serve(schemes=("Basic", "Negotiate"))
    with pytest.raises((AuthenticationError, ValueError)), lab.pool(auth=auth, username="LAB\\admin"):
        pass
    assert lab.endpoint.shells.by_user() == {}


@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM"])
def test_an_ntlm_token_gets_no_challenge_from_exchange(serve: Any, scheme: str) -> None:
    lab = serve(schemes=("Basic", "Negotiate"))
    answer = requests.post(
        lab.endpoint.url, headers={"Authorization": f"{scheme} {NTLM_NEGOTIATE}"}, verify=lab.ca_file, timeout=10
    )
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="ex01.lab.example"'
    assert ("sign-in", "401") in [(entry.name, entry.status) for entry in lab.requests.entries()]


def test_basic_is_not_for_clear_text(make_host: Any, serve: Any) -> None:
    with pytest.raises(ValueError, match="TLS"):
        serve(tls=False)
    windows = serve("windows")
    answer = requests.post(windows.endpoint.url, ENVELOPE, auth=HTTPBasicAuth("LAB\\admin", "Lab-Passw0rd"), timeout=10)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Negotiate")


def test_messages_in_the_clear_are_refused_without_tls(serve: Any) -> None:
    lab = serve("windows")
    with pytest.raises(WinRMTransportError), lab.pool(encryption="never"):
        pass
    open_one = serve("windows", allow_unencrypted=True)
    with open_one.pool(encryption="never") as pool:
        assert pool.connection.transport.encryption is None


def test_another_shell_of_the_same_path_only(serve: Any) -> None:
    lab = serve()
    for path, status in (("/owa", 404), ("/PowerShell/", 401), ("/powershell?serializationLevel=Full;X=1", 401)):
        answer = requests.post(f"https://127.0.0.1:{lab.endpoint.port}{path}", "x", verify=lab.ca_file, timeout=10)
        assert (path, answer.status_code) == (path, status)
    assert requests.get(lab.endpoint.url, verify=lab.ca_file, timeout=10).status_code == 405


def test_an_unknown_authority_is_refused_by_the_client(serve: Any) -> None:
    lab = serve()
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(lab.endpoint.url, "x", timeout=10)
    # The handshake that failed cost nobody else anything.
    assert requests.post(lab.endpoint.url, "x", verify=lab.ca_file, timeout=10).status_code == 401


def test_the_certificate_passes_the_strict_checks(serve: Any) -> None:
    lab = serve()
    context = ssl.create_default_context(cafile=str(lab.ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        ssl.create_default_context(cafile=str(lab.ca_file)).wrap_socket(_connect(lab), server_hostname="127.0.0.1"),
        context.wrap_socket(_connect(lab), server_hostname="ex01.lab.example") as connection,
    ):
        assert connection.version() in ("TLSv1.2", "TLSv1.3")


def _connect(lab: Any) -> Any:
    return socket.create_connection(("127.0.0.1", lab.endpoint.port), timeout=10)


def test_identify_needs_no_sign_in_on_windows(serve: Any) -> None:
    headers = {"WSMANIDENTIFY": "unauthenticated", "Content-Type": "application/soap+xml;charset=UTF-8"}
    answer = requests.post(serve("windows").endpoint.url, IDENTIFY, headers=headers, timeout=10)
    assert answer.status_code == 200
    assert "<wsmid:ProductVendor>Microsoft Corporation" in answer.text
    exchange = serve()
    refused = requests.post(exchange.endpoint.url, IDENTIFY, headers=headers, verify=exchange.ca_file, timeout=10)
    assert refused.status_code == 401


CURL = shutil.which("curl") or ""


@pytest.mark.skipif(not CURL, reason="curl is not there")
@pytest.mark.parametrize(
    ("side", "options", "expected"),
    [
        ("exchange", ["--basic"], "500"),
        ("exchange", ["--ntlm"], "401"),
        ("exchange", ["--anyauth"], "500"),
        ("windows", ["--basic"], "401"),
        ("windows", ["--negotiate"], "401"),
    ],
)
def test_curl_gets_as_far_as_it_should(serve: Any, side: str, options: list[str], expected: str) -> None:
    """500 is the fault for an action that the lab does not know: curl got through to the WSMan service."""
    lab = serve(side)
    command = [CURL, "-q", "--silent", "--noproxy", "*", "--max-time", "20", "--output", "/dev/null"]
    command += ["--write-out", "%{http_code}", "--user", "admin@lab.example:Lab-Passw0rd", "--data", ENVELOPE]
    command += ["--cacert", str(lab.ca_file)] if lab.ca_file else []
    command += [*options, lab.endpoint.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == expected
