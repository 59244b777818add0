"""Auth servers: the organization really fetches the metadata, and refuses what does not belong together."""

from __future__ import annotations

import json
from typing import Any

import pytest

TENANT = "5a1b8c1e-0d9f-4a60-9d52-8d7e1c0a2b3c"
OTHER_TENANT = "9e7d6c5b-4a39-4828-9716-050403020100"


@pytest.fixture
def shell(make: Any, cloud: Any, open_shell: Any) -> Any:
    return open_shell(make({}, cloud))


def names(shell: Any) -> list[str]:
    return [server["name"] for server in shell.organization.snapshot()["auth_servers"]]


def test_a_new_auth_server_is_what_its_metadata_says(shell: Any, cloud: Any) -> None:
    made = shell.one("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    assert shell.warnings == []
    assert cloud.requests == ["GET /metadata/json/1/"]
    assert made["Realm"] == TENANT
    assert made["IssuerIdentifier"] == "00000001-0000-0000-c000-000000000000"
    assert made["TokenIssuingEndpoint"] == f"{cloud.base}/{TENANT}/tokens/OAuth/2"
    assert made["AuthMetadataUrl"] == cloud.metadata_url()
    assert (made["Type"], made["Enabled"]) == ("MicrosoftACS", True)
    assert made["CertificateStrings"].items == ("TUlJ",)
    assert shell.one("Get-AuthServer", Identity="microsoftsts") == made


def test_an_unknown_identity_is_not_found_and_an_empty_one_means_all(shell: Any, cloud: Any) -> None:
    refusal = shell.refused("Get-AuthServer", Identity="MicrosoftSts")
    assert refusal.failure_category == "Cmdlet-ManagementObjectNotFoundException"
    assert refusal.message == (
        "The operation couldn't be performed because object 'MicrosoftSts' couldn't be found on 'dc01.lab.example'."
    )
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    assert len(shell.ok("Get-AuthServer", Identity=None)) == 1


def test_the_same_issuer_and_realm_twice_is_refused(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="ACS - 1", AuthMetadataUrl=f"{cloud.base}/{TENANT}/metadata/json/1")
    refusal = shell.refused("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    assert "'ACS - 1'" in refusal.message
    shell.ok("New-AuthServer", Name="Contoso", AuthMetadataUrl=cloud.metadata_url("contoso.com"))
    assert names(shell) == ["ACS - 1", "Contoso"]


def test_the_same_name_twice_is_refused(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    refusal = shell.refused("New-AuthServer", Name="microsoftsts", AuthMetadataUrl=cloud.metadata_url("contoso.com"))
    assert "already exists" in refusal.message


def test_a_url_without_tls_is_warned_about(shell: Any) -> None:
    refusal = shell.refused("New-AuthServer", Name="x", AuthMetadataUrl="http://127.0.0.1:9/metadata/json/1")
    assert refusal.category == "ResourceUnavailable"
    assert "TLS" in shell.warnings[0]


@pytest.mark.parametrize("url", ["", "metadata/json/1", "ftp://127.0.0.1/x", "https://"])
def test_no_url_at_all(shell: Any, url: str) -> None:
    assert shell.refused("New-AuthServer", Name="x", AuthMetadataUrl=url).category == "InvalidArgument"


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (404, b"{}", "ResourceUnavailable"),
        (503, b"later", "ResourceUnavailable"),
        (200, b"<html>", "ParserError"),
        (200, b"[]", "ParserError"),
        (200, json.dumps({"realm": "fabrikam.com", "issuer": "x"}).encode(), "ParserError"),
    ],
)
def test_metadata_that_cannot_be_used(shell: Any, cloud: Any, status: int, body: bytes, category: str) -> None:
    cloud.replies["/metadata/json/1/"] = status, body
    assert shell.refused("New-AuthServer", Name="x", AuthMetadataUrl=cloud.metadata_url()).category == category
    assert names(shell) == []


@pytest.mark.parametrize("spoil", ["issuer", "realm", "keys", "endpoints"])
def test_metadata_must_be_whole(shell: Any, cloud: Any, spoil: str) -> None:
    document = json.loads(cloud.metadata(TENANT))
    document[spoil] = {"issuer": f"x@{OTHER_TENANT}", "realm": "no guid", "keys": [], "endpoints": []}[spoil]
    cloud.replies["/metadata/json/1/"] = 200, json.dumps(document).encode()
    refusal = shell.refused("New-AuthServer", Name="x", AuthMetadataUrl=cloud.metadata_url())
    assert refusal.category == "ParserError"


def test_an_unknown_tenant_and_no_internet(shell: Any, cloud: Any, make: Any, open_shell: Any) -> None:
    refusal = shell.refused("New-AuthServer", Name="x", AuthMetadataUrl=cloud.metadata_url("nobody.example"))
    assert "(404)" in refusal.message
    offline = open_shell(make())
    refusal = offline.refused("New-AuthServer", Name="x", AuthMetadataUrl="https://accounts.example/metadata/json/1")
    assert refusal.category == "ResourceUnavailable"


def test_another_url_of_the_same_realm_is_taken(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=f"{cloud.base}/{TENANT}/metadata/json/1")
    shell.ok("Set-AuthServer", Identity="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    assert shell.one("Get-AuthServer")["AuthMetadataUrl"] == cloud.metadata_url()


def test_another_realm_is_refused_by_set(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    refusal = shell.refused(
        "Set-AuthServer", Identity="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url("contoso.com")
    )
    assert OTHER_TENANT in refusal.message
    assert TENANT in refusal.message
    assert shell.one("Get-AuthServer")["AuthMetadataUrl"] == cloud.metadata_url()


def test_refreshing_reads_the_url_again(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    shell.organization.change({"auth_servers": {"MicrosoftSts": {"token_endpoint": "https://old.example/"}}})
    shell.ok("Set-AuthServer", Identity="MicrosoftSts", RefreshAuthMetadata=True)
    assert shell.one("Get-AuthServer")["TokenIssuingEndpoint"].startswith(cloud.base)


def test_settings_that_need_no_metadata(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url(), Enabled=False)
    assert shell.one("Get-AuthServer")["Enabled"] is False
    asked = len(cloud.requests)
    shell.ok("Set-AuthServer", Identity="MicrosoftSts", Enabled=True, DomainName=["fabrikam.com"], Name="Sts")
    found = shell.one("Get-AuthServer", Identity="Sts")
    assert (found["Enabled"], found["DomainName"].items) == (True, ("fabrikam.com",))
    assert len(cloud.requests) == asked
    assert shell.refused("Set-AuthServer", Identity="Sts", Name="").category == "InvalidArgument"


def test_removing_asks(shell: Any, cloud: Any, no_host: type[Exception]) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url())
    with pytest.raises(no_host):
        shell.run("Remove-AuthServer", Identity="MicrosoftSts")
    assert names(shell) == ["MicrosoftSts"]
    shell.ok("Remove-AuthServer", Identity="MicrosoftSts", Confirm=False)
    assert names(shell) == []


def test_what_if_makes_nothing(shell: Any, cloud: Any) -> None:
    shell.ok("New-AuthServer", Name="MicrosoftSts", AuthMetadataUrl=cloud.metadata_url(), WhatIf=True)
    assert names(shell) == []


def test_other_types_are_not_pretended(shell: Any, cloud: Any) -> None:
    refusal = shell.refused("New-AuthServer", Name="evoSTS", Type="AzureAD", AuthMetadataUrl=cloud.metadata_url())
    assert "AzureAD" in refusal.message
    assert cloud.requests == []
