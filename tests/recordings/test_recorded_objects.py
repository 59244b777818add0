"""Every object that real Exchange servers gave becomes a typed record with the values that it really had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pushtui.procedure.records import (
    AuthConfigRecord,
    CertificateRecord,
    ComponentStateRecord,
    PartnerApplicationRecord,
    ServerRecord,
)
from pushtui.procedure.records.organization import version_of

Recorded = Callable[[str], list[dict[str, Any]]]

AUTH_SUBJECT = "CN=Microsoft Exchange Server Auth Certificate"
KNOWN = {
    "E15-GetAuthConfig": 1,
    "E15-GetExchangeCertificate": 3,
    "E15-GetExchangeServer": 1,
    "E19-GetAuthConfig": 1,
    "E19-GetExchangeCertificate": 3,
    "E19-GetExchangeServer": 1,
    "E19-GetPartnerApplication": 5,
    "E19-GetServerComponentState": 34,
    "E19CU11-AdminDisplayVersion": 1,
    "MEAC-GetAuthConfig": 1,
    "MEAC-GetExchangeCertificate": 8,
    "MEAC-GetExchangeCertificateBroken": 5,
    "MEAC-GetExchangeServer": 2,
    "MEAC-NewExchangeAuthCertificate": 1,
}


def test_no_recording_is_left_out(recordings: Path) -> None:
    assert {path.stem for path in recordings.glob("*.xml")} == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_every_object_is_read(recorded: Recorded, name: str) -> None:
    objects = recorded(name)
    assert len(objects) == KNOWN[name]
    assert all(item["@types"] and item["@text"] for item in objects)


def servers(objects: list[dict[str, Any]]) -> list[ServerRecord]:
    return [ServerRecord.from_properties(item) for item in objects]


def test_exchange_2013_with_both_roles(recorded: Recorded) -> None:
    (server,) = servers(recorded("E15-GetExchangeServer"))
    assert server == ServerRecord(
        name="SOLO-E15A",
        fqdn="Solo-E15A.Solo.net",
        version=(15, 0, 1497, 2),
        roles=frozenset({"Mailbox", "ClientAccess"}),
        edition="StandardEvaluation",
        site="Default-First-Site-Name",
        is_edge=False,
        is_mailbox=True,
        is_client_access=True,
        web_proxy="",
    )


def test_exchange_2019(recorded: Recorded) -> None:
    (server,) = servers(recorded("E19-GetExchangeServer"))
    assert (server.fqdn, server.version) == ("Solo-E19A.Solo.com", (15, 2, 986, 5))
    assert server.roles == {"Mailbox"}
    assert server.is_client_access
    assert not server.is_edge


def test_two_servers_of_exchange_2016(recorded: Recorded) -> None:
    both = servers(recorded("MEAC-GetExchangeServer"))
    assert [server.fqdn for server in both] == ["E2k16-1.Contoso.lab", "E2k16-2.Contoso.lab"]
    assert {server.version for server in both} == {(15, 1, 2507, 18)}
    assert {server.site for server in both} == {"Default-First-Site-Name"}


def test_the_version_of_2019_cu11(recorded: Recorded) -> None:
    (version,) = recorded("E19CU11-AdminDisplayVersion")
    assert version_of("AdminDisplayVersion", version) == (15, 2, 986, 5)
    assert version_of("AdminDisplayVersion", version["@text"]) == (15, 2, 986, 5)


@pytest.mark.parametrize(
    ("name", "thumbprint"),
    [
        ("E15-GetAuthConfig", "AF776F9F2771D7097BFC9B1C6EC338F58593C387"),
        ("E19-GetAuthConfig", "C3EDCF181EF4F9B53D01768ECA99564014BCA6E7"),
    ],
)
def test_auth_config_with_a_current_certificate_only(recorded: Recorded, name: str, thumbprint: str) -> None:
    (config,) = (AuthConfigRecord.from_properties(item) for item in recorded(name))
    assert config.current_certificate_thumbprint == thumbprint
    assert config.previous_certificate_thumbprint == ""
    assert config.next_certificate_thumbprint == ""
    assert config.next_certificate_effective_date is None
    assert config.service_name == "00000002-0000-0ff1-ce00-000000000000"
    assert config.realm == ""
    assert config.name == "Auth Configuration"


def test_auth_config_with_a_staged_certificate(recorded: Recorded) -> None:
    (config,) = (AuthConfigRecord.from_properties(item) for item in recorded("MEAC-GetAuthConfig"))
    assert config.current_certificate_thumbprint == "E1BDF9AE58C93C75E76C9DD882138FB8FF0FA786"
    assert config.next_certificate_thumbprint == "BC6BF924D6EF046E64F8D1987DC1D7D2F4C0042A"
    assert config.next_certificate_effective_date == datetime(2023, 2, 3, 14, 16, 2, tzinfo=UTC)


def certificates(objects: list[dict[str, Any]]) -> dict[str, CertificateRecord]:
    return {record.sha1_thumbprint: record for record in map(CertificateRecord.from_properties, objects)}


@pytest.mark.parametrize(
    ("name", "thumbprint", "first_day", "last_day", "signature_hash"),
    [
        ("E15-GetExchangeCertificate", "AF776F9F2771D7097BFC9B1C6EC338F58593C387", "2021-06-08", "2026-05-13", "sha1"),
        ("E19-GetExchangeCertificate", "C3EDCF181EF4F9B53D01768ECA99564014BCA6E7", "2019-12-03", "2024-11-06", "sha1"),
        (
            "MEAC-GetExchangeCertificate",
            "E1BDF9AE58C93C75E76C9DD882138FB8FF0FA786",
            "2022-12-30",
            "2027-12-30",
            "sha256",
        ),
        (
            "MEAC-GetExchangeCertificate",
            "BC6BF924D6EF046E64F8D1987DC1D7D2F4C0042A",
            "2023-01-04",
            "2028-01-04",
            "sha256",
        ),
    ],
)
def test_the_auth_certificate(
    recorded: Recorded, name: str, thumbprint: str, first_day: str, last_day: str, signature_hash: str
) -> None:
    certificate = certificates(recorded(name))[thumbprint]
    assert certificate.subject == AUTH_SUBJECT
    assert (certificate.not_before.date().isoformat(), certificate.not_after.date().isoformat()) == (
        first_day,
        last_day,
    )
    assert certificate.not_after.tzinfo is UTC
    assert (certificate.key_type, certificate.key_size, certificate.signature_hash) == ("RSA", 2048, signature_hash)
    assert certificate.san == ()
    assert certificate.services is None, "a certificate on the wire carries nothing but its DER"
    assert certificate.has_private_key is None


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("E15-GetExchangeCertificate", [AUTH_SUBJECT, "CN=Solo-E15A", "CN=WMSvc-WIN-H8L9UIMVM7K"]),
        ("E19-GetExchangeCertificate", [AUTH_SUBJECT, "CN=Solo-E19A", "CN=WMSvc-WIN-K300A9DA9VA"]),
        (
            "MEAC-GetExchangeCertificate",
            [*([AUTH_SUBJECT] * 5), "CN=E2k16-1", "CN=mail.contoso.lab", "CN=WMSvc-SHA2-E2k16-1"],
        ),
        (
            "MEAC-GetExchangeCertificateBroken",
            [
                "DC=Windows Azure CRP Certificate Generator",
                "CN=E2k16-1",
                "CN=mail.contoso.lab",
                "CN=domain.com,OU=IT,O=Contoso,L=Cologne,ST=NRW,C=Germany",
                "CN=WMSvc-SHA2-E2k16-1",
            ],
        ),
        ("MEAC-NewExchangeAuthCertificate", [AUTH_SUBJECT]),
    ],
)
def test_every_certificate(recorded: Recorded, name: str, subjects: list[str]) -> None:
    objects = recorded(name)
    records = [CertificateRecord.from_properties(item) for item in objects]
    assert [record.subject for record in records] == subjects
    for record, item in zip(records, objects, strict=True):
        assert record.der == item["RawData"]
        assert record.sha1_thumbprint in item["@text"], "the server's own words name the same thumbprint"
        assert record.serial_number.rjust(32, "0") in item["@text"]


def test_server_certificates_name_their_servers(recorded: Recorded) -> None:
    by_subject = {record.subject: record for record in certificates(recorded("MEAC-GetExchangeCertificate")).values()}
    assert by_subject["CN=E2k16-1"].san == ("E2k16-1", "E2k16-1.Contoso.lab")


def test_the_new_certificate(recorded: Recorded) -> None:
    (certificate,) = certificates(recorded("MEAC-NewExchangeAuthCertificate")).values()
    assert certificate.sha1_thumbprint == "B22BD738BED13136D29B7F410CE2993C5313F8FA"
    assert certificate.not_after == datetime(2028, 1, 5, 13, 57, 11, tzinfo=UTC)


def test_partner_applications(recorded: Recorded) -> None:
    records = [PartnerApplicationRecord.from_properties(item) for item in recorded("E19-GetPartnerApplication")]
    assert {record.name: (record.application_identifier, record.enabled) for record in records} == {
        "Exchange Online": ("00000002-0000-0ff1-ce00-000000000000", True),
        "Microsoft Graph": ("00000003-0000-0000-c000-000000000000", True),
        "TeamsScheduler": ("7557eb47-c689-4224-abcf-aef9bd7573df", False),
        "CloudVoicemail": ("db7de2b5-2149-435e-8043-e080dd50afae", False),
        "SfBLegacy": ("00000004-0000-0ff1-ce00-000000000000", True),
    }
    online = records[0]
    assert (online.realm, online.auth_metadata_url, online.use_auth_server) == ("", "", True)
    assert online.linked_account == "contoso.lab/Users/Exchange Online-ApplicationAccount"


def test_component_states(recorded: Recorded) -> None:
    records = [ComponentStateRecord.from_properties(item) for item in recorded("E19-GetServerComponentState")]
    states = {record.component: record.state for record in records}
    assert {name: states[name] for name in ("PushNotificationsProxy", "Monitoring", "ServerWideOffline")} == {
        "PushNotificationsProxy": "Active",
        "Monitoring": "Active",
        "ServerWideOffline": "Active",
    }
    assert len(states) == 34
    assert {record.server_fqdn for record in records} == {"Solo-E19A.Solo.com"}


def test_nested_values_keep_what_they_are(recorded: Recorded) -> None:
    (config,) = recorded("E15-GetAuthConfig")
    assert config["Identity"] == "Auth Configuration"
    assert config["Id"] == config["Identity"], "a reference to an object that was already there"
    assert config["ExchangeVersion"] == "0.20 (15.0.0.0)"
    assert config["ObjectClass"] == ["top", "container", "msExchContainer", "msExchAuthAuthConfig"]
    assert config["NextCertificateEffectiveDate"] is None
    assert config["@types"][0] == "Microsoft.Exchange.Data.Directory.SystemConfiguration.AuthConfig"
