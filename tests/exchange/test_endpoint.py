"""Settings become endpoints, or one sentence about what is wrong with them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pushtui.base.errors import Side, UsageError
from pushtui.exchange.endpoint import exchange_endpoint, windows_endpoint
from pushtui.exchange.settings import ExchangeSettings, WindowsSettings

SERVER = "ex01.lab.example"


def test_kerberos_goes_over_http_and_basic_over_https() -> None:
    kerberos = exchange_endpoint(ExchangeSettings(server=SERVER))
    assert (kerberos.url, kerberos.configuration) == (f"http://{SERVER}:80/PowerShell", "Microsoft.Exchange")
    assert kerberos.service == "HTTP"
    basic = exchange_endpoint(ExchangeSettings(server=SERVER, auth="basic", user="a@lab.example"))
    assert basic.url == f"https://{SERVER}:443/PowerShell"
    over_tls = exchange_endpoint(ExchangeSettings(server=SERVER, ssl=True, port=8443, path="/PowerShell/"))
    assert over_tls.url == f"https://{SERVER}:8443/PowerShell"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (ExchangeSettings(), "exchange.no-server"),
        (ExchangeSettings(server=SERVER, auth="basic", ssl=False, user="a@lab.example"), "exchange.basic-over-http"),
        (ExchangeSettings(server=SERVER, auth="basic"), "exchange.no-user"),
        (ExchangeSettings(server=SERVER, proxy="socks5://127.0.0.1:1080"), "exchange.proxy"),
    ],
)
def test_settings_that_cannot_work(settings: ExchangeSettings, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        exchange_endpoint(settings)
    assert caught.value.code == code


def test_the_windows_endpoint_of_a_server() -> None:
    exchange = ExchangeSettings(server=SERVER, user="admin@lab.example")
    endpoint = windows_endpoint(WindowsSettings(enabled=True), exchange, "ex02.lab.example")
    assert endpoint.url == "http://ex02.lab.example:5985/wsman"
    assert (endpoint.user, endpoint.side) == ("admin@lab.example", Side.WINDOWS)
    secure = windows_endpoint(WindowsSettings(ssl=True, user="local@lab.example"), exchange, SERVER)
    assert (secure.port, secure.user) == (5986, "local@lab.example")


def test_a_server_behind_a_port_forward_keeps_its_name() -> None:
    settings = WindowsSettings(connect_to={"EX01.lab.example": "127.0.0.1:15985", "ex02.lab.example": "[::1]:15986"})
    endpoint = windows_endpoint(settings, ExchangeSettings(), SERVER)
    assert (endpoint.host, endpoint.port) == ("127.0.0.1", 15985)
    assert endpoint.service_host == endpoint.name == SERVER, "Kerberos asks for the server, not for the forward"
    assert endpoint.where == f"{SERVER}, http://127.0.0.1:15985/wsman"
    assert windows_endpoint(settings, ExchangeSettings(), "ex02.lab.example").url == "http://[::1]:15986/wsman"


@pytest.mark.parametrize("address", ["127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", ":5985", "host:port"])
def test_a_port_forward_that_is_none(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        windows_endpoint(WindowsSettings(connect_to={SERVER: address}), ExchangeSettings(), SERVER)
    assert caught.value.code == "windows.connect-to"
    assert address in caught.value.what


def test_nothing_heavy_is_imported_before_a_session_opens() -> None:
    code = (
        "import sys, pushtui.exchange.endpoint, pushtui.exchange.settings, pushtui.exchange.worker\n"
        "sys.exit(','.join(n for n in ('pypsrp', 'requests', 'spnego', 'cryptography') if n in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
