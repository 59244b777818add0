"""What the cmdlets take and what they do not, bound as the runspace binds it: names, parameter sets, enumerations."""

from __future__ import annotations

from typing import Any

import pytest

from pushtui.lab.remoting.binder import Bound, bind
from pushtui.lab.remoting.errors import Binding, Failure

THUMBPRINT = "AB" * 20
NAMED = {
    "Get-ExchangeServer", "Get-ExchangeCertificate", "New-ExchangeCertificate", "Enable-ExchangeCertificate",
    "Remove-ExchangeCertificate", "Get-AuthConfig", "Set-AuthConfig", "Get-AuthServer", "New-AuthServer",
    "Set-AuthServer", "Remove-AuthServer", "Get-PartnerApplication", "Set-PartnerApplication",
    "Enable-PushNotificationProxy", "Disable-PushNotificationProxy", "Get-PushNotificationApp",
    "Invoke-MonitoringProbe", "Get-ServerComponentState", "Get-ServerHealth", "Test-OAuthConnectivity",
    "Get-AcceptedDomain", "Get-HybridConfiguration",
}  # fmt: skip


def cmdlets(organization: Any) -> dict[str, Any]:
    return {spec.name: spec for spec in organization.exchange_host("ex01").cmdlets("admin@lab.example").values()}


def bound(organization: Any, name: str, **parameters: Any) -> Bound:
    arguments: list[tuple[str | None, Any]] = list(parameters.items())
    return bind(cmdlets(organization)[name], arguments, Binding(name, name, proxied=True))


def refusal(organization: Any, name: str, **parameters: Any) -> str:
    """The identifier of PowerShell's own error."""
    with pytest.raises(Failure) as caught:
        bound(organization, name, **parameters)
    return caught.value.error.identifier


def test_an_administrator_has_every_cmdlet_but_the_hidden_one(make: Any) -> None:
    organization = make()
    assert NAMED - set(cmdlets(organization)) == {"Get-PushNotificationApp"}
    organization.change({"show_push_notification_app": True})
    assert NAMED - set(cmdlets(organization)) == set()


