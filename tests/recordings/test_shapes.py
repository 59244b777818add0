"""Records from values of our own, in every shape that real servers and Microsoft Graph use."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from pushtui.exchange.clixml import decode
from pushtui.procedure.records import (
    AcceptedDomainRecord,
    AuthConfigRecord,
    AuthServerRecord,
    CertificateRecord,
    ComponentStateRecord,
    DomainRecord,
    KeyCredentialRecord,
    PartnerApplicationRecord,
    ProbeResultRecord,
    ProcessRecord,
    PushProxyRecord,
    ServerRecord,
    ServicePrincipalRecord,
    ServiceRecord,
    TenantRecord,
)
from pushtui.procedure.records.directory import thumbprint_of
from pushtui.procedure.records.organization import version_of

TENANT = "11111111-2222-3333-4444-555555555555"
SERVER = {
    "Name": "EX01",
    "Fqdn": "ex01.lab.example",
    "AdminDisplayVersion": "Version 15.0 (Build 1497.2)",
    "ServerRole": "Mailbox, ClientAccess",
    "Edition": "Standard",
    "Site": "lab.example/Configuration/Sites/Head-Office",
    "IsEdgeServer": False,
}


# --- servers -----------------------------------------------------------------------------------------------------


def test_a_server_as_it_comes_over_the_wire() -> None:
    server = ServerRecord.from_properties(SERVER)
    assert (server.fqdn, server.version, server.site) == ("ex01.lab.example", (15, 0, 1497, 2), "Head-Office")
    assert server.roles == {"Mailbox", "ClientAccess"}
    assert (server.is_mailbox, server.is_client_access, server.is_edge) == (True, True, False)


def test_a_server_as_the_management_shell_exports_it() -> None:
    xml = (
        '<Obj RefId="0"><TN RefId="0"><T>ExchangeServer</T></TN><ToString>EX01</ToString><Props><S N="Name">EX01</S>'
        '<Obj N="AdminDisplayVersion" RefId="1"><TN RefId="1"><T>ServerVersion</T></TN>'
        "<ToString>Version 15.2 (Build 986.5)</ToString><Props>"
        '<I32 N="Major">15</I32><I32 N="Minor">2</I32><I32 N="Build">986</I32><I32 N="Revision">5</I32></Props></Obj>'
        '<Obj N="ServerRole" RefId="2"><TN RefId="2"><T>ServerRole</T><T>System.Enum</T></TN>'
        "<ToString>Mailbox</ToString><I32>2</I32></Obj></Props></Obj>"
    )
    server = ServerRecord.from_properties(decode(xml))
    assert (server.name, server.fqdn, server.version, server.roles) == ("EX01", "EX01", (15, 2, 986, 5), {"Mailbox"})


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        (2, {"Mailbox"}),
        (6, {"Mailbox", "ClientAccess"}),
        ("64", {"Edge"}),
        ("Edge", {"Edge"}),
        ("None", set()),
        (0, set()),
        (["Mailbox", "ClientAccess"], {"Mailbox", "ClientAccess"}),
        ({"@text": "Mailbox, ClientAccess", "@types": ("ServerRole",)}, {"Mailbox", "ClientAccess"}),
    ],
)
def test_roles_in_every_shape(role: Any, roles: set[str]) -> None:
    server = ServerRecord.from_properties({**SERVER, "ServerRole": role, "IsEdgeServer": None, "IsMailboxServer": None})
    assert server.roles == roles
    assert server.is_edge == ("Edge" in roles)
    assert server.is_mailbox == ("Mailbox" in roles)


@pytest.mark.parametrize(
    ("value", "version"),
    [
        ("Version 15.0 (Build 775.38)", (15, 0, 775, 38)),
        ("Version 15.1 (Build 32507.6)", (15, 1, 2507, 6)),
        ("Versión 14.3 (compilación 123.4)", (14, 3, 123, 4)),
        ("15.2.2562.17", (15, 2, 2562, 17)),
        ({"Major": 15, "Minor": 2, "Build": 986, "Revision": 5}, (15, 2, 986, 5)),
        ({"@text": "Version 15.2 (Build 986.5)"}, (15, 2, 986, 5)),
    ],
)
def test_versions_in_every_shape(value: Any, version: tuple[int, int, int, int]) -> None:
    assert version_of("AdminDisplayVersion", value) == version


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"Name": None}, "Name"),
        ({"AdminDisplayVersion": "unknown"}, "AdminDisplayVersion"),
        ({"AdminDisplayVersion": None}, "AdminDisplayVersion"),
        ({"ServerRole": b"\x02"}, "ServerRole"),
        ({"IsEdgeServer": "perhaps"}, "IsEdgeServer"),
        ({"Edition": ["Standard"]}, "Edition"),
    ],
)
def test_a_wrong_property_is_named(changed: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        ServerRecord.from_properties(SERVER | changed)
    with pytest.raises(ValueError, match="ServerRole is missing"):
        ServerRecord.from_properties({key: value for key, value in SERVER.items() if key != "ServerRole"})


# --- configuration -----------------------------------------------------------------------------------------------


def test_thumbprints_are_upper_case_and_dates_utc() -> None:
    config = AuthConfigRecord.from_properties(
        {
            "CurrentCertificateThumbprint": "a" * 40,
            "PreviousCertificateThumbprint": None,
            "NextCertificateThumbprint": "",
            "NextCertificateEffectiveDate": datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=2))),
            "WhenChangedUTC": "2026-11-22T05:00:00.1234567Z",
        }
    )
    assert config.current_certificate_thumbprint == "A" * 40
    assert (config.previous_certificate_thumbprint, config.next_certificate_thumbprint) == ("", "")
    assert config.next_certificate_effective_date == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert config.when_changed_utc == datetime(2026, 11, 22, 5, 0, 0, 123456, tzinfo=UTC)


def test_an_absent_thumbprint_is_not_an_empty_one() -> None:
    with pytest.raises(ValueError, match="CurrentCertificateThumbprint is missing"):
        AuthConfigRecord.from_properties({"Name": "Auth Configuration"})


def test_no_culture_is_guessed() -> None:
    with pytest.raises(ValueError, match="NextCertificateEffectiveDate is no ISO 8601"):
        AuthConfigRecord.from_properties(
            {"CurrentCertificateThumbprint": "", "NextCertificateEffectiveDate": "06/08/2021 08:50:45"}
        )


@pytest.mark.parametrize("kind", ["MicrosoftACS", 1, "1", {"@text": "MicrosoftACS"}])
def test_an_auth_server(kind: Any) -> None:
    server = AuthServerRecord.from_properties(
        {
            "Name": "MicrosoftSts",
            "Type": kind,
            "Enabled": True,
            "Realm": TENANT,
            "IssuerIdentifier": "00000001-0000-0000-c000-000000000000",
            "TokenIssuingEndpoint": f"https://accounts.accesscontrol.windows.net/{TENANT}/tokens/OAuth/2",
            "AuthMetadataUrl": f"https://accounts.accesscontrol.windows.net/{TENANT}/metadata/json/1",
            "DomainName": ["fabrikam.com"],
            "IsDefaultAuthorizationEndpoint": False,
        }
    )
    assert (server.type, server.enabled, server.realm) == ("MicrosoftACS", True, TENANT)
    assert server.domain_name == ("fabrikam.com",)
    assert server.identity == "MicrosoftSts"


def test_a_partner_application() -> None:
    partner = PartnerApplicationRecord.from_properties(
        {"Name": "Exchange Online", "Enabled": "True", "ApplicationIdentifier": "x", "Realm": "", "UseAuthServer": 1}
    )
    assert (partner.enabled, partner.use_auth_server, partner.realm) == (True, True, "")


def test_the_push_proxy() -> None:
    proxy = PushProxyRecord.from_properties(
        {
            "DisplayName": "On Premises Proxy app",
            "Enabled": True,
            "Organization": "fabrikam.com",
            "Uri": "https://outlook.office365.com/PushNotifications",
            "Name": "OnPrem-Proxy",
            "IsValid": True,
        }
    )
    assert (proxy.name, proxy.enabled, proxy.organization) == ("OnPrem-Proxy", True, "fabrikam.com")
    with pytest.raises(ValueError, match="Enabled is missing"):
        PushProxyRecord.from_properties({"Name": "OnPrem-Proxy"})


@pytest.mark.parametrize("kind", ["Authoritative", 0])
def test_an_accepted_domain(kind: Any) -> None:
    domain = AcceptedDomainRecord.from_properties(
        {"Name": "lab", "DomainName": "Lab.Example", "DomainType": kind, "Default": True}
    )
    assert (domain.domain_name, domain.domain_type, domain.default) == ("lab.example", "Authoritative", True)


# --- states ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["Active", 1, {"@text": "Active"}])
def test_a_component_state(state: Any) -> None:
    record = ComponentStateRecord.from_properties(
        {"ServerFqdn": "ex01.lab.example", "Component": "PushNotificationsProxy", "State": state}
    )
    assert record.state == "Active"


def test_a_probe_result() -> None:
    probe = ProbeResultRecord.from_properties(
        {
            "ResultType": "Failed",
            "Error": "It failed.",
            "Exception": None,
            "StateAttribute1": "Authentication",
            "StateAttribute2": "The token was refused",
            "ExecutionStartTime": datetime(2026, 11, 22, 5, tzinfo=UTC),
        }
    )
    assert not probe.succeeded
    assert (probe.exception, probe.state_attribute1, probe.execution_end_time) == ("", "Authentication", None)
    assert ProbeResultRecord.from_properties({"ResultType": "Succeeded"}).succeeded
    with pytest.raises(ValueError, match="ResultType"):
        ProbeResultRecord.from_properties({"Error": ""})


@pytest.mark.parametrize("status", ["Running", 4, {"@text": "Running"}])
def test_a_service(status: Any) -> None:
    service = ServiceRecord.from_properties({"Name": "MSExchangeHM", "Status": status})
    assert service.running
    assert ServiceRecord.from_properties({"Name": "x", "Status": 1}).status == "Stopped"


def test_a_process() -> None:
    started = datetime(2026, 11, 22, 6, tzinfo=timezone(timedelta(hours=1)))
    process = ProcessRecord.from_properties({"ProcessName": "MSExchangeHMHost", "Id": 4711, "StartTime": started})
    assert (process.name, process.id) == ("MSExchangeHMHost", 4711)
    assert process.start_time == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert ProcessRecord.from_properties({"Name": "x", "Id": "7", "StartTime": None}).start_time is None
    with pytest.raises(ValueError, match="Id"):
        ProcessRecord.from_properties({"Name": "x", "Id": "many"})


# --- certificates ------------------------------------------------------------------------------------------------


def certificate(
    key: CertificateIssuerPrivateKeyTypes,
    *,
    identifier: bytes = b"",
    names: tuple[str, ...] = (),
    country: str = "",
) -> x509.Certificate:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, "Exchange S2S OAuth")]
    if country:
        attributes.append(x509.NameAttribute(NameOID.COUNTRY_NAME, country, _validate=False))
    name = x509.Name(attributes)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x4ED6)
        .not_valid_before(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
        .not_valid_after(datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC))
    )
    if identifier:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(identifier), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


@pytest.fixture(scope="module")
def rsa_certificate() -> x509.Certificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # small, to be fast
    return certificate(key, identifier=b"\xab" * 20, names=("ex01.lab.example",))


def test_a_certificate_tells_what_its_der_says(rsa_certificate: x509.Certificate) -> None:
    der = rsa_certificate.public_bytes(Encoding.DER)
    record = CertificateRecord.from_properties({"RawData": der})
    assert record.sha1_thumbprint == hashlib.sha1(der).hexdigest().upper()
    assert record.sha256 == hashlib.sha256(der).hexdigest().upper()
    assert (record.subject, record.issuer, record.serial_number) == (
        "CN=Exchange S2S OAuth",
        "CN=Exchange S2S OAuth",
        "4ED6",
    )
    assert (record.not_before, record.not_after) == (
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert (record.key_type, record.key_size, record.signature_hash) == ("RSA", 1024, "sha256")
    assert record.subject_key_identifier == "AB" * 20
    assert record.san == ("ex01.lab.example",)
    assert (record.services, record.has_private_key, record.private_key_exportable) == (None, None, None)
    assert (record.status, record.friendly_name, record.identity, record.server) == ("", "", "", "")
    assert CertificateRecord.from_der(der) == record


def test_selected_properties_are_added(rsa_certificate: x509.Certificate) -> None:
    record = CertificateRecord.from_properties(
        {
            "RawData": base64.b64encode(rsa_certificate.public_bytes(Encoding.DER)).decode(),
            "Services": "SMTP, Federation",
            "Status": 1,
            "HasPrivateKey": True,
            "PrivateKeyExportable": "False",
            "FriendlyName": "Exchange S2S OAuth",
            "Identity": "ex01.lab.example\\ABCD",
            "RootCAType": "None",
        }
    )
    assert record.services == {"SMTP", "Federation"}
    assert (record.status, record.has_private_key, record.private_key_exportable) == ("Valid", True, False)
    assert (record.server, record.root_ca_type) == ("ex01.lab.example", "None")


@pytest.mark.parametrize(
    ("value", "services"),
    [(48, {"SMTP", "Federation"}), ("None", set()), (None, set()), ({"@text": "IIS, SMTP"}, {"IIS", "SMTP"})],
)
def test_services_in_every_shape(rsa_certificate: x509.Certificate, value: Any, services: set[str]) -> None:
    raw = list(rsa_certificate.public_bytes(Encoding.DER))
    assert CertificateRecord.from_properties({"RawData": raw, "Services": value}).services == services


@pytest.mark.parametrize(
    ("key", "kind", "size", "digest"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "EC", 256, "sha256"),
        (ed25519.Ed25519PrivateKey.generate(), "", 0, ""),
    ],
    ids=["ec", "ed25519"],
)
def test_other_keys(key: CertificateIssuerPrivateKeyTypes, kind: str, size: int, digest: str) -> None:
    record = CertificateRecord.from_der(certificate(key).public_bytes(Encoding.DER))
    assert (record.key_type, record.key_size, record.signature_hash) == (kind, size, digest)
    assert (record.subject_key_identifier, record.san) == ("", ())


def test_small_offences_are_forgiven() -> None:
    with pytest.warns(UserWarning, match="7"):
        odd = certificate(ec.generate_private_key(ec.SECP256R1()), country="Germany")
    assert "C=Germany" in CertificateRecord.from_der(odd.public_bytes(Encoding.DER)).subject


@pytest.mark.parametrize("raw", [b"", b"\x30\x82", b"-----BEGIN CERTIFICATE-----", "not base64!", [1, 999], 7, None])
def test_what_is_no_certificate(raw: Any) -> None:
    with pytest.raises(ValueError, match="RawData"):
        CertificateRecord.from_properties({"RawData": raw})


def test_a_wrong_property_beside_a_right_certificate_is_named(rsa_certificate: x509.Certificate) -> None:
    raw = rsa_certificate.public_bytes(Encoding.DER)
    for name, value in (("HasPrivateKey", "?"), ("Services", b"?"), ("Identity", [1])):
        with pytest.raises(ValueError, match=name):
            CertificateRecord.from_properties({"RawData": raw, name: value})


# --- Microsoft Graph ---------------------------------------------------------------------------------------------

THUMBPRINT = "AF776F9F2771D7097BFC9B1C6EC338F58593C387"


@pytest.mark.parametrize(
    "value",
    [
        THUMBPRINT,
        THUMBPRINT.lower(),
        base64.b64encode(bytes.fromhex(THUMBPRINT)).decode(),
        bytes.fromhex(THUMBPRINT),
        base64.b64decode(THUMBPRINT),
        base64.b64encode(THUMBPRINT.encode()).decode(),
        THUMBPRINT.encode(),
    ],
    ids=["hex", "lower", "base64", "bytes", "hex-read-as-base64", "base64-of-hex", "hex-bytes"],
)
def test_key_identifiers_in_every_shape(value: Any) -> None:
    assert thumbprint_of(value) == THUMBPRINT


@given(st.binary(min_size=20, max_size=20))
def test_any_thumbprint_is_read_back(digest: bytes) -> None:
    expected = digest.hex().upper()
    assert thumbprint_of(expected) == thumbprint_of(digest) == expected
    assert thumbprint_of(base64.b64encode(digest).decode()) == expected
    assert thumbprint_of(base64.b64decode(expected)) == expected


def test_other_identifiers() -> None:
    assert thumbprint_of(None) == thumbprint_of("") == ""
    assert thumbprint_of("AAEC") == "000102"
    for wrong in ("not base64!", 7):
        with pytest.raises(ValueError, match="customKeyIdentifier"):
            thumbprint_of(wrong)


def credential(**changed: Any) -> dict[str, Any]:
    return {
        "customKeyIdentifier": THUMBPRINT,
        "displayName": "CN=Microsoft Exchange Server Auth Certificate",
        "endDateTime": "2031-01-02T03:04:05Z",
        "key": base64.b64encode(b"\x30\x82").decode(),
        "keyId": "99999999-0000-0000-0000-000000000000",
        "startDateTime": "2026-01-02T03:04:05.1234567Z",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    } | changed


def test_a_key_credential() -> None:
    raw = credential()
    record = KeyCredentialRecord.from_properties(raw)
    assert record.key == b"\x30\x82"
    assert record.sha256 == hashlib.sha256(b"\x30\x82").hexdigest().upper()
    assert record.custom_key_identifier == THUMBPRINT
    assert record.end == datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert record.start == datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)
    assert (record.type, record.usage) == ("AsymmetricX509Cert", "Verify")
    assert record.raw is raw
    assert hash(record) == hash(KeyCredentialRecord.from_properties(raw))


def test_a_key_that_was_left_out() -> None:
    record = KeyCredentialRecord.from_properties(credential(key=None))
    assert (record.key, record.sha256) == (None, "")
    with pytest.raises(ValueError, match="key is no byte string"):
        KeyCredentialRecord.from_properties(credential(key="!"))


def test_a_service_principal_may_only_be_written_back_when_every_key_was_read() -> None:
    def principal(**more: Any) -> Mapping[str, Any]:
        return {"id": "1", "appId": "00000002-0000-0ff1-ce00-000000000000", **more}

    whole = ServicePrincipalRecord.from_properties(principal(keyCredentials=[credential()], accountEnabled=True))
    assert whole.keys_complete
    assert whole.account_enabled is True
    assert not ServicePrincipalRecord.from_properties(
        principal(keyCredentials=[credential(), credential(key=None)])
    ).keys_complete
    assert ServicePrincipalRecord.from_properties(principal(keyCredentials=[])).keys_complete
    unasked = ServicePrincipalRecord.from_properties(principal())
    assert unasked.key_credentials is None
    assert not unasked.keys_complete
    with pytest.raises(ValueError, match="keyCredentials"):
        ServicePrincipalRecord.from_properties(principal(keyCredentials="none"))


@pytest.mark.parametrize(("status", "enabled"), [("Enabled", True), ("Warning", True), ("Suspended", False)])
def test_a_tenant(status: str, enabled: bool) -> None:
    tenant = TenantRecord.from_properties(
        {
            "id": TENANT,
            "displayName": "Fabrikam",
            "verifiedDomains": [
                {"name": "Fabrikam.com", "isDefault": True, "isInitial": False},
                {"name": "fabrikam.onmicrosoft.com", "isInitial": True},
            ],
            "assignedPlans": [
                {"service": "SharePoint", "capabilityStatus": "Enabled"},
                {"service": "exchange", "capabilityStatus": status},
            ],
        }
    )
    assert tenant.verified_domains == ("fabrikam.com", "fabrikam.onmicrosoft.com")
    assert tenant.initial_domain == "fabrikam.onmicrosoft.com"
    assert tenant.has_exchange is enabled


def test_a_tenant_of_which_little_was_asked() -> None:
    tenant = TenantRecord.from_properties({"id": TENANT})
    assert (tenant.display_name, tenant.verified_domains, tenant.initial_domain) == ("", (), "")
    assert not tenant.has_exchange


def test_a_domain() -> None:
    domain = DomainRecord.from_properties(
        {"id": "Fabrikam.com", "isVerified": True, "isDefault": True, "supportedServices": ["Email"]}
    )
    assert (domain.id, domain.is_verified, domain.is_initial) == ("fabrikam.com", True, False)
    assert domain.supported_services == ("Email",)
    with pytest.raises(ValueError, match="isVerified"):
        DomainRecord.from_properties({"id": "fabrikam.com"})
