"""The way out: what is trusted, which proxy is taken, and what a failure of the network says."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from typing import Any

import pytest

from pushtui.base.cancellation import Cancellation
from pushtui.base.commands import GraphRequest
from pushtui.base.errors import AnswerLost, PushtuiError, Unreachable
from pushtui.base.proxies import shown_proxy
from pushtui.entra.clouds import cloud_of
from pushtui.entra.settings import CloudSettings, NetworkSettings
from pushtui.entra.transport import proxy_for

ORGANIZATION = GraphRequest.of("GET", "/organization")


def unreachable(world: Any) -> tuple[PushtuiError, PushtuiError]:
    """The same failure as discovery and as the sign-in tell it."""
    with pytest.raises(PushtuiError) as discovery:
        world.directory().discover("fabrikam.com", Cancellation()).result(30)
    with pytest.raises(PushtuiError) as sign_in:
        world.sign_in().token("11111111-2222-4333-8444-555555555555", False, world.cancellation)
    return discovery.value, sign_in.value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """A CONNECT proxy that leads every host to one port, or refuses with a status line."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        self.asked: list[tuple[str, str]] = []
        proxy = self

        class Tunnel(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                target = self.rfile.readline().split()[1].decode()
                headers = b"".join(iter(self.rfile.readline, b"\r\n")).decode()
                proxy.asked.append((target, headers))
                if refusal:
                    self.wfile.write(b"HTTP/1.1 " + refusal + b"\r\nContent-Length: 0\r\n\r\n")
                    return
                with socket.create_connection(("127.0.0.1", port)) as onward:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    back = threading.Thread(target=pump, args=(onward, self.connection), daemon=True)
                    back.start()
                    pump(self.connection, onward)
                    back.join(10)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Nothing: a client that goes away is part of the tests."""

        self._server = Listener(("127.0.0.1", 0), Tunnel)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy(world):
    running = Proxy(world.server.port)
    yield running
    running.stop()


# --- what is trusted -----------------------------------------------------------------------------------------------


def test_an_unknown_authority_is_not_trusted(world):
    world.network = NetworkSettings()
    for error in unreachable(world):
        assert isinstance(error, Unreachable)
        assert error.code == "entra.certificate-untrusted"
        assert "ca_file" in error.remedy
        assert "self-signed" in error.what or "unable to get local issuer" in error.what


def test_the_variables_of_other_libraries_are_not_obeyed(world, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, world.network.ca_file)
    world.network = NetworkSettings()
    assert unreachable(world)[1].code == "entra.certificate-untrusted"


def test_a_certificate_for_another_name_is_not_trusted(world, make, pki):
    other = make.Server(pki.server_context(("other.example",)))
    world.cloud = cloud_of(CloudSettings(login=other.url, graph=other.url))
    first, second = unreachable(world)
    other.stop()
    assert first.code == second.code == "entra.certificate-untrusted"
    assert "mismatch" in first.what


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_a_ca_file_that_cannot_be_used_is_named(world, tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    world.network = NetworkSettings(ca_file=str(file))
    for error in unreachable(world):
        assert error.code == "network.ca-file"
        assert str(file) in error.where


# --- connections that do not come about ----------------------------------------------------------------------------


def test_a_closed_port_is_told(world):
    world.cloud = cloud_of(CloudSettings(login=f"https://127.0.0.1:{free_port()}", graph=world.server.url))
    for error in unreachable(world):
        assert error.code == "entra.unreachable"
        assert "refused" in error.what


def test_a_name_that_does_not_exist_is_told(world):
    world.cloud = cloud_of(CloudSettings(login="https://login.invalid", graph=world.server.url))
    for error in unreachable(world):
        assert error.code == "entra.name-unknown"
        assert "login.invalid" in error.what


def test_a_port_that_speaks_no_tls_is_told(world):
    with socket.socket() as plain:
        plain.bind(("127.0.0.1", 0))
        plain.listen()

        def greet() -> None:
            for _unused in range(2):
                connection, _address = plain.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        port = plain.getsockname()[1]
        world.cloud = cloud_of(CloudSettings(login=f"https://127.0.0.1:{port}", graph=world.server.url))
        codes = {error.code for error in unreachable(world)}
        thread.join(10)
    assert codes == {"entra.tls"}


def test_a_change_that_never_left_is_not_lost(world, make):
    port = free_port()
    world.cloud = cloud_of(CloudSettings(login=world.server.url, graph=f"https://127.0.0.1:{port}"))
    patch = GraphRequest.of("PATCH", "/servicePrincipals/0", {})
    with pytest.raises(Unreachable) as raised:
        world.directory().send(patch, make.TENANT, world.cancellation, 10).result(30)
    assert not isinstance(raised.value, AnswerLost)
    assert raised.value.code == "graph.unreachable"


# --- proxies -------------------------------------------------------------------------------------------------------


def test_production_names_are_reached_through_the_proxy(world, make, proxy, pki):
    names = ("login.microsoftonline.com", "graph.microsoft.com")
    production = make.Server(pki.server_context(names))
    production.url = "https://login.microsoftonline.com"
    production.on("GET .*openid", make.openid(production))
    production.on("POST .*/token", make.Answer(body={"expires_in": 3599, "access_token": "t"}))
    production.on("GET /v1.0/organization", make.Answer(body={"value": [{"id": "1"}]}))
    tunnel = Proxy(production.port)
    try:
        world.cloud = cloud_of(CloudSettings())
        world.network = NetworkSettings(proxy=tunnel.url, ca_file=str(pki.ca_file))
        directory = world.directory()
        assert directory.discover("fabrikam.com", Cancellation()).result(30)["tenant_id"] == make.TENANT
        assert directory.send(ORGANIZATION, make.TENANT, world.cancellation, 10).result(30) == ({"id": "1"},)
        assert sorted(target for target, _headers in tunnel.asked) == sorted(
            f"{name}:443" for name in names
        )  # one each
        assert "authorization" not in "".join(headers for _target, headers in tunnel.asked).lower()
    finally:
        world.closing.close()
        tunnel.stop()
        production.stop()


def test_the_environments_proxy_is_taken_and_no_proxy_obeyed(world, proxy, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    world.directory().discover("fabrikam.com", Cancellation()).result(30)
    assert len(proxy.asked) == 1
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    world.directory().discover("fabrikam.com", Cancellation()).result(30)
    assert len(proxy.asked) == 1


def test_a_dead_proxy_is_named_without_its_password(world):
    world.network = NetworkSettings(proxy=f"http://user:pass-word@127.0.0.1:{free_port()}")
    for error in unreachable(world):
        assert error.code == "entra.proxy-unreachable"
        assert re.search(r"http://127\.0\.0\.1:\d+", error.what)
        assert "pass-word" not in str(error)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (b"407 Proxy Authentication Required", "entra.proxy-sign-in"),
        (b"403 Forbidden", "entra.proxy-refused"),
        (b"502 Bad Gateway", "entra.proxy-refused"),
    ],
)
def test_a_proxy_that_refuses_is_named(world, refusal, code):
    wall = Proxy(0, refusal)
    world.network = NetworkSettings(proxy=wall.url)
    try:
        for error in unreachable(world):
            assert error.code == code
            assert wall.url in str(error)
    finally:
        wall.stop()


def test_the_proxys_credentials_go_to_the_proxy_only(world, proxy):
    world.network = NetworkSettings(
        proxy=proxy.url.replace("http://", "http://user:pass-word@"), ca_file=world.network.ca_file
    )
    world.directory().discover("fabrikam.com", Cancellation()).result(30)
    assert "Proxy-Authorization: Basic" in proxy.asked[0][1]
    assert "proxy-authorization" not in world.server.asked[0].headers


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1080", "proxy.example", "http://", "ftp://x", "http://x:99999"])
def test_a_proxy_that_cannot_be_used_is_refused(world, url):
    world.network = NetworkSettings(proxy=url)
    for error in unreachable(world):
        assert error.code == "network.proxy"


def test_a_proxy_is_shown_without_credentials():
    assert shown_proxy("http://a:b@proxy.example:8080") == "http://proxy.example:8080"
    assert shown_proxy("") == ""


def test_a_proxy_of_the_environment_may_lack_its_scheme(monkeypatch):
    monkeypatch.setenv("https_proxy", "proxy.example:8080")
    assert proxy_for("https://graph.microsoft.com", NetworkSettings()) == "http://proxy.example:8080"
    assert proxy_for("https://x.example", NetworkSettings(proxy="http://own:1")) == "http://own:1"
