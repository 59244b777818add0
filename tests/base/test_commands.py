"""A command reads as an administrator would type it."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pushtui.base.commands import Cmdlet, GraphRequest, Later

QUOTES = "'\u2018\u2019\u201a\u201b"


def test_a_cmdlet_reads_like_the_management_shell() -> None:
    cmdlet = Cmdlet.of(
        "Set-AuthConfig",
        NewCertificateEffectiveDate=datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
        Force=True,
    )
    assert cmdlet.text == "Set-AuthConfig -NewCertificateEffectiveDate '2026-11-22T05:00:00Z' -Force:$true"


def test_select_and_lists_are_shown() -> None:
    cmdlet = Cmdlet.of(
        "Get-ExchangeCertificate", ("Thumbprint", "RawData"), Server="ex01.lab.example", Services=("SMTP", "IIS")
    )
    assert cmdlet.text == (
        "Get-ExchangeCertificate -Server 'ex01.lab.example' -Services 'SMTP','IIS' | Select-Object Thumbprint,RawData"
    )


def test_a_value_that_does_not_exist_yet_says_so() -> None:
    assert "(known after apply)" in Cmdlet.of("Set-AuthConfig", NewCertificateThumbprint=Later("thumbprint")).text


@given(st.text(st.sampled_from(QUOTES + "ab $;"), max_size=20))
def test_a_string_cannot_leave_its_quotes(value: str) -> None:
    text = Cmdlet.of("Get-AuthServer", Identity=value).text
    quoted = text.removeprefix("Get-AuthServer -Identity ")
    assert quoted.startswith("'")
    assert quoted.endswith("'")
    assert not re.search(f"[{QUOTES}]", re.sub(f"([{QUOTES}])\\1", "", quoted[1:-1]))


def test_reading_and_writing_are_told_apart() -> None:
    reads = ["Get-AuthConfig", "Test-OAuthConnectivity", "Invoke-MonitoringProbe"]
    writes = [
        "Set-AuthConfig",
        "New-AuthServer",
        "Remove-AuthServer",
        "Enable-PushNotificationProxy",
        "Restart-Service",
    ]
    assert [Cmdlet(name).reads for name in reads] == [True] * len(reads)
    assert [Cmdlet(name).reads for name in writes] == [False] * len(writes)
    assert GraphRequest.of("GET", "/organization").reads
    assert not GraphRequest.of("PATCH", "/servicePrincipals/1", {"keyCredentials": []}).reads


def test_a_graph_request_reads_like_its_request_line() -> None:
    request = GraphRequest.of("GET", "/servicePrincipals(appId='1')", select="id,keyCredentials")
    assert request.text == "GET /servicePrincipals(appId='1')?$select=id,keyCredentials"
