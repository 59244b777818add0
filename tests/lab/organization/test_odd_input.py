"""Whatever text a client sends, the answer is an object or a refusal, and the state stays whole."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pushtui.lab.organization.task import thumbprint_of

ODD = ("https://[::1", "https://x:99999/", "http://", "CN=", "CN=a,,C=x", "C=xyz", "\\", "ex01\\", "é.example")
SILENT = {"Set-AuthConfig", "Get-Service", "Get-AuthServer"}
"""Those that may rightly say nothing."""
_odd = st.one_of(
    st.text(max_size=30),
    st.sampled_from(ODD),
)


@pytest.mark.parametrize(
    ("cmdlet", "parameter", "more"),
    [
        ("Get-ExchangeServer", "Identity", {}),
        ("Get-ExchangeCertificate", "Thumbprint", {}),
        ("Get-ExchangeCertificate", "Identity", {}),
        ("Get-ExchangeCertificate", "Server", {}),
        ("New-ExchangeCertificate", "SubjectName", {"Services": ["None"]}),
        ("New-ExchangeCertificate", "SubjectKeyIdentifier", {"Services": ["None"]}),
        ("New-AuthServer", "AuthMetadataUrl", {"Name": "x"}),
        ("Get-AuthServer", "Identity", {}),
        ("Set-AuthConfig", "CertificateThumbprint", {"Force": True}),
        ("Enable-PushNotificationProxy", "Uri", {"Organization": "fabrikam.com"}),
        ("Enable-PushNotificationProxy", "Organization", {}),
        ("Invoke-MonitoringProbe", "Identity", {"Server": "ex01"}),
        ("Invoke-MonitoringProbe", "Server", {"Identity": "a\\b"}),
        ("Test-OAuthConnectivity", "TargetUri", {"Service": "EWS", "Mailbox": "x"}),
        ("Get-Service", "DisplayName", {}),
    ],
)
@given(text=_odd)
def test_odd_text_is_answered(shell: Any, cmdlet: str, parameter: str, more: dict[str, Any], text: str) -> None:
    shell.run(cmdlet, **{parameter: [text] if parameter == "DisplayName" else text, **more})
    assert shell.outputs or shell.errors or shell.warnings or cmdlet in SILENT
    json.dumps(shell.organization.snapshot())


@given(text=st.text(max_size=30))
def test_odd_domains_are_answered(shell: Any, text: str) -> None:
    shell.run("New-ExchangeCertificate", Services=["None"], DomainName=[text])
    assert bool(shell.outputs) != bool(shell.errors)


@given(st.text())
def test_a_thumbprint_is_capital_hexadecimal(text: str) -> None:
    once = thumbprint_of(text)
    assert set(once) <= set("0123456789ABCDEF")
    assert thumbprint_of(once) == once


def test_many_sessions_at_once(make: Any, open_shell: Any) -> None:
    organization = make()
    failures: list[BaseException] = []

    def work(server: str) -> None:
        try:
            shell = open_shell(organization, server)
            for _ in range(5):
                made = shell.one("New-ExchangeCertificate", Services=["Federation"], PrivateKeyExportable=True)
                shell.ok("Get-ExchangeCertificate", Server="ex02")
                shell.run("Set-AuthConfig", CertificateThumbprint=made["Thumbprint"], Force=True)
                shell.ok("Get-AuthConfig")
                shell.ok("Restart-Service", Name=["MSExchangeHM"])
                organization.advance(1)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(f"ex0{number}",)) for number in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    state = organization.snapshot()
    made = {c["thumbprint"] for s in state["servers"] for c in s["certificates"] if "Federation" in c["services"]}
    assert len(made) == 15
    assert state["auth_config"]["current"] in made
