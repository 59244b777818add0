"""Certificates in the stores of servers, as an administrator meets them."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

SKI = "0123456789abcdef0123456789abcdef"


def subjects(objects: list[Any]) -> list[str]:
    return [item.server_side["Subject"] for item in objects]


def new(shell: Any, **parameters: Any) -> dict[str, Any]:
    defaults = {"Services": ["Federation"], "DomainName": ["lab.example"], "PrivateKeyExportable": True}
    return shell.one("New-ExchangeCertificate", **{**defaults, **parameters})


def test_over_the_wire_a_certificate_is_its_der_alone(shell: Any) -> None:
    for item in shell.ok("Get-ExchangeCertificate"):
        assert list(item.properties) == ["RawData"]
        x509.load_der_x509_certificate(item.properties["RawData"])


def test_each_server_has_its_own_store(shell: Any) -> None:
    assert subjects(shell.ok("Get-ExchangeCertificate")) == [
        "CN=Microsoft Exchange Server Auth Certificate",
        "CN=ex01",
        "CN=WMSvc-ex01",
    ]
    assert "CN=ex02" in subjects(shell.ok("Get-ExchangeCertificate", Server="ex02.lab.example"))


def test_setups_auth_certificate_is_what_the_recorded_ones_are(shell: Any) -> None:
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    found = shell.one("Get-ExchangeCertificate", Thumbprint=current)
    assert found["Status"] == "Valid"
    assert found["RootCAType"] == "None"
    assert found["Services"] == "SMTP"
    assert found["PublicKeySize"] == 2048
    assert found["CertificateDomains"].items == ()
    assert found["FriendlyName"] == "Microsoft Exchange Server Auth Certificate"
    assert found["Identity"] == f"ex01.lab.example\\{current}"
    assert found["NotAfter"].utcoffset() is not None


def test_a_certificate_that_is_not_there_is_told_from_a_server_that_is_not_there(shell: Any) -> None:
    missing = shell.refused("Get-ExchangeCertificate", Thumbprint="0" * 40, Server="ex02")
    assert missing.exception == "System.InvalidOperationException"
    shell.organization.change({"servers": {"ex02": {"reachable": False}}})
    unreachable = shell.refused("Get-ExchangeCertificate", Server="ex02")
    assert not unreachable.exception.endswith("InvalidOperationException")
    assert "ex02.lab.example" in unreachable.message
    unknown = shell.refused("Get-ExchangeCertificate", Server="ex09")
    assert unknown.failure_category == "Cmdlet-ManagementObjectNotFoundException"
    assert "couldn't be found on 'dc01.lab.example'" in unknown.message


def test_thumbprints_are_taken_with_blanks_and_in_any_case(shell: Any) -> None:
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    spaced = " ".join(current[i : i + 2] for i in range(0, 40, 2)).lower()
    assert shell.one("Get-ExchangeCertificate", Thumbprint=spaced)["Thumbprint"] == current


def test_what_is_no_thumbprint_does_not_mean_all(shell: Any) -> None:
    assert shell.refused("Get-ExchangeCertificate", Thumbprint="zzz").category == "InvalidOperation"
    assert shell.refused("Get-ExchangeCertificate", Identity="ex01\\zzz").category == "InvalidOperation"


def test_certificates_by_domain_and_by_identity(shell: Any) -> None:
    assert subjects(shell.ok("Get-ExchangeCertificate", DomainName=["EX01.lab.example"])) == ["CN=ex01"]
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    assert shell.one("Get-ExchangeCertificate", Identity=f"ex03\\{current}")["Identity"].startswith("ex03.lab.example")


def test_the_procedures_certificate(shell: Any) -> None:
    made = new(shell, FriendlyName="Exchange S2S OAuth", KeySize=2048, SubjectKeyIdentifier=SKI)
    assert made["Subject"] == "CN=lab.example"
    assert made["CertificateDomains"].items == ("lab.example",)
    assert made["SubjectKeyIdentifier"] == SKI.upper()
    assert made["Services"] == "Federation"
    assert made["PrivateKeyExportable"] is True
    assert made["FriendlyName"] == "Exchange S2S OAuth"
    assert shell.one("Get-ExchangeCertificate", Thumbprint=made["Thumbprint"])["Status"] == "Valid"
    assert shell.questions == []


def test_a_new_certificate_is_only_on_the_server_that_made_it(shell: Any) -> None:
    made = new(shell, Server="ex02")
    assert shell.refused("Get-ExchangeCertificate", Thumbprint=made["Thumbprint"]).target == made["Thumbprint"]
    assert shell.one("Get-ExchangeCertificate", Server="ex02", Thumbprint=made["Thumbprint"])


def test_defaults_of_a_new_certificate(shell: Any) -> None:
    made = shell.one("New-ExchangeCertificate", Force=True)
    assert made["Services"] == "SMTP"
    assert made["PrivateKeyExportable"] is False
    assert made["FriendlyName"] == "Microsoft Exchange"
    assert made["Subject"] == "CN=ex01"
    assert made["CertificateDomains"].items == ("ex01", "ex01.lab.example")


def test_an_auth_certificate_without_names(shell: Any) -> None:
    made = new(shell, DomainName=[], SubjectName="cn=Microsoft Exchange Server Auth Certificate")
    assert made["Subject"] == "CN=Microsoft Exchange Server Auth Certificate"
    assert made["CertificateDomains"].items == ()


def test_the_smtp_question_cannot_be_answered_and_the_certificate_stays(shell: Any, no_host: type[Exception]) -> None:
    before = shell.organization.snapshot()["servers"][0]
    with pytest.raises(no_host, match="default SMTP certificate"):
        shell.run("New-ExchangeCertificate", Services=["SMTP"])
    after = shell.organization.snapshot()["servers"][0]
    assert len(after["certificates"]) == len(before["certificates"]) + 1
    assert after["internal_transport"] == before["internal_transport"]


def test_force_replaces_the_default_smtp_certificate(shell: Any) -> None:
    made = shell.one("New-ExchangeCertificate", Services=["SMTP"], Force=True)
    assert shell.organization.snapshot()["servers"][0]["internal_transport"] == made["Thumbprint"]


def test_declining_keeps_the_old_default(shell: Any) -> None:
    shell.answers = False
    made = shell.one("New-ExchangeCertificate", Services=["SMTP,IMAP"])
    assert shell.organization.snapshot()["servers"][0]["internal_transport"] != made["Thumbprint"]
    assert made["Services"] == "IMAP, SMTP"


@pytest.mark.parametrize(
    "parameters",
    [
        {"FriendlyName": "x" * 64},
        {"SubjectKeyIdentifier": "not hexadecimal"},
        {"SubjectName": "no name"},
        {"DomainName": ["two words"]},
        {"KeySize": 1536},
    ],
)
def test_what_cannot_be_made(shell: Any, parameters: dict[str, Any]) -> None:
    before = len(shell.ok("Get-ExchangeCertificate"))
    refusal = shell.refused("New-ExchangeCertificate", **{"Services": ["Federation"], **parameters})
    assert refusal.category == "InvalidArgument"
    assert len(shell.ok("Get-ExchangeCertificate")) == before


def test_what_if_makes_nothing(shell: Any) -> None:
    before = len(shell.ok("Get-ExchangeCertificate"))
    shell.ok("New-ExchangeCertificate", Services=["Federation"], WhatIf=True)
    assert len(shell.ok("Get-ExchangeCertificate")) == before


def test_services_are_only_added(shell: Any) -> None:
    made = new(shell)
    shell.ok("Enable-ExchangeCertificate", Thumbprint=made["Thumbprint"], Services=["IIS"])
    shell.ok("Enable-ExchangeCertificate", Thumbprint=made["Thumbprint"], Services=["None"])
    assert shell.one("Get-ExchangeCertificate", Thumbprint=made["Thumbprint"])["Services"] == "IIS, Federation"
    others = [o.server_side["Services"] for o in shell.ok("Get-ExchangeCertificate", DomainName=["ex01"])]
    assert others == ["IMAP, POP, SMTP"]


def test_the_old_default_smtp_certificate_can_be_asserted_again(shell: Any, no_host: type[Exception]) -> None:
    old = shell.organization.snapshot()["servers"][0]["internal_transport"]
    shell.one("New-ExchangeCertificate", Services=["SMTP"], Force=True)
    with pytest.raises(no_host):
        shell.run("Enable-ExchangeCertificate", Thumbprint=old, Services=["SMTP"])
    shell.ok("Enable-ExchangeCertificate", Thumbprint=old, Services=["SMTP"], Force=True)
    assert shell.organization.snapshot()["servers"][0]["internal_transport"] == old


def test_an_expired_certificate_takes_no_service(make: Any, open_shell: Any) -> None:
    shell = open_shell(make({"certificates": [{"id": "auth-certificate", "not_after_days": -3}]}))
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    refusal = shell.refused("Enable-ExchangeCertificate", Thumbprint=current, Services=["IIS"], Force=True)
    assert "DateInvalid" in refusal.message


def test_removing_asks(shell: Any, no_host: type[Exception]) -> None:
    made = new(shell)
    with pytest.raises(no_host):
        shell.run("Remove-ExchangeCertificate", Thumbprint=made["Thumbprint"])
    shell.ok("Remove-ExchangeCertificate", Thumbprint=made["Thumbprint"], Confirm=False)
    assert shell.refused("Get-ExchangeCertificate", Thumbprint=made["Thumbprint"]).category == "InvalidOperation"


def test_what_must_stay_is_not_removed(shell: Any) -> None:
    current = shell.one("Get-AuthConfig")["CurrentCertificateThumbprint"]
    transport = shell.organization.snapshot()["servers"][0]["internal_transport"]
    assert (
        "authorization configuration"
        in shell.refused("Remove-ExchangeCertificate", Thumbprint=current, Confirm=False).message
    )
    assert (
        "internal transport certificate"
        in shell.refused("Remove-ExchangeCertificate", Thumbprint=transport, Confirm=False).message
    )
    assert len(shell.ok("Get-ExchangeCertificate")) == 3