@pytest.mark.parametrize(
    ("name", "parameters", "parameter_set"),
    [
        ("Set-AuthConfig", {"CertificateThumbprint": THUMBPRINT, "Force": True}, "CurrentCertificateParameter"),
        (
            "Set-AuthConfig",
            {"NewCertificateThumbprint": THUMBPRINT, "NewCertificateEffectiveDate": "2031-01-02"},
            "NewCertificateParameter",
        ),
        (
            "Set-AuthConfig",
            {"PublishCertificate": True, "ClearPreviousCertificate": True},
            "PublishAuthCertificateParameter",
        ),
        ("Set-AuthConfig", {"Realm": "lab.example", "ServiceName": "x"}, "AuthConfigSettings"),
        ("Get-ExchangeCertificate", {"Server": "ex02"}, "Thumbprint"),
        ("Get-ExchangeCertificate", {"Identity": f"ex02\\{THUMBPRINT}"}, "Identity"),
        ("Enable-ExchangeCertificate", {"Identity": THUMBPRINT, "Services": "SMTP,IIS"}, "Identity"),
        ("Remove-ExchangeCertificate", {"Thumbprint": THUMBPRINT, "Server": "ex02"}, "Thumbprint"),
        ("Set-AuthServer", {"Identity": "x", "AuthMetadataUrl": "https://x/"}, "AuthMetadataUrlParameterSet"),
        ("Set-AuthServer", {"Identity": "x", "RefreshAuthMetadata": True}, "RefreshAuthMetadataParameterSet"),
    ],
)
def test_what_belongs_together(make: Any, name: str, parameters: dict[str, Any], parameter_set: str) -> None:
    assert bound(make(), name, **parameters).parameter_set == parameter_set


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Set-AuthConfig", {"CertificateThumbprint": THUMBPRINT, "NewCertificateThumbprint": THUMBPRINT}),
        ("Set-AuthConfig", {"CertificateThumbprint": THUMBPRINT, "PublishCertificate": True}),
        ("Set-AuthConfig", {"NewCertificateThumbprint": THUMBPRINT, "PublishCertificate": True}),
        ("Set-AuthConfig", {"NewCertificateThumbprint": THUMBPRINT, "SkipImmediateCertificateDeployment": True}),
        ("Set-AuthConfig", {"ServiceName": "x", "Force": True}),
        ("Set-AuthConfig", {"Realm": "x", "ClearPreviousCertificate": True}),
        ("Get-ExchangeCertificate", {"Identity": THUMBPRINT, "Thumbprint": THUMBPRINT}),
        ("Get-ExchangeCertificate", {"Identity": THUMBPRINT, "Server": "ex02"}),
        ("Enable-ExchangeCertificate", {"Identity": THUMBPRINT, "Server": "ex02", "Services": "SMTP"}),
        ("Remove-ExchangeCertificate", {"Identity": THUMBPRINT, "Thumbprint": THUMBPRINT}),
        ("Set-AuthServer", {"Identity": "x", "AuthMetadataUrl": "https://x/", "RefreshAuthMetadata": True}),
        ("Get-ExchangeServer", {"Identity": "ex01", "Domain": "lab.example"}),
    ],
)
def test_what_does_not(make: Any, name: str, parameters: dict[str, Any]) -> None:
    assert refusal(make(), name, **parameters) == f"AmbiguousParameterSet,{name}"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("New-AuthServer", {"Name": "x"}),
        ("New-AuthServer", {"AuthMetadataUrl": "https://x/"}),
        ("Set-AuthServer", {"Enabled": True}),
        ("Remove-AuthServer", {}),
        ("Set-PartnerApplication", {"Enabled": True}),
        ("Enable-ExchangeCertificate", {"Thumbprint": THUMBPRINT}),
        ("Remove-ExchangeCertificate", {}),
        ("Invoke-MonitoringProbe", {"Identity": "x\\y"}),
        ("Get-ServerComponentState", {}),
        ("Get-ServerHealth", {}),
        ("Test-OAuthConnectivity", {"Service": "EWS"}),
    ],
)
def test_what_is_missing(make: Any, name: str, parameters: dict[str, Any]) -> None:
    assert refusal(make(), name, **parameters) == f"MissingMandatoryParameter,{name}"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Set-AuthConfig", {"Server": "ex01"}),
        ("Set-AuthServer", {"Identity": "x", "Type": "MicrosoftACS"}),
        ("Enable-PushNotificationProxy", {"Identity": "OnPrem-Proxy"}),
        ("Enable-PushNotificationProxy", {"Force": True}),
        ("Get-AuthConfig", {"Identity": "x"}),
        ("Get-ExchangeServer", {"WhatIf": True}),
    ],
)
def test_what_there_is_not(make: Any, name: str, parameters: dict[str, Any]) -> None:
    assert refusal(make(), name, **parameters) == f"NamedParameterNotFound,{name}"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("New-AuthServer", {"Name": "x", "AuthMetadataUrl": "https://x/", "Type": "Google"}),
        ("New-AuthServer", {"Name": "x", "AuthMetadataUrl": "https://x/", "Enabled": "yes"}),
        ("New-ExchangeCertificate", {"Services": "SMPT"}),
        ("New-ExchangeCertificate", {"KeySize": "big"}),
        ("Enable-ExchangeCertificate", {"Thumbprint": THUMBPRINT, "Services": "Federated"}),
        ("Set-AuthConfig", {"CertificateThumbprint": [THUMBPRINT, THUMBPRINT]}),
        ("Set-AuthConfig", {"NewCertificateThumbprint": THUMBPRINT, "NewCertificateEffectiveDate": "tomorrow"}),
        ("Test-OAuthConnectivity", {"Service": "Mail", "TargetUri": "https://x/"}),
    ],
)
def test_what_is_no_value(make: Any, name: str, parameters: dict[str, Any]) -> None:
    assert refusal(make(), name, **parameters) == f"ParameterArgumentTransformationError,{name}"


@pytest.mark.parametrize(
    ("version", "known"),
    [
        ("15.0.1497.2", False),
        ("15.1.2044.4", False),
        ("15.1.2106.2", True),
        ("15.2.659.4", False),
        ("15.2.721.2", True),
        ("15.2.2562.17", True),
    ],
)
def test_domain_names_of_auth_servers_came_with_2016_cu18_and_2019_cu7(make: Any, version: str, known: bool) -> None:
    organization = make({"servers": [{"name": "ex01", "version": version}], "auth_servers": [{"realm": "x"}]})
    for name in ("New-AuthServer", "Set-AuthServer"):
        assert ("DomainName" in {parameter.name for parameter in cmdlets(organization)[name].parameters}) == known
    if not known:
        given = {"Identity": "MicrosoftSts", "DomainName": ["fabrikam.com"]}
        assert refusal(organization, "Set-AuthServer", **given) == "NamedParameterNotFound,Set-AuthServer"
